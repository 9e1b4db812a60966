"""What the commands for cohorts share: their arguments, the chosen cohorts, one failure line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.places import WORK, Cohort, chosen_cohorts


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


def released_cohorts(options: argparse.Namespace) -> list[Cohort]:
    """Return those of the chosen audiences that have the module; CommandError when none has."""
    from clusterlib.delivery.cohorts.gradebook import released_modules

    chosen = selected_cohorts(options)
    released = {cohort: released_modules(cohort) for cohort in chosen}
    with_module = [cohort for cohort in chosen if options.module in released[cohort]]
    if not with_module:
        there = ", ".join(sorted({name for names in released.values() for name in names}))
        raise CommandError(
            f'{options.name} has not released "{options.module}"; released: {there or "none"}'
        )
    for cohort in chosen:
        if cohort not in with_module:
            print(f"{cohort.course_id}: {options.module} is not released, left out")
    return with_module


def finish(failures: list[str], name: str) -> int:
    """Return exit code 0, or raise CommandError when some learners' work was left undone."""
    if failures:
        raise CommandError(
            f"{len(failures)} not done ({', '.join(failures)}), the others are; "
            f"details in {WORK}/{name}/<audience>/nbgrader.log"
        )
    return 0
