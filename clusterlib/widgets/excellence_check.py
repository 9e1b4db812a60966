"""The self-check of a cluster: levels with their evidence, beside entry rules and points."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import labels
from clusterlib.charts.self_check import (
    RULES,
    SelfCheckBoard,
    points_words,
    self_check_figure,
    self_check_summary,
    sign_of,
)
from clusterlib.charts.tables import html_table
from clusterlib.labels.excellence import LEVELS, UNDETERMINED
from clusterlib.widgets.excellence_model import UNKNOWN, Changes, SelfCheckModel, entry_text
from clusterlib.widgets.explorer import Reading
from clusterlib.widgets.logged import LoggedExplorer
from clusterlib.widgets.parameters import Choice, Line, Parameter, Scale, Settings

STEPS: dict[str, tuple[float, ...]] = {
    "staff_fte": (0, 0.25, 0.4, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 5, 8),
    "committed_members": (0, 5, 10, 12, 14, 15, 16, 20, 30, 40, 60, 80, 100),
    "member_types": (0, 1, 2, 3, 4),
}
WORDS = {
    "staff_fte": "Entry: staff (full-time equivalents)",
    "committed_members": "Entry: committed members",
    "member_types": "Entry: types of member",
    "english_site": "Entry: a site in English",
    "active": "Entry: the organisation is active",
}


class ExcellenceStudy:
    """The self-check as an explorer sees it."""

    name = "excellence-check"
    title = "Self-check in six dimensions: what can we show? (own items, not affiliated with ESCA)"
    actions: Sequence[tuple[str, str]] = ()

    def __init__(self, model: SelfCheckModel) -> None:
        """Draw the answers as they were given."""
        self.model = model
        self.parameters: tuple[Parameter, ...] = (
            *self._item_controls(),
            *(self._entry_control(rule) for rule in RULES),
            *(self._area_control(str(area)) for area in model.areas.index),
        )
        start = {parameter.name: parameter.value for parameter in self.parameters}
        profile = labels.excellence_profile(model.answers({}))
        self.figure = self_check_figure()
        self._board = SelfCheckBoard(self.figure, profile, model.add_up(start))
        self._keys: dict[str, Hashable] = {}  # what each part of the picture shows
        self._part = "dimensions"  # the part that moves; the others stand in the frame

    def _item_controls(self) -> tuple[Parameter, ...]:
        items = self.model.items
        first = str(items.index[0])
        level, evidence = self.model.first[first]
        return (
            Choice("item", "Statement to look at",
                   tuple((f"{row['dimension'].capitalize()}: {row['text']}", str(item))
                         for item, row in items.iterrows()), first),
            Scale("level", "How far it is done",
                  (("not known", UNKNOWN), *((f"{n}, {word}", str(n)) for n, word in
                                             LEVELS.items())), level),
            Line("evidence", "What shows it (left empty: undetermined)", evidence),
            Line("changes", "Your changes (you can type here too)"),
        )  # fmt: skip

    def _entry_control(self, rule: str) -> Parameter:
        value = entry_text(rule, self.model.entry[rule].value)
        if rule not in STEPS:
            options = (("Not known", UNKNOWN), ("Yes", "yes"), ("No", "no"))
            return Choice(rule, WORDS[rule], options, value)
        known = {f"{step:g}" for step in STEPS[rule]} | ({value} - {UNKNOWN})
        steps = sorted(known, key=float)
        return Scale(rule, WORDS[rule], (("not known", UNKNOWN), *((s, s) for s in steps)), value)

    def _area_control(self, area: str) -> Parameter:
        row = self.model.areas.loc[area].to_dict()
        low, high, most = (float(row[end]) for end in ("low", "high", "maximum"))
        options = [("not known", UNKNOWN)]
        value = UNKNOWN
        if low == high:
            value = f"{low:g}"
        elif high - low < most:
            value = f"{low:g}-{high:g}"
            options.append((f"{low:g} to {high:g}", value))
        whole = {f"{step:g}" for step in range(int(most) + 1)}
        if low == high:
            whole.add(value)
        options += [(step, step) for step in sorted(whole, key=float)]
        return Scale(area, f"Points for {area} (of {most:g}, own estimate)", tuple(options), value)

    @property
    def moving(self) -> Sequence[Artist]:
        """Bars, signs and words of the part that moves."""
        return self._board.parts[self._part]

    @property
    def frame(self) -> Hashable:
        """All that the other parts show."""
        still = {part: key for part, key in self._keys.items() if part != self._part}
        return (self._part, *still.values())

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Let level and evidence follow the chosen statement, or become a change of it."""
        item = str(settings["item"])
        try:
            changes = self.model.parse(str(settings["changes"]))
        except ValueError:
            return settings
        if name in ("level", "evidence"):
            typed = str(settings["evidence"]).replace(";", ",").strip()
            changes = {**changes, item: (str(settings["level"]), typed)}
        level, evidence = changes.get(item, self.model.first[item])
        line = self.model.write(changes)
        return {**settings, "level": level, "evidence": evidence, "changes": line}

    def act(self, words: str, settings: Settings) -> Settings:
        """Leave the settings as they are: the self-check has no buttons of its own."""
        return settings

    def log(self, settings: Settings) -> pd.DataFrame:
        """Return the answers as a table."""
        return self.model.answers(self.model.parse(str(settings["changes"])))

    def update(self, settings: Settings) -> Reading:
        """Move the bars and tell what is shown and what is open."""
        try:
            changes, fault = self.model.parse(str(settings["changes"])), ""
        except ValueError as problem:
            changes, fault = {}, str(problem)
        self._turn_to(settings, changes)
        profile, entry, points = self._profile, self._entry, self._points
        item = str(settings["item"])
        shown = int(profile.dimensions["determined"].sum())
        headline = (
            f"{item.replace('_', ' ').capitalize()}: {profile.items['status'][item]}. "
            f"{shown} of {len(profile.items)} statements with evidence. Platform entry: "
            f"{entry.verdict}. Points: {points_words(points)} of 100."
        )
        return Reading(
            alt=f"Self-check in six dimensions beside entry rules and points. {headline}",
            headline=fault or headline,
            summary=f"<p>{escape(self_check_summary(profile, entry, points))}</p>"
            f"{self._open(profile)}{self._unproven(entry)}<p>{escape(profile.note)}</p>",
            table=_items_table(profile) + _entry_table(entry),
        )

    def _turn_to(self, settings: Settings, changes: Changes) -> None:
        """Work out and show anew only what has changed."""
        keys: dict[str, Hashable] = {
            "dimensions": tuple(sorted(changes.items())),
            "entry": tuple(settings[rule] for rule in RULES),
            "points": tuple(settings[str(area)] for area in self.model.areas.index),
        }
        moved = [part for part, key in keys.items() if self._keys.get(part, ...) != key]
        if "dimensions" in moved:
            self._profile = labels.excellence_profile(self.model.answers(changes))
            self._board.show_dimensions(self._profile)
        if "entry" in moved:
            self._entry = self.model.check_entry(settings)
            self._board.show_entry(self._entry)
        if "points" in moved:
            self._points = self.model.add_up(settings)
            self._board.show_points(self._points)
        if len(moved) == 1:
            self._part = moved[0]
        self._keys = keys

    def _open(self, profile: labels.ExcellenceProfile) -> str:
        open_items = profile.items.index[profile.items["status"] == UNDETERMINED]
        if open_items.empty:
            return "<p>Every statement has a level and evidence.</p>"
        lines = "".join(
            f"<li>{escape(str(text))} To attach: {escape(str(paper))}</li>"
            for text, paper in self.model.items.loc[
                open_items, ["text", "evidence_to_attach"]
            ].itertuples(index=False)
        )
        return f"<p>Undetermined, and what would settle it:</p><ul>{lines}</ul>"

    def _unproven(self, entry: labels.LabelCheck) -> str:
        return "".join(f"<p>Entry, {escape(note)}.</p>" for note in entry.notes)


