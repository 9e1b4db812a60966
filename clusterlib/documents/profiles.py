"""The regional profile: a document to argue with and a workbook to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import Setting, check_audience, read_setting
from clusterlib.documents.tables import check_chosen, headed, reasons_for, with_index
from clusterlib.documents.voices import PROFILE
from clusterlib.documents.workbook import BOLD, Workbook, formula
from clusterlib.documents.writing import (
    common_blocks,
    sentence,
    start_report,
    write_choices,
    write_sections,
)

MODULE = "03-mapping"
METHOD = (
    "The location quotient compares an industry's share of jobs here with its share in all regions "
    "together: 1 is the same, above 1 is more. Its interval says how far it could be chance.",
    "Shift-share splits the change in jobs into a national part, an industry part and a regional "
    "part. The parts add up to the change. It describes; it does not explain.",
)
BLIND = (
    "Who supplies whom: two strong industries in one table may have no tie at all.",
    "Jobs across the border of the region, and people who commute.",
    "Undeclared work, volunteers, and often the self-employed.",
    "New activities that have no industry code of their own yet.",
    "The quality of jobs: pay, contract, who holds them.",
)
CHECK_COLUMNS = ("Sum of the parts", "Adds up?")


def regional_profile(
    about: Any,
    quotients: pd.DataFrame,
    shift_share: pd.DataFrame,
    stars: pd.DataFrame,
    chosen: Sequence[str],
    dropped: str,
    reasons: Mapping[str, str] | str,
    audience: str,
    figures: Sequence[Picture] = (),
    blind_spots: Sequence[str] = (),
    folder: str | Path | None = None,
    on: date | None = None,
) -> tuple[Path, Path]:
    """Write regional-profile.docx in the voice of the audience and regional-profile.xlsx beside it.

    Arguments: about, a case or a dict on your own organisation (its `region` is kept from
    quotients and stars); quotients, as `mapping.location_quotient_interval` returns it;
    shift_share, as `mapping.shift_share` returns it; stars, as `mapping.star_rating` returns it;
    chosen, industries to put first; dropped, the one you leave; reasons, one text an industry or
    one for all; figures, pairs (figure, summary); blind_spots, what you know that the table cannot
    see; folder, else the portfolio; on, the day, else today.
    Returns: the paths of the document and the workbook.
    Raises: ValueError for an industry that is not in quotients, or chosen and dropped at once.
    """
    voice = PROFILE[check_audience(audience)]
    day, setting = on or date.today(), read_setting(about)
    own = own_region(quotients, setting.region)
    rated = own_stars(stars, setting.region)
    offered = own["industry"].astype(str).tolist()
    labels = check_chosen(chosen, offered, "industries")
    check_chosen([dropped], offered, "industries")
    if dropped in labels:
        raise ValueError(f"{dropped} is both chosen and dropped: decide for one.")
    why = reasons_for([*labels, dropped], reasons)
    blind = [*blind_spots, *_unknown_cells(own), *BLIND]

    report = start_report(f"Profile of {setting.region}", audience, voice, setting, day)
    blocks = common_blocks(audience, figures) | _blocks(setting, own, shift_share, rated, blind)
    blocks["answer"] = lambda report: report.text(_answer(audience, setting, labels, dropped))
    blocks["chosen"] = lambda report: write_choices(report, {k: k for k in labels}, why)
    blocks["dropped"] = lambda report: report.facts(
        {"Dropped": f"{dropped}. {sentence(why[dropped])}"}
    )
    write_sections(report, voice, blocks)
    document = report.save("regional-profile.docx", MODULE, folder, setting.data_note)

    choices = pd.DataFrame(
        {
            "Industry": [*labels, dropped],
            "Decision": [*(f"priority {n}" for n in range(1, len(labels) + 1)), "dropped"],
            "Reason": [why[label] for label in [*labels, dropped]],
        }
    )
    return document, _workbook(setting, own, shift_share, rated, choices, blind, folder, day)


def own_region(quotients: pd.DataFrame, region: str) -> pd.DataFrame:
    """Return the rows of one region, the most specialised industry first, unknown ones last.

    >>> lq = pd.DataFrame({"region": ["Aldermark"] * 2, "industry": ["a", "b"], "lq": [0.8, 2.1]})
    >>> own_region(lq, "Aldermark")["industry"].tolist()
    ['b', 'a']
    """
    table = _rows_of(quotients, region)
    return table.sort_values("lq", ascending=False, kind="stable").reset_index(drop=True)


def own_stars(stars: pd.DataFrame, region: str) -> pd.DataFrame:
    """Return the star ratings of one region, the industry first, most stars first."""
    table = _rows_of(stars, region)
    if not {"category", "industry"} & set(table.columns):
        table = with_index(table, "industry")
    table = table.rename(columns={"category": "industry"})
    front = [name for name in ("industry", "stars") if name in table.columns]
    table = table[[*front, *(name for name in table.columns if name not in front)]]
    by = "stars" if "stars" in front else "industry"
    return table.sort_values(by, ascending=by == "industry", kind="stable")


def _rows_of(table: pd.DataFrame, region: str) -> pd.DataFrame:
    if "region" not in table.columns:
        return table
    regions = table["region"].astype(str)
    if region not in set(regions):
        known = ", ".join(sorted(set(regions)))
        raise ValueError(f'no region "{region}" in the table; there are: {known}.')
    return table[regions == region].drop(columns="region")


def _blocks(
    setting: Setting,
    own: pd.DataFrame,
    shift_share: pd.DataFrame,
    stars: pd.DataFrame,
    blind: Sequence[str],
) -> dict[str, Callable[[Report], None]]:
    return {
        "question": lambda report: report.text(
            setting.decision or f"Which specialisations of {setting.region} come first?"
        ),
        "method": lambda report: report.bullets(METHOD),
        "quotients": lambda report: report.table(
            headed(own), f"Location quotients of {setting.region}, with the ends of their intervals"
        ),
        "shift_share": lambda report: report.table(
            headed(with_index(shift_share.round(0), "industry")),
            "Change in jobs and its parts (the parts add up to the change)",
        ),
        "stars": lambda report: report.table(
            headed(stars.drop(columns=["jobs", "lq", "share"], errors="ignore")),
            "Star ratings: they count thresholds passed, and say nothing just below one",
        ),
        "limits": lambda report: report.bullets(blind),
    }


def _unknown_cells(own: pd.DataFrame) -> list[str]:
    hidden = own.loc[own["lq"].isna(), "industry"].astype(str).tolist()
    said = f"Confidential or missing here: {', '.join(hidden)}. Not zero: not known."
    return [said] if hidden else []


def _answer(audience: str, setting: Setting, labels: list[str], dropped: str) -> str:
    first = " and ".join(labels)
    return {
        "academic": f"The measures, read with their intervals, support {first}. They do not "
        f"support {dropped}.",
        "enterprise": f"Join and invest where the region carries us: {first}. Leave {dropped}.",
        "government": f"Make {first} the priorities of {setting.region}. Drop {dropped}.",
        "ngo": f"We ask that help goes to {first}, and that those who leave {dropped} are not "
        "left alone.",
    }[audience]


def _workbook(
    setting: Setting,
    own: pd.DataFrame,
    shift_share: pd.DataFrame,
    stars: pd.DataFrame,
    choices: pd.DataFrame,
    blind: Sequence[str],
    folder: str | Path | None,
    day: date,
) -> Path:
    read_me = [*METHOD, "Sheet Shift-share: sums and checks are formulas; try another number."]
    read_me += ["What this table cannot see:", *(f"- {line}" for line in blind)]
    book = Workbook(f"Profile of {setting.region}", read_me, setting.data_note, day)
    book.sheet("Location quotients", headed(own))
    _shift_share_sheet(book, shift_share)
    book.sheet("Star ratings", headed(stars))
    book.sheet("Choices", choices)
    return book.save("regional-profile.xlsx", MODULE, folder)


def _shift_share_sheet(book: Workbook, shift_share: pd.DataFrame) -> None:
    rows = shift_share.drop(index="total", errors="ignore")
    table = headed(with_index(rows, "industry"))
    width, last = len(table.columns), len(table) + 1
    sheet = book.sheet("Shift-share", table.assign(**dict.fromkeys(CHECK_COLUMNS)))
    end = get_column_letter(width)
    total, check = get_column_letter(width + 1), width + 2
    for row in range(2, last + 2):
        parts = f"C{row}:{end}{row}"
        known = f"COUNT({parts})={width - 2}"
        formula(sheet[f"{total}{row}"], f'=IF({known},SUM({parts}),"not known")')
        fits = f'IF(ABS(B{row}-{total}{row})<0.5,"yes","no")'
        text = f'=IF(AND({known},ISNUMBER(B{row})),{fits},"not known")'
        formula(sheet.cell(row, check), text)
        sheet.cell(row, check).alignment = Alignment("center", "top")
    sheet.cell(last + 1, 1, "total").font = BOLD
    for number in range(2, width + 1):
        letter = get_column_letter(number)
        column = f"{letter}2:{letter}{last}"
        cell = sheet[f"{letter}{last + 1}"]
        formula(cell, f'=IF(COUNT({column})={len(rows)},SUM({column}),"not known")')
        cell.font = BOLD
