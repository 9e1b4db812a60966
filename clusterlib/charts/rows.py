"""Drawings with one row an industry; each is drawn once and then only moved."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import ceil, floor, log

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    ORANGE,
    SKY,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
)

PLACE = (0.26, 0.15, 0.70, 0.755)  # left, bottom, width and height of the axes in the figure
_NONE = np.empty((0, 2))
_RATIOS = (0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128)
VERDICTS: dict[str, Look] = {"above 1": GREEN, "below 1": VERMILION, "not told apart": BLUE}
PARTS: dict[str, Look] = {"national": SKY, "mix": ORANGE, "regional": GREEN}


class _Rows(ABC):
    """Industries from top to bottom, with a word in place of a value where there is none."""

    def __init__(self, axes: Axes, count: int, title: str, x_label: str) -> None:
        self.axes = axes
        self.moving: tuple[Artist, ...] = ()
        dress(axes, title, x_label, "")
        self._words = [
            axes.text(0.01, row, "", transform=axes.get_yaxis_transform(), va="center",
                      fontsize=TEXT_SIZE, color=FAINT, fontstyle="italic")
            for row in range(count)
        ]  # fmt: skip

    @abstractmethod
    def update(self, rows: pd.DataFrame) -> None:
        """Show the rows: index industry, columns as each drawing says."""

    @property
    def frame(self) -> tuple[object, ...]:
        """All that stands still while only the marks move."""
        labels = tuple(label.get_text() for label in self.axes.get_yticklabels())
        words = tuple(text.get_text() for text in self._words)
        return labels, words, self.axes.get_xlim(), self.axes.get_title(loc="left")

    def _label(self, names: Sequence[object], words: Sequence[str]) -> None:
        self.axes.set_yticks(range(len(names)), [str(name) for name in names])
        self.axes.set_ylim(len(names) - 0.4, -0.6)
        for row, text in enumerate(self._words):
            text.set_text(words[row] if row < len(words) else "")

    def _legend(self, handles: list[Line2D] | list[Patch | Line2D], columns: int) -> None:
        figure = self.axes.figure
        height = figure.get_figure(root=True).get_figheight()
        self.axes.legend(
            handles=handles, loc="upper center", ncols=columns, frameon=False,
            bbox_to_anchor=(0.4, -0.42 / height / PLACE[3]), fontsize=TEXT_SIZE - 0.5,
            handletextpad=0.4, columnspacing=1.2,
        )  # fmt: skip


class QuotientDots(_Rows):
    """Location quotients as dots with whiskers on a ratio scale."""

    def __init__(self, axes: Axes, count: int, title: str) -> None:
        """Draw the frame for up to `count` industries."""
        super().__init__(axes, count, title, "Location quotient (1 = same share as the reference)")
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(_RATIOS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.axvline(1, color=INK, linestyle="--", linewidth=1.3, zorder=1)
        axes.grid(axis="x", color=GRID)
        self._whiskers = LineCollection([], colors=INK, linewidths=1.8, zorder=2)
        axes.add_collection(self._whiskers, autolim=False)
        self._dots = {
            verdict: axes.scatter(
                [], [], s=75, marker=look.marker, color=look.colour, edgecolor=INK, zorder=3
            )
            for verdict, look in VERDICTS.items()
        }
        self.moving = (self._whiskers, *self._dots.values())
        meaning = {
            "above 1": "whole interval above 1",
            "below 1": "whole interval below 1",
            "not told apart": "interval holds 1",
        }
        self._legend([_key(look, meaning[verdict]) for verdict, look in VERDICTS.items()], 3)

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: index industry; columns lq, low, high, verdict, word (shown if no dot)."""
        self._label(list(rows.index), list(rows["word"]))
        place = np.arange(len(rows), dtype=float)
        values = rows[["low", "high", "lq"]].to_numpy(dtype=float)
        drawn = (rows["word"] == "").to_numpy(dtype=bool)
        segments = [[(low, y), (high, y)] for (low, high, _), y in
                    zip(values[drawn], place[drawn], strict=True)]  # fmt: skip
        self._whiskers.set_segments(segments)
        for verdict, dots in self._dots.items():
            here = drawn & (rows["verdict"] == verdict).to_numpy(dtype=bool)
            dots.set_offsets(
                np.column_stack([values[here, 2], place[here]]) if here.any() else _NONE
            )
        known = values[drawn]
        low = min(0.5, float(known[:, 0].min())) if len(known) else 0.5
        high = max(2.0, float(known[:, 1].max())) if len(known) else 2.0
        # Ends in whole steps of a fifth: small changes leave the axis where it is.
        ends = [floor(log(low, 1.2) - 0.5), ceil(log(high, 1.2) + 0.5)]
        self.axes.set_xlim(1.2 ** ends[0], 1.2 ** ends[1])


