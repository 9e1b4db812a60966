"""Charts of a Delphi: what the panel ticked, and agreement set against stability."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clusterlib.charts.labels import Box, place_labels
from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
    new_figure,
)
from clusterlib.charts.wording import Names, listed, named

STATUS_LOOKS: dict[str, Look] = {
    "agreed and settled": GREEN,
    "agreed, still moving": SKY,
    "settled against": BLUE,
    "two camps": VERMILION,
    "settled, not agreed": PURPLE,
    "open": ORANGE,
    "one round only": Look("#ffffff", "o", ""),
}
_PLACE = (0.21, 0.17, 0.55, 0.735)
_NONE = np.empty((0, 2))


class DelphiRows:
    """One row a statement: a bubble for each rating given, the middle half, the median, a verdict.

    Drawn once; `update` moves the marks. The order of the statements stays.
    """

    def __init__(
        self, axes: Axes, labels: Sequence[str], title: str, scale: tuple[int, int] = (1, 9)
    ) -> None:
        """Draw the frame: statements from top to bottom, the points of the scale across."""
        self.axes = axes
        low, high = scale
        self._points = range(low, high + 1)
        dress(axes, title, "", "")
        axes.set_xlabel(
            f"Rating ({low} = not at all, {high} = fully); a larger dot is more people",
            fontsize=TEXT_SIZE,
        )
        axes.set_xlim(low - 0.6, high + 0.6)
        axes.set_xticks(list(self._points))
        axes.set_yticks(range(len(labels)), list(labels))
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.grid(axis="x", color=GRID)
        self._dots = axes.scatter([], [], color="#b9c4d0", edgecolor=FAINT, zorder=2)
        self._halves = LineCollection([], colors=INK, linewidths=3, zorder=3)
        axes.add_collection(self._halves, autolim=False)
        self._medians = axes.scatter(
            [], [], marker="D", s=62, color="white", edgecolor=INK, linewidths=1.8, zorder=4
        )
        beside = axes.get_yaxis_transform()
        self._verdicts = [
            axes.text(1.06, row, "", transform=beside, va="center", fontsize=TEXT_SIZE, color=INK)
            for row in range(len(labels))
        ]
        self._signs = {
            status: axes.scatter(
                [], [], s=62, marker=look.marker, color=look.colour, edgecolor=INK,
                transform=beside, clip_on=False, zorder=3,
            )
            for status, look in STATUS_LOOKS.items()
        }  # fmt: skip
        self.moving = (
            self._dots, self._halves, self._medians, *self._verdicts, *self._signs.values(),
        )  # fmt: skip
        axes.legend(
            handles=[
                Line2D([], [], marker="D", linestyle="", color="white", markeredgecolor=INK,
                       markeredgewidth=1.8, markersize=8, label="median"),
                Line2D([], [], color=INK, linewidth=3, label="middle half of the answers"),
                Line2D([], [], marker="o", linestyle="", color="#b9c4d0", markeredgecolor=FAINT,
                       markersize=10, label="people at this rating"),
            ],
            loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False,
            fontsize=TEXT_SIZE - 0.5, handletextpad=0.5, columnspacing=1.4,
        )  # fmt: skip

    def update(self, ratings: pd.DataFrame, status: Sequence[str]) -> None:
        """Show one round, rows in the order of the labels, with a status for each row."""
        counts = [
            (float(point), float(row), int((values == point).sum()))
            for row, values in enumerate(ratings.to_numpy(dtype=float))
            for point in self._points
        ]
        seen = np.array([one for one in counts if one[2]]) if counts else np.empty((0, 3))
        self._dots.set_offsets(seen[:, :2])
        self._dots.set_sizes(28.0 * seen[:, 2])
        low, middle, high = (ratings.quantile(share, axis=1) for share in (0.25, 0.5, 0.75))
        place = np.arange(len(ratings), dtype=float)
        self._halves.set_segments(
            [[(a, y), (b, y)] for a, b, y in zip(low, high, place, strict=True)]
        )
        self._medians.set_offsets(np.column_stack([middle.to_numpy(dtype=float), place]))
        for text, word in zip(self._verdicts, status, strict=True):
            text.set_text(word)
        for word, sign in self._signs.items():
            rows = [(1.03, float(row)) for row, one in enumerate(status) if one == word]
            sign.set_offsets(np.array(rows) if rows else _NONE)


def delphi_axes(figure: Figure) -> Axes:
    """Return axes that leave room for statements on the left and verdicts on the right."""
    return figure.add_axes(_PLACE)


def delphi_round(
    ratings: pd.DataFrame,
    verdicts: pd.DataFrame,
    names: Names = None,
    title: str = "What did the panel say?",
    scale: tuple[int, int] = (1, 9),
) -> tuple[Figure, str]:
    """Draw one round of a Delphi: every rating, the middle half, the median and the verdict.

    Args:
        ratings: rows statements, columns people; blanks are people who did not answer.
        verdicts: what `consensus.stopping` returned for this round, same rows.
        names: names to show in place of the codes.
        title: the question the chart answers.
        scale: lowest and highest point of the scale.

    Returns:
        The figure, and a summary that names the statements of each verdict.

    Raises:
        ValueError: ratings and verdicts are about different statements.

    Example:
        >>> from clusterlib import consensus
        >>> votes = pd.DataFrame([[8, 8, 7, 8], [1, 9, 1, 9]], index=["lab", "tower"])
        >>> judged = consensus.stopping(votes, votes, low=7, high=9, scale=(1, 9))
        >>> delphi_round(votes, judged)[1]
        '2 statements, 4 people. Agreed and settled: lab. Two camps: tower.'
    """
    if list(ratings.index) != list(verdicts.index):
        raise ValueError("ratings and verdicts must be about the same statements, in one order")
    labels = named(ratings.index, names)
    figure = new_figure(8.6, max(3.4, 0.4 * len(labels) + 1.5))
    rows = DelphiRows(delphi_axes(figure), labels, title, scale)
    status = verdicts["status"].astype(str).tolist()
    rows.update(ratings, status)
    return figure, round_summary(ratings, status, labels)


def round_summary(ratings: pd.DataFrame, status: Sequence[str], labels: Sequence[str]) -> str:
    """Say in words which statement stands where, and how many answers are missing."""
    parts = [f"{len(ratings)} statements, {ratings.shape[1]} people."]
    for word in STATUS_LOOKS:
        there = [label for label, one in zip(labels, status, strict=True) if one == word]
        if there:
            parts.append(f"{word.capitalize()}: {listed(there)}.")
    missing = int(ratings.isna().sum().sum())
    if missing:
        parts.append(f"{missing} answers are missing.")
    return " ".join(parts)


def consensus_stability(
    verdicts: pd.DataFrame,
    iqr_limit: float,
    change_limit: float = 0.15,
    names: Names = None,
    title: str = "Agreed, or only settled?",
) -> tuple[Figure, str]:
    """Draw spread against movement: how far the panel is apart, and whether it still moves.

    Args:
        verdicts: what `consensus.stopping` returned for the second of two rounds.
        iqr_limit: the largest spread that counted as agreement, scale points.
        change_limit: the share of answers that may still move, such as 0.15.
        names: names to show in place of the codes.
        title: the question the chart answers.

    Returns:
        The figure, and a summary that names the statements in each of the four fields.

    Raises:
        ValueError: the verdicts are those of a first round, so that nothing is known of movement.

    Example:
        >>> from clusterlib import consensus
        >>> votes = pd.DataFrame([[8, 8, 7, 8], [1, 9, 1, 9]], index=["lab", "tower"])
        >>> judged = consensus.stopping(votes, votes, low=7, high=9, scale=(1, 9))
        >>> consensus_stability(judged, 1.8)[1]
        'Close together and at rest: lab. Far apart and at rest: tower.'
    """
    if verdicts["moved"].isna().any():
        raise ValueError("movement needs two rounds: judge the second round against the first")
    figure = new_figure(8.0, 5.8)
    axes = figure.add_axes((0.09, 0.13, 0.87, 0.77))
    dress(axes, title, "Answers that changed place since the last round (per cent)",
          "Spread: interquartile range (scale points)")  # fmt: skip
    moved, spread = 100 * verdicts["moved"], verdicts["iqr"]
    axes.axvline(100 * change_limit, color=INK, linestyle="--", linewidth=1.2)
    axes.axhline(iqr_limit, color=INK, linestyle="--", linewidth=1.2)
    axes.set_xlim(-3, max(45.0, float(moved.max()) + 12))
    axes.set_ylim(-1.4, max(float(spread.max()), iqr_limit) + 0.9)
    axes.set_yticks(range(int(axes.get_ylim()[1]) + 1))
    labels = named(verdicts.index, names)
    spots = _spots(moved, spread, labels)
    across, up = np.array(list(spots)).T
    axes.scatter(across, up, s=80, color=BLUE.colour, edgecolor=INK, zorder=3)
    _name_spots(figure, axes, spots)
    return figure, _fields(moved, spread, labels, 100 * change_limit, iqr_limit)


def _spots(
    moved: "pd.Series[float]", spread: "pd.Series[float]", labels: Sequence[str]
) -> dict[tuple[float, float], list[str]]:
    """Put statements that share a place under one mark, so that no name hides another."""
    spots: dict[tuple[float, float], list[str]] = {}
    for x, y, label in zip(moved.round(1), spread.round(2), labels, strict=True):
        spots.setdefault((float(x), float(y)), []).append(label)
    return spots


def _name_spots(figure: Figure, axes: Axes, spots: dict[tuple[float, float], list[str]]) -> None:
    """Write the names beside their marks where they hide neither each other nor a mark."""
    renderer = cast(FigureCanvasAgg, figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
    white = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    texts = [
        axes.text(0, 0, "\n".join(names), fontsize=TEXT_SIZE, va="bottom", bbox=white)
        for names in spots.values()
    ]
    extents = [text.get_window_extent(renderer) for text in texts]
    sizes = [(extent.width + 6, extent.height + 4) for extent in extents]
    points = [(float(x), float(y)) for x, y in axes.transData.transform(list(spots))]
    frame = axes.get_window_extent(renderer)
    area = Box(frame.x0 + 2, frame.y0 + 2, frame.x1 - 2, frame.y1 - 2)
    boxes = place_labels(points, sizes, area, gap=14.0)
    back = axes.transData.inverted()
    for text, box, (x, y) in zip(texts, boxes, points, strict=True):
        corner = back.transform((box.left + 3, box.bottom + 2))
        text.set_position((float(corner[0]), float(corner[1])))
        nearest = (np.clip(x, box.left, box.right), np.clip(y, box.bottom, box.top))
        ends = back.transform([(x, y), nearest])
        axes.plot(ends[:, 0], ends[:, 1], color=FAINT, linewidth=0.9, zorder=2)


def _fields(
    moved: "pd.Series[float]", spread: "pd.Series[float]", labels: Sequence[str],
    change_limit: float, iqr_limit: float,
) -> str:  # fmt: skip
    still, close = (moved < change_limit).to_numpy(), (spread <= iqr_limit + 1e-9).to_numpy()
    fields = {
        "Close together and at rest": close & still,
        "Close together and moving": close & ~still,
        "Far apart and at rest": ~close & still,
        "Far apart and moving": ~close & ~still,
    }
    return " ".join(
        f"{words}: {listed([one for one, there in zip(labels, field, strict=True) if there])}."
        for words, field in fields.items()
        if field.any()
    )
