"""Charts of technology watch: bursts of attention, growth with its interval, and themes."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from clusterlib import watch
from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    ORANGE,
    TEXT_SIZE,
    VERMILION,
    Look,
    dress,
    new_figure,
)
from clusterlib.charts.wording import listed

ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
PLACE = (0.2, 0.14, 0.77, 0.76)
GROWTH_LOOKS: dict[str, Look] = {"rising": GREEN, "falling": VERMILION, "not told apart": BLUE}


def growth_table(counts: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return growth a year of each topic: cagr, trend, low, high, verdict and note.

    Example:
        >>> counts = pd.DataFrame([[5, 6, 8, 9, 12]], ["telecare"], range(2020, 2025))
        >>> growth_table(counts, 0.95)["verdict"].tolist()
        ['rising']
    """
    rows = {}
    for topic, row in counts.iterrows():
        try:
            one = watch.growth(row.astype(float), level)
        except ValueError as problem:
            rows[topic] = (np.nan, np.nan, np.nan, np.nan, str(problem).partition(":")[0])
            continue
        rows[topic] = (one.cagr, one.trend, one.low, one.high, one.note)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["cagr", "trend", "low", "high", "note"]
    ).rename_axis("topic")
    verdict = np.select(
        [table["low"] > 0, table["high"] < 0, table["low"].notna()],
        ["rising", "falling", "not told apart"],
        "no interval",
    )
    return table.assign(verdict=verdict)


class BurstRows:
    """One row a topic: a dot for each year, its size the share of documents, a bar for a burst."""

    def __init__(self, axes: Axes, count: int, periods: Sequence[float]) -> None:
        """Draw the frame for up to `count` topics."""
        self.axes = axes
        dress(axes, "When was a topic met more than usual?", "Year", "")
        axes.set_xlim(min(periods) - 0.8, max(periods) + 0.8)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="x", color=GRID)
        self._bars = LineCollection([], colors=ORANGE.colour, linewidths=13, zorder=2,
                                    capstyle="butt")  # fmt: skip
        axes.add_collection(self._bars, autolim=False)
        self._dots = axes.scatter([], [], color=BLUE.colour, edgecolor=INK, linewidths=0.5,
                                  zorder=3)  # fmt: skip
        self._words = [
            axes.text(0.995, row, "", transform=axes.get_yaxis_transform(), ha="right",
                      va="center", fontsize=TEXT_SIZE - 1.5, color=INK, fontstyle="italic")
            for row in range(count)
        ]  # fmt: skip
        self.moving = (self._bars, self._dots, *self._words)
        axes.legend(
            handles=[
                Line2D([], [], color=ORANGE.colour, linewidth=9, label="burst"),
                Line2D([], [], marker="o", linestyle="", color=BLUE.colour, markeredgecolor=INK,
                       markersize=8, label="share of the year's documents (larger = more)"),
            ],
            loc="upper center", bbox_to_anchor=(0.42, -0.11), ncols=2, frameon=False,
            fontsize=TEXT_SIZE - 0.5,
        )  # fmt: skip

    def update(self, counts: pd.DataFrame, totals: "pd.Series[float]", found: pd.DataFrame) -> None:
        """Show topics in the order of `counts`, bursts as `watch.topic_bursts` gives them."""
        row = {topic: place for place, topic in enumerate(counts.index)}
        label_rows(self.axes, list(counts.index))
        share = (counts / totals.replace(0, np.nan)).to_numpy(dtype=float)
        years = np.asarray(counts.columns, dtype=float)
        where = [(x, y, s) for y, values in enumerate(share)
                 for x, s in zip(years, values, strict=True) if s > 0]  # fmt: skip
        seen = np.array(where) if where else np.empty((0, 3))
        self._dots.set_offsets(seen[:, :2])
        self._dots.set_sizes(650 * seen[:, 2])
        bursting = found[found["start"].notna()]
        self._bars.set_segments(
            [[(start - 0.45, row[topic]), (end + 0.45, row[topic])] for topic, start, end in
             zip(bursting["topic"], bursting["start"], bursting["end"], strict=True)]
        )  # fmt: skip
        notes = dict(zip(found["topic"], found["note"], strict=True))
        for place, text in enumerate(self._words):
            words = notes.get(counts.index[place], "") if place < len(counts) else ""
            text.set_text(words if words != "no burst" else "")


