"""`cluster-course build`: the notebooks of four audiences from one source."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError

EXAMPLES = """examples:
  cluster-course build             build every module
  cluster-course build 02-needs    build one module while you write it
  cluster-course build --check     say which notebooks are out of date, write nothing
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "build",
        help="make modules/, solutions/ and exercises/ from course/sources/",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="for example 02-needs")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    parser.set_defaults(run=run)


def course_root() -> Path:
    """Return the folder that holds course/ and, beside it, what is built from it."""
    from clusterlib.data.catalogue import course_path

    try:
        folder = course_path()
    except ValueError as error:
        raise CommandError(str(error)) from error
    if folder.name != "course":
        raise CommandError(
            f"{folder} is the installed copy, which is not built: "
            "set CLUSTER_COURSE to the course folder of a checkout"
        )
    return folder.parent


def run(options: argparse.Namespace) -> int:
    """Build or compare; every fault of every source is shown at once."""
    from clusterlib.delivery.building import build
    from clusterlib.delivery.building.course import read_course
    from clusterlib.delivery.building.problems import BuildFailed

    root = course_root()
    try:
        files = build.build_files(read_course(root), options.modules)
    except BuildFailed as failed:
        print(failed, file=sys.stderr)
        count = len(failed.problems)
        raise CommandError(
            f"{count} fault{'s' if count > 1 else ''} in the sources, nothing was written"
        ) from failed
    except ModuleNotFoundError as error:
        raise CommandError(
            f"building needs {error.name}, one of the author's tools: "
            'run "make install-test", or pip install "clusterlib[author]"'
        ) from error
    except ValueError as error:
        raise CommandError(str(error)) from error
    if options.check:
        return _check(root, files, whole=not options.modules)
    changed = build.write_files(root, files)
    removed = [] if options.modules else build.remove_orphans(root, files)
    for path in removed:
        print(f"removed {path}: its source is gone")
    print(f"{len(files)} notebooks built, {len(changed)} of them changed")
    return 0


def _check(root: Path, files: dict[str, bytes], *, whole: bool) -> int:
    from clusterlib.delivery.building.build import stale_files

    lines = stale_files(root, files, whole=whole)
    if lines:
        print("\n".join(lines), file=sys.stderr)
        raise CommandError(f"{len(lines)} files differ: run cluster-course build")
    print(f"{len(files)} notebooks are up to date")
    return 0
