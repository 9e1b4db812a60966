"""A backup in the middle of a real grading run, brought back and finished: the same marks."""

from __future__ import annotations

from pathlib import Path

import killing
import pytest
from cohort_tree import MODULE
from exam import needed_level
from killing import no_run_outlives_its_test  # noqa: F401

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Six hand-ins, collected; then one of them hands in again."""
    needed_level()
    monkeypatch.setenv("CLUSTER_COURSE", "")
    found = killing.make_cohort(tmp_path / "course", learners=6)
    assert main(["collect", killing.NAME, MODULE]) == 0
    killing.hand_in(found, "anna", killing.RIGHT, minute=4)
    return found


def _graded(cohort: Cohort) -> int:
    return len(list((cohort.folder / "autograded").glob(f"*/{MODULE}")))


def test_what_a_backup_took_in_the_middle_ends_with_the_same_marks(
    cohort: Cohort, tmp_path: Path
) -> None:
    run = killing.Run(tmp_path / "grade.log", "grade", killing.NAME, MODULE)
    backups = []
    for number in (1, 3):
        while _graded(cohort) < number:
            assert not run.ended, run.said
        assert main(["backup", killing.NAME, "--to", str(tmp_path / str(number))]) == 0
        backups += list((tmp_path / str(number)).iterdir())
    assert not run.ended
    assert run.wait() == 0, run.said
    for command in ("collect", "grade"):
        assert main([command, killing.NAME, MODULE]) == 0
    marks = killing.all_marks(cohort)
    work = killing.files(cohort, "submitted", "autograded")
    for number, backup in enumerate(backups):
        name = f"back-{number}"
        assert main(["restore", str(backup), "--as", name]) == 0
        for command in ("collect", "grade"):
            killing.run_to_end(tmp_path / f"{name}-{command}.log", command, name, MODULE)
        second = next(found for found in all_cohorts(cohort.root) if found.name == name)
        assert killing.all_marks(second) == marks
        assert killing.files(second, "submitted", "autograded") == work
        assert main(["audit", name, "--check"]) == 0
