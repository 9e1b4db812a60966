"""Weights from two rows of comparisons only: the best against all, all against the worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import no_missing, numeric_series, same_labels, some_of, unique_labels


@dataclass(frozen=True)
class BestWorst:
    """Weights (sum 1), `xi` (0 = the judgements fit together), and the two poles."""

    weights: pd.Series[float]
    xi: float
    best: object
    worst: object


def best_worst(
    best_to_others: pd.Series[float],
    others_to_worst: pd.Series[float],
    *,
    best: object = None,
    worst: object = None,
) -> BestWorst:
    """Find weights from "best against the others" and "the others against the worst" (linear).

    Args:
        best_to_others: by criterion, how many times the best one matters more, 1 to 9.
        others_to_worst: by criterion, how many times it matters more than the worst one, 1 to 9.
        best, worst: their names; needed only where the value 1 stands more than once.
    Returns:
        `BestWorst`: `weights`, `xi` = largest |w_best - a w_j| or |w_j - a w_worst|, `best`,
        `worst`.
    Raises:
        ValueError: different names, values outside 1-9, best or worst unclear, or two different
            values for best against worst.
    Convention:
        The linear model: smallest xi. The nonlinear model (ratios instead of differences) gives
        other weights and may have several optima; do not compare the two.
    Reference:
        Rezaei (2015).

    >>> best = pd.Series({"cost": 2, "jobs": 1, "speed": 4, "climate": 8})
    >>> worst = pd.Series({"cost": 4, "jobs": 8, "speed": 2, "climate": 1})
    >>> result = best_worst(best, worst)
    >>> result.weights.round(4).to_dict(), round(result.xi, 6)
    ({'cost': 0.2667, 'jobs': 0.5333, 'speed': 0.1333, 'climate': 0.0667}, 0.0)
    """
    from scipy.optimize import linprog

    over = _judged(best_to_others, "best to others")
    under = _judged(others_to_worst, "others to worst")
    same_labels(over.index, under.index, "criteria")
    under = under.loc[list(over.index)]
    top = _pole(over, best, "best")
    bottom = _pole(under, worst, "worst")
    names = list(over.index)
    n = len(names)
    if n == 1:
        return BestWorst(pd.Series([1.0], over.index, name="weight"), 0.0, top, bottom)
    if top == bottom:
        raise ValueError(f"{top} is both best and worst: name two different criteria")
    twice = over.to_dict()[bottom], under.to_dict()[top]
    if twice[0] != twice[1]:
        raise ValueError(
            f"{top} against {bottom} is judged twice and differently: {twice[0]:g} and "
            f"{twice[1]:g}: settle on one value"
        )
    rows = []
    for position in range(n):
        for one, factor, other in (
            (names.index(top), over.iloc[position], position),
            (position, under.iloc[position], names.index(bottom)),
        ):
            gap = np.zeros(n + 1)
            gap[one] += 1.0
            gap[other] -= factor
            for sign in (1.0, -1.0):
                row = sign * gap
                row[n] = -1.0
                rows.append(row)
    solved = linprog(
        np.r_[np.zeros(n), 1.0],
        A_ub=np.array(rows),
        b_ub=np.zeros(len(rows)),
        A_eq=[np.r_[np.ones(n), 0.0]],
        b_eq=[1.0],
    )
    weights = np.clip(solved.x[:n], 0.0, None)
    return BestWorst(
        weights=pd.Series(weights / weights.sum(), over.index, name="weight"),
        xi=max(0.0, float(solved.x[n])),
        best=top,
        worst=bottom,
    )


def _judged(values: pd.Series[float], what: str) -> pd.Series[float]:
    clean = numeric_series(values, what, minimum=1, maximum=9)
    unique_labels(clean.index, "criteria")
    return no_missing(clean, what, "judge every criterion")


def _pole(values: pd.Series[float], name: object, which: str) -> object:
    """The criterion with the value 1, or the one named."""
    ones = list(values.index[values == 1])
    if name is None and len(ones) == 1:
        return ones[0]
    if name is None:
        found = some_of(ones) if ones else "none"
        raise ValueError(f"which criterion is {which}? Judged 1: {found}: give {which}=")
    if name not in ones:
        raise ValueError(f"{name}, named as {which}, must be judged 1 against itself")
    return name
