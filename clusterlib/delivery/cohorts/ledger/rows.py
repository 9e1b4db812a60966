"""One row of the ledger, and what makes a chain of rows sound."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from typing import NamedTuple

# What the first row gives as the hash of the row before it.
START = "0" * 64


class Head(NamedTuple):
    """Number and hash of the last row; noted elsewhere, they prove that nothing was cut off."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"row {self.number}, {self.hash}"


class Key(NamedTuple):
    """What a row is about: one field of a learner's work; a blank part does not apply."""

    learner: str
    module: str
    notebook: str
    cell: str
    field: str


@dataclass(frozen=True)
class Row:
    """One change: who changed what, when (UTC), from, to (None: nothing there), and why."""

    number: int
    at: str
    who: str
    command: str
    learner: str
    module: str
    notebook: str
    cell: str
    field: str
    before: str | None
    after: str | None
    why: str | None
    previous: str
    hash: str = ""

    @property
    def key(self) -> Key:
        """What the row is about."""
        return Key(self.learner, self.module, self.notebook, self.cell, self.field)

    @property
    def head(self) -> Head:
        """The row as the end of the ledger."""
        return Head(self.number, self.hash)

    def text(self) -> str:
        """Return the one text that is hashed: all columns but the hash, in order, as JSON."""
        values = astuple(self)[:-1]
        # Only a forger leaves bytes where text was; the hash then differs.
        return json.dumps(values, ensure_ascii=True, separators=(",", ":"), default=repr)

    def own_hash(self) -> str:
        """Return the SHA-256 of the text.

        >>> row = Row(1, "2027-03-01T10:00:00.000000Z", "mara", "formgrader", "anna", "02-needs",
        ...           "02-needs", "need-test", "manual_score", None, "4", None, START)
        >>> row.own_hash()[:16]
        'fd926a2ac41d6bdc'
        """
        return hashlib.sha256(self.text().encode("ascii")).hexdigest()

    def sealed(self) -> Row:
        """Return the row with its hash."""
        return replace(self, hash=self.own_hash())


def faults_of_chain(rows: Iterable[Row]) -> Iterator[str]:
    """Yield in words what is wrong with the rows themselves; nothing when all are as written."""
    last = Head(0, START)
    known: dict[Key, Row] = {}
    gap = False
    for row in rows:
        if row.number != last.number + 1:
            gap = True
            known.clear()
            yield _missing(last.number + 1, row.number - 1)
        elif row.previous != last.hash:
            yield f"row {row.number} does not follow from the row before it"
        if row.hash != row.own_hash():
            yield f"row {row.number} was changed after it was written; now it says {describe(row)}"
        found = known.get(row.key)
        if row.before != (found.after if found else None) and (found or not gap):
            said = f"row {found.number} says {shown(found.after)}" if found else "no row says so"
            yield (
                f"row {row.number} ({where(row.key)}) found {shown(row.before)}, but {said}: "
                "it was changed past the ledger in between"
            )
        known[row.key] = row
        last = row.head


def _missing(first: int, last: int) -> str:
    if first == last:
        return f"row {first} is missing from the ledger"
    return f"rows {first} to {last} are missing from the ledger"


def last_words(rows: Iterable[Row]) -> dict[Key, Row]:
    """Return the last row about each key."""
    return {row.key: row for row in rows}


def describe(row: Row) -> str:
    """Return a row's change in words.

    >>> describe(Row(7, "", "", "", "anna", "02-needs", "02-needs", "need-test", "manual_score",
    ...              None, "4", None, START))
    'anna, 02-needs, need-test: marks by hand nothing -> 4'
    """
    return f"{where(row.key)} {shown(row.before)} -> {shown(row.after)}"


FIELDS = {
    "auto_score": "marks by tests",
    "manual_score": "marks by hand",
    "extra_credit": "extra credit",
    "needs_manual_grade": "to be looked at again",
    "auto_comment": "comment by the program",
    "manual_comment": "comment by hand",
    "late_submission_penalty": "taken off for being late",
    "timestamp": "handed in (UTC)",
    "extension": "more time (minutes)",
    "ledger": "the ledger",
}


def where(key: Key) -> str:
    """Return what a row is about, in words."""
    parts = [key.learner, key.module, key.notebook if key.notebook != key.module else "", key.cell]
    place = ", ".join(part for part in parts if part)
    return f"{place}: {FIELDS.get(key.field, key.field)}" if place else FIELDS[key.field]


def shown(value: str | None) -> str:
    """Return a value for the screen; a missing one is nothing, not zero."""
    return "nothing" if value is None else value
