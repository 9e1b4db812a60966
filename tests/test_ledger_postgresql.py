"""Ledger, backup and restore with PostgreSQL, on a real server that the test starts and stops."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import MODULE
from ledger_scene import (
    NAME,
    OTHER_TEST,
    PLACES,
    TEST,
    check_written_together,
    copied,
    give,
    hand_in,
    make_cohort,
    rows_of,
    write_marks,
    write_together,
)
from nbgrader.api import Gradebook
from postgres_server import NEEDS_SERVER, Server
from sqlalchemy import create_engine, text

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.gradebook_copy import copy_to_file
from clusterlib.delivery.cohorts.ledger.check import check, read_both
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

pytestmark = NEEDS_SERVER
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server on loopback without a database."""
    found = Server()
    try:
        found.start()
        yield found
    finally:
        found.remove()


@pytest.fixture(scope="module")
def pattern(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("ledger") / "tree"
    cohort = make_cohort(folder, "--db", server.make_database("pattern"))
    hand_in(cohort, "anna", "bela")
    return cohort


@pytest.fixture
def cohort(
    server: Server, pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cohort:
    """Two learners with marks by tests, in a database of their own."""
    name = f"copy{next(NUMBERS)}"
    engine = create_engine(f"{server.address}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE pattern"))
    engine.dispose()
    found = copied(pattern, tmp_path / "tree")
    settings = found.folder / "cohort.toml"
    settings.write_text(settings.read_text("utf-8").replace("/pattern", f"/{name}"), "utf-8")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    return all_cohorts(found.root)[0]


def audit() -> int:
    return main(["audit", NAME, "--check"])


def content(cohort: Cohort) -> tuple[Any, ...]:
    with open_gradebook(cohort) as gradebook:
        people = [student.to_dict() for student in gradebook.students]
        submission = gradebook.find_submission(MODULE, "anna")
        times = (submission.timestamp, submission.duedate, submission.extension)
        stamp = gradebook.db.execute(text("SELECT version_num FROM alembic_version")).all()
        cells = sorted(c.name for c in gradebook.find_notebook(MODULE, MODULE).source_cells)
        return (*read_both(gradebook), people, times, stamp, cells)


def test_two_processes_write_one_chain(cohort: Cohort) -> None:
    start = len(rows_of(cohort))
    assert start == 7
    write_together(cohort)
    check_written_together(cohort, start)


def hold_a_mark(root: Path, reached: Any) -> None:
    """Change a mark and stop before it is saved."""
    with open_gradebook(all_cohorts(root)[0]) as gradebook:
        give(gradebook, "anna", TEST, manual_score=1.0)
        gradebook.db.flush()
        reached.set()
        signal.pause()


def test_a_kill_leaves_neither_mark_nor_row_and_blocks_nobody(cohort: Cohort) -> None:
    before, reached = content(cohort), PLACES.Event()
    worker = PLACES.Process(target=hold_a_mark, args=(cohort.root, reached))
    worker.start()
    assert reached.wait(60)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join(30)
    assert content(cohort) == before
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, manual_score=2.0)
        gradebook.db.commit()
    assert len(rows_of(cohort)) == len(before[0]) + 1
    assert audit() == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE grade SET auto_score = 9 WHERE auto_score = 2", "is 9 in the gradebook, but row"),
        ("UPDATE mark_ledger SET who = 'mara' WHERE number = 4", "row 4 was changed"),
        ("DELETE FROM mark_ledger WHERE number = 4", "row 4 is missing"),
        ("DELETE FROM mark_ledger WHERE number > 6", f"{OTHER_TEST}: marks by tests is 3 in"),
    ],
)
def test_forgeries_are_found(
    cohort: Cohort, statement: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit() == 0
    engine = create_engine(cohort.database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert audit() == 1
    assert words in capsys.readouterr().out


def test_marks_move_between_server_and_file_and_back_unchanged(
    cohort: Cohort, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, manual_score=0.1 + 0.2)
        gradebook.find_comment("reflection", MODULE, MODULE, "anna").manual_comment = "Jó!\n\tőű 🙂"
        gradebook.grant_extension(MODULE, "anna", minutes=90)
    before = content(cohort)
    assert main(["backup", NAME]) == 0
    backup = str(next((cohort.root / "course" / "work" / "backups").iterdir()))
    # The database is in use, so the backup has to go elsewhere.
    assert main(["restore", backup, "--as", "second"]) == 1
    assert f"that is in use: name an empty one with --db {cohort.audience}=URL" in (
        capsys.readouterr().err
    )
    assert main(["restore", backup, "--as", "second", "--db", "government=sqlite"]) == 0
    file = _named(cohort, "second")
    assert file.database == ""
    assert content(file) == before
    assert main(["backup", "second"]) == 0
    folder = cohort.root / "course" / "work" / "backups"
    (second,) = (str(path) for path in folder.glob("second-*"))
    full = f"government={cohort.database_url}?"
    assert main(["restore", second, "--as", "third", "--db", full]) == 1
    assert "is not empty" in capsys.readouterr().err
    empty = server.make_database("empty")
    assert main(["restore", second, "--as", "third", "--db", f"government={empty}"]) == 0
    third = _named(cohort, "third")
    assert content(third) == before
    with open_gradebook(third) as gradebook:
        give(gradebook, "bela", TEST, manual_score=1.0)
        gradebook.db.commit()
    for name in (NAME, "second", "third"):
        assert main(["audit", name, "--check"]) == 0


def _named(cohort: Cohort, name: str) -> Cohort:
    return next(found for found in all_cohorts(cohort.root) if found.name == name)


def test_a_backup_made_while_marks_are_written_is_one_moment(
    cohort: Cohort, tmp_path: Path
) -> None:
    start, ready = len(rows_of(cohort)), PLACES.Barrier(1)
    writer = PLACES.Process(target=write_marks, args=(cohort.root, "anna", 10**6, ready))
    writer.start()
    while len(rows_of(cohort)) < start + 3:
        assert writer.is_alive()
    for number in range(12):
        copy_to_file(cohort, tmp_path / f"{number}.db")
        with Gradebook(f"sqlite:///{tmp_path / str(number)}.db", cohort.course_id) as gradebook:
            assert check(gradebook, []).faults == []
    assert main(["backup", NAME]) == 0
    backup = str(next((cohort.root / "course" / "work" / "backups").iterdir()))
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join(30)
    assert main(["restore", backup, "--as", "second", "--db", "government=sqlite"]) == 0
    second, now = rows_of(_named(cohort, "second")), rows_of(cohort)
    assert start + 3 <= len(second) < len(now)
    assert now[: len(second)] == second
