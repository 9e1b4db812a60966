"""The one entry point `cluster-course`: each subcommand lives in its own file under commands/."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from clusterlib.delivery.cohorts.ledger.context import reason

# In the order of a course's life; each file offers `add_parser(subparsers)` and sets `run`.
COMMANDS = (
    "start",
    "check",
    "build",
    "new_module",
    "cohort",
    "release",
    "collect",
    "grade",
    "regrade",
    "feedback",
    "export",
    "audit",
    "backup",
    "restore",
    "doctor",
)


class CommandError(Exception):
    """A failure that a person can mend; shown as one line, exit code 1."""


def make_parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser with one subparser for each of these command files."""
    parser = argparse.ArgumentParser(
        prog="cluster-course", description="Build, run and grade the cluster management course."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in commands:
        importlib.import_module(f"clusterlib.delivery.commands.{name}").add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    # A command that is named needs no other command's imports; help and typing errors need all.
    named = words[0].replace("-", "_") if words else ""
    options = make_parser([named] if named in COMMANDS else COMMANDS).parse_args(words)
    try:
        # Whatever marks the command changes, the ledger names it, and its --why where it has one.
        with reason(getattr(options, "why", None), f"cluster-course {options.command}"):
            return int(options.run(options))
    except CommandError as problem:
        print(f"cluster-course: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cluster-course: stopped; run the same command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader went away, as with `| head`; the rest of the output has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
