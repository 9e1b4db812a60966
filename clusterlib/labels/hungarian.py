"""The Hungarian accreditation of 2016: a hundred points in four areas, entry and keeping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from clusterlib import rules
from clusterlib.labels.verdicts import (
    Answer,
    LabelCheck,
    at_least,
    decide,
    number,
    read_answers,
    yes_or_no,
)
from clusterlib.rules.facts import read_day

TABLE = "hungary_accreditation"
MANAGER = ("closed_years", "staff", "years_managed")


@dataclass(frozen=True)
class HungarianPoints:
    """Points as far as they are known, and the conditions of entry."""

    points: float | None  # None while any area is open
    low: float  # open areas counted with their fewest points
    high: float  # and with their most
    areas: pd.DataFrame  # area x maximum, low, high, evidence
    entry: LabelCheck
    scheme: str  # which rules, of which days


def hungarian_points(
    profile: Mapping[str, Any] | pd.Series[Any], *, on: date | str | None = None
) -> HungarianPoints:
    """Add up the points of the Hungarian cluster accreditation of 2016.

    Args:
        profile: points in the areas cooperation, management (with composition),
            international and innovation: a number, or (fewest, most) where a part is open; and the
            conditions of entry: closed_years, staff, years_managed (of the managing organisation)
            and member_with_majority (True if one member holds a majority of it). Each a plain
            value, or {"value": ..., "evidence": "..."}. What is absent is open.
        on: a day within the scheme; None for the last day for which its points are known.
    Returns:
        A `HungarianPoints`: points, or the range low to high; areas; entry; scheme.
    Raises:
        ValueError: an unknown name, points above an area's maximum, a range upside down.
        NoVerifiedRule: a day outside the scheme.

    Only the four maxima were published where it was read; points within an area are the reader's
    own estimate. Points needed for the title were not found, so none are given here. The scheme
    ended in 2018: use it to learn from, not to apply with.

    Reference: Interreg Europe good practice on the Hungarian accreditation (2017).

    >>> result = hungarian_points({"cooperation": 15, "management": 22, "international": 10})
    >>> result.points, result.low, result.high
    (None, 47.0, 73.0)
    """
    day = read_day(on) if on is not None else rules.last_day(TABLE, "points") or read_day(None)
    fact = rules.fact(TABLE, "points", on=day)
    maxima = fact.numbers
    answers = read_answers(profile, (*maxima, *MANAGER, "member_with_majority"))
    rows = [
        (area, most, *_range(answers[area], area, most), answers[area].evidence)
        for area, most in maxima.items()
    ]
    areas = pd.DataFrame(rows, columns=["area", "maximum", "low", "high", "evidence"])
    areas = areas.set_index("area")
    low, high = float(areas["low"].sum()), float(areas["high"].sum())
    return HungarianPoints(
        points=low if low == high else None,
        low=low,
        high=high,
        areas=areas,
        entry=_entry(answers, day),
        scheme=str(fact),
    )


def _range(answer: Answer, area: str, most: float) -> tuple[float, float]:
    if not answer.known:
        return 0.0, most
    value = answer.value
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"points for {area} must be one number or (fewest, most)")
        ends = (number(Answer(value[0], ""), area), number(Answer(value[1], ""), area))
    else:
        ends = (number(answer, area),) * 2
    if not ends[0] <= ends[1] <= most:
        raise ValueError(
            f"points for {area} must lie between 0 and {most:g}, the fewer first, not {value}"
        )
    return ends


def _entry(answers: dict[str, Answer], day: date) -> LabelCheck:
    least = rules.fact(TABLE, "manager_firm", on=day).numbers
    units = {"closed_years": "closed business years", "staff": "employees"}
    rows = [
        at_least(name, answers[name], least[name], units.get(name, "years with this cluster"))
        for name in MANAGER
    ]
    forbidden = bool(rules.fact(TABLE, "no_majority", on=day).value)
    rows.append(
        yes_or_no(
            "member_with_majority",
            answers["member_with_majority"],
            not forbidden,
            (
                "no member holds a majority of the managing organisation",
                "a member holds a majority of the managing organisation",
            ),
        )
    )
    members = rules.fact(TABLE, "minimum_members", on=day)
    return decide(rows, [f"{members.name}: {members.value}"])


def accreditation_kept(
    named_members: int, current_members: int, *, on: date | str | None = None
) -> bool:
    """Say whether the 2016 title is kept as members change.

    Args:
        named_members: members named in the application that still belong.
        current_members: all members now.
        on: the day, None for today.
    Returns:
        False if the named are below half of the current ones; exactly half keeps the title.
    Raises:
        ValueError: no members, more named than current ones.

    >>> accreditation_kept(10, 20), accreditation_kept(10, 21)
    (True, False)
    """
    if not 0 <= named_members <= current_members or current_members < 1:
        raise ValueError(
            f"{named_members} named of {current_members} current members: there must be a member "
            "at least, and no more named than current ones"
        )
    percent = rules.fact(TABLE, "named_members", on=read_day(on)).number
    return not 100 * named_members < percent * current_members


def older_accreditation_kept(
    members: int, left: int, joined: int, *, on: date | str | None = None
) -> bool:
    """Say whether the title of the older scheme is kept: joins count as change, as exits do.

    Args:
        members: when the title was given.
        left, joined: members since then.
        on: a day within the scheme; None for its last known day.
    Returns:
        False if exits and joins together exceed half of the members; exactly half keeps it.
    Raises:
        ValueError: no members, more left than there were, negatives.
        NoVerifiedRule: a day outside the scheme.

    >>> older_accreditation_kept(20, left=6, joined=4), older_accreditation_kept(20, 6, 5)
    (True, False)
    """
    if members < 1 or not 0 <= left <= members or joined < 0:
        raise ValueError(f"{left} of {members} members left and {joined} joined: check the counts")
    day = read_day(on) if on is not None else rules.last_day(TABLE, "older_change")
    percent = rules.fact(TABLE, "older_change", on=day or read_day(None)).number
    return not 100 * (left + joined) > percent * members
