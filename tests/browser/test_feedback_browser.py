"""A feedback file in a real browser: no script, no request, hidden tests only when asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import HIDDEN, MARK_SCHEME, MODULE
from handed_in import COHORT, EVERYTHING, hand_in, open_course

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COMMENT = "Well *seen*. <img src=x onerror=window.cl_ran=1> [more](https://example.org)"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    """A cohort with one hand-in that holds every vector, graded and commented."""
    with pytest.MonkeyPatch.context() as patch:
        cohort = open_course(tmp_path_factory.mktemp("feedback"), patch)
        hand_in(cohort, "anna", EVERYTHING, {})
        assert main(["collect", COHORT, MODULE]) == 0
        assert main(["grade", COHORT, MODULE]) == 0
        with open_gradebook(cohort) as gradebook:
            for name, points in (("reflection", 3.5), ("who-is-missing", 4)):
                grade = gradebook.find_grade(name, MODULE, MODULE, "anna")
                grade.manual_score, grade.needs_manual_grade = points, False
                comment = gradebook.find_comment(name, MODULE, MODULE, "anna")
                comment.manual_comment = COMMENT
            gradebook.db.commit()
        yield cohort


def _page(cohort: Cohort) -> Path:
    return cohort.folder / "feedback" / "anna" / MODULE / f"{MODULE}.html"


def _given(cohort: Cohort) -> list[str]:
    """Return the pages that lie in the exchange for learners."""
    folder = cohort.exchange / cohort.course_id / "feedback"
    return [path.read_text(encoding="utf-8") for path in folder.iterdir()]


def test_nothing_runs_and_nothing_is_asked_for(
    cohort: Cohort, browser: Any, tmp_path: Path
) -> None:
    assert main(["feedback", COHORT, MODULE]) == 0
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("dialog", lambda box: (said.append(box.message), box.dismiss()))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text))
    address = _page(cohort).as_uri()
    page.goto(address)
    for thing in page.locator("section, pre, .prose, td").all():
        thing.hover(force=True)
    page.screenshot(path=tmp_path / "feedback.png", full_page=True)
    text = page.locator("body").inner_text()
    for part in (MARK_SCHEME, "9.5 of 14 points", "Well seen.", "24 of 60 replied", "optics"):
        assert part in text
    assert HIDDEN not in text
    assert "interactiveshell" not in text
    assert page.evaluate("window.cl_ran") is None
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('[style],iframe,svg,form,object').length") == 0
    assert asked == [address]
    assert said == []
    # The page leads nowhere by itself; its own marks stand at the top.
    page.locator("nav a").first.click()
    assert page.url.startswith(address)
    context.close()


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A web server elsewhere: its address, and what was asked of it."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_the_policy_alone_stops_what_cleaning_might_miss(
    cohort: Cohort, browser: Any, tmp_path: Path, outside: tuple[str, list[str]]
) -> None:
    address, asked = outside
    dirty = (
        "<script>window.cl_ran=1</script><img src=x onerror=window.cl_ran=1>"
        f"<img src='{address}/a.png'><b style='background:url({address}/b)'>x</b>"
        "<iframe srcdoc='<script>parent.cl_ran=1</script>'></iframe>"
        f"<style>body{{background:url({address}/c)}}</style>"
        f"<link rel=stylesheet href='{address}/d.css'><svg onload=window.cl_ran=1></svg>"
    )
    guarded = _page(cohort).read_text(encoding="utf-8").replace("</main>", f"{dirty}</main>")
    start, rest = guarded.split("<meta http-equiv", 1)
    # The same page without its policy shows that the test can fail.
    for name, text, ran in (
        ("guarded", guarded, None),
        ("bare", start + rest.partition(">")[2], 1),
    ):
        copy = tmp_path / f"{name}.html"
        copy.write_text(text, encoding="utf-8")
        context = browser.new_context()
        page = context.new_page()
        page.goto(copy.as_uri())
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.cl_ran") == ran
        assert bool(asked) == bool(ran), asked
        context.close()


def test_hidden_tests_are_shown_only_when_the_trainer_says_so(cohort: Cohort) -> None:
    assert main(["feedback", COHORT, MODULE]) == 0
    assert not any(_shows_hidden(text) for text in _given(cohort))
    assert main(["feedback", COHORT, MODULE, "--show-hidden-tests"]) == 0
    assert any(_shows_hidden(text) for text in _given(cohort))
    for options, shown in ((["--FeedbackExporter.show_hidden_tests=True"], True), ([], False)):
        result = subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_feedback", MODULE, "--force", *options],
            cwd=cohort.folder,
            env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        assert _shows_hidden(_page(cohort).read_text(encoding="utf-8")) == shown


def _shows_hidden(text: str) -> bool:
    return "BEGIN HIDDEN TESTS" in text
