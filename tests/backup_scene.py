"""A cohort to back up, and what must come back, for the tests of backup and restore."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from cohort_tree import MODULE
from ledger_scene import (
    NAME,
    TEST,
    give,
    hand_in,
    make_cohort,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger.check import read_both
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

FOLDER = f"anna+{MODULE}+2027-03-01 10:00:00.0 UTC+random"


def make_pattern(folder: Path) -> Cohort:
    """Make the cohort that each test gets a copy of: marks, collected work, hand-ins."""
    cohort = make_cohort(folder / "tree")
    hand_in(cohort, "anna", "bela")
    exercise = cohort.exercise(MODULE).parent
    inbound = cohort.exchange / cohort.course_id / "inbound"
    for target in (inbound / FOLDER, cohort.folder / "submitted" / "anna" / MODULE):
        shutil.copytree(exercise, target)
        (target / "timestamp.txt").write_text("2027-03-01 10:00:00.0 UTC", encoding="utf-8")
        (target / "submission_secret.txt").write_text("secret", encoding="utf-8")
        (target / "árak.csv").write_text("ár;1\r\n", encoding="utf-8")
    return cohort


def back_up(cohort: Cohort) -> Path:
    """Back up and return the file."""
    assert main(["backup", NAME]) == 0
    return newest(cohort)


def newest(cohort: Cohort) -> Path:
    return max((cohort.root / "course" / "work" / "backups").iterdir())


def named(cohort: Cohort, name: str) -> Cohort:
    return next(found for found in all_cohorts(cohort.root) if found.name == name)


def content(cohort: Cohort) -> tuple[Any, ...]:
    """Return all that must come back: ledger, marks, and every file that is not a cache."""
    with open_gradebook(cohort) as gradebook:
        rows, marks = read_both(gradebook)
        people = [student.to_dict() for student in gradebook.students]
        due = gradebook.find_assignment(MODULE).duedate
    return rows, marks, people, due, files(cohort.folder)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    passing = (
        "gradebook.db",
        "ledger-heads.txt",
        "cohort.toml",
        "claims.lock",
        "nbgrader_config.py",
    )
    return {
        str(path.relative_to(folder)): (path.read_bytes(), int(path.stat().st_mtime))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(passing)
    }


def change_a_mark(cohort: Cohort, points: float = 0.5) -> None:
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, manual_score=points)
        gradebook.db.commit()
