"""The ledger for people: chosen rows, each as a line or as a record of a table."""

from __future__ import annotations

from typing import Any

from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger.rows import Row, describe
from clusterlib.delivery.cohorts.ledger.table import read_rows
from clusterlib.delivery.cohorts.places import Cohort


def changes(cohort: Cohort, module: str | None = None, learner: str | None = None) -> list[Row]:
    """Return a cohort's rows, oldest first, of one module or learner where asked."""
    with open_gradebook(cohort) as gradebook, gradebook.engine.connect() as connection:
        rows = read_rows(connection)
    return [row for row in rows if module in (None, row.module) and learner in (None, row.learner)]


def as_line(row: Row) -> str:
    """Return one change in one line of plain words.

    >>> row = Row(7, "2027-03-01T10:00:00.000000Z", "mara", "formgrader", "anna", "02-needs",
    ...           "02-needs", "need-test", "manual_score", "3", "4", "appeal", "")
    >>> as_line(row)
    '2027-03-01 10:00:00 anna, 02-needs, need-test: marks by hand 3 -> 4 (mara, formgrader: appeal)'
    """
    why = f": {row.why}" if row.why else ""
    words = " ".join(describe(row).split())
    return f"{row.at[:19].replace('T', ' ')} {words} ({row.who}, {row.command}{why})"


def as_record(cohort: Cohort, row: Row | None = None) -> dict[str, Any]:
    """Return a row with its columns' names as a table shows them; blanks without a row."""
    names = {"before": "from", "after": "to"}
    values = vars(row) if row else dict.fromkeys(Row.__dataclass_fields__)
    shown = {names.get(name, name): value for name, value in values.items()}
    return {"audience": cohort.audience, **shown}
