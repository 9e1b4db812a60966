"""The coherence matrix and repair plan: a text to send and a workbook to go on working in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib import coherence
from clusterlib.charts.wording import listed
from clusterlib.documents.coherence_book import PLAN, write_book
from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import DELIVERABLES, Setting, check_audience, read_setting
from clusterlib.documents.tables import headed, with_index
from clusterlib.documents.voices import BEHIND_THE_SLIDE, Voice
from clusterlib.documents.writing import common_blocks, sentence, start_report, write_sections

MODULE = "05-coherence"
METHOD = (
    "Each score says what an instrument does to an objective, from -3 (cancelling) to +3 "
    "(indivisible). The row acts on the column.",
    "Effects at second hand are added with a weight: what an instrument does to one objective, "
    "times what that objective does to another.",
    "A hidden conflict is zero or better directly and below zero with second-hand effects.",
)
LIMITS = (
    "Scores are judgements of people at a place and a time, not measurements.",
    "Small and large budgets count alike, and so do soon and late effects.",
    "Only the instruments and objectives on the list are seen.",
    "The weight of second-hand effects is a choice; look at more than one.",
)
DECISION = "Which clash between policies do we ask to have repaired, by whom, and at what cost?"
PLAN_WIDTHS = (4.7, 1.3, 1.1, 1.4, 1.4, 1.8, 1.9, 3.4)  # cm
VOICES = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Question and short answer", ("question", "answer")),
            ("Method", ("method",)),
            ("Direct effects and second order", ("figures", "hidden", "clashes")),
            ("Agreement of the scorers", ("scorers",)),
            ("Repairs that were tested", ("repairs", "left")),
            ("Behind the plan", ("own",)),
            ("Limits of validity", ("limits",)),
            ("What was agreed", ("log",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("We ask the board to decide", ("answer",)),
            ("What members should apply to", ("own",)),
            ("What was agreed", ("log",)),
            (
                BEHIND_THE_SLIDE,
                ("repairs", "left", "figures", "hidden", "clashes", "scorers", "limits"),
            ),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Recommendation", ("answer",)),
            ("Background", ("question", "method")),
            ("Repair plan", ("repairs", "own", "left")),
            ("Evidence", ("figures", "hidden", "clashes")),
            ("Risks and how sure we are", ("scorers", "limits")),
            ("Agreed and still open", ("log",)),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("Where our policies pull apart", ("figures", "clashes")),
            ("Who gains and who carries", ("own",)),
            ("What nobody meant to happen", ("hidden",)),
            ("What we ask for, and of whom", ("answer", "repairs")),
            ("What was agreed", ("log",)),
            ("What we are not sure of", ("scorers", "left", "limits")),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}


def coherence_plan(
    about: Any,
    scores: pd.DataFrame,
    links: pd.DataFrame,
    repairs: pd.DataFrame,
    why: str,
    audience: str,
    second_scores: pd.DataFrame | None = None,
    names: Mapping[str, str] | pd.Series[str] | None = None,
    figures: Sequence[Picture] = (),
    log: Mapping[str, str] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    weight: float = 0.5,
    folder: str | Path | None = None,
    on: date | None = None,
) -> tuple[Path, Path]:
    """Write coherence-and-repairs.docx and coherence-matrix.xlsx.

    Arguments: about, a case or a dict on your own organisation; scores, instruments x objectives,
    -3 to +3; links, objectives x objectives; repairs, the chosen ones, one row each with name,
    from_code, to_code, new_score, cost (EUR a year), owner, months; why, your reason; audience;
    second_scores, another person's table; names, by code; figures, pairs (figure, summary); log,
    what was agreed in the talk, by label; tables, more evidence by caption; weight of second-hand
    effects; folder, else the portfolio; on, the day, else today.
    Returns: the paths of the text and of the workbook.
    Raises: ValueError for repairs that lack a column or touch a cell that is not there, and as
    `coherence.second_order` does.
    """
    voice = VOICES[check_audience(audience)]
    day = on or date.today()
    setting = replace(read_setting(about), decision=DECISION)
    pairs = names.items() if names is not None else ()
    called = {str(code): str(name) for code, name in pairs}
    plan = check_repairs(repairs, scores, links)
    before = coherence.second_order(scores, weight, through=links)
    new_scores, new_links = repaired(scores, links, plan)
    after = coherence.second_order(new_scores, weight, through=new_links)
    title = f"Coherence of the policies around {setting.cluster}"
    report = start_report(title, audience, voice, setting, day)
    blocks = common_blocks(audience, figures) | _blocks(setting, plan, before, after, called, log)
    if tables:
        blocks["own"] = lambda report: _write_tables(report, tables)
    clashes = coherence.cross_impact(scores).clashes
    blocks["clashes"] = lambda report: report.table(
        _pairs(clashes, called), "Open clashes: direct scores below zero"
    )
    blocks["answer"] = lambda report: report.text(_answer(audience, plan, why, before, after))
    if second_scores is not None:
        spread = coherence.compare_scorers(scores, second_scores)
        blocks["scorers"] = lambda report: _write_spread(report, spread, called)
    write_sections(report, voice, blocks)
    document = report.save("coherence-and-repairs.docx", MODULE, folder, setting.data_note)
    book = write_book(setting, scores, links, plan, called, weight, folder, day, second_scores)
    return document, book


def check_repairs(repairs: pd.DataFrame, scores: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the repairs with the score of today; refuse what touches no cell."""
    needed = [name for name in PLAN if name != "score_now"]
    missing = [name for name in needed if name not in repairs.columns]
    if missing:
        raise ValueError(f"the repairs lack the columns {', '.join(missing)}.")
    if repairs.empty:
        raise ValueError("no repair yet: choose at least one, or write down why none.")
    today = []
    for source, target in zip(repairs["from_code"], repairs["to_code"], strict=True):
        table = scores if source in scores.index else links
        if source not in table.index or target not in table.columns:
            raise ValueError(f"there is no cell {source} on {target}: use the codes of the matrix.")
        today.append(int(str(table.at[source, target])))
    return repairs.assign(score_now=today)


