"""The formgrader in a real browser: its button uses the box, and no hand-in runs in its pages."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import HIDDEN, MODULE
from handed_in import COHORT, FILES, HOSTILE, graded, hand_in, open_course

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = "trainer"
COMMENT = "Good <b>plan</b> <script>window.cl_ran=1</script>"
OPEN = "nbgrader:open-formgrader"
COOKIE = "() => { try { return document.cookie } catch (e) { return e.name } }"
SENT = (
    "manage_submissions/%22;window.cl_ran=1;%2F%2F",
    "gradebook/%5C/%3C%2Fscript%3E%3Cimg onerror=window.cl_ran=1 src=x%3E",
)
HERE = Path(__file__).resolve().parents[2]


@dataclass
class Formgrader:
    """A server started by the line that `cluster-course grade --open` prints."""

    cohort: Cohort
    url: str
    marker: Path


@dataclass
class Seen:
    """What a page did while a test looked at it."""

    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def said(self, text: str) -> None:
        """Remember what the content policy refused."""
        if "Content Security" in text:
            self.refused.append(text)


@pytest.fixture(scope="module")
def formgrader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Formgrader]:
    folder = tmp_path_factory.mktemp("formgrader")
    with pytest.MonkeyPatch.context() as patch:
        cohort = open_course(folder, patch)
        marker = folder / "ran"
        files = {name: text.format(marker=str(marker)) if name.endswith(".py") else text
                 for name, text in FILES.items()}  # fmt: skip
        hand_in(cohort, "anna", HOSTILE, files)
        assert main(["collect", COHORT, MODULE]) == 0
        assert main(["grade", COHORT, MODULE]) == 0
        own_file = HOSTILE | {"top-need": 'top_need = open("need.csv").read().strip()'}
        hand_in(cohort, "bela", own_file, {"need.csv": "C04"})
    process, url = _start(_printed_line(cohort), folder)
    yield Formgrader(cohort, url, marker)
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=20)


def _printed_line(cohort: Cohort) -> str:
    """Return the command that the trainer is told to type."""
    from clusterlib.delivery.cohorts.grading import how_to_open_formgrader

    return how_to_open_formgrader(cohort, MODULE).partition("   (")[0]


def _start(line: str, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line += f" --no-browser --allow-root --expose-app-in-browser --ServerApp.port={port}"
    line += f" --ServerApp.ip=127.0.0.1 --IdentityProvider.token={TOKEN}"
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {
        "HOME": str(folder),
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(HERE),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            line, shell=True, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/api/status?token={TOKEN}", timeout=5):
                return process, url
        except OSError:
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.1)
    raise AssertionError((folder / "server.log").read_text())


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def page(browser: Any, formgrader: Formgrader, seen: Seen) -> Iterator[Any]:
    """A page that is logged in and reports what it does."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})

    def watch(route: Any) -> None:
        if not route.request.url.startswith((formgrader.url, "data:", "blob:")):
            seen.outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", watch)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    opened.on("pageerror", lambda error: seen.errors.append(str(error)))
    opened.on(
        "console", lambda said: "Content Security" in said.text and seen.refused.append(said.text)
    )
    opened.on("dialog", lambda box: (seen.dialogs.append(box.message), box.dismiss()))
    opened.goto(f"{formgrader.url}/api/status?token={TOKEN}")
    yield opened
    context.close()


def _nothing_ran(page: Any, seen: Seen) -> None:
    for frame in page.frames:
        assert frame.evaluate("window.cl_ran") is None
    assert seen == Seen(), seen


def _submission(formgrader: Formgrader, learner: str) -> str:
    with open_gradebook(formgrader.cohort) as gradebook:
        found = gradebook.find_submission_notebook(MODULE, MODULE, learner)
        return f"{formgrader.url}/formgrader/submissions/{found.id}/"


def test_the_buttons_collect_and_grade_in_the_box(
    formgrader: Formgrader, page: Any, seen: Seen
) -> None:
    page.goto(f"{formgrader.url}/formgrader/manage_assignments")
    page.locator("td.collect a").click()
    page.get_by_text("Successfully").first.wait_for()
    page.goto(f"{formgrader.url}/formgrader/manage_submissions/{MODULE}")
    row = page.locator("tr", has=page.get_by_text("bela", exact=True))
    row.get_by_text("needs autograding").wait_for()
    row.locator("td.autograde a").click()
    page.get_by_text("Success").first.wait_for()
    notebook = json.loads(graded(formgrader.cohort, "bela").read_text(encoding="utf-8"))
    assert notebook["metadata"]["grading"]["box"] == "full"
    assert notebook["cells"][0]["id"] == "grading-report"
    assert notebook["metadata"]["grading"]["marks"]["top-need-test"] == [2, 2]
    _nothing_ran(page, seen)


