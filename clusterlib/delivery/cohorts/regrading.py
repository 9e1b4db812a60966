"""Grade marked hand-ins anew with mended tests and say who gains and who loses; write nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.mended import Mending
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session, StepFailed

SMALLEST = 1e-9
LEFT_OUT = "was left out"


@dataclass(frozen=True)
class Change:
    """One marked cell of one learner: what its test gave, what it gives now, in points.

    None stands for no mark by a test: a new test before, an answer that waits for a person after.
    `by_hand` is a trainer's mark, which counts instead.
    """

    cell: str
    before: float | None
    after: float | None
    most: float
    by_hand: float | None = None
    mended: bool = True
    said: str = ""

    @property
    def difference(self) -> float:
        """What it adds to the learner's points."""
        return 0.0 if self.by_hand is not None else (self.after or 0.0) - (self.before or 0.0)

    @property
    def verdict(self) -> str:
        """The change in one word or two."""
        if self.by_hand is not None:
            return "mark by hand stays"
        if self.after is None and self.before is not None:
            return "waits for you"
        if abs(self.difference) < SMALLEST:
            return "stays"
        return "gains" if self.difference > 0 else "loses"

    @property
    def keepable(self) -> bool:
        """Say whether the old mark fits the points that the test gives now."""
        return (self.before or 0.0) <= self.most

    @property
    def differs(self) -> bool:
        """Say whether the gradebook would hold another figure."""
        if self.before is None or self.after is None:
            return self.before is not self.after
        return abs(self.after - self.before) >= SMALLEST


@dataclass
class Regraded:
    """One learner's module: its changes, its points and what can be reached, before and after."""

    learner: str
    changes: list[Change]
    points: tuple[float, float]
    reachable: tuple[float, float]
    late_minutes: float = 0.0
    comments: int = 0
    marks_by_hand: int = 0
    notebook: Any = field(default=None, repr=False)
    stale: bool = False

    @property
    def difference(self) -> float:
        """Points gained, negative when lost."""
        return self.points[1] - self.points[0]

    @property
    def shares(self) -> tuple[float, float]:
        """Points as a share of what can be reached, before and after."""
        before, after = (
            points / most if most else 0.0
            for points, most in zip(self.points, self.reachable, strict=True)
        )
        return before, after

    @property
    def differs(self) -> bool:
        """Say whether a mark or the graded notebook would be written."""
        return self.stale or any(change.differs for change in self.changes)

    @property
    def can_keep_all(self) -> bool:
        """Say whether the old marks of this learner can stay, and with them the same share."""
        lost = [change for change in self.changes if change.verdict == "loses"]
        kept = self.points[1] + sum(-change.difference for change in lost)
        share = kept / self.reachable[1] if self.reachable[1] else 0.0
        return all(c.keepable for c in lost) and share >= self.shares[0] - SMALLEST

    @property
    def verdict(self) -> str:
        """gains, loses or stays; a lower share of what can be reached is a loss too."""
        before, after = self.shares
        if self.difference < -SMALLEST or after < before - SMALLEST:
            return "loses"
        if self.difference > SMALLEST or after > before + SMALLEST:
            return "gains"
        return "stays"


class Regrader:
    """Grades hand-ins with the rebuilt solution's tests; writes nothing."""

    def __init__(self, session: Session, module: str, mending: Mending) -> None:
        from clusterlib.delivery.runner import intake
        from clusterlib.delivery.runner.exporter import BoxedExporter
        from clusterlib.delivery.runner.master import read_master

        self.session, self.module, self.mending = session, module, mending
        cohort = session.cohort
        self.master = read_master(
            cohort.exercise(module), cohort.solution(module), dict(mending.cells)
        )
        self.ignore = list(session.directory(module).ignore)
        self.files = intake.files_beside(cohort.solution(module).parent, self.ignore)
        make_exporter: Any = BoxedExporter
        self.exporter = make_exporter(config=session.config)
        self.pool = self.exporter.open_pool()

    def announce(self, learners: Iterable[str]) -> None:
        """Say who will be asked for, in which order, so that several run at a time."""
        self.pool.announce(self._hand_in(learner) for learner in learners)

    def regrade(self, learner: str) -> Regraded:
        """Grade one hand-in and compare; StepFailed says why it cannot be done."""
        try:
            graded = self.pool.result(self._hand_in(learner), self._read)
            return self._compared(learner, graded)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StepFailed(f"{type(error).__name__}: {error}") from error

    def _read(self, path: Path) -> Any:
        from clusterlib.delivery.runner.grading import take

        return take(self.exporter.master_of(self.master, path), path, self.ignore, self.files)

    def _hand_in(self, learner: str) -> Path:
        folder = self.session.cohort.folder / "submitted" / learner / self.module
        return folder / f"{self.module}.ipynb"

    def _compared(self, learner: str, graded: Any) -> Regraded:
        from clusterlib.delivery.runner.exporter import as_notebook
        from clusterlib.delivery.runner.verdicts import Verdict

        cohort, cells = self.session.cohort, self.mending.cells
        old = graded_notebook(cohort, self.module, learner)
        for note in old["metadata"].get("grading", {}).get("notes", []):
            # What the first grading took out of the folder is not there to be found again.
            if LEFT_OUT in note and note not in graded.report.notes:
                graded.report.add(Verdict.TAMPERED, note)
        found = _standing(cohort, self.module, learner)
        if found.late_minutes > 0:
            late = f"handed in {found.late_minutes:.0f} minutes after the deadline"
            graded.report.add(Verdict.LATE, late)
        master = self.exporter.master_of(self.master, self._hand_in(learner))
        found.notebook = as_notebook(master, graded)
        found.stale = _looks(old) != _looks(found.notebook)
        after = automatic_marks(found.notebook)
        tests_before, tests_now = _tests(old), _tests(found.notebook)
        said = {mark.cell: mark.message for mark in graded.report.marks}
        found.changes = [
            Change(
                cell=change.cell,
                before=change.before,
                after=after[change.cell],
                most=cells[change.cell].points or 0.0,
                by_hand=change.by_hand,
                mended=change.cell in self.mending.touched
                or tests_before.get(change.cell) != tests_now.get(change.cell),
                said=said.get(change.cell, ""),
            )
            for change in [
                *found.changes,
                *(Change(name, None, None, 0.0) for name in self.mending.added),
            ]
            if change.cell in after
        ]
        gain = sum(change.difference for change in found.changes)
        found.points = (found.points[0], found.points[0] + gain)
        reachable = sum(cell.points or 0.0 for cell in cells.values())
        found.reachable = (found.reachable[0], reachable)
        return found


