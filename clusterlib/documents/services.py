"""The service portfolio: from chosen needs to services with an owner, a price and a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from clusterlib.documents.setting import check_audience, read_setting
from clusterlib.documents.tables import check_chosen
from clusterlib.documents.workbook import BOLD, Workbook, formula

FORMATS = ("workshop", "coaching", "study visit", "online course", "peer group", "conference")
COLUMNS = {
    "need": "Need",
    "service": "Service",
    "format": "Format",
    "hours": "Hours",
    "provider": "Provider",
    "cost_per_place": "Cost per place, EUR",
    "places": "Places",
    "total": "Total, EUR",
    "owner": "Owner",
    "by_when": "By when",
}
QUESTION = {
    "academic": "Which evidence would make you stop a service? Write it beside the service.",
    "enterprise": "What would a member pay per place? Doubt a service that nobody would pay for.",
    "government": "Does the total stay within the budget line? Which service is cut first if not?",
    "ngo": "Who cannot come at this hour, at this price, in this place? Change one of the three.",
}
READ_ME = (
    "Sheet Services: one row a service. Change hours, cost per place, places, owner and day. "
    "Totals are formulas and follow.",
    "A blank cell is not known yet; it is not zero. Its total stays blank too.",
    "Format offers a list. Places must be a whole number. By when must be a day.",
    "Limits: costs are list prices without travel, rooms and no-shows; ask for offers first.",
)


def draft_services(
    competences: pd.DataFrame, chosen: Sequence[str], places: int = 12, owner: str = ""
) -> pd.DataFrame:
    """Make the first draft of the services that answer the chosen needs.

    Arguments: competences, indexed by code with name, hours, cost_per_place, provider; chosen
    codes in order; places in each; owner, when one person has them all.
    Returns: one row a service, ready for `service_portfolio`; format and by_when are yours to fill.
    """
    codes = check_chosen(chosen, [str(code) for code in competences.index], "competences")
    table = competences.loc[codes]
    return pd.DataFrame(
        {
            "need": table["name"].to_numpy(),
            "service": [f"Course: {name}" for name in table["name"]],
            "format": "workshop",
            "hours": table["hours"].to_numpy(),
            "provider": table["provider"].to_numpy(),
            "cost_per_place": table["cost_per_place"].to_numpy(),
            "places": places,
            "owner": owner or None,
            "by_when": None,
        }
    )


def service_portfolio(
    about: Any,
    services: pd.DataFrame,
    audience: str,
    folder: str | Path | None = None,
    on: date | None = None,
) -> Path:
    """Write service-portfolio.xlsx: services with totals that follow when a number is changed.

    Arguments: about, a case or a dict on your own organisation; services, one row each with need,
    service, format, hours, provider, cost_per_place (EUR), places, owner, by_when (a day), as
    `draft_services` makes it; blanks allowed; folder, else the portfolio; on, the day, else today.
    Returns: the path. Raises: ValueError that names missing columns or negative numbers.
    """
    check_audience(audience)
    _check(services)
    setting = read_setting(about)
    read_me = [f"For {setting.organisation}.", *READ_ME, f"Ask yourself: {QUESTION[audience]}"]
    book = Workbook("Service portfolio", read_me, setting.data_note, on or date.today())
    shown = services.reindex(columns=list(COLUMNS)).rename(columns=COLUMNS)
    sheet = book.sheet("Services", shown)
    last = len(services) + 1
    for row in range(2, last + 1):
        text = f'=IF(OR(ISBLANK(F{row}),ISBLANK(G{row})),"",F{row}*G{row})'
        formula(sheet.cell(row, 8), text)
    sheet.cell(last + 1, 1, "Total of filled rows").font = BOLD
    for column in ("G", "H"):
        cell = sheet[f"{column}{last + 1}"]
        formula(cell, f"=SUM({column}2:{column}{last})")
        cell.font = BOLD
    _validate(sheet, last)
    sheet.freeze_panes = "C2"
    return book.save("service-portfolio.xlsx", "02-needs", folder)


def _check(services: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in services.columns and name != "total"]
    if missing:
        raise ValueError(f"the services lack the columns {', '.join(missing)}; leave cells blank.")
    if services.empty:
        raise ValueError("no service yet: choose at least one need.")
    for name in ("hours", "cost_per_place", "places"):
        numbers = pd.to_numeric(services[name], errors="coerce")
        wrong = services.loc[(numbers < 0) | (numbers.isna() & services[name].notna()), "service"]
        if len(wrong):
            raise ValueError(
                f"{name} must be a number of 0 or more, or blank; look at: "
                f"{', '.join(wrong.astype(str))}."
            )


def _validate(sheet: Worksheet, last: int) -> None:
    rules = {
        "format": DataValidation("list", formula1=f'"{",".join(FORMATS)}"', allow_blank=True),
        "places": DataValidation("whole", operator="greaterThanOrEqual", formula1="0"),
        "by_when": DataValidation("date", operator="greaterThan", formula1="36526"),
    }
    messages = {
        "format": "Choose a format from the list.",
        "places": "Places must be a whole number, 0 or more.",
        "by_when": "Write a day, such as 2026-03-31.",
    }
    for name, rule in rules.items():
        rule.allow_blank = True
        rule.showErrorMessage, rule.error, rule.errorTitle = True, messages[name], COLUMNS[name]
        rule.showInputMessage, rule.prompt, rule.promptTitle = True, messages[name], COLUMNS[name]
        letter = get_column_letter(list(COLUMNS).index(name) + 1)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)
        if name == "by_when":
            for (cell,) in sheet[f"{letter}2:{letter}{last}"]:
                cell.number_format = "yyyy-mm-dd"
