"""The importance-performance grid: points, names and a cross-hair that moves without redrawing."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from clusterlib.charts.labels import Box, pieces_between, place_labels
from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
)

QUADRANT_LOOKS: dict[str, Look] = {
    "concentrate here": VERMILION,
    "keep up the good work": GREEN,
    "low priority": BLUE,
    "possible overkill": ORANGE,
}
_CORNERS = {
    "concentrate here": (0.01, 0.99, "left", "top"),
    "keep up the good work": (0.99, 0.99, "right", "top"),
    "low priority": (0.01, 0.01, "left", "bottom"),
    "possible overkill": (0.99, 0.01, "right", "bottom"),
}


class NeedsGrid:
    """The grid drawn once; `update` moves the lines and lets points change their quadrant."""

    def __init__(
        self, figure: Figure, labels: Sequence[str], title: str, performance_name: str = "ability"
    ) -> None:
        """Draw the frame of the grid on an empty figure; `update` puts the points in."""
        self.figure = figure
        self.axes = figure.add_axes((0.085, 0.1, 0.895, 0.81))
        dress(
            self.axes,
            title,
            f"{performance_name.capitalize()} (mean mark, scale points)",
            "Importance (mean mark, scale points)",
        )
        self._labels = list(labels)
        self._points = {
            quadrant: self.axes.scatter(
                [], [], s=75, marker=look.marker, color=look.colour, edgecolor=INK, zorder=3
            )
            for quadrant, look in QUADRANT_LOOKS.items()
        }
        for quadrant, (x, y, across, up) in _CORNERS.items():
            self.axes.text(
                x, y, quadrant.upper(), transform=self.axes.transAxes, ha=across, va=up,
                fontsize=TEXT_SIZE - 1, color=FAINT, fontweight="bold",
            )  # fmt: skip
        self._lines = LineCollection([], colors=INK, linewidths=1.4, linestyles="--", zorder=2)
        self.axes.add_collection(self._lines, autolim=False)
        self._texts = [self.axes.text(0, 0, word, fontsize=TEXT_SIZE) for word in self._labels]
        self._boxes: list[Box] = []
        self._leaders = [
            self.axes.plot([], [], color=FAINT, linewidth=0.7, zorder=1)[0] for _ in self._labels
        ]
        self._drawn: pd.DataFrame | None = None
        self.frame = 0  # grows when the axes or the names move
        self.moving = (self._lines, *self._points.values())

    def update(self, grid: pd.DataFrame, lines: tuple[float, float]) -> None:
        """Show items at their place with the cross-hair at `lines` (importance, performance).

        `grid` is what `needs.importance_performance` returns, rows in the order of the labels.
        """
        where = grid[["importance", "performance"]]
        if self._drawn is None or not self._drawn.equals(where):
            self._move_points(where)
            self._drawn = where
            self.frame += 1
        for quadrant, points in self._points.items():
            there = grid.loc[grid["quadrant"] == quadrant, ["performance", "importance"]]
            points.set_offsets(there.to_numpy(dtype=float))
        self._lines.set_segments(self._cross_hair(*lines))

    def _cross_hair(self, importance: float, performance: float) -> list[list[tuple[float, float]]]:
        """Return the two lines in pieces: they stop short of every name, so names stay readable."""
        to_pixels = self.axes.transData
        x, y = (float(one) for one in to_pixels.transform((performance, importance)))
        frame = self.axes.get_window_extent()
        across = [(box.left, box.right) for box in self._boxes if box.bottom < y < box.top]
        upward = [(box.bottom, box.top) for box in self._boxes if box.left < x < box.right]
        pieces = [[(a, y), (b, y)] for a, b in pieces_between(frame.x0, frame.x1, across)]
        pieces += [[(x, a), (x, b)] for a, b in pieces_between(frame.y0, frame.y1, upward)]
        back = to_pixels.inverted()
        return [[(float(a), float(b)) for a, b in back.transform(piece)] for piece in pieces]

    def _move_points(self, where: pd.DataFrame) -> None:
        """Fit the axes to the items and find free places for their names."""
        for axis, column in (
            (self.axes.set_xlim, "performance"),
            (self.axes.set_ylim, "importance"),
        ):
            low, high = float(where[column].min()), float(where[column].max())
            room = max(0.12 * (high - low), 0.15)
            axis(low - room, high + room)
        known = where.notna().all(axis=1).to_numpy()
        shown = [index for index, there in enumerate(known) if there]
        for index, text in enumerate(self._texts):
            text.set_visible(bool(known[index]))
            self._leaders[index].set_visible(bool(known[index]))
        to_pixels = self.axes.transData
        values = where[["performance", "importance"]].to_numpy(dtype=float)[shown]
        points = [(float(x), float(y)) for x, y in to_pixels.transform(values)]
        renderer = cast(FigureCanvasAgg, self.figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
        extents = [self._texts[index].get_window_extent(renderer) for index in shown]
        sizes = [(extent.width + 4, extent.height + 2) for extent in extents]
        frame = self.axes.get_window_extent(renderer)
        # The corner words keep a strip free at the top and at the bottom.
        strip = 18 * self.figure.dpi / 100
        area = Box(frame.x0 + 2, frame.y0 + strip, frame.x1 - 2, frame.y1 - strip)
        self._boxes = place_labels(points, sizes, area, gap=12.0)
        for index, point, box in zip(shown, points, self._boxes, strict=True):
            corner = to_pixels.inverted().transform((box.left + 2, box.bottom + 3))
            self._texts[index].set_position((float(corner[0]), float(corner[1])))
            nearest = (
                float(np.clip(point[0], box.left, box.right)),
                float(np.clip(point[1], box.bottom, box.top)),
            )
            ends = to_pixels.inverted().transform([point, nearest])
            self._leaders[index].set_data(ends[:, 0], ends[:, 1])
