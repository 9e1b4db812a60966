"""Copy a whole gradebook, marks and ledger: into a file, and from a file into a database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.ledger.rows import Head
from clusterlib.delivery.cohorts.ledger.table import ledger_table, read_head
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import import_nbgrader

ROWS_AT_ONCE = 1000
STAMP = "alembic_version"


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite gradebook, None for a database server.

    >>> sqlite_file("postgresql+pg8000://trainer@localhost/marks") is None
    True
    """
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def copy_to_file(cohort: Cohort, target: Path) -> None:
    """Write the gradebook of one moment into a new SQLite file, while others may go on writing.

    SQLite's own online copy takes one state of the database; PostgreSQL is read table by table in
    one transaction that sees one state only.
    """
    from sqlalchemy import create_engine

    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    source = sqlite_file(cohort.database_url)
    if source is not None:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # One file that needs no companion; the first opening turns logging on again.
            new.execute("PRAGMA journal_mode = DELETE")
        return
    import_nbgrader()
    engine, copy = create_engine(cohort.database_url), create_engine(f"sqlite:///{target}")
    try:
        with (
            engine.connect().execution_options(isolation_level="REPEATABLE READ") as old_server,
            copy.begin() as new_file,
        ):
            _copy_tables(old_server, new_file)
    finally:
        engine.dispose()
        copy.dispose()
        _without_log(target)


def copy_from_file(source: Path, url: str) -> None:
    """Write a gradebook's file into an empty database, all of it or nothing.

    Raises:
        CommandError: the database holds something already.
    """
    from sqlalchemy import create_engine, inspect

    import_nbgrader()
    engine, file = create_engine(url), create_engine(f"sqlite:///{source}")
    try:
        with file.connect() as old, engine.begin() as new:
            if inspect(new).get_table_names():
                shown = engine.url.render_as_string(hide_password=True)
                raise CommandError(f"the database {shown} is not empty: make a new one")
            _copy_tables(old, new)
    finally:
        engine.dispose()
        file.dispose()
        _without_log(source)


def rename_course(file: Path, old: str, new: str) -> None:
    """Let a gradebook's file belong to a cohort of another name; no mark is touched."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE course SET id = ? WHERE id = ?", (new, old))
        connection.execute("UPDATE assignment SET course_id = ? WHERE course_id = ?", (new, old))


def head_of(url: str) -> Head:
    """Return the head of a gradebook's ledger."""
    from sqlalchemy import create_engine

    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return read_head(connection)
    finally:
        engine.dispose()


def _copy_tables(old: Any, new: Any) -> None:
    from nbgrader.api import Base
    from sqlalchemy import insert, select, text

    Base.metadata.create_all(new)
    ledger_table().create(new)
    new.execute(text(f"CREATE TABLE {STAMP} (version_num VARCHAR(32))"))
    for (stamp,) in old.execute(text(f"SELECT version_num FROM {STAMP}")):
        new.execute(text(f"INSERT INTO {STAMP} VALUES (:stamp)"), {"stamp": stamp})
    for table in [*Base.metadata.sorted_tables, ledger_table()]:
        found = old.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
        for rows in found.mappings().partitions(ROWS_AT_ONCE):
            new.execute(insert(table), [dict(row) for row in rows])


def _without_log(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
