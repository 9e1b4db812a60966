"""A kill -9 at any moment of collect, grade or feedback loses nothing; the next run goes on."""

from __future__ import annotations

import glob
import os
import random
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("nbgrader's exchange does not exist on Windows", allow_module_level=True)

from cohort_tree import MODULE
from exam import needed_level
from killing import (
    NAME,
    RIGHT,
    SCORES,
    Run,
    all_marks,
    files,
    given,
    hand_in,
    make_cohort,
    run_to_end,
    times_done,
    tops,
)

from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.places import Cohort

LEARNERS = sorted(SCORES)
KEPT = {"learner", "submitted", "autograded", "feedback"}
STEPS = ("collect", "grade", "feedback")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed_level()
    return tmp_path_factory.mktemp("resume")


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> dict[str, Any]:
    """What the three commands leave when nobody kills them."""
    cohort = make_cohort(folder / "undisturbed")
    for word in STEPS:
        options = ["--early"] if word == "feedback" else []
        run_to_end(folder / "undisturbed.log", word, NAME, MODULE, *options)
    assert {name: marks(cohort, MODULE, name).score for name in LEARNERS} == SCORES
    return state(cohort)


def state(cohort: Cohort) -> dict[str, Any]:
    return {
        "files": files(cohort, "submitted", "autograded", "feedback"),
        "marks": all_marks(cohort),
        "given": given(cohort),
        "folders": tops(cohort) & KEPT,
    }


@pytest.fixture
def cohort(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Six hand-ins, nothing collected."""
    monkeypatch.setenv("CLUSTER_COURSE", "")
    return make_cohort(tmp_path / "k")


def copies(cohort: Cohort) -> list[Path]:
    """Return what lies in submitted/, after making sure that each is whole."""
    inbound = cohort.exchange / cohort.course_id / "inbound"
    found = sorted((cohort.folder / "submitted").glob(f"*/{MODULE}"))
    for path in found:
        stamp = (path / "timestamp.txt").read_text(encoding="utf-8")
        source = next(inbound.glob(f"{path.parent.name}+{MODULE}+{stamp}+*"))
        assert {p.name: p.read_bytes() for p in path.iterdir()} == {
            p.name: p.read_bytes() for p in source.iterdir()
        }
    return found


def written(cohort: Cohort) -> int:
    """Return how many files there are, hand-ins half copied with them."""
    return sum(len(names) for _, _, names in os.walk(cohort.folder))


def saved(cohort: Cohort) -> set[str]:
    """Return the learners with automatic marks in the gradebook, read past the command."""
    address = f"file:{cohort.folder / 'gradebook.db'}?mode=ro"
    with sqlite3.connect(address, uri=True, timeout=30) as database:
        rows = database.execute(
            "SELECT DISTINCT a.student_id FROM submitted_assignment a"
            " JOIN submitted_notebook n ON n.assignment_id = a.id"
            " JOIN grade g ON g.notebook_id = n.id WHERE g.auto_score IS NOT NULL"
        ).fetchall()
    database.close()
    return {row[0] for row in rows}


def graded(cohort: Cohort) -> set[str]:
    return {Path(path).parts[-2] for path in glob.glob(f"{cohort.folder}/autograded/*/{MODULE}")}


def begun(cohort: Cohort, step: str, name: str = "") -> bool:
    return bool(glob.glob(f"{cohort.folder}/{step}/*/{MODULE}/{name}"))


def test_collect_killed_again_and_again(
    cohort: Cohort, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    chance, log, kills = random.Random(27), tmp_path / "log", 0
    for round_ in range(2):
        for _ in range(40):
            run = Run(log, "collect", NAME, MODULE)
            enough = written(cohort) + chance.randint(1, 30)
            kills += run.kill_when(lambda enough=enough: written(cohort) >= enough)
            copies(cohort)
            if run.code == 0:
                break
        run_to_end(tmp_path / "last", "collect", NAME, MODULE)
        assert len(copies(cohort)) == 6
        assert "collecting" not in tops(cohort)
        if round_ == 0:
            wanted = {k: v for k, v in undisturbed["files"].items() if k.startswith("submitted")}
            assert files(cohort, "submitted") == wanted
            # The second time newer hand-ins take the place of older ones.
            for learner in LEARNERS:
                hand_in(cohort, learner, RIGHT, minute=1)
    assert kills >= 8
    found = files(cohort, "submitted")
    assert len({print_ for name, print_ in found.items() if name.endswith(".ipynb")}) == 1


def test_grade_killed_at_every_kind_of_moment(
    cohort: Cohort, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    run_to_end(tmp_path / "c", "collect", NAME, MODULE)
    log = tmp_path / "log"
    chance = random.Random(6)
    moments = {
        "the copy is begun": lambda: begun(cohort, "grading"),
        "the graded notebook is written": lambda: begun(cohort, "grading", f"{MODULE}.ipynb"),
        "marks are saved, the notebook not in place": lambda: saved(cohort) - graded(cohort),
        "one more is done": lambda: len(graded(cohort)) > len(done),
    }
    for moment, seen in moments.items():
        done = graded(cohort)
        assert Run(log, "grade", NAME, MODULE).kill_when(seen), moment
        whole_or_not_there(cohort, undisturbed)
    for _ in range(3):
        done, seconds = graded(cohort), chance.uniform(0, 0.3)
        run = Run(log, "grade", NAME, MODULE)
        while not run.ended and not begun(cohort, "grading"):
            pass
        run.kill_after(seconds)
        whole_or_not_there(cohort, undisturbed)
    done = graded(cohort)
    said = run_to_end(tmp_path / "last", "grade", NAME, MODULE)
    assert f"{6 - len(done)} to grade" in said
    assert set(times_done(said, "points")) == set(LEARNERS) - done
    told = times_done(log.read_text(encoding="utf-8") + said, "points")
    assert max(told.values()) == 1, "somebody was graded anew who was done"
    assert "grading" not in tops(cohort)
    run_to_end(tmp_path / "f", "feedback", NAME, MODULE, "--early")
    assert state(cohort) == undisturbed


def whole_or_not_there(cohort: Cohort, undisturbed: dict[str, Any]) -> None:
    """Check each learner's marks and notebook: as undisturbed, or not there."""
    for name, print_ in files(cohort, "autograded").items():
        assert undisturbed["files"][name] == print_
    for learner, (time_, grades, comments) in all_marks(cohort).items():
        if any(grade[1] is not None for grade in grades):
            assert [time_, grades, comments] == undisturbed["marks"][learner]