class ShiftShareBars(_Rows):
    """The parts of job change as bars that start at zero and stack outwards."""

    def __init__(self, axes: Axes, count: int, title: str) -> None:
        """Draw the frame for up to `count` industries."""
        super().__init__(
            axes, count, title, "Change in jobs between the two years (number of jobs)"
        )
        axes.axvline(0, color=INK, linewidth=1.2)
        axes.grid(axis="x", color=GRID)
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:+,.0f}" if value else "0")
        )
        self._bars = {
            part: axes.barh(range(count), [0.0] * count, height=0.62, color=look.colour,
                            edgecolor=INK, linewidth=0.7, hatch=look.hatch, zorder=2)
            for part, look in PARTS.items()
        }  # fmt: skip
        self._net = axes.scatter([], [], marker="D", s=48, color="white", edgecolor=INK,
                                 linewidths=1.6, zorder=4)  # fmt: skip
        patches = [patch for bars in self._bars.values() for patch in bars]
        self.moving = (*patches, self._net)
        words = {"national": "national growth", "mix": "industry mix", "regional": "regional part"}
        handles: list[Patch | Line2D] = [
            Patch(facecolor=look.colour, edgecolor=INK, hatch=look.hatch, label=words[part])
            for part, look in PARTS.items()
        ]
        self._legend([*handles, _key(Look("white", "D", ""), "change in all")], 4)

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: index industry; columns change, national, mix, regional, word."""
        self._label(list(rows.index), list(rows["word"]))
        values = rows[list(PARTS)].fillna(0.0).to_numpy(dtype=float)
        before = np.cumsum(np.clip(values, 0, None), axis=1) - np.clip(values, 0, None)
        behind = np.cumsum(np.clip(values, None, 0), axis=1) - np.clip(values, None, 0)
        starts = np.where(values >= 0, before, behind)
        for column, bars in enumerate(self._bars.values()):
            for row, bar in enumerate(bars):
                bar.set_visible(row < len(rows))
                if row < len(rows):
                    bar.set_x(float(starts[row, column]))
                    bar.set_width(float(values[row, column]))
        known = rows["change"].notna().to_numpy(dtype=bool)
        change = rows["change"].to_numpy(dtype=float)
        place = np.arange(len(rows), dtype=float)
        self._net.set_offsets(np.column_stack([change[known], place[known]]))
        low = float(np.clip(values, None, 0).sum(axis=1).min(initial=0.0))
        high = float(np.clip(values, 0, None).sum(axis=1).max(initial=0.0))
        room = 0.06 * max(high - low, 1.0)
        self.axes.set_xlim(low - room, high + room)


class StarBoard(_Rows):
    """A table of stars: industries down, measures of two presets across."""

    def __init__(self, axes: Axes, count: int, title: str, columns: Sequence[str]) -> None:
        """Draw the frame for up to `count` industries and one column for each measure."""
        super().__init__(axes, count, title, "")
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_xticks(range(len(columns)), columns, fontsize=TEXT_SIZE - 1)
        axes.axvline(len(columns) / 2 - 0.5, color=FAINT, linewidth=1.0)
        axes.grid(axis="y", color=GRID)
        self._marks = {
            "yes": axes.scatter([], [], marker="*", s=210, color=ORANGE.colour, edgecolor=INK),
            "no": axes.scatter([], [], marker="_", s=60, color=INK),
            "unknown": axes.scatter([], [], marker="$?$", s=60, color=FAINT),
        }
        self.moving = tuple(self._marks.values())
        handles = [
            Line2D([], [], marker="*", linestyle="", markersize=13, color=ORANGE.colour,
                   markeredgecolor=INK, label="star"),
            Line2D([], [], marker="_", linestyle="", color=INK, label="no star"),
            Line2D([], [], marker="$?$", linestyle="", color=FAINT,
                   label="not known: confidential or no figures"),
        ]  # fmt: skip
        self._legend(handles, 3)

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: index industry; one column a measure with yes, no or blank."""
        self._label(list(rows.index), [])
        marks: dict[str, list[tuple[float, float]]] = {kind: [] for kind in self._marks}
        for row, values in enumerate(rows.to_numpy(dtype=object)):
            for column, value in enumerate(values):
                kind = "unknown" if pd.isna(value) else "yes" if bool(value) else "no"
                marks[kind].append((float(column), float(row)))
        for kind, offsets in marks.items():
            self._marks[kind].set_offsets(np.array(offsets) if offsets else _NONE)


def _key(look: Look, words: str) -> Line2D:
    return Line2D([], [], marker=look.marker, linestyle="", markersize=8, color=look.colour,
                  markeredgecolor=INK, label=words)  # fmt: skip
