"""A network drawn as points and lines, laid out once and then only marked anew."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clusterlib.charts.labels import Box, place_labels
from clusterlib.charts.layout import network_layout
from clusterlib.charts.style import FAINT, INK, LOOKS, TEXT_SIZE, VERMILION, Look, ask

Numbers = npt.NDArray[np.float64]
_NONE = np.empty((0, 2))
_SMALL, _LARGE = 36.0, 330.0  # points squared
_MOST_NAMES = 16
Pairs = Sequence[tuple[str, str]]


class NodeLink:
    """Actors and ties; `update` sizes the points, takes one actor out and adds proposed ties."""

    def __init__(
        self,
        figure: Figure,
        ties: Pairs,
        groups: "pd.Series[str]",
        labels: Mapping[str, str],
        title: str,
    ) -> None:
        """Lay the network out; `groups` lists all actors, `labels` their names on the picture."""
        self.figure = figure
        self.axes = figure.add_axes((0.01, 0.085, 0.98, 0.845))
        ask(self.axes, title)
        self.axes.set(xticks=[], yticks=[], xlim=(-0.04, 1.04), ylim=(-0.05, 1.05))
        for spine in self.axes.spines.values():
            spine.set_visible(False)
        self._place = network_layout(list(groups.index), ties)
        self._ties = list(ties)
        self._labels = {
            actor: "\n".join(wrap(labels[actor], 27, max_lines=2, placeholder="…"))
            for actor in groups.index
        }
        self._groups = groups
        self.looks = group_looks(groups)
        self._lines = self._collection(FAINT, 0.9, "-", 1)
        self._cut = self._collection(VERMILION.colour, 1.8, ":", 1)
        self._new = self._collection(INK, 2.4, "--", 2)
        self._points = {
            group: self.axes.scatter([], [], marker=look.marker, color=look.colour, zorder=3)
            for group, look in self.looks.items()
        }
        self._gone = self.axes.scatter([], [], marker="x", s=130, color=INK, linewidths=2.6,
                                       zorder=4)  # fmt: skip
        self._words = [
            self.axes.text(0, 0, "", fontsize=TEXT_SIZE - 0.5, color=INK, zorder=6, visible=False,
                           bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6,
                                 "alpha": 0.82})
            for _ in range(_MOST_NAMES)
        ]  # fmt: skip
        self._legend()
        self.frame = "network"
        self.moving = (
            self._lines, self._cut, self._new, *self._points.values(), self._gone, *self._words
        )  # fmt: skip

    def update(
        self,
        strength: "pd.Series[float]",
        named: Sequence[str],
        gone: str | None = None,
        proposed: Pairs = (),
    ) -> None:
        """Show the network.

        `strength` (0 to 1 by actor) sets the size of a point; actors in `named` get a thick edge
        and their name; `gone` is crossed out, its ties dotted; `proposed` ties are dashed.
        """
        self._lines.set_segments(self._segments([tie for tie in self._ties if gone not in tie]))
        self._cut.set_segments(self._segments([tie for tie in self._ties if gone in tie]))
        self._new.set_segments(self._segments(proposed))
        for group, points in self._points.items():
            here = [actor for actor in self._groups.index[self._groups == group] if actor != gone]
            points.set_offsets(self._at(here))
            size = strength.reindex(here).fillna(0.0).to_numpy(dtype=float)
            points.set_sizes(_SMALL + (_LARGE - _SMALL) * size)
            points.set_edgecolor(INK)
            points.set_linewidth([2.6 if actor in named else 0.7 for actor in here])
        self._gone.set_offsets(self._at([] if gone is None else [gone]))
        wanted = [*([] if gone is None else [gone]), *named]
        wanted += [actor for tie in proposed for actor in tie]
        self._write(list(dict.fromkeys(wanted))[:_MOST_NAMES])

    def _write(self, actors: list[str]) -> None:
        """Put names beside their points, clear of all points and of each other."""
        for text in self._words:
            text.set_visible(False)
        to_pixels = self.axes.transData
        renderer = cast(FigureCanvasAgg, self.figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
        sizes = []
        for text, actor in zip(self._words, actors, strict=False):
            text.set(text=self._labels[actor], visible=True)
            extent = text.get_window_extent(renderer)
            sizes.append((extent.width + 2, extent.height))
        rest = [one for one in self._place if one not in actors]
        points, others = (
            [(float(x), float(y)) for x, y in to_pixels.transform(self._at(some))]
            for some in (actors, rest)
        )
        frame = self.axes.get_window_extent(renderer)
        area = Box(frame.x0, frame.y0, frame.x1, frame.y1)
        boxes = place_labels(points, sizes, area, 13.0, others)
        back = to_pixels.inverted()
        for text, box in zip(self._words, boxes, strict=False):
            x, y = back.transform((box.left + 1, box.bottom + 3))
            text.set_position((float(x), float(y)))

    def _at(self, actors: Sequence[str]) -> Numbers:
        return np.array([self._place[actor] for actor in actors]) if actors else _NONE

    def _segments(self, ties: Pairs) -> list[Any]:
        return [[self._place[one], self._place[other]] for one, other in ties]

    def _collection(self, colour: str, width: float, style: str, order: int) -> LineCollection:
        lines = LineCollection([], colors=colour, linewidths=width, linestyles=style, zorder=order)
        self.axes.add_collection(lines, autolim=False)
        return lines

    def _legend(self) -> None:
        handles = [
            Line2D([], [], marker=look.marker, linestyle="", markersize=8, color=look.colour,
                   markeredgecolor=INK, label=group)
            for group, look in self.looks.items()
        ]  # fmt: skip
        handles += [
            Line2D([], [], marker="x", linestyle=":", color=VERMILION.colour, markeredgecolor=INK,
                   label="leaves, with its ties"),
            Line2D([], [], linestyle="--", linewidth=2.4, color=INK, label="introduction"),
        ]  # fmt: skip
        self.figure.legend(
            handles=handles, loc="lower center", ncols=min(len(handles), 6), frameon=False,
            fontsize=TEXT_SIZE - 0.5, handletextpad=0.5, columnspacing=1.3,
        )  # fmt: skip


def group_looks(groups: "pd.Series[str]") -> dict[str, Look]:
    """Give each group a colour and a shape; refuse more groups than can be told apart.

    Raises:
        ValueError: more than six groups.
    """
    found = sorted(str(group) for group in groups.unique())
    if len(found) > len(LOOKS):
        raise ValueError(
            f"{len(found)} groups are more than the eye tells apart ({len(LOOKS)} at most): "
            "merge small groups"
        )
    return dict(zip(found, LOOKS, strict=False))
