"""Small aid that needs no notification: how much of it a group of firms can still take."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from clusterlib import rules, validation
from clusterlib.resources.money import amount, at_most, cents
from clusterlib.rules.facts import read_day

COUNTS = "counts"
OTHER_NAMES = {"date": "granted", "firm": "undertaking"}


@dataclass(frozen=True)
class DeMinimis:
    """Whether a new award fits, what it was counted against, and the reasons."""

    passes: bool
    headroom: float  # EUR left before the new award
    used: float  # EUR of the awards that count
    ceiling: float  # EUR
    awards: pd.DataFrame  # all awards, with counts (yes or no) and reason
    reason: str


def de_minimis_headroom(
    awards: pd.DataFrame,
    on: date | str,
    group: str | Collection[str] | None = None,
    *,
    member_state: str | None = None,
    anniversary_counts: bool = True,
) -> float:
    """Say how much de minimis aid a single undertaking can still be granted on a day.

    Args:
        awards: one row an award: `granted` (or `date`), the day of the legal right, not of payment;
            `amount`, gross grant equivalent in EUR; `undertaking` (or `firm`) and `member_state`
            (the one that gives) where there are several.
        on: the day of the new award.
        group: the names that are one single undertaking (linked firms count as one; firms
            that merged bring all their earlier aid); one name alone will do. A name that stands in
            no row has had no aid: mind the spelling.
        member_state: whose ceiling; needed if the awards come from several.
        anniversary_counts: whether an award still counts on its third anniversary. The
            regulation is silent; the default is the careful reading.
    Returns:
        EUR left, 0 if the ceiling is reached or, after a merger, passed.
    Raises:
        ValueError: columns missing, blanks, negatives, awards after `on`, unclear group or state.
        NoVerifiedRule: `on` lies outside the days of the regulation.

    The window rolls: awards of the three years before `on` count, those of the same day too. Awards
    made under the regulation before count as well. An award on 29 February counts until
    28 February (or 29 February) three years later, never in March.

    Reference: Regulation (EU) 2023/2831, Art. 3 (European Commission, 2023).

    >>> awards = pd.DataFrame({"granted": ["2024-03-01", "2025-06-01"], "amount": [120e3, 100e3]})
    >>> [de_minimis_headroom(awards, day) for day in ("2027-02-15", "2027-03-15")]
    [80000.0, 200000.0]
    """
    return _count(awards, on, group, member_state, anniversary_counts)[1]


def de_minimis_check(
    awards: pd.DataFrame,
    new_award: float,
    on: date | str,
    group: str | Collection[str] | None = None,
    *,
    member_state: str | None = None,
    anniversary_counts: bool = True,
) -> DeMinimis:
    """Check whether a new award still fits under the de minimis ceiling.

    Args:
        new_award: gross grant equivalent of the new award, EUR.
        awards, on, group, member_state, anniversary_counts: as in `de_minimis_headroom`.
    Returns:
        A `DeMinimis`: passes, headroom, used, ceiling, awards (with counts and reason), reason.
    Raises:
        ValueError, NoVerifiedRule: as in `de_minimis_headroom`.

    All or nothing: if it does not fit, the whole new award loses cover, not only the part above the
    ceiling. A total of exactly the ceiling passes.

    Reference: Regulation (EU) 2023/2831, Art. 3 (European Commission, 2023).

    >>> awards = pd.DataFrame({"granted": ["2024-03-01", "2025-06-01"], "amount": [120e3, 100e3]})
    >>> de_minimis_check(awards, 90e3, "2027-02-15").reason
    '220,000.00 used + 90,000.00 new = 310,000.00 EUR, above 300,000.00: no part of it is covered'
    """
    wanted = amount(new_award, "new award")
    used, headroom, ceiling, table = _count(awards, on, group, member_state, anniversary_counts)
    total = used + wanted
    passes = total <= ceiling
    verdict = "within" if passes else "above"
    end = "" if passes else ": no part of it is covered"
    return DeMinimis(
        passes,
        headroom,
        cents(used),
        cents(ceiling),
        table,
        f"{used:,.2f} used + {wanted:,.2f} new = {total:,.2f} EUR, {verdict} {ceiling:,.2f}{end}",
    )


Counted = tuple[Decimal, float, Decimal, pd.DataFrame]


def _count(
    awards: pd.DataFrame,
    on: date | str,
    group: str | Collection[str] | None,
    member_state: str | None,
    anniversary_counts: bool,
) -> Counted:
    day = read_day(on)
    ceiling = amount(rules.fact("de_minimis", "ceiling", on=day).number, "ceiling")
    table = _read(awards, day)
    ours = _ours(table, "undertaking", [group] if isinstance(group, str) else group)
    here = _ours(table, "member_state", None if member_state is None else [member_state])
    recent = [_in_window(granted, day, anniversary_counts) for granted in table["granted"]]
    table["reason"] = [_why(*each) for each in zip(ours, here, recent, strict=True)]
    table["counts"] = table["reason"] == COUNTS
    used = sum(
        (
            amount(each, "award")
            for each, counts in zip(table["amount"], table["counts"], strict=True)
            if counts
        ),
        Decimal(0),
    )
    return used, at_most(max(ceiling - used, Decimal(0))), ceiling, table


def _why(ours: bool, here: bool, recent: bool) -> str:
    if not ours:
        return "another undertaking"
    if not here:
        return "another member state"
    return COUNTS if recent else "older than three years"


def _read(awards: pd.DataFrame, day: date) -> pd.DataFrame:
    known = {old: new for old, new in OTHER_NAMES.items() if new not in awards.columns}
    table = awards.rename(columns=known).copy()
    absent = [column for column in ("granted", "amount") if column not in table.columns]
    if absent:
        raise ValueError(f"the awards need the columns {validation.some_of(absent)}")
    faults = []
    days: list[date | None] = []
    for label, granted in table["granted"].items():
        try:
            blank = granted is None or granted is pd.NaT
            days.append(None if blank else read_day(granted))
        except ValueError:
            days.append(None)
        if days[-1] is None:
            faults.append(label)
    if faults:
        raise ValueError(
            f"no day of the legal right for the awards {validation.some_of(faults)}: "
            "write it as 2026-11-23"
        )
    table["granted"] = pd.Series(days, index=table.index, dtype=object)
    late = [label for label, granted in table["granted"].items() if granted > day]
    if late:
        raise ValueError(
            f"awards granted after {day}: {validation.some_of(late)}: "
            "leave them out, or ask for a later day"
        )
    if len(table):
        plain = table["amount"].reset_index(drop=True)
        checked = validation.no_missing(
            validation.numeric_series(plain, "amount"), "amount", "enter the gross grant equivalent"
        )
        table["amount"] = checked.to_numpy()
    return table


def _ours(table: pd.DataFrame, column: str, wanted: Collection[str] | None) -> list[bool]:
    """Mark the rows of the group (or state) asked for; unclear whose they are is an error."""
    argument = {"undertaking": "group", "member_state": "member_state"}[column]
    if column not in table.columns:
        if column == "member_state" and wanted is not None and len(table):
            raise ValueError("the awards need the column member_state, to tell the states apart")
        return [True] * len(table)
    blank = table.index[table[column].isna()]
    if len(blank):
        raise ValueError(f"{column} missing for the awards {validation.some_of(blank)}: fill it in")
    found = list(dict.fromkeys(table[column].astype(str)))
    if wanted is None:
        if len(found) > 1:
            raise ValueError(
                f"awards of several kinds of {column}: {validation.some_of(found)}: "
                f"say in {argument} whose ceiling is meant"
            )
        return [True] * len(table)
    return [name in wanted for name in table[column].astype(str)]


def _in_window(granted: date, day: date, anniversary_counts: bool) -> bool:
    """Compare calendar days, so that 29 February needs no substitute."""
    years = int(rules.fact("de_minimis", "window", on=day).number)
    third = (granted.year + years, granted.month, granted.day)
    today = (day.year, day.month, day.day)
    return today <= third if anniversary_counts else today < third
