"""`cluster-course export`: marks as CSV, for a register or for Excel."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.command_line import add_command, selected_cohorts

DETAILS = """examples:
  cluster-course export debrecen-2027
  cluster-course export debrecen-2027 --excel --to ~/Documents

grades.csv has one row a learner: points by tests (auto), by hand (manual), total, max, minutes
late and state of every module. Not handed in is blank, never zero; a total with marks still
open is blank. grades-cells.csv has one row a learner and graded cell. --excel writes both with
semicolons and decimal commas, for double click in Excel where the comma is decimal. The last line
is the head of the ledger: cluster-course audit --check --head proves later what stood then.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(subparsers, "export", "marks as CSV", DETAILS, run, module=False)
    parser.add_argument("--excel", action="store_true", help="semicolon, decimal comma, with mark")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to; else the cohort's")


def run(options: argparse.Namespace) -> int:
    """Write the two tables of a cohort."""
    from clusterlib.delivery.cohorts.gradebook import open_gradebook
    from clusterlib.delivery.cohorts.ledger.check import note_head
    from clusterlib.delivery.cohorts.records import cell_rows, learner_rows, write_csv

    cohorts = selected_cohorts(options)
    folder = options.to.expanduser() if options.to else cohorts[0].folder.parent
    suffix = "-excel" if options.excel else ""
    tables = {f"grades{suffix}.csv": learner_rows, f"grades-cells{suffix}.csv": cell_rows}
    for name, make_rows in tables.items():
        columns, rows = make_rows(cohorts)
        try:
            write_csv(folder / name, columns, rows, excel=options.excel)
        except OSError as error:
            raise CommandError(f"{folder / name} cannot be written: {error.strerror}") from error
        print(f"{folder / name}: {len(rows)} rows")
    for cohort in cohorts:
        with open_gradebook(cohort) as gradebook:
            print(f"{cohort.course_id} ledger: {note_head(cohort, gradebook)}")
    return 0
