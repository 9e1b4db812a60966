"""Cohorts whose commands are killed in the middle, and what must hold after that."""

from __future__ import annotations

import faulthandler
import functools
import hashlib
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import MODULE, fill_in, make_course, roster

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

NAME = "k-27"
DUE = "2027-03-28 23:59"
RIGHT = {"top-need": 'top_need = "C04"', "share": "share = 24 / 60"}
ANSWERS: dict[str, dict[str, str]] = {
    "anna": RIGHT,
    "bela": RIGHT | {"share": "share = 0.5"},
    "cili": RIGHT | {"top-need": 'top_need = "C01"'},
    "dora": {},
    "emil": RIGHT | {"reflection": "I would ask the chamber."},
    "fani": {"share": "share = 2 / 5"},
}
SCORES = {"anna": 5.0, "bela": 2.0, "cili": 3.0, "dora": 0.0, "emil": 5.0, "fani": 3.0}
PATIENCE = 90
LOOK = 0.001


def make_cohort(folder: Path, database: str = "", learners: int = 6) -> Cohort:
    """Return a released probe with hand-ins of this many learners, none collected."""
    folder.mkdir(parents=True, exist_ok=True)
    root = make_course(folder / "tree")
    os.environ["CLUSTER_COURSE"] = str(root / "course")
    os.environ.pop("CLUSTER_COHORT", None)
    people = names(learners)
    listed = str(roster(folder / "r.csv", *(f"{name},{name.title()},Kis," for name in people)))
    new = ["cohort", "new", NAME, "--audience", "government", "--roster", listed]
    new += ["--timezone", "Europe/Budapest", *(["--db", database] if database else [])]
    assert main(new) == 0
    assert main(["release", NAME, MODULE, "--due", DUE]) == 0
    cohort = all_cohorts(root)[0]
    for name in people:
        hand_in(cohort, name, ANSWERS[name[:4]])
    return cohort


