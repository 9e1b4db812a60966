"""A kill -9 at any moment of collect, grade or feedback loses nothing; the next run goes on."""

from __future__ import annotations

import glob
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
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
    beginning,
    files,
    given,
    hand_in,
    make_cohort,
    mark_by_hand,
    no_run_outlives_its_test,  # noqa: F401
    run_to_end,
    times_done,
    tops,
)

from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.runner.walls import descendants

LEARNERS = sorted(SCORES)
KEPT = {"learner", "submitted", "autograded", "feedback"}
STEPS = ("collect", "grade", "feedback")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    needed_level()
    with pytest.MonkeyPatch.context() as patch:
        # Cohorts name their course in the environment; after these tests it is as before.
        patch.setenv("CLUSTER_COURSE", "")
        beginning.cache_clear()
        yield tmp_path_factory.mktemp("resume")


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


def inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


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


def test_feedback_killed_at_every_kind_of_moment(
    cohort: Cohort, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    for word in ("collect", "grade"):
        run_to_end(tmp_path / word, word, NAME, MODULE)
    log, words = tmp_path / "log", ("feedback", NAME, MODULE, "--early")
    pages = cohort.exchange / cohort.course_id / "feedback"
    moments = {
        "a page is begun": lambda: begun(cohort, "returning"),
        "a page is written": lambda: begun(cohort, "returning", f"{MODULE}.html"),
        "a page is in its place, not given": lambda: (
            len(glob.glob(f"{cohort.folder}/feedback/*/{MODULE}")) > len(os.listdir(pages))
        ),
        "one more is told": lambda: log.read_text(encoding="utf-8").count("feedback given") >= 1,
    }
    for moment, seen in moments.items():
        pages.mkdir(parents=True, exist_ok=True)
        assert Run(log, *words).kill_when(seen), moment
        for name, print_ in files(cohort, "feedback").items():
            if not name.endswith("given.txt"):
                assert undisturbed["files"][name] == print_
    told = log.read_text(encoding="utf-8")
    said = run_to_end(tmp_path / "last", *words)
    assert said.count("stands already") >= told.count("feedback given") >= 1
    assert max(times_done(told + said, "feedback given").values()) == 1
    assert "returning" not in tops(cohort)
    assert state(cohort) == undisturbed
    assert run_to_end(tmp_path / "again", *words).count("stands already") == 6
    # A mark or comment by hand makes this learner's page out of date, and no other's.
    mark_by_hand(cohort, "emil", 4, "Good.")
    assert set(times_done(run_to_end(tmp_path / "hand", *words), "feedback given")) == {"emil"}


def test_all_anew_killed_goes_on_and_keeps_marks_by_hand(cohort: Cohort, tmp_path: Path) -> None:
    for word in ("collect", "grade"):
        run_to_end(tmp_path / word, word, NAME, MODULE)
    for learner in LEARNERS:
        mark_by_hand(cohort, learner, 4, f"Well done, {learner}.")
    before = all_marks(cohort)
    log = tmp_path / "log"
    place = cohort.folder / "autograded" / "anna" / MODULE
    first = inode(place)
    run = Run(log, "grade", NAME, MODULE, "--again")
    assert run.kill_when(lambda: inode(place) not in (None, first))
    said = run_to_end(tmp_path / "last", "grade", NAME, MODULE)
    done = set(times_done(log.read_text(encoding="utf-8"), "points"))
    assert done <= {"anna"}
    assert set(times_done(said, "points")) | {"anna"} == set(LEARNERS)
    assert not tops(cohort) & {"again", "grading"}
    for learner, (time_, grades, comments) in all_marks(cohort).items():
        # nbgrader asks to look at each mark by hand again; the marks themselves stand.
        assert [grade[:3] for grade in grades] == [grade[:3] for grade in before[learner][1]]
        assert (time_, comments) == (before[learner][0], before[learner][2])
    assert "0 to grade" in run_to_end(tmp_path / "none", "grade", NAME, MODULE)


def test_a_gradebook_from_before_is_filled_again(
    cohort: Cohort, tmp_path: Path, undisturbed: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    run_to_end(tmp_path / "c", "collect", NAME, MODULE)
    old = tmp_path / "old.db"
    with sqlite3.connect(cohort.folder / "gradebook.db") as source, sqlite3.connect(old) as copy:
        source.backup(copy)
    run_to_end(tmp_path / "g", "grade", NAME, MODULE)
    for path in cohort.folder.glob("gradebook.db*"):
        path.unlink()
    shutil.copy(old, cohort.folder / "gradebook.db")
    run = Run(tmp_path / "log", "feedback", NAME, MODULE, "--early")
    assert run.wait() == 1
    assert run.said.count("run grade again") == 6
    assert "6 to grade" in run_to_end(tmp_path / "again", "grade", NAME, MODULE)
    run_to_end(tmp_path / "f", "feedback", NAME, MODULE, "--early")
    assert state(cohort) == undisturbed


def test_only_the_command_is_killed_and_its_boxes_end_with_it(
    cohort: Cohort, tmp_path: Path
) -> None:
    for learner in LEARNERS:
        hand_in(cohort, learner, RIGHT | {"share": "import time\ntime.sleep(60)"}, minute=1)
    run_to_end(tmp_path / "c", "collect", NAME, MODULE)
    program = Path(sys.executable).with_name("cluster-course")
    run = subprocess.Popen([program, "grade", NAME, MODULE], stdout=subprocess.DEVNULL)
    below: list[int] = []
    while len(below) < 4 or not begun(cohort, "grading"):
        assert run.poll() is None
        below = descendants(run.pid)
        time.sleep(0.01)
    run.kill()
    run.wait()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in below):
        assert time.monotonic() < until, "processes of the box live on"
        time.sleep(0.05)


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_leaves_nothing_half_done(
    cohort: Cohort, tmp_path: Path, undisturbed: dict[str, Any], step: str
) -> None:
    before = STEPS[: STEPS.index(step)]
    for word in before:
        run_to_end(tmp_path / word, word, NAME, MODULE)
    aside = {"collect": "collecting", "grade": "grading", "feedback": "returning"}[step]
    options = ["--early"] if step == "feedback" else []
    run = Run(tmp_path / "log", step, NAME, MODULE, *options)
    while not begun(cohort, aside):
        assert not run.ended, run.said
    run.kill(group=False, with_signal=signal.SIGINT)
    assert run.wait() == 130, run.said
    assert "stopped; run the same command again to go on" in run.said
    assert "Traceback" not in run.said
    assert aside not in tops(cohort)
    for word in STEPS[STEPS.index(step) :]:
        early = ["--early"] if word == "feedback" else []
        run_to_end(tmp_path / word, word, NAME, MODULE, *early)
    assert state(cohort) == undisturbed
