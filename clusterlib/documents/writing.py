"""Walk through a voice's sections and let a report fill each block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from clusterlib.documents.report import Picture, Report, show_date
from clusterlib.documents.setting import Setting
from clusterlib.documents.voices import BEHIND_THE_SLIDE, STEPS, Voice, opening

Blocks = Mapping[str, Callable[[Report], None]]


def start_report(title: str, audience: str, voice: Voice, setting: Setting, on: Any) -> Report:
    """Start the document with its title and the opening lines of its genre."""
    report = Report(title, f"{voice.kind}: {setting.organisation}", on, landscape=voice.landscape)
    report.facts(opening(audience, setting, title, show_date(on)))
    report.text(setting.data_note)
    return report


def write_sections(report: Report, voice: Voice, blocks: Blocks) -> None:
    """Write the sections in the voice's order; one whose blocks are all absent is left out."""
    for heading, names in voice.sections:
        present = [blocks[name] for name in names if name in blocks]
        if present:
            # A slide is one page; what stands behind it starts on the next.
            report.heading(heading, new_page=heading == BEHIND_THE_SLIDE)
            for block in present:
                block(report)


def common_blocks(audience: str, figures: Sequence[Picture]) -> dict[str, Callable[[Report], None]]:
    """Return the blocks that do not depend on the subject: pictures, next steps, signatures."""
    blocks: dict[str, Callable[[Report], None]] = {}
    if figures:
        blocks["figures"] = lambda report: _pictures(report, figures)
    if audience in STEPS:
        blocks["steps"] = lambda report: report.numbers(STEPS[audience])
    if audience == "ngo":
        blocks["signatures"] = _signatures
    return blocks


def write_choices(report: Report, labels: Mapping[str, str], reasons: Mapping[str, str]) -> None:
    """List what was chosen, in order, each with its reason."""
    report.numbers(f"{labels[key]}. {sentence(reasons[key])}" for key in labels)


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it has its own end."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _pictures(report: Report, figures: Sequence[Picture]) -> None:
    for one in figures:
        report.picture(one)


def _signatures(report: Report) -> None:
    blank = pd.DataFrame({"Organisation": [" "] * 4, "Name": [" "] * 4, "Date": [" "] * 4})
    report.table(blank, "Organisations that stand by this charter", widths=(7, 6, 3.5))
