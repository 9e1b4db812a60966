"""A cluster's self-portrait: six dimensions, the entry rules and the points, with what is open."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from clusterlib.charts.style import (
    BLUE,
    GREEN,
    GRID,
    INK,
    PURPLE,
    TEXT_SIZE,
    VERMILION,
    Look,
    ask,
    dress,
    new_figure,
)
from clusterlib.charts.wording import listed
from clusterlib.labels import ExcellenceProfile, HungarianPoints, LabelCheck

RULES = {
    "staff_fte": "Staff",
    "committed_members": "Members",
    "member_types": "Types of member",
    "english_site": "English site",
    "active": "Active",
}
SIGNS = {"met": GREEN, "not met": VERMILION, "undetermined": PURPLE}
_NONE = np.empty((0, 2))
_SMALL = TEXT_SIZE - 1


class Ranges:
    """Horizontal bars: a solid part that is shown, a hatched one that is open, words behind."""

    def __init__(self, axes: Axes, labels: Sequence[str], most: float, look: Look) -> None:
        """Draw one empty bar a row, from top to bottom."""
        count = len(labels)
        lines = ["\n".join(wrap(label, 24)) for label in labels]
        axes.set(xlim=(0, 1.32 * most), ylim=(count - 0.4, -0.6))
        axes.set_yticks(range(count), lines)
        axes.grid(axis="x", color=GRID)
        self._solid = _bars(axes, count, look.colour, look.hatch)
        self._open = _bars(axes, count, "white", "////")
        self._words = [
            axes.text(0, row, "", va="center", fontsize=_SMALL, color=INK, zorder=5)
            for row in range(count)
        ]
        self._gap = 0.015 * most

    @property
    def moving(self) -> list[Rectangle | Text]:
        """Bars and words."""
        return [*self._solid, *self._open, *self._words]

    def update(self, low: Sequence[float], high: Sequence[float], words: Sequence[str]) -> None:
        """Show the ranges, rows as in the frame."""
        for row, (first, last, word) in enumerate(zip(low, high, words, strict=True)):
            self._solid[row].set_width(first)
            self._open[row].set_x(first)
            self._open[row].set_width(last - first)
            self._words[row].set_x(last + self._gap)
            self._words[row].set_text(word)


class SelfCheckBoard:
    """The whole portrait in three parts that move each by itself."""

    def __init__(self, figure: Figure, profile: ExcellenceProfile, points: HungarianPoints) -> None:
        """Draw the frame on a figure made by `self_check_figure`."""
        left = figure.add_axes((0.185, 0.115, 0.34, 0.8))
        dress(left, "What can we show?", "Per cent of the most possible", "")
        left.set_xticks([0, 25, 50, 75, 100])
        self._dimensions = Ranges(left, [str(one) for one in profile.dimensions.index], 100, GREEN)
        self._board = figure.add_axes((0.56, 0.52, 0.43, 0.395))
        ask(self._board, "Platform entry (ECCP)")
        self._board.axis("off")
        self._board.set(xlim=(0, 1), ylim=(len(RULES) - 0.4, -0.6))
        for row, rule in enumerate(RULES.values()):
            self._board.text(0.07, row, rule, va="center", fontsize=_SMALL, color=INK,
                             fontweight="bold")  # fmt: skip
        self._reasons = [
            self._board.text(0.37, row, "", va="center", fontsize=_SMALL, color=INK)
            for row in range(len(RULES))
        ]
        self._signs = {
            sign: self._board.scatter([], [], s=95, marker=look.marker, color=look.colour,
                                      edgecolor=INK)
            for sign, look in SIGNS.items()
        }  # fmt: skip
        right = figure.add_axes((0.665, 0.115, 0.32, 0.3))
        dress(right, "Hungarian points of 2016", "Points", "")
        most = float(points.areas["maximum"].max())
        self._areas = Ranges(right, [_capital(one) for one in points.areas.index], most, BLUE)
        self._legend(figure)
        self.parts: dict[str, tuple[Artist, ...]] = {
            "dimensions": tuple(self._dimensions.moving),
            "entry": (*self._reasons, *self._signs.values()),
            "points": tuple(self._areas.moving),
        }

    def _legend(self, figure: Figure) -> None:
        handles: list[Patch | Line2D] = [
            Patch(facecolor=GREEN.colour, edgecolor=INK, hatch=GREEN.hatch, label="with evidence"),
            Patch(facecolor="white", edgecolor=INK, hatch="////", label="undetermined"),
            *(
                Line2D([], [], marker=look.marker, linestyle="", markersize=8, color=look.colour,
                       markeredgecolor=INK, label=sign if sign != "undetermined" else "not known")
                for sign, look in SIGNS.items()
            ),
        ]  # fmt: skip
        figure.legend(handles=handles, loc="lower left", ncols=5, frameon=False, fontsize=_SMALL,
                      bbox_to_anchor=(0.0, -0.005), handletextpad=0.4,
                      columnspacing=1.2)  # fmt: skip

    def show_dimensions(self, profile: ExcellenceProfile) -> None:
        """Show the ranges of the six dimensions."""
        table = profile.dimensions
        blank = table["items"] - table["determined"]
        self._dimensions.update(
            table["low"].tolist(), table["high"].tolist(),
            [_range_words(*row) for row in zip(table["low"], table["high"], blank, strict=True)],
        )  # fmt: skip

    def show_entry(self, entry: LabelCheck) -> None:
        """Show a sign and a reason for each entry rule."""
        rules = entry.rules.set_index("rule")
        signs = [sign_of(rules.loc[rule, "passed"]) for rule in RULES]
        for text, rule in zip(self._reasons, RULES, strict=True):
            text.set_text(str(rules.loc[rule, "reason"]))
        for sign, marks in self._signs.items():
            rows = [row for row, one in enumerate(signs) if one == sign]
            marks.set_offsets(np.array([[0.03, row] for row in rows]) if rows else _NONE)

    def show_points(self, points: HungarianPoints) -> None:
        """Show the ranges of the four areas."""
        areas = points.areas
        self._areas.update(
            areas["low"].tolist(), areas["high"].tolist(),
            [f"{low:g} of {most:g}" if low == high else f"{low:g} to {high:g} of {most:g}"
             for low, high, most in zip(areas["low"], areas["high"], areas["maximum"],
                                        strict=True)],
        )  # fmt: skip


def self_check_figure() -> Figure:
    """Return an empty figure of the size that the portrait needs."""
    return new_figure(10.4, 6.0)


def sign_of(passed: object) -> str:
    """Say in a word what a rule came to.

    >>> sign_of(True), sign_of(pd.NA)
    ('met', 'undetermined')
    """
    if passed is pd.NA or passed is None:
        return "undetermined"
    return "met" if passed else "not met"


def self_check_summary(
    profile: ExcellenceProfile, entry: LabelCheck, points: HungarianPoints
) -> str:
    """Say in words what is shown, what is open, and what the two sets of rules say."""
    table = profile.dimensions
    shown = int(table["determined"].sum())
    whole = [str(one) for one in table.index[table["status"] == "determined"]]
    ranges = "; ".join(
        f"{name} {row['low']:.0f} to {row['high']:.0f} per cent"
        if row["high"] > row["low"]
        else f"{name} {row['low']:.0f} per cent"
        for name, row in table.iterrows()
    )
    unmet = [
        RULES[rule]
        for rule, passed in zip(entry.rules["rule"], entry.rules["passed"], strict=True)
        if sign_of(passed) != "met"
    ]
    total = points_words(points)
    return (
        f"{shown} of {int(table['items'].sum())} statements have evidence. {_capital(ranges)}. "
        f"Fully determined: {listed(whole)}. Platform entry: {entry.verdict}; not met or not "
        f"known: {listed(unmet)}. Points by the Hungarian rules of 2016: {total} of 100; their "
        f"conditions of entry: {points.entry.verdict}."
    )


def points_words(points: HungarianPoints) -> str:
    """Write points as one number, or as a range while something is open."""
    return f"{points.low:g}" if points.points is not None else f"{points.low:g} to {points.high:g}"


def self_check(
    profile: ExcellenceProfile, entry: LabelCheck, points: HungarianPoints
) -> tuple[Figure, str]:
    """Draw six dimensions with their ranges, the entry rules and the points of 2016.

    Args:
        profile: what `labels.excellence_profile` returned.
        entry: what `labels.eccp_check` returned.
        points: what `labels.hungarian_points` returned.

    Returns:
        The figure, and a summary that names what is open.

    Example:
        >>> from clusterlib import labels
        >>> nothing = labels.excellence_profile({}), labels.eccp_check({})
        >>> self_check(*nothing, labels.hungarian_points({}))[1].split(".")[0]
        '0 of 24 statements have evidence'
    """
    figure = self_check_figure()
    board = SelfCheckBoard(figure, profile, points)
    board.show_dimensions(profile)
    board.show_entry(entry)
    board.show_points(points)
    return figure, self_check_summary(profile, entry, points)


def _bars(axes: Axes, count: int, colour: str, hatch: str) -> list[Rectangle]:
    drawn = axes.barh(range(count), [0.0] * count, height=0.56, color=colour, edgecolor=INK,
                      linewidth=0.8, hatch=hatch, zorder=2)  # fmt: skip
    return [bar for bar in drawn if isinstance(bar, Rectangle)]


def _range_words(low: float, high: float, blank: int) -> str:
    return f"{low:.0f} %" if not blank else f"{low:.0f} to {high:.0f} %"


def _capital(text: object) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]
