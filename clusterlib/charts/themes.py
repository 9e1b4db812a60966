"""The strategic diagram of technology watch: themes by their links outwards and inwards."""

from collections.abc import Sequence
from math import ceil, floor
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D

from clusterlib.charts.labels import Box, place_labels
from clusterlib.charts.style import BLUE, GREEN, INK, ORANGE, TEXT_SIZE, VERMILION, Look, dress
from clusterlib.charts.watch import ON_WHITE

THEME_LOOKS: dict[str, Look] = {
    "motor": GREEN, "basic": BLUE, "niche": ORANGE, "emerging or declining": VERMILION,
    "undetermined": Look("#ffffff", "o", ""),
}  # fmt: skip
_NONE = np.empty((0, 2))
_STEP_X, _STEP_Y = 0.25, 0.05


class ThemeMap:
    """The strategic diagram: themes by centrality and density, split at the medians."""

    def __init__(self, axes: Axes, count: int) -> None:
        """Draw the frame for up to `count` themes."""
        self.axes = axes
        dress(axes, "Which themes are central, which are well developed?",
              "Centrality (links to other themes)", "Density (links within the theme)")  # fmt: skip
        self._lines = (axes.axvline(0, color=INK, linestyle="--", linewidth=1.1),
                       axes.axhline(0, color=INK, linestyle="--", linewidth=1.1))  # fmt: skip
        self._dots = {
            quadrant: axes.scatter([], [], s=110, marker=look.marker, color=look.colour,
                                   edgecolor=INK, zorder=3)
            for quadrant, look in THEME_LOOKS.items()
        }  # fmt: skip
        self._names = [axes.text(0, 0, "", fontsize=TEXT_SIZE, bbox=ON_WHITE) for _ in range(count)]
        self.moving = (*self._lines, *self._dots.values(), *self._names)
        axes.legend(
            handles=[
                Line2D([], [], marker=look.marker, linestyle="", color=look.colour,
                       markeredgecolor=INK, markersize=8, label=quadrant)
                for quadrant, look in list(THEME_LOOKS.items())[:4]
            ],
            loc="upper center", bbox_to_anchor=(0.42, -0.11), ncols=4, frameon=False,
            fontsize=TEXT_SIZE - 0.5,
        )  # fmt: skip

    def update(self, themes: pd.DataFrame) -> None:
        """Show the themes of `watch.cowords`."""
        where = themes[["centrality", "density"]].to_numpy(dtype=float)
        # Ends in whole steps: most moves leave the axes, and so the frame, where they are.
        low, high = float(where[:, 0].min()) / _STEP_X, float(where[:, 0].max()) / _STEP_X
        top = float(where[:, 1].max()) / _STEP_Y
        self.axes.set_xlim(_STEP_X * floor(low - 0.1), _STEP_X * ceil(high + 0.1))
        self.axes.set_ylim(-0.1 * _STEP_Y, _STEP_Y * ceil(top + 0.1))
        self._lines[0].set_xdata([float(np.median(where[:, 0]))] * 2)
        self._lines[1].set_ydata([float(np.median(where[:, 1]))] * 2)
        for quadrant, dots in self._dots.items():
            here = (themes["quadrant"] == quadrant).to_numpy(dtype=bool)
            dots.set_offsets(where[here] if here.any() else _NONE)
        self._place_names([str(name) for name in themes.index], where)

    def _place_names(self, names: Sequence[str], where: np.ndarray) -> None:
        for place, text in enumerate(self._names):
            text.set_text(names[place] if place < len(names) else "")
        figure = self.axes.figure.get_figure(root=True)
        renderer = cast(FigureCanvasAgg, figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
        points = [(float(x), float(y)) for x, y in self.axes.transData.transform(where)]
        extents = [text.get_window_extent(renderer) for text in self._names[: len(names)]]
        frame = self.axes.get_window_extent(renderer)
        area = Box(frame.x0 + 2, frame.y0 + 2, frame.x1 - 2, frame.y1 - 2)
        boxes = place_labels(points, [(e.width + 4, e.height + 2) for e in extents], area, gap=14.0)
        for text, box in zip(self._names, boxes, strict=False):
            corner = self.axes.transData.inverted().transform((box.left + 2, box.bottom + 3))
            text.set_position((float(corner[0]), float(corner[1])))
