"""Collect what learners handed in, one learner at a time: one bad hand-in never stops the class."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import learner_ids
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session, StepFailed

# Between writing the time and copying the files `nbgrader submit` takes seconds, on a slow disk
# minutes.
TOLERATED = timedelta(minutes=15)


@dataclass(frozen=True)
class HandIns:
    """Folders in the exchange by learner, and the names that are on no roster."""

    by_learner: dict[str, list[Path]]
    strangers: list[str]


def find_hand_ins(cohort: Cohort, module: str) -> HandIns:
    """Look through the exchange for a module's hand-ins."""
    inbound = cohort.exchange / cohort.course_id / "inbound"
    roster = set(learner_ids(cohort))
    by_learner: dict[str, list[Path]] = {}
    strangers = set()
    try:
        folders = sorted(inbound.iterdir()) if inbound.is_dir() else []
    except PermissionError as error:
        raise CommandError(f"no permission to read {inbound}: collect as its owner") from error
    for folder in folders:
        parts = folder.name.split("+")
        if len(parts) < 3 or parts[1] != module:
            continue
        if parts[0] in roster:
            by_learner.setdefault(parts[0], []).append(folder)
        else:
            strangers.add(parts[0])
    return HandIns(by_learner, sorted(strangers))


def collect(
    session: Session, module: str, learner: str, folders: Iterable[Path], on_time: bool
) -> str:
    """Bring one learner's newest hand-in to submitted/; return what happened in a few words.

    Args:
        session: nbgrader for one cohort.
        module: for example "02-needs".
        learner: id on the roster.
        folders: this learner's hand-ins in the exchange.
        on_time: take the last one before the deadline where there is one.

    Raises:
        StepFailed: the hand-in is not taken; the message says why.
    """
    from nbgrader.exchange.default import ExchangeCollect

    roster = set(learner_ids(session.cohort))
    for folder in folders:
        _refuse_traps(folder)
        _refuse_impostor(folder, learner, roster)
    target = session.cohort.folder / "submitted" / learner / module
    before = _timestamp(target)
    directory = session.directory(module, learner)
    try:
        # Learners on one shared account are told apart by the roster, not by the owner.
        session.run(
            ExchangeCollect, directory, update=True, before_duedate=on_time, check_owner=False
        )
    except BaseException:
        # A half copied hand-in would look complete next time.
        shutil.rmtree(target, ignore_errors=True)
        raise
    if before == _timestamp(target):
        return "nothing newer"
    arrived = _arrived_later(target, folders)
    if arrived is not None:
        return f"collected; it says an earlier time than it arrived, {arrived} counts"
    return "collected" if before is None else "newer version collected"


def _timestamp(folder: Path) -> str | None:
    path = folder / "timestamp.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _arrived_later(target: Path, folders: Iterable[Path]) -> str | None:
    """Let the time of arrival count where a hand-in claims one long before; return it then.

    The file's own time of change is the file system's word: the account that wrote it can set any
    other time, not this one.
    """
    claimed = _timestamp(target)
    if claimed is None:
        return None
    for folder in folders:
        stamp = folder / "timestamp.txt"
        if stamp.is_file() and _timestamp(folder) == claimed:
            arrived = datetime.fromtimestamp(stamp.stat().st_ctime, UTC)
            try:
                said = datetime.fromisoformat(claimed.strip().replace(" UTC", "+00:00"))
            except ValueError:
                said = datetime.min.replace(tzinfo=UTC)
            if arrived - said > TOLERATED:
                text = arrived.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
                (target / "timestamp.txt").chmod(0o644)
                (target / "timestamp.txt").write_text(text, encoding="utf-8")
                return text
    return None


def _refuse_traps(folder: Path) -> None:
    """Refuse links and devices: copied with the trainer's rights they would fetch other files."""
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            mode = os.lstat(os.path.join(parent, name)).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise StepFailed(f"holds a link or special file, {name}: ask for a new hand-in")


def _refuse_impostor(folder: Path, learner: str, roster: set[str]) -> None:
    """Refuse work that another learner's account handed in under this name."""
    try:
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    except KeyError:
        return
    if owner != learner and owner in roster:
        raise StepFailed(f"was handed in by {owner} under this name: not taken")
