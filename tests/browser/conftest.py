"""A real JupyterLab and a real Chromium for the tests of this folder.

A missing browser fails the run where `CI` is set and is named in the skip reason elsewhere.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="install the test extra: playwright")
Page = sync_api.Page
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
IDLE = (
    "() => { const w = window.jupyterapp?.shell?.currentWidget;"
    " return w?.sessionContext?.session?.kernel?.status === 'idle'; }"
)


@dataclass
class Lab:
    """A running JupyterLab on this machine alone, on a folder of its own."""

    url: str
    token: str
    root: Path

    def write(self, name: str, cells: list[str]) -> str:
        """Write a notebook of code cells into the folder and return its name."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
        )
        nbformat.write(notebook, self.root / name)
        return name


@dataclass
class Visit:
    """What a page did wrong while a test looked at it."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def _missing(reason: str) -> None:
    """Fail where the gate runs, skip with the reason on somebody's own machine."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _debian_chromium() -> str | None:
    """Install Debian's Chromium where that is allowed and return its path."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run([apt, *arguments], check=False, capture_output=True, timeout=600)
    return shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> str:
    """The path of a Chromium: named, installed, Playwright's own, or Debian's package."""
    named = os.environ.get("CLUSTER_CHROMIUM")
    if named:
        if not Path(named).is_file():
            pytest.fail(f"CLUSTER_CHROMIUM names {named}, and there is no such file")
        return named
    for command in COMMANDS:
        if found := shutil.which(command):
            return found
    play = request.getfixturevalue("playwright_running")
    if Path(play.chromium.executable_path).is_file():
        return str(play.chromium.executable_path)
    if found := _debian_chromium():
        return found
    _missing("no Chromium found: install one, or name it in CLUSTER_CHROMIUM")
    raise AssertionError


@pytest.fixture(scope="session")
def playwright_running() -> Iterator[Any]:
    """The Playwright driver, once for all tests."""
    with sync_api.sync_playwright() as play:
        yield play


@pytest.fixture(scope="session")
def browser(playwright_running: Any, chromium: str) -> Iterator[Any]:
    """One headless browser for all tests."""
    try:
        running = playwright_running.chromium.launch(
            executable_path=chromium, args=ARGUMENTS, headless=True
        )
    except sync_api.Error as problem:
        _missing(f"{chromium} does not start: {str(problem).splitlines()[0]}")
        raise
    yield running
    running.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on loopback with settings, runtime, home and portfolio of its own."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "course"
    root.mkdir()
    # No question about news may cover a notebook.
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8"
    )
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "CLUSTER_PORTFOLIO": str(home / "portfolio"),
        "CLUSTER_COURSE": os.environ.get("CLUSTER_COURSE", str(here / "course")),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(here), os.environ.get("PYTHONPATH")])),
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = (home / "lab.log").open("wb")
    process = subprocess.Popen(
        command, env=environment, cwd=root, stdout=log, stderr=log, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/api/status?token={token}", process, home / "lab.log")
        yield Lab(url, token, root)
    finally:
        # Its kernels belong to the same group, so none outlives the tests.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)
        log.close()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers; a server that dies shows its last words."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(
                f"JupyterLab ended at its start:\n{log.read_text(errors='replace')[-2000:]}"
            )
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer in 90 seconds:\n{log.read_text()[-2000:]}")


@pytest.fixture
def visit() -> Visit:
    """Page errors and requests to the outside, collected while a test runs."""
    return Visit()


@pytest.fixture
def page(browser: Any, lab: Lab, visit: Visit) -> Iterator[Any]:
    """A fresh page, 1280 pixels wide, that may talk to this machine alone."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})

    def local_only(route: Any) -> None:
        address = route.request.url
        if address.startswith((lab.url, "data:", "blob:")):
            route.continue_()
        else:
            visit.outside.append(address)
            route.abort()

    context.route("**/*", local_only)
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("pageerror", lambda error: visit.errors.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def run_notebook(lab: Lab) -> Callable[..., None]:
    """A function that opens a notebook of the lab's folder, runs all cells and waits for idle."""

    def run(page: Any, name: str) -> None:
        page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset")
        page.wait_for_function(IDLE, timeout=90_000)
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function(IDLE, timeout=120_000)

    return run
