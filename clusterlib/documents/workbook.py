"""The one template of every Excel workbook: "Read me" first, header rows fixed, real formulas."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from clusterlib.documents.package import clean, deliver, moment
from clusterlib.documents.report import is_number, show_date, show_value

HEADER = PatternFill("solid", fgColor="E4E9F2")
LINE = Border(bottom=Side(style="thin", color="1A2B4A"))
WIDEST = 36
READ_ME_WIDTH = 88
LINE_HEIGHT = 15.0  # points
BOLD = Font(name="Calibri", size=11, bold=True)


class Workbook:
    """An Excel workbook under construction."""

    def __init__(self, title: str, read_me: Sequence[str], data_note: str, on: date) -> None:
        """Start a workbook whose first sheet says what it is, whose data, when and its limits."""
        self.on = on
        self.book = openpyxl.Workbook()
        self.book.properties.title = clean(title)
        self.book.properties.language = "en-GB"
        self.book.properties.creator = "Cluster management course"
        self.book.properties.created = moment(on)
        self.book.calculation.fullCalcOnLoad = True
        sheet = self.book.active
        sheet.title = "Read me"
        sheet.column_dimensions["A"].width = READ_ME_WIDTH
        lines = [title, data_note, f"Generated on {show_date(on)}.", *read_me]
        for number, line in enumerate(lines, 1):
            cell = sheet.cell(number, 1)
            put(cell, line)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[number].height = LINE_HEIGHT * ceil(len(line) / 80)
        sheet["A1"].font = Font(name="Calibri", bold=True, size=16)
        sheet.row_dimensions[1].height = 24
        _fit_page(sheet)

    def sheet(self, name: str, frame: pd.DataFrame) -> Worksheet:
        """Add a sheet with a table from A1: fixed header row, filter, widths, print titles.

        A cell that is missing stays blank. Text that starts with "=" stays text: only
        `formula` writes formulas, so a member's file cannot smuggle one in.
        """
        sheet = self.book.create_sheet(sheet_name(name, self.book.sheetnames))
        for number, column in enumerate(frame.columns, 1):
            cell = sheet.cell(1, number)
            put(cell, str(column))
            cell.font, cell.fill, cell.border = BOLD, HEADER, LINE
        for row, values in enumerate(frame.itertuples(index=False), 2):
            for number, value in enumerate(values, 1):
                put(sheet.cell(row, number), value)
        sheet.row_dimensions[1].height = 32
        for number, column in enumerate(frame.columns, 1):
            _style_column(sheet, number, frame[column])
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = (
            f"A1:{get_column_letter(max(1, len(frame.columns)))}{len(frame) + 1}"
        )
        sheet.print_title_rows = "1:1"
        _grow_rows(sheet, frame)
        _fit_page(sheet)
        return sheet

    def save(self, name: str, module: str, folder: str | Path | None) -> Path:
        """Save the workbook; return its path."""
        content = io.BytesIO()
        self.book.save(content)
        return deliver(content.getvalue(), name, module, folder, self.on)


def put(cell: Cell, value: Any) -> None:
    """Write one value as what it is: number, day, yes or no, text, or blank when missing."""
    if isinstance(value, (list, tuple, set, Mapping)):
        value = ", ".join(map(str, value))
    if value is None or pd.isna(value):
        return
    if pd.api.types.is_bool(value):
        cell.value = "yes" if value else "no"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
    elif pd.api.types.is_number(value):
        number = float(str(value))
        cell.value = number if number % 1 else int(number)
    else:
        cell.value = clean(value)
        cell.data_type = "s"


def formula(cell: Cell, text: str, number_format: str = "#,##0") -> None:
    """Write a formula of ours."""
    cell.value = text
    cell.number_format = number_format


def sheet_name(name: str, taken: Sequence[str] = ()) -> str:
    """Return a name that Excel accepts: 31 signs, none of []:*?/\\, not taken.

    >>> sheet_name("Jobs: 2015/2020", ["Read me"])
    'Jobs- 2015-2020'
    """
    plain = re.sub(r"[\[\]:*?/\\]", "-", clean(name)).strip("' ")[:31] or "Table"
    taken_names = {other.lower() for other in taken}
    chosen, number = plain, 2
    while chosen.lower() in taken_names:
        chosen, number = f"{plain[:27]} {number}", number + 1
    return chosen


def _fit_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _grow_rows(sheet: Worksheet, frame: pd.DataFrame) -> None:
    # Not every program grows a row for wrapped text by itself.
    for row, values in enumerate(frame.itertuples(index=False), 2):
        longest = max((len(show_value(value)) for value in values), default=0)
        if longest + 3 > WIDEST:
            sheet.row_dimensions[row].height = LINE_HEIGHT * ceil(longest / (WIDEST - 5))


def _style_column(sheet: Worksheet, number: int, column: pd.Series[Any]) -> None:
    longest = max([len(word) for word in str(column.name).split()] + [8])
    longest = max([longest, *(len(show_value(value)) for value in column)])
    sheet.column_dimensions[get_column_letter(number)].width = min(longest + 3, WIDEST)
    numeric = is_number(column)
    # Text stands a little off the numbers at its left.
    place = Alignment(
        "right" if numeric else "left", "top", wrap_text=True, indent=int(not numeric)
    )
    for (cell,) in sheet.iter_rows(1, sheet.max_row, number, number):
        cell.alignment = place
        if numeric and cell.row > 1:
            cell.number_format = _number_format(column)


def _number_format(column: pd.Series[Any]) -> str:
    known = column.dropna()
    if not (known % 1 == 0).all():
        return "#,##0.00"
    # Years are written without a separator.
    return "0" if known.between(1900, 2100).all() else "#,##0"
