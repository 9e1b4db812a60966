"""The one template of every Word document: title, headings, tables, pictures, footer.

Built for readers with a screen reader and for printing without colour: real headings, header rows
that repeat, a caption at each table, alternative text at each picture, a title and a language.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pandas as pd
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from clusterlib.documents.package import clean, deliver, moment

INK = RGBColor(0x1A, 0x2B, 0x4A)
HEADER_SHADE = "E4E9F2"
MISSING = "not known"
LANGUAGE = "en-GB"
# On every system, or replaced there by a font of the same widths.
FONT = "Arial"
MARGIN = 2.2  # cm, left and right
Picture = tuple[Any, str]


class Report:
    """A Word document under construction."""

    def __init__(self, title: str, subtitle: str, on: date, landscape: bool = False) -> None:
        """Start a document; the title also goes into its properties, with the language."""
        self.on = on
        self.document = docx.Document()
        self.line_width = (29.7 if landscape else 21.0) - 2 * MARGIN
        self._set_up_page(landscape)
        self._set_up_styles(enlarged=1.15 if landscape else 1.0)
        properties = self.document.core_properties
        properties.title, properties.subject = clean(title), clean(subtitle)
        properties.language, properties.author = LANGUAGE, "Cluster management course"
        properties.created = properties.modified = moment(on)
        properties.comments = ""
        self.document.add_paragraph(clean(title), style="Title")
        self.document.add_paragraph(clean(subtitle), style="Subtitle")

    def heading(self, text: str, level: int = 1, new_page: bool = False) -> None:
        """Add a heading; its level is what a screen reader jumps by."""
        heading = self.document.add_heading(clean(text), level)
        heading.paragraph_format.page_break_before = new_page

    def text(self, text: str, style: str | None = None) -> None:
        """Add a paragraph."""
        if text:
            self.document.add_paragraph(clean(text), style=style)

    def bullets(self, lines: Iterable[str]) -> None:
        """Add a bulleted list."""
        for line in lines:
            self.text(line, "List Bullet")

    def numbers(self, lines: Iterable[str]) -> None:
        """Add a numbered list; the numbers are typed, so that a second list starts at 1 again."""
        for number, line in enumerate(lines, 1):
            paragraph = self.document.add_paragraph(f"{number}. {clean(line)}")
            paragraph.paragraph_format.left_indent = Cm(0.6)
            paragraph.paragraph_format.first_line_indent = Cm(-0.6)

    def facts(self, facts: Mapping[str, str]) -> None:
        """Add lines of the form "Label: text", with the label in bold; empty ones are left out."""
        for label, value in facts.items():
            if value:
                paragraph = self.document.add_paragraph()
                paragraph.paragraph_format.space_after = Pt(2)
                paragraph.add_run(f"{label}: ").bold = True
                paragraph.add_run(clean(value))

    def table(self, frame: pd.DataFrame, caption: str, widths: Sequence[float] = ()) -> None:
        """Add a table with a caption and a header row that repeats on every page.

        Arguments: frame, whose column names are the header row (no index is shown); widths in cm.
        Missing values are written out, never left to look like zero.
        """
        if frame.empty:
            self.text(f"{caption}: nothing to show.")
            return
        self.document.add_paragraph(
            clean(caption), style="Caption"
        ).paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=1, cols=len(frame.columns), style="Table Grid")
        _pad_cells(table)
        _describe_table(table, clean(caption))
        numeric = [is_number(frame[column]) for column in frame.columns]
        for cell, column, right in zip(table.rows[0].cells, frame.columns, numeric, strict=True):
            _fill(cell, clean(column), bold=True, right=right)
            _shade(cell, HEADER_SHADE)
        _mark_row(table.rows[0], "w:tblHeader")
        for values in frame.itertuples(index=False):
            row = table.add_row()
            _mark_row(row, "w:cantSplit")
            for cell, value, right in zip(row.cells, values, numeric, strict=True):
                _fill(cell, show_value(value), right=right)
        _set_widths(table, widths or _fitting_widths(frame, self.line_width))
        self.document.add_paragraph().paragraph_format.space_after = Pt(4)

    def picture(self, picture: Picture, width: float = 15.0) -> None:
        """Add a chart with its summary, both below it and as its alternative text.

        Arguments: picture, a pair (matplotlib figure, summary); width in cm.
        """
        from clusterlib.charts.style import title_of

        figure, summary = picture
        image = io.BytesIO()
        figure.savefig(image, format="png", dpi=150, bbox_inches="tight")
        image.seek(0)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(image, width=Cm(width))
        shape._inline.docPr.set("descr", clean(summary))
        shape._inline.docPr.set("title", clean(title_of(figure) or "Chart"))
        self.text(f"In words: {summary}", "Caption")

    def save(self, name: str, module: str, folder: str | Path | None, data_note: str) -> Path:
        """Write the footer and save; return the path of the document."""
        self._write_footer(data_note)
        content = io.BytesIO()
        self.document.save(content)
        return deliver(content.getvalue(), name, module, folder, self.on)

    def _set_up_page(self, landscape: bool) -> None:
        section = self.document.sections[0]
        short, long = Cm(21), Cm(29.7)
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.left_margin = section.right_margin = Cm(MARGIN)
        section.top_margin = section.bottom_margin = Cm(1.8 if landscape else 2.2)

    def _set_up_styles(self, enlarged: float) -> None:
        styles = self.document.styles
        for name, size in (
            ("Normal", 11), ("Title", 22), ("Subtitle", 12), ("Heading 1", 15),
            ("Heading 2", 12), ("Caption", 10),
        ):  # fmt: skip
            font = styles[name].font
            font.name, font.size, font.italic = FONT, Pt(round(size * enlarged)), False
            fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            if name != "Normal":
                font.color.rgb = INK
        styles["Normal"].paragraph_format.space_after = Pt(6)
        styles["Caption"].font.bold = False
        styles["Caption"].paragraph_format.space_before = Pt(6)
        styles["Heading 1"].paragraph_format.space_before = Pt(14)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), LANGUAGE)
        styles["Normal"].element.get_or_add_rPr().append(language)

    def _write_footer(self, data_note: str) -> None:
        footer = self.document.sections[0].footer.paragraphs[0]
        text = f"{clean(data_note)} Generated on {show_date(self.on)}. Page "
        footer.add_run(text).font.size = Pt(9)
        run = footer.add_run()
        run.font.size = Pt(9)
        for kind, code in (("begin", ""), ("", " PAGE "), ("end", "")):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = code
            run._r.append(element)


def show_value(value: object) -> str:
    """Return a table cell's text: two decimals at most, thousands apart, missing said.

    >>> show_value(1234.5), show_value(float("nan")), show_value(True), show_value(0)
    ('1,234.5', 'not known', 'yes', '0')
    """
    if isinstance(value, (list, tuple)):
        return ", ".join(show_value(item) for item in value)
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return MISSING
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if isinstance(value, date):
        return show_date(value)
    if pd.api.types.is_number(value):
        text = f"{round(float(str(value)), 2):,.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return clean(value)


def show_date(day: date) -> str:
    """Return a day with the month in words, so that nobody mistakes it.

    >>> show_date(date(2026, 3, 4))
    '4 March 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# Not strftime: month names must not change with the language of the machine.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _fill(cell: Any, text: str, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(9.5)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _mark_row(row: Any, mark: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(mark))


def _describe_table(table: Any, caption: str) -> None:
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), caption)
        table._tbl.tblPr.append(element)


def is_number(column: pd.Series[Any]) -> bool:
    """Say whether a column holds numbers; yes and no are words, not numbers."""
    types = pd.api.types
    return types.is_numeric_dtype(column) and not types.is_bool_dtype(column)


def _fitting_widths(frame: pd.DataFrame, line_width: float) -> list[float]:
    # A column gets room for its longest word and, up to a line of 34 signs, for its longest text.
    wanted = []
    for column in frame.columns:
        texts = [show_value(value) for value in frame[column]]
        words = [word for text in [str(column), *texts] for word in text.split()]
        wanted.append(max(max(map(len, words), default=1) + 3, min(max(map(len, texts)), 34)))
    return [line_width * share / sum(wanted) for share in wanted]


def _pad_cells(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 40), ("left", 90), ("bottom", 40), ("right", 90)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
