"""`cluster-course collect`: bring in what learners handed in."""

from __future__ import annotations

import argparse
from typing import Any

from clusterlib.delivery.cohorts.command_line import add_command, finish, released_cohorts
from clusterlib.delivery.cohorts.places import Cohort

DETAILS = """examples:
  cluster-course collect debrecen-2027 02-needs
  cluster-course collect debrecen-2027 02-needs --on-time

Takes each learner's newest version; run it as often as you like. With --on-time, the newest
version before the deadline where there is one. Names outside the roster are listed, not taken.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(subparsers, "collect", "bring in what learners handed in", DETAILS, run)
    parser.add_argument("--on-time", action="store_true", help="prefer what came before it was due")


def run(options: argparse.Namespace) -> int:
    """Collect for every chosen audience."""
    failures = []
    for cohort in released_cohorts(options):
        failures += _collect_all(cohort, options.module, options.on_time)
    return finish(failures, options.name)


def _collect_all(cohort: Cohort, module: str, on_time: bool) -> list[str]:
    from clusterlib.delivery.cohorts.collecting import collect, find_hand_ins
    from clusterlib.delivery.cohorts.progress import Progress
    from clusterlib.delivery.cohorts.session import Session, StepFailed

    found = find_hand_ins(cohort, module)
    session = Session(cohort)
    progress = Progress(len(found.by_learner))
    print(f"{cohort.course_id} {module}: {len(found.by_learner)} learners handed in")
    failures = []
    for learner, folders in found.by_learner.items():
        try:
            words = collect(session, module, learner, folders, on_time)
        except StepFailed as error:
            failures.append(learner)
            words = f"NOT TAKEN: {error}"
        progress.done(learner, words)
    for name in found.strangers:
        print(f"not on the roster, not taken: {name} (add with cluster-course cohort new)")
    return failures
