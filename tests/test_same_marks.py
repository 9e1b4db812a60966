"""The same hand-in gives the same marks everywhere, and right answers count with other figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from cohort_tree import CHECKOUT, fill_in, model_answers, with_other_figures
from exam import needed_level
from nbformat.v4 import new_code_cell

from clusterlib.delivery.cohorts.mended import solution_cells
from clusterlib.delivery.runner import seeding
from clusterlib.delivery.runner.box import Limits
from clusterlib.delivery.runner.grading import grade_file
from clusterlib.delivery.runner.hall import MOST_PREPARED, Hall
from clusterlib.delivery.runner.master import Master, read_master
from clusterlib.delivery.runner.names import names_set

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the box exists on Linux only")
MODULE = "03-mapping"
AUDIENCES = ("academic", "enterprise", "government", "ngo")
# The whole course under more seeds: CLUSTER_SEEDS="1 31337 424242" pytest tests/test_same_marks.py
ASKED = os.environ.get("CLUSTER_SEEDS", "")
SEEDS = [int(seed) for seed in ASKED.split() or ["31337"]]
EVERY_MODULE = sorted(path.name for path in (CHECKOUT / "solutions" / "ngo").iterdir())
MODULES = EVERY_MODULE if ASKED else [MODULE, "06-leadership"]


@pytest.fixture(scope="module")
def hall() -> Any:
    hall = Hall(needed_level(), Limits())
    yield hall
    hall.close()


def master_of(module: str, audience: str) -> tuple[Master, Path]:
    paths = [
        CHECKOUT / kind / audience / module / f"{module}.ipynb"
        for kind in ("exercises", "solutions")
    ]
    return read_master(*paths, {cell.name: cell for cell in solution_cells(paths[1])}), paths[1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("module", MODULES)
def test_model_answers_earn_every_point_with_other_figures(
    hall: Hall, module: str, audience: str, seed: int
) -> None:
    master, solution = master_of(module, audience)
    report = grade_file(hall, seeding.seeded(master, seed), solution, [], {}).report
    lost = [mark for mark in report.marks if mark.points < mark.maximum]
    assert report.marks
    assert not lost


GRADE = """
import json, os, sys
from pathlib import Path
from clusterlib.delivery.cohorts.mended import solution_cells
from clusterlib.delivery.runner import seeding
from clusterlib.delivery.runner.box import Limits, measure
from clusterlib.delivery.runner.grading import grade_file
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.master import read_master

exercise, solution, *hand_ins = map(Path, sys.argv[1:])
master = read_master(exercise, solution, {c.name: c for c in solution_cells(solution)})
master = seeding.seeded(master, 31337)
hall = Hall(measure(), Limits())
found = {}
for path in hand_ins:
    graded = grade_file(hall, master, path, [], {})
    found[path.parent.name] = {
        "verdict": graded.report.verdict,
        "marks": [[m.cell, m.points, m.maximum, m.message] for m in graded.report.marks],
        "notes": graded.report.notes,
        "outputs": [[step.name, step.source, shown]
                    for step, shown in zip(graded.steps, graded.outputs)],
    }
hall.close()
print(json.dumps([hall.level.name, found]))
"""


SHOWS_THE_MACHINE = """
import locale, sys, time
print({f"firm {number}" for number in range(20)}, time.tzname, time.localtime(0).tm_hour)
print(locale.setlocale(locale.LC_ALL), f"{1234.5:n}", sys.flags.hash_randomization)
"""


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three hand-ins of 06-leadership: right, half right, worked out with other figures."""
    folder = tmp_path_factory.mktemp("hand-ins")
    module = "06-leadership"
    exercise, solution = (
        CHECKOUT / kind / "academic" / module / f"{module}.ipynb"
        for kind in ("exercises", "solutions")
    )
    answers = model_answers(solution)
    some = dict(list(answers.items())[:2])
    paths = []
    for name, given_answers in (("right", answers), ("half", some), ("other", answers)):
        path = folder / name / f"{module}.ipynb"
        path.parent.mkdir()
        shutil.copy(exercise, path)
        fill_in(path, given_answers)
        paths.append(str(path))
    with_other_figures(Path(paths[-1]), "5")
    # What hangs on the machine, if anything does: the order of a set, the zone, the language.
    notebook = nbformat.read(paths[1], as_version=4)
    notebook.cells.append(new_code_cell(SHOWS_THE_MACHINE))
    nbformat.write(notebook, paths[1])
    return [str(exercise), str(solution), *paths]


def graded_elsewhere(arguments: list[str], here: Path, **environment: str) -> tuple[str, Any]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME")} | {"CLUSTER_COURSE": ""}
    kept |= {"PYTHONPATH": str(CHECKOUT)} | environment
    done = subprocess.run(
        [sys.executable, "-c", GRADE, *arguments],
        capture_output=True, text=True, cwd=here, env=kept,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    level, found = json.loads(done.stdout)
    return level, found


@pytest.mark.slow
def test_marks_are_the_same_on_another_machine(hand_ins: list[str], tmp_path: Path) -> None:
    """Other hash seed, time zone, language, number of processors, folder, order and box."""
    needed_level()
    fixed, paths = hand_ins[:2], hand_ins[2:]
    level, first = graded_elsewhere([*fixed, *paths], CHECKOUT, PYTHONHASHSEED="0", TZ="UTC")
    assert {name: entry["verdict"] for name, entry in first.items()} == {
        "right": "PASS", "half": "PARTIAL", "other": "PARTIAL"
    }  # fmt: skip
    alone = {min(os.sched_getaffinity(0))}
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, alone)
    try:
        elsewhere = graded_elsewhere(
            [*fixed, *reversed(paths)], tmp_path,
            PYTHONHASHSEED="4242", TZ="Pacific/Auckland", LC_ALL="de_DE.UTF-8",
            OMP_NUM_THREADS="1", MPLBACKEND="svg",
        )  # fmt: skip
    finally:
        os.sched_setaffinity(0, before)
    assert elsewhere == (level, first)
    for other in ("slow", "weak"):
        if other != level:
            found = graded_elsewhere([*fixed, *paths], tmp_path, CLUSTER_BOX=other)
            assert found == (other, first)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("module", EVERY_MODULE)
def test_every_exercise_can_take_a_seed(module: str, audience: str) -> None:
    master, _ = master_of(module, audience)
    loading = [cell for cell in master.cells if seeding.loads_a_case([cell.source])]
    # Its own text alone is run at grading, and it must know the word clusterlib for own figures.
    assert [cell.role for cell in loading] == ["locked"]
    assert "clusterlib" in names_set(loading[0].source)


def test_many_cases_in_one_run_share_no_memory(hall: Hall) -> None:
    """More learners' cases than are kept ready: the later ones are opened in their own process."""
    master, solution = master_of(MODULE, "ngo")
    for number in range(MOST_PREPARED + 3):
        own = seeding.seeded(master, 2028, f"learner-{number}")
        report = grade_file(hall, own, solution, [], {}).report
        assert [mark for mark in report.marks if mark.points < mark.maximum] == []
    assert len(hall.prepared) <= MOST_PREPARED