def names(learners: int) -> list[str]:
    """Return ids; after the first six come anna2, bela2 and so on, with the same answers."""
    kinds = list(ANSWERS)
    return [
        kinds[number % 6] + (str(1 + number // 6) if number >= 6 else "")
        for number in range(learners)
    ]


@functools.cache
def beginning() -> datetime:
    """Return the moment of all first hand-ins: just now, since no other time is believed."""
    return datetime.now(UTC) - timedelta(minutes=2)


def hand_in(cohort: Cohort, learner: str, answers: dict[str, str], minute: int = 0) -> Path:
    """Put work into the exchange as `nbgrader submit` does, with files beside it."""
    at = (beginning() + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M:%S.%f")
    folder = cohort.exchange / cohort.course_id / "inbound" / f"{learner}+{MODULE}+{at} UTC+random"
    folder.mkdir()
    target = folder / f"{MODULE}.ipynb"
    target.write_bytes(cohort.exercise(MODULE).read_bytes())
    fill_in(target, answers)
    for number in range(20):
        (folder / f"table-{number}.csv").write_text(f"{learner},{number}\n" * 500)
    (folder / "timestamp.txt").write_text(f"{at} UTC", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {learner}", encoding="utf-8")
    return folder


_started: list[Run] = []


@pytest.fixture(autouse=True)
def no_run_outlives_its_test() -> Iterator[None]:
    """Kill what a failed test left running."""
    yield
    while _started:
        _started.pop().kill()


class Run:
    """A command in a process of its own with a process group of its own.

    It is forked from the tests, so it has everything imported and starts at once; all that it does
    is its own.
    """

    def __init__(self, log: Path, *words: str) -> None:
        self.log = log
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            code = 70
            try:
                os.setsid()
                handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(handle, 1)
                os.dup2(handle, 2)
                sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), "utf-8", line_buffering=True)
                sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), "utf-8", line_buffering=True)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                faulthandler.register(signal.SIGUSR1, file=sys.stderr)
                code = main(list(words))
                sys.stdout.flush()
                # As at the end of a program: the boxes are closed.
                from clusterlib.delivery.runner import pool

                pool.close_all()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        self.code: int | None = None
        _started.append(self)

    @property
    def ended(self) -> bool:
        """Say whether it came to its end."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def wait(self) -> int:
        """Wait for its end; return its exit code."""
        until = time.monotonic() + PATIENCE
        while not self.ended:
            if time.monotonic() > until:
                # It says where it stands.
                self.kill(group=False, with_signal=signal.SIGUSR1)
                time.sleep(1)
                self.kill()
                raise AssertionError(f"no end after {PATIENCE} s:\n{self.said}")
            time.sleep(0.01)
        assert self.code is not None
        return self.code

    def kill(self, group: bool = True, with_signal: int = signal.SIGKILL) -> None:
        """Kill the command alone, or with all that it started."""
        if not self.ended:
            (os.killpg if group else os.kill)(self.pid, with_signal)
            if with_signal == signal.SIGKILL:
                os.waitpid(self.pid, 0)
                self.code = -signal.SIGKILL

    def kill_when(self, seen: Callable[[], Any]) -> bool:
        """Kill it as soon as something is seen; say whether it was."""
        while not seen():
            if self.ended:
                return False
            time.sleep(LOOK)
        self.kill()
        return self.code == -signal.SIGKILL

    def kill_after(self, seconds: float) -> bool:
        """Kill it after some time; say whether it still ran."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.ended:
                return False
            time.sleep(LOOK)
        self.kill()
        return self.code == -signal.SIGKILL

    @property
    def said(self) -> str:
        """All that was printed so far."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


def run_to_end(log: Path, *words: str) -> str:
    """Run a command to its good end in a process of its own; return what it printed."""
    log.unlink(missing_ok=True)
    run = Run(log, *words)
    assert run.wait() == 0, run.said
    return run.said


def files(cohort: Cohort, *tops: str) -> dict[str, str]:
    """Return every file below these folders of a cohort with a fingerprint."""
    found = {}
    for top in tops:
        for path in sorted((cohort.folder / top).rglob("*")):
            if path.is_file():
                name = path.relative_to(cohort.folder).as_posix()
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def given(cohort: Cohort) -> dict[str, str]:
    """Return every file in the exchange's feedback folder with a fingerprint."""
    folder = cohort.exchange / cohort.course_id / "feedback"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*")}


def tops(cohort: Cohort) -> set[str]:
    """Return the folders in a cohort's folder: none may be left over."""
    return {path.name for path in cohort.folder.iterdir() if path.is_dir()}


def all_marks(cohort: Cohort) -> dict[str, list[Any]]:
    """Return every mark, comment and time of the module in the gradebook, by learner."""
    found = {}
    with open_gradebook(cohort) as gradebook:
        for submission in gradebook.assignment_submissions(MODULE):
            notebook = submission.notebooks[0]
            grades = sorted(notebook.grades, key=lambda grade: grade.name)
            comments = sorted(notebook.comments, key=lambda comment: comment.name)
            found[submission.student.id] = [
                str(submission.timestamp),
                [(g.name, g.auto_score, g.manual_score, g.needs_manual_grade) for g in grades],
                [(c.name, c.auto_comment, c.manual_comment) for c in comments],
            ]
    return found


def mark_by_hand(cohort: Cohort, learner: str, points: float, comment: str) -> None:
    """Give a mark and a comment as the formgrader does."""
    with open_gradebook(cohort) as gradebook:
        grade = gradebook.find_grade("reflection", MODULE, MODULE, learner)
        grade.manual_score, grade.needs_manual_grade = points, False
        found = gradebook.find_comment("reflection", MODULE, MODULE, learner)
        found.manual_comment = comment
        gradebook.db.commit()


def times_done(said: str, word: str) -> dict[str, int]:
    """Return how often each learner's line with that word was printed."""
    count: dict[str, int] = {}
    for line in said.splitlines():
        if line.startswith("[") and word in line:
            learner = line.split("] ", 1)[1].split(":", 1)[0]
            count[learner] = count.get(learner, 0) + 1
    return count
