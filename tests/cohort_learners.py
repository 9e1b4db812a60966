"""Learners of the grading tests, in real accounts where possible, and Jupyter servers for them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = str(Path(sys.executable).parent)
COHORT = "debrecen-2027"


def _environment(home: Path) -> dict[str, str]:
    """Return the environment of a learner; it also fits a Python of the system beside ours."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": f"{BIN}:/usr/bin:/bin",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "JUPYTER_PATH": f"{sys.prefix}/share/jupyter",
        "JUPYTER_CONFIG_PATH": f"{sys.prefix}/etc/jupyter",
    }


def _account_python() -> str | None:
    """Return a Python that other accounts can run with nbgrader; only root can use accounts."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("useradd") is None:
        return None
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [python, "-c", "import nbgrader, numpy"],
                cwd="/",
                env=_environment(Path("/tmp")),
                user="nobody",
                extra_groups=[],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


ACCOUNT_PYTHON = _account_python() if sys.platform != "win32" else None


@dataclass(frozen=True)
class Learner:
    """A person with a home folder and, as root, an account."""

    id: str
    home: Path
    python: str

    @property
    def process(self) -> dict[str, Any]:
        """How subprocess starts a program as this learner, in their home."""
        account = {"user": self.id, "group": self.id, "extra_groups": []} if ACCOUNT_PYTHON else {}
        return {"cwd": self.home, "env": _environment(self.home), **account}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as this learner."""
        return subprocess.run(command, capture_output=True, text=True, **self.process)

    def nbgrader(self, *arguments: str) -> str:
        """Run plain nbgrader as this learner; return what it says."""
        result = self.run(self.python, "-m", "nbgrader", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    @property
    def folder(self) -> Path:
        """Where fetched exercises lie."""
        return self.home / f"{COHORT}-government"


def serve(
    log: Path, python: str, *options: str, **process: Any
) -> tuple[subprocess.Popen[bytes], str]:
    """Start a Jupyter server on loopback; return it with its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [python, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=t", *options]
    with log.open("wb") as target:
        server = subprocess.Popen(command, stdout=target, stderr=target, **process)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            get(address + "/api/status")
            return server, address
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def get(address: str) -> str:
    request = urllib.request.Request(address, headers={"Authorization": "token t"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode("utf-8"))


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait(timeout=20)
