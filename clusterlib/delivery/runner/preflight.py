"""The check before handing in: the grader's own steps, with what a learner has.

Same reading, same rebuilding, same runner, same tests as far as the learner can see them. What is
strange but harms nobody is said as advice and never fails the check.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.runner import intake
from clusterlib.delivery.runner.box import Limits, measure
from clusterlib.delivery.runner.exercise import Exercise, find_exercise, released_exercise
from clusterlib.delivery.runner.grading import Graded, grade_file
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.names import names_read, names_set
from clusterlib.delivery.runner.rebuild import Step
from clusterlib.delivery.runner.seeding import for_own_check
from clusterlib.delivery.runner.submitted import Unreadable, read
from clusterlib.delivery.runner.verdicts import MEANING, Mark, Report, Verdict

# As in course/nbgrader_config.py: these never reach the trainer.
JUNK = (".*", "__pycache__", "*.pyc", "*~", "feedback")
PASSED, OPEN, REFUSED = 0, 1, 2
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*(?:\(\d+ points?\))?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Task:
    """One task of the exercise: `message` is what its visible test says when it does not pass."""

    title: str
    name: str
    answered: bool
    passed: bool
    tested: bool
    message: str = ""

    @property
    def words(self) -> str:
        """Say how it stands."""
        if self.tested and not self.passed:
            state = "the visible test does not pass" if self.answered else "not answered"
            return f"{state}: {self.message}" if self.message else state
        if not self.answered:
            return "not answered"
        return "answered, the visible test passes" if self.tested else "answered, for your trainer"


@dataclass(frozen=True)
class Checked:
    """What the check found; `refused` says why a file would not be graded as it stands."""

    tasks: list[Task]
    advice: list[str]
    refused: list[str]
    report: Report = field(default_factory=Report)

    @property
    def code(self) -> int:
        """0: all answered, visible tests pass. 1: something is open. 2: refused."""
        if self.refused:
            return REFUSED
        return PASSED if all(t.answered and t.passed for t in self.tasks) else OPEN

    def lines(self, name: str) -> list[str]:
        """Say it all, a task a line, in words for the learner."""
        lines = [f"{name}: NOT READY, {reason}" for reason in self.refused]
        lines += [f"- {task.title}: {task.words}" for task in self.tasks]
        lines += [f"note: {note}" for note in self.advice]
        ready = sum(task.answered and task.passed for task in self.tasks)
        end = {PASSED: "ready to hand in", OPEN: "you can hand in; open parts earn no points"}
        total = f"{ready} of {len(self.tasks)} tasks are answered with no complaint"
        return [*lines, f"{total}: {end.get(self.code, 'mend the file before you hand it in')}"]


def check_file(path: Path, released: Path | None = None) -> Checked | None:
    """Check a learner's file on this computer; None when it answers no exercise.

    Args:
        path: the learner's notebook.
        released: the exercise as released; looked for when not given.

    Raises:
        CommandError: the exercise cannot be read, or cells cannot be run on this system.
    """
    exercise = released_exercise(released) if released is not None else None
    try:
        submitted = read(path)
        exercise = exercise or find_exercise(path, submitted)
    except (Unreadable, OSError) as error:
        reason = f"{Verdict.MALFORMED}: {error}"
        return Checked([], [], [reason], Report([Verdict.MALFORMED]))
    if exercise is None:
        return None
    exercise = replace(exercise, master=for_own_check(exercise.master, submitted))
    if not hasattr(socket, "AF_UNIX") or not hasattr(os, "fork"):
        raise CommandError(
            "the file can be read; its cells are checked on Linux only: in JupyterLab choose "
            "Kernel, Restart Kernel and Run All Cells, and look for red messages"
        )
    hall = Hall(measure(), Limits())
    try:
        return check(path, exercise, hall)
    finally:
        hall.close()


def check(path: Path, exercise: Exercise, hall: Hall) -> Checked:
    """Check a learner's file against an exercise.

    Args:
        path: the learner's notebook.
        exercise: as released.
        hall: where the cells are run.
    """
    beside = path.parent.name == exercise.name
    files = intake.files_beside(exercise.folder, JUNK) if exercise.folder else {}
    # A file in a folder of other things is handed in alone.
    ignore = JUNK if beside else ("*",)
    graded = grade_file(hall, exercise.master, path, list(ignore), files)
    report = graded.report
    for trap, why in intake.find_traps(path.parent, ignore):
        report.add(Verdict.TAMPERED, f"{trap.name}{why}")
    marks = {mark.cell: mark for mark in report.marks}
    refused = _refusals(report, exercise)
    return Checked(_tasks(graded, marks), _advice(path, exercise, report, refused), refused, report)


def _refusals(report: Report, exercise: Exercise) -> list[str]:
    grave = [v for v in (Verdict.MALFORMED, Verdict.TAMPERED) if v in report.incidents]
    reasons = [f"{verdict}: {MEANING[verdict]}" for verdict in grave]
    if exercise.changed:
        names = ", ".join(f'"{name}"' for name in exercise.changed)
        reasons.append(f"{Verdict.TAMPERED}: not as released: {names}; fetch the exercise anew")
    return reasons


def _advice(path: Path, exercise: Exercise, report: Report, refused: Sequence[str]) -> list[str]:
    advice = list(report.notes)
    others = sorted({other.name for other in path.parent.glob("*.ipynb")} - {path.name})
    expected = f"{exercise.name}.ipynb"
    if path.name != expected and expected in others:
        advice.append(f"your trainer gets {expected}, which stands beside this file")
    return advice


def _tasks(graded: Graded, marks: dict[str, Mark]) -> list[Task]:
    """Return the tasks in the order of the exercise, each with the answers above its test."""
    title = ""
    tasks: list[Task] = []
    answers: list[Step] = []
    for place, step in enumerate(graded.steps):
        heading = HEADING.search(step.source) if step.kind == "markdown" else None
        if heading and step.by == "master" and step.role != "essay":
            title = heading.group(1)
        name = step.name or ""
        if step.role == "answer":
            answers.append(step)
        elif step.role == "test":
            answered = all(map(_filled, answers)) or _written_elsewhere(graded.steps, step)
            mark = marks.get(name, Mark(name, 0.0, 0.0))
            passed = mark.points >= mark.maximum
            message = mark.message.strip()
            tasks.append(Task(title or name, name, answered, passed, True, message))
            answers = []
        elif step.role == "essay":
            tasks.append(Task(title or name, name, _filled(step), True, False))
        elif step.role == "task":
            text = any(_own_text(later) for later in _below(graded.steps, place))
            tasks.append(Task(title or name, name, text, True, False))
    tasks += [Task(title or str(a.name), str(a.name), _filled(a), True, False) for a in answers]
    return tasks


def _filled(step: Step) -> bool:
    empty = step.master.source.strip() if step.master is not None else ""
    return step.by == "learner" and step.source.strip() not in ("", empty)


def _written_elsewhere(steps: Sequence[Step], test: Step) -> bool:
    """Say whether a learner's own cell sets what the test reads: a lost answer written anew."""
    wanted = names_read(test.source)
    own = [step for step in steps if step.role == "free" and step.by == "learner"]
    return any(names_set(step.source) & wanted for step in own if step.kind == "code")


def _below(steps: Sequence[Step], place: int) -> list[Step]:
    found = []
    for step in steps[place + 1 :]:
        if step.role != "free":
            break
        found.append(step)
    return found


def _own_text(step: Step) -> bool:
    return step.by == "learner" and bool(step.source.strip())
