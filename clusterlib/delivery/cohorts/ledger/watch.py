"""Watches nbgrader's own sessions: what they change in the marks goes into the ledger.

The rows are written in the transaction that changes the mark: a killed process leaves both or
neither. Before the change the writer's lock is taken and the mark read from the database, so what
a row gives as "from" is what stood there, whatever the program had in its memory.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from clusterlib.delivery.cohorts.ledger.marks import LEVELS, Scope, read_marks
from clusterlib.delivery.cohorts.ledger.table import append, begin, differences, lock

HOLDERS = (*LEVELS, "base_cell")
MARKED = (*HOLDERS, "grade", "comment")
# Changes of these leave every mark where it is and what it is.
HARMLESS = {
    "student": {"first_name", "last_name", "email", "lms_user_id"},
    "assignment": {"duedate"},
    "submitted_assignment": {"timestamp", "extension"},
    "notebook": {"kernelspec"},
    "submitted_notebook": {"late_submission_penalty", "flagged"},
    "base_cell": {"max_score", "cell_type"},
}
STATEMENT = re.compile(
    rf"\b(insert|update|delete|replace|merge|truncate)\b.*\b({'|'.join(MARKED)})\b", re.I | re.S
)
_BEFORE = "marks before the change"
_THERE = "the gradebook has a ledger"


def keep_ledger() -> None:
    """Let every gradebook of this process keep its ledger."""
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    if not event.contains(Session, "before_flush", _before_flush):
        event.listen(Session, "before_flush", _before_flush)
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "do_orm_execute", _around_statement)
        event.listen(Session, "after_soft_rollback", _after_rollback)


def _before_flush(session: Any, _context: Any, _instances: Any) -> None:
    session.info.pop(_BEFORE, None)
    if "nbgrader.api" not in sys.modules:
        return
    scope, new = _touched(session)
    if scope.own or scope.below or new:
        connection = _locked(session)
        session.info[_BEFORE] = (scope, new, read_marks(connection, scope))


def _after_flush(session: Any, _context: Any) -> None:
    if _BEFORE not in session.info:
        return
    scope, new, before = session.info.pop(_BEFORE)
    for instance in new:
        scope.add(_table(instance), _identity(instance))
    connection = _connection(session)
    append(connection, differences(before, read_marks(connection, scope)))


def _after_rollback(session: Any, _transaction: Any) -> None:
    # A ledger that the transaction made went with it.
    session.info.pop(_THERE, None)


def _around_statement(execution: Any) -> Any:
    """Compare all marks before and after a statement that changes many rows at once."""
    if execution.is_select or "nbgrader.api" not in sys.modules or not _writes_marks(execution):
        return None
    connection = _locked(execution.session)
    before = read_marks(connection)
    result = execution.invoke_statement()
    append(connection, differences(before, read_marks(connection)))
    return result


def _writes_marks(execution: Any) -> bool:
    statement = execution.statement
    if execution.is_insert or execution.is_update or execution.is_delete:
        return str(statement.table.name) in (*MARKED, "grade_cells", "task_cells")
    return bool(STATEMENT.search(getattr(statement, "text", "")))


def _locked(session: Any) -> Any:
    connection = _connection(session)
    lock(connection)
    if not session.info.get(_THERE):
        begin(connection)
        session.info[_THERE] = True
    return connection


def _connection(session: Any) -> Any:
    from nbgrader.api import Grade

    return session.connection(bind_arguments={"mapper": Grade})


def _touched(session: Any) -> tuple[Scope, list[Any]]:
    """Return the rows whose marks may change, and the new objects, which have no id yet."""
    scope = Scope()
    new = [instance for instance in session.new if _table(instance) in MARKED]
    for instance in session.deleted:
        if _table(instance) in MARKED:
            below = _table(instance) in HOLDERS
            scope.add(_table(instance), _identity(instance), below)
    for instance in session.dirty:
        table = _table(instance)
        if table not in MARKED:
            continue
        changed = _changed(instance)
        if table not in HOLDERS:
            if changed:
                scope.add(table, _identity(instance))
        elif changed - HARMLESS[table]:
            scope.add(table, _identity(instance), below=True)
        elif changed:
            scope.add(table, _identity(instance))
    return scope, new


def _table(instance: Any) -> str:
    """Return the name of nbgrader's table, for cells of all kinds "base_cell"; "" for others."""
    from nbgrader.api import Base
    from sqlalchemy import inspect

    if not isinstance(instance, Base):
        return ""
    return str(inspect(instance).mapper.base_mapper.local_table.name)


def _identity(instance: Any) -> set[str]:
    """Return the id that the row has, and the one it shall have where that changes."""
    from sqlalchemy import inspect

    state = inspect(instance)
    ids = {*(state.identity or ()), *state.mapper.primary_key_from_instance(instance)}
    return {str(id) for id in ids if id is not None}


def _changed(instance: Any) -> set[str]:
    """Return the names of changed columns and of changed references to one other row."""
    from sqlalchemy import inspect

    state = inspect(instance)
    names = [attribute.key for attribute in state.mapper.column_attrs]
    names += [link.key for link in state.mapper.relationships if not link.uselist]
    return {name for name in names if state.attrs[name].history.has_changes()}
