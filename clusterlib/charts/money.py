"""Drawings of money: cash with its fan, sources, break-even and aid; drawn once, then moved."""

from math import ceil, floor
from textwrap import wrap
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

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

PLACE = (0.13, 0.21, 0.83, 0.69)
ROWS_PLACE = (0.29, 0.21, 0.67, 0.69)
Numbers = npt.NDArray[np.float64]
_NONE = np.empty((0, 2))
_EUR = FuncFormatter(lambda value, _: f"{value:,.0f}")


class CashFan:
    """Cash by month: the plan, the middle of the draws, and the band of eight draws in ten."""

    def __init__(self, axes: Axes, months: pd.Index) -> None:
        """Draw the frame for these months."""
        self.axes = axes
        dress(axes, "", "Month", "Cash at the end of the month (EUR)")
        axes.yaxis.set_major_formatter(_EUR)
        self._places = np.arange(len(months), dtype=float)
        step = max(1, len(months) // 8)
        axes.set_xticks(range(0, len(months), step), [str(one) for one in months[::step]])
        axes.set_xlim(-0.4, len(months) - 0.6)
        axes.axhline(0, color=INK, linewidth=1.4)
        axes.grid(axis="y", color=GRID)
        self._band = PolyCollection(
            [_NONE], facecolor=SKY.colour, edgecolor=BLUE.colour, alpha=0.45, hatch="..", zorder=1
        )
        axes.add_collection(self._band, autolim=False)
        self._middle = _line(axes, BLUE, "-", len(months))
        self._plan = _line(axes, VERMILION, "--", len(months))
        self._low = axes.scatter([], [], marker="X", s=120, color=ORANGE.colour, edgecolor=INK,
                                 zorder=5)  # fmt: skip
        self.moving: tuple[Artist, ...] = (self._band, self._middle, self._plan, self._low)
        _legend(axes, [
            _key(VERMILION, "--", "the plan"), _key(BLUE, "-", "middle of the draws (P50)"),
            Patch(facecolor=SKY.colour, edgecolor=BLUE.colour, hatch="..", alpha=0.45,
                  label="eight draws in ten (P10 to P90)"),
            Line2D([], [], marker="X", linestyle="", markersize=9, color=ORANGE.colour,
                   markeredgecolor=INK, label="lowest of the plan"),
        ], 4)  # fmt: skip

    @property
    def frame(self) -> object:
        """The ends of the axis."""
        return self.axes.get_ylim()

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: one a month, columns plan, P10, P50, P90 in EUR."""
        plan, low, middle, high = rows[["plan", "P10", "P50", "P90"]].to_numpy(dtype=float).T
        there = np.column_stack([self._places, low])
        back = np.column_stack([self._places, high])[::-1]
        self._band.set_verts([np.vstack([there, back])])
        self._middle.set_ydata(middle)
        self._plan.set_ydata(plan)
        lowest = int(plan.argmin())
        self._low.set_offsets([[self._places[lowest], plan[lowest]]])
        _span(self.axes, np.concatenate([low, high, plan, [0.0]]))


class SourceBars:
    """Sources of income as bars of their share, the largest marked."""

    def __init__(self, axes: Axes, sources: pd.Index) -> None:
        """Draw the frame, sources in this order."""
        self.axes = axes
        dress(axes, "", "Share of a year's income (per cent)", "")
        self._bars, self._words = _rows(axes, sources, BLUE)
        axes.set_xlim(0, 118)
        axes.set_xticks(range(0, 101, 20))
        self.moving: tuple[Artist, ...] = (*self._bars, *self._words)
        self.frame: object = "sources"
        _legend(axes, [_patch(VERMILION, "largest source"), _patch(BLUE, "other sources")], 2)

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: index source as in the frame; columns share (0 to 1) and amount (EUR)."""
        largest = int(rows["share"].to_numpy().argmax())
        for place, row in enumerate(rows.to_dict("records")):
            look = VERMILION if place == largest else BLUE
            self._bars[place].set(width=100 * row["share"], facecolor=look.colour, hatch=look.hatch)
            self._words[place].set(
                x=100 * row["share"] + 1, text=f"{row['share']:.0%}, {row['amount']:,.0f} EUR"
            )


class FeeLine:
    """What is left of the fees by number of members, with today's members and the break-even."""

    def __init__(self, axes: Axes) -> None:
        """Draw the frame; the axis grows with the break-even."""
        self.axes = axes
        dress(
            axes, "", "Members at the start of the year (number)", "Left of the fees (EUR a year)"
        )
        axes.yaxis.set_major_formatter(_EUR)
        axes.axhline(0, color=INK, linewidth=1.4)
        axes.grid(axis="y", color=GRID)
        self._line = axes.plot([], [], color=BLUE.colour, linewidth=2.2)[0]
        self._now = axes.scatter([], [], marker="o", s=110, color=GREEN.colour, edgecolor=INK,
                                 zorder=4)  # fmt: skip
        self._even = axes.scatter([], [], marker="D", s=110, color=ORANGE.colour, edgecolor=INK,
                                  zorder=4)  # fmt: skip
        self.moving: tuple[Artist, ...] = (self._line, self._now, self._even)
        _legend(axes, [
            Line2D([], [], color=BLUE.colour, linewidth=2.2, label="fees less service and office"),
            _key(Look(GREEN.colour, "o", ""), "", "members today"),
            _key(Look(ORANGE.colour, "D", ""), "", "break-even"),
        ], 3)  # fmt: skip

    @property
    def frame(self) -> object:
        """The ends of both axes."""
        return self.axes.get_xlim(), self.axes.get_ylim()

    def update(self, rows: pd.DataFrame, today: int, even: int | None) -> None:
        """Show `rows`: index members, column left (EUR a year); no mark without a break-even."""
        members, left = rows.index.to_numpy(dtype=float), rows["left"].to_numpy(dtype=float)
        self._line.set_data(members, left)
        at_today = float(np.interp(today, members, left))
        self._now.set_offsets([[today, at_today]])
        seen = [] if even is None or even > members[-1] else [float(even)]
        heights = np.interp(seen, members, left)
        self._even.set_offsets(np.column_stack([seen, heights]) if seen else _NONE)
        self.axes.set_xlim(0, float(members[-1]))
        _span(self.axes, np.append(left, 0.0))


class AidBars:
    """Planned aid as bars, each against the ceiling of its article."""

    def __init__(self, axes: Axes, measures: pd.Index) -> None:
        """Draw the frame, measures in this order."""
        self.axes = axes
        dress(axes, "", "Aid (EUR)", "")
        axes.xaxis.set_major_formatter(_EUR)
        self._bars, self._words = _rows(axes, measures, GREEN)
        self._ceilings = axes.scatter([], [], marker="|", s=520, color=INK, linewidths=3, zorder=4)
        self.moving: tuple[Artist, ...] = (*self._bars, *self._words, self._ceilings)
        _legend(axes, [
            _patch(GREEN, "within the ceiling"), _patch(VERMILION, "above the ceiling"),
            Line2D([], [], marker="|", linestyle="", markersize=14, markeredgewidth=3, color=INK,
                   label="ceiling"),
        ], 3)  # fmt: skip

    @property
    def frame(self) -> object:
        """The end of the axis."""
        return self.axes.get_xlim()

    def update(self, rows: pd.DataFrame) -> None:
        """Show `rows`: index measure as in the frame; columns planned, ceiling (EUR), allowed."""
        for place, row in enumerate(rows.to_dict("records")):
            look = GREEN if row["allowed"] else VERMILION
            self._bars[place].set(width=row["planned"], facecolor=look.colour, hatch=look.hatch)
            word = (
                "within" if row["allowed"] else f"{row['planned'] - row['ceiling']:,.0f} too much"
            )
            end = max(row["planned"], row["ceiling"])
            self._words[place].set(x=end, text=f"   {word}")
        ceilings = rows["ceiling"].to_numpy(dtype=float)
        self._ceilings.set_offsets(np.column_stack([ceilings, np.arange(len(rows))]))
        most = max(float(ceilings.max()), float(rows["planned"].max()), 1.0)
        self.axes.set_xlim(0, 1.35 * _nice(most))


def _rows(axes: Axes, labels: pd.Index, look: Look) -> tuple[list[Rectangle], list[Text]]:
    count = len(labels)
    axes.set_ylim(count - 0.4, -0.6)
    lines = ["\n".join(wrap(str(label), 26, max_lines=2, placeholder="…")) for label in labels]
    axes.set_yticks(range(count), lines)
    axes.grid(axis="x", color=GRID)
    drawn = axes.barh(range(count), [0.0] * count, height=0.6, color=look.colour, edgecolor=INK,
                      linewidth=0.8, zorder=2)  # fmt: skip
    words = [
        axes.text(0, row, "", va="center", fontsize=TEXT_SIZE, color=INK, zorder=5)
        for row in range(count)
    ]
    return [bar for bar in drawn if isinstance(bar, Rectangle)], words


def _line(axes: Axes, look: Look, style: str, count: int) -> Line2D:
    return axes.plot(
        range(count), [0.0] * count, color=look.colour, linestyle=style, linewidth=2,
        marker=look.marker, markersize=5, markevery=3, markeredgecolor=INK, zorder=3,
    )[0]  # fmt: skip


def _span(axes: Axes, values: Numbers) -> None:
    """Fit the axis to the values in wide steps, so that most moves leave it where it is."""
    step = _nice(float(np.ptp(values)) or 1.0) / 3
    axes.set_ylim(step * floor(values.min() / step), step * ceil(values.max() / step))


def _nice(value: float) -> float:
    """Return the next of 1, 2, 3, 5 and 8 times a power of ten that is not below the value."""
    power = 10.0 ** floor(np.log10(value))
    return float(
        next(power * step for step in (1, 2, 3, 5, 8, 10) if power * step >= value * 0.999)
    )


def _key(look: Look, style: Literal["-", "--", ""], words: str) -> Line2D:
    return Line2D([], [], color=look.colour, linestyle=style, linewidth=2, marker=look.marker,
                  markersize=7, markeredgecolor=INK, label=words)  # fmt: skip


def _patch(look: Look, words: str) -> Patch:
    return Patch(facecolor=look.colour, edgecolor=INK, hatch=look.hatch, label=words)


def _legend(axes: Axes, handles: list[Patch | Line2D], columns: int) -> None:
    axes.legend(
        handles=handles, loc="upper center", ncols=columns, frameon=False,
        bbox_to_anchor=(0.42, -0.155), fontsize=TEXT_SIZE - 0.5, labelcolor=INK,
        handletextpad=0.5, columnspacing=1.2, edgecolor=FAINT,
    )  # fmt: skip
