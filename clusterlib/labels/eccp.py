"""Whether a cluster organisation can have a profile on the European collaboration platform."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pandas as pd

from clusterlib import rules
from clusterlib.labels.verdicts import (
    Answer,
    LabelCheck,
    at_least,
    decide,
    is_blank,
    read_answers,
    yes_or_no,
)
from clusterlib.rules.facts import read_day

ASKED = ("staff_fte", "committed_members", "member_types", "english_site", "active")


def eccp_check(
    profile: Mapping[str, Any] | pd.Series[Any], *, on: date | str | None = None
) -> LabelCheck:
    """Check the published conditions for a profile on the European Cluster Collaboration Platform.

    Args:
        profile: staff_fte (full-time equivalents), committed_members (count), member_types (count,
            or the list of types), english_site and active (True or False); each a plain value, or
            {"value": ..., "evidence": "where it can be seen"}. What is absent is unknown.
        on: the day, None for today.
    Returns:
        A `LabelCheck`: verdict "pass", "fail" or "cannot be decided"; one row a rule with reason
        and evidence; notes.
    Raises:
        ValueError: a name that no rule asks for, a value of the wrong kind.

    Exactly the number asked is enough. One rule broken fails; otherwise one unknown value leaves
    the verdict open. The platform can waive conditions for clusters of an official programme;
    this check is not the platform's decision.

    Conditions as read on the platform's registration page: `rules.table("eccp_profile", on=...)`.

    >>> profile = {"staff_fte": 0.5, "committed_members": 15, "member_types": ["firm", "school"],
    ...            "english_site": True}
    >>> check = eccp_check(profile)
    >>> check.verdict, check.rules.loc[4, "reason"]
    ('cannot be decided', 'not known')
    """
    day = read_day(on)
    answers = read_answers(profile, ASKED)
    least = {
        rule: rules.fact("eccp_profile", rule, on=day).number
        for rule in ("staff", "members", "member_types")
    }
    rows = [
        at_least("staff_fte", answers["staff_fte"], least["staff"], "full-time equivalents"),
        at_least("committed_members", answers["committed_members"], least["members"], "members"),
        at_least("member_types", _counted(answers["member_types"]), least["member_types"], "types"),
        yes_or_no(
            "english_site",
            answers["english_site"],
            bool(rules.fact("eccp_profile", "english_site", on=day).value),
            ("there is a site in English", "a site in English is needed"),
        ),
        yes_or_no(
            "active",
            answers["active"],
            bool(rules.fact("eccp_profile", "active", on=day).value),
            ("the organisation is active", "the organisation must be active"),
        ),
    ]
    waiver = rules.fact("eccp_profile", "waiver", on=day)
    return decide(rows, [f"a waiver is {waiver.value}; {waiver.note}"])


def _counted(answer: Answer) -> Answer:
    """Count a list of member types; the same type twice counts once, a blank not at all."""
    if isinstance(answer.value, Collection) and not isinstance(answer.value, str):
        types = {str(one).strip().casefold() for one in answer.value if not is_blank(one)}
        return Answer(len(types), answer.evidence)
    return answer
