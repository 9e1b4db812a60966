"""Ranking options by scores and weights, and how far the ranking hangs on the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import (
    choice,
    no_missing,
    numeric_series,
    numeric_table,
    same_labels,
    unique_labels,
)


@dataclass(frozen=True)
class Sensitivity:
    """Ranking at the given weights, `tornado` (one weight at a time), `acceptability` (all)."""

    closeness: pd.Series[float]
    winner: object
    tornado: pd.DataFrame
    acceptability: pd.DataFrame
    winner_share: float
    runs: int
    seed: int


def topsis(
    scores: pd.DataFrame,
    weights: pd.Series[float] | Sequence[float],
    benefit: pd.Series[bool] | Sequence[bool],
    *,
    normalisation: str = "vector",
) -> pd.Series[float]:
    """Rank options by closeness to the best and distance from the worst values on the table.

    Args:
        scores: rows options, columns criteria, any units, no blanks.
        weights: by criterion (same order, or labelled), 0 or more; only their proportions count.
        benefit: by criterion, True if more is better, False if less is better (a cost).
        normalisation: "vector" (each column divided by its length, the original) or "minmax".
    Returns:
        Series of closeness, 0 (worst on everything) to 1 (best on everything).
    Raises:
        ValueError: a blank, weights that are negative or all 0, or options that do not differ on
            any criterion with weight: then there is nothing to rank.
    Convention:
        A criterion that is 0 for all, or the same for all under "minmax", tells nothing and moves
        nothing. The normalisation is a choice that can change the order: say which. Adding or
        removing an option can change the order of the others.
    Reference:
        Hwang and Yoon (1981).

    >>> scores = pd.DataFrame({"jobs": [40, 25, 10], "cost": [300, 120, 90]},
    ...                       index=["science park", "voucher", "club"])
    >>> topsis(scores, [0.6, 0.4], [True, False]).round(3).to_dict()
    {'science park': 0.598, 'voucher': 0.599, 'club': 0.402}
    """
    table, share, good = _inputs(scores, weights, benefit)
    options = _normalised(table.to_numpy(), good, normalisation)
    closeness = _closeness(options, share.to_numpy()[None, :])[0]
    if np.isnan(closeness).any():
        raise ValueError(
            "the options do not differ on any criterion that has weight, so they cannot be ranked: "
            "add a criterion that tells them apart, or another option (such as doing nothing)"
        )
    return pd.Series(closeness, index=table.index, name="closeness")


def _inputs(
    scores: pd.DataFrame,
    weights: pd.Series[float] | Sequence[float],
    benefit: pd.Series[bool] | Sequence[bool],
) -> tuple[pd.DataFrame, pd.Series[float], np.ndarray]:
    """Return clean scores, weights that add up to 1, and which criteria are benefits."""
    table = no_missing(
        numeric_table(scores, "scores", minimum=None), "scores", "score it, or drop the criterion"
    )
    share = no_missing(_by_criterion(weights, table.columns, "weights"), "weights", "give a weight")
    if share.max() <= 0:
        raise ValueError("all weights are 0: at least one criterion must count")
    share = share / share.max()
    good = no_missing(_by_criterion(benefit, table.columns, "benefit"), "benefit", "True or False")
    return table, share / share.sum(), good.to_numpy() != 0


def _by_criterion(
    values: pd.Series[float] | pd.Series[bool] | Sequence[float] | Sequence[bool],
    criteria: pd.Index,
    what: str,
) -> pd.Series[float]:
    """Match values to criteria by label if they carry labels, else by position."""
    if isinstance(values, pd.Series):
        clean = numeric_series(values.astype(float), what)
        same_labels(clean.index, criteria, f"criteria of the {what}")
        return clean.loc[list(criteria)]
    given = [float(value) for value in values]
    if len(given) != len(criteria):
        raise ValueError(f"{len(given)} {what} for {len(criteria)} criteria: give one for each")
    return numeric_series(pd.Series(given, index=criteria), what)


def _normalised(values: np.ndarray, good: np.ndarray, normalisation: str) -> np.ndarray:
    """Put all criteria on one scale on which more is better."""
    choice(normalisation, ("vector", "minmax"), "normalisation")
    if normalisation == "minmax":
        values = values - values.min(axis=0)
    # Divide by the largest first, so that squares of very large numbers stay finite.
    largest = np.abs(values).max(axis=0)
    values = values / np.where(largest > 0, largest, 1.0)
    if normalisation == "vector":
        length = np.sqrt((values**2).sum(axis=0))
        values = values / np.where(length > 0, length, 1.0)
    return np.where(good, values, -values)


def _closeness(options: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Closeness of every option (columns) for every set of weights (rows); NaN if no difference."""
    squares = weights**2
    to_best = np.sqrt(squares @ ((options - options.max(axis=0)) ** 2).T)
    to_worst = np.sqrt(squares @ ((options - options.min(axis=0)) ** 2).T)
    both: np.ndarray = to_best + to_worst
    with np.errstate(invalid="ignore"):
        closeness: np.ndarray = to_worst / both
    return closeness


