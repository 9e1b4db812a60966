"""The answers behind the self-check: read, changed and judged, without any control."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from clusterlib import labels
from clusterlib.charts.self_check import RULES
from clusterlib.labels.excellence import LEVELS
from clusterlib.labels.verdicts import read_answers
from clusterlib.widgets.parameters import Settings

Changes = dict[str, tuple[str, str]]  # item -> level as text ("" if not known), evidence
UNKNOWN = ""


class SelfCheckModel:
    """Answers as they were given, and what they come to after some changes."""

    def __init__(
        self,
        profile: pd.DataFrame | Mapping[str, Any],
        entry: Mapping[str, Any],
        points: Mapping[str, Any],
    ) -> None:
        """Keep and check the three sets of answers."""
        self.items = labels.excellence_items()
        first = labels.excellence_profile(profile).items
        self.first: Changes = {
            str(item): (_level_text(row["level"]), str(row["evidence"]))
            for item, row in first.iterrows()
        }
        labels.eccp_check(entry)
        self.entry = read_answers(entry, tuple(RULES))
        self.areas = labels.hungarian_points(points).areas
        self._points = dict(points)

    def parse(self, line: str) -> Changes:
        """Read changes such as "strategy = 2 : Minutes of 3 May; roles = not known :".

        Raises:
            ValueError: a part that cannot be read, with the way to write it.
        """
        found: Changes = {}
        for part in filter(None, (piece.strip() for piece in line.split(";"))):
            item, _, rest = (word.strip() for word in part.partition("="))
            level, _, evidence = (word.strip() for word in rest.partition(":"))
            level = UNKNOWN if level == "not known" else level
            if item not in self.first or level not in {UNKNOWN, *map(str, LEVELS)}:
                raise ValueError(
                    f"{part!r} cannot be read: write, for example, strategy = 2 : Minutes of 3 "
                    "May, with the name of a statement and a level from 0 to 3 or not known"
                )
            found[item] = level, evidence
        return found

    def write(self, changes: Changes) -> str:
        """Write changes as `parse` reads them; what is as it was at first is left out."""
        return "; ".join(
            f"{item} = {level or 'not known'} : {evidence}".strip()
            for item, (level, evidence) in changes.items()
            if (level, evidence) != self.first[item]
        )

    def answers(self, changes: Changes) -> pd.DataFrame:
        """Return level and evidence of every statement after the changes."""
        rows = {**self.first, **changes}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["level", "evidence"])
        table["level"] = pd.array([int(v) if v else pd.NA for v in table["level"]], dtype="Int64")
        return table.rename_axis("item")

    def check_entry(self, settings: Settings) -> labels.LabelCheck:
        """Check the entry rules; an answer moved away from the first one has lost its evidence."""
        profile = {}
        for rule, first in self.entry.items():
            value = _entry_value(rule, str(settings[rule]))
            same = str(settings[rule]) == entry_text(rule, first.value)
            profile[rule] = {
                "value": first.value if same else value, "evidence": first.evidence if same else "",
            }  # fmt: skip
        return labels.eccp_check(profile)

    def add_up(self, settings: Settings) -> labels.HungarianPoints:
        """Add up the points of the four areas."""
        moved = {
            str(area): {"value": _points_value(str(settings[str(area)])), "evidence": evidence}
            for area, evidence in self.areas["evidence"].items()
        }
        return labels.hungarian_points({**self._points, **moved})


def entry_text(rule: str, value: Any) -> str:
    """Write an answer to an entry rule as the control holds it."""
    if value is None:
        return UNKNOWN
    if rule in ("english_site", "active"):
        return "yes" if value else "no"
    if rule == "member_types" and not isinstance(value, int | float):
        value = len(set(value))
    return f"{float(value):g}"


def _entry_value(rule: str, text: str) -> Any:
    if text == UNKNOWN:
        return None
    return text == "yes" if rule in ("english_site", "active") else float(text)


def _points_value(text: str) -> Any:
    if text == UNKNOWN:
        return None
    low, _, high = text.partition("-")
    return (float(low), float(high)) if high else float(low)


def _level_text(level: Any) -> str:
    return UNKNOWN if pd.isna(level) else str(int(level))
