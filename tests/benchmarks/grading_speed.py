"""Submissions a minute and memory: the runner against plain nbgrader, in one run on one machine.

    python tests/benchmarks/grading_speed.py                          10 and 30, plain and ours
    python tests/benchmarks/grading_speed.py --ours 10 30 100 300 --plain 10 30 --all

All are commands from start to end on the same hand-ins of module 03: two of three are right, the
third is partly right. Times are compared with plain nbgrader at the same number of hand-ins, where
it was not run with those of its largest run. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import main as cluster_course
from clusterlib.delivery.runner import walls
from clusterlib.delivery.runner.box import NO_WALLS, SWITCH

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE, AUDIENCE = "03-mapping", "government"
PLAIN_NAME = "plain nbgrader"
# nbgrader as it comes, told only where things lie, and not to take a warning for a failure.
PLAIN = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "b-27-{audience}"
c.CourseDirectory.db_url = "sqlite:///{cohort}/gradebook.db"
c.CourseDirectory.source_directory = "solutions/{audience}"
c.CourseDirectory.release_directory = "exercises/{audience}"
c.CourseDirectory.submitted_directory = "course/work/b-27/{audience}/submitted"
c.CourseDirectory.autograded_directory = "course/work/b-27/{audience}/autograded"
c.IgnorePattern.enabled, c.IgnorePattern.pattern, c.Execute.timeout = True, ".", 120
"""
OURS = """
load_subconfig({config!r})
"""
OWN = [
    sys.executable,
    "-c",
    "import sys; from clusterlib.delivery.cli import main; sys.exit(main())",
]
OWN += ["grade", "b-27", MODULE, "--again"]
DASK = [sys.executable, "-m", "dask"]


@dataclass(frozen=True)
class Measured:
    """One run."""

    runner: str
    count: int
    seconds: float
    peak_mb: float
    marks: dict[str, float]

    def row(self, base: float | None) -> str:
        """Return the row of the table; `base` is plain nbgrader's seconds a submission."""
        each = self.seconds / self.count
        times = f"{base / each:.1f}" if base else ""
        return (
            f"| {self.runner} | {self.count} | {self.seconds:.1f} | {each:.2f} | "
            f"{60 / each:.0f} | {times} | {self.peak_mb:.0f} |"
        )


def make_cohort(root: Path, most: int) -> Path:
    """Write a course with one module and a cohort; return the cohort's folder."""
    (root / "course").mkdir(parents=True)
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(CHECKOUT / "course" / name, root / "course")
    for name in ("cases", "audiences"):
        shutil.copytree(CHECKOUT / "course" / name, root / "course" / name)
    for name in ("solutions", "exercises"):
        place = Path(name, AUDIENCE, MODULE)
        shutil.copytree(CHECKOUT / place, root / place)
    os.environ["CLUSTER_COURSE"] = str(root / "course")
    people = "".join(f"s{number:03d},Name,Learner,\n" for number in range(most))
    (root / "roster.csv").write_text("id,first_name,last_name,email\n" + people, encoding="utf-8")
    new = ["cohort", "new", "b-27", "--audience", AUDIENCE, "--timezone", "UTC"]
    assert cluster_course([*new, "--roster", str(root / "roster.csv")]) == 0
    assert cluster_course(["release", "b-27", MODULE]) == 0
    return root / "course" / "work" / "b-27" / AUDIENCE


def hand_in(root: Path, cohort: Path, count: int) -> None:
    """Put so many hand-ins into submitted/."""
    shutil.rmtree(cohort / "submitted", ignore_errors=True)
    shutil.rmtree(cohort / "autograded", ignore_errors=True)
    solved = json.loads((root / "solutions" / AUDIENCE / MODULE / f"{MODULE}.ipynb").read_text())
    exercise = json.loads((root / "exercises" / AUDIENCE / MODULE / f"{MODULE}.ipynb").read_text())
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["source"]
        for cell in solved["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    empty = json.dumps(exercise)
    for number in range(count):
        exercise = json.loads(empty)
        for cell in exercise["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in answers and not (number % 3 == 2 and name == "firm"):
                cell["source"] = answers[name]
        folder = cohort / "submitted" / f"s{number:03d}" / MODULE
        folder.mkdir(parents=True)
        (folder / f"{MODULE}.ipynb").write_text(json.dumps(exercise), encoding="utf-8")
        (folder / "timestamp.txt").write_text("2027-01-01 10:00:00 UTC", encoding="utf-8")


def measure(
    cohort: Path,
    runner: str,
    count: int,
    config: str = "",
    command: list[str] | None = None,
    environment: dict[str, str] | None = None,
) -> Measured:
    """Run `nbgrader autograde` once, or another command that grades all."""
    folder = cohort / "bench"
    folder.mkdir(exist_ok=True)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    command = command or [sys.executable, "-m", "nbgrader", "autograde", MODULE, "--force"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    start = time.monotonic()
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"PATH": path} | (environment or {}),
            stdout=log,
            stderr=log,
        )
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(process, peak), daemon=True)
        watch.start()
        code = process.wait()
    seconds = time.monotonic() - start
    assert code == 0, (folder / "log.txt").read_text(encoding="utf-8")[-3000:]
    return Measured(runner, count, seconds, peak[0], _marks(cohort))


