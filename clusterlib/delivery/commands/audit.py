"""`cluster-course audit`: every change of a mark, and whether the record of it is sound."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.command_line import add_command, selected_cohorts
from clusterlib.delivery.cohorts.places import Cohort

DETAILS = """examples:
  cluster-course audit debrecen-2027                              every change, oldest first
  cluster-course audit debrecen-2027 02-needs --learner anna      one learner, one module
  cluster-course audit debrecen-2027 --csv changes.csv            the same as a table
  cluster-course audit debrecen-2027 --check                      is the record sound?
  cluster-course audit debrecen-2027 --check --head 3f9a0c12d4e5  does it still hold this row?

Each change says when (UTC), who, with which command, what, from, to and why. --check looks for rows
that were changed or removed and for marks that differ from the last row about them, as after a
change past nbgrader; it names each and ends with exit code 1. It prints the head, the last row's
number and hash: note it elsewhere (in your minutes, in an e-mail), and --head proves later that
nothing up to there was touched.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        subparsers, "audit", "who changed which mark, when and why", DETAILS, run, module=False
    )
    parser.add_argument("module", metavar="MODULE", nargs="?", help="only this module")
    parser.add_argument("--learner", metavar="ID", help="only this learner")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a table instead")
    parser.add_argument("--check", action="store_true", help="is the record sound? 1: no")
    parser.add_argument("--head", metavar="HASH", action="append", default=[], help="noted before")


def run(options: argparse.Namespace) -> int:
    """Show the changes, write them, or check them."""
    cohorts = selected_cohorts(options)
    if options.check:
        if options.module or options.learner or options.csv:
            raise CommandError("--check looks at the whole record: leave the other options out")
        return check_all(cohorts, options.head)
    if options.head:
        raise CommandError("--head goes with --check")
    return _show(cohorts, options)


def check_all(cohorts: list[Cohort], heads: list[str]) -> int:
    """Check the ledgers of these audiences; CommandError after the faults are printed."""
    from clusterlib.delivery.cohorts.gradebook import open_gradebook
    from clusterlib.delivery.cohorts.ledger.check import check, note_head, noted_heads

    if heads and len(cohorts) > 1:
        raise CommandError("each audience has its own record: say --audience with --head")
    found = 0
    for cohort in cohorts:
        with open_gradebook(cohort) as gradebook:
            finding = check(gradebook, [*noted_heads(cohort), *heads])
            for fault in finding.faults:
                print(f"{cohort.course_id}: {fault}")
            if not finding.faults:
                note_head(cohort, gradebook)
                print(
                    f"{cohort.course_id}: sound; {finding.marks} marks and notes stand as the "
                    f"ledger says\n  head: {finding.head}"
                )
        found += len(finding.faults)
    if found:
        raise CommandError(
            f"{found} faults: the marks or their record were changed past the course's programs; "
            "compare with a backup (cluster-course restore --help)"
        )
    return 0


def _show(cohorts: list[Cohort], options: argparse.Namespace) -> int:
    from clusterlib.delivery.cohorts.ledger.showing import as_line, as_record, changes
    from clusterlib.delivery.cohorts.records import write_csv

    records = []
    for cohort in cohorts:
        rows = changes(cohort, options.module, options.learner)
        if options.csv:
            records += [as_record(cohort, row) for row in rows]
            continue
        print(f"{cohort.course_id}: {len(rows)} changes")
        for row in rows:
            print(f"  {as_line(row)}")
    if options.csv:
        columns = list(as_record(cohorts[0]))
        try:
            options.csv.touch(mode=0o600)
            write_csv(options.csv, columns, records)
        except OSError as error:
            raise CommandError(f"{options.csv} cannot be written: {error.strerror}") from error
        print(f"{options.csv}: {len(records)} rows")
    return 0
