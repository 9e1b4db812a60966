"""A small exam and a way to grade hand-ins of it behind the walls, for honest and hostile work."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from clusterlib.delivery.building.release import release
from clusterlib.delivery.nbgrader_preprocessors import ClearModelAnswers
from clusterlib.delivery.runner import intake
from clusterlib.delivery.runner.box import Level, Limits, measure
from clusterlib.delivery.runner.exercise import released_exercise
from clusterlib.delivery.runner.grading import Graded, grade_file
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.master import Master, read_master
from clusterlib.delivery.runner.preflight import Checked, check

NAME = "08-exam"
RIGHT = {
    "need": 'need = "C04"',
    "share": "share = 24 / 60",
    "quotient": (
        "def quotient(own, total, own_all, total_all):\n"
        "    if total == 0 or total_all == 0:\n"
        '        raise ValueError("no jobs")\n'
        "    return (own / total) / (own_all / total_all)"
    ),
    "gaps": (
        "import pandas as pd\n"
        'gaps = pd.DataFrame({"gap": [3.0, 1.5], "firms": [4, 7]}, index=["C04", "C07"])'
    ),
    "reflection": "I would ask the small firms first.",
}
POINTS = {"need": 2, "share": 3, "quotient": 5, "gaps": 4}
ALL = sum(POINTS.values())
HIDDEN = {
    "need": 'assert need == "C04", "the largest gap is C04"',
    "share": 'assert abs(share - replied / members) < 1e-9, "divide the replies by the members"',
    "quotient": (
        'assert abs(quotient(30, 100, 300, 2000) - 2.0) < 1e-9, "share by share"\n'
        "try:\n    quotient(1, 0, 1, 1)\n"
        'except ValueError:\n    pass\nelse:\n    raise AssertionError("no jobs, no quotient")'
    ),
    "gaps": (
        'assert list(gaps.sort_values("gap").index) == ["C07", "C04"]\n'
        'assert gaps.loc["C04", "gap"] == 3 and gaps["firms"].sum() == 11'
    ),
}
VISIBLE = {
    "need": 'assert isinstance(need, str), "write a code in quotes"',
    "share": 'assert share is not None and 0 <= share <= 1, "a share lies between 0 and 1"',
    "quotient": 'assert callable(quotient), "write a function"',
    "gaps": 'assert set(gaps.columns) == {"gap", "firms"}, "two columns"',
}
STUBS = {"need": "need = None", "share": "share = None", "quotient": "quotient = None"}
STUBS |= {"gaps": "gaps = None"}


def solution() -> Any:
    """Return the solution notebook: four tested answers, a task and an essay."""
    cells = [
        new_markdown_cell("# Exam"),
        _code("start", "replied, members = 24, 60", locked=True),
        new_markdown_cell("### Which need is largest?"),
    ]
    for name in POINTS:
        own = f"{STUBS[name]}\n### BEGIN SOLUTION\n{RIGHT[name]}\n### END SOLUTION"
        hidden = f"### BEGIN HIDDEN TESTS\n{HIDDEN[name]}\n### END HIDDEN TESTS"
        test = f"# Checks {name}.\n{VISIBLE[name]}\n{hidden}"
        cells += [
            _code(name, own, solution=True),
            _code(f"{name}-test", test, grade=True, locked=True, points=POINTS[name]),
        ]
        if name == "need":
            cells.append(new_code_cell("share_hint = replied / members"))
    scheme = "Who is missing?\n\n=== BEGIN MARK SCHEME ===\n\n- one\n\n=== END MARK SCHEME ==="
    cells += [
        new_markdown_cell(scheme, metadata=_settings("page", task=True, locked=True, points=4)),
        new_markdown_cell("Your text:"),
        new_markdown_cell("### Looking back"),
        new_markdown_cell(
            f"### BEGIN SOLUTION\n{RIGHT['reflection']}\n### END SOLUTION",
            metadata=_settings("reflection", grade=True, solution=True, points=5),
        ),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"exam-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _settings(name: str, **kind: Any) -> dict[str, Any]:
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": base | kind | {"grade_id": name}}


def _code(name: str, source: str, **kind: Any) -> Any:
    return new_code_cell(source, metadata=_settings(name, **kind))


def blank() -> dict[str, Any]:
    """Return the exercise as a learner gets it, as plain JSON."""
    found: dict[str, Any] = json.loads(json.dumps(release(solution())))
    return found


def filled(answers: dict[str, str]) -> dict[str, Any]:
    """Return the exercise with these answers."""
    notebook = blank()
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    return notebook


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell of that name."""
    found: dict[str, Any] = next(c for c in notebook["cells"] if name_of(c) == name)
    return found


