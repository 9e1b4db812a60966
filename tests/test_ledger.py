"""The ledger of marks: what nbgrader changes is in it, and what was forged is found."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cohort_tree import MODULE
from ledger_scene import (
    ESSAY,
    NAME,
    OTHER_TEST,
    TEST,
    by_hand,
    changes,
    copied,
    give,
    hand_in,
    make_cohort,
    rows_of,
)
from sqlalchemy import delete, text, update

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger import reason
from clusterlib.delivery.cohorts.ledger.rows import START
from clusterlib.delivery.cohorts.places import Cohort


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    cohort = make_cohort(tmp_path_factory.mktemp("ledger") / "tree")
    hand_in(cohort, "anna", "bela")
    return cohort


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Two learners with marks by tests, and a ledger of seven rows."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    monkeypatch.delenv("CLUSTER_WHY", raising=False)
    return found


def audit(*options: str) -> int:
    return main(["audit", NAME, *options])


def test_a_hand_in_and_its_marks_are_rows_that_follow_from_each_other(cohort: Cohort) -> None:
    rows = rows_of(cohort)
    assert changes(rows[1:4]) == [
        ("anna", "", "timestamp", None, "2027-03-01T10:00:00"),
        ("anna", TEST, "auto_score", None, "2"),
        ("anna", OTHER_TEST, "auto_score", None, "3"),
    ]
    assert [row.number for row in rows] == list(range(1, 8))
    assert rows[0].previous == START
    assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
    # The recipe, written down once more: anyone can check a row with the tools of any computer.
    row = rows[2]
    columns = [
        row.number, row.at, row.who, row.command, row.learner, row.module, row.notebook, row.cell,
        row.field, row.before, row.after, row.why, row.previous,
    ]  # fmt: skip
    text = json.dumps(columns, ensure_ascii=True, separators=(",", ":"))
    assert row.hash == hashlib.sha256(text.encode("ascii")).hexdigest()
    assert audit("--check") == 0


def test_the_same_mark_again_writes_nothing(cohort: Cohort) -> None:
    before = rows_of(cohort)
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, auto_score=2.0, manual_score=None, needs_manual_grade=False)
        gradebook.update_or_create_submission(MODULE, "anna", timestamp="2027-03-01 10:00:00 UTC")
        gradebook.update_or_create_student("anna", first_name="Anne")
        gradebook.update_or_create_assignment(MODULE, duedate="2027-04-01")
        gradebook.db.commit()
    assert rows_of(cohort) == before


def test_every_kind_of_change_is_there_with_who_and_why(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = len(rows_of(cohort))
    monkeypatch.setenv("JUPYTERHUB_USER", "mara")
    with open_gradebook(cohort) as gradebook, reason("appeal of 3 May", "formgrader"):
        give(gradebook, "anna", TEST, manual_score=1.5, extra_credit=0.25, needs_manual_grade=True)
        gradebook.db.commit()
        comment = gradebook.find_comment(ESSAY, MODULE, MODULE, "anna")
        comment.manual_comment = "Kérlek, írd le,\n\tmiért 🙂"
        gradebook.find_submission_notebook(MODULE, MODULE, "anna").late_submission_penalty = (
            0.1 + 0.2
        )
        gradebook.grant_extension(MODULE, "anna", hours=1)
    rows = rows_of(cohort)[start:]
    assert changes(rows) == [
        ("anna", TEST, "extra_credit", None, "0.25"),
        ("anna", TEST, "manual_score", None, "1.5"),
        ("anna", TEST, "needs_manual_grade", None, "yes"),
        ("anna", ESSAY, "manual_comment", None, "Kérlek, írd le,\n\tmiért 🙂"),
        ("anna", "", "late_submission_penalty", None, "0.30000000000000004"),
        ("anna", "", "extension", None, "60"),
    ]
    assert {(row.who, row.command, row.why) for row in rows} == {
        ("mara", "formgrader", "appeal of 3 May")
    }
    assert audit("--check") == 0


def test_the_reason_can_come_from_outside(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER_WHY", "exam board, 4 May")
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, manual_score=2.0)
        gradebook.db.commit()
    assert rows_of(cohort)[-1].why == "exam board, 4 May"


@pytest.mark.parametrize("what", ["submission", "notebook", "student", "assignment"])
def test_what_is_removed_is_written_down_before_it_goes(cohort: Cohort, what: str) -> None:
    start = len(rows_of(cohort))
    with open_gradebook(cohort) as gradebook:
        if what == "submission":
            gradebook.remove_submission(MODULE, "bela")
        elif what == "notebook":
            gradebook.remove_submission_notebook(MODULE, MODULE, "bela")
        elif what == "student":
            gradebook.remove_student("bela")
        else:
            gradebook.remove_assignment(MODULE)
    found = changes(rows_of(cohort)[start:])
    gone = {("bela", TEST, "auto_score", "2", None), ("bela", OTHER_TEST, "auto_score", "3", None)}
    assert gone <= set(found)
    assert any(field == "timestamp" for _, _, field, _, _ in found) == (what != "notebook")
    assert ("anna" in {learner for learner, *_ in found}) == (what == "assignment")
    assert audit("--check") == 0


def test_marks_that_change_hands_or_lose_their_sheet_are_seen(cohort: Cohort) -> None:
    start = len(rows_of(cohort))
    with open_gradebook(cohort) as gradebook:
        # No function of nbgrader does this; a script of a grader can.
        gradebook.add_student("cili")
        gradebook.find_submission(MODULE, "bela").student_id = "cili"
        gradebook.db.commit()
        sheet = gradebook.find_submission_notebook(MODULE, MODULE, "anna")
        gradebook.db.delete(sheet)
        gradebook.db.commit()
    found = set(changes(rows_of(cohort)[start:]))
    assert ("bela", TEST, "auto_score", "2", None) in found
    assert ("cili", TEST, "auto_score", None, "2") in found
    assert ("anna", TEST, "auto_score", "2", None) in found
    assert audit("--check") == 0


@pytest.mark.parametrize("way", ["query", "core", "text", "remove"])
def test_statements_over_many_rows_are_seen(cohort: Cohort, way: str) -> None:
    from nbgrader.api import Grade

    start = len(rows_of(cohort))
    with open_gradebook(cohort) as gradebook:
        if way == "query":
            gradebook.db.query(Grade).filter(Grade.auto_score == 2).update({"auto_score": 1})
        elif way == "core":
            gradebook.db.execute(update(Grade).where(Grade.auto_score == 2).values(auto_score=1))
        elif way == "text":
            gradebook.db.execute(text("UPDATE grade SET auto_score = 1 WHERE auto_score = 2"))
        else:
            gradebook.db.execute(delete(Grade).where(Grade.auto_score == 2))
        gradebook.db.commit()
    to = None if way == "remove" else "1"
    assert changes(rows_of(cohort)[start:]) == [
        ("anna", TEST, "auto_score", "2", to),
        ("bela", TEST, "auto_score", "2", to),
    ]
    assert audit("--check") == 0


def test_from_is_what_stood_in_the_gradebook_not_in_a_programs_memory(cohort: Cohort) -> None:
    with open_gradebook(cohort) as one, open_gradebook(cohort) as two:
        stale = one.find_grade(TEST, MODULE, MODULE, "anna")
        assert stale.auto_score == 2
        give(two, "anna", TEST, auto_score=1.0)
        two.db.commit()
        stale.auto_score = 0.5
        one.db.commit()
    assert changes(rows_of(cohort)[-2:]) == [
        ("anna", TEST, "auto_score", "2", "1"),
        ("anna", TEST, "auto_score", "1", "0.5"),
    ]


def test_what_is_taken_back_leaves_neither_mark_nor_row(cohort: Cohort) -> None:
    before = rows_of(cohort)
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, auto_score=1.0)
        gradebook.db.flush()
        gradebook.db.rollback()
    assert rows_of(cohort) == before
    assert audit("--check") == 0


def test_a_ledger_that_begins_with_a_change_taken_back_begins_with_the_next(
    cohort: Cohort,
) -> None:
    with open_gradebook(cohort) as gradebook:
        by_hand(cohort, "DROP TABLE mark_ledger")
        for points in (1.0, 0.5):
            give(gradebook, "anna", TEST, auto_score=points)
            gradebook.db.flush()
        gradebook.db.rollback()
        give(gradebook, "anna", TEST, auto_score=1.5)
        gradebook.db.commit()
    rows = rows_of(cohort)
    assert rows[-1].key.field == "auto_score"
    assert (rows[-1].before, rows[-1].after) == ("2", "1.5")
    assert audit("--check") == 0


def test_changes_are_shown_in_plain_words_and_as_a_private_table(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(MODULE, "--learner", "anna") == 0
    shown = capsys.readouterr().out
    assert re.search(
        rf"2\d{{3}}-\d\d-\d\d [\d:]{{8}} anna, {MODULE}, {TEST}: marks by tests nothing -> 2 \(",
        shown,
    )
    assert "bela" not in shown
    target = tmp_path / "changes.csv"
    assert audit("--csv", str(target)) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with target.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    assert len(records) == 7
    assert (records[2]["learner"], records[2]["from"], records[2]["to"]) == ("anna", "", "2")
    assert records[2]["hash"] == rows_of(cohort)[2].hash


def test_a_gradebook_from_before_the_ledger_gets_a_row_for_each_mark(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(cohort, "DROP TABLE mark_ledger")
    assert audit() == 0
    rows = rows_of(cohort)
    assert changes(rows[1:]) == [
        (learner, cell, field, None, value)
        for learner in ("anna", "bela")
        for cell, field, value in (
            ("", "timestamp", "2027-03-01T10:00:00"),
            (OTHER_TEST, "auto_score", "3"),
            (TEST, "auto_score", "2"),
        )
    ]
    assert {row.why for row in rows[1:]} == {"found when the ledger began"}
    assert audit("--check") == 0


def test_nbgraders_own_upgrade_and_programs_without_a_course_get_along_with_the_ledger(
    cohort: Cohort,
) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "upgrade"],
        cwd=cohort.folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert audit("--check") == 0
    script = (
        "from nbgrader.api import Gradebook\n"
        f"with Gradebook('{cohort.database_url}', '{cohort.course_id}') as book:\n"
        f"    book.find_grade('{TEST}', '{MODULE}', '{MODULE}', 'anna').auto_score = 9\n"
        "    book.db.commit()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    # Whoever does not load the course's configuration writes past the ledger, and that is found.
    assert audit("--check") == 1
