"""`cluster-course doctor`: say how well this machine shields the trainer from learners' code."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from typing import Any

DETAILS = """examples:
  cluster-course doctor            say which walls there are, and why no better ones
  cluster-course doctor --try      also start a box and look around in it

Exit code 0: submissions of strangers can be graded. 1: they cannot, or the box does not start.
"""
MEANING = {
    "full": "every submission runs in a box and namespaces of its own; several run at a time",
    "slow": "every submission runs in a box of its own; each waits for Python to start",
    "weak": "submissions can read files of this account and use the network; limits only",
    "none": "submissions run with all rights of this account",
}
LOOK_AROUND = """
import os, socket
seen = [path for path in {secrets!r} if os.path.exists(path)]
try:
    socket.create_connection(("127.0.0.1", {port}), 1)
    network = True
except OSError:
    network = False
print(os.getuid(), seen, network, sorted(set(os.environ) & {names!r}))
"""
SECRETS = ["/etc/shadow", "/etc/passwd", os.path.expanduser("~/.ssh"), "/home", "/srv"]
TOKENS = {"JUPYTERHUB_API_TOKEN", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK"}


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "doctor",
        help="say how well learners' code is walled in here",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--try", dest="look", action="store_true", help="start a box and look")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the level and the reason; return 0 when strangers' work can be graded."""
    from clusterlib.delivery.runner.box import NO_WALLS, SWITCH, Limits, measure

    level, limits = measure(), Limits()
    print(f"level: {level.name} ({MEANING[level.name]})")
    print(f"why: {level.reason}")
    print(
        f"limits: {limits.cell_seconds:g} s a cell, {limits.submission_seconds:g} s and "
        f"{limits.memory_mb} MB a submission, {limits.processes} processes, no network"
        if level.safe
        else f"limits: {limits.cell_seconds:g} s a cell, {limits.memory_mb} MB a submission"
    )
    if os.geteuid() == 0 and level.name != "none":
        print("account: learners' code never runs as root")
    if not level.safe:
        print("mend: apt install bubblewrap; in a container allow user namespaces", file=sys.stderr)
        print(f'      ({SWITCH}="{NO_WALLS}" would do without any walls)', file=sys.stderr)
        return 1
    return _look_around() if options.look else 0


def _look_around() -> int:
    """Start a box, try what learners' code must not do, and say what came of it."""
    from clusterlib.delivery.runner.box import Limits, measure
    from clusterlib.delivery.runner.hall import Ended, Hall

    hall, start = Hall(measure(), Limits()), time.monotonic()
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    try:
        child = hall.child()
        source = LOOK_AROUND.format(secrets=SECRETS, names=TOKENS, port=port)
        answer = child.ask({"do": "run", "source": source}, 30)
        child.close()
    except Ended as error:
        print(f"the box does not work: {error}", file=sys.stderr)
        return 1
    finally:
        hall.close()
        server.close()
    said = "".join(output.get("text", "") for output in answer["outputs"]).strip()
    account, _, rest = said.partition(" ")
    sound = rest == "[] False []" and account != "0"
    print(f"tried: started in {time.monotonic() - start:.1f} s; {'sound' if sound else said}")
    return 0 if sound else 1
