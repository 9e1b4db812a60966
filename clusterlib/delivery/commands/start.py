"""`cluster-course start`: JupyterLab on the course home, with the trainer's panels out of sight."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.commands.build import course_root

EXAMPLES = """examples:
  cluster-course start                          the audience you chose last time
  cluster-course start --audience government    choose, and remember it
  cluster-course start --no-browser             print the address only
"""
HOME = "00-start-here.ipynb"
HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8888, 8987
SECONDS_TO_START, SECONDS_TO_STOP = 90, 15
# Read before the person's own Jupyter settings, which stay as they are.
TRAINEE_LAB = Path(__file__).resolve().parents[1] / "trainee_lab"


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its process, port, secret token and log."""

    process: subprocess.Popen[bytes]
    port: int
    token: str
    log: Path

    def address(self, path: str) -> str:
        """Return the address of a page, with the token that lets you in."""
        return f"http://{HOST}:{self.port}/{path}?token={self.token}"


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "start",
        help="open the course in JupyterLab",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--audience", metavar="A", help="academic, enterprise, government or ngo")
    parser.add_argument("--port", type=int, metavar="N", help="else the first free one from 8888")
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--portfolio", type=Path, metavar="DIR", help="where your own work is kept")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Start JupyterLab, say where it is, and wait until it is stopped."""
    from clusterlib.portfolio import Portfolio, PortfolioError

    root = course_root()
    try:
        portfolio = Portfolio.open(options.portfolio)
        audience = choose_audience(options.audience, portfolio.load_settings("start"))
        page = f"modules/{audience}/{HOME}"
        if not (root / page).is_file():
            raise CommandError(f"{page} is not built yet: run `cluster-course build` first")
        portfolio.save_settings("start", {"audience": audience})
    except PortfolioError as problem:
        raise CommandError(str(problem)) from problem
    if _is_root():
        print("Running as root, as in a container: JupyterLab is told to allow it.")
    with _stop_signals():
        server = launch(root, portfolio.folder, choose_port(options.port))
        try:
            wait_until_ready(server)
            address = server.address(f"lab/tree/{page}")
            print(f"Open the course: {address}", flush=True)
            print(f"Your work is kept in {portfolio.folder}. Stop with Ctrl-C.")
            print("Before you hand in: press Validate, or cluster-course check FILE.", flush=True)
            if not options.no_browser:
                webbrowser.open(address)
            code = server.process.wait()
        except KeyboardInterrupt:
            code = 0
        finally:
            stop(server)
    if code:
        raise CommandError(f"JupyterLab ended by itself; the reason stands in {server.log}")
    print("The course is closed; your work is saved.")
    return 0


def choose_audience(asked: str | None, remembered: dict[str, Any]) -> str:
    """Return the audience asked for, else that of the home opened last, else the first of all.

    A newcomer chooses on the page itself: every home leads to the others.

    >>> choose_audience(None, {"audience": "ngo"})
    'ngo'
    """
    from clusterlib.data.catalogue import list_audiences

    known = list_audiences()
    chosen = asked or str(remembered.get("audience") or known[0])
    if chosen not in known:
        raise CommandError(f"there is no audience {chosen!r}: choose one of {', '.join(known)}")
    return chosen


def choose_port(asked: int | None) -> int:
    """Return the port asked for, or the first free one; a port in use is an error."""
    for port in [asked] if asked else range(FIRST_PORT, LAST_PORT + 1):
        if not 0 < port < 65536:
            raise CommandError(f"port {port} does not exist: choose one from 1024 to 65535")
        with socket.socket() as probe:
            if os.name == "posix":
                # A port that was closed a moment ago counts as free; on Windows this flag lies.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return port
    where = f"port {asked} is" if asked else f"ports {FIRST_PORT} to {LAST_PORT} are"
    raise CommandError(f"{where} in use: close the other course window or choose another --port")


def launch(root: Path, portfolio: Path, port: int) -> Server:
    """Start JupyterLab as a child of this program and return it; it needs a moment to answer."""
    own = portfolio / "jupyterlab"
    own.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(24)
    arguments = ["--no-browser", f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}"]
    arguments += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"]
    arguments += ["--allow-root"] if _is_root() else []
    log = own / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *arguments],
            cwd=root,
            env=_environment(portfolio, own, token),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches this program alone, which then ends JupyterLab in good order.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    return Server(process, port, token, log)


def wait_until_ready(server: Server) -> None:
    """Wait until JupyterLab answers.

    Raises: CommandError with the last line of the log when it ends or takes too long.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            lines = server.log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
            raise CommandError(f"JupyterLab did not start: {last} (all of it: {server.log})")
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            _call(server, "api")
            return
        time.sleep(0.1)
    raise CommandError(f"JupyterLab did not answer in {SECONDS_TO_START} seconds: {server.log}")


def stop(server: Server) -> None:
    """End JupyterLab and its kernels: ask first, then end it."""
    if server.process.poll() is not None:
        return
    with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
        _call(server, "api/shutdown", method="POST")
    for then in (server.process.terminate, server.process.kill, server.process.kill):
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(SECONDS_TO_STOP)
            return
        then()


def _call(server: Server, path: str, method: str = "GET") -> None:
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}/{path}",
        method=method,
        headers={"Authorization": f"token {server.token}"},
    )
    # Straight to this machine, whatever proxy the office has set.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=5).close()


def _environment(portfolio: Path, own: Path, token: str) -> dict[str, str]:
    paths = [str(TRAINEE_LAB), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return os.environ | {
        "CLUSTER_PORTFOLIO": str(portfolio),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(path for path in paths if path),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        # In the environment, not on the command line, where others on the machine could read it.
        "JUPYTER_TOKEN": token,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def _stop_signals() -> Iterator[None]:
    # A closed terminal or a stopped container ends the course as Ctrl-C does.
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
