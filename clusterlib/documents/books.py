"""The whole portfolio as one Word document: every document, every table, every setting."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pandas as pd
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table
from docx.text.paragraph import Paragraph

from clusterlib.documents.package import clean
from clusterlib.documents.report import Report
from clusterlib.portfolio import Portfolio

NAME = "portfolio.docx"
MODULE = "portfolio"
NOTE = "Collected from your portfolio folder."
MOST_ROWS = 60  # of a table; the whole of it stays in its own file
MOST_COLUMNS = 8
PICTURE_WIDTH = 15.0  # cm


def portfolio_book(folder: str | Path | None = None, on: date | None = None) -> Path:
    """Write portfolio.docx: everything in the portfolio in one document, ready to hand on.

    Arguments: folder of the portfolio, else your own; on, the day, else today.
    Returns: the path of the document, which stands in the portfolio itself.
    Raises: PortfolioError when the folder cannot be read.

    Word documents come in full (headings one level lower, pictures with their alternative text);
    tables up to 60 rows and 8 columns, and what was left out is said; workbooks and other files are
    named. Settings and self-checks follow as tables. A document that Word cannot read is named as
    such, and the rest is written.
    """
    day, portfolio = on or date.today(), Portfolio.open(folder)
    report = Report("My portfolio", "What I made, saved and answered in the course", day)
    files = portfolio.artefacts()
    files = files[files["file"] != NAME]
    report.heading("What is in it")
    report.table(files.rename(columns=str.capitalize), "Files in the portfolio (changed: UTC)")
    for name in files["file"]:
        path = portfolio.folder / name
        if path.suffix == ".docx":
            _add_document(report, path)
        elif path.suffix == ".csv":
            _add_table(report, portfolio, path)
    _add_settings(report, portfolio)
    _add_attempts(report, portfolio)
    return report.save(NAME, MODULE, portfolio.folder, NOTE)


def _add_document(report: Report, path: Path) -> None:
    """Add the text, tables and pictures of a document under its name."""
    try:
        source = docx.Document(str(path))
    except Exception as problem:  # python-docx raises many kinds for a broken file
        report.heading(path.stem, new_page=True)
        report.text(f"{path.name} could not be read ({type(problem).__name__}); it stays a file.")
        return
    report.heading(source.core_properties.title or path.stem, new_page=True)
    report.text(f"From the file {path.name}.", "Caption")
    blocks = list(source.iter_inner_content())
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Table):
            _copy_table(report, block)
        elif not (isinstance(following, Table) and block.text == _caption(following)):
            _copy_paragraph(report, source, block)


def _copy_paragraph(report: Report, source: Document, paragraph: Paragraph) -> None:
    style = str(paragraph.style.name) if paragraph.style is not None else "Normal"
    if style.startswith("Heading "):
        report.heading(paragraph.text, min(9, int(style.rpartition(" ")[2]) + 1))
    elif style == "Title":
        pass  # it is the heading of this part
    elif paragraph.text.strip():
        known = {one.name for one in report.document.styles}
        report.text(paragraph.text, style if style in known else None)
    for drawing in paragraph._element.iter(qn("wp:inline")):
        _copy_picture(report, source, drawing)


def _copy_picture(report: Report, source: Document, drawing: Any) -> None:
    """Add a picture with the alternative text it had."""
    described = drawing.find(qn("wp:docPr"))
    blips = list(drawing.iter(qn("a:blip")))
    if not blips:
        return
    blob = source.part.related_parts[blips[0].get(qn("r:embed"))].blob
    run = report.document.add_paragraph().add_run()
    shape = run.add_picture(io.BytesIO(blob), width=Cm(PICTURE_WIDTH))
    for name in ("descr", "title"):
        if described is not None and described.get(name):
            shape._inline.docPr.set(name, described.get(name))


def _copy_table(report: Report, table: Table) -> None:
    """Add a table; its first row is the header, as in every document of the course."""
    rows = [[clean(cell.text) for cell in row.cells] for row in table.rows]
    if len(rows) < 2:
        report.text("; ".join(rows[0]) if rows else "")
        return
    report.table(pd.DataFrame(rows[1:], columns=rows[0]), _caption(table) or "Table")


def _caption(table: Table) -> str:
    described = table._tbl.tblPr.find(qn("w:tblCaption"))
    return "" if described is None else str(described.get(qn("w:val")))


def _add_table(report: Report, portfolio: Portfolio, path: Path) -> None:
    report.heading(f"Table {path.stem}", new_page=True)
    try:
        table = portfolio.load_table(path.name)
    except (ValueError, UnicodeDecodeError) as problem:
        report.text(f"{path.name} could not be read as a table ({problem}); it stays a file.")
        return
    if table.index.name or isinstance(table.index, pd.MultiIndex):
        table = table.reset_index()
    shown = table.iloc[:MOST_ROWS, :MOST_COLUMNS]
    if shown.shape != table.shape:
        report.text(
            f"Shown: {len(shown)} of {len(table)} rows and {shown.shape[1]} of {table.shape[1]} "
            f"columns. All of it is in {path.name}."
        )
    report.table(shown.rename(columns=str), f"From the file {path.name}")


def _add_settings(report: Report, portfolio: Portfolio) -> None:
    settings = portfolio.all_settings()
    report.heading("Settings I saved", new_page=True)
    if not settings:
        report.text("None so far.")
    for name, values in settings.items():
        rows = [(key, _plain(value)) for key, value in values.items()]
        report.table(pd.DataFrame(rows, columns=["Setting", "Value"]), f"Settings of {name}")


def _add_attempts(report: Report, portfolio: Portfolio) -> None:
    progress = portfolio.progress()
    answered = progress[progress["checks_answered"] > 0]
    report.heading("Self-checks I answered")
    if answered.empty:
        report.text("None so far.")
        return
    table = answered[["title", "checks_answered", "checks_right"]].set_axis(
        ["Module", "Questions answered", "Right by the last answer"], axis=1
    )
    report.table(table, "Self-checks by module")


def _plain(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
