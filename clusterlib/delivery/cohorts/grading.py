"""Grade collected work with nbgrader's autograder; behind it the runner works ahead in parallel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from shlex import quote

from clusterlib.delivery.cohorts import whole
from clusterlib.delivery.cohorts.claims import beginning, claim, seat
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.patience import patiently
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session, StepFailed
from clusterlib.delivery.cohorts.standing import done_again, mean_again, ungraded

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


def to_grade(cohort: Cohort, module: str, again: bool = False) -> list[str]:
    """Return whose work is to be graded: what is new, what a killed run left, with `again` all."""
    whole.sweep(cohort.folder, ASIDE)
    collected = submitted_learners(cohort, module)
    if again and mean_again(cohort, module, collected):
        print("An earlier run with --again was stopped; this one begins anew. Leave --again out")
        print("to go on with the earlier one.")
    return patiently(cohort, lambda: ungraded(cohort, module, collected))


def announce(cohort: Cohort, module: str, learners: Iterable[str]) -> None:
    """Say whose work will be graded, in which order, so that the runner can work ahead."""
    from clusterlib.delivery.runner import pool

    folder = cohort.folder / "submitted"
    pool.announce(folder / learner / module / f"{module}.ipynb" for learner in learners)


def in_turn(cohort: Cohort, module: str, learners: list[str]) -> Iterator[str]:
    """Give the learners one by one, each claimed while the caller works on it.

    Several processes may run this over the same learners: each begins at another place of the list
    and passes over what others have in hand or have finished. What is still in other hands at the
    end is tried once more, for its process may have been killed.
    """
    with seat(cohort) as number:
        before = {learner: _last_grading(cohort, module, learner) for learner in learners}
        learners = patiently(cohort, lambda: ungraded(cohort, module, learners))
        first = beginning(number, len(learners))
        order = [*learners[first:], *learners[:first]]
        announce(cohort, module, order)
        in_other_hands: list[str] = []
        for learner in order:
            with claim(cohort, module, learner) as mine:
                if not mine:
                    in_other_hands.append(learner)
                elif _last_grading(cohort, module, learner) in (None, before[learner]):
                    yield learner
        for learner in in_other_hands:
            with claim(cohort, module, learner) as mine:
                if not mine:
                    print(f"{learner}: left to another run, which has it in hand", flush=True)
                elif _last_grading(cohort, module, learner) in (None, before[learner]):
                    yield learner


def _last_grading(cohort: Cohort, module: str, learner: str) -> tuple[int, int] | None:
    """Return what differs after each grading: the graded folder is always a new one."""
    try:
        state = (cohort.folder / "autograded" / learner / module).stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_mtime_ns


def grade(session: Session, module: str, learner: str) -> Marks:
    """Run the autograder on one learner's work and return the marks.

    The graded notebook is made aside and moved into autograded/ when it is complete and its marks
    are saved, so a run that was stopped leaves nothing that looks graded. Marks given by hand stay.

    Raises:
        StepFailed: it cannot be graded, or another process has it in hand.
        CommandError: the gradebook does not answer for long, or the disk is full.
    """
    cohort = session.cohort
    with claim(cohort, module, learner) as mine:
        if not mine:
            raise StepFailed("another run has it in hand")
        return patiently(cohort, lambda: _grade(session, module, learner))


def _grade(session: Session, module: str, learner: str) -> Marks:
    from nbgrader.converters import Autograde

    cohort = session.cohort
    directory = session.directory(module, learner, autograded_directory=f"{cohort.work}/{ASIDE}")
    submitted = cohort.folder / "submitted" / learner / module
    if not list(submitted.glob("*.ipynb")):
        # nbgrader passes over a folder without a notebook; an empty one gets its verdict.
        (submitted / f"{module}.ipynb").touch()
    with whole.aside(cohort.folder, ASIDE, learner, module) as made:
        session.run(Autograde, directory, force=True)
        whole.move(made, cohort.folder / "autograded" / learner / module)
    done_again(cohort, module, learner)
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
