"""The gradebook of a cohort: nbgrader's own tables, SQLite by default or PostgreSQL."""

from __future__ import annotations

import contextlib
import functools
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.disks import network_file_system, warn
from clusterlib.delivery.cohorts.ledger import keep_ledger
from clusterlib.delivery.cohorts.ledger.context import program
from clusterlib.delivery.cohorts.ledger.table import begin, has_ledger, lock
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.roster import Person
from clusterlib.delivery.cohorts.session import import_nbgrader

LOCK_SECONDS = 30
# nbgrader opens the gradebook without a course at times and so adds this row itself.
NBGRADER_OWN_COURSE = "default_course"
_engines: list[Callable[[], None]] = []
# Gradebooks that were looked at within `kept_open`, None outside of it.
_kept: set[str] | None = None


def let_sqlite_wait() -> None:
    """Make SQLite gradebooks of this process wait for a lock instead of failing at once.

    Write-ahead logging lets a formgrader read while a grading run writes.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if not event.contains(Engine, "connect", _set_sqlite_pragmas):
        event.listen(Engine, "connect", _set_sqlite_pragmas)


def share_engines() -> None:
    """Make nbgrader keep one engine for each gradebook of this process.

    nbgrader opens the gradebook nine times for one submission and throws away the engine, and with
    it all prepared SQL, each time: half of its time.
    """
    global _kept
    import nbgrader.api
    from sqlalchemy import create_engine

    @functools.cache
    def engine(url: str, **options: Any) -> Any:
        made = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), **options)
        give_up = made.dispose
        made.dispose = lambda *a, **k: None if _kept is not None else give_up(*a, **k)  # type: ignore[method-assign]
        _engines.append(give_up)
        return made

    tables = nbgrader.api.Base.metadata
    make_tables = tables.create_all

    def make_tables_once(bind: Any, **options: Any) -> None:
        address = bind.engine.url.render_as_string(hide_password=False)
        if _kept is None or address not in _kept:
            make_tables(bind, **options)

    if nbgrader.api.create_engine is create_engine:
        nbgrader.api.create_engine = engine
        tables.create_all = make_tables_once
        if program(sys.argv) == "nbgrader autograde":
            # It ends by itself, and with it what is kept.
            _kept = set()


@contextlib.contextmanager
def kept_open() -> Iterator[None]:
    """Within, keep the connections to gradebooks, and look at each gradebook's form once.

    For a command that comes to an end; not for a server, under which a backup may be restored.
    """
    global _kept
    before, _kept = _kept, set() if _kept is None else _kept
    try:
        yield
    finally:
        _kept = before
        if _kept is None:
            for give_up in _engines:
                give_up()


def _set_sqlite_pragmas(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
    database = connection.execute("PRAGMA database_list").fetchone()[2]
    # The log's index is memory that processes share: other machines would not see it.
    shared = database and network_file_system(Path(database).parent)
    wish = "delete" if shared else "wal"
    (mode,) = connection.execute(f"PRAGMA journal_mode = {wish}").fetchone()
    if database and mode != "wal":
        warn(database, mode)
    # A mark that was shown as given outlives a power cut: each commit waits for the disk.
    connection.execute("PRAGMA synchronous = FULL")


@contextlib.contextmanager
def open_gradebook(cohort: Cohort) -> Iterator[Any]:
    """Open the gradebook (nbgrader.api.Gradebook) and close it afterwards.

    Raises:
        CommandError: the database cannot be reached, holds another course, or lacks its stamp.
    """
    import_nbgrader()
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    let_sqlite_wait()
    keep_ledger()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            known = _kept is not None and cohort.database_url in _kept
            if not known:
                _make_tables(cohort.database_url)
            with Gradebook(cohort.database_url, cohort.course_id) as gradebook:
                if not known:
                    _check_owner(gradebook, cohort)
                    _begin_ledger(gradebook)
                if _kept is not None:
                    _kept.add(cohort.database_url)
                yield gradebook
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise CommandError(f"the gradebook {cohort.database_shown} fails: {reason}") from error


def _make_tables(url: str) -> None:
    """Make a new gradebook's tables with the stamp that `nbgrader db upgrade` needs later.

    nbgrader would call the program `alembic` for the stamp and, where the environment is not
    activated, leave a gradebook without one.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            return
        settings = Config()
        settings.set_main_option("script_location", ALEMBIC_DIR)
        head = ScriptDirectory.from_config(settings).get_current_head()
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    finally:
        engine.dispose()


def _check_owner(gradebook: Any, cohort: Cohort) -> None:
    from nbgrader.api import Course
    from sqlalchemy import inspect

    known = {course.id for course in gradebook.db.query(Course).all()}
    others = sorted(known - {cohort.course_id, NBGRADER_OWN_COURSE})
    if others:
        raise CommandError(
            f"the gradebook {cohort.database_shown} belongs to {others[0]}: "
            "each cohort and audience needs a database of its own"
        )
    if "alembic_version" not in inspect(gradebook.engine).get_table_names():
        raise CommandError(
            f"the gradebook {cohort.database_shown} was left half made: remove it, then try again"
        )


def _begin_ledger(gradebook: Any) -> None:
    """Give a gradebook from before the ledger its first rows: the marks that it has."""
    with gradebook.engine.connect() as connection:
        if not has_ledger(connection):
            lock(connection)
            begin(connection)
            connection.commit()


def enrol(cohort: Cohort, people: Iterable[Person]) -> tuple[int, int]:
    """Add people to the gradebook and correct their names; return counts (added, corrected).

    Nobody is ever removed: who left the roster keeps their marks.
    """
    added = corrected = 0
    with open_gradebook(cohort) as gradebook:
        known = {student.id: student for student in gradebook.students}
        for person in people:
            details = {
                "first_name": person.first_name,
                "last_name": person.last_name,
                "email": person.email or None,
            }
            student = known.get(person.id)
            if student is None:
                gradebook.add_student(person.id, **details)
                added += 1
            elif any(getattr(student, field) != value for field, value in details.items()):
                gradebook.update_or_create_student(person.id, **details)
                corrected += 1
    return added, corrected


def learner_ids(cohort: Cohort) -> list[str]:
    """Return the ids on the roster, in order."""
    with open_gradebook(cohort) as gradebook:
        return sorted(student.id for student in gradebook.students)


def released_modules(cohort: Cohort) -> list[str]:
    """Return the modules that the gradebook knows, in order."""
    with open_gradebook(cohort) as gradebook:
        return sorted(assignment.name for assignment in gradebook.assignments)
