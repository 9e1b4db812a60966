"""`cluster-course start`: a real JupyterLab on a free port, opened, looked at and stopped."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest

from clusterlib.data.catalogue import course_path
from clusterlib.delivery.cli import CommandError, make_parser
from clusterlib.delivery.commands.start import choose_audience, choose_port, run
from clusterlib.portfolio import Portfolio

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A course whose government home is built and whose other homes are not."""
    root = tmp_path / "checkout"
    (root / "course").mkdir(parents=True)
    shutil.copy(course_path() / "course.toml", root / "course")
    home = root / "modules" / "government" / "00-start-here.ipynb"
    home.parent.mkdir(parents=True)
    cell = nbformat.v4.new_markdown_cell("# Start here")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), home)
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "portfolio"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return root


def options(*words: str):
    return make_parser(["start"]).parse_args(["start", *words])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_course_opens_without_the_trainers_panels_and_stops_cleanly(course, tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from clusterlib.delivery.cli import main; raise SystemExit(main())",
    ]
    child = subprocess.Popen(
        [*command, "start", "--audience", "government", "--port", str(port), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout
    try:
        lines = [child.stdout.readline()]
        while lines[-1] and not lines[-1].startswith("Open the course:"):
            lines.append(child.stdout.readline())
        address = lines[-1].removeprefix("Open the course: ").strip()
        assert address.startswith(
            f"http://127.0.0.1:{port}/lab/tree/modules/government/00-start-here.ipynb?token="
        )
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            assert "root" in lines[0]
        with OPENER.open(address, timeout=20) as page:
            assert page.status == 200
            html = page.read().decode()
        found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', html, re.DOTALL)
        assert found
        off = set(json.loads(found.group(1))["disabledExtensions"])
        panels = {
            f"@jupyter/nbgrader:{p}" for p in ("formgrader", "create-assignment", "course-list")
        }
        assert panels | {"@jupyterlab/apputils-extension:announcements"} <= off
        assert (
            not {f"@jupyter/nbgrader:{p}" for p in ("assignment-list", "validate-assignment")} & off
        )
    finally:
        child.send_signal(signal.SIGINT)
        said, problems = child.communicate(timeout=60)
    assert child.returncode == 0, problems
    assert "your work is saved" in said
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0  # nothing is left running
    assert Portfolio.open().load_settings("start") == {"audience": "government"}
    assert not (tmp_path / "home" / ".jupyter").exists()  # the person's own settings are untouched


def test_a_home_that_is_not_built_is_one_clear_line(course):
    with pytest.raises(CommandError, match="not built yet: run `cluster-course build`"):
        run(options("--audience", "ngo"))
    assert Portfolio.open().load_settings("start") == {}


def test_the_audience_is_remembered_and_a_new_one_counts_more(course):
    assert choose_audience(None, {"audience": "ngo"}) == "ngo"
    assert choose_audience("academic", {"audience": "ngo"}) == "academic"
    with pytest.raises(CommandError, match="academic, enterprise, government, ngo"):
        choose_audience("press", {})


def test_a_newcomer_lands_on_the_first_home_and_chooses_there(course):
    assert choose_audience(None, {}) == "academic"


def test_a_port_in_use_is_said_and_passed_over_when_not_asked_for():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {taken} is in use"):
            choose_port(taken)
        assert choose_port(None) != taken
    with pytest.raises(CommandError, match="does not exist"):
        choose_port(70_000)


def test_a_portfolio_that_cannot_be_made_is_one_clear_line(course, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be made"):
        run(options("--audience", "government", "--portfolio", str(tmp_path / "file" / "in")))
