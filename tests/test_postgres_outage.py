"""Four grading processes on one gradebook in PostgreSQL; the server is killed under them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cohort_tree import MODULE
from exam import needed_level
from killing import (
    NAME,
    SCORES,
    Run,
    make_cohort,
    names,
    no_run_outlives_its_test,  # noqa: F401
    run_to_end,
    times_done,
    tops,
)
from postgres_server import NEEDS_SERVER, Server

from clusterlib.delivery.cohorts import patience
from clusterlib.delivery.cohorts.grading import marks, submitted_learners
from clusterlib.delivery.cohorts.places import Cohort

pytestmark = NEEDS_SERVER
LEARNERS = 12


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server without databases."""
    needed_level()
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def cohort(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Twelve hand-ins, collected, with the gradebook in PostgreSQL."""
    monkeypatch.setenv("CLUSTER_COURSE", "")
    cohort = make_cohort(tmp_path / "k", server.make_database("k27"), LEARNERS)
    run_to_end(tmp_path / "c", "collect", NAME, MODULE)
    return cohort


def graded(cohort: Cohort) -> int:
    return (
        len(list((cohort.folder / "autograded").iterdir())) if "autograded" in tops(cohort) else 0
    )


def four_runs(tmp_path: Path) -> list[Run]:
    words = ("grade", NAME, MODULE, "--workers", "1")
    return [Run(tmp_path / f"run-{number}", *words) for number in range(4)]


def wait_for_three(cohort: Cohort, run: Run) -> None:
    while graded(cohort) < 3:
        assert not run.ended, run.said
        time.sleep(0.01)


def everything_is_right(cohort: Cohort, tmp_path: Path, said: str) -> None:
    learners = names(LEARNERS)
    assert submitted_learners(cohort, MODULE) == sorted(learners)
    found = {learner: marks(cohort, MODULE, learner).score for learner in learners}
    assert found == {learner: SCORES[learner[:4]] for learner in learners}
    told = times_done(said, "points")
    assert set(told.values()) == {1}, "no hand-in is graded twice"
    # Who was marked and moved at the very moment of the end is done, though it was not told.
    assert len(told) >= len(learners) - 1
    assert not tops(cohort) & {"grading", "again"}
    assert "sound" in run_to_end(tmp_path / "audit", "audit", NAME, "--check")
    assert "0 to grade" in run_to_end(tmp_path / "none", "grade", NAME, MODULE)


def test_four_processes_the_server_killed_and_started_again(
    cohort: Cohort, server: Server, tmp_path: Path
) -> None:
    runs = four_runs(tmp_path)
    wait_for_three(cohort, runs[0])
    server.kill()
    at_the_kill = graded(cohort)
    assert at_the_kill < LEARNERS
    while not any("waiting" in run.said for run in runs):
        assert not all(run.ended for run in runs), runs[0].said
        time.sleep(0.05)
    time.sleep(1)
    server.start()
    assert [run.wait() for run in runs] == [0, 0, 0, 0], "\n".join(run.said for run in runs)
    said = "".join(run.said for run in runs)
    assert "Traceback" not in said
    assert sum(bool(times_done(run.said, "points")) for run in runs) >= 3, "the work was shared"
    assert set(times_done(said, "points")) == set(names(LEARNERS))
    everything_is_right(cohort, tmp_path, said)


def test_a_server_that_stays_away_is_told_in_one_line_and_the_next_run_goes_on(
    cohort: Cohort, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAIT_SECONDS", 2.0)
    run = Run(tmp_path / "first", "grade", NAME, MODULE)
    wait_for_three(cohort, run)
    server.kill()
    assert run.wait() == 1
    assert "does not answer since" in run.said.splitlines()[-1]
    assert "run the same command again" in run.said.splitlines()[-1]
    assert "Traceback" not in run.said
    server.start()
    everything_is_right(
        cohort, tmp_path, run.said + run_to_end(tmp_path / "last", "grade", NAME, MODULE)
    )


def test_collect_and_feedback_wait_for_the_server_too(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTER_COURSE", "")
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.2)
    cohort = make_cohort(tmp_path / "k", server.make_database("k27"))
    for step, begun in (("collect", "submitted"), ("grade", ""), ("feedback", "feedback")):
        words = (step, NAME, MODULE, *(["--early"] if step == "feedback" else []))
        if not begun:
            run_to_end(tmp_path / step, *words)
            continue
        run = Run(tmp_path / step, *words)
        while not list(cohort.folder.glob(f"{begun}/*/{MODULE}")):
            assert not run.ended, run.said
            time.sleep(0.005)
        server.kill()
        while "does not answer; waiting" not in run.said:
            assert not run.ended, run.said
            time.sleep(0.02)
        server.start()
        assert run.wait() == 0, run.said
        assert "Traceback" not in run.said
        assert len(list(cohort.folder.glob(f"{begun}/*/{MODULE}/{MODULE}.*"))) == 6
    assert {name: marks(cohort, MODULE, name).score for name in names(6)} == SCORES
    assert len(list((cohort.exchange / cohort.course_id / "feedback").glob("*.html"))) == 6
