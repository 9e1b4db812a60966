"""The board of offers and demands: how well texts fit, who is paired, who would rather swap."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clusterlib.charts.style import (
    FAINT,
    GREEN,
    GRID,
    INK,
    SKY,
    TEXT_SIZE,
    VERMILION,
    dress,
    new_figure,
)
from clusterlib.charts.wording import Names, listed, named

Pair = tuple[str, str]
_NOTHING = np.empty((0, 2))
_SLOTS = 12


class PairBoard:
    """Demands down, offers across: a dot for each pair that fits; `update` moves the marks."""

    def __init__(
        self, axes: Axes, demands: Sequence[str], offers: Sequence[str], names: Sequence[str]
    ) -> None:
        """Draw the frame; `names` stand beside the demands."""
        self.axes = axes
        self._row = {code: place for place, code in enumerate(demands)}
        self._column = {code: place for place, code in enumerate(offers)}
        dress(axes, "Who suits whom, and who meets when?", "Offer", "")
        axes.set_xticks(range(len(offers)), list(offers), rotation=90 if len(offers) > 12 else 0)
        axes.set_yticks(range(len(demands)), list(names))
        axes.set(xlim=(-0.6, len(offers) - 0.4), ylim=(len(demands) - 0.4, -0.6))
        axes.grid(color=GRID)
        self._weak = axes.scatter([], [], s=16, marker=".", color=FAINT, zorder=2)
        self._fits = axes.scatter(
            [], [], marker="o", color=SKY.colour, edgecolor=INK, linewidths=0.6, zorder=3
        )
        self._paired = axes.scatter(
            [], [], s=330, marker="s", facecolor="none", edgecolor=GREEN.colour, linewidths=3,
            zorder=4,
        )  # fmt: skip
        self._blocking = axes.scatter(
            [], [], s=330, marker="x", color=VERMILION.colour, linewidths=2.4, zorder=4
        )
        self._slots = [
            axes.scatter([], [], s=52, marker=f"${number}$", color=INK, linewidths=0.4, zorder=5)
            for number in range(1, _SLOTS + 1)
        ]
        self.moving = (self._weak, self._fits, self._paired, self._blocking, *self._slots)
        axes.legend(
            handles=[
                _key("o", SKY.colour, INK, "fits (larger = better)", 10),
                _key("s", "none", GREEN.colour, "paired", 13, 3),
                _key("x", VERMILION.colour, VERMILION.colour, "would both rather swap", 10, 2.4),
                _key("$1$", INK, INK, "slot of the meeting", 8),
                _key(".", FAINT, FAINT, "below the threshold", 6),
            ],
            loc="upper center", bbox_to_anchor=(0.31, -0.14), ncols=5, frameon=False,
            fontsize=TEXT_SIZE - 1.5, handletextpad=0.4, columnspacing=1.2,
        )  # fmt: skip

    def update(
        self,
        fits: pd.DataFrame,
        weak: Collection[Pair],
        paired: Collection[Pair],
        blocking: Collection[Pair],
        slots: Mapping[Pair, int],
    ) -> None:
        """Show pairs (offer, demand): `fits` has offer, demand and score; slots count from 1."""
        pairs = list(zip(fits["offer"], fits["demand"], strict=True))
        self._fits.set_offsets(self._places(pairs))
        self._fits.set_sizes(60 + 260 * fits["score"].fillna(0).to_numpy(dtype=float))
        self._weak.set_offsets(self._places(weak))
        self._paired.set_offsets(self._places(paired))
        self._blocking.set_offsets(self._places(blocking))
        for number, marks in enumerate(self._slots, start=1):
            marks.set_offsets(
                self._places([pair for pair, slot in slots.items() if slot == number])
            )

    def _places(self, pairs: Collection[Pair]) -> np.ndarray:
        places = [(self._column[offer], self._row[demand]) for offer, demand in pairs]
        return np.array(places, dtype=float) if places else _NOTHING


def _key(
    marker: str, colour: str, edge: str, words: str, size: float, width: float = 0.8
) -> Line2D:
    return Line2D([], [], marker=marker, linestyle="", markersize=size, color=colour,
                  markerfacecolor=colour, markeredgecolor=edge, markeredgewidth=width,
                  label=words)  # fmt: skip


def pair_axes(demands: int) -> tuple[Figure, Axes]:
    """Return a figure with axes that leave room for the names of the demands."""
    figure = new_figure(9.2, max(4.0, 0.31 * demands + 1.7))
    return figure, figure.add_axes((0.29, 0.17, 0.69, 0.74))


def offers_demands(
    matches: pd.DataFrame,
    match: Mapping[str, str | None],
    blocking: Sequence[Pair] = (),
    threshold: float = 0.0,
    names: Names = None,
) -> tuple[Figure, str]:
    """Draw which offers fit which demands, who is paired, and which pairs would rather swap.

    Args:
        matches: what `partners.match_texts` returned.
        match: demand of each offer, or None, as `partners.stable_match` returns it.
        blocking: pairs (offer, demand), as `partners.blocking_pairs` returns them.
        threshold: pairs with a lower score are drawn small.
        names: names to show beside the codes of the demands.

    Returns:
        The figure, and a summary of how many are paired and who would rather swap.

    Raises:
        ValueError: a pair of an offer or a demand that does not stand in `matches`.

    Example:
        >>> from clusterlib import partners
        >>> offers = pd.Series({"O1": "clinical trial design", "O2": "polymer moulding"})
        >>> demands = pd.Series({"D1": "partner for a clinical trial", "D2": "legal advice"})
        >>> matches = partners.match_texts(offers, demands)
        >>> figure, summary = offers_demands(matches, {"O1": "D1"})
        >>> summary
        '1 of 2 demands paired: O1 with D1. Without an offer: D2. No two would rather have each \
other.'
    """
    found = matches[matches["offer"].notna()]
    demands = [str(one) for one in dict.fromkeys(matches["demand"])]
    pairs = [(offer, demand) for offer, demand in match.items() if demand is not None]
    offers = sorted({str(one) for one in found["offer"]})
    strange = [
        f"{offer}/{demand}"
        for offer, demand in [*pairs, *blocking]
        if offer not in offers or demand not in demands
    ]
    if strange:
        raise ValueError(f"pairs that are not among the matches: {listed(strange)}")
    figure, axes = pair_axes(len(demands))
    strong = (found["score"].fillna(1.0) >= threshold) if threshold else found["score"].notna()
    weak = found[~strong]
    labels = [
        f"{code} {name}" if name != code else code
        for code, name in zip(demands, named(pd.Index(demands), names), strict=True)
    ]
    PairBoard(axes, demands, offers, labels).update(
        found[strong], list(zip(weak["offer"], weak["demand"], strict=True)), pairs, blocking, {}
    )
    return figure, pairs_summary(pairs, demands, blocking)


def pairs_summary(pairs: Sequence[Pair], demands: Sequence[str], blocking: Sequence[Pair]) -> str:
    """Say in words who is paired, which demands stay without, and who would rather swap."""
    paired = listed([f"{offer} with {demand}" for offer, demand in pairs], "nobody")
    served = {demand for _, demand in pairs}
    alone = [demand for demand in demands if demand not in served]
    swap = listed([f"{offer} and {demand}" for offer, demand in blocking])
    last = f"Would both rather have each other: {swap}." if blocking else ""
    return (
        f"{len(pairs)} of {len(demands)} demands paired: {paired}. Without an offer: "
        f"{listed(alone)}. {last or 'No two would rather have each other.'}"
    )
