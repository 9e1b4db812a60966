"""Collect what learners handed in, one learner at a time: one bad hand-in never stops the class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import learner_ids
from clusterlib.delivery.cohorts.patience import patiently
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session, StepFailed


@dataclass(frozen=True)
class HandIns:
    """Folders in the exchange by learner, and the names that are on no roster."""

    by_learner: dict[str, list[Path]]
    strangers: list[str]


def find_hand_ins(cohort: Cohort, module: str) -> HandIns:
    """Look through the exchange for a module's hand-ins."""
    inbound = cohort.exchange / cohort.course_id / "inbound"
    roster = set(patiently(cohort, lambda: learner_ids(cohort)))
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
    from clusterlib.delivery.cohorts.receiving import CollectWhole, stamp_of

    target = session.cohort.folder / "submitted" / learner / module
    before = stamp_of(target)
    directory = session.directory(module, learner)
    refused = ""
    try:
        patiently(
            session.cohort,
            lambda: session.run(CollectWhole, directory, update=True, before_duedate=on_time),
        )
    except StepFailed as error:
        # Another folder under this name may be refused beside the learner's own.
        if before == stamp_of(target):
            raise
        refused = f"; beside it not taken: {error}"
    now = stamp_of(target)
    if before == now:
        return "nothing newer"
    if now not in [stamp_of(folder) for folder in folders]:
        return f"collected; it says another time than it arrived, {now} counts{refused}"
    return ("collected" if before is None else "newer version collected") + refused
