"""Ask for facts by table, name and day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from clusterlib import validation
from clusterlib.rules.facts import Fact, FactTable, NoVerifiedRule, all_tables, read_day

COLUMNS = [
    "name",
    "value",
    "unit",
    "valid_from",
    "valid_to",
    "source",
    "verified",
    "as_noted",
    "note",
]


def names() -> pd.Series[str]:
    """List the tables of facts with their titles.

    Returns:
        Titles, index the names that `table` takes.

    >>> names()["gber_clusters"]
    'General block exemption: aid to innovation clusters (Art. 27)'
    """
    return pd.Series({name: each.title for name, each in all_tables().items()}, name="title")


def table(name: str, *, on: date | str) -> pd.DataFrame:
    """Show the facts of one table that hold on a day.

    Args:
        name: one of `names()`.
        on: the day, a date or a text such as "2026-11-23": for aid the day of the legal right.
    Returns:
        One row a fact, index rule; name, value, unit, valid_from, valid_to (blank where none was
        published), source, verified (yes, secondary, derived, no), as_noted, note. The
        attribute `.attrs["version"]` says in words which version this is.
    Raises:
        NoVerifiedRule: the day lies outside the days of all its facts; never the old values.
        ValueError: unknown table, a text that is no day.

    A fact without published days is shown for every day and its days stay blank: it is known as
    read on the day that the version names. First and last day are included.

    >>> aid = table("gber_clusters", on="2024-05-01")
    >>> aid.loc["threshold", ["value", "unit"]].tolist()
    [10, 'EUR m per cluster']
    >>> table("gber_clusters", on="2027-01-01")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    clusterlib.rules.facts.NoVerifiedRule: no verified rule for 2027-01-01 in gber_clusters ...
    """
    day, source = read_day(on), _table(name)
    held = [one for one in source.facts if one.holds_on(day)]
    if not held:
        raise NoVerifiedRule(_nothing_on(day, source, source.facts, name))
    shown = _frame(held).set_index("rule")[COLUMNS]
    shown.attrs["version"] = _version(source, held, day)
    return shown


def fact(name: str, rule: str, *, on: date | str) -> Fact:
    """Look up one fact: its value with unit, days, source and how it was checked.

    Args:
        name: the table, one of `names()`.
        rule: the fact's short name: the index of `table`.
        on: the day, a date or a text such as "2026-11-23".
    Returns:
        A `Fact`; `str` of it is one line for a report.
    Raises:
        NoVerifiedRule: the fact is known, but not for that day.
        ValueError: unknown table or fact.

    >>> fact("gber_clusters", "threshold", on="2023-06-30").value
    7.5
    >>> fact("gber_clusters", "threshold", on="2023-07-01").number
    10.0
    """
    day, source = read_day(on), _table(name)
    known = _versions(source, rule)
    for one in known:
        if one.holds_on(day):
            return one
    raise NoVerifiedRule(_nothing_on(day, source, known, f"{name} / {rule}"))


def last_day(name: str, rule: str) -> date | None:
    """Say the last day for which a version of a fact is known; None if it has no end.

    >>> last_day("gber_clusters", "operating_intensity")
    datetime.date(2026, 12, 31)
    """
    ends = [one.valid_to for one in _versions(_table(name), rule)]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def find(words: str = "", *, verified: str | None = None) -> pd.DataFrame:
    """Search all facts, of all days, for words in their names, values, notes and sources.

    Args:
        words: every one must occur, in any order, capitals do not matter; empty lists all.
        verified: only facts so checked: yes, secondary, derived or no.
    Returns:
        One row a fact: table, rule and the columns of `table`, in the order of the tables.
    Raises:
        ValueError: an unknown way of checking.

    >>> find("notification threshold")[["table", "rule", "value"]].values.tolist()
    [['gber_clusters', 'threshold', 7.5], ['gber_clusters', 'threshold', 10]]
    """
    if verified is not None:
        validation.choice(verified, ["yes", "secondary", "derived", "no"], "verified")
    wanted = words.lower().split()
    found = []
    for each in all_tables().values():
        for one in each.facts:
            text = f"{one.name} {one.rule} {one.value} {one.as_noted} {one.note} {one.source}"
            if all(word in text.lower() for word in wanted) and verified in (None, one.verified):
                found.append(one)
    return _frame(found)[["table", "rule", *COLUMNS]]


def show(facts: pd.DataFrame) -> pd.DataFrame:
    """Make facts ready to print: days and checks in words, "to be confirmed" where it is due.

    Args:
        facts: what `table` or `find` returned.
    Returns:
        The same rows: what, how much (value and unit), days, source, status.
    Raises:
        ValueError: a table without these columns.

    >>> stars = table("cluster_stars", on="2010-01-01")
    >>> show(stars).loc["observatory_specialisation", ["how much", "status"]].tolist()
    ['2 ratio', 'to be confirmed']
    """
    absent = [column for column in COLUMNS if column not in facts.columns]
    if absent:
        raise ValueError(f"facts without {validation.some_of(absent)}: pass what table returned")
    # Rows as dicts: a row of texts alone would turn its blank days into numbers.
    rows = [_as_fact(row) for row in facts[COLUMNS].astype(object).to_dict("records")]
    return pd.DataFrame(
        {
            "what": [one.name for one in rows],
            "how much": [one.how_much for one in rows],
            "days": [one.days for one in rows],
            "source": [one.source for one in rows],
            "status": [one.status for one in rows],
        },
        index=facts.index,
    )


def _as_fact(row: dict[Any, Any]) -> Fact:
    return Fact(table="", rule="", **{column: row[column] for column in COLUMNS})


def _table(name: str) -> FactTable:
    return all_tables()[validation.choice(name, list(all_tables()), "table of rules")]


def _versions(source: FactTable, rule: str) -> list[Fact]:
    rules = list(dict.fromkeys(one.rule for one in source.facts))
    validation.choice(rule, rules, f"rule of {source.name}")
    return [one for one in source.facts if one.rule == rule]


def _frame(facts: list[Fact]) -> pd.DataFrame:
    columns = ["table", "rule", *COLUMNS]
    return pd.DataFrame(
        {
            column: pd.Series([getattr(one, column) for one in facts], dtype=object)
            for column in columns
        }
    )


def _version(source: FactTable, held: list[Fact], day: date) -> str:
    starts = [one.valid_from for one in held if one.valid_from is not None]
    ends = [one.valid_to for one in held if one.valid_to is not None]
    since = f", unchanged since {max(starts)}" if starts else ", first day not published"
    until = f", until {min(ends)} at least" if ends else ", no end published"
    return (
        f"{source.title} ({source.instrument}) as it holds on {day}{since}{until}; "
        f"read on {source.read_on}"
    )


def _nothing_on(
    day: date, source: FactTable, facts: tuple[Fact, ...] | list[Fact], what: str
) -> str:
    days = sorted({one.days for one in facts})
    known = validation.some_of(days)
    return f"no verified rule for {day} in {what} (known: {known}): {source.outside}"