class GrowthDots:
    """One row a topic: growth a year with its interval, on a line that starts at no change."""

    def __init__(self, axes: Axes, count: int) -> None:
        """Draw the frame for up to `count` topics."""
        self.axes = axes
        dress(axes, "Which topics grow, and how sure is that?", "Growth a year (per cent)", "")
        axes.axvline(0, color=INK, linestyle="--", linewidth=1.3)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f}"))
        axes.grid(axis="x", color=GRID)
        self._whiskers = LineCollection([], colors=INK, linewidths=1.8, zorder=2)
        axes.add_collection(self._whiskers, autolim=False)
        self._dots = {
            verdict: axes.scatter([], [], s=75, marker=look.marker, color=look.colour,
                                  edgecolor=INK, zorder=3)
            for verdict, look in GROWTH_LOOKS.items()
        }  # fmt: skip
        self._words = [
            axes.text(0.01, row, "", transform=axes.get_yaxis_transform(), va="center",
                      fontsize=TEXT_SIZE - 1, color=FAINT, fontstyle="italic", bbox=ON_WHITE)
            for row in range(count)
        ]  # fmt: skip
        self.moving = (self._whiskers, *self._dots.values(), *self._words)
        axes.legend(
            handles=[
                Line2D([], [], marker=look.marker, linestyle="", color=look.colour,
                       markeredgecolor=INK, markersize=8, label=f"{verdict}")
                for verdict, look in GROWTH_LOOKS.items()
            ],
            loc="upper center", bbox_to_anchor=(0.42, -0.11), ncols=3, frameon=False,
            fontsize=TEXT_SIZE - 0.5,
        )  # fmt: skip

    def update(self, table: pd.DataFrame) -> None:
        """Show the rows of `growth_table`."""
        label_rows(self.axes, list(table.index))
        place = np.arange(len(table), dtype=float)
        values = table[["low", "high", "trend"]].to_numpy(dtype=float)
        known = ~np.isnan(values).any(axis=1)
        self._whiskers.set_segments(
            [[(low, y), (high, y)] for (low, high, _), y in
             zip(values[known], place[known], strict=True)]
        )  # fmt: skip
        for verdict, dots in self._dots.items():
            here = known & (table["verdict"] == verdict).to_numpy(dtype=bool)
            dots.set_offsets(np.column_stack([values[here, 2], place[here]]))
        for row, text in enumerate(self._words):
            words = str(table["note"].iloc[row]) if row < len(table) and not known[row] else ""
            text.set_text(words)
        # Ends in whole steps of a tenth: small changes leave the axis where it is.
        low = min(-0.1, float(values[known, 0].min())) if known.any() else -0.1
        high = max(0.1, float(values[known, 1].max())) if known.any() else 0.1
        self.axes.set_xlim(np.floor(10 * low) / 10, np.ceil(10 * high) / 10)


def label_rows(axes: Axes, names: Sequence[object]) -> None:
    """Write names beside rows, first on top."""
    axes.set_yticks(range(len(names)), [str(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)


def watch_figure(count: int) -> Figure:
    """Return an empty figure of the height that so many topics need."""
    return new_figure(8.6, max(4.4, 0.33 * count + 1.4))


def bursts_by_topic(
    counts: pd.DataFrame,
    totals: "pd.Series[float]",
    scale: float = 2.0,
    gamma: float = 1.0,
    reject: Collection[str] = (),
) -> tuple[Figure, str]:
    """Draw when each topic was met more than usual.

    Args:
        counts: topics x years, documents with the topic.
        totals: documents by year.
        scale: how many times the usual rate a burst is, above 1.
        gamma: how dear it is to enter a burst, 0 or more.
        reject: topics to leave out because they tell nothing.

    Returns:
        The figure, and a summary that names the bursts, strongest first.

    Reference: Kleinberg (2003).

    Example:
        >>> counts = pd.DataFrame([[1, 1, 8, 9, 1, 1]], ["telecare"], range(2019, 2025))
        >>> bursts_by_topic(counts, pd.Series(30, counts.columns))[1]
        '1 burst in 1 of 1 topics: telecare 2021 to 2022. A burst is attention, not success.'
    """
    kept = counts.drop(index=[one for one in reject if one in counts.index])
    found = watch.topic_bursts(kept, totals, scale, gamma)
    figure = watch_figure(len(kept))
    BurstRows(figure.add_axes(PLACE), len(kept), list(kept.columns.astype(float))).update(
        kept, totals, found
    )
    return figure, bursts_summary(found)


def bursts_summary(found: pd.DataFrame) -> str:
    """Name the bursts of `watch.topic_bursts`, strongest first."""
    real = found[found["start"].notna()].sort_values("weight", ascending=False)
    named = listed(
        [
            f"{topic} {int(start)}" + (f" to {int(end)}" if end > start else "")
            for topic, start, end in zip(real["topic"], real["start"], real["end"], strict=True)
        ]
    )
    return (
        f"{len(real)} burst{'' if len(real) == 1 else 's'} in {real['topic'].nunique()} of "
        f"{found['topic'].nunique()} topics: {named}. A burst is attention, not success."
    )