def weight_sensitivity(
    scores: pd.DataFrame,
    weights: pd.Series[float] | Sequence[float],
    benefit: pd.Series[bool] | Sequence[bool],
    *,
    swing: float = 0.25,
    runs: int = 2000,
    seed: int = 0,
    around: str = "given",
    normalisation: str = "vector",
) -> Sensitivity:
    """Show how firm a TOPSIS ranking is when the weights are not.

    Args:
        scores, weights, benefit, normalisation: as in `topsis`.
        swing: how far each weight moves up and down, as a share of itself, 0 to 1.
        runs: number of random sets of weights.
        seed: of the random generator, so that the answer can be repeated.
        around: "given" draws each weight evenly within the swing; "any" draws all sets of weights
            that add up to 1 with equal chance (as if nothing were known of them).
    Returns:
        `Sensitivity`: `closeness` at the given weights, `winner`, `tornado` (by criterion: weight,
        closeness of the winner with the weight low and high, reach, who wins then, and whether the
        winner changes; widest reach first), `acceptability` (options x ranks, share of runs) and
        `winner_share`, the share of runs in which the winner comes first.
    Raises:
        ValueError: as `topsis`; swing outside 0-1; fewer than 1 run.
    Convention:
        After a weight moves, all are scaled to add up to 1 again. Of several best the first in the
        table is the winner, and a tie with it is no change. Options that tie share their
        ranks evenly, so every row and every column of `acceptability` adds up to 1.

    >>> scores = pd.DataFrame({"jobs": [40, 25, 10], "cost": [300, 120, 90]},
    ...                       index=["science park", "voucher", "club"])
    >>> result = weight_sensitivity(scores, [0.6, 0.4], [True, False], seed=1)
    >>> result.winner, result.tornado["winner_changes"].to_dict()
    ('voucher', {'jobs': True, 'cost': True})
    """
    if not 0 <= swing <= 1:
        raise ValueError(f"swing is a share from 0 to 1; you gave {swing}")
    if runs < 1:
        raise ValueError(f"at least one run is needed; you gave {runs}")
    choice(around, ("given", "any"), "around")
    closeness = topsis(scores, weights, benefit, normalisation=normalisation)
    table, share, good = _inputs(scores, weights, benefit)
    unique_labels(table.index, "options")
    options = _normalised(table.to_numpy(), good, normalisation)
    random = np.random.default_rng(seed)
    size = (runs, len(share))
    if around == "any":
        drawn = random.dirichlet(np.ones(len(share)), size=runs)
    else:
        drawn = share.to_numpy() * random.uniform(1 - swing, 1 + swing, size=size)
        drawn = np.where(drawn.sum(axis=1, keepdims=True) > 0, drawn, share.to_numpy())
    results = np.nan_to_num(_closeness(options, drawn), nan=0.5)
    accepted = _rank_shares(results)
    place = int(closeness.to_numpy().argmax())
    return Sensitivity(
        closeness=closeness,
        winner=table.index[place],
        tornado=_tornado(options, share, table.index, place, swing),
        acceptability=pd.DataFrame(
            accepted, table.index, pd.RangeIndex(1, len(table) + 1, name="rank")
        ),
        winner_share=float(accepted[place, 0]),
        runs=runs,
        seed=seed,
    )


def _tornado(
    options: np.ndarray, share: pd.Series[float], names: pd.Index, place: int, swing: float
) -> pd.DataFrame:
    """Move one weight at a time and follow the winner."""
    rows = []
    for position, weight in enumerate(share):
        ends = np.repeat(share.to_numpy()[None, :], 2, axis=0)
        ends[:, position] = weight * (1 - swing), weight * (1 + swing)
        low, high = np.nan_to_num(_closeness(options, ends), nan=0.5)
        # A tie with the winner is no change, whichever way its last binary digit falls.
        ahead = [place if one[place] >= one.max() - 1e-12 else one.argmax() for one in (low, high)]
        first = [names[int(one)] for one in ahead]
        rows.append(
            {
                "weight": weight,
                "low": low[place],
                "high": high[place],
                "reach": abs(high[place] - low[place]),
                "winner_low": first[0],
                "winner_high": first[1],
                "winner_changes": any(one != names[place] for one in first),
            }
        )
    table = pd.DataFrame(rows, index=share.index)
    return table.sort_values("reach", ascending=False, kind="stable")


def _rank_shares(results: np.ndarray) -> np.ndarray:
    """Share of runs in which each option takes each rank; ties are split evenly."""
    from scipy.stats import rankdata

    runs, options = results.shape
    shares = np.zeros((options, options))
    falling = -np.round(results, 12)
    better = rankdata(falling, method="min", axis=1) - 1
    level = rankdata(falling, method="max", axis=1) - better
    for rank in range(options):
        inside = (better <= rank) & (rank < better + level)
        shares[:, rank] = (inside / level).sum(axis=0) / runs
    return shares