def automatic_marks(notebook: Any) -> dict[str, float | None]:
    """Return what nbgrader's own rule reads out of a graded notebook, by cell."""
    from nbgrader.utils import determine_grade, is_grade

    return {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if is_grade(cell)
    }


def standing_learners(cohort: Cohort, module: str) -> tuple[list[str], list[str]]:
    """Return whose marks stand, and whose hand-in is not graded yet or newer than what was."""
    from clusterlib.delivery.cohorts.grading import submitted_learners

    with open_gradebook(cohort) as gradebook:
        known = {entry.student.id for entry in gradebook.find_assignment(module).submissions}
    graded: list[str] = []
    newer: list[str] = []
    for learner in submitted_learners(cohort, module):
        times = [
            _time(cohort.folder / folder / learner / module)
            for folder in ("submitted", "autograded")
        ]
        (graded if learner in known and times[0] == times[1] else newer).append(learner)
    return graded, newer


def _time(folder: Path) -> str | None:
    path = folder / "timestamp.txt"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    return "" if folder.is_dir() else None


def _standing(cohort: Cohort, module: str, learner: str) -> Regraded:
    """Return what the gradebook holds, with every change still open."""
    with open_gradebook(cohort) as gradebook:
        submission = gradebook.find_submission(module, learner)
        (notebook,) = submission.notebooks
        grades = list(notebook.grades)
        return Regraded(
            learner=learner,
            changes=[
                Change(
                    cell=grade.name,
                    before=grade.auto_score,
                    after=None,
                    most=float(grade.max_score),
                    by_hand=grade.manual_score,
                )
                for grade in sorted(grades, key=lambda found: str(found.name))
            ],
            points=(float(sum(grade.score for grade in grades)), 0.0),
            reachable=(float(sum(grade.max_score for grade in grades)), 0.0),
            late_minutes=float(submission.total_seconds_late or 0) / 60,
            comments=sum(comment.manual_comment is not None for comment in notebook.comments),
            marks_by_hand=sum(grade.manual_score is not None for grade in grades),
        )


def notebook_path(cohort: Cohort, module: str, learner: str) -> Path:
    """Return where a learner's graded notebook lies."""
    return cohort.folder / "autograded" / learner / module / f"{module}.ipynb"


def graded_notebook(cohort: Cohort, module: str, learner: str) -> Any:
    """Return a learner's graded notebook as plain JSON."""
    try:
        text = notebook_path(cohort, module, learner).read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError):
        # Lost or damaged: it is written anew.
        return {"cells": [], "metadata": {}}


def _looks(notebook: Any) -> Any:
    """Return what a regrade can change in a graded notebook: verdict, marks, settings, tests."""
    report = notebook["metadata"].get("grading", {})
    settings = [cell["metadata"].get("nbgrader") for cell in notebook["cells"]]
    looks = [report.get("verdict"), report.get("marks"), settings, _tests(notebook)]
    return json.loads(json.dumps(looks))


def _tests(notebook: Any) -> dict[str, str]:
    """Return the text of every test, hidden part included, by cell."""
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: _text(cell["source"])
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"] and _is_test(cell)
    }


def _is_test(cell: Any) -> bool:
    settings = cell["metadata"]["nbgrader"]
    return bool(settings.get("grade") and not settings.get("solution"))


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
