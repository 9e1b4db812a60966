"""A cohort with a released module and marks in its gradebook, for tests of ledger and backup."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import MODULE, make_course, roster

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger import reason
from clusterlib.delivery.cohorts.ledger.rows import Row
from clusterlib.delivery.cohorts.ledger.table import read_rows
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

NAME = "d-27"
TEST, OTHER_TEST, ESSAY = "top-need-test", "share-test", "reflection"
CHANGES = 50
PLACES = multiprocessing.get_context("fork")


def make_cohort(folder: Path, *options: str) -> Cohort:
    """Open a cohort of two for the government audience and release the probe to them."""
    root = make_course(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLUSTER_COURSE", str(root / "course"))
        patch.delenv("CLUSTER_COHORT", raising=False)
        people = str(roster(folder / "r.csv", "anna,Anna,Őrségi,", "bela,Béla,Nagy,"))
        new = ["cohort", "new", NAME, "--audience", "government", "--roster", people]
        assert main([*new, "--timezone", "UTC", *options]) == 0
        assert main(["release", NAME, MODULE, "--due", "2027-03-28 23:59"]) == 0
    return all_cohorts(root)[0]


def copied(cohort: Cohort, folder: Path) -> Cohort:
    """Return a copy of a cohort that was made for tests, in a tree of its own."""
    shutil.copytree(cohort.root, folder)
    settings = folder / "course" / "work" / NAME / cohort.audience / "cohort.toml"
    text = settings.read_text("utf-8").replace(str(cohort.root), str(folder))
    settings.write_text(text, encoding="utf-8")
    return all_cohorts(folder)[0]


def give(gradebook: Any, learner: str, cell: str, **values: Any) -> None:
    """Change a mark as nbgrader's own parts do, without saving it."""
    grade = gradebook.find_grade(cell, MODULE, MODULE, learner)
    for name, value in values.items():
        setattr(grade, name, value)


def hand_in(cohort: Cohort, *learners: str) -> None:
    """Enter hand-ins with marks by tests: 2 and 3 points."""
    with open_gradebook(cohort) as gradebook:
        for learner in learners:
            gradebook.add_submission(MODULE, learner, timestamp="2027-03-01 10:00:00 UTC")
            for cell, points in ((TEST, 2.0), (OTHER_TEST, 3.0)):
                give(gradebook, learner, cell, auto_score=points, needs_manual_grade=False)
            gradebook.db.commit()


def rows_of(cohort: Cohort) -> list[Row]:
    """Return the ledger."""
    with open_gradebook(cohort) as gradebook, gradebook.engine.connect() as connection:
        return read_rows(connection)


def changes(rows: list[Row]) -> list[tuple[str, str, str, str | None, str | None]]:
    """Return learner, cell, field, from and to of each row."""
    return [(row.learner, row.cell, row.field, row.before, row.after) for row in rows]


def by_hand(cohort: Cohort, *statements: str) -> None:
    """Change the gradebook's file with sqlite3, past every program of the course."""
    with closing(sqlite3.connect(cohort.folder / "gradebook.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def write_marks(root: Path, learner: str, times: int, ready: Any) -> None:
    """Give a learner, and each time also Anna, another mark; a program of its own runs this."""
    with open_gradebook(all_cohorts(root)[0]) as gradebook, reason(learner):
        ready.wait()
        for number in range(times):
            give(gradebook, learner, TEST, manual_score=float(number))
            gradebook.db.commit()
            give(gradebook, "anna", OTHER_TEST, manual_score=number + ord(learner[0]) / 1000)
            gradebook.db.commit()


def write_together(cohort: Cohort) -> None:
    """Let two processes give fifty marks each, at the same time."""
    ready = PLACES.Barrier(2)
    workers = [
        PLACES.Process(target=write_marks, args=(cohort.root, learner, CHANGES, ready))
        for learner in ("anna", "bela")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]


def check_written_together(cohort: Cohort, start: int) -> None:
    """Say whether each of the changes is there once, in the order of its process."""
    written = [row for row in rows_of(cohort)[start:] if row.field == "manual_score"]
    found = [row for row in written if row.cell == TEST]
    assert (len(written), len(found)) == (4 * CHANGES, 2 * CHANGES)
    for learner in ("anna", "bela"):
        assert [row.after for row in found if row.why == learner] == [
            str(number) for number in range(CHANGES)
        ]
    assert main(["audit", NAME, "--check"]) == 0
