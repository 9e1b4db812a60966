"""Several processes on one cohort, plain nbgrader, and a full disk: nothing is lost either."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("nbgrader's exchange does not exist on Windows", allow_module_level=True)

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

from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.places import Cohort


@pytest.fixture(autouse=True)
def own_course(monkeypatch: pytest.MonkeyPatch) -> None:
    needed_level()
    monkeypatch.setenv("CLUSTER_COURSE", "")


def graded(cohort: Cohort) -> int:
    return len(list(cohort.folder.glob(f"autograded/*/{MODULE}/{MODULE}.ipynb")))


def scores(cohort: Cohort, learners: int) -> dict[str, float]:
    return {name: marks(cohort, MODULE, name).score for name in names(learners)}


def test_four_processes_on_sqlite_and_one_is_killed(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "k", learners=12)
    run_to_end(tmp_path / "c", "collect", NAME, MODULE)
    runs = [
        Run(tmp_path / f"run-{number}", "grade", NAME, MODULE, "--workers", "1")
        for number in range(4)
    ]
    # The first that has something in hand is killed in the middle of it.
    while not (told := [run for run in runs if times_done(run.said, "points")]):
        assert not all(run.ended for run in runs), runs[0].said
        time.sleep(0.01)
    told[0].kill()
    left = [run for run in runs if run is not told[0]]
    assert [run.wait() for run in left] == [0, 0, 0], "\n".join(run.said for run in runs)
    # The others finish what it had in hand: a claim ends with its process.
    assert graded(cohort) == 12
    assert scores(cohort, 12) == {name: SCORES[name[:4]] for name in names(12)}
    counts = times_done("".join(run.said for run in runs), "points")
    assert set(counts.values()) == {1}
    assert not tops(cohort) & {"grading"}
    assert "sound" in run_to_end(tmp_path / "audit", "audit", NAME, "--check")


def nbgrader(cohort: Cohort, *words: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=cohort.folder, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_plain_nbgrader_killed_goes_on_with_the_same_commands(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "k")
    inbound = cohort.exchange / cohort.course_id / "inbound"
    collecting = nbgrader(cohort, "collect", MODULE)
    while not list(cohort.folder.glob("collecting/*/*/table-1.csv")):
        assert collecting.poll() is None
    os.killpg(collecting.pid, signal.SIGKILL)
    collecting.wait()
    for path in cohort.folder.glob(f"submitted/*/{MODULE}"):
        source = next(inbound.glob(f"{path.parent.name}+*"))
        assert {p.name for p in path.iterdir()} == {p.name for p in source.iterdir()}
    assert nbgrader(cohort, "collect", MODULE).wait() == 0
    assert len(list(cohort.folder.glob(f"submitted/*/{MODULE}/table-19.csv"))) == 6
    assert "collecting" not in tops(cohort)

    grading = nbgrader(cohort, "autograde", MODULE)
    # The folder of the third is there, with the hand-in's files and no notebook yet.
    while graded(cohort) < 2 or not list(cohort.folder.glob(f"autograded/cili/{MODULE}/*")):
        assert grading.poll() is None
    os.killpg(grading.pid, signal.SIGKILL)
    grading.wait()
    before = {path: path.stat().st_ino for path in cohort.folder.glob("autograded/anna/*")}
    assert nbgrader(cohort, "autograde", MODULE).wait() == 0
    assert before == {path: path.stat().st_ino for path in cohort.folder.glob("autograded/anna/*")}
    assert graded(cohort) == 6
    assert scores(cohort, 6) == SCORES
    assert "0 to grade" in run_to_end(tmp_path / "none", "grade", NAME, MODULE)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk, and not in every container")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, free: int) -> Path:
    """Leave this many bytes free."""
    ballast, state = disk / "ballast", os.statvfs(disk)
    ballast.write_bytes(b"\0" * max(0, state.f_bavail * state.f_frsize - free))
    return ballast


def test_a_full_disk_is_told_in_one_line_and_nothing_is_half_done(
    small_disk: Path, tmp_path: Path
) -> None:
    cohort = make_cohort(small_disk / "k")
    steps = {"collect": 200_000, "grade": 150_000, "feedback": 150_000}
    for step, free in steps.items():
        early = ["--early"] if step == "feedback" else []
        ballast = fill(small_disk, 0)
        run = Run(tmp_path / f"{step}-0", step, NAME, MODULE, *early)
        assert run.wait() == 1, run.said
        assert run.said.splitlines()[-1].startswith("cluster-course: the ")
        assert "Traceback" not in run.said, run.said
        ballast.unlink()
        ballast = fill(small_disk, free)
        run = Run(tmp_path / step, step, NAME, MODULE, *early)
        assert run.wait() == 1, run.said
        assert "is full: make room, then run the same command again" in run.said.splitlines()[-1]
        assert "Traceback" not in run.said, run.said
        assert not tops(cohort) & {"collecting", "grading", "returning"}
        whole_folders(cohort)
        ballast.unlink()
        done = times_done(run.said, ":")
        said = run_to_end(tmp_path / f"{step}-again", step, NAME, MODULE, *early)
        assert len(done) < 6
        assert said.count("\n[") + said.startswith("[") >= 6 - len(done)
    assert scores(cohort, 6) == SCORES
    assert len(list(cohort.folder.glob(f"feedback/*/{MODULE}/{MODULE}.html"))) == 6
    assert "sound" in run_to_end(tmp_path / "audit", "audit", NAME, "--check")


def whole_folders(cohort: Cohort) -> None:
    """Check that every folder holds all that belongs there."""
    for step, name in (("submitted", "ipynb"), ("autograded", "ipynb"), ("feedback", "html")):
        for path in cohort.folder.glob(f"{step}/*/{MODULE}"):
            assert (path / f"{MODULE}.{name}").stat().st_size > 1000
            assert len(list(path.glob("table-*.csv"))) == 20
            assert (path / "timestamp.txt").stat().st_size > 20