def test_nothing_of_a_hand_in_runs_where_it_is_marked(
    formgrader: Formgrader, page: Any, seen: Seen
) -> None:
    page.goto(f"{formgrader.url}/formgrader/gradebook/{MODULE}/{MODULE}")
    page.locator("td.name a:visible").first.wait_for()
    page.get_by_role("button", name="Show All Names").click()
    page.get_by_text("Kis, <img").click()
    page.locator("#reflection").wait_for()
    page.wait_for_load_state("networkidle")
    for thing in page.locator("section, .report a, .prose, pre").all():
        thing.hover(force=True)
    text = page.locator("body").inner_text()
    for part in (
        "<svg/onload=",
        "My plan holds.",
        HIDDEN,
        "How this is marked",
        "optics",
        "PARTIAL",
    ):
        assert part in text
    assert page.locator(".outputs table").count() == 2
    assert page.locator(".marking img").count() == 0
    page.screenshot(path=formgrader.marker.parent / "marking.png", full_page=True)
    page.locator(".help").click()
    page.get_by_text("Flag the submission").wait_for()
    _nothing_ran(page, seen)


def test_points_and_comments_are_typed_and_saved(
    formgrader: Formgrader, page: Any, seen: Seen
) -> None:
    page.goto(_submission(formgrader, "anna"))
    page.wait_for_load_state("networkidle")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url):
        page.locator("#reflection").fill("3.5")
        page.locator("#reflection").press("Tab")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url):
        page.locator("#reflection-comment").fill(
            "Good <b>plan</b> <script>window.cl_ran=1</script>"
        )
        page.locator("#reflection-comment").press("Tab")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url):
        page.locator(".nbgrader_cell.task .full-credit").click()
    with open_gradebook(formgrader.cohort) as gradebook:
        found = gradebook.find_submission_notebook(MODULE, MODULE, "anna")
        points = {grade.name: grade.manual_score for grade in found.grades}
        words = [comment.comment for comment in found.comments if comment.name == "reflection"]
    assert (points["reflection"], points["who-is-missing"]) == (3.5, 4)
    assert words == [COMMENT]
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator("#reflection").input_value() == "3.5"
    _nothing_ran(page, seen)


def test_the_policy_holds_even_if_cleaning_failed(formgrader: Formgrader, page: Any) -> None:
    answer = page.goto(_submission(formgrader, "anna"))
    rules = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in rules
    assert "unsafe-eval" not in rules
    assert "frame-ancestors 'self'" in rules
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', "
        '\'<img src=x onerror="window.cl_ran=1"><iframe srcdoc="<script>parent.cl_ran=1</scr\' + '
        '\'ipt>"></iframe><a id=js href="javascript:window.cl_ran=1">x</a>\');'
        "const s = document.createElement('script'); s.src = location.pathname + 'evil.html';"
        "document.body.append(s); document.getElementById('js').click(); }"
    )
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.cl_ran") is None


def test_every_page_of_the_formgrader_works_under_its_policy(
    formgrader: Formgrader, page: Any, seen: Seen
) -> None:
    for path, sign in {
        "manage_assignments": MODULE,
        "gradebook": MODULE,
        f"gradebook/{MODULE}": MODULE,
        "manage_students": "anna",
        "manage_students/anna": MODULE,
        f"manage_students/anna/{MODULE}": MODULE,
        f"manage_submissions/{MODULE}": "anna",
    }.items():
        page.goto(f"{formgrader.url}/formgrader/{path}")
        page.locator("td", has_text=sign).first.wait_for()
    page.goto(f"{formgrader.url}/formgrader/manage_assignments")
    page.get_by_role("link", name="Add new assignment...").click()
    page.get_by_role("button", name="Save").wait_for()
    assert "Current configuration" not in page.content()
    _nothing_ran(page, seen)


def test_addresses_that_a_learner_might_send_do_nothing(
    formgrader: Formgrader, page: Any, seen: Seen
) -> None:
    handed_in = graded(formgrader.cohort, "anna").parent
    assert (handed_in / "nbgrader_config.py").is_file()
    answer = page.goto(f"{formgrader.url}/formgrader?path={handed_in}")
    assert answer.status == 403
    assert not formgrader.marker.exists()
    for address in SENT:
        page.goto(f"{formgrader.url}/formgrader/{address}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.cl_ran") is None
    for name in ("evil.html", "evil.svg"):
        answer = page.goto(_submission(formgrader, "anna") + name)
        assert answer.status == 200
        assert "sandbox" in answer.headers["content-security-policy"]
        assert page.evaluate("window.cl_ran") is None
        assert page.evaluate(COOKIE) == "SecurityError"
    assert not seen.outside + seen.dialogs


def test_the_formgrader_opens_inside_jupyterlab(formgrader: Formgrader, page: Any) -> None:
    page.goto(f"{formgrader.url}/lab?reset")
    page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('nbgrader:open-formgrader')"
    )
    page.evaluate("() => window.jupyterapp.commands.execute('nbgrader:open-formgrader')")
    inside = page.frame_locator("iframe").locator("td", has_text=re.compile(MODULE)).first
    inside.wait_for()
