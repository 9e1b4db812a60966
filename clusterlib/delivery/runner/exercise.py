"""The exercise as released, found on a learner's machine: in the exchange, the course, the file.

The file in which the learner works is its own exercise where no other is found: nbgrader keeps
with each cell a checksum of how it was released.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.runner.master import Master, make_master, read_master
from clusterlib.delivery.runner.names import names_set
from clusterlib.delivery.runner.submitted import Cell, Submitted, Unreadable, read


@dataclass(frozen=True)
class Exercise:
    """A released exercise without its hidden tests.

    `folder` is where it lies, for the files beside it; None when it is the learner's own file.
    `changed` names the cells of that file which are not as released: nothing can restore them.
    """

    master: Master
    name: str
    folder: Path | None
    changed: tuple[str, ...] = ()


def released_exercise(path: Path) -> Exercise:
    """Return a released exercise from its file.

    Raises:
        CommandError: it cannot be read as a notebook with graded cells.
    """
    try:
        master = read_master(path, None, {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is no released exercise ({error})") from error
    if not master.named:
        raise CommandError(f"{path} is no released exercise: nothing in it is graded")
    return Exercise(master, path.stem, path.parent)


def find_exercise(path: Path, submitted: Submitted) -> Exercise | None:
    """Return the exercise that a learner's file answers; None when it answers none.

    The trainer's release in the exchange counts first, then the exercises of the course.
    """
    names = {cell.grade_id for cell in submitted.cells if cell.grade_id}
    texts = {cell.source for cell in submitted.cells if cell.grade_id}
    for candidates in (_in_the_exchange(), _in_the_course()):
        best, most = None, (0, 0)
        for candidate in candidates:
            if candidate.samefile(path):
                return own_exercise(submitted, path.stem, _free_texts(path))
            known = _texts_as_released(candidate)
            alike = (len(names & known.keys()), len(texts & set(known.values())))
            # A few names, such as that of a last question, stand in many exercises.
            same = 2 * alike[0] >= max(len(known), len(names), 1)
            if same and alike > most:
                best, most = candidate, alike
        if best is not None:
            return released_exercise(best)
    return own_exercise(submitted, path.stem)


def _in_the_exchange() -> Iterator[Path]:
    from clusterlib.portfolio.hand_ins import taught_course

    course = taught_course()
    if course is not None:
        yield from sorted((course.folder / "outbound").glob("*/*.ipynb"))


def _in_the_course() -> Iterator[Path]:
    from clusterlib.delivery.commands.build import course_root

    try:
        yield from sorted((course_root() / "exercises").glob("*/*/*.ipynb"))
    except CommandError:
        return


def _texts_as_released(path: Path) -> dict[str, str]:
    """Return the graded cells by name; none when somebody has worked in this very file."""
    try:
        cells = [cell for cell in read(path).cells if cell.grade_id]
    except (Unreadable, OSError):
        return {}
    return (
        {str(cell.grade_id): cell.source for cell in cells}
        if all(c.as_released for c in cells)
        else {}
    )


def _free_texts(path: Path) -> set[str]:
    """Return the texts of an exercise of the course beside its tasks: its solution has them too."""
    folder, name = path.resolve().parent, path.name
    solution = folder.parents[2] / "solutions" / folder.parent.name / folder.name / name
    try:
        return {cell.source.strip() for cell in read(solution).cells if not cell.grade_id}
    except (Unreadable, OSError):
        return set()


def own_exercise(submitted: Submitted, name: str, free: Collection[str] = ()) -> Exercise | None:
    """Return the exercise that a learner's own file tells of, by the checksums of its cells.

    Args:
        submitted: the learner's file.
        name: of the exercise.
        free: texts of cells that nbgrader does not know and that came with the exercise.
    """
    first: dict[str, int] = {}
    for place, cell in enumerate(submitted.cells):
        own = cell.grade_id
        if own and (own not in first or cell.as_released > submitted.cells[first[own]].as_released):
            first[own] = place
    if not first:
        return None
    rows: list[dict[str, Any]] = []
    changed: list[str] = []
    answered: set[str] = set()
    for place, cell in enumerate(submitted.cells):
        own = cell.grade_id
        if (own and first[own] != place) or (not own and cell.source.strip() not in free):
            continue
        if own and cell.grading.get("solution") is True and not cell.as_released:
            answered |= names_set(cell.source)
            cell = replace(cell, source="")
        elif own and not cell.as_released:
            changed.append(own)
        rows.append(_row(cell))
    master = make_master({"cells": rows}, None, {})
    master = replace(master, answer_names=master.answer_names | answered)
    return Exercise(master, name, None, tuple(changed))


def _row(cell: Cell) -> dict[str, Any]:
    metadata = {"nbgrader": cell.grading} if cell.grade_id else {}
    return {"cell_type": cell.kind, "id": cell.id, "metadata": metadata, "source": cell.source}
