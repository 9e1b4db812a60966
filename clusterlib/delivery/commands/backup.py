"""`cluster-course backup`: one file that holds a whole cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError

DETAILS = """examples:
  cluster-course backup debrecen-2027                     into course/work/backups/
  cluster-course backup debrecen-2027 --to /media/stick   better: to another disk or machine

The file holds marks and ledger of every audience, collected and graded work, feedback, settings and
what lies in the exchange. You may back up while a grading run is under way. It is for your eyes
alone: it holds personal data, and the password of a database where there is one.
Bring it back with cluster-course restore FILE; try one now and then: restore FILE --check.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "backup",
        help="write a cohort's marks and work into one file",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="COHORT", help="for example debrecen-2027")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    from clusterlib.delivery.cohorts.backup import BACKUPS, make_backup
    from clusterlib.delivery.cohorts.places import chosen_cohorts
    from clusterlib.delivery.commands.build import course_root

    root = course_root()
    folder = options.to.expanduser().resolve() if options.to else root / BACKUPS
    backup = make_backup(chosen_cohorts(root, options.name), folder)
    print(f"{backup.path}: {backup.path.stat().st_size / 1e6:.1f} MB")
    for audience, head in backup.heads.items():
        print(f"  {audience} ledger: {head}")
    if backup.left_out:
        for path in backup.left_out:
            print(f"NOT in the backup: {path}")
        raise CommandError(f"{len(backup.left_out)} things are not in the backup, all else is")
    return 0
