"""One submitted notebook from its file to its marks: for the trainer's grading and learner's check.

It needs no nbgrader, so that a learner's check starts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner import intake
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.master import Master
from clusterlib.delivery.runner.rebuild import Step, rebuild, untouched
from clusterlib.delivery.runner.submission import grade
from clusterlib.delivery.runner.submitted import Submitted, Unreadable, read
from clusterlib.delivery.runner.verdicts import Mark, Report, Verdict


@dataclass
class Graded:
    """A rebuilt notebook with outputs, and what was found out about it."""

    steps: list[Step]
    outputs: list[list[dict[str, Any]]]
    report: Report


def grade_file(
    hall: Hall, master: Master, path: Path, ignore: list[str], master_files: dict[str, str]
) -> Graded:
    """Grade one submitted notebook; never fails for anything that stands in it.

    Args:
        hall: where the boxes are.
        master: the exercise.
        path: the submitted notebook; files beside it go into the box.
        ignore: patterns of names that stay outside.
        master_files: the trainer's own files for the box, by name (base64); they win.
    """
    report = Report(level=hall.level.name)
    try:
        submitted = _worked_on(path, read(path), report)
    except (Unreadable, OSError) as error:
        return _unreadable(master, report, str(error))
    report.notes += submitted.notes
    steps = rebuild(master, submitted, report)
    files = intake.files_beside(path.parent, ignore) | master_files
    return Graded(steps, grade(hall, master, steps, files, report), report)


def _worked_on(path: Path, submitted: Submitted, report: Report) -> Submitted:
    """Return another notebook of the folder where the expected one holds not a single answer.

    Whoever fetched or downloaded an exercise twice has worked in one of the two.
    """
    if submitted.answers or not any(cell.grade_id for cell in submitted.cells):
        return submitted
    other = intake.likeliest([found for found in path.parent.glob("*.ipynb") if found != path])
    found = read(other) if other is not None else submitted
    names = {cell.grade_id for cell in submitted.cells if cell.grade_id}
    if other is None or not found.answers or not names & {cell.grade_id for cell in found.cells}:
        return submitted
    report.notes.append(f"{path.name} holds no answer: {other.name} is graded in its place")
    return found


def _unreadable(master: Master, report: Report, why: str) -> Graded:
    report.add(Verdict.MALFORMED, why)
    steps = untouched(master)
    outputs: list[list[dict[str, Any]]] = []
    for step in steps:
        test = step.role == "test"
        outputs.append([_unreadable_output(why)] if test else [])
        if test and step.master is not None:
            report.marks.append(Mark(step.name or "", 0.0, step.master.points, why))
    return Graded(steps, outputs, report)


def _unreadable_output(why: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "Unreadable", "evalue": why, "traceback": [why]}
