"""What all label checks share: answers with evidence, and a verdict that admits not to know."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterlib import validation

PASS, FAIL, OPEN = "pass", "fail", "cannot be decided"
COLUMNS = ["rule", "needed", "value", "passed", "reason", "evidence"]


@dataclass(frozen=True)
class LabelCheck:
    """A verdict, and one row for each rule with its reason and its evidence."""

    verdict: str  # pass, fail or cannot be decided
    rules: pd.DataFrame  # rule, needed, value, passed (yes, no or blank), reason, evidence
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One thing a cluster says about itself, and what proves it."""

    value: Any
    evidence: str

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


def read_answers(
    profile: Mapping[str, Any] | pd.Series[Any], known: Collection[str]
) -> dict[str, Answer]:
    """Read a profile of values, or of {"value": ..., "evidence": ...}; what is absent is unknown.

    Raises:
        ValueError: a name that no rule asks for.

    >>> read_answers({"staff_fte": {"value": 0.5, "evidence": "payroll"}}, ["staff_fte"])
    {'staff_fte': Answer(value=0.5, evidence='payroll')}
    """
    given = dict(profile.items())
    strange = [name for name in given if name not in known]
    if strange:
        raise ValueError(
            f"no rule asks for {validation.some_of(strange)}: choose among {', '.join(known)}"
        )
    answers = {}
    for name in known:
        entry = given.get(name)
        parts = entry if isinstance(entry, Mapping) else {"value": entry}
        value, evidence = parts.get("value"), parts.get("evidence")
        blank = value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
        answers[name] = Answer(
            None if blank else value, "" if is_blank(evidence) else str(evidence)
        )
    return answers


def is_blank(text: object) -> bool:
    """Say whether evidence is missing: None, a blank cell, or only spaces.

    >>> is_blank("  "), is_blank("minutes of 3 May")
    (True, False)
    """
    return text is None or text is pd.NA or text != text or not str(text).strip()


def number(answer: Answer, what: str) -> float:
    """Return an answer as a number of 0 or more."""
    try:
        value = float(answer.value)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"{what} must be a number, not {answer.value!r}") from fault
    if isinstance(answer.value, bool | np.bool_) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{what} must be a number of 0 or more, not {answer.value!r}")
    return value


def at_least(rule: str, answer: Answer, least: float, unit: str) -> list[object]:
    """Make the row of a rule that asks for a number; exactly the number is enough.

    >>> at_least("members", Answer(15, "list"), 15, "members")[3:5]
    [True, '15 members, 15 needed']
    """
    if not answer.known:
        return [rule, least, None, None, f"not known, {least:g} {unit} needed", answer.evidence]
    value = number(answer, rule)
    reason = f"{value:g} {unit}, {least:g} needed"
    return [rule, least, value, value >= least, reason, answer.evidence]


def yes_or_no(rule: str, answer: Answer, wanted: bool, reasons: tuple[str, str]) -> list[object]:
    """Make the row of a rule that asks for yes or no; `reasons` for met and not met.

    >>> yes_or_no("active", Answer(None, ""), True, ("it is active", "it is not active"))[3:5]
    [None, 'not known']
    """
    if not answer.known:
        return [rule, wanted, None, None, "not known", answer.evidence]
    if not isinstance(answer.value, bool | np.bool_):
        raise ValueError(f"{rule} must be True or False, not {answer.value!r}")
    met = bool(answer.value) is wanted
    return [rule, wanted, bool(answer.value), met, reasons[0 if met else 1], answer.evidence]


def decide(rows: list[list[object]], notes: list[str]) -> LabelCheck:
    """Draw the verdict: one broken rule fails, else one unknown leaves it open."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["passed"] = table["passed"].astype("boolean")
    if (table["passed"] == False).any():  # noqa: E712 - blanks are neither
        verdict = FAIL
    else:
        verdict = OPEN if table["passed"].isna().any() else PASS
    unproven = [str(name) for name in table.loc[table["evidence"] == "", "rule"]]
    if unproven:
        notes = [*notes, f"no evidence attached: {', '.join(unproven)}"]
    return LabelCheck(verdict, table, tuple(notes))