@contextlib.contextmanager
def machines(folder: Path, count: int) -> Iterator[str]:
    """Start a Dask scheduler and workers on this machine; give its address."""
    found = folder / "scheduler.json"
    quiet = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(found)]
    commands = [[*DASK, "scheduler", "--port", "0", "--no-show", *quiet]]
    commands += [[*DASK, "worker", "--nthreads", "1", "--no-nanny", *quiet]] * count
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "dask.log").open("wb"))
        for command in commands:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            while not found.is_file() or not found.read_text(encoding="utf-8").strip():
                time.sleep(0.1)
        address = str(json.loads(found.read_text(encoding="utf-8"))["address"])
        from distributed import Client

        with Client(address, timeout=30) as client:
            client.wait_for_workers(count, timeout=60)
        yield address


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    """Remember the most memory that the processes below nbgrader held together."""
    while process.poll() is None:
        below = [process.pid, *walls.descendants(process.pid)]
        peak[0] = max(peak[0], sum(_share_of_memory(number) for number in below))
        time.sleep(0.2)


def _share_of_memory(process: int) -> float:
    """Return what a process holds in MB, memory shared by several divided among them."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _marks(cohort: Path) -> dict[str, float]:
    from clusterlib.delivery.cohorts.gradebook import open_gradebook
    from clusterlib.delivery.cohorts.places import all_cohorts

    with open_gradebook(all_cohorts(cohort.parents[3])[0]) as gradebook:
        return {
            entry.student.id: float(entry.score)
            for entry in gradebook.find_assignment(MODULE).submissions
            if (cohort / "submitted" / entry.student.id).is_dir()
        }


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", type=int, nargs="*", default=[10, 30])
    parser.add_argument("--plain", type=int, nargs="*", default=[10, 30])
    parser.add_argument(
        "--all", action="store_true", help="also one worker, no box, Dask and nbgrader autograde"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grading-") as name:
        root = Path(name)
        cohort = make_cohort(root, max([*options.ours, *options.plain]))
        config = str(root / "course" / "nbgrader_config.py")
        plain = PLAIN.format(root=str(root), cohort=str(cohort), audience=AUDIENCE)
        done: list[Measured] = []

        def run(runner: str, counts: list[int], **how: Any) -> None:
            for count in counts:
                hand_in(root, cohort, count)
                done.append(measure(cohort, runner, count, **how))
                print(done[-1].row(None), flush=True)

        run(PLAIN_NAME, options.plain, config=plain)
        run("cluster-course grade, 2 workers", options.ours, command=[*OWN, "--workers", "2"])
        if options.all:
            run("cluster-course grade, 1 worker", options.ours, command=[*OWN, "--workers", "1"])
            no_box = {SWITCH: NO_WALLS}
            some = [count for count in options.ours if count <= 100]
            run("the same without a box, 2 workers", some, command=OWN, environment=no_box)
            run("nbgrader autograde, boxed", some, config=OURS.format(config=config))
            with machines(root, 2) as address:
                dask = [*OWN, "--dask", address]
                run("Dask, 2 machines on this one", some, command=dask)
    _print_table(done)


def _print_table(done: list[Measured]) -> None:
    plain = {run.count: run for run in done if run.runner == PLAIN_NAME}
    print("\n| runner | hand-ins | s | s each | a minute | times plain | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for run in done:
        base = plain.get(run.count) or (plain[max(plain)] if plain else None)
        print(run.row(base.seconds / base.count if base else None))
        if base and base.count == run.count and base.marks != run.marks:
            print(f"MARKS DIFFER: {run.marks} and {base.marks}")


if __name__ == "__main__":
    main()
