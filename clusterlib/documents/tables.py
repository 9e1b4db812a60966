"""Tables as methods return them, made ready for readers: plain headings, names beside codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

HEADINGS = {
    "ability": "Ability (mean)",
    "allocation": "Allocation part",
    "answered": "Share answered",
    "change": "Change in jobs",
    "code": "Code",
    "high": "High end",
    "industry": "Industry",
    "jobs": "Jobs",
    "low": "Low end",
    "lq": "Location quotient",
    "mean": "Cross-hair at the mean",
    "mean_ability": "Ability (mean)",
    "mean_importance": "Importance (mean)",
    "median": "Cross-hair at the median",
    "mix": "Industry part",
    "mwds": "Gap score (MWDS)",
    "n": "Answers",
    "name": "Need",
    "national": "National part",
    "rank": "Rank",
    "regional": "Regional part",
    "scale": "Cross-hair mid-scale",
    "share_invited": "Share of those invited, %",
    "share_replied": "Share of replies, %",
    "difference": "Difference, points",
    "rate": "Reply rate, %",
}


def headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its headings in words.

    >>> headed(pd.DataFrame(columns=["mwds", "size_class"])).columns.tolist()
    ['Gap score (MWDS)', 'Size class']
    """
    words = {c: HEADINGS.get(str(c), str(c).replace("_", " ").capitalize()) for c in frame.columns}
    return frame.rename(columns=words)


def with_index(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with its index as the first column, called by its own name or `name`."""
    plain = frame.copy()
    if plain.index.nlevels == 1:
        plain.index.name = plain.index.name or name
    return plain.drop(columns=[c for c in plain.index.names if c in plain.columns]).reset_index()


def names_of(about: Any, ranking: pd.DataFrame) -> dict[str, str]:
    """Find each need's name: in the ranking, else in the case's competences, else its code."""
    table = about.get("competences") if isinstance(about, Mapping) else about.competences
    for source in (ranking, table):
        if isinstance(source, pd.DataFrame) and "name" in source.columns:
            known = {str(code): str(name) for code, name in source["name"].items()}
            return {str(code): known.get(str(code), str(code)) for code in ranking.index}
    return {str(code): str(code) for code in ranking.index}


def check_chosen(chosen: Sequence[str], offered: Sequence[str], what: str) -> list[str]:
    """Return the chosen labels as a list.

    Raises: ValueError when nothing is chosen, one is chosen twice, or one is not in the table.
    """
    labels = [chosen] if isinstance(chosen, str) else [str(label) for label in chosen]
    unknown = [label for label in labels if label not in set(offered)]
    if unknown:
        raise ValueError(
            f"not in the table of {what}: {', '.join(unknown)}; choose from {', '.join(offered)}."
        )
    if not labels or len(set(labels)) < len(labels):
        raise ValueError(f"choose at least one of the {what}, each once.")
    return labels


def reasons_for(labels: Sequence[str], reasons: Mapping[str, str] | str) -> dict[str, str]:
    """Return one reason a label; a single text serves for all, a lacking reason is said."""
    if isinstance(reasons, str):
        return dict.fromkeys(labels, reasons)
    stated = {str(key): str(text).strip() for key, text in reasons.items()}
    return {label: stated.get(label) or "No reason was written down." for label in labels}
