"""A self-portrait of cluster management along six public dimensions; no label, no threshold."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from clusterlib import validation
from clusterlib.labels.verdicts import is_blank

LEVELS = {0: "not done", 1: "begun", 2: "done", 3: "done, reviewed and improved"}
UNDETERMINED = "undetermined"
NOTE = (
    "A self-check with items of our own, mapped to the six public dimensions of cluster "
    "benchmarking. Not affiliated with ESCA or EUCLES; it uses none of their questions and "
    "gives no label."
)


@dataclass(frozen=True)
class ExcellenceProfile:
    """Items with their evidence, dimensions with their range, and what this is not."""

    items: pd.DataFrame  # item x dimension, text, level, evidence, status
    dimensions: pd.DataFrame  # dimension x items, determined, low, high, status
    note: str = NOTE


@cache
def _read() -> tuple[tuple[str, ...], pd.DataFrame]:
    text = resources.files("clusterlib.labels").joinpath("items.toml").read_text("utf-8")
    content = tomllib.loads(text)
    return tuple(content["dimensions"]), pd.DataFrame(content["item"]).set_index("item")


def excellence_items() -> pd.DataFrame:
    """List the items of the self-check.

    Returns:
        Index item; dimension, text, evidence_to_attach.

    >>> excellence_items().groupby("dimension").size().unique().tolist()
    [4]
    """
    return _read()[1].copy()


def excellence_profile(profile: Mapping[str, Any] | pd.DataFrame) -> ExcellenceProfile:
    """Draw a profile of cluster management in six dimensions from levels with evidence.

    Args:
        profile: for each item of `excellence_items` a level (0 not done, 1 begun, 2 done, 3 done,
            reviewed and improved) and evidence: a table with index item and columns level and
            evidence, or {"item": {"level": 2, "evidence": "minutes of 3 May"}}. Absent items
            are undetermined.
    Returns:
        An `ExcellenceProfile`: items with status; dimensions with low and high, per cent of the
        most possible. Low counts what is undetermined as 0, high as full.
    Raises:
        ValueError: unknown items, an item twice, levels other than 0 to 3.

    A level without evidence is undetermined, whatever the level: nobody could check it. Items weigh
    the same. There is no pass mark: label bodies judge with their own sets, on site.

    Reference: what assessments of this kind show is in Lämmer-Gamp, Kergel and Nerger (2014).

    >>> result = excellence_profile({"strategy": {"level": 2, "evidence": "plan of 2026"},
    ...                              "roles": {"level": 3}})
    >>> result.items.loc[["strategy", "roles"], "status"].tolist()
    ['done', 'undetermined']
    >>> result.dimensions.loc["management and governance", ["low", "high"]].round(1).tolist()
    [16.7, 91.7]
    """
    dimensions, known = _read()
    answers = _answers(profile, known.index)
    table = known[["dimension", "text"]].copy()
    table["level"] = [answers[item][0] for item in known.index]
    table["level"] = table["level"].astype("Int64")
    table["evidence"] = [answers[item][1] for item in known.index]
    proven = table["level"].notna() & (table["evidence"] != "")
    table["status"] = [
        LEVELS[int(level)] if good else UNDETERMINED
        for level, good in zip(table["level"], proven, strict=True)
    ]
    return ExcellenceProfile(items=table, dimensions=_dimensions(table, proven, dimensions))


def _answers(
    profile: Mapping[str, Any] | pd.DataFrame, known: pd.Index
) -> dict[object, tuple[int | None, str]]:
    if isinstance(profile, pd.DataFrame):
        validation.unique_labels(profile.index, "items")
        given: Mapping[Any, Any] = profile.to_dict(orient="index")
    else:
        given = profile
    strange = [item for item in given if item not in known]
    if strange:
        raise ValueError(
            f"items that are not known: {validation.some_of(strange)}: see excellence_items()"
        )
    answers = {}
    wrong = []
    for item in known:
        entry = given.get(item, {})
        if not isinstance(entry, Mapping):
            raise ValueError(f'{item} needs a level and evidence: {{"level": 2, "evidence": ".."}}')
        level, evidence = entry.get("level"), entry.get("evidence")
        if level is None or level is pd.NA or level != level:
            level = None
        elif isinstance(level, bool) or level not in LEVELS:
            wrong.append(item)
            level = None
        answers[item] = (
            None if level is None else int(level),
            "" if is_blank(evidence) else str(evidence).strip(),
        )
    if wrong:
        raise ValueError(f"levels must be 0, 1, 2 or 3; correct {validation.some_of(wrong)}")
    return answers


def _dimensions(
    table: pd.DataFrame, proven: pd.Series[bool], dimensions: tuple[str, ...]
) -> pd.DataFrame:
    most = max(LEVELS)
    low = table["level"].where(proven, 0).astype(float) / most
    high = table["level"].where(proven, most).astype(float) / most
    by = table["dimension"]
    result = pd.DataFrame(
        {
            "items": by.groupby(by).size(),
            "determined": proven.groupby(by).sum(),
            "low": 100 * low.groupby(by).mean(),
            "high": 100 * high.groupby(by).mean(),
        }
    ).loc[list(dimensions)]
    whole = result["determined"] == result["items"]
    result["status"] = ["determined" if each else UNDETERMINED for each in whole]
    return result
