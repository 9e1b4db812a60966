"""The ledger's table: in the gradebook's own database, written in the transaction of the mark."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from clusterlib.delivery.cohorts.ledger.context import (
    present_command,
    present_person,
    present_reason,
)
from clusterlib.delivery.cohorts.ledger.marks import read_marks
from clusterlib.delivery.cohorts.ledger.rows import START, Head, Key, Row

NAME = "mark_ledger"
FOUND = "found when the ledger began"
# The number of the lock that PostgreSQL keeps for each database until the transaction ends.
LOCK = 7_305_118_902_451_663


@functools.cache
def ledger_table() -> Any:
    """Return the table; nbgrader's own tables and their upgrades know nothing of it."""
    from sqlalchemy import Column, Integer, MetaData, String, Table, Text

    return Table(
        NAME,
        MetaData(),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", String(32), nullable=False),
        Column("who", Text, nullable=False),
        Column("command", Text, nullable=False),
        Column("learner", Text, nullable=False),
        Column("module", Text, nullable=False),
        Column("notebook", Text, nullable=False),
        Column("cell", Text, nullable=False),
        Column("field", String(64), nullable=False),
        Column("before", Text),
        Column("after", Text),
        Column("why", Text),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
    )


def lock(connection: Any) -> None:
    """Let nobody else write marks until this transaction ends.

    Only then is the last row the last row, and what is read the mark that is about to change.
    """
    if connection.dialect.name == "sqlite":
        if not connection.connection.dbapi_connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def has_ledger(connection: Any) -> bool:
    """Say whether the gradebook has a ledger; those from before it have none."""
    from sqlalchemy import inspect

    return bool(inspect(connection).has_table(NAME))


def begin(connection: Any) -> None:
    """Make the ledger where there is none, under the lock, with a row for each mark there is."""
    if has_ledger(connection):
        return
    ledger_table().create(connection)
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    append(connection, [(Key("", "", "", "", "ledger"), None, f"begun {moment}")])
    marks = read_marks(connection)
    append(connection, [(key, None, marks[key]) for key in sorted(marks)], FOUND)


def read_head(connection: Any) -> Head:
    """Return the last row's number and hash."""
    last = connection.execute(_last_row()).first()
    return Head(*last) if last else Head(0, START)


@functools.cache
def _last_row() -> Any:
    from sqlalchemy import select

    table = ledger_table()
    return select(table.c.number, table.c.hash).order_by(table.c.number.desc()).limit(1)


def append(
    connection: Any, changes: Iterable[tuple[Key, str | None, str | None]], why: str | None = None
) -> None:
    """Write rows at the end, under the lock: what each is about, from, to."""
    changes = list(changes)
    if not changes:
        return
    head, rows = read_head(connection), []
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    who, command, reason = present_person(), present_command(), why or present_reason()
    for key, before, after in changes:
        row = Row(
            head.number + 1, at, who, command, *key, before, after, reason, head.hash
        ).sealed()
        rows.append(vars(row))
        head = row.head
    connection.execute(ledger_table().insert(), rows)


def differences(
    before: Mapping[Key, str], after: Mapping[Key, str]
) -> list[tuple[Key, str | None, str | None]]:
    """Return what changed, in the order of learner, module, notebook, cell and field.

    >>> key = Key("anna", "02-needs", "02-needs", "need-test", "auto_score")
    >>> differences({key: "2"}, {key: "3"})[0][1:], differences({key: "2"}, {key: "2"})
    (('2', '3'), [])
    """
    return [
        (key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def read_rows(connection: Any) -> list[Row]:
    """Return all rows in order."""
    from sqlalchemy import select

    table = ledger_table()
    return [Row(*row) for row in connection.execute(select(table).order_by(table.c.number))]