def _items_table(profile: labels.ExcellenceProfile) -> str:
    table = profile.items[["dimension", "text", "status", "evidence"]].copy()
    table["evidence"] = table["evidence"].where(table["evidence"] != "", None)
    return html_table(
        table.rename(columns={"text": "statement"}).rename_axis("item"),
        "Statements with level and evidence", missing="no evidence",
    )  # fmt: skip


def _entry_table(entry: labels.LabelCheck) -> str:
    table = pd.DataFrame(
        {
            "verdict": [sign_of(passed) for passed in entry.rules["passed"]],
            "reason": entry.rules["reason"].tolist(),
            "evidence": entry.rules["evidence"].where(entry.rules["evidence"] != "", None).tolist(),
        },
        index=pd.Index([RULES[rule] for rule in entry.rules["rule"]], name="rule"),
    )
    return html_table(table, "Platform entry, rule by rule", missing="no evidence")


def excellence_check(
    profile: pd.DataFrame | Mapping[str, Any],
    entry: Mapping[str, Any] | None = None,
    points: Mapping[str, Any] | None = None,
    settings: Mapping[str, object] | None = None,
) -> LoggedExplorer:
    """Open the self-check: change a level or its evidence, and see what can be shown.

    Args:
        profile: levels with evidence, as `labels.excellence_profile` takes them; {} to begin.
        entry: answers to the entry rules, as `labels.eccp_check` takes them.
        points: points and conditions, as `labels.hungarian_points` takes them.
        settings: a line copied with "Copy my settings"; opens the check as it was.

    Returns:
        The explorer; `.table` holds levels and evidence, saved as excellence-check.csv.

    Raises:
        ValueError: unknown statements or rules, levels other than 0 to 3, an unknown setting.

    A level without evidence counts as undetermined. Not affiliated with ESCA or EUCLES.

    Example:
        >>> check = excellence_check({}, settings={"changes": "strategy = 2 : Minutes of 3 May"})
        >>> check.table.loc["strategy", "evidence"]
        'Minutes of 3 May'
        >>> check.close()
    """
    study = ExcellenceStudy(SelfCheckModel(profile, entry or {}, points or {}))
    explorer = LoggedExplorer(study, settings)
    if settings:  # level and evidence show those of the chosen statement
        explorer._panel.set(study.adjust("item", explorer.value))
    return explorer
