"""One dated fact, and the tables of facts as they are stored."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

# How a fact was checked, in words a learner may read.
VERIFIED = {
    "yes": "confirmed",
    "secondary": "third party only, to be confirmed",
    "derived": "own arithmetic on confirmed facts",
    "no": "to be confirmed",
}
# What stands in place of a unit where a fact is no quantity.
NO_UNIT = {"-", "bool", "date", "fact", "formula", "list", "rule", "table", "text"}


class NoVerifiedRule(ValueError):
    """No fact is known for the day asked: the last known value is never given instead."""


@dataclass(frozen=True)
class Fact:
    """One fact of law or of a programme, with the days it holds and where it was read."""

    table: str
    rule: str
    name: str
    value: Any  # number, word, list, or numbers by word such as {"medium": .., "small": ..}
    unit: str
    valid_from: date | None  # None: no first day published
    valid_to: date | None  # None: no last day published
    source: str
    verified: str  # yes, secondary, derived or no
    as_noted: str = ""  # the value in the words of the source notes, where it had to be split
    note: str = ""

    @property
    def number(self) -> float:
        """The value as a plain number.

        Raises:
            ValueError: the value is a text, a list, or one number for each of several cases.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise ValueError(f"{self.table} / {self.rule} is not one number: {self.value}")
        return float(self.value)

    @property
    def numbers(self) -> dict[str, float]:
        """The values by case, such as the bonus of a medium and of a small firm.

        Raises:
            ValueError: the value is one number or a text.
        """
        if not isinstance(self.value, Mapping):
            raise ValueError(f"{self.table} / {self.rule} has no cases: {self.value}")
        return {str(case): float(number) for case, number in self.value.items()}

    @property
    def how_much(self) -> str:
        """Value and unit in words; a fact that is a rule, a list or a yes has no unit."""
        value = self.value
        if isinstance(value, Mapping):
            value = ", ".join(f"{str(case).replace('_', ' ')} {one}" for case, one in value.items())
        elif isinstance(value, list):
            value = ", ".join(map(str, value))
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        return f"{value} {'' if self.unit in NO_UNIT else self.unit}".rstrip()

    @property
    def status(self) -> str:
        """How it was checked, in words: "confirmed", "to be confirmed" and so on."""
        return VERIFIED[self.verified]

    @property
    def days(self) -> str:
        """The days it holds, in words."""
        if self.valid_from is None and self.valid_to is None:
            return "no dates published"
        if self.valid_from is None:
            return f"until {self.valid_to}"
        if self.valid_to is None:
            return f"from {self.valid_from}"
        return f"{self.valid_from} to {self.valid_to}"

    def holds_on(self, day: date) -> bool:
        """Say whether `day` lies within the fact's days, first and last day included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def __str__(self) -> str:
        """The fact in one line: what, how much, when, where read, how sure."""
        return f"{self.name}: {self.how_much} ({self.days}; {self.source}; {self.status})"


@dataclass(frozen=True)
class FactTable:
    """All facts of one table, whatever their days, in the order of the file."""

    name: str
    title: str
    instrument: str
    read_on: date
    outside: str  # what to do on a day without a fact
    facts: tuple[Fact, ...]


@cache
def all_tables() -> dict[str, FactTable]:
    """Read every table of the package once.

    >>> all_tables()["de_minimis"].instrument
    'Regulation (EU) 2023/2831'
    """
    folder = resources.files("clusterlib.rules").joinpath("tables")
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return {
        entry.name.removesuffix(".toml"): _read(
            entry.name.removesuffix(".toml"), entry.read_text("utf-8")
        )
        for entry in files
    }


def _read(name: str, text: str) -> FactTable:
    content = tomllib.loads(text)
    head = content["table"]
    facts = tuple(
        Fact(
            table=name,
            rule=row["id"],
            name=row["name"],
            value=row["value"],
            unit=row["unit"],
            valid_from=row.get("valid_from"),
            valid_to=row.get("valid_to"),
            source=row["source"],
            verified=row["verified"],
            as_noted=row.get("as_noted", ""),
            note=row.get("note", ""),
        )
        for row in content["rule"]
    )
    outside = head.get("outside", "Look up the text that holds on that day before you decide.")
    return FactTable(name, head["title"], head["instrument"], head["read_on"], outside, facts)


def read_day(on: date | str | None) -> date:
    """Return the day meant: a date, a text such as "2026-11-23", or None for today.

    >>> read_day("2026-11-23")
    datetime.date(2026, 11, 23)
    """
    if on is None:
        return date.today()
    try:
        if isinstance(on, datetime) and on == on:  # a pandas Timestamp is one too
            return on.date()
        if on != on:  # a blank cell of a table
            raise ValueError("a blank")
        return on if isinstance(on, date) else date.fromisoformat(on)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"{on!r} is not a day: write it as 2026-11-23") from fault
