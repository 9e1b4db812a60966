"""`cluster-course release`: give a module to a cohort, with a deadline."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.command_line import add_command, selected_cohorts

DETAILS = """examples:
  cluster-course release debrecen-2027 02-needs --due "2027-03-28 23:59"
  cluster-course release debrecen-2027 02-needs --due "2027-03-28T23:59+02:00" --audience ngo
  cluster-course release debrecen-2027 02-needs --copies ~/for-home

A deadline without a zone is meant in the cohort's time zone; "2027-03-28 23:59 Europe/Budapest"
names one. Run again with another --due to move the deadline, or after a build to replace the text.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(subparsers, "release", "give a module to a cohort", DETAILS, run)
    parser.add_argument(
        "--copies",
        type=Path,
        metavar="FOLDER",
        help="write there what learners at home get; with figures of their own, each one's",
    )
    parser.add_argument("--due", metavar="TIME", help='deadline, for example "2027-03-28 23:59"')


def run(options: argparse.Namespace) -> int:
    """Release the module to every chosen audience."""
    from clusterlib.delivery.cohorts.deadlines import read_deadline, show_deadline
    from clusterlib.delivery.cohorts.gradebook import learner_ids, open_gradebook
    from clusterlib.delivery.cohorts.progress import Progress
    from clusterlib.delivery.cohorts.releasing import release
    from clusterlib.delivery.cohorts.seeds import write_copies
    from clusterlib.delivery.cohorts.session import Session

    cohorts = selected_cohorts(options)
    due = [read_deadline(options.due, cohort.zone) if options.due else None for cohort in cohorts]
    progress = Progress(len(cohorts))
    for cohort, moment in zip(cohorts, due, strict=True):
        words = release(Session(cohort), options.module, moment)
        with open_gradebook(cohort) as gradebook:
            kept = gradebook.find_assignment(options.module).duedate
        progress.done(f"{cohort.course_id} {options.module}", words)
        print(f"  due {show_deadline(kept, cohort.zone)}")
        if options.copies:
            people = learner_ids(cohort)
            paths = write_copies(cohort, options.module, people, options.copies.expanduser())
            print(f"  {len(paths)} for work at home: {options.copies / cohort.course_id}")
    return 0
