"""The needs report: one survey, four genres."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import Setting, check_audience, read_setting
from clusterlib.documents.tables import check_chosen, headed, names_of, reasons_for, with_index
from clusterlib.documents.voices import NEEDS
from clusterlib.documents.writing import (
    common_blocks,
    start_report,
    write_choices,
    write_sections,
)

MODULE = "02-needs"
METHOD = (
    "Gap score (MWDS, mean weighted discrepancy score): for each person, importance minus ability; "
    "the mean of these, times the mean importance of the item. A higher score is a wider gap."
)
LIMITS = (
    "The gap score averages answers on a scale of steps and carries no margin of error.",
    "People judged their own ability. Some overrate it, some underrate it.",
    "Those who did not answer may need something else.",
    "A need is not yet demand: nobody was asked here to pay or to come.",
)


def needs_report(
    about: Any,
    ranking: pd.DataFrame,
    flips: pd.DataFrame,
    quality: pd.DataFrame | Mapping[str, pd.DataFrame],
    chosen: Sequence[str],
    reasons: Mapping[str, str] | str,
    audience: str,
    figures: Sequence[Picture] = (),
    folder: str | Path | None = None,
    on: date | None = None,
) -> Path:
    """Write needs-report.docx in the voice of the audience.

    Arguments: about, a case or a dict on your own organisation; ranking, as `needs.borich` returns
    it, indexed by need; flips, as `needs.quadrant_flips` returns it (needs whose quadrant depends
    on the cross-hair, empty when none does); quality, as `needs.response_quality` or
    `needs.non_response` returns it, or several under their captions; chosen, needs in the order you
    would offer them; reasons, one text a need or one for all; figures, pairs (figure, summary);
    folder, else the portfolio; on, the day, else today.
    Returns: the path. Raises: ValueError for an unknown audience or a need not in the ranking.
    Convention: single respondents are never printed; same input and day, same bytes.
    """
    voice = NEEDS[check_audience(audience)]
    day, setting = on or date.today(), read_setting(about)
    names = names_of(about, ranking)
    labels = check_chosen(chosen, list(names), "needs")
    report = start_report(f"What {setting.cluster} needs", audience, voice, setting, day)
    blocks = common_blocks(audience, figures) | _blocks(setting, ranking, flips, quality, names)
    blocks["answer"] = lambda report: report.text(_answer(audience, setting, labels, names))
    blocks["chosen"] = lambda report: write_choices(
        report, {key: names[key] for key in labels}, reasons_for(labels, reasons)
    )
    write_sections(report, voice, blocks)
    return report.save("needs-report.docx", MODULE, folder, setting.data_note)


def _blocks(
    setting: Setting,
    ranking: pd.DataFrame,
    flips: pd.DataFrame,
    quality: pd.DataFrame | Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> dict[str, Callable[[Report], None]]:
    return {
        "question": lambda report: report.text(
            setting.decision or f"Which training should {setting.organisation} offer first?"
        ),
        "method": lambda report: report.text(METHOD),
        "ranking": lambda report: report.table(_named(ranking, names), "Needs, widest gap first"),
        "flips": lambda report: _write_flips(report, flips, names),
        "quality": lambda report: _write_quality(report, quality),
        "limits": lambda report: report.bullets(LIMITS),
    }


def _answer(audience: str, setting: Setting, labels: list[str], names: Mapping[str, str]) -> str:
    first, rest = names[labels[0]], [names[label] for label in labels[1:]]
    then = f", then {', then '.join(rest)}" if rest else ""
    return {
        "academic": f"The widest gap that the evidence supports acting on is {first}{then}.",
        "enterprise": f"Buy training together with other members: {first}{then}.",
        "government": f"Fund places in this order: {first}{then}.",
        "ngo": f"We, {setting.organisation}, will see to it that people here are offered: "
        f"{first}{then}.",
    }[audience]


def _named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    plain = with_index(table.drop(columns="name", errors="ignore"), "code")
    codes = plain.pop(plain.columns[0]).astype(str)
    words = [names.get(code, code) for code in codes]
    plain.insert(0, "name", words)
    if words != codes.tolist():
        plain.insert(0, "code", codes)
    return headed(plain)


def _write_flips(report: Report, flips: pd.DataFrame, names: Mapping[str, str]) -> None:
    if flips.empty:
        report.text("No need changes its quadrant when the cross-hair moves.")
        return
    report.text(
        "These needs change their quadrant with the cross-hair. "
        "Do not rest a decision on them alone."
    )
    report.table(_named(flips, names), "Needs whose place depends on the cross-hair")


def _write_quality(report: Report, quality: pd.DataFrame | Mapping[str, pd.DataFrame]) -> None:
    tables = {"Replies": quality} if isinstance(quality, pd.DataFrame) else quality
    for caption, table in tables.items():
        if "straight_line" in table.columns:
            report.text(_careless(table))
        else:
            report.table(headed(with_index(table, "group")), caption)


def _careless(table: pd.DataFrame) -> str:
    people = [str(label) for label in table.index[table["straight_line"].astype(bool)]]
    count = len(people)
    said = "Nobody" if not count else "One person" if count == 1 else f"{count} people"
    share = 100 * float(table["answered"].mean())
    return (
        f"{len(table)} people replied and answered {share:.0f} % of the questions on average. "
        f"{said} gave the same mark to everything. A blank was left out, never counted as zero."
    )
