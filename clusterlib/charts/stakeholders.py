"""The map of stakeholders: power and interest, stance by shape and colour, salience by size."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from clusterlib import stakeholders
from clusterlib.charts.labels import Box, pieces_between, place_labels
from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    PURPLE,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
    new_figure,
)
from clusterlib.charts.wording import listed

STANCE_LOOKS: dict[str, Look] = {
    "supports": GREEN,
    "neutral": BLUE,
    "opposes": VERMILION,
    "not known": PURPLE,
}
SIZES = {"none": 30, "latent": 45, "expectant": 100, "definitive": 200, "undetermined": 30}
_CORNERS = {
    "keep satisfied": (0.01, 0.99, "left", "top"),
    "manage closely": (0.99, 0.99, "right", "top"),
    "monitor": (0.01, 0.01, "left", "bottom"),
    "keep informed": (0.99, 0.01, "right", "bottom"),
}
_SIZE_WORDS = "Larger mark: more of power, legitimacy and urgency (one, two or all three)"


class StakeholderGrid:
    """The map drawn once; `update` moves marks, names and lines."""

    def __init__(self, figure: Figure, labels: Sequence[str], title: str) -> None:
        """Draw the frame; `update` puts the people in."""
        self.figure = figure
        self.axes = figure.add_axes((0.075, 0.155, 0.905, 0.775))
        dress(self.axes, title, "Interest (mark, 1 to 5)", "Power (mark, 1 to 5)")
        self.axes.set_xlim(0.75, 5.25)
        self.axes.set_ylim(0.75, 5.25)
        for quadrant, (x, y, across, up) in _CORNERS.items():
            self.axes.text(
                x, y, quadrant.upper(), transform=self.axes.transAxes, ha=across, va=up,
                fontsize=TEXT_SIZE - 1, color=FAINT, fontweight="bold",
            )  # fmt: skip
        self._marks = {
            stance: self.axes.scatter(
                [], [], marker=look.marker, color=look.colour, edgecolor=INK, zorder=3
            )
            for stance, look in STANCE_LOOKS.items()
        }
        self._ring = self.axes.scatter(
            [], [], s=420, facecolor="none", edgecolor=INK, linewidth=1.8, linestyle=":", zorder=3
        )
        self._lines = LineCollection([], colors=INK, linewidths=1.3, linestyles="--", zorder=1)
        self.axes.add_collection(self._lines, autolim=False)
        self._texts = [
            self.axes.text(0, 0, word, fontsize=TEXT_SIZE - 1, color=INK, zorder=4)
            for word in labels
        ]
        self._leaders = [
            self.axes.plot([], [], color=FAINT, linewidth=0.8, zorder=2)[0] for _ in labels
        ]
        self._sizes = self._measure()
        _legend(self.axes)

    @property
    def moving(self) -> Sequence[Artist]:
        """All that `update` moves."""
        return (self._lines, *self._leaders, self._ring, *self._marks.values(), *self._texts)

    def update(self, people: pd.DataFrame, boundary: float, chosen: str | None = None) -> None:
        """Show people (power, interest, stance, salience_level) with lines at `boundary`."""
        where = people[["interest", "power"]].to_numpy(dtype=float)
        for stance, marks in self._marks.items():
            here = people["stance"].eq(stance).to_numpy() & np.isfinite(where).all(axis=1)
            marks.set_offsets(where[here].reshape(-1, 2))
            marks.set_sizes([SIZES[str(level)] for level in people["salience_level"][here]])
        ring = where[people.index == chosen] if chosen is not None else where[:0]
        self._ring.set_offsets(ring.reshape(-1, 2))
        boxes = self._place_names(where)
        self._lines.set_segments(self._cross(boundary, boxes))

    def _measure(self) -> list[tuple[float, float]]:
        renderer = cast(FigureCanvasAgg, self.figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
        extents = [text.get_window_extent(renderer) for text in self._texts]
        return [(extent.width + 4, extent.height + 2) for extent in extents]

    def _place_names(self, where: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> list[Box]:
        """Write each name where it covers neither a mark nor another name."""
        shown = [number for number, spot in enumerate(where) if np.isfinite(spot).all()]
        for number, (text, leader) in enumerate(zip(self._texts, self._leaders, strict=True)):
            text.set_visible(number in shown)
            leader.set_visible(number in shown)
        to_pixels = self.axes.transData
        points = [(float(x), float(y)) for x, y in to_pixels.transform(where[shown].reshape(-1, 2))]
        frame = self.axes.get_window_extent()
        area = Box(frame.x0 + 2, frame.y0 + 18, frame.x1 - 2, frame.y1 - 18)
        boxes = place_labels(points, [self._sizes[number] for number in shown], area, gap=16.0)
        back = to_pixels.inverted()
        for number, (x, y), box in zip(shown, points, boxes, strict=True):
            left, bottom = back.transform((box.left + 2, box.bottom + 3))
            self._texts[number].set_position((float(left), float(bottom)))
            nearest = (np.clip(x, box.left, box.right), np.clip(y, box.bottom, box.top))
            ends = back.transform([(x, y), nearest])
            self._leaders[number].set_data(ends[:, 0], ends[:, 1])
        return boxes

    def _cross(self, boundary: float, boxes: Sequence[Box]) -> list[list[tuple[float, float]]]:
        """Return both lines in pieces that stop short of every name."""
        x, y = (float(one) for one in self.axes.transData.transform((boundary, boundary)))
        frame = self.axes.get_window_extent()
        across = [(box.left, box.right) for box in boxes if box.bottom < y < box.top]
        upward = [(box.bottom, box.top) for box in boxes if box.left < x < box.right]
        pieces = [[(a, y), (b, y)] for a, b in pieces_between(frame.x0, frame.x1, across)]
        pieces += [[(x, a), (x, b)] for a, b in pieces_between(frame.y0, frame.y1, upward)]
        back = self.axes.transData.inverted()
        return [[(float(a), float(b)) for a, b in back.transform(piece)] for piece in pieces]


def _legend(axes: Axes) -> None:
    handles = [
        axes.plot([], [], look.marker, color=look.colour, markeredgecolor=INK, label=stance)[0]
        for stance, look in STANCE_LOOKS.items()
    ]
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(-0.01, -0.095), ncols=4, frameon=False,
        fontsize=TEXT_SIZE, handletextpad=0.1, columnspacing=1.2,
    )  # fmt: skip
    axes.text(0.0, -0.185, _SIZE_WORDS, transform=axes.transAxes, fontsize=TEXT_SIZE - 1, color=INK)


def placed(people: pd.DataFrame, boundary: float = 3.0) -> pd.DataFrame:
    """Return people with quadrant, salience class and level; a blank stance is "not known".

    Raises:
        ValueError: a stance other than supports, neutral, opposes or blank; scores off 1 to 5.

    Example:
        >>> people = pd.DataFrame(
        ...     {"power": [5], "interest": [4], "legitimacy": [4], "urgency": [2], "stance": [""]},
        ...     index=["Tarnwell Pharma"],
        ... )
        >>> placed(people)[["quadrant", "salience_class", "stance"]].iloc[0].tolist()
        ['manage closely', 'dominant', 'not known']
    """
    if "stance" not in people.columns:
        raise ValueError("the table of stakeholders has no column stance: who is for, who against?")
    stance = people["stance"].astype(object).where(people["stance"].fillna("").ne(""), "not known")
    wrong = stance.index[~stance.isin(list(STANCE_LOOKS))]
    if len(wrong):
        raise ValueError(
            f"stance of {listed([str(who) for who in wrong])} is none of supports, neutral, "
            "opposes; leave it blank if you do not know"
        )
    grid = stakeholders.power_interest(people.assign(stance=stance), boundary=boundary)
    return stakeholders.salience(grid, boundary=boundary)


def map_summary(people: pd.DataFrame, boundary: float) -> str:
    """Say in words who lies where, who opposes with power, and who stands on a line."""
    parts = [f"{len(people)} stakeholders, lines at {boundary:g}."]
    for quadrant in ("manage closely", "keep satisfied", "keep informed", "monitor"):
        inside = people.index[people["quadrant"] == quadrant]
        parts.append(f"{quadrant.capitalize()}: {listed([str(who) for who in inside])}.")
    blank = people.index[people["quadrant"] == stakeholders.UNDETERMINED]
    if len(blank):
        parts.append(f"A score is missing: {listed([str(who) for who in blank])}.")
    against = people.index[people["stance"].eq("opposes") & (people["power"] >= boundary)]
    every = people.index[people["salience_level"] == "definitive"]
    parts.append(f"Power and against: {listed([str(who) for who in against])}.")
    parts.append(f"Power, legitimacy and urgency together: {listed([str(w) for w in every])}.")
    line = people.index[people["on_boundary"]]
    parts.append(f"Exactly on a line: {listed([str(who) for who in line])}.")
    return " ".join(parts)


def stakeholder_map(
    people: pd.DataFrame, boundary: float = 3.0, title: str = "Who can move it, and who cares?"
) -> tuple[Figure, str]:
    """Draw power against interest, with stance as shape and colour and salience as size.

    Args:
        people: index stakeholder; power, interest, legitimacy, urgency (1 to 5), stance (supports,
            neutral, opposes, blank).
        boundary: a mark of this or more is high.
        title: the question the chart answers.

    Returns:
        The figure, and a summary that names who lies where.

    Raises:
        ValueError: as `placed`.

    Reference: Mendelow (1981); Mitchell, Agle and Wood (1997).

    Example:
        >>> people = pd.DataFrame(
        ...     {"power": [5, 2], "interest": [4, 5], "legitimacy": [4, 4], "urgency": [2, 4],
        ...      "stance": ["opposes", "supports"]},
        ...     index=["anchor firm", "patients"],
        ... )
        >>> "Power and against: anchor firm." in stakeholder_map(people)[1]
        True
    """
    table = placed(people, boundary)
    figure = new_figure(8.6, 6.8)
    StakeholderGrid(figure, [str(who) for who in table.index], title).update(table, boundary)
    return figure, map_summary(table, boundary)
