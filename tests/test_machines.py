"""Grading spread over machines: a real Dask scheduler and two workers, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cohort_tree import MODULE, fill_in, make_course, roster
from exam import needed_level

from clusterlib.delivery.cli import CommandError, main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.delivery.runner import machines, pool
from clusterlib.delivery.runner.box import Limits
from clusterlib.delivery.runner.pool import Here

distributed = pytest.importorskip("distributed", reason="Dask is not installed: extra [machines]")
LEARNERS = 12
WAIT = "import time\ntime.sleep(0.4)\n"
DASK = [sys.executable, "-m", "dask"]


@dataclass
class Site:
    """A scheduler and the workers that were started for it."""

    address: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        command = [*DASK, "worker", self.address, *options, "--local-directory", str(self.folder)]
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        self.workers.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder))
        return self.workers[-1]

    def wait_for(self, count: int) -> None:
        with distributed.Client(self.address, timeout=30) as client:
            client.wait_for_workers(count, timeout=60)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    needed_level()
    root = make_course(tmp_path_factory.mktemp("machines"))
    people = [f"s{number:02d},Name,Learner," for number in range(LEARNERS)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("CLUSTER_COURSE", str(root / "course"))
        new = ["cohort", "new", "m-27", "--audience", "government", "--timezone", "UTC"]
        assert main([*new, "--roster", str(roster(root / "roster.csv", *people))]) == 0
        assert main(["release", "m-27", MODULE]) == 0
        cohort = all_cohorts(root)[0]
        for number in range(LEARNERS):
            _hand_in(cohort, f"s{number:02d}", right=number % 3 != 2)
        yield cohort


@pytest.fixture(scope="module")
def site(course: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    found = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    with (folder / "scheduler.log").open("wb") as log:
        scheduler = subprocess.Popen(
            [*DASK, "scheduler", *options, "--scheduler-file", str(found)], stdout=log, stderr=log
        )
    until = time.monotonic() + 60
    while not found.is_file() or not found.read_text(encoding="utf-8").strip():
        assert time.monotonic() < until, (folder / "scheduler.log").read_text(encoding="utf-8")
        time.sleep(0.05)
    site = Site(json.loads(found.read_text(encoding="utf-8"))["address"], folder)
    site.add_worker()
    site.add_worker()
    site.wait_for(2)
    yield site
    pool.close_all()
    for process in [*site.workers, scheduler]:
        process.kill()
        process.wait()


def _hand_in(cohort: Cohort, learner: str, right: bool) -> None:
    folder = cohort.folder / "submitted" / learner / MODULE
    folder.mkdir(parents=True)
    path = folder / f"{MODULE}.ipynb"
    path.write_bytes(cohort.exercise(MODULE).read_bytes())
    share = "share = 24 / 60" if right else "share = 24"
    fill_in(path, {"top-need": WAIT + 'top_need = "C04"', "share": share})
    (folder / "timestamp.txt").write_text("2027-01-01 10:00:00 UTC", encoding="utf-8")


def _marks(cohort: Cohort) -> dict[str, float]:
    with open_gradebook(cohort) as gradebook:
        found = gradebook.find_assignment(MODULE).submissions
        return {submission.student.id: float(submission.score) for submission in found}


def test_a_worker_that_is_killed_costs_nobody_a_mark(
    course: Cohort, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    killed: list[float] = []

    def kill_when_it_works() -> None:
        # Its box is open: it has a hand-in in hand.
        until = time.monotonic() + 60
        while not _children(site.workers[0].pid):
            if time.monotonic() > until:
                return
            time.sleep(0.02)
        time.sleep(1.5)
        killed.append(len(list((course.folder / "autograded").glob("s*"))))
        os.kill(site.workers[0].pid, signal.SIGKILL)

    thread = threading.Thread(target=kill_when_it_works)
    thread.start()
    code = main(["grade", "m-27", MODULE, "--dask", site.address])
    thread.join()
    said = capsys.readouterr()
    assert code == 0, said
    assert site.workers[0].wait(10) == -signal.SIGKILL
    assert killed, "the worker never had anything in hand"
    assert killed[0] < LEARNERS, "it was killed after the run"
    assert "grading goes on here" not in said.err
    right = {f"s{number:02d}": 5.0 if number % 3 != 2 else 2.0 for number in range(LEARNERS)}
    assert _marks(course) == right


def test_when_all_machines_are_gone_this_one_goes_on(
    course: Cohort, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "LOOK_SECONDS", 0.5)
    others = machines.Machines(site.address, Limits())
    try:
        for worker in site.workers:
            worker.kill()
            worker.wait()
        from clusterlib.delivery.runner.grading import take
        from clusterlib.delivery.runner.master import read_master

        with open_gradebook(course) as gradebook:
            cells = {c.name: c for c in gradebook.find_notebook(MODULE, MODULE).source_cells}
            master = read_master(course.exercise(MODULE), course.solution(MODULE), cells)
        path = course.folder / "submitted" / "s00" / MODULE / f"{MODULE}.ipynb"
        graded = others.grade(take(master, path, [], {}))
    finally:
        others.close()
    assert {mark.cell: mark.points for mark in graded.report.marks} == {
        "top-need-test": 2,
        "share-test": 3,
    }
    assert "grading goes on here" in capsys.readouterr().err


def test_no_scheduler_and_no_workers_are_said_in_one_line(
    course: Cohort, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machines, "ANSWER_SECONDS", 1)
    with pytest.raises(CommandError, match="no Dask scheduler answers"):
        machines.Machines("tcp://127.0.0.1:9", Limits())
    for worker in site.workers:
        worker.kill()
        worker.wait()
    monkeypatch.setattr(machines, "ANSWER_SECONDS", 20)
    until = time.monotonic() + 30
    with distributed.Client(site.address) as client:
        while client.nthreads() and time.monotonic() < until:
            time.sleep(0.1)
    with pytest.raises(CommandError, match="no machine works for"):
        machines.Machines(site.address, Limits())


def test_a_machine_with_another_course_is_refused() -> None:
    mine = machines.fingerprint()
    assert mine == machines.fingerprint()
    with pytest.raises(CommandError, match=r"another course: cases \w+, here other"):
        machines._same("there", mine, mine | {"cases": "other"})


def test_a_hand_in_travels_and_keeps_its_marks(course: Cohort) -> None:
    """What a machine would get is enough: pickled and read again it earns the same."""
    import pickle

    from clusterlib.delivery.runner.box import measure
    from clusterlib.delivery.runner.grading import take
    from clusterlib.delivery.runner.hall import Hall
    from clusterlib.delivery.runner.master import read_master

    with open_gradebook(course) as gradebook:
        cells = {c.name: c for c in gradebook.find_notebook(MODULE, MODULE).source_cells}
        master = read_master(course.exercise(MODULE), course.solution(MODULE), cells)
    path = course.folder / "submitted" / "s02" / MODULE / f"{MODULE}.ipynb"
    hand_in = take(master, path, [], {})
    here = Here(Hall(measure(), Limits()))
    try:
        graded = here.grade(pickle.loads(pickle.dumps(hand_in)))
    finally:
        here.close()
    again = pickle.loads(pickle.dumps(graded))
    assert [mark.points for mark in again.report.marks] == [2, 0]


def _children(process: int) -> list[str]:
    path = Path(f"/proc/{process}/task/{process}/children")
    found = path.read_text(encoding="ascii").split() if path.exists() else []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        found += thread.read_text(encoding="ascii").split()
    return found
