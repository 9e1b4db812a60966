"""`cluster-course cohort`: open a cohort, list cohorts, show one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.places import Cohort

EXAMPLES = """examples:
  cluster-course cohort new debrecen-2027 --audience government --roster roster.csv \\
      --timezone Europe/Budapest
  cluster-course cohort new debrecen-2028 --audience ngo --roster roster.csv --seed 2028
  cluster-course cohort list
  cluster-course cohort show debrecen-2027

The roster is a CSV file with the columns id, first_name, last_name, email. Run `cohort new` again
with a longer roster to add people, or with another --audience to add a group. Nobody is removed.

With --seed 2028 the cohort works on figures of its own, so answers of earlier cohorts do not fit;
with --seed learner (or learner:2028) each learner does. It can change until something is released.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its three actions."""
    parser = subparsers.add_parser(
        "cohort",
        help="open a cohort of learners, list cohorts, show one",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_new(actions)
    listing = actions.add_parser("list", help="every cohort and audience in one line each")
    listing.set_defaults(run=run_list)
    showing = actions.add_parser("show", help="settings, deadlines, who stands where")
    showing.add_argument("name", metavar="COHORT")
    showing.add_argument("--audience", help="only this audience")
    showing.set_defaults(run=run_show)


def _add_new(actions: Any) -> None:
    new = actions.add_parser(
        "new",
        help="open a cohort for an audience, or add people to it",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    new.add_argument("name", metavar="COHORT", help="a-z, 0-9, hyphens: debrecen-2027")
    new.add_argument("--audience", required=True, help="academic, enterprise, government or ngo")
    new.add_argument("--roster", required=True, type=Path, help="CSV file of the learners")
    new.add_argument("--timezone", help="where deadlines are meant, for example Europe/Budapest")
    new.add_argument("--exchange", type=Path, help="folder that learners can reach")
    new.add_argument("--db", help="gradebook URL, for example postgresql+pg8000://user@host/name")
    new.add_argument(
        "--seed",
        metavar="N",
        help="figures of its own: a whole number, or learner for a case of each learner's own",
    )
    new.set_defaults(run=run_new)


def run_new(options: argparse.Namespace) -> int:
    """Open the cohort and say what to hand to learners."""
    from clusterlib.delivery.cohorts.opening import (
        Wishes,
        closed_parent,
        learner_config,
        open_cohort,
    )
    from clusterlib.delivery.cohorts.roster import read_roster
    from clusterlib.delivery.cohorts.seeds import seed_words
    from clusterlib.delivery.commands.build import course_root

    people = read_roster(options.roster)
    wishes = Wishes(options.timezone, options.exchange, options.db, options.seed)
    cohort, added, corrected = open_cohort(
        course_root(), options.name, options.audience, people, wishes
    )
    print(f"{cohort.course_id}: {added} added, {corrected} corrected, {len(people)} on the roster")
    print(f"work and marks: {cohort.work}   exchange: {cohort.exchange}")
    print(f"case: {seed_words(cohort)}")
    closed = closed_parent(cohort.exchange)
    if closed:
        print(f"note: other accounts cannot pass {closed}: they need another --exchange")
    config = learner_config(cohort)
    print(f"\nLearners save this as ~/.jupyter/nbgrader_config.py (copy: {config}):")
    print(config.read_text(encoding="utf-8"), end="")
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print one line a cohort and audience."""
    from clusterlib.delivery.cohorts.places import all_cohorts
    from clusterlib.delivery.commands.build import course_root

    cohorts = all_cohorts(course_root())
    for cohort in cohorts:
        print(f"{cohort.name:<24} {cohort.audience:<12} {cohort.timezone}")
    if not cohorts:
        print("no cohort yet: cluster-course cohort new --help")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Print settings and the state of every released module."""
    from clusterlib.delivery.cohorts.command_line import selected_cohorts

    for cohort in selected_cohorts(options):
        _show(cohort)
    return 0


def _show(cohort: Cohort) -> None:
    from clusterlib.delivery.cohorts.deadlines import show_deadline
    from clusterlib.delivery.cohorts.gradebook import open_gradebook
    from clusterlib.delivery.cohorts.grading import how_to_open_formgrader, submitted_learners
    from clusterlib.delivery.cohorts.opening import learner_config
    from clusterlib.delivery.cohorts.returning import graded_learners
    from clusterlib.delivery.cohorts.seeds import seed_words

    print(cohort.course_id)
    with open_gradebook(cohort) as gradebook:
        print(f"  learners   {len(gradebook.students)}")
        print(f"  time zone  {cohort.timezone}")
        print(f"  case       {seed_words(cohort)}")
        print(f"  exchange   {cohort.exchange}")
        print(f"  gradebook  {cohort.database_shown}")
        print(f"  for learners: {learner_config(cohort)}")
        for assignment in sorted(gradebook.assignments, key=lambda found: str(found.name)):
            module = assignment.name
            waiting = sum(bool(entry.needs_manual_grade) for entry in assignment.submissions)
            print(f"  {module}: {show_deadline(assignment.duedate, cohort.zone)}")
            print(
                f"    collected {len(submitted_learners(cohort, module))}, "
                f"graded {len(graded_learners(cohort, module))}, to mark by hand {waiting}"
            )
    print("  formgrader:\n    " + how_to_open_formgrader(cohort))
