"""The workbook of a coherence matrix: change a score and the second order follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from clusterlib.documents.setting import Setting
from clusterlib.documents.workbook import BOLD, Workbook, formula

READ_ME = (
    "Sheet Matrix: scores from -3 to 3; the row acts on the column. Change one and see what moves.",
    "Sheet Links: what one objective does to another, on the same scale.",
    "Sheet Second order: formulas. Direct score plus weight times the effects at second hand. The "
    "weight stands in its last row. Bold on a tinted ground: a hidden conflict."
    " Its count stands below.",
    "Sheet Repair plan: one row a repair. Fill in consent, start and review. The total follows.",
    "Limits: scores are judgements, and effects at second hand are guesses multiplied.",
)
PLAN = {
    "name": "Repair",
    "from_code": "Acts from",
    "to_code": "On",
    "score_now": "Score now",
    "new_score": "Score then",
    "cost": "EUR a year",
    "months": "Months",
    "owner": "Owner",
}
TO_FILL = ("Consent", "Start", "Who looks again", "Review on")
CONSENT = "open,promised,given,refused"
FIRST = 3  # the first column of scores, after code and name


def write_book(
    setting: Setting,
    scores: pd.DataFrame,
    links: pd.DataFrame,
    plan: pd.DataFrame,
    names: Mapping[str, str],
    weight: float,
    folder: str | Path | None,
    day: date,
    second_scores: pd.DataFrame | None = None,
) -> Path:
    """Write coherence-matrix.xlsx; return its path."""
    lines = [f"For {setting.organisation}.", *READ_ME]
    book = Workbook("Coherence matrix and repair plan", lines, setting.data_note, day)
    matrix = book.sheet("Matrix", _named(scores, names))
    _sums(matrix, scores)
    _scale(matrix, len(scores), len(scores.columns))
    if second_scores is not None:
        other = second_scores.loc[list(scores.index), list(scores.columns)]
        _scale(book.sheet("Second scorer", _named(other, names)), len(other), len(other.columns))
    order = list(scores.columns)
    _scale(book.sheet("Links", _named(links.loc[order, order], names)), len(order), len(order))
    _second_order(book, scores, names, weight)
    _repair_plan(book, plan)
    return book.save("coherence-matrix.xlsx", "05-coherence", folder)


def _named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the table with its codes and names as the first two columns."""
    plain = table.copy()
    plain.columns = [f"{code} {names.get(str(code), '')}".strip() for code in table.columns]
    plain.insert(0, "Code", table.index.astype(str))
    plain.insert(1, "Name", [names.get(str(code), str(code)) for code in table.index])
    return plain.reset_index(drop=True)


def _sums(sheet: Worksheet, scores: pd.DataFrame) -> None:
    """Add the influence of each row and the balance of each column, as formulas."""
    tall, wide = len(scores) + 1, len(scores.columns) + FIRST - 1
    last, beside = get_column_letter(wide), wide + 1
    head = sheet.cell(1, beside, "Sum")
    head.font = BOLD
    for row in range(2, tall + 1):
        formula(sheet.cell(row, beside), f"=SUM({get_column_letter(FIRST)}{row}:{last}{row})", "0")
    sheet.cell(tall + 1, 2, "Sum (look at the cells too)").font = BOLD
    for column in range(FIRST, wide + 1):
        letter = get_column_letter(column)
        cell = sheet.cell(tall + 1, column)
        formula(cell, f"=SUM({letter}2:{letter}{tall})", "0")
        cell.font = BOLD


def _scale(sheet: Worksheet, tall: int, wide: int) -> None:
    """Allow whole scores from -3 to 3 only, and mark those below zero in bold."""
    rule = DataValidation("whole", operator="between", formula1="-3", formula2="3")
    rule.showErrorMessage, rule.errorTitle = True, "Score"
    rule.error = "A whole number from -3 (cancelling) to 3 (indivisible)."
    place = f"{get_column_letter(FIRST)}2:{get_column_letter(FIRST + wide - 1)}{tall + 1}"
    rule.add(place)
    sheet.add_data_validation(rule)
    start = f"{get_column_letter(FIRST)}2"
    sheet.conditional_formatting.add(
        place, FormulaRule(formula=[f"{start}<0"], font=Font(bold=True, color="9C2A00"))
    )
    _widen(sheet, wide)


def _widen(sheet: Worksheet, wide: int) -> None:
    """Give the names of objectives room: four lines over columns of equal width."""
    sheet.row_dimensions[1].height = 62
    for column in range(FIRST, FIRST + wide):
        sheet.column_dimensions[get_column_letter(column)].width = 14
    sheet.freeze_panes = f"{get_column_letter(FIRST)}2"


def _second_order(
    book: Workbook, scores: pd.DataFrame, names: Mapping[str, str], weight: float
) -> None:
    """Write direct plus weighted second-hand effects as formulas on the two tables."""
    sheet = book.sheet("Second order", _named(scores, names))
    tall, wide = len(scores), len(scores.columns)
    weight_row = tall + 3
    sheet.cell(weight_row, 2, "Weight of effects at second hand").font = BOLD
    sheet.cell(weight_row, FIRST, weight).number_format = "0.00"
    scale = f"${get_column_letter(FIRST)}${weight_row}"
    columns = [get_column_letter(FIRST + number) for number in range(wide)]
    for row in range(2, tall + 2):
        for column in columns:
            paths = "+".join(
                f"Matrix!${step}{row}*Links!{column}${number}"
                for number, step in enumerate(columns, 2)
            )
            formula(sheet[f"{column}{row}"], f"=Matrix!{column}{row}+{scale}*({paths})", "0.0")
    place = f"{columns[0]}2:{columns[-1]}{tall + 1}"
    first = f"{columns[0]}2"
    sheet.conditional_formatting.add(
        place,
        FormulaRule(
            formula=[f"AND({first}<0,Matrix!{first}>=0)"],
            font=Font(bold=True, color="9C2A00"),
            fill=PatternFill(bgColor="F8DAC6"),
        ),
    )
    sheet.cell(tall + 2, 2, "Hidden conflicts").font = BOLD
    for column in columns:
        cell = sheet[f"{column}{tall + 2}"]
        inside = f"({column}2:{column}{tall + 1}<0)*(Matrix!{column}2:{column}{tall + 1}>=0)"
        formula(cell, f"=SUMPRODUCT({inside})", "0")
        cell.font = BOLD
    _widen(sheet, wide)


def _repair_plan(book: Workbook, plan: pd.DataFrame) -> None:
    """Write the repairs with columns to fill in, a list for consent and a total."""
    shown = plan[list(PLAN)].rename(columns=PLAN).reset_index(drop=True)
    shown = shown.assign(**dict.fromkeys(TO_FILL, ""))
    shown["Consent"] = "open"
    sheet = book.sheet("Repair plan", shown)
    last = len(shown) + 1
    consent = get_column_letter(list(shown.columns).index("Consent") + 1)
    rule = DataValidation("list", formula1=f'"{CONSENT}"', allow_blank=True)
    rule.showErrorMessage, rule.error = True, "Choose open, promised, given or refused."
    rule.add(f"{consent}2:{consent}{last}")
    sheet.add_data_validation(rule)
    cost = get_column_letter(list(shown.columns).index(PLAN["cost"]) + 1)
    sheet.cell(last + 1, 1, "Total").font = BOLD
    total = sheet[f"{cost}{last + 1}"]
    formula(total, f"=SUM({cost}2:{cost}{last})")
    total.font = BOLD
