"""When the gradebook does not answer: wait, try again, and say so; or give up in one clear line."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import StepFailed

WAIT_SECONDS = 300.0
LOOK_SECONDS = 2.0
TELL_SECONDS = 30.0
TRIES = 3
# What the database layer says when the server goes away; its driver lets some errors of the
# network pass as they are.
LOST = ("sqlalchemy.exc.", "ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError")
# SQLite calls a full disk by other names at times, so what is left is looked at as well.
LITTLE = 1 << 20
FULL_DISK = ("No space left on device", "database or disk is full", "Disk quota exceeded")
Result = TypeVar("Result")


def patiently(cohort: Cohort, work: Callable[[], Result]) -> Result:
    """Do one learner's whole step; do it anew when the gradebook failed under it.

    Args:
        cohort: whose gradebook it is.
        work: must be safe to repeat from its beginning.

    Raises:
        StepFailed: it fails for another reason, also when tried again.
        CommandError: the gradebook does not answer for WAIT_SECONDS, or the disk is full.
    """
    for left in reversed(range(TRIES)):
        try:
            return work()
        except (StepFailed, CommandError, OSError) as error:
            said = _all_said(error)
            if _disk_is_full(cohort, said):
                raise CommandError(
                    f"the disk that holds {cohort.folder} or its gradebook is full: make room, "
                    "then run the same command again; what is done stays done"
                ) from error
            waited = _wait_for(cohort)
            # The server can be back already, or another process was a moment faster.
            if left == 0 or not (waited or any(words in said for words in LOST)):
                raise
    raise AssertionError("the last try returns or raises")


def _disk_is_full(cohort: Cohort, said: str) -> bool:
    folders = (cohort.folder, cohort.exchange)
    left = min(shutil.disk_usage(folder).free for folder in folders)
    return left < LITTLE or any(words in said for words in FULL_DISK)


def _all_said(error: BaseException | None) -> str:
    """Return what an error and those behind it say, with nbgrader's log of the step."""
    said: list[str] = []
    while error is not None and len(said) < 20:
        kind = type(error)
        said.append(f"{kind.__module__}.{kind.__qualname__}: {error}")
        said.append(error.details if isinstance(error, StepFailed) else "")
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def _wait_for(cohort: Cohort) -> bool:
    """Return when the gradebook answers; say whether that took waiting."""
    begun = time.monotonic()
    told = -TELL_SECONDS
    while not _answers(cohort):
        waited = time.monotonic() - begun
        if waited > WAIT_SECONDS:
            raise CommandError(
                f"the gradebook {cohort.database_shown} does not answer since {waited:.0f} s: "
                "start the database, then run the same command again; what is done stays done"
            )
        if waited - told >= TELL_SECONDS:
            told = waited
            print(
                f"the gradebook {cohort.database_shown} does not answer; "
                f"waiting, {WAIT_SECONDS - waited:.0f} s more",
                file=sys.stderr,
                flush=True,
            )
        time.sleep(LOOK_SECONDS)
    return told >= 0


def _answers(cohort: Cohort) -> bool:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with open_gradebook(cohort):
            return True
    except ConnectionError:
        return False
    except CommandError as error:
        if not isinstance(error.__cause__, SQLAlchemyError):
            raise
        return False
