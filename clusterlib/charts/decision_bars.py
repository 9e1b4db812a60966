"""Bars for choosing: weights with their consistency, options with their rank; drawn once."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
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
    ORANGE,
    SKY,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
)

RULE_OF_THUMB = 0.10
MOST_SHOWN = 0.3  # beyond this the gauge shows an arrow: judgements are far from consistent
_LEFT, _WIDTH = 0.29, 0.69
_ROW, _EDGE = 0.36, 0.62  # inches: height of a row of bars, room for the axis below
_NONE = np.empty((0, 2))


class WeightBoard:
    """Weights of criteria as bars, above a gauge of the consistency ratio."""

    def __init__(self, figure: Figure, criteria: Sequence[str], title: str) -> None:
        """Draw the frame; the figure should be `board_height` inches high."""
        height = figure.get_figheight()
        bars = _ROW * len(criteria)
        self.axes = figure.add_axes(
            (_LEFT, 1 - (0.5 + bars) / height, _WIDTH, bars / height), label="weights"
        )
        dress(self.axes, title, "Weight (share of 1)", "")
        self._bars = _bars(self.axes, criteria, BLUE)
        self._words = _words(self.axes, len(criteria))
        self.gauge = figure.add_axes((_LEFT, 0.62 / height, _WIDTH, 0.42 / height), label="gauge")
        dress(self.gauge, "", "Consistency ratio (0 = no contradiction)", "")
        self.gauge.set(xlim=(0, MOST_SHOWN + 0.02), ylim=(-1, 1), yticks=[0])
        self.gauge.set_yticklabels(["Judgements together"])
        self.gauge.axvline(RULE_OF_THUMB, color=INK, linestyle="--", linewidth=1.4)
        self.gauge.text(RULE_OF_THUMB, 1.15, "rule of thumb: 0.10", fontsize=TEXT_SIZE - 0.5,
                        ha="center", va="bottom", color=INK)  # fmt: skip
        self._marks = {
            marker: self.gauge.scatter([], [], s=130, marker=marker, color=look.colour,
                                       edgecolor=INK, zorder=3, clip_on=False)
            for marker, look in (("o", GREEN), ("s", VERMILION), (">", VERMILION))
        }  # fmt: skip
        self._verdict = self.gauge.text(0, 0, "", va="center", fontsize=TEXT_SIZE, color=INK)
        self.frame = "weights"
        self.moving = (*self._bars, *self._words, *self._marks.values(), self._verdict)

    def update(self, weights: "pd.Series[float]", ratio: float) -> None:
        """Show the weights, criteria in the order of the frame, and the consistency ratio."""
        for bar, word, weight in zip(self._bars, self._words, weights, strict=True):
            bar.set_width(float(weight))
            word.set_x(float(weight) + 0.01)
            word.set_text(f"{weight:.0%}")
        kept = ratio <= RULE_OF_THUMB + 1e-9
        shown = "o" if kept else ">" if ratio > MOST_SHOWN else "s"
        for marker, mark in self._marks.items():
            here = [[min(ratio, MOST_SHOWN + 0.01), 0.0]]
            mark.set_offsets(np.array(here) if marker == shown else _NONE)
        # On the side where there is room.
        left = ratio < 0.2
        self._verdict.set(
            text=f"{ratio:.2f}: {'within' if kept else 'above'}",
            x=min(ratio, MOST_SHOWN) + (0.008 if left else -0.008),
            ha="left" if left else "right",
        )


class RankingBoard:
    """Options as bars of closeness with their ranks, above the weights behind them."""

    def __init__(
        self, figure: Figure, options: Sequence[str], criteria: Sequence[str], title: str,
        baseline: int | None = None,
    ) -> None:  # fmt: skip
        """Draw the frame; `baseline` is the place of the option that stands for doing nothing."""
        height = figure.get_figheight()
        bars, below = _ROW * len(options), _ROW * 0.85 * len(criteria)
        self.axes = figure.add_axes(
            (_LEFT, 1 - (0.5 + bars) / height, _WIDTH, bars / height), label="options"
        )
        dress(self.axes, title, "Closeness (1 = best on everything, 0 = worst on everything)", "")
        self._bars = _bars(self.axes, options, GREEN)
        if baseline is not None:
            self._bars[baseline].set(facecolor=ORANGE.colour, hatch=ORANGE.hatch)
        self._words = _words(self.axes, len(options))
        self._start = self.axes.scatter([], [], marker="D", s=46, color="white", edgecolor=INK,
                                        linewidths=1.5, zorder=4)  # fmt: skip
        self.shares = figure.add_axes(
            (_LEFT, _EDGE / height, _WIDTH, below / height), label="criteria"
        )
        dress(self.shares, "", "Weight after scaling to 1 (share)", "")
        self._parts = _bars(self.shares, criteria, SKY)
        self._part_words = _words(self.shares, len(criteria))
        self._legend(baseline is not None)
        self.frame = "ranking"
        self.moving = (
            *self._bars, *self._words, self._start, *self._parts, *self._part_words
        )  # fmt: skip

    def update(self, ranking: pd.DataFrame, shares: "pd.Series[float]") -> None:
        """Show `ranking` (columns closeness, start, rank, start_rank; rows as in the frame)."""
        for bar, word, row in zip(self._bars, self._words, ranking.to_dict("records"), strict=True):
            bar.set_width(float(row["closeness"]))
            word.set_x(max(float(row["closeness"]), float(row["start"])) + 0.02)
            word.set_text(_rank_words(int(row["rank"]), int(row["start_rank"])))
        places = np.arange(len(ranking), dtype=float)
        self._start.set_offsets(np.column_stack([ranking["start"].to_numpy(dtype=float), places]))
        self._set_shares(shares)

    def clear(self, shares: "pd.Series[float]") -> None:
        """Show weights under which nothing can be ranked: no bar, no rank."""
        for bar, word in zip(self._bars, self._words, strict=True):
            bar.set_width(0.0)
            word.set_x(0.02)
            word.set_text("not ranked")
        self._start.set_offsets(_NONE)
        self._set_shares(shares)

    def _set_shares(self, shares: "pd.Series[float]") -> None:
        for bar, word, share in zip(self._parts, self._part_words, shares, strict=True):
            bar.set_width(float(share))
            word.set_x(float(share) + 0.01)
            word.set_text(f"{share:.0%}")

    def _legend(self, baseline: bool) -> None:
        handles: list[Patch | Line2D] = [
            Patch(facecolor=GREEN.colour, edgecolor=INK, hatch=GREEN.hatch, label="option"),
            Line2D([], [], marker="D", linestyle="", markersize=6.5, color="white",
                   markeredgecolor=INK, markeredgewidth=1.5, label="closeness at the start"),
        ]  # fmt: skip
        if baseline:
            handles.insert(1, Patch(facecolor=ORANGE.colour, edgecolor=INK, hatch=ORANGE.hatch,
                                    label="doing nothing"))  # fmt: skip
        height = self.axes.figure.get_figure(root=True).get_figheight()
        self.axes.figure.get_figure(root=True).legend(
            handles=handles, loc="lower right", ncols=3, frameon=False, fontsize=TEXT_SIZE - 0.5,
            bbox_to_anchor=(0.99, (_EDGE + _ROW * 0.85 * len(self._parts) + 0.06) / height),
        )  # fmt: skip


def weight_board_height(criteria: int) -> float:
    """Return the inches a `WeightBoard` needs."""
    return 0.5 + _ROW * criteria + _EDGE + 0.45 + 0.42 + 0.62


def ranking_board_height(options: int, criteria: int) -> float:
    """Return the inches a `RankingBoard` needs."""
    return 0.5 + _ROW * options + _EDGE + 0.4 + _ROW * 0.85 * criteria + _EDGE


def _bars(axes: Axes, labels: Sequence[str], look: Look) -> list[Rectangle]:
    """Draw one bar a row, from top to bottom, at width 0 on a fixed scale from 0 to 1."""
    count = len(labels)
    axes.set(xlim=(0, 1.18), ylim=(count - 0.4, -0.6))
    lines = ["\n".join(wrap(label, 28, max_lines=2, placeholder="…")) for label in labels]
    axes.set_yticks(range(count), lines)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.grid(axis="x", color=GRID)
    drawn = axes.barh(range(count), [0.0] * count, height=0.6, color=look.colour, edgecolor=INK,
                      linewidth=0.8, hatch=look.hatch, zorder=2)  # fmt: skip
    return [bar for bar in drawn if isinstance(bar, Rectangle)]


def _words(axes: Axes, count: int) -> list[Text]:
    return [
        axes.text(0, row, "", va="center", fontsize=TEXT_SIZE, color=INK, zorder=5)
        for row in range(count)
    ]


def _rank_words(rank: int, start: int) -> str:
    if rank == start:
        return f"rank {rank}"
    return f"rank {rank} {'▲' if rank < start else '▼'} was {start}"
