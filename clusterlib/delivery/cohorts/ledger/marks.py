"""The marks in nbgrader's own tables as plain texts, all of them or those of a few rows."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clusterlib.delivery.cohorts.ledger.rows import Key

GRADE = ("auto_score", "manual_score", "extra_credit")
COMMENT = ("auto_comment", "manual_comment")
# Tables from the top down; a row of one holds the rows of those after it.
LEVELS = ("student", "assignment", "submitted_assignment", "notebook", "submitted_notebook")


@dataclass
class Scope:
    """Which rows of nbgrader's tables are looked at.

    `own` has ids of rows that hold marks themselves, `below` ids of rows with all that belongs to
    them; both by table.
    """

    own: dict[str, set[str]] = field(default_factory=dict)
    below: dict[str, set[str]] = field(default_factory=dict)

    def add(self, table: str, ids: Iterable[str], below: bool = False) -> None:
        """Look at these rows too."""
        (self.below if below else self.own).setdefault(table, set()).update(ids)


def read_marks(connection: Any, scope: Scope | None = None) -> dict[Key, str]:
    """Return everything that is there, as text by what it is about; of all rows without a scope.

    A grade that nobody has given yet is not there.
    """
    from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook

    found: dict[Key, str] = {}
    readers = (
        (SubmittedAssignment, ("timestamp", "extension"), 2),
        (SubmittedNotebook, ("late_submission_penalty",), 4),
        (Grade, (*GRADE, "needs_manual_grade"), 5),
        (Comment, COMMENT, 5),
    )
    for model, fields, depth in readers:
        ids = None if scope is None else _chosen(scope, model.__table__.name, depth)
        if ids == {}:
            continue
        query = _query(model.__table__, fields, depth, None if ids is None else tuple(ids))
        for learner, module, notebook, cell, *values in connection.execute(query, ids):
            texts = dict(zip(fields, values, strict=True))
            if "needs_manual_grade" in texts:
                texts["needs_manual_grade"] = _looked_at_again(texts)
            for name, value in texts.items():
                if value is not None:
                    found[Key(learner, module, notebook, cell, name)] = as_text(value)
    return found


def _looked_at_again(grade: dict[str, Any]) -> str | None:
    """Return the flag only where it says more than the scores.

    A grade waits for a person while it has no score, and does not once it has one. The flag counts
    where it differs, as after a new run of the tests over a mark by hand.
    """
    waits = grade["auto_score"] is None and grade["manual_score"] is None
    if bool(grade["needs_manual_grade"]) == waits:
        return None
    return "yes" if grade["needs_manual_grade"] else "no"


def as_text(value: Any) -> str:
    """Return a value as the ledger keeps it, the same from every database.

    >>> as_text(2.0), as_text(0.1), as_text(timedelta(hours=1, seconds=30))
    ('2', '0.1', '60.5')
    >>> as_text(datetime(2027, 3, 1, 10))
    '2027-03-01T10:00:00'
    """
    if isinstance(value, timedelta):
        value = value.total_seconds() / 60
    if isinstance(value, float) and math.isfinite(value):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _chosen(scope: Scope, table: str, depth: int) -> dict[str, list[str]]:
    """Return the ids in the scope that have a say for this table, by the table they are of."""
    holders = [*LEVELS[: 3 if depth == 2 else 5], *(["base_cell"] if depth > 4 else [])]
    found = {name: set(scope.below.get(name, ())) for name in holders}
    found[table] = found.get(table, set()) | scope.own.get(table, set())
    return {name: sorted(ids) for name, ids in found.items() if ids}


@functools.cache
def _query(table: Any, fields: tuple[str, ...], depth: int, by: tuple[str, ...] | None) -> Any:
    """Return the query for these fields with learner, module, notebook and cell before them.

    Args:
        table: nbgrader's.
        fields: its columns.
        depth: how much of learner, module, notebook and cell there is.
        by: tables whose ids are given; any one of them chooses a row. None: all rows.
    """
    from nbgrader import api
    from sqlalchemy import bindparam, literal, or_, select

    hand_in = api.SubmittedAssignment.__table__
    sheet = api.SubmittedNotebook.__table__
    student, module = api.Student.__table__, api.Assignment.__table__
    notebook, cell = api.Notebook.__table__, api.BaseCell.__table__
    blank = literal("")
    names = [student.c.id, module.c.name]
    names += [notebook.c.name if depth > 2 else blank, cell.c.name if depth > 4 else blank]
    source = hand_in
    if depth > 2:
        source = sheet.join(hand_in, hand_in.c.id == sheet.c.assignment_id)
        source = source.join(notebook, notebook.c.id == sheet.c.notebook_id)
    if depth > 4:
        source = table.join(source, sheet.c.id == table.c.notebook_id)
        source = source.join(cell, cell.c.id == table.c.cell_id)
    source = source.join(student, student.c.id == hand_in.c.student_id)
    source = source.join(module, module.c.id == hand_in.c.assignment_id)
    query = select(*names, *(table.c[name] for name in fields)).select_from(source)
    if by is None:
        return query
    tables = api.Base.metadata.tables
    return query.where(
        or_(*(tables[name].c.id.in_(bindparam(name, expanding=True)) for name in by))
    )
