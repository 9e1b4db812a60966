"""The learning plan: which modules, in which week, and why these for this audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib.documents.report import Report, show_date
from clusterlib.documents.setting import DELIVERABLES, check_audience

FOR_EVERYONE = ("00-start-here", "01-clusters", "12-exchange")
HOURS_KEY, START_KEY = "hours_per_week", "start"
TITLES = {
    "academic": ("My reading of the evidence", "Which method will I test, and on which data?"),
    "enterprise": ("My plan beside the business", "Which meeting of the board needs a result?"),
    "government": ("My plan up to the next call", "Which paper or call needs this, and by when?"),
    "ngo": ("My plan with the people I speak for", "Whom will I ask, and how do I report back?"),
}
KEEP = (
    "Read the field sheet before you go out; that hour counts as learning.",
    "Short of time? Read the first and last part of a module and do its exercise.",
    "This plan counts reading and exercise. Meetings and travel come on top.",
)


def learning_plan(
    audience: str,
    answers: Mapping[str, Any],
    modules: pd.DataFrame | Sequence[Mapping[str, Any]],
    folder: str | Path | None = None,
    on: date | None = None,
) -> Path:
    """Write learning-plan.docx: modules in order, deep or short, with the week they end.

    Arguments: audience; answers, what the learner typed: `hours_per_week` (hours, 2 when not
    given), `start` (a day, else `on`), and any further questions and answers, printed as they are;
    modules, as `list_modules()` returns it; folder, else the portfolio; on, the day, else today.
    Returns: the path. Raises: ValueError for hours that are not above 0.
    """
    check_audience(audience)
    day = on or date.today()
    table = plan_table(audience, answers, modules, day)
    title, question = TITLES[audience]
    report = Report("My learning plan", f"{title}. For: {audience}", day)
    report.facts({"Made on": show_date(day), "What I will write": DELIVERABLES[audience]})
    report.heading("What I said")
    told = {_words(key): _shown(value) for key, value in answers.items()}
    report.facts(told or {"Answers": "none yet"})
    report.heading("My modules, week by week")
    report.table(table.drop(columns="Result"), "Modules in order")
    report.heading("What I take to work")
    report.table(table[["Module", "Result"]], "Result of each module")
    report.heading("So that it does not stay a plan")
    report.facts({"My question": question, "My answer": " ", "Who will ask me about it": " "})
    report.bullets(KEEP)
    note = "This plan holds only what you typed; nothing is sent anywhere."
    return report.save("learning-plan.docx", "00-start-here", folder, note)


def plan_table(
    audience: str,
    answers: Mapping[str, Any],
    modules: pd.DataFrame | Sequence[Mapping[str, Any]],
    on: date,
) -> pd.DataFrame:
    """Return the plan: Module, How, Minutes, Done by (a day), Why, Result.

    >>> one = {"slug": "02-needs", "title": "Needs", "minutes_lesson": 75, "minutes_exercise": 60,
    ...        "deep_for": ["ngo"], "artefact": "A needs report"}
    >>> plan_table("ngo", {"hours_per_week": 1}, [one], date(2026, 3, 2))["Done by"].tolist()
    [datetime.date(2026, 3, 23)]
    """
    hours = float(answers.get(HOURS_KEY, 2))
    if not hours > 0:
        raise ValueError(f"hours per week must be above 0; you wrote {answers[HOURS_KEY]}.")
    start = answers.get(START_KEY, on)
    start = date.fromisoformat(start) if isinstance(start, str) else start
    rows, minutes_so_far = [], 0
    for module in pd.DataFrame(modules).to_dict("records"):
        minutes = int(module["minutes_lesson"]) + int(module["minutes_exercise"])
        minutes_so_far += minutes
        deep = audience in module["deep_for"] or module["slug"] in FOR_EVERYONE
        rows.append(
            {
                "Module": f"{module['slug'][:2]} {module['title']}",
                "How": "in full" if deep else "first and last part",
                "Minutes": minutes,
                "Done by": start + timedelta(weeks=ceil(minutes_so_far / (60 * hours))),
                "Why": _reason(audience, str(module["slug"]), deep),
                "Result": module["artefact"],
            }
        )
    return pd.DataFrame(rows)


def _reason(audience: str, slug: str, deep: bool) -> str:
    if slug in FOR_EVERYONE:
        return "everyone takes it"
    return f"core for {audience}" if deep else "good to know, go deeper later"


def _words(key: str) -> str:
    return str(key).replace("_", " ").capitalize()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return show_date(value) if isinstance(value, date) else str(value)