def repaired(
    scores: pd.DataFrame, links: pd.DataFrame, repairs: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return scores and links as they stand after the repairs.

    >>> table = pd.DataFrame([[-2]], ["grant"], ["districts"])
    >>> steps = pd.DataFrame([[0]], ["districts"], ["districts"])
    >>> plan = pd.DataFrame({"from_code": ["grant"], "to_code": ["districts"], "new_score": [1]})
    >>> int(repaired(table, steps, plan)[0].loc["grant", "districts"])
    1
    """
    new_scores, new_links = scores.copy(), links.copy()
    for source, target, score in zip(
        repairs["from_code"], repairs["to_code"], repairs["new_score"], strict=True
    ):
        table = new_scores if source in new_scores.index else new_links
        table.loc[source, target] = score
    return new_scores, new_links


def _blocks(
    setting: Setting,
    plan: pd.DataFrame,
    before: coherence.SecondOrder,
    after: coherence.SecondOrder,
    names: Mapping[str, str],
    log: Mapping[str, str] | None,
) -> dict[str, Callable[[Report], None]]:
    shown = plan[list(PLAN)].rename(columns=PLAN)
    told = {label: _said(text) for label, text in (log or {}).items()}
    return {
        "question": lambda report: report.text(
            f"Where do the policies around {setting.cluster} undo one another, and what would it "
            "take to mend that?"
        ),
        "method": lambda report: report.bullets(METHOD),
        "hidden": lambda report: report.table(
            _pairs(before.hidden_conflicts, names), "Hidden conflicts: they show at second hand"
        ),
        "repairs": lambda report: report.table(
            shown, "Repairs, with owner and cost", widths=PLAN_WIDTHS
        ),
        "left": lambda report: report.table(
            _pairs(after.hidden_conflicts, names), "Hidden conflicts that remain after the repairs"
        ),
        "limits": lambda report: report.bullets(LIMITS),
        "log": lambda report: report.facts(told or {"Agreed": "nothing yet"}),
    }


def _answer(
    audience: str,
    plan: pd.DataFrame,
    why: str,
    before: coherence.SecondOrder,
    after: coherence.SecondOrder,
) -> str:
    count = len(plan)
    repairs = "one repair" if count == 1 else f"{count} repairs"
    names = "; ".join(plan["name"].astype(str))
    total = f"{float(plan['cost'].sum()):,.0f} EUR a year"
    effect = (
        f"Hidden conflicts: {len(before.hidden_conflicts)} today, "
        f"{len(after.hidden_conflicts)} after the repairs."
    )
    owners = listed(list(dict.fromkeys(plan["owner"].astype(str))))
    opening = {
        "academic": f"The scores support {repairs} ({total}).",
        "enterprise": f"Ask {owners} for {repairs}: {total}.",
        "government": f"Agree on {repairs} with {owners}, together {total}.",
        "ngo": f"We ask {owners} for {repairs} and will say in a year what became of them.",
    }[audience]
    return f"{opening} {names}. {effect} Reason: {sentence(_said(why))}"


def _write_tables(report: Report, tables: Mapping[str, pd.DataFrame]) -> None:
    for caption, table in tables.items():
        plain = with_index(table, "name").rename(columns={"name": "Name"})
        report.table(headed(plain), caption)


def _said(text: str) -> str:
    """Return what the learner wrote; dots left in place are no text."""
    return text.strip() if text.strip(" .") else "not written down yet"


def _pairs(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    plain = table.copy()
    for column in ("source", "target", "via"):
        if column in plain.columns:
            plain[column] = [f"{code} {names.get(str(code), '')}".strip() for code in plain[column]]
    words = {"source": "What acts", "target": "On", "via": "By way of"}
    return headed(plain).rename(columns={k.capitalize(): v for k, v in words.items()})


def _write_spread(
    report: Report, spread: coherence.ScorerComparison, names: Mapping[str, str]
) -> None:
    report.text(
        f"Two people scored alone. {spread.same:.0%} of the cells are equal, "
        f"{spread.within_one:.0%} within one step, {spread.sign_conflicts} have opposite signs. "
        "Both scores are kept; no mean is used."
    )
    apart = spread.differences[spread.differences["opposite"]].drop(columns=["opposite", "gap"])
    report.table(
        _pairs(apart.rename(columns={"first": "first scorer", "second": "second scorer"}), names),
        "Cells with opposite signs: settle these first",
    )
