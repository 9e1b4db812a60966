"""What the commands for cohorts share: their arguments, the chosen cohorts, one failure line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.places import Cohort, chosen_cohorts


def add_command(
    subparsers: Any,
    name: str,
    summary: str,
    details: str,
    run: Callable[[argparse.Namespace], int],
    module: bool = True,
) -> argparse.ArgumentParser:
    """Add a command that works on a cohort and, with `module`, on one module of it."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name, help=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", metavar="COHORT", help="for example debrecen-2027")
    if module:
        parser.add_argument("module", metavar="MODULE", help="for example 02-needs")
    parser.add_argument("--audience", help="only this audience of the cohort; else all it has")
    parser.set_defaults(run=run)
    return parser


def selected_cohorts(options: argparse.Namespace) -> list[Cohort]:
    """Return the audiences of the cohort that the options name."""
    from clusterlib.delivery.commands.build import course_root

    return chosen_cohorts(course_root(), options.name, options.audience)


def finish(failures: list[str], cohort: Cohort) -> None:
    """Raise CommandError when some learners' work could not be handled."""
    if failures:
        raise CommandError(
            f"{len(failures)} not done ({', '.join(failures)}); the rest is; "
            f"details in {cohort.work}/nbgrader.log"
        )
