"""Pages that people open: nothing of a learner runs, hidden tests stay hidden, text is not lost."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import exam
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xss_vectors import VECTORS

from clusterlib.delivery.pages import clean, hidden, policy
from clusterlib.delivery.pages.cells import shown_cells
from clusterlib.delivery.pages.feedback import page
from clusterlib.delivery.pages.markdown import MOST_TEXT, render
from clusterlib.delivery.runner.exporter import as_notebook
from clusterlib.delivery.runner.grading import Graded
from clusterlib.delivery.runner.master import make_master
from clusterlib.delivery.runner.rebuild import rebuild
from clusterlib.delivery.runner.shown import clean_markdown, clean_outputs
from clusterlib.delivery.runner.submitted import read
from clusterlib.delivery.runner.verdicts import Report

_FORBIDDEN = """
script style iframe frame frameset object embed applet form input button select textarea link meta
base svg math template noscript video audio source picture body html
"""
FORBIDDEN = set(_FORBIDDEN.split())
PIECES = [*VECTORS.values(), "<", ">", '"', "'", "&", "`", "\n", "\n\n", "|", "$", "](", "[", "-->"]


class Reader(HTMLParser):
    """Collects what a browser would find in a fragment."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def faults(html: str) -> list[str]:
    """Return what must not be in clean HTML."""
    found = Reader(html)
    wrong = [tag for tag in found.tags if tag in FORBIDDEN]
    for name, value in found.attributes:
        if name.startswith("on") or name in ("style", "id", "name", "class", "srcset", "ping"):
            wrong.append(name)
        if name == "href" and not clean.is_web_link(value):
            wrong.append(value)
        if name == "src" and not clean.PICTURE.fullmatch(value):
            wrong.append(value)
    return wrong


@pytest.mark.parametrize("name", VECTORS)
def test_no_vector_survives_as_markdown_or_as_html(name: str) -> None:
    vector = VECTORS[name]
    for html in (
        render(vector).html,
        clean.clean_html(vector),
        clean.clean_table(f"<table><tr><td>{vector}</td></tr></table>"),
    ):
        assert not faults(html)
        assert clean.clean_html(html) == html


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_cleaning_is_complete_and_done_once(text: str) -> None:
    for html in (render(text).html, clean.clean_html(text)):
        assert not faults(html)
        assert clean.clean_html(html) == html


@given(st.text(max_size=200))
def test_any_text_is_shown_and_none_gets_out_of_the_page(text: str) -> None:
    html = render(text).html
    assert not faults(html)
    # Put into the page it closes nothing that it did not open.
    inside = clean.clean_html(f"<blockquote>{html}</blockquote>")
    assert inside.startswith("<blockquote>")
    assert inside.endswith("</blockquote>")


def test_what_honest_learners_write_stays() -> None:
    shown = render(
        "## Plan\n\nWe **hire** *two* ~~three~~ people.<br>Next line\n\n1. one\n2. two\n\n"
        "| firm | jobs |\n|:--|--:|\n| A | 90 |\n\n[Eurostat](https://ec.europa.eu/eurostat?a=1&b=2)"
        " <https://example.org> `a<b` x<y and y>z, 5 < 6, R&D, $a_1<b_2$"
    )
    for part in (
        "<h2>Plan</h2>",
        "<strong>hire</strong> <em>two</em> <del>three</del> people.<br>Next",
        "<li>two</li>",
        '<td align="right">90</td>',
        '<a href="https://ec.europa.eu/eurostat?a=1&amp;b=2" target="_blank" '
        'rel="noopener noreferrer nofollow">Eurostat</a>',
        '<a href="https://example.org" ',
        "<code>a&lt;b</code> x&lt;y and y&gt;z, 5 &lt; 6, R&amp;D, $a_1&lt;b_2$",
    ):
        assert part in shown.html


def test_harmless_text_is_kept_letter_by_letter_in_the_graded_notebook() -> None:
    honest = "A **plan** for `a<b`, see [this](https://example.org)<br>| x<sub>1</sub> |"
    assert clean_markdown(honest) == honest
    for vector in VECTORS.values():
        kept = clean_markdown(vector)
        assert kept == vector or not faults(re.sub(r"`[^`]*`", "", kept.replace("&lt;", "")))


