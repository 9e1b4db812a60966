"""A graded notebook as a list of cells to show: clean text, code, outputs, points and comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from clusterlib.delivery.pages.clean import clean_code, clean_table, visible
from clusterlib.delivery.pages.hidden import Quotes, split
from clusterlib.delivery.pages.markdown import as_typed, render

# Of the Markdown of one notebook; what comes after is shown as typed. An exercise has 10,000.
MOST_MARKDOWN = 100_000
MOST_CODE = 60_000
MOST_TEXT = 200_000
BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
MACHINERY = re.compile(
    r'^  File "[^"\n]*interactiveshell\.py", line .*\n(?:    .*\n)*', re.MULTILINE
)
CELL = re.compile(r'File "<ipython-input-[^"\n]*>"')
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*(?:\(\d+ points?\))?\s*#*\s*$", re.MULTILINE)
REPORT = "grading-report"
SCHEME = re.compile(r"^=== BEGIN MARK SCHEME ===[ \t]*$", re.MULTILINE)
SCHEME_END = re.compile(r"^=== END MARK SCHEME ===[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One output: text, error or table (clean HTML), or the address of a picture."""

    kind: str
    content: str


@dataclass(frozen=True)
class Shown:
    """One cell as it is shown; `html` is clean.

    `role` is answer, essay, test, task, report or "" for the module's own cells; `says` is why a
    test failed, where the traceback is not shown.
    """

    role: str
    code: bool
    html: str
    name: str = ""
    title: str = ""
    parts: tuple[Part, ...] = ()
    points: float | None = None
    score: float | None = None
    comment: str = ""
    says: str | None = None
    hides: bool = False

    @property
    def graded(self) -> bool:
        """Whether the cell has points."""
        return self.points is not None


def shown_cells(notebook: Any, own_host: str = "", hide: bool = False) -> list[Shown]:
    """Return what to show of a graded notebook.

    Args:
        notebook: as nbformat reads it.
        own_host: the server that shows the page; see `clean.is_web_link`.
        hide: leave out hidden tests and whatever quotes them.
    """
    title, shown, left = "", [], MOST_MARKDOWN
    for cell in notebook.cells:
        text = cell.cell_type != "code"
        left -= len(cell.source) if text else 0
        if text and _role(cell) in ("", "task"):
            found = HEADING.findall(cell.source)
            title = re.sub(r"[*_`]", "", found[-1]) if found else title
        one = _text(cell, own_host, left > 0) if text else _code(cell)
        shown.append(replace(one, title=title))
    return _hidden(notebook.cells, shown) if hide else shown


def _hidden(cells: Iterable[Any], shown: list[Shown]) -> list[Shown]:
    """Return the cells without hidden tests; tests say in words how they ended."""
    cells = list(cells)
    tests = [cell.source for cell in cells if _role(cell) == "test"]
    quotes = Quotes(tests)
    found = []
    for cell, one in zip(cells, shown, strict=True):
        if one.role == "test" and one.code:
            open_part, lines = split(cell.source)
            one = replace(
                one,
                html=highlighted(quotes.without(open_part)),
                parts=tuple(_parts(quotes.cut_outputs(cell.outputs))),
                says=quotes.message(cell.outputs),
                hides=bool(lines),
            )
        found.append(one)
    return found


def _text(cell: Any, own_host: str, formatted: bool) -> Shown:
    source = cell.source
    if _role(cell) == "task":
        source = SCHEME_END.sub("", SCHEME.sub("\n**How this is marked**\n", source))
    attached = cell.get("attachments")
    html = render(source, own_host, attached).html if formatted else as_typed(visible(source))
    return _graded(cell, Shown(_role(cell), False, html))


def _code(cell: Any) -> Shown:
    parts = tuple(_parts(cell.get("outputs", [])))
    return _graded(cell, Shown(_role(cell), True, highlighted(cell.source), parts=parts))


def _graded(cell: Any, one: Shown) -> Shown:
    grading = cell.metadata.get("nbgrader") or {}
    points = grading.get("points") if grading.get("grade") or grading.get("task") else None
    comment = grading.get("comment")
    return replace(
        one,
        name=str(grading.get("grade_id", "")),
        points=None if points is None else float(points),
        score=None if grading.get("score") is None else float(grading["score"]),
        comment=render(str(comment)).html if comment else "",
    )


def _role(cell: Any) -> str:
    grading = cell.metadata.get("nbgrader") or {}
    if cell.get("id") == REPORT:
        return "report"
    if grading.get("task"):
        return "task"
    if grading.get("solution"):
        return "essay" if grading.get("grade") else "answer"
    return "test" if grading.get("grade") else ""


def highlighted(source: str) -> str:
    """Return code with spans that name its parts, as clean HTML."""
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
    from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

    source = visible(source)
    if len(source) > MOST_CODE:
        return escape(source, quote=False)
    html = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return clean_code(html, frozenset(filter(None, STANDARD_TYPES.values())))


def _parts(outputs: Iterable[Any]) -> list[Part]:
    found = [_part(output) for output in outputs]
    return [part for part in found if part is not None and part.content]


def _part(output: Any) -> Part | None:
    kind = output.get("output_type")
    if kind == "stream":
        return Part("text", _plain(output.get("text", "")))
    if kind == "error":
        return Part("error", _traceback("\n".join(map(str, output.get("traceback", [])))))
    data = output.get("data", {})
    for mime in ("image/png", "image/jpeg"):
        picture = data.get(mime)
        if isinstance(picture, str) and BASE64.fullmatch(picture):
            return Part("image", f"data:{mime};base64,{''.join(picture.split())}")
    table = clean_table(data["text/html"]) if isinstance(data.get("text/html"), str) else ""
    if table:
        return Part("table", table)
    return Part("text", _plain(data.get("text/plain", "")))


def _traceback(text: str) -> str:
    """Return an error as a reader needs it: without the machinery that ran the cell."""
    return CELL.sub("this cell", MACHINERY.sub("", _plain(text)))


def _plain(text: Any) -> str:
    """Return terminal text as one reads it: no colours, a progress bar as it stood at its end."""
    text = ANSI.sub("", str(text)[:MOST_TEXT]).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return visible("\n".join(lines)).rstrip()
