"""Charts of evaluation: what a programme changed, and what learners gained."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    ORANGE,
    TEXT_SIZE,
    VERMILION,
    ask,
    dress,
    new_figure,
)
from clusterlib.evaluation import (
    DifferenceInDifferences,
    LearningGain,
    difference_in_differences,
    learning_gain,
)

PLACE = (0.1, 0.17, 0.87, 0.73)
_NONE = np.empty((0, 2))


class TwoLines:
    """Means of both groups by year, and where the supported would be without the programme."""

    def __init__(self, axes: Axes) -> None:
        """Draw the frame."""
        self.axes = axes
        dress(axes, "", "Year", "")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color=GRID)
        (self._treated,) = axes.plot(
            [],
            [],
            color=GREEN.colour,
            marker=GREEN.marker,
            markersize=9,
            linewidth=2.2,
            markeredgecolor=INK,
        )
        (self._others,) = axes.plot(
            [],
            [],
            color=BLUE.colour,
            marker=BLUE.marker,
            markersize=8,
            linewidth=2.2,
            markeredgecolor=INK,
        )
        (self._without,) = axes.plot([], [], color=GREEN.colour, linestyle=":", linewidth=2.6)
        self._start = axes.axvline(0, color=INK, linestyle="--", linewidth=1.3)
        self.moving = (self._start, self._without, self._others, self._treated)
        axes.legend(
            [self._treated, self._others, self._without, self._start],
            ["supported", "others", "supported, had they moved like the others", "start"],
            loc="upper center", bbox_to_anchor=(0.48, -0.13), ncols=4, frameon=False,
            fontsize=TEXT_SIZE - 0.5, columnspacing=1.2,
        )  # fmt: skip

    def update(self, means: pd.DataFrame, start: float, unit: str) -> None:
        """Show means (index year; columns others, supported) with the start between two years."""
        years = np.asarray(means.index, dtype=float)
        treated, others = (means[name].to_numpy(dtype=float) for name in ("supported", "others"))
        before = years < start
        gap = float(np.nanmean(treated[before]) - np.nanmean(others[before]))
        self._treated.set_data(years, treated)
        self._others.set_data(years, others)
        self._without.set_data(years[~before], others[~before] + gap)
        self._start.set_xdata([start - 0.5, start - 0.5])
        values = np.concatenate([treated, others, others + gap])
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        room = max(0.1 * (high - low), 1e-9)
        self.axes.set(xlim=(years[0] - 0.4, years[-1] + 0.4), ylim=(low - room, high + room))
        self.axes.set_ylabel(unit)


class EffectDots:
    """The gap between the groups year by year, with intervals, around no effect."""

    def __init__(self, axes: Axes) -> None:
        """Draw the frame."""
        self.axes = axes
        dress(axes, "", "Year", "")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color=GRID)
        axes.axhline(0, color=INK, linewidth=1.2)
        self._start = axes.axvline(0, color=INK, linestyle="--", linewidth=1.3)
        self._whiskers = LineCollection([], colors=INK, linewidths=1.8, zorder=2)
        axes.add_collection(self._whiskers, autolim=False)
        self._before = axes.scatter(
            [], [], s=80, marker=ORANGE.marker, color=ORANGE.colour, edgecolor=INK, zorder=3
        )
        self._after = axes.scatter(
            [], [], s=80, marker=GREEN.marker, color=GREEN.colour, edgecolor=INK, zorder=3
        )
        self.moving = (self._start, self._whiskers, self._before, self._after)
        axes.legend(
            [self._before, self._after, self._start],
            ["before the start (should lie near 0)", "after the start", "start"],
            loc="upper center", bbox_to_anchor=(0.48, -0.13), ncols=3, frameon=False,
            fontsize=TEXT_SIZE - 0.5,
        )  # fmt: skip

    def update(self, study: pd.DataFrame, start: float, unit: str) -> None:
        """Show the rows of `evaluation.event_study`."""
        years = np.asarray(study.index, dtype=float)
        effect = study["effect"].to_numpy(dtype=float)
        ends = study[["low", "high"]].to_numpy(dtype=float)
        known = ~np.isnan(ends).any(axis=1)
        self._whiskers.set_segments(
            [
                [(x, low), (x, high)]
                for x, (low, high) in zip(years[known], ends[known], strict=True)
            ]
        )
        before = study["before"].to_numpy(dtype=bool)
        self._before.set_offsets(np.column_stack([years[before], effect[before]]))
        self._after.set_offsets(np.column_stack([years[~before], effect[~before]]))
        self._start.set_xdata([start - 0.5, start - 0.5])
        reach = 1.15 * float(np.nanmax(np.abs(np.append(ends[known].ravel(), effect)))) or 1.0
        self.axes.set(xlim=(years[0] - 0.4, years[-1] + 0.4), ylim=(-reach, reach))
        self.axes.set_ylabel(unit)


class GainLines:
    """Every learner from the first to the second test, sorted by the first."""

    def __init__(self, axes: Axes, maximum: float) -> None:
        """Draw the frame for marks from 0 to `maximum`."""
        self.axes = axes
        dress(axes, "", "Learner, in the order of the first test", "Marks")
        axes.set_ylim(-0.03 * maximum, 1.05 * maximum)
        axes.axhline(maximum, color=FAINT, linewidth=1.0, linestyle=":")
        axes.grid(axis="y", color=GRID)
        self._lines = LineCollection([], colors=INK, linewidths=1.6, zorder=2)
        axes.add_collection(self._lines, autolim=False)
        self._pre = axes.scatter([], [], s=60, marker="o", color="white", edgecolor=INK, zorder=3)
        self._rise = axes.scatter(
            [], [], s=80, marker=GREEN.marker, color=GREEN.colour, edgecolor=INK, zorder=3
        )
        self._fall = axes.scatter(
            [], [], s=80, marker="v", color=VERMILION.colour, edgecolor=INK, zorder=3
        )
        self.moving = (self._lines, self._pre, self._rise, self._fall)
        axes.legend(
            [self._pre, self._rise, self._fall, Line2D([], [], color=FAINT, linestyle=":")],
            ["first test", "second test, gained", "second test, no gain or a loss", "full marks"],
            loc="upper center", bbox_to_anchor=(0.48, -0.13), ncols=4, frameon=False,
            fontsize=TEXT_SIZE - 0.5, columnspacing=1.2,
        )  # fmt: skip

    def update(self, learners: pd.DataFrame) -> None:
        """Show learners with pre and post."""
        marks = learners[["pre", "post"]].sort_values("pre", kind="stable")
        place = np.arange(len(marks), dtype=float)
        pre, post = (marks[name].to_numpy(dtype=float) for name in ("pre", "post"))
        self._lines.set_segments(
            [[(x, a), (x, b)] for x, a, b in zip(place, pre, post, strict=True)]
        )
        self._pre.set_offsets(np.column_stack([place, pre]))
        up = post > pre
        self._rise.set_offsets(np.column_stack([place[up], post[up]]) if up.any() else _NONE)
        self._fall.set_offsets(np.column_stack([place[~up], post[~up]]) if not up.all() else _NONE)
        self.axes.set_xlim(-0.7, len(marks) - 0.3)
        self.axes.set_xticks(place, [str(name) for name in marks.index], rotation=90)


def impact_figure() -> Figure:
    """Return an empty figure for one of the drawings."""
    return new_figure(9.0, 5.4)


def group_means(panel: pd.DataFrame, outcome: str, treated: str, time: str) -> pd.DataFrame:
    """Return the mean outcome by year of both groups: columns others and supported.

    Example:
        >>> panel = pd.DataFrame({"year": [1, 1, 2, 2], "s": [0, 1, 0, 1], "jobs": [4, 6, 5, 9]})
        >>> group_means(panel, "jobs", "s", "year")["supported"].tolist()
        [6.0, 9.0]
    """
    group = panel[treated].astype(bool).map({True: "supported", False: "others"})
    means = panel.assign(group=group).pivot_table(outcome, time, "group", "mean")
    return means.reindex(columns=["others", "supported"])


def effect_summary(result: DifferenceInDifferences, unit: str, digits: int = 2) -> str:
    """Say in words what a difference-in-differences found, with its interval.

    Example:
        >>> from clusterlib import evaluation
        >>> panel = pd.DataFrame({"jobs": [20.0, 21, 23, 21], "s": [1, 1, 0, 0], "a": [0, 1, 0, 1]})
        >>> found = evaluation.difference_in_differences(panel, "jobs", "s", "a")
        >>> effect_summary(found, "jobs")
        'Supported changed by +1.00, others by -2.00: effect +3.00 (jobs), no interval from so few \
rows.'
    """
    change = result.cells["change"]
    words = (
        f"Supported changed by {change[True]:+,.{digits}f}, others by {change[False]:+,.{digits}f}"
        f": effect {result.effect:+,.{digits}f} ({unit}), "
    )
    if np.isnan(result.low):
        return words + "no interval from so few rows."
    sure = "" if result.low > 0 or result.high < 0 else ", which holds no effect at all"
    return (
        f"{words}95 % interval {result.low:+,.{digits}f} to {result.high:+,.{digits}f}{sure} "
        f"({result.rows} rows of {result.clusters} units)."
    )


def before_and_after(
    panel: pd.DataFrame, outcome: str, treated: str, time: str, start: float,
    unit: str | None = None,
) -> tuple[Figure, str]:  # fmt: skip
    """Draw both groups over the years, and where the supported would be without the programme.

    Args:
        panel, outcome, treated, time, start, unit: as for `evaluation.placebo`.

    Returns:
        The figure, and a summary with the effect and its interval.

    Raises:
        ValueError: as `evaluation.difference_in_differences`.

    Reference: Card and Krueger (1994).

    Example:
        >>> panel = pd.DataFrame({"year": [1, 1, 2, 2], "s": [0, 1, 0, 1], "jobs": [4, 6, 5, 9]})
        >>> before_and_after(panel, "jobs", "s", "year", 2)[1]
        'Supported changed by +3.00, others by +1.00: effect +2.00 (jobs), no interval from so few \
rows.'
    """
    used = panel.assign(**{"after the start": panel[time] >= start})
    result = difference_in_differences(used, outcome, treated, "after the start", unit)
    figure = impact_figure()
    lines = TwoLines(figure.add_axes(PLACE))
    ask(lines.axes, "Did supported firms change more than the others?")
    lines.update(group_means(panel, outcome, treated, time), start, f"Mean {outcome}")
    return figure, effect_summary(result, outcome)


def gain_summary(gain: LearningGain) -> str:
    """Say in words how much of what could be learned was learned, in three ways."""
    left = len(gain.unmatched_pre) + len(gain.unmatched_post)
    lost = int((gain.learners["post"] < gain.learners["pre"]).sum())
    return (
        f"Class gain {gain.class_gain:.2f} ({gain.band}), mean of the learners' gains "
        f"{gain.mean_gain:.2f}, normalised change {gain.normalised_change:.2f}; "
        f"{gain.matched} learners sat both tests, {left} only one, {lost} lost marks."
    )


def learning_gains(
    pre: "pd.Series[float] | Sequence[float]",
    post: "pd.Series[float] | Sequence[float]",
    maximum: float = 100.0,
) -> tuple[Figure, str]:
    """Draw every learner's two tests.

    Args:
        pre: result of the first test by learner, 0 to `maximum`.
        post: result of the second test by learner.
        maximum: full marks.

    Returns:
        The figure, and a summary with the gain measured in three ways.

    Raises:
        ValueError: nobody sat both tests, or marks off the scale.

    Reference: Hake (1998); Marx and Cummings (2007).

    Example:
        >>> learning_gains([20, 60, 90, 50], [60, 80, 85, 100])[1]
        "Class gain 0.58 (medium), mean of the learners' gains 0.38, normalised change 0.49; \
4 learners sat both tests, 0 only one, 1 lost marks."
    """
    gain = learning_gain(pre, post, maximum)
    figure = impact_figure()
    lines = GainLines(figure.add_axes(PLACE), maximum)
    ask(lines.axes, "Who learned how much?")
    lines.update(gain.learners)
    return figure, gain_summary(gain)
