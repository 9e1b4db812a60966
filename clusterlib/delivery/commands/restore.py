"""`cluster-course restore`: bring a cohort back from a backup."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError

DETAILS = """examples:
  cluster-course restore debrecen-2027-20270301T100000Z.tar.gz --check     is the file sound?
  cluster-course restore debrecen-2027-20270301T100000Z.tar.gz
  cluster-course restore debrecen-2027-20270301T100000Z.tar.gz --as trial-2027
  cluster-course restore debrecen-2027-20270301T100000Z.tar.gz --replace

Everything is compared with the hashes in the file before anything is touched. A cohort that is
there stays as it is, unless you say --replace; it is then kept aside in course/work/.aside/. End
grading runs and the formgrader first. A kill in the middle leaves the old cohort or the new one.
Hand-ins in the exchange are added where they are missing; they keep the time when they arrived.

Marks that were in a database server go into an empty database: the one they were in, or
--db government=postgresql+pg8000://user@host/empty, or a file with --db government=sqlite.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "restore",
        help="bring a cohort back from a backup",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what cluster-course backup wrote")
    parser.add_argument("--check", action="store_true", help="only look whether it is sound")
    parser.add_argument("--as", dest="new_name", metavar="COHORT", default="", help="another name")
    parser.add_argument(
        "--replace", action="store_true", help="put it in the place of a present one"
    )
    parser.add_argument("--exchange", type=Path, metavar="FOLDER", help="another exchange")
    parser.add_argument(
        "--db", metavar="AUDIENCE=URL", action="append", default=[], help="another database"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check the backup or bring the cohort back."""
    from clusterlib.delivery.cohorts.places import WORK
    from clusterlib.delivery.cohorts.restore import Choice, restore, verify
    from clusterlib.delivery.commands.audit import check_all
    from clusterlib.delivery.commands.build import course_root

    root, file = course_root(), options.file.expanduser().resolve()
    if options.check:
        manifest = verify(file, root / WORK)
        print(f"{file}: sound; {manifest['cohort']} as of {manifest['made']}")
        for audience, found in sorted(manifest["audiences"].items()):
            print(f"  {audience} ledger: row {found['head']['number']}, {found['head']['hash']}")
        for path in manifest["left_out"]:
            print(f"NOT in the backup: {path}")
        return 0
    choice = Choice(
        name=options.new_name,
        exchange=options.exchange and options.exchange.expanduser().resolve(),
        databases=_databases(options.db),
        over=options.replace,
    )
    restored = restore(root, file, choice)
    for cohort in restored.cohorts:
        print(
            f"{cohort.course_id} is back: {cohort.work}, ledger {restored.heads[cohort.audience]}"
        )
    if restored.aside is not None:
        print(f"what was there before is kept in {restored.aside}")
    return check_all(restored.cohorts, [])


def _databases(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for audience, sign, url in pairs:
        if not (audience and sign and url):
            raise CommandError("--db wants an audience and a database: --db government=sqlite")
    return {audience: url for audience, _, url in pairs}
