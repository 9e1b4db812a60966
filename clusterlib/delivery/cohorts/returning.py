"""Return feedback: one page a learner, under a name in the exchange that only they can work out."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts import whole
from clusterlib.delivery.cohorts.claims import claim
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.patience import patiently
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session, StepFailed

# Others may open a page whose secret name they know, never list the folder.
FOLDER_MODE = 0o711
ASIDE = "returning"
# Beside the page: what it was made of. Written last, so a page without it was not given.
GIVEN = "given.txt"
# What a learner and the exchange share; it gives the page its name there.
SECRET = "submission_secret.txt"


def graded_learners(cohort: Cohort, module: str) -> list[str]:
    """Return the ids of those whose work was graded."""
    whole.sweep(cohort.folder, ASIDE)
    folder = cohort.folder / "autograded"
    return sorted(path.parent.name for path in folder.glob(f"*/{module}") if path.is_dir())


def close_feedback_folder(cohort: Cohort) -> Path:
    """Make sure that nobody but the owner can list the feedback folder; return it."""
    folder = cohort.exchange / cohort.course_id / "feedback"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != FOLDER_MODE:
            folder.chmod(FOLDER_MODE)
    except OSError as error:
        raise CommandError(
            f"{folder} cannot be closed to other readers ({error.strerror}): "
            "give feedback as its owner"
        ) from error
    return folder


def give_feedback(session: Session, module: str, learner: str) -> bool:
    """Write one learner's feedback page and put it into the exchange.

    Returns:
        True when it was given, False when the learner has this very page already.

    Raises:
        StepFailed: there is no page, or another process has the hand-in.
        CommandError: the gradebook does not answer for long, or the disk is full.
    """
    with claim(session.cohort, module, learner) as mine:
        if not mine:
            raise StepFailed("another run has it in hand")
        return patiently(session.cohort, lambda: _give(session, module, learner))


def _give(session: Session, module: str, learner: str) -> bool:
    from nbgrader.converters import GenerateFeedback
    from nbgrader.exchange.default import ExchangeReleaseFeedback

    cohort = session.cohort
    folder = cohort.folder / "feedback" / learner / module
    made_of = _made_of(session, module, learner)
    if _is_given(cohort, folder, made_of):
        return False
    directory = session.directory(module, learner, feedback_directory=f"{cohort.work}/{ASIDE}")
    with whole.aside(cohort.folder, ASIDE, learner, module) as made:
        session.run(GenerateFeedback, directory, force=True)
        whole.move(made, folder)
    if not (folder / SECRET).is_file():
        raise StepFailed(
            "it was not handed in through the exchange, so its page cannot go back that way: "
            f"send them {folder / f'{module}.html'}"
        )
    session.run(ExchangeReleaseFeedback, session.directory(module, learner))
    (folder / GIVEN).write_text(made_of, encoding="utf-8")
    return True


def _made_of(session: Session, module: str, learner: str) -> str:
    """Return a fingerprint of all that a feedback page shows, and of what makes the page."""
    from clusterlib.delivery import pages

    cohort = session.cohort
    fingerprint = hashlib.sha256()
    graded = cohort.folder / "autograded" / learner / module
    makers = Path(pages.__file__).parent
    for folder in (graded, makers):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if "__pycache__" not in path.parts:
                fingerprint.update(path.relative_to(folder).as_posix().encode() + b"\0")
                fingerprint.update(hashlib.sha256(path.read_bytes()).digest())
    settings = [session.config[name] for name in ("FeedbackExporter", "GenerateFeedback")]
    with open_gradebook(cohort) as gradebook:
        shown = _shown(gradebook.find_submission(module, learner))
    fingerprint.update(json.dumps([settings, shown], sort_keys=True, default=str).encode())
    return fingerprint.hexdigest()


def _shown(submission: Any) -> list[Any]:
    """Return the marks and comments of a hand-in, in a fixed order."""
    found: list[Any] = [submission.late_submission_penalty, str(submission.timestamp)]
    for notebook in submission.notebooks:
        for grade in sorted(notebook.grades, key=lambda grade: str(grade.name)):
            found.append([grade.name, grade.score, grade.max_score, grade.needs_manual_grade])
        for comment in sorted(notebook.comments, key=lambda comment: str(comment.name)):
            found.append([comment.name, comment.comment])
    return found


def _is_given(cohort: Cohort, folder: Path, made_of: str) -> bool:
    """Say whether the page in the exchange is the one that these marks give."""
    from nbgrader.utils import notebook_hash

    module = folder.name
    try:
        if (folder / GIVEN).read_text(encoding="utf-8") != made_of:
            return False
        secret = (folder / SECRET).read_text(encoding="utf-8")
        name = notebook_hash(secret=secret, notebook_id=module)
        given = cohort.exchange / cohort.course_id / "feedback" / f"{name}.html"
        return given.read_bytes() == (folder / f"{module}.html").read_bytes()
    except OSError:
        return False
