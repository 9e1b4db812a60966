"""How a cluster moved over the years, and which stage its signals fit."""

import pandas as pd
from matplotlib.figure import Figure
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
    dress,
    new_figure,
)
from clusterlib.labels import LifeCycle

_LOOKS = {"firms": BLUE, "employment": VERMILION}


def life_cycle(
    years: pd.DataFrame, result: LifeCycle, title: str = "Where does this cluster stand?"
) -> tuple[Figure, str]:
    """Draw firms and jobs as index numbers beside the share of signals that fits each stage.

    Args:
        years: as `labels.life_cycle` takes them; index year, firms and employment.
        result: what `labels.life_cycle` returned for them.
        title: the question the chart answers.

    Returns:
        The figure, and a summary with the stage and its reason.

    Example:
        >>> from clusterlib import data, labels
        >>> papers = data.entry_file(2027)
        >>> years = papers.years.xs("Dunmere ceramics")
        >>> stage = labels.life_cycle(years, papers.specialisms.xs("Dunmere ceramics"))
        >>> life_cycle(years, stage)[1].split(":")[0]
        'Stage sustainment (heuristic)'
    """
    figure = new_figure(9.2, 3.9)
    lines = figure.add_axes((0.075, 0.15, 0.46, 0.7))
    dress(lines, title, "Year", "First year = 100")
    lines.grid(axis="y", color=GRID)
    lines.axhline(100, color=FAINT, linewidth=1.0, linestyle=":")
    for name, look in _LOOKS.items():
        known = years[name].dropna()
        lines.plot(
            [int(year) for year in known.index],
            (100 * known / known.iloc[0]).tolist(),
            color=look.colour,
            marker=look.marker,
            markeredgecolor=INK,
            label=name,
        )
    lines.legend(frameon=False, fontsize=TEXT_SIZE, loc="best")
    lines.xaxis.set_major_locator(MaxNLocator(integer=True))
    bars = figure.add_axes((0.675, 0.15, 0.31, 0.7))
    dress(bars, "Which stage fits?", "Signals that fit (of 4)", "")
    count = len(result.fits)
    bars.set(xlim=(0, 4.6), ylim=(count - 0.4, -0.6), xticks=range(5))
    bars.set_yticks(range(count), [str(stage) for stage in result.fits.index])
    for row, (stage, share) in enumerate(result.fits.items()):
        look = GREEN if stage == result.stage else ORANGE
        bars.barh(row, 4 * share, height=0.55, color=look.colour, hatch=look.hatch, edgecolor=INK)
        bars.text(4 * share + 0.1, row, f"{4 * share:.0f}", va="center", fontsize=TEXT_SIZE)
    return figure, life_cycle_summary(result)


def life_cycle_summary(result: LifeCycle) -> str:
    """Say the stage, the reason and each signal in words."""
    signals = "; ".join(
        f"{name} {row['direction']}"
        if pd.isna(row["value"])
        else f"{name} {row['direction']} ({row['value']:.2g} {row['unit']})"
        for name, row in result.signals.iterrows()
    )
    return f"Stage {result.stage} (heuristic): {result.reason}. Signals: {signals}."
