"""The self-assessment of a cluster: what it says of itself, what proves it, and what stays open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.worksheet.datavalidation import DataValidation

from clusterlib.charts.wording import listed
from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import DELIVERABLES, Setting, check_audience, read_setting
from clusterlib.documents.voices import BEHIND_THE_SLIDE, Voice
from clusterlib.documents.workbook import BOLD, Workbook, formula
from clusterlib.documents.writing import common_blocks, sentence, start_report, write_sections
from clusterlib.labels import ExcellenceProfile, HungarianPoints, LabelCheck

MODULE = "01-clusters"
QUESTION = "Do we join, or stay, and on which condition would we leave?"
VERDICTS = {"pass": "passes", "fail": "fails", "cannot be decided": "cannot be decided"}
RULE_NAMES = {
    "staff_fte": "Staff of the office",
    "committed_members": "Committed members",
    "member_types": "Types of member",
    "english_site": "Site in English",
    "active": "Active organisation",
}
LIMITS = (
    "The platform decides on its profiles; this check repeats the conditions it published.",
    "The Hungarian points belong to a scheme that ended in 2018; points inside an area are our own "
    "estimate.",
    "A level without evidence counts as undetermined, however sure the office is.",
    "Evidence shows that something was done. It does not show that it did any good.",
)
ASSESSMENT = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Definition used, and a case against it", ("statement",)),
            ("What can be shown", ("answer", "figures", "dimensions")),
            ("Evidence, item by item", ("items",)),
            ("Entry rules and points", ("entry", "points")),
            ("What is open, and what would settle it", ("open",)),
            ("Limits of this assessment", ("limits",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("Why join, in plain words", ("statement",)),
            ("What the office can show", ("answer",)),
            ("What we ask it to settle first", ("open",)),
            (BEHIND_THE_SLIDE, ("figures", "dimensions", "entry", "points", "items", "limits")),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Decision and reasons", ("statement",)),
            ("Findings", ("answer", "entry", "points")),
            ("Evidence", ("figures", "dimensions", "items")),
            ("What is open, and by which paper it can be closed", ("open",)),
            ("How sure we are", ("limits",)),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("What we say about our seat", ("statement",)),
            ("What the cluster can show", ("answer", "figures", "dimensions")),
            ("What it says without showing", ("open",)),
            ("Evidence, item by item", ("items", "entry", "points")),
            ("What we are not sure of", ("limits",)),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}


def self_assessment(
    about: Any,
    profile: ExcellenceProfile,
    entry: LabelCheck,
    points: HungarianPoints,
    statement: str,
    audience: str,
    question: str = "",
    figures: Sequence[Picture] = (),
    folder: str | Path | None = None,
    on: date | None = None,
) -> tuple[Path, Path]:
    """Write self-assessment.docx in the voice of the audience and self-assessment.xlsx beside it.

    Arguments: about, a case or a dict on your own organisation; profile, entry and points, as
    `labels.excellence_profile`, `labels.eccp_check` and `labels.hungarian_points` return them;
    statement, your own text: definition, answer to a member, decision or charter; question, what
    is to be decided, else QUESTION; figures, pairs (figure, summary); folder, else the portfolio;
    on, the day, else today.
    Returns: the paths of document and workbook.
    Raises: ValueError for an empty statement or an unknown audience.
    """
    voice = ASSESSMENT[check_audience(audience)]
    day, setting = on or date.today(), read_setting(about)
    setting = replace(setting, decision=question or QUESTION)
    if not statement.strip(". "):
        raise ValueError("the statement is empty: write what you say to those who read this.")
    report = start_report(f"Self-assessment of {setting.cluster}", audience, voice, setting, day)
    blocks = common_blocks(audience, figures) | _blocks(setting, profile, entry, points)
    blocks["statement"] = lambda report: _paragraphs(report, statement)
    write_sections(report, voice, blocks)
    document = report.save("self-assessment.docx", MODULE, folder, setting.data_note)
    return document, _workbook(setting, profile, entry, points, folder, day)


def _paragraphs(report: Report, text: str) -> None:
    for part in filter(None, (line.strip() for line in text.split("\n"))):
        report.text(sentence(part))


def _blocks(
    setting: Setting, profile: ExcellenceProfile, entry: LabelCheck, points: HungarianPoints
) -> dict[str, Callable[[Report], None]]:
    return {
        "answer": lambda report: report.text(_answer(profile, entry, points)),
        "dimensions": lambda report: report.table(_dimensions(profile), profile.note),
        "items": lambda report: report.table(
            _items(profile), f"What {setting.cluster} says of itself"
        ),
        "entry": lambda report: report.table(
            _entry(entry), f"Platform entry {VERDICTS[entry.verdict]}"
        ),
        "points": lambda report: report.table(_areas(points), points.scheme),
        "open": lambda report: report.bullets(_open(profile, entry, points)),
        "limits": lambda report: report.bullets((*LIMITS, *_notes(entry))),
    }


def _notes(entry: LabelCheck) -> list[str]:
    """Take over what the check notes; what lacks evidence stands in its table already."""
    return [
        sentence(f"Platform entry: {note}")
        for note in entry.notes
        if not note.startswith("no evidence attached")
    ]


def _answer(profile: ExcellenceProfile, entry: LabelCheck, points: HungarianPoints) -> str:
    shown, asked = int(profile.dimensions["determined"].sum()), len(profile.items)
    exact = points.points is not None
    total = f"{points.low:g}" if exact else f"between {points.low:g} and {points.high:g}"
    return (
        f"{shown} of {asked} statements come with evidence; the others are undetermined. The entry "
        f"check of the platform {VERDICTS[entry.verdict]}. By the Hungarian rules of 2016 the "
        f"points are {total} of 100."
    )


def _dimensions(profile: ExcellenceProfile) -> pd.DataFrame:
    table = profile.dimensions
    return pd.DataFrame(
        {
            "Dimension": [str(one).capitalize() for one in table.index],
            "Statements": table["items"].to_numpy(),
            "With evidence": table["determined"].to_numpy(),
            "At least, %": table["low"].round(0).to_numpy(),
            "At most, %": table["high"].round(0).to_numpy(),
        }
    )


def _items(profile: ExcellenceProfile) -> pd.DataFrame:
    table = profile.items
    return pd.DataFrame(
        {
            "Dimension": [str(one).capitalize() for one in table["dimension"]],
            "Statement": table["text"].tolist(),
            "Status": [str(one).capitalize() for one in table["status"]],
            "Evidence": [text or "none attached" for text in table["evidence"]],
        }
    )


def _entry(entry: LabelCheck) -> pd.DataFrame:
    table = entry.rules
    return pd.DataFrame(
        {
            "Rule": [RULE_NAMES.get(rule, rule) for rule in table["rule"]],
            "Met": table["passed"].astype(object).where(table["passed"].notna(), None).tolist(),
            "Reason": [str(text).capitalize() for text in table["reason"]],
            "Evidence": [text or "none attached" for text in table["evidence"]],
        }
    )


def _areas(points: HungarianPoints) -> pd.DataFrame:
    table = points.areas
    return pd.DataFrame(
        {
            "Area": [str(one).capitalize() for one in table.index],
            "Most possible": table["maximum"].to_numpy(),
            "At least": table["low"].to_numpy(),
            "At most": table["high"].to_numpy(),
            "Evidence": [text or "none attached" for text in table["evidence"]],
        }
    )


def _open(profile: ExcellenceProfile, entry: LabelCheck, points: HungarianPoints) -> list[str]:
    """List everything that nobody could check today."""
    from clusterlib.labels import excellence_items

    papers = excellence_items()["evidence_to_attach"]
    blank = profile.items[profile.items["status"] == "undetermined"]
    lines = [f"{text} To attach: {papers[str(item)]}." for item, text in blank["text"].items()]
    unknown = entry.rules.loc[entry.rules["passed"].isna(), "rule"]
    if len(unknown):
        names = listed([RULE_NAMES.get(rule, rule) for rule in unknown])
        lines.append(f"Platform entry, not known: {names}.")
    ranged = points.areas.index[points.areas["low"] < points.areas["high"]]
    if len(ranged):
        lines.append(f"Points, still a range: {listed([str(area) for area in ranged])}.")
    return lines or ["Nothing is open."]


def _workbook(
    setting: Setting,
    profile: ExcellenceProfile,
    entry: LabelCheck,
    points: HungarianPoints,
    folder: str | Path | None,
    day: date,
) -> Path:
    read_me = [
        profile.note,
        "Sheet Statements: write a level from 0 to 3 and where it can be seen. A level without "
        "evidence does not count.",
        "Sheet Dimensions adds up by itself: at least (open is 0) and at most (open is full).",
        "Levels: 0 not done, 1 begun, 2 done, 3 done, reviewed and improved.",
        *LIMITS,
    ]
    book = Workbook(f"Self-assessment of {setting.cluster}", read_me, setting.data_note, day)
    _statement_sheet(book, profile)
    _dimension_sheet(book, profile)
    book.sheet("Platform entry", _entry(entry))
    _points_sheet(book, points)
    return book.save("self-assessment.xlsx", MODULE, folder)


def _statement_sheet(book: Workbook, profile: ExcellenceProfile) -> None:
    table = profile.items
    frame = pd.DataFrame(
        {
            "Item": table.index.astype(str),
            "Dimension": table["dimension"].tolist(),
            "Statement": table["text"].tolist(),
            "Level": table["level"].astype("Float64").tolist(),
            "Evidence": [text or None for text in table["evidence"]],
            "Counts": None,
        }
    )
    sheet = book.sheet("Statements", frame)
    last = len(frame) + 1
    rule = DataValidation("whole", operator="between", formula1="0", formula2="3", allow_blank=True)
    rule.showErrorMessage, rule.errorTitle = True, "Level"
    rule.error = "Write 0, 1, 2 or 3, or leave the cell blank."
    sheet.add_data_validation(rule)
    rule.add(f"D2:D{last}")
    for row in range(2, last + 1):
        formula(sheet[f"F{row}"], f'=IF(AND(ISNUMBER(D{row}),LEN(TRIM(E{row}))>0),"yes","open")')


def _dimension_sheet(book: Workbook, profile: ExcellenceProfile) -> None:
    names = [str(one) for one in profile.dimensions.index]
    blank: dict[str, Any] = dict.fromkeys(["Statements", "With evidence", "At least", "At most"])
    sheet = book.sheet("Dimensions", pd.DataFrame({"Dimension": names, **blank}))
    last = len(profile.items) + 1
    where, level, counts = (f"Statements!${c}$2:${c}${last}" for c in "BDF")
    for row in range(2, len(names) + 2):
        shown = f'SUMIFS({level},{where},$A{row},{counts},"yes")'
        formula(sheet[f"B{row}"], f"=COUNTIF({where},$A{row})")
        formula(sheet[f"C{row}"], f'=COUNTIFS({where},$A{row},{counts},"yes")')
        formula(sheet[f"D{row}"], f"={shown}/(3*B{row})", "0%")
        formula(sheet[f"E{row}"], f"=({shown}+3*(B{row}-C{row}))/(3*B{row})", "0%")


def _points_sheet(book: Workbook, points: HungarianPoints) -> None:
    sheet = book.sheet("Points", _areas(points))
    last = len(points.areas) + 1
    sheet.cell(last + 1, 1, "Together").font = BOLD
    for letter in "BCD":
        formula(sheet[f"{letter}{last + 1}"], f"=SUM({letter}2:{letter}{last})")
