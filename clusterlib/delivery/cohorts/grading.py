"""Grade collected work with nbgrader's autograder; behind it the runner works ahead in parallel."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session

ASIDE = "grading"


@dataclass(frozen=True)
class Marks:
    """Points of one learner in one module; `open_marks` counts cells that wait for a trainer."""

    score: float
    maximum: float
    open_marks: int

    def __str__(self) -> str:
        waiting = f", {self.open_marks} to mark by hand" if self.open_marks else ""
        return f"{self.score:g} of {self.maximum:g} points{waiting}"


def submitted_learners(cohort: Cohort, module: str) -> list[str]:
    """Return the ids of those whose work was collected."""
    folder = cohort.folder / "submitted"
    return sorted(path.parent.name for path in folder.glob(f"*/{module}") if path.is_dir())


def needs_grading(cohort: Cohort, module: str, learner: str) -> bool:
    """Say whether the collected work was never graded, or is newer than what was graded."""
    submitted = cohort.folder / "submitted" / learner / module / "timestamp.txt"
    graded = cohort.folder / "autograded" / learner / module / "timestamp.txt"
    if not graded.parent.is_dir():
        return True
    return _text(submitted) != _text(graded)


def announce(cohort: Cohort, module: str, learners: Iterable[str]) -> None:
    """Say whose work will be graded, in which order, so that the runner can work ahead."""
    from clusterlib.delivery.runner import pool

    folder = cohort.folder / "submitted"
    pool.announce(folder / learner / module / f"{module}.ipynb" for learner in learners)


def grade(session: Session, module: str, learner: str) -> Marks:
    """Run the autograder on one learner's work and return the marks.

    The graded notebook is made aside and moved into autograded/ when it is complete, so a run
    that was stopped leaves nothing that looks graded. Marks given by hand stay.
    """
    from nbgrader.converters import Autograde

    cohort = session.cohort
    aside = cohort.folder / ASIDE / learner / module
    target = cohort.folder / "autograded" / learner / module
    directory = session.directory(module, learner, autograded_directory=f"{cohort.work}/{ASIDE}")
    shutil.rmtree(aside, ignore_errors=True)
    submitted = cohort.folder / "submitted" / learner / module
    if not list(submitted.glob("*.ipynb")):
        # nbgrader passes over a folder without a notebook; an empty one gets its verdict.
        (submitted / f"{module}.ipynb").touch()
    try:
        session.run(Autograde, directory, force=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(aside, target)
    finally:
        shutil.rmtree(cohort.folder / ASIDE, ignore_errors=True)
    return marks(cohort, module, learner)


def marks(cohort: Cohort, module: str, learner: str) -> Marks:
    """Return the marks that the gradebook holds."""
    with open_gradebook(cohort) as gradebook:
        submission = gradebook.find_submission(module, learner)
        waiting = sum(
            bool(grade.needs_manual_grade)
            for notebook in submission.notebooks
            for grade in notebook.grades
        )
        return Marks(submission.score, submission.max_score, waiting)


def verdict(cohort: Cohort, module: str, learner: str) -> tuple[str, list[str]]:
    """Return how the last grading ended in one word, and what a trainer should know beside it."""
    path = cohort.folder / "autograded" / learner / module / f"{module}.ipynb"
    report = json.loads(path.read_text(encoding="utf-8"))["metadata"]["grading"]
    return report["verdict"], report["notes"]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def how_to_open_formgrader(cohort: Cohort, module: str | None = None) -> str:
    """Return the command and the address for marks by hand.

    The folder to start in names the cohort; the served folder must hold the whole course, or the
    formgrader refuses.
    """
    page = f"/formgrader/gradebook/{module}/{module}" if module else "/formgrader"
    folder, root = quote(str(cohort.folder)), quote(str(cohort.root))
    return (
        f"cd {folder} && jupyter lab --ServerApp.root_dir={root}"
        f"   (then open {page} at the address it prints)"
    )
