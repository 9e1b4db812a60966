"""A PostgreSQL server of the tests' own, on a private port, that can be killed in the middle."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from clusterlib.delivery.runner.walls import descendants


def server_folder() -> str | None:
    """Return the folder of PostgreSQL's server programs, None where it is not installed."""
    program = shutil.which("postgres")
    found = [os.path.realpath(program)] if program else sorted(
        glob.glob("/usr/lib/postgresql/*/bin/postgres")
    )  # fmt: skip
    return str(Path(found[-1]).parent) if found else None


def _account() -> dict[str, Any] | None:
    """Return how to start the server, which refuses root; None where no account will do."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return None


START_SECONDS = 60
SERVER = None if sys.platform == "win32" else server_folder()
NEEDS_SERVER = [
    pytest.mark.skipif(
        SERVER is None,
        reason="no PostgreSQL server is installed (Debian: apt-get install postgresql)",
    ),
    pytest.mark.skipif(
        SERVER is not None and _account() is None,
        reason="PostgreSQL does not run as root, and there is no account postgres or nobody",
    ),
]


def _runs(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[0] != b"Z"


class Server:
    """A server on loopback in a folder of its own."""

    def __init__(self) -> None:
        account = _account() or {}
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self.start_as: dict[str, Any] = {"cwd": "/", "env": environment, **account}
        self.first: Any = None
        self.folder = Path(tempfile.mkdtemp(prefix="cohort-pg-"))
        if account:
            os.chown(self.folder, account["user"], account["group"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        self.data = str(self.folder / "data")
        options = ["-U", "trainer", "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run("initdb", "-D", self.data, *options)

    @property
    def address(self) -> str:
        """The URL without the name of a database."""
        return f"postgresql+pg8000://trainer@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers; after a kill it first repairs itself."""
        # Processes are killed here, no power is cut: what the system holds reaches the disk.
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        # As a child of the tests, not of init: who is killed must be fetched by its parent.
        command = [f"{SERVER}/postgres", "-D", self.data, "-p", self.port, "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self.first = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, **self.start_as
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.first.poll() is None, self._log
            assert time.monotonic() < until, self._log
            time.sleep(0.05)

    def _answers(self) -> bool:
        command = [f"{SERVER}/pg_isready", "-q", "-h", "127.0.0.1", "-p", self.port]
        return subprocess.run(command, **self.start_as).returncode == 0

    def make_database(self, name: str) -> str:
        """Make an empty database; return its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "trainer", name)
        return f"{self.address}/{name}"

    def kill(self) -> None:
        """End the server and all its processes at once, without a word to anybody."""
        # Stopped, it starts no further process while the others are looked for.
        self.first.send_signal(signal.SIGSTOP)
        others = descendants(self.first.pid)
        self.first.kill()
        self.first.wait()
        for process in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(_runs(process) for process in others):
            time.sleep(0.01)

    def remove(self) -> None:
        """Stop it where it runs, and remove its folder."""
        if self.first is not None and self.first.poll() is None:
            self.first.send_signal(signal.SIGQUIT)
            self.first.wait()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "log").open("ab") as log:
            command = [f"{SERVER}/{program}", *arguments]
            ran = subprocess.run(command, stdout=log, stderr=log, **self.start_as)
        assert ran.returncode == 0, self._log

    @property
    def _log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")