def test_links_back_to_the_trainers_server_are_text() -> None:
    hub = "hub.example.org"
    assert clean.is_web_link("https://hub.example.org/x")
    for address in (
        "https://hub.example.org/x",
        "https://HUB.example.org:8000/x",
        "https://hub.example.org./x",
        "http://localhost:8888/x",
        "http://a.localhost/x",
        "http://127.0.0.1/x",
        "http://127.1/x",
        "http://0x7f.1/x",
        "http://0x7f000001",
        "http://[::1]/x",
        "http:/hub.example.org/x",
        "http://a@hub.example.org/x",
        "//hub.example.org/x",
        "/x",
        "x",
        "#top",
        "",
    ):
        assert not clean.is_web_link(address, own_host=f"{hub}:8000"), address
        assert "<a" not in render(f"[a]({address})", own_host=hub).html


def test_tables_of_pandas_are_shown_bare_and_nothing_else_of_html() -> None:
    import pandas as pd

    frame = pd.DataFrame({"jobs": [90, 40]}, index=["optics", "<script>window.cl_ran=1</script>"])
    for source in (frame.to_html(), frame._repr_html_(), frame.style.to_html()):
        table = clean.clean_table(source)
        assert table.count("<tr>") == 3
        assert "<td>90</td>" in table
        assert not faults(table)
    data = {"text/plain": "p", "text/html": frame._repr_html_(), "image/svg+xml": "<svg/>"}
    sent = [{"output_type": "execute_result", "data": data}]
    assert set(clean_outputs(sent)[0]["data"]) == {"text/plain", "text/html"}
    sent[0]["data"] = {"text/plain": "p", "text/html": "<b>no table</b>"}
    assert clean_outputs(sent)[0]["data"] == {"text/plain": "p"}


def test_a_text_made_to_keep_parsers_busy_is_shown_as_typed() -> None:
    shown = render("[" * (MOST_TEXT + 1))
    assert shown.html == f"<pre>{'[' * (MOST_TEXT + 1)}</pre>"
    assert render("> " * 5_000 + "deep").html
    # As much as a file may hold, of what the parser finds hardest.
    busy = [nbformat.v4.new_markdown_cell(("$```a" * 4_000)[:20_000]) for _ in range(400)]
    begun = time.process_time()
    shown_cells(_notebook(*busy))
    for cell in busy[:20]:
        clean_markdown(cell.source[:4_000])
    assert time.process_time() - begun < 15


def _notebook(*cells: Any) -> Any:
    return nbformat.v4.new_notebook(cells=list(cells))


def _test_cell(source: str, *outputs: Any) -> Any:
    grading = {"grade": True, "solution": False, "grade_id": "t", "points": 2, "score": 0.0}
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": grading}, outputs=list(outputs))


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(Reader(html).words))


SECRET = 'assert jobs == 1234, "Count the jobs again."'
SOURCE = (
    "# Checks jobs.\nassert jobs > 0\n### BEGIN HIDDEN TESTS\nimport warnings\n"
    f"warnings.warn('a secret hint')\n{SECRET}\n### END HIDDEN TESTS"
)


def test_hidden_tests_and_their_quotations_are_cut_and_the_message_stays() -> None:
    cell = _test_cell(
        SOURCE,
        nbformat.v4.new_output(
            "stream", text="seen\n<ipython>:5: UserWarning: x\n  warnings.warn('a secret hint')\n"
        ),
        nbformat.v4.new_output(
            "error",
            ename="AssertionError",
            evalue="Count the jobs again.",
            traceback=["Traceback", f"    {SECRET}\n   ^^^^", "AssertionError: Count"],
        ),
    )
    marks = {"notebook": "n", "score": 0, "max_score": 2}
    text = _text(page(shown_cells(_notebook(cell), hide=True), marks))
    assert "1234" not in text
    assert "secret" not in text
    assert "Traceback" not in text
    assert "seen" in text
    assert "Not passed. Count the jobs again." in text
    assert "assert jobs > 0" in text
    assert "1234" in _text(page(shown_cells(_notebook(cell)), marks))


def test_an_open_hidden_region_is_hidden_to_its_end_and_errors_say_no_line() -> None:
    assert hidden.split("a\n# BEGIN HIDDEN TESTS\nb == 12345\nc") == ("a", ["b == 12345", "c"])
    quotes = hidden.Quotes(["a\n# BEGIN HIDDEN TESTS\nb  ==  12345\n"])
    said = [{"output_type": "error", "ename": "SyntaxError", "evalue": "bad\n  b == 12345 <<"}]
    assert quotes.message(said) == "SyntaxError: bad"
    assert quotes.message([{"output_type": "error", "ename": "AssertionError", "evalue": ""}])
    assert quotes.message([]) is None


