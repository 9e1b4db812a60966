"""Return feedback: one page a learner, under a name in the exchange that only they can work out."""

from __future__ import annotations

import stat
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session

# Others may open a page whose secret name they know, never list the folder.
FOLDER_MODE = 0o711


def graded_learners(cohort: Cohort, module: str) -> list[str]:
    """Return the ids of those whose work was graded."""
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


def give_feedback(session: Session, module: str, learner: str) -> None:
    """Write one learner's feedback page and put it into the exchange; StepFailed says why not."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.exchange.default import ExchangeReleaseFeedback

    directory = session.directory(module, learner)
    session.run(GenerateFeedback, directory, force=True)
    session.run(ExchangeReleaseFeedback, directory)
