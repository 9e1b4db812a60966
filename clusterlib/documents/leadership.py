"""The stakeholder and moderation plan: whom to talk to, by which rules, who does what by when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import DELIVERABLES, Setting, check_audience, read_setting
from clusterlib.documents.tables import check_chosen, headed, with_index
from clusterlib.documents.voices import BEHIND_THE_SLIDE, Voice
from clusterlib.documents.workbook import BOLD, Workbook, formula
from clusterlib.documents.writing import common_blocks, sentence, start_report, write_sections

MODULE = "06-leadership"
LETTERS = "R does the work, A answers for it, C is asked before, I is told after."
MAP_COLUMNS = ("stance", "quadrant", "salience_class", "wants")
LIMITS = (
    "The map shows how a few raters see others on one day. People move, and so do raters.",
    "Power and interest say nothing on who is right, and stance is not a promise.",
    "Hours are the office's own estimate.",
    "The rules for talks among rivals are a house rule on the careful side, not legal advice.",
)
RULES = {
    "academic": (
        "The host names its own interests in the project before it takes the chair.",
        "Whoever holds the chair makes no proposal on the point and has no vote on it.",
        "A second rater from outside the university marks the stakeholders.",
        "The record goes to all at the same hour, and anyone may correct it.",
    ),
    "enterprise": (
        "No talk of future prices, capacity, strategy, demand or sales of a single firm.",
        "Points are checked before the invitation goes out; what is in doubt goes to a lawyer.",
        "If it comes up all the same: stop, say so for the record, and leave if it goes on.",
        "Figures of firms go to a third party, which hands back a total, and only that.",
    ),
    "government": (
        "Conditions are written down before the first application, and are the same for all.",
        "The grant buys an open door: access on equal terms, shown in the register of users.",
        "Whoever pays does not chair, and has no seat in the working groups.",
        "A condition that nobody can check is taken out.",
    ),
    "ngo": (
        "Those who are heard are told within two weeks what became of it.",
        "A group without seats may put a point on the agenda, and it is taken in the first half.",
        "A reasoned objection stops a point for one meeting, not for ever.",
        "Whoever cannot come in the daytime is asked the evening before.",
    ),
}
LEADERSHIP = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Question and short answer", ("question", "answer")),
            ("How stakeholders were marked, and by whom", ("figures", "map")),
            ("First moves", ("moves",)),
            ("What makes the host neutral", ("rules",)),
            ("The next meeting", ("agenda",)),
            ("Who does what", ("raci", "load")),
            ("Limits of this plan", ("limits",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("We ask the board to decide", ("answer",)),
            ("Whom we talk to first", ("moves",)),
            ("What rivals leave out", ("rules",)),
            (BEHIND_THE_SLIDE, ("agenda", "figures", "map", "raci", "load", "limits")),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Recommendation", ("answer",)),
            ("Background", ("question", "figures", "map")),
            ("Conditions of support", ("rules",)),
            ("Contacts in order", ("moves",)),
            ("Meeting and duties", ("agenda", "raci", "load")),
            ("Risks and how sure we are", ("limits",)),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("Who has a stake, and who has a seat", ("figures", "map")),
            ("Whom we visit", ("answer", "moves")),
            ("Voice and veto", ("rules",)),
            ("Our meeting", ("agenda",)),
            ("Who does what for whom", ("raci", "load")),
            ("What we are not sure of", ("limits",)),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}


def leadership_plan(
    about: Any,
    people: pd.DataFrame,
    moves: Mapping[str, str],
    agenda: Sequence[tuple[int, str]],
    responsibilities: pd.DataFrame,
    tasks: pd.DataFrame,
    capacity: pd.Series[Any],
    audience: str,
    question: str = "",
    rules: Sequence[str] = (),
    figures: Sequence[Picture] = (),
    folder: str | Path | None = None,
    on: date | None = None,
) -> tuple[Path, Path]:
    """Write leadership-plan.docx in the voice of the audience and leadership-plan.xlsx beside it.

    Arguments: about, a case or a dict on your own organisation; people, index stakeholder with
    stance, quadrant and salience_class (and wants), as `stakeholders.salience` returns them; moves,
    what you do first, by stakeholder, in order; agenda, pairs (minutes, point); responsibilities,
    index task, one column a person, letters R, A, C, I or blank; tasks, index task with person and
    hours by month; capacity, hours a month by person; question, what is to be decided, else
    the decision of about; rules of your own, else those of the audience; figures, pairs (figure,
    summary); folder, else the portfolio; on, the day, else today.
    Returns: the paths of document and workbook.
    Raises: ValueError for a stakeholder that is not in people, or an empty agenda.
    """
    voice = LEADERSHIP[check_audience(audience)]
    day, setting = on or date.today(), read_setting(about)
    setting = replace(setting, decision=question or setting.decision)
    order = check_chosen(list(moves), [str(who) for who in people.index], "stakeholders")
    if not agenda:
        raise ValueError("the meeting has no agenda yet: write pairs of minutes and point.")
    steps = {who: sentence(moves[who]) for who in order}
    held = tuple(rules) or RULES[audience]
    table = pd.DataFrame(agenda, columns=["Minutes", "Point"])
    report = start_report(f"Leading {setting.cluster}", audience, voice, setting, day)
    blocks = common_blocks(audience, figures)
    blocks |= _blocks(setting, people, steps, held, table, responsibilities, tasks, capacity)
    blocks["answer"] = lambda report: report.text(_answer(audience, setting, order, table))
    write_sections(report, voice, blocks)
    document = report.save("leadership-plan.docx", MODULE, folder, setting.data_note)
    book = _workbook(
        setting, people, steps, held, table, responsibilities, tasks, capacity, folder, day
    )
    return document, book


def _blocks(
    setting: Setting,
    people: pd.DataFrame,
    moves: Mapping[str, str],
    rules: Sequence[str],
    agenda: pd.DataFrame,
    responsibilities: pd.DataFrame,
    tasks: pd.DataFrame,
    capacity: pd.Series[Any],
) -> dict[str, Callable[[Report], None]]:
    return {
        "question": lambda report: report.text(
            setting.decision or f"Whom must {setting.cluster} win, and by which rules?"
        ),
        "map": lambda report: report.table(_map(people), "Stakeholders, most power first"),
        "moves": lambda report: report.numbers(f"{who}: {what}" for who, what in moves.items()),
        "rules": lambda report: report.bullets(rules),
        "agenda": lambda report: report.table(
            agenda, f"Agenda, {agenda['Minutes'].sum()} minutes", widths=(2.5, 14)
        ),
        "raci": lambda report: report.table(
            headed(with_index(responsibilities.fillna("").replace("", "-"), "task")), LETTERS
        ),
        "load": lambda report: report.text(_load(tasks, capacity)),
        "limits": lambda report: report.bullets(LIMITS),
    }


def _map(people: pd.DataFrame) -> pd.DataFrame:
    shown = people.sort_values("power", ascending=False, kind="stable")
    columns = [name for name in MAP_COLUMNS if name in shown.columns]
    table = headed(with_index(shown[columns], "stakeholder"))
    return table.rename(columns={"Quadrant": "How we treat them", "Salience class": "Class"})


def _answer(audience: str, setting: Setting, order: Sequence[str], agenda: pd.DataFrame) -> str:
    first, length = order[0], int(agenda["Minutes"].sum())
    numbers = ("no", "one", "two", "three", "four", "five", "six")
    count = numbers[len(order)] if len(order) < len(numbers) else str(len(order))
    talks = f"{count} talk{'' if len(order) == 1 else 's'}"
    return {
        "academic": f"The plan rests on {talks}, {first} first, and on rules that keep the host "
        "out of the decision.",
        "enterprise": f"Approve {talks} before the next meeting, {first} first, and an agenda of "
        f"{length} minutes that has been checked.",
        "government": f"Support goes on under the conditions below; {first} is spoken to before "
        "they are announced.",
        "ngo": f"We, {setting.organisation}, make {talks} before we vote. We begin with {first}.",
    }[audience]


def _load(tasks: pd.DataFrame, capacity: pd.Series[Any]) -> str:
    from clusterlib.office import workload

    load = workload(tasks, capacity)
    over = [
        f"{who} in {month} ({100 * float(share):.0f} %)"
        for month, row in load.iterrows()
        for who, share in row.items()
        if round(float(share), 4) > 1
    ]
    return f"More work than hours: {', '.join(over) or 'nobody in any month'}."


def _workbook(
    setting: Setting,
    people: pd.DataFrame,
    moves: Mapping[str, str],
    rules: Sequence[str],
    agenda: pd.DataFrame,
    responsibilities: pd.DataFrame,
    tasks: pd.DataFrame,
    capacity: pd.Series[Any],
    folder: str | Path | None,
    day: date,
) -> Path:
    read_me = [
        "Sheet Responsibilities: " + LETTERS + " The last two columns count and check.",
        "Sheet Year: hours by task and month. The rows below add up by person and compare with "
        "the hours each has. Change a number and they follow.",
        "Rules of the table:",
        *(f"- {rule}" for rule in rules),
        *LIMITS,
    ]
    book = Workbook(f"Leading {setting.cluster}", read_me, setting.data_note, day)
    first = _map(people)
    first["First move"] = [moves.get(str(who)) for who in first.iloc[:, 0]]
    book.sheet("Stakeholders", first)
    _responsibility_sheet(book, responsibilities)
    _year_sheet(book, tasks, capacity)
    book.sheet("Agenda", agenda)
    return book.save("leadership-plan.xlsx", MODULE, folder)


def _responsibility_sheet(book: Workbook, table: pd.DataFrame) -> None:
    plain = headed(with_index(table.replace("", None), "task"))
    sheet = book.sheet("Responsibilities", plain.assign(**{"Accountable": None, "Check": None}))
    last, people = len(plain) + 1, len(plain.columns) - 1
    end, count = get_column_letter(people + 1), get_column_letter(people + 2)
    rule = DataValidation("list", formula1='"R,A,C,I,A/R"', allow_blank=True)
    rule.showErrorMessage, rule.error, rule.errorTitle = True, LETTERS, "R, A, C or I"
    sheet.add_data_validation(rule)
    rule.add(f"B2:{end}{last}")
    for row in range(2, last + 1):
        cells = f"B{row}:{end}{row}"
        formula(sheet[f"{count}{row}"], f'=COUNTIF({cells},"*A*")')
        text = f'=IF({count}{row}<>1,"one A, please",IF(COUNTIF({cells},"*R*")=0,"no R","fine"))'
        formula(sheet.cell(row, people + 3), text)
    sheet.column_dimensions[get_column_letter(people + 3)].width = 18


def _year_sheet(book: Workbook, tasks: pd.DataFrame, capacity: pd.Series[Any]) -> None:
    months = [str(name) for name in tasks.columns if pd.api.types.is_numeric_dtype(tasks[name])]
    shown = tasks[["person", *months]].rename(columns=str.capitalize)
    sheet = book.sheet("Year", headed(with_index(shown, "task")))
    last = len(tasks) + 1
    for place, who in enumerate(dict.fromkeys(tasks["person"])):
        _person_rows(sheet, last + 2 + 3 * place, last, str(who), float(capacity[who]), len(months))


def _person_rows(
    sheet: Worksheet, row: int, last: int, who: str, hours: float, months: int
) -> None:
    labels = (f"{who}: hours planned", f"{who}: hours available", f"{who}: load")
    for step, label in enumerate(labels):
        sheet.cell(row + step, 1, label).font = BOLD
    for number in range(3, 3 + months):
        letter = get_column_letter(number)
        planned = f'=SUMIF($B$2:$B${last},"{who}",{letter}$2:{letter}${last})'
        formula(sheet[f"{letter}{row}"], planned)
        sheet[f"{letter}{row + 1}"] = hours
        load = f"=IF({letter}{row + 1}>0,{letter}{row}/{letter}{row + 1},0)"
        formula(sheet[f"{letter}{row + 2}"], load, "0%")
