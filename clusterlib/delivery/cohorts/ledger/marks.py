"""The marks in nbgrader's own tables as plain texts, all of them or those of a few rows."""

from __future__ import annotations

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
        table = model.__table__
        query = _query(table, fields, depth)
        if scope is not None:
            condition = _condition(table, scope, depth)
            if condition is None:
                continue
            query = query.where(condition)
        for learner, module, notebook, cell, *values in connection.execute(query):
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


def _query(table: Any, fields: tuple[str, ...], depth: int) -> Any:
    """Return the query for these fields with learner, module, notebook and cell before them."""
    from nbgrader import api
    from sqlalchemy import literal, select

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
    return select(*names, *(table.c[name] for name in fields)).select_from(source)


def _condition(table: Any, scope: Scope, depth: int) -> Any:
    """Return which rows of this table are in the scope, None for no row at all."""
    from nbgrader.api import Base
    from sqlalchemy import or_

    tables = Base.metadata.tables
    holders = [*LEVELS[: 3 if depth == 2 else 5], *(["base_cell"] if depth > 4 else [])]
    chosen = [(table.name, scope.own.get(table.name, set()))]
    chosen += [(name, scope.below.get(name, set())) for name in holders]
    terms = [tables[name].c.id.in_(sorted(ids)) for name, ids in chosen if ids]
    return or_(*terms) if terms else None
