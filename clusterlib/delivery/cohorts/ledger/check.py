"""Check the ledger: is the chain sound, and do the marks stand as it says last?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.ledger.marks import read_marks
from clusterlib.delivery.cohorts.ledger.rows import (
    Head,
    Key,
    Row,
    faults_of_chain,
    last_words,
    shown,
    where,
)
from clusterlib.delivery.cohorts.ledger.table import has_ledger, read_head, read_rows
from clusterlib.delivery.cohorts.places import Cohort

# Heads that were seen once: a ledger that no longer holds one of them was cut or written anew.
HEADS = "ledger-heads.txt"
SHORTEST = 12


@dataclass(frozen=True)
class Finding:
    """What a check found: the head, how many marks were compared, and each fault in words."""

    head: Head
    marks: int
    faults: list[str]


def check(gradebook: Any, heads: list[str]) -> Finding:
    """Check a gradebook's ledger against itself, its marks and heads that were noted before.

    Args:
        gradebook: nbgrader.api.Gradebook, open.
        heads: hashes, whole or their first 12 characters or more.
    """
    try:
        rows, marks = read_both(gradebook)
    except ValueError as error:
        return Finding(Head(0, ""), 0, [f"the gradebook holds what nbgrader never writes: {error}"])
    faults = list(faults_of_chain(rows))
    if not rows:
        faults.append("the ledger is empty: at least its first row was removed")
    faults += _against_marks(rows, marks)
    hashes = [row.hash for row in rows]
    for head in dict.fromkeys(heads):
        if len(head) < SHORTEST or not any(known.startswith(head.lower()) for known in hashes):
            faults.append(
                f"the head {head[:SHORTEST]} is not in the ledger: rows at its end were removed, "
                "or it was written anew"
            )
    return Finding(rows[-1].head if rows else Head(0, ""), len(marks), faults)


def read_both(gradebook: Any) -> tuple[list[Row], dict[Key, str]]:
    """Return ledger and marks of one and the same moment, also while others write."""
    options = {}
    if gradebook.engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ"}
    with gradebook.engine.connect().execution_options(**options) as connection:
        if gradebook.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        rows = read_rows(connection) if has_ledger(connection) else []
        marks = read_marks(connection)
        connection.rollback()
    return rows, marks


def _against_marks(rows: list[Row], marks: dict[Key, str]) -> list[str]:
    last = last_words(rows)
    faults = []
    for key in sorted(key for key in last.keys() | marks.keys() if key.learner):
        row = last.get(key)
        if marks.get(key) != (row.after if row else None):
            said = f"row {row.number} says {shown(row.after)}" if row else "no row says so"
            faults.append(
                f"{where(key)} is {shown(marks.get(key))} in the gradebook, but {said}: "
                "it was changed past the ledger, or the ledger was cut"
            )
    return faults


def note_head(cohort: Cohort, gradebook: Any) -> Head:
    """Write the present head into the cohort's folder, for later checks, and return it."""
    with gradebook.engine.connect() as connection:
        head = read_head(connection)
    if head.hash not in noted_heads(cohort):
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{moment} {head.number} {head.hash}\n"
        opened = os.open(_heads(cohort), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(opened, "a", encoding="ascii") as file:
            file.write(line)
    return head


def noted_heads(cohort: Cohort) -> list[str]:
    """Return the hashes that were noted in the cohort's folder."""
    if not _heads(cohort).is_file():
        return []
    lines = _heads(cohort).read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.split()[-1] for line in lines if line.strip()]


def _heads(cohort: Cohort) -> Path:
    return cohort.folder / HEADS
