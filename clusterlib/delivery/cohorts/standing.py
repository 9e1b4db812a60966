"""What is graded whole: the graded notebook and the gradebook must say the same.

Neither wins over the other. Where they differ, because a run was killed between them or one of
them was restored from a backup, the hand-in is graded again; marks by hand stay as they are.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

AGAIN = "again"


@dataclass
class Kept:
    """What the gradebook holds of one hand-in: its time (UTC) and the automatic marks by cell."""

    time: datetime | None
    marks: dict[str, float | None] = field(default_factory=dict)


def ungraded(cohort: Cohort, module: str, learners: Iterable[str]) -> list[str]:
    """Return those learners whose collected work is not graded, or not whole, or meant again."""
    learners = list(learners)
    kept = kept_marks(cohort, module, learners[0] if len(learners) == 1 else None)
    return [
        learner
        for learner in learners
        if _mark_of_again(cohort, module, learner).exists()
        or not agree(
            cohort.folder / "submitted" / learner / module,
            cohort.folder / "autograded" / learner / module,
            kept.get(learner),
        )
    ]


def torn(cohort: Cohort, module: str, learners: Iterable[str]) -> list[str]:
    """Return those whose graded notebook and gradebook differ, whether newer work waits or not."""
    kept = kept_marks(cohort, module)
    folders = {learner: cohort.folder / "autograded" / learner / module for learner in learners}
    return [
        learner
        for learner, folder in folders.items()
        if not agree(folder, folder, kept.get(learner))
    ]


def agree(submitted: Path, graded: Path, kept: Kept | None) -> bool:
    """Say whether the graded folder is of this hand-in and the gradebook holds its marks."""
    from nbgrader.utils import parse_utc

    if kept is None or _time(submitted) != _time(graded):
        return False
    try:
        notebook = json.loads((graded / f"{graded.name}.ipynb").read_text(encoding="utf-8"))
        marks = notebook["metadata"]["grading"]["marks"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    with contextlib.suppress(ValueError):
        if _time(graded).strip() and parse_utc(_time(graded).strip()) != kept.time:
            return False
    return all(
        (saved := kept.marks.get(cell)) is not None and math.isclose(saved, points, abs_tol=1e-6)
        for cell, (points, _) in marks.items()
    )


def kept_marks(cohort: Cohort, module: str, learner: str | None = None) -> dict[str, Kept]:
    """Return what the gradebook holds of a module's hand-ins, or of one, by learner."""
    with open_gradebook(cohort) as gradebook:
        return read_kept(gradebook, module, learner)


def read_kept(gradebook: Any, module: str, learner: str | None = None) -> dict[str, Kept]:
    """Return the same from an open gradebook (nbgrader.api.Gradebook), in one question to it."""
    from nbgrader import api
    from sqlalchemy import select

    question = (
        select(
            api.SubmittedAssignment.student_id,
            api.SubmittedAssignment.timestamp,
            api.BaseCell.name,
            api.Grade.auto_score,
        )
        .select_from(api.SubmittedAssignment)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(
            api.SubmittedNotebook,
            api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
        )
        .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .where(api.Assignment.name == module)
    )
    if learner is not None:
        question = question.where(api.SubmittedAssignment.student_id == learner)
    found: dict[str, Kept] = {}
    for name, time, cell, points in gradebook.db.execute(question):
        found.setdefault(name, Kept(time)).marks[cell] = points
    return found


def mean_again(cohort: Cohort, module: str, learners: Iterable[str]) -> bool:
    """Note that these learners are to be graded anew; say whether an earlier note stood there.

    The notes outlive a kill: the next run grades those that are left.
    """
    folder = cohort.folder / AGAIN / module
    earlier = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    for learner in learners:
        _mark_of_again(cohort, module, learner).touch()
    return earlier


def done_again(cohort: Cohort, module: str, learner: str) -> None:
    """Strike one learner from the notes."""
    path = _mark_of_again(cohort, module, learner)
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()
        path.parent.parent.rmdir()


def let_autograde_resume() -> None:
    """Make plain `nbgrader autograde` of this process grade anew what a killed run left half done.

    nbgrader itself passes over every graded folder that is there.
    """
    from nbgrader.converters import Autograde

    if Autograde.init_destination.__name__ != _after_a_look.__name__:
        _original.append(Autograde.init_destination)
        Autograde.init_destination = _after_a_look


_original: list[Any] = []


def _after_a_look(autograde: Any, module: str, learner: str) -> bool:
    from nbgrader.api import Gradebook

    directory = autograde.coursedir
    target = Path(directory.format_path(directory.autograded_directory, learner, module))
    if target.is_dir():
        source = Path(directory.format_path(directory.submitted_directory, learner, module))
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            kept = read_kept(gradebook, module, learner)
        if not agree(source, target, kept.get(learner)):
            shutil.rmtree(target)
    return bool(_original[0](autograde, module, learner))


def _mark_of_again(cohort: Cohort, module: str, learner: str) -> Path:
    return cohort.folder / AGAIN / module / learner


def _time(folder: Path) -> str:
    path = folder / "timestamp.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
