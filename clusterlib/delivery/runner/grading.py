"""One submitted notebook from its file to its marks: for the trainer's grading and learner's check.

It needs no nbgrader, so that a learner's check starts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner import intake
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.master import Master
from clusterlib.delivery.runner.pictures import Picture
from clusterlib.delivery.runner.rebuild import Step, rebuild, untouched
from clusterlib.delivery.runner.seeding import fitted
from clusterlib.delivery.runner.submission import grade
from clusterlib.delivery.runner.submitted import Submitted, Unreadable, read
from clusterlib.delivery.runner.verdicts import Mark, Report, Verdict


@dataclass
class Graded:
    """A rebuilt notebook with outputs, and what was found out about it."""

    steps: list[Step]
    outputs: list[list[dict[str, Any]]]
    report: Report
    pictures: dict[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True)
class HandIn:
    """Everything that marks depend on, as plain data: can be sent to another machine.

    `submitted` is None where the file cannot be read; `why` says then what is wrong with it.
    """

    master: Master
    submitted: Submitted | None
    why: str
    files: dict[str, str]


def take(master: Master, path: Path, ignore: list[str], master_files: dict[str, str]) -> HandIn:
    """Read one submitted notebook; never fails for anything that stands in it.

    Args:
        master: the exercise.
        path: the submitted notebook; files beside it go into the box.
        ignore: patterns of names that stay outside.
        master_files: the trainer's own files for the box, by name (base64); they win.
    """
    try:
        submitted = _worked_on(path, read(path))
    except (Unreadable, OSError) as error:
        return HandIn(master, None, str(error), {})
    return HandIn(master, submitted, "", intake.files_beside(path.parent, ignore) | master_files)


def _worked_on(path: Path, submitted: Submitted) -> Submitted:
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
    told = f"{path.name} holds no answer: {other.name} is graded in its place"
    return replace(found, notes=[told, *found.notes])


def grade_hand_in(hall: Hall, hand_in: HandIn) -> Graded:
    """Grade what was read; never fails for anything that stands in it."""
    report = Report(level=hall.level.name)
    if hand_in.submitted is None:
        return _unreadable(hand_in.master, report, hand_in.why)
    report.notes += hand_in.submitted.notes
    submitted = fitted(hand_in.master, hand_in.submitted, report)
    steps = rebuild(hand_in.master, submitted, report)
    outputs = grade(hall, hand_in.master, steps, hand_in.files, report)
    return Graded(steps, outputs, report, hand_in.submitted.pictures)


def grade_file(
    hall: Hall, master: Master, path: Path, ignore: list[str], master_files: dict[str, str]
) -> Graded:
    """Read and grade one submitted notebook, as `take` and `grade_hand_in` do."""
    return grade_hand_in(hall, take(master, path, ignore, master_files))


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
