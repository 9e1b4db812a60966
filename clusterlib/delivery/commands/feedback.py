"""`cluster-course feedback`: give each learner their own feedback page."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from clusterlib.delivery.cohorts.command_line import add_command, finish, released_cohorts
from clusterlib.delivery.cohorts.places import Cohort

DETAILS = """examples:
  cluster-course feedback debrecen-2027 02-needs
  cluster-course feedback debrecen-2027 02-needs --early
  cluster-course feedback debrecen-2027 02-needs --show-hidden-tests

Waits for marks by hand: learners with open marks are left out unless you say --early. The page
shows points, mark schemes, your comments and what each test said in words. The lines of hidden
tests stay hidden, so that the next group can be tested with them too. Learners get it with
  nbgrader fetch_feedback 02-needs
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(subparsers, "feedback", "give learners their feedback", DETAILS, run)
    parser.add_argument("--early", action="store_true", help="also where marks by hand are open")
    parser.add_argument(
        "--show-hidden-tests", action="store_true", help="learners see the hidden tests as well"
    )


def run(options: argparse.Namespace) -> int:
    """Give feedback for every chosen audience."""
    failures = []
    for cohort in released_cohorts(options):
        failures += _give_all(cohort, options.module, options.early, options.show_hidden_tests)
    return finish(failures, options.name)


def _give_all(cohort: Cohort, module: str, early: bool, show_hidden_tests: bool) -> list[str]:
    from clusterlib.delivery.cohorts.grading import marks
    from clusterlib.delivery.cohorts.patience import patiently
    from clusterlib.delivery.cohorts.progress import Progress
    from clusterlib.delivery.cohorts.returning import (
        close_feedback_folder,
        give_feedback,
        graded_learners,
    )
    from clusterlib.delivery.cohorts.session import Session, StepFailed
    from clusterlib.delivery.cohorts.standing import torn

    close_feedback_folder(cohort)
    learners = graded_learners(cohort, module)
    print(f"{cohort.course_id} {module}: {len(learners)} graded")
    session, progress = Session(cohort), Progress(len(learners))
    if show_hidden_tests:
        session.config.FeedbackExporter.show_hidden_tests = True
    half_done, failures = patiently(cohort, partial(torn, cohort, module, learners)), []
    for learner in learners:
        if learner in half_done:
            failures.append(learner)
            progress.done(learner, "NO FEEDBACK: grading was stopped, run grade again")
            continue
        standing = patiently(cohort, partial(marks, cohort, module, learner))
        if standing.open_marks and not early:
            progress.done(learner, f"waits: {standing}")
            continue
        try:
            given = give_feedback(session, module, learner)
            words = f"feedback {'given' if given else 'stands already'}, {standing}"
        except StepFailed as error:
            failures.append(learner)
            words = f"NO FEEDBACK: {error}"
        progress.done(learner, words)
    return failures
