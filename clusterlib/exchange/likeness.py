"""Twins: clusters alike enough to learn from, and how two of them compare."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib.validation import numeric_table, some_of, unique_labels


def twins(
    profiles: pd.DataFrame,
    top: int = 1,
    weights: Mapping[str, float] | None = None,
    differ: Sequence[str] = (),
    minimum_shared: int = 2,
) -> pd.DataFrame:
    """Find for each cluster the ones most like it.

    Args:
        profiles: index cluster, columns indicators (numbers of any unit); blanks are allowed.
        top: how many twins for each.
        weights: weight of each indicator, above 0; those not named weigh 1.
        differ: columns (any kind, not compared) in which twins must differ, such as country.
        minimum_shared: indicators that both must have.
    Returns:
        One row a cluster and twin: cluster, twin, rank (1 is nearest), distance (0 alike on all
        shared indicators, 1 at opposite ends of all), shared (indicators both have). A cluster
        without any possible twin has one row with a blank twin.
    Raises:
        ValueError: fewer than two clusters, one named twice, text in an indicator, a bad weight.

    Distance is the weighted mean over shared indicators of the difference divided by the range in
    the table; a blank is left out, never taken for zero, and an indicator that is the same for all
    adds no distance. Ranges hang on the most extreme cluster: look at it first. Equal distances
    keep the order of the table.

    >>> profiles = pd.DataFrame(
    ...     {"members": [60, 55, 200], "staff": [4, 5, 12]}, ["Aldermark", "Brennholm", "Corvale"]
    ... )
    >>> twins(profiles).set_index("cluster")["twin"].to_dict()
    {'Aldermark': 'Brennholm', 'Brennholm': 'Aldermark', 'Corvale': 'Brennholm'}
    """
    if top < 1 or minimum_shared < 1:
        raise ValueError("top and minimum_shared must be at least 1")
    if len(profiles) < 2:
        raise ValueError("twins need at least two clusters in the table")
    lacking = [name for name in differ if name not in profiles.columns]
    if lacking:
        raise ValueError(f"the profiles have no column {some_of(lacking)}")
    numbers = numeric_table(profiles.drop(columns=list(differ)), "profiles", minimum=None)
    distance, shared = _distances(numbers, _weights(numbers, weights))
    possible = (shared >= minimum_shared) & ~np.eye(len(numbers), dtype=bool)
    for name in differ:
        # A blank is not known to differ, so it rules the pair out.
        codes = pd.factorize(profiles[name])[0]
        possible &= (codes[:, None] != codes[None, :]) & (codes >= 0)[:, None] & (codes >= 0)
    rows: list[dict[str, Any]] = []
    for place, cluster in enumerate(numbers.index):
        others = np.flatnonzero(possible[place])
        nearest = others[np.argsort(distance[place, others].round(12), kind="stable")[:top]]
        rows += [
            {
                "cluster": cluster,
                "twin": numbers.index[other],
                "rank": rank,
                "distance": distance[place, other],
                "shared": int(shared[place, other]),
            }
            for rank, other in enumerate(nearest, start=1)
        ]
        if not len(nearest):
            rows.append({"cluster": cluster, "twin": None, "distance": np.nan, "shared": 0})
    table = pd.DataFrame(rows, columns=["cluster", "twin", "rank", "distance", "shared"])
    return table.astype({"rank": "Int64"})


def compare(profiles: pd.DataFrame, one: Any, other: Any) -> pd.DataFrame:
    """Put two clusters side by side, the greatest difference first.

    Args:
        profiles: index cluster, columns indicators (numbers of any unit); blanks are allowed.
        one, other: the two clusters.
    Returns:
        Index indicator; columns named after the two clusters, difference (other less one, in the
        indicator's unit) and relative (its size divided by the range in the table, 0..1; blank if
        one of the two is blank, 0 if all clusters are the same).
    Raises:
        ValueError: a cluster that is not in the table or compared with itself, text in a cell.

    >>> profiles = pd.DataFrame(
    ...     {"members": [60, 55, 200], "staff": [4, 5, 12]}, ["Aldermark", "Brennholm", "Corvale"]
    ... )
    >>> compare(profiles, "Aldermark", "Brennholm")["difference"].to_dict()
    {'staff': 1.0, 'members': -5.0}
    """
    numbers = numeric_table(profiles, "profiles", minimum=None)
    unknown = [name for name in (one, other) if name not in numbers.index]
    if unknown:
        raise ValueError(f"clusters that are not in the profiles: {some_of(unknown)}")
    if one == other:
        raise ValueError(f"{one} cannot be compared with itself: name two clusters")
    pair = numbers.loc[[one, other]].T
    difference = pair[other] - pair[one]
    spread = _spread(numbers)
    table = pair.assign(difference=difference, relative=difference.abs() / spread)
    return table.sort_values("relative", ascending=False, kind="stable", na_position="last")


def _spread(numbers: pd.DataFrame) -> "pd.Series[float]":
    """Return the range of each indicator, or 1 where all are the same: no distance either way."""
    spread = numbers.max() - numbers.min()
    return spread.where(spread > 0, 1.0)


def _weights(numbers: pd.DataFrame, weights: Mapping[str, float] | None) -> npt.NDArray[np.float64]:
    given = dict(weights or {})
    unknown = [name for name in given if name not in numbers.columns]
    bad = [name for name, value in given.items() if not (np.isfinite(value) and value > 0)]
    if unknown or bad:
        raise ValueError(
            f"weights of {some_of(unknown or bad)}: name indicators of the profiles, and give "
            "each a number above 0 (leave an indicator out of the profiles to ignore it)"
        )
    unique_labels(numbers.columns, "indicators")
    return np.array([float(given.get(name, 1.0)) for name in numbers.columns])


def _distances(
    numbers: pd.DataFrame, weights: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    scaled = (numbers / _spread(numbers)).to_numpy()
    known = ~np.isnan(scaled)
    filled = np.where(known, scaled, 0.0)
    count = len(numbers)
    total, weight = np.zeros((count, count)), np.zeros((count, count))
    for column in range(numbers.shape[1]):
        both = known[:, column, None] & known[None, :, column]
        gap = np.abs(filled[:, column, None] - filled[None, :, column])
        total += weights[column] * np.where(both, gap, 0.0)
        weight += weights[column] * both
    distance = np.divide(total, weight, out=np.full((count, count), np.nan), where=weight > 0)
    # Float dust must not take two clusters further apart than 1.
    return np.minimum(distance, 1.0), known.astype(np.int64) @ known.T.astype(np.int64)
