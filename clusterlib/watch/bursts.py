"""Bursts of attention: when a topic is met much more often than usual, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import (
    no_missing,
    numeric_series,
    numeric_table,
    same_labels,
    some_of,
    unique_labels,
)


@dataclass(frozen=True)
class Bursts:
    """`states` by period (1 = burst), `intervals` (start, end, periods, weight), total `weight`."""

    states: pd.Series[int]
    intervals: pd.DataFrame
    weight: float
    base_rate: float
    burst_rate: float


def bursts(
    counts: pd.Series[float], totals: pd.Series[float], scale: float = 2.0, gamma: float = 1.0
) -> Bursts:
    """Find the periods in which a word or topic bursts, with two states (usual and burst).

    Args:
        counts: documents with the topic by period, in time order.
        totals: all documents by period, same labels.
        scale: how many times the usual rate a burst is, above 1.
        gamma: how dear it is to enter a burst, 0 or more; higher means fewer bursts.
    Returns:
        `Bursts`: `states`, `intervals`, `weight` (what the bursts save in cost), `base_rate`
        (all counts over all totals) and `burst_rate` (scale x base rate).
    Raises:
        ValueError: blanks, counts above totals, no documents at all, scale of 1 or less, gamma
            below 0, or a burst rate of 1 or more (the topic is in most documents already).
    Convention:
        Cost of a period is -ln of the binomial chance; entering a burst costs gamma x ln(number of
        periods), leaving is free, the series starts in the usual state. A period without documents
        says nothing, so it never starts a burst by itself. On equal cost the usual state wins. If
        the whole body of documents grows, rates are still relative to it. A burst is attention,
        not success.
    Reference:
        Kleinberg (2003).

    >>> years = range(2008, 2023)
    >>> found = pd.Series([0, 2, 1, 6, 7, 2, 8, 5, 6, 2, 1, 0, 0, 0, 0], index=years)
    >>> read = pd.Series([9, 11, 12, 10, 10, 8, 12, 10, 13, 11, 9, 10, 11, 9, 11], index=years)
    >>> bursts(found, read).intervals.round(3)
       start   end  periods  weight
    0   2011  2016        6  11.304
    """
    _check_sliders(scale, gamma)
    hits, read = _checked(counts, totals)
    base = float(hits.sum() / read.sum())
    if scale * base >= 1:
        raise ValueError(
            f"the topic is in {base:.0%} of all documents, so a burst rate of {scale:g} times that "
            f"is not a share any more: choose a scale below {1 / base:.3g}, or a narrower topic"
        )
    return _search(hits.to_numpy(dtype=float), read.to_numpy(dtype=float), hits.index, scale, gamma)


def topic_bursts(
    counts: pd.DataFrame, totals: pd.Series[float], scale: float = 2.0, gamma: float = 1.0
) -> pd.DataFrame:
    """Find the bursts of many topics at once.

    Args:
        counts: topics x periods in time order, documents with the topic.
        totals, scale, gamma: as in `bursts`.
    Returns:
        One row a burst: topic, start, end, periods, weight and note; a topic without a burst has
        one row of blanks with the note "no burst", and one in too many documents for a burst of
        this scale says in how many.
    Raises:
        ValueError: as `bursts`, but not for a topic that is too common.
    Reference:
        Kleinberg (2003).

    >>> counts = pd.DataFrame([[1, 1, 8, 9, 1, 1]], ["telecare"], range(2019, 2025))
    >>> topic_bursts(counts, pd.Series(30, counts.columns))[["topic", "start", "end"]]
          topic  start   end
    0  telecare   2021  2022
    """
    _check_sliders(scale, gamma)
    table = numeric_table(counts, "counts")
    blank = table.index[table.isna().any(axis=1)]
    if len(blank):
        raise ValueError(f"counts missing for {some_of(blank)}: write 0 if you looked")
    _, read = _checked(table.max(), totals)
    rows: list[tuple[object, ...]] = []
    for topic, hits in zip(table.index, table.to_numpy(dtype=float), strict=True):
        share = float(hits.sum() / read.sum())
        if scale * share >= 1:
            rows.append((topic, *[np.nan] * 4, f"in {share:.0%} of all documents: too common"))
            continue
        found = _search(hits, read.to_numpy(dtype=float), table.columns, scale, gamma).intervals
        rows += [(topic, *one, "") for one in found.itertuples(index=False)]
        if found.empty:
            rows.append((topic, *[np.nan] * 4, "no burst"))
    columns = ["topic", "start", "end", "periods", "weight", "note"]
    return pd.DataFrame(rows, columns=columns).astype({"periods": "Int64"})


def _check_sliders(scale: float, gamma: float) -> None:
    if not (scale > 1 and np.isfinite(scale)):
        raise ValueError(f"scale must be above 1 (a burst is more than usual); you gave {scale}")
    if not (gamma >= 0 and np.isfinite(gamma)):
        raise ValueError(f"gamma must be 0 or more; you gave {gamma}")


def _search(
    hits: np.ndarray, read: np.ndarray, labels: pd.Index, scale: float, gamma: float
) -> Bursts:
    """Find the bursts in counts that were checked."""
    base = float(hits.sum() / read.sum())
    burst, n = scale * base, len(hits)
    costs = np.zeros((n, 2))
    if base > 0:
        for state, rate in enumerate((base, burst)):
            costs[:, state] = -hits * np.log(rate) - (read - hits) * np.log1p(-rate)
    states = _cheapest(costs, gamma * np.log(n))
    saving = costs[:, 0] - costs[:, 1]
    ends = np.flatnonzero(np.diff(np.r_[0, states, 0]))
    spans = [(first, last - 1) for first, last in zip(ends[::2], ends[1::2], strict=True)]
    intervals = pd.DataFrame(
        {
            "start": [labels[first] for first, _ in spans],
            "end": [labels[last] for _, last in spans],
            "periods": [int(last - first + 1) for first, last in spans],
            "weight": [float(saving[first : last + 1].sum()) for first, last in spans],
        }
    )
    return Bursts(
        states=pd.Series(states, index=labels, name="burst"),
        intervals=intervals,
        weight=float(intervals["weight"].sum()),
        base_rate=base,
        burst_rate=burst,
    )


def _checked(
    counts: pd.Series[float], totals: pd.Series[float]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return aligned counts and totals that can be shares."""
    hits = no_missing(numeric_series(counts, "counts"), "counts", "write 0 if you looked")
    read = no_missing(numeric_series(totals, "totals"), "totals", "write 0 if there were none")
    unique_labels(hits.index, "periods")
    same_labels(hits.index, read.index, "periods")
    read = read.loc[list(hits.index)]
    more = hits.index[hits > read]
    if len(more):
        raise ValueError(f"more documents on the topic than documents in {some_of(more)}")
    if read.sum() == 0:
        raise ValueError("no documents in any period: there is nothing to search for bursts")
    return hits, read


def _cheapest(costs: np.ndarray, enter: float) -> np.ndarray:
    """Cheapest path through the two states (Viterbi); equal costs fall to the usual state."""
    n = len(costs)
    came_from = np.zeros((n, 2), dtype=int)
    usual, burst = costs[0, 0], enter + costs[0, 1]
    for period in range(1, n):
        came_from[period] = int(burst < usual), int(burst < usual + enter)
        usual, burst = (
            min(usual, burst) + costs[period, 0],
            min(burst, usual + enter) + costs[period, 1],
        )
    states = np.zeros(n, dtype=int)
    states[-1] = int(burst < usual)
    for period in range(n - 1, 0, -1):
        states[period - 1] = came_from[period, states[period]]
    return states
