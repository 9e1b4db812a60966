"""The vision statement: what the panel agreed, and what a minority wants to be read beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib.documents.report import Picture, Report
from clusterlib.documents.setting import DELIVERABLES, Setting, check_audience, read_setting
from clusterlib.documents.voices import BEHIND_THE_SLIDE, Voice
from clusterlib.documents.writing import common_blocks, sentence, start_report, write_sections

MODULE = "04-vision"
METHOD = (
    "A panel rated each statement from 1 (not at all) to 9 (fully), without names, in several "
    "rounds. Between the rounds everybody saw the median and the reasons.",
    "Agreed means: enough people rate 7 to 9, and the middle half lies close together. Settled "
    "means: hardly any answer moved since the round before. The rule was fixed before round one.",
    "Agreement on words is not a promise of money or time. Those are decided elsewhere.",
)
_DECISION = "Which text do we adopt, and which note is read beside it?"
_STANDING = {
    "agreed and settled": "Agreed",
    "settled against": "Refused by the panel",
    "agreed, still moving": "Agreed for now, still moving",
    "two camps": "Two camps",
    "settled, not agreed": "No agreement, and settled so",
    "open": "Open",
    "one round only": "Asked once only",
}
VISION = {
    "academic": Voice(
        DELIVERABLES["academic"],
        (
            ("Statement", ("vision",)),
            ("Minority note", ("minority",)),
            ("Procedure and rule for stopping", ("method",)),
            ("Results by statement", ("standing", "figures")),
            ("Who did not answer", ("silent",)),
            ("Limits and next measurement", ("review",)),
        ),
    ),
    "enterprise": Voice(
        DELIVERABLES["enterprise"],
        (
            ("We ask the board to adopt", ("vision",)),
            ("What some members ask us to note", ("minority",)),
            ("When we look again", ("review",)),
            (BEHIND_THE_SLIDE, ("standing", "figures", "silent", "method")),
        ),
        landscape=True,
    ),
    "government": Voice(
        DELIVERABLES["government"],
        (
            ("Vision proposed for adoption", ("vision",)),
            ("Minority report", ("minority",)),
            ("How the panel was consulted", ("method", "silent")),
            ("Evidence: where each statement stands", ("standing", "figures")),
            ("Review", ("review",)),
            ("Next steps and who decides", ("steps",)),
        ),
    ),
    "ngo": Voice(
        DELIVERABLES["ngo"],
        (
            ("What we want together", ("vision",)),
            ("What some of us see differently", ("minority",)),
            ("Who fell silent, and how we went to hear them", ("silent",)),
            ("What we agreed, and what we did not", ("standing", "figures")),
            ("How we came to this text", ("method",)),
            ("When we look again", ("review",)),
            ("How to hold us to it", ("steps",)),
            ("Signed by", ("signatures",)),
        ),
    ),
}


def vision_statement(
    about: Any,
    vision: str,
    verdicts: pd.DataFrame,
    names: Mapping[str, str] | pd.Series[Any],
    minority: Mapping[str, str],
    audience: str,
    silent: Sequence[str] = (),
    review: str = "",
    figures: Sequence[Picture] = (),
    folder: str | Path | None = None,
    on: date | None = None,
) -> Path:
    """Write vision-statement.docx with its minority note, in the voice of the audience.

    Arguments: about, a case or a dict on your own organisation; vision, the text to be signed;
    verdicts, as `consensus.stopping` returns it; names, a name for each statement; minority, code
    of a statement and what those who differ say about it in their own words; silent, one line for
    each statement on which people stopped answering; review, when and by what sign the text is
    read again; figures, pairs (figure, summary); folder, else the portfolio; on, the day, else
    today.
    Returns: the path of the document.
    Raises: ValueError for an empty vision, a minority note on a statement that is not in verdicts,
    or a statement with two camps on which no minority note was written.
    """
    voice = VISION[check_audience(audience)]
    day, setting = on or date.today(), replace(read_setting(about), decision=_DECISION)
    if not vision.strip(". "):
        raise ValueError("the vision is empty: write the text that people are to sign.")
    notes = _checked(minority, verdicts)
    label = {str(code): str(name) for code, name in names.items()}
    report = start_report(f"Vision of {setting.cluster}", audience, voice, setting, day)
    blocks = common_blocks(audience, figures) | _blocks(
        setting, vision, verdicts, label, notes, silent, review
    )
    if figures:  # a little smaller, so that the signatures stay on the page of the text
        blocks["figures"] = lambda report: _pictures(report, figures)
    write_sections(report, voice, blocks)
    return report.save("vision-statement.docx", MODULE, folder, setting.data_note)


def _checked(minority: Mapping[str, str], verdicts: pd.DataFrame) -> dict[str, str]:
    notes = {str(code): text.strip() for code, text in minority.items() if text.strip(". ")}
    known = [str(code) for code in verdicts.index]
    strange = [code for code in notes if code not in known]
    if strange:
        raise ValueError(
            f"a minority note on {', '.join(strange)}, which the panel did not rate; it rated "
            f"{', '.join(known)}."
        )
    split = [str(code) for code in verdicts.index[verdicts["status"] == "two camps"]]
    unheard = [code for code in split if code not in notes]
    if unheard:
        raise ValueError(
            f"two camps on {', '.join(unheard)} and no minority note: write what each side says."
        )
    return notes


def _blocks(
    setting: Setting,
    vision: str,
    verdicts: pd.DataFrame,
    label: Mapping[str, str],
    notes: Mapping[str, str],
    silent: Sequence[str],
    review: str,
) -> dict[str, Callable[[Report], None]]:
    said = {label.get(code, code): sentence(text) for code, text in notes.items()}
    return {
        "vision": lambda report: report.text(sentence(vision)),
        "minority": lambda report: (
            report.facts(said) if said else report.text("Nobody asked for a note. We did ask.")
        ),
        "method": lambda report: report.bullets(METHOD),
        "standing": lambda report: report.table(
            _standing(verdicts, label), f"Where the panel of {setting.cluster} stands"
        ),
        "silent": lambda report: (
            report.bullets(silent)
            if silent
            else report.text("Everybody who answered at the start answered to the end.")
        ),
        "review": lambda report: report.text(
            sentence(review) if review.strip(". ") else "The text is read again in twelve months."
        ),
    }


def _pictures(report: Report, figures: Sequence[Picture]) -> None:
    for one in figures:
        report.picture(one, width=12.5)


def _standing(verdicts: pd.DataFrame, label: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Statement": [label.get(str(code), str(code)) for code in verdicts.index],
            "Answers": verdicts["answers"].to_numpy(),
            "Median": verdicts["median"].to_numpy(),
            "Rate 7 to 9, %": (100 * verdicts["share"]).round(0).to_numpy(),
            "Spread (IQR)": verdicts["iqr"].to_numpy(),
            "Where it stands": [_STANDING[str(one)] for one in verdicts["status"]],
        }
    )