@pytest.mark.parametrize("name", VECTORS)
def test_a_feedback_page_holds_no_vector_wherever_it_was_put(name: str) -> None:
    vector = VECTORS[name]
    essay = nbformat.v4.new_markdown_cell(vector)
    grading = {"grade": True, "solution": True, "grade_id": "e", "points": 2, "score": 1}
    essay.metadata["nbgrader"] = grading | {"comment": vector}
    code = nbformat.v4.new_code_cell(
        vector,
        outputs=[
            nbformat.v4.new_output("stream", text=vector),
            nbformat.v4.new_output("display_data", {"text/html": vector, "text/plain": vector}),
            nbformat.v4.new_output("display_data", {"image/png": vector}),
            nbformat.v4.new_output("error", ename=vector, evalue=vector, traceback=[vector]),
        ],
    )
    failed = _test_cell(
        "assert True", nbformat.v4.new_output("error", ename="AssertionError", evalue=vector)
    )
    html = page(
        shown_cells(_notebook(essay, code, failed), hide=True),
        {"notebook": vector, "score": 1, "max_score": 2},
    )
    found = Reader(html)
    assert found.tags.count("style") == 1
    assert found.tags.count("meta") == 4
    assert not (set(found.tags) & (FORBIDDEN - {"html", "body", "style", "meta"}))
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]


def test_the_feedback_policy_names_just_the_style_of_the_page() -> None:
    html = page([], {"notebook": "n", "score": 0, "max_score": 2})
    rules = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert rules is not None
    assert style is not None
    said = Reader(html).attributes
    content = next(value for name, value in said if name == "content" and "default-src" in value)
    assert content == policy.feedback_policy(style[1])
    assert "script-src" not in content
    assert "default-src 'none'" in content
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_the_formgraders_policy_allows_no_inline_script_and_no_eval() -> None:
    rules = policy.page_policy("n0nce", ['<a onclick="go()" style="width:1em">'], "'self'")
    scripts = next(rule for rule in rules.split("; ") if rule.startswith("script-src"))
    assert scripts == f"script-src 'nonce-n0nce' 'unsafe-hashes' {policy.digest('go()')}"
    assert "unsafe-inline" not in rules
    assert "unsafe-eval" not in rules
    assert "http" not in rules


def test_pictures_pasted_into_a_text_stay_and_hold_pixels_alone(tmp_path: Path) -> None:
    notebook = exam.filled({"reflection": "Look: ![map](attachment:a.png) ![x](attachment:x.svg)"})
    essay = exam.cell(notebook, "reflection")
    pixels = "iVBORw0KGgo="
    essay["attachments"] = {
        "a.png": {"text/html": "<script>window.cl_ran=1</script>", "image/png": pixels},
        "x.svg": {"image/svg+xml": "<svg onload=window.cl_ran=1>"},
        "not-shown.png": {"image/png": "AAAA"},
        "broken.png": {"image/png": '"><script>'},
    }
    other = {"cell_type": "markdown", "metadata": {}, "source": "![b](attachment:a.png)"}
    notebook["cells"].append(other | {"id": "own", "attachments": {"a.png": {"image/png": "BBBB"}}})
    path = tmp_path / "hand-in.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    submitted = read(path)
    master = make_master(exam.blank(), None, {})
    report = Report()
    steps = rebuild(master, submitted, report)
    graded = Graded(steps, [[] for _ in steps], report, submitted.pictures)
    kept = nbformat.from_dict(as_notebook(master, graded))
    nbformat.validate(kept)
    found = [cell.attachments for cell in kept.cells if "attachments" in cell]
    assert {"a.png": {"image/png": pixels}} in found
    assert {"again-a.png": {"image/png": "BBBB"}} in found
    assert len(found) == 2
    html = page(shown_cells(kept, hide=True), {"notebook": "n", "score": 0, "max_score": 1})
    assert f'<img src="data:image/png;base64,{pixels}" alt="map">' in html
    assert '<img src="data:image/png;base64,BBBB" alt="b">' in html
    assert Reader(html).tags.count("img") == 2