def name_of(found: dict[str, Any]) -> str | None:
    """Return the name that nbgrader knows a cell by."""
    return found["metadata"].get("nbgrader", {}).get("grade_id")


def twin(notebook: dict[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    """Return a copy of a cell, as copying it in JupyterLab makes one."""
    return copy.deepcopy(cell(notebook, name)) | {"id": f"copy-of-{name}"} | changes


def needed_level() -> Level:
    """Return the level of the box; install bubblewrap where that can be done, else say it lacks."""
    if sys.platform != "linux":
        pytest.skip("the box for learners' code exists on Linux only")
    if shutil.which("bwrap") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "bubblewrap"], check=False, capture_output=True)
    level = measure()
    if not level.safe:
        pytest.fail(f"no box for learners' code on this machine: {level.reason}")
    return level


class Exam:
    """The exam's master on disk, and a hall in which hand-ins are graded."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.hall = Hall(needed_level(), limits)
        self.master = self._master()
        # What a learner can know of it: the grader's steps with the visible tests alone.
        self.visible = self._master(hidden=False)
        self.exercise = released_exercise(folder / NAME / f"{NAME}.ipynb")

    def _master(self, hidden: bool = True) -> Master:
        notebook = solution()
        stored = {}
        for found in copy.deepcopy(notebook).cells:
            settings = found.metadata.get("nbgrader")
            if settings:
                if settings["solution"]:
                    ClearModelAnswers().preprocess_cell(found, {"language": "python"}, 0)
                source = found.source if hidden else found.source.split("\n### BEGIN HIDDEN")[0]
                stored[settings["grade_id"]] = SimpleNamespace(source=source, checksum="")
        released, solved = self.folder / NAME / f"{NAME}.ipynb", self.folder / "solved.ipynb"
        released.parent.mkdir(exist_ok=True)
        released.write_text(json.dumps(blank()), encoding="utf-8")
        solved.write_text(json.dumps(notebook), encoding="utf-8")
        return read_master(released, solved, stored)

    def check(self, path: Path) -> Checked:
        """Check a notebook as learners do before they hand in."""
        return check(path, self.exercise, self.hall)

    def grade(self, hand_in: Path, master: Master | None = None) -> Graded:
        """Grade a folder as nbgrader has it graded: intake first, then the notebook."""
        notebooks = [str(path) for path in sorted(hand_in.glob("*.ipynb"))]
        intake.make_safe(NAME, "anna", notebooks)
        graded = grade_file(self.hall, master or self.master, hand_in / f"{NAME}.ipynb", [".*"], {})
        intake.tell(graded.report, hand_in)
        return graded


def hand_in(folder: Path, notebook: Any, name: str = f"{NAME}.ipynb") -> Path:
    """Put a notebook (JSON, text or bytes) into a folder as a learner hands it in."""
    place = folder / "anna" / NAME
    place.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, dict):
        notebook = json.dumps(notebook)
    body = notebook if isinstance(notebook, bytes) else notebook.encode()
    (place / name).write_bytes(body)
    return place


def earned(graded: Graded) -> dict[str, float]:
    """Return the points of each answer."""
    return {mark.cell.removesuffix("-test"): mark.points for mark in graded.report.marks}


def assert_check_agrees(exam: Exam, path: Path) -> Checked:
    """Check a hand-in, grade it on the visible tests, and compare; the check changes no file."""
    before = sorted((found, found.lstat().st_mtime_ns) for found in path.parent.rglob("*"))
    checked = exam.check(path)
    assert sorted((found, found.lstat().st_mtime_ns) for found in path.parent.rglob("*")) == before
    report = exam.grade(path.parent, exam.visible).report
    said = {mark.cell: (mark.points, mark.message) for mark in checked.report.marks}
    assert said == {mark.cell: (mark.points, mark.message) for mark in report.marks}
    assert checked.report.verdict == report.verdict, (checked.report, report)
    tested = [task for task in checked.tasks if task.tested]
    assert all(task.passed for task in tested) == all(m.points == m.maximum for m in report.marks)
    refused = {"MALFORMED", "TAMPERED"} & set(report.incidents)
    ready = all(task.answered and task.passed for task in checked.tasks)
    assert checked.code == (2 if refused else 0 if ready else 1)
    return checked
