"""A module whose tests were mended after hand-ins were marked: what changed, what may be regraded.

nbgrader keeps hidden tests, points and the forms of empty answers in the gradebook, and the marks
hang on its cells. So a mended test replaces the text of its cell; a cell that comes or goes is
refused where marks or answers would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

ROLES = {
    (True, True, False): "essay",
    (False, True, False): "answer",
    (True, False, False): "test",
    (False, False, True): "task",
}


@dataclass(frozen=True)
class KeptCell:
    """A cell as the gradebook keeps it; points is None for one that is not marked."""

    name: str
    role: str
    kind: str
    locked: bool
    source: str
    checksum: str | None
    points: float | None


@dataclass(frozen=True)
class Mending:
    """What differs between the rebuilt solution and the gradebook.

    `cells` are all cells of the rebuilt solution; `tests` are the names of tests with another text;
    `points` the old and new points of cells that give others now; `added` the names of new tests;
    `others` further cells with another text.
    """

    cells: Mapping[str, KeptCell]
    tests: tuple[str, ...] = ()
    points: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def touched(self) -> frozenset[str]:
        """The cells whose marks the mending can change."""
        return frozenset([*self.tests, *self.points, *self.added])

    @property
    def for_all(self) -> tuple[str, ...]:
        """The cells whose change alters what everybody can reach."""
        return (*self.points, *self.added)

    @property
    def differs(self) -> bool:
        """Say whether the gradebook holds anything else than the rebuilt solution."""
        return bool(self.tests or self.points or self.added or self.others)

    def __str__(self) -> str:
        words = [f'test "{name}"' for name in self.tests]
        words += [
            f'points of "{name}" ({before:g}, now {after:g})'
            for name, (before, after) in self.points.items()
        ]
        words += [
            f'"{name}" is new ({self.cells[name].points or 0:g} points)' for name in self.added
        ]
        words += [f'text of "{name}"' for name in self.others]
        return ", ".join(words) or "nothing"


def find_mending(cohort: Cohort, module: str) -> Mending:
    """Compare the rebuilt solution with the gradebook.

    Raises:
        CommandError: solution and exercise do not fit, or marks or answers would be lost.
    """
    from clusterlib.delivery.cohorts.releasing import check_files

    check_files(cohort, module)
    now = {cell.name: cell for cell in solution_cells(cohort.solution(module))}
    with open_gradebook(cohort) as gradebook:
        before = {cell.name: cell for cell in gradebook_cells(gradebook, module)}
        by_hand = _marks_by_hand(gradebook, module)
    faults = [*_lost(before, now), *_new_questions(before, now), *_too_high(now, by_hand)]
    if faults:
        lines = "\n  ".join(faults)
        raise CommandError(f"{cohort.course_id}: {module} cannot be regraded:\n  {lines}")
    common = [(before[name], cell) for name, cell in now.items() if name in before]
    return Mending(
        cells=now,
        tests=tuple(c.name for old, c in common if c.role == "test" and old.source != c.source),
        points={
            cell.name: (old.points, cell.points)
            for old, cell in common
            if old.points is not None and cell.points is not None and old.points != cell.points
        },
        added=tuple(name for name, cell in now.items() if name not in before and cell.points),
        others=tuple(
            cell.name
            for cell in now.values()
            if cell.role != "test"
            and (cell.name not in before or before[cell.name].source != cell.source)
        ),
    )


def solution_cells(solution: Path) -> list[KeptCell]:
    """Return what nbgrader would keep of a solution: hidden tests in, model answers out."""
    import nbformat
    from nbgrader.preprocessors import CheckCellMetadata, SaveCells
    from nbgrader.utils import is_locked

    from clusterlib.delivery.nbgrader_preprocessors import RELEASE_STEPS

    notebook: Any = nbformat.read(solution, as_version=4)  # type: ignore[no-untyped-call]
    resources: dict[str, Any] = {}
    for step in RELEASE_STEPS[: RELEASE_STEPS.index(SaveCells)]:
        if step is not CheckCellMetadata:
            notebook, resources = step().preprocess(notebook, resources)
    found = []
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        grade, solved, task = (bool(grading.get(name)) for name in ("grade", "solution", "task"))
        if grade or solved or task or grading.get("locked"):
            found.append(
                KeptCell(
                    name=grading["grade_id"],
                    role=ROLES.get((grade, solved, task), "locked"),
                    kind=cell.cell_type,
                    locked=bool(is_locked(cell)),
                    source=cell.source,
                    checksum=grading.get("checksum"),
                    points=float(grading["points"]) if grade or task else None,
                )
            )
    return found


def gradebook_cells(gradebook: Any, module: str) -> list[KeptCell]:
    """Return what the gradebook keeps of a module."""
    notebook = gradebook.find_notebook(module, module)
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    found = []
    for cell in notebook.source_cells:
        name = cell.name
        flags = (name in points, name in solutions, name in tasks)
        found.append(
            KeptCell(
                name=name,
                role=ROLES.get(flags, "locked"),
                kind=cell.cell_type,
                locked=bool(cell.locked),
                source=cell.source,
                checksum=cell.checksum,
                points=points.get(name, tasks.get(name)),
            )
        )
    return found


def _lost(before: Mapping[str, KeptCell], now: Mapping[str, KeptCell]) -> Iterable[str]:
    """Say which cells are gone or have become something else."""
    fresh = [cell for name, cell in now.items() if name not in before]
    for name, old in before.items():
        new = now.get(name)
        if new is not None:
            if (new.role, new.kind) != (old.role, old.kind):
                yield (
                    f'"{name}" had the role {old.role} ({old.kind}), now {new.role} ({new.kind}): '
                    "give the new cell an id of its own and put the old one back"
                )
            continue
        twins = [cell.name for cell in fresh if (cell.role, cell.kind) == (old.role, old.kind)]
        if len(twins) == 1:
            yield (
                f'"{name}" is gone and "{twins[0]}" is new: if it has a new name, give it its old '
                "one back, since learners' files and the marks know it by that"
            )
        elif old.role == "test":
            yield (
                f'the test "{name}" is gone, and with it the marks that learners have in it: put '
                "it back; to give its points to everybody, leave its hidden tests empty"
            )
        else:
            yield f'"{name}" ({old.role}) is gone: put it back, learners\' files hold it'


def _new_questions(before: Mapping[str, KeptCell], now: Mapping[str, KeptCell]) -> Iterable[str]:
    for name, cell in now.items():
        if name not in before and cell.role in ("answer", "essay", "task"):
            yield (
                f'"{name}" ({cell.role}) is new, and those who handed in have never seen it: take '
                "it out, and ask it in another module"
            )


def _marks_by_hand(gradebook: Any, module: str) -> dict[str, dict[str, float]]:
    """Return the marks by hand of each cell, by learner."""
    found: dict[str, dict[str, float]] = {}
    for submission in gradebook.find_notebook(module, module).submissions:
        for grade in submission.grades:
            if grade.manual_score is not None:
                marks = found.setdefault(grade.name, {})
                marks[submission.student.id] = float(grade.manual_score)
    return found


def _too_high(
    now: Mapping[str, KeptCell], by_hand: Mapping[str, Mapping[str, float]]
) -> Iterable[str]:
    for name, marks in by_hand.items():
        most = now[name].points if name in now else None
        if most is None:
            continue
        above = sorted(learner for learner, mark in marks.items() if mark > most)
        if above:
            yield (
                f'"{name}" gives {most:g} points now, less than the mark by hand of '
                f"{', '.join(above)}: keep its points, or lower these marks in the formgrader first"
            )
