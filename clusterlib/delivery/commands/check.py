"""`cluster-course check`: what the grader will make of a file, as far as a learner can know."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

DETAILS = """examples:
  cluster-course check 03-mapping/03-mapping.ipynb
  cluster-course check "Copy of 03-mapping.ipynb" --exercise released/03-mapping.ipynb

Runs your notebook as the grader does, in a fresh Python with your answers alone, and says of each
task whether it is answered and whether its visible test passes. Hidden tests and your trainer's
marks come on top. Warnings, prints and copied cells cost nothing, here and there.

The exercise as released is looked for in the exchange of your course, then in the course; in a
file of the course itself, and where none is found, nbgrader's checksums tell what was changed.

exit codes:
  0  every task is answered, every visible test passes
  1  an answer is missing or a visible test does not pass
  2  the file would be refused or marked MALFORMED or TAMPERED: the reason is said
  3  nothing could be checked: no such file, or no exercise in it
"""
NOTHING = 3


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "check",
        help="check an exercise before you hand it in",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="your notebook")
    parser.add_argument(
        "--exercise", type=Path, metavar="FILE", help="the exercise as released, if not found"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check one file and say what was found; return the exit code."""
    from clusterlib.delivery.cli import CommandError
    from clusterlib.delivery.runner.preflight import check_file

    path: Path = options.file
    if not path.exists() and not path.is_symlink():
        print(f"there is no file {path}")
        return NOTHING
    try:
        checked = check_file(path, options.exercise)
    except CommandError as problem:
        print(problem)
        return NOTHING
    if checked is None:
        print(f"{path.name} holds no exercise of a course: nothing in it is graded")
        return NOTHING
    print("\n".join(checked.lines(path.name)))
    return checked.code
