"""Core and periphery of one network, and whether two networks resemble each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import Numbers, Ties, graph_of, matrix_of, read_ties
from clusterlib.validation import no_missing, same_labels, square_matrix

# Actors on each side that a swap between core and periphery is tried with.
SWAPPED = 40


@dataclass(frozen=True)
class CorePeriphery:
    """`core` (yes or no an actor), `fit` (correlation with the ideal, NaN if not defined) and
    `coreness` (an actor's k-core: it keeps k ties inside a group where everybody keeps k)."""

    core: "pd.Series[bool]"
    fit: float
    coreness: "pd.Series[int]"


def core_periphery(edges: pd.DataFrame, nodes: Iterable[Any] | None = None) -> CorePeriphery:
    """Split a network into a core that holds it together and a periphery around it.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        nodes: all actors, also those without a tie; their order is kept.
    Returns:
        A `CorePeriphery`. The fit is 1 if every pair with a core member has a tie and no other pair
        has; it is NaN, and the core empty, if no or every pair has a tie.
    Raises:
        ValueError: blank names, ties with oneself, unknown actors.

    The fit is the correlation of the ties with the ideal pattern over all pairs. The search starts
    from the most connected actors and moves one or swaps two while the fit grows: repeatable, and
    nearly always the best split, though not proven to be. Many networks fit by degree alone:
    look at the fit before you name a core.

    Reference: Borgatti and Everett (2000).

    >>> ties = pd.DataFrame({"source": ["hub"] * 3, "target": ["lab", "firm", "agency"]})
    >>> split = core_periphery(ties)
    >>> split.core[split.core].index.tolist(), split.fit
    (['hub'], 1.0)
    """
    import networkx

    ties = read_ties(edges, nodes).pairs()
    coreness = networkx.core_number(graph_of(ties, directed=False))
    core, fit = _best_core(ties)
    return CorePeriphery(
        pd.Series(core, ties.actors, name="core"),
        fit,
        pd.Series(list(coreness.values()), ties.actors, name="coreness"),
    )


def _best_core(ties: Ties) -> tuple[Any, float]:
    count, rows = len(ties.actors), len(ties.source)
    pairs = count * (count - 1) / 2
    best: Any = np.zeros(count, dtype=bool)
    if rows in (0, pairs):
        return best, float("nan")
    matrix = matrix_of(ties, both_ways=True)
    degree = np.asarray(matrix.sum(axis=1))
    order = np.argsort(-degree, kind="stable")
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    # Ties touched by the k best connected actors, for every k at once.
    first = np.minimum(place[ties.source], place[ties.target])
    touched = np.cumsum(np.bincount(first, minlength=count))
    fits = _fit(np.arange(1, count + 1), touched, count, rows)
    fit = -1.0
    for size in np.argsort(-fits, kind="stable")[:5] + 1:
        core = np.zeros(count, dtype=bool)
        core[order[:size]] = True
        core, reached = _climb(core, matrix, degree, rows)
        if reached > fit + 1e-12:
            best, fit = core, reached
    return best, fit


def _fit(size: Any, touched: Any, count: int, rows: int) -> Numbers:
    """Correlate ties with the ideal pattern, given core size and ties that touch the core."""
    pairs = count * (count - 1) / 2
    ideal = np.asarray(size * (size - 1) / 2 + size * (count - size), dtype=np.float64)
    spread = ideal * (pairs - ideal) * rows * (pairs - rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        fit = (pairs * touched - ideal * rows) / np.sqrt(spread)
    return np.where(spread > 0, fit, -1.0)


def _climb(core: Any, matrix: Any, degree: Numbers, rows: int) -> tuple[Any, float]:
    """Move or swap actors while the fit grows; each step is the best one open."""
    count = len(core)
    core = core.copy()
    while True:
        size = int(core.sum())
        to_periphery = degree - matrix @ core.astype(float)
        touched = rows - float(to_periphery[~core].sum()) / 2
        here = float(_fit(np.array(size), touched, count, rows))
        change = np.where(core, -to_periphery, to_periphery)
        moves = _fit(size + np.where(core, -1, 1), touched + change, count, rows)
        inner = _first(np.flatnonzero(core), to_periphery)
        outer = _first(np.flatnonzero(~core), -to_periphery)
        step, gain = [int(moves.argmax())], float(moves.max())
        if len(inner) and len(outer):
            # A tie between the two that swap stays touched.
            between = matrix[inner][:, outer].toarray()
            swaps = to_periphery[outer][None, :] - to_periphery[inner][:, None] + between
            row, column = np.unravel_index(int(swaps.argmax()), swaps.shape)
            swapped = float(_fit(np.array(size), touched + swaps[row, column], count, rows))
            if swapped > gain + 1e-12:
                step, gain = [int(inner[row]), int(outer[column])], swapped
        if gain <= here + 1e-12:
            return core, here
        core[step] = ~core[step]


def _first(actors: Any, cost: Numbers) -> Any:
    """Return the cheapest actors, enough of them to hold the best swap in all but odd cases."""
    return actors[np.argsort(cost[actors], kind="stable")[:SWAPPED]]


@dataclass(frozen=True)
class QAP:
    """`r` between two networks, `p` one-sided (as large or larger), `p_two_sided`."""

    r: float
    p: float
    p_two_sided: float
    permutations: int


def qap(a: pd.DataFrame, b: pd.DataFrame, permutations: int = 1000, seed: int | None = None) -> QAP:
    """Test whether two kinds of tie among the same actors go together.

    Args:
        a: matrix, same actors on both axes; cells are tie strength or 0/1. The diagonal is ignored.
        b: matrix of the same actors, in any order.
        permutations: how often the actors of `b` are shuffled, rows and columns together.
        seed: makes the shuffles repeatable.
    Returns:
        Correlation over the off-diagonal cells, with p-values (1 + count) / (1 + permutations).
    Raises:
        ValueError: not square, other actors, under three actors, blank cells, or a network in which
            all cells are equal.

    Cells of one actor hang together, so an ordinary test is far too sure of itself; shuffling whole
    actors keeps that dependence. It shows association, not cause.

    References: Krackhardt (1988); Dekker, Krackhardt and Snijders (2007).

    >>> names = ["lab", "firm", "agency", "clinic"]
    >>> joint = pd.DataFrame([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], names, names)
    >>> result = qap(joint, joint, permutations=99, seed=1)
    >>> round(result.r, 6), result.p > 0
    (1.0, True)
    """
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, yours is {permutations}")
    first, second = _network(a, "the first network"), _network(b, "the second network")
    same_labels(first.index, second.index, "actors")
    other = second.loc[first.index, list(first.index)].to_numpy()
    off = ~np.eye(len(first), dtype=bool)
    x = _standard(first.to_numpy(), off, "first")
    y = _standard(other, off, "second")
    r = float((x * y).sum())
    rng = np.random.default_rng(seed)
    shuffled = np.empty(permutations)
    for turn in range(permutations):
        order = rng.permutation(len(first))
        shuffled[turn] = (x * y[np.ix_(order, order)]).sum()
    larger = int((shuffled >= r - 1e-12).sum())
    further = int((np.abs(shuffled) >= abs(r) - 1e-12).sum())
    whole = 1 + permutations
    return QAP(r, (1 + larger) / whole, (1 + further) / whole, permutations)


def _network(matrix: pd.DataFrame, what: str) -> pd.DataFrame:
    clean = square_matrix(matrix, what, minimum=None)
    if len(clean) < 3:
        raise ValueError(f"{what} has {len(clean)} actors: a comparison needs at least three")
    values = clean.to_numpy(copy=True)
    np.fill_diagonal(values, 0.0)
    filled = pd.DataFrame(values, clean.index, clean.columns)
    return no_missing(filled, what, "ask again, or leave this actor out of both networks")


def _standard(values: Numbers, off: Any, which: str) -> Numbers:
    """Centre the off-diagonal cells and scale them to length 1; the diagonal becomes 0."""
    centred = np.where(off, values - values[off].mean(), 0.0)
    length = np.linalg.norm(centred)
    if length <= 1e-12 * max(1.0, float(np.abs(values).max())):
        raise ValueError(
            f"all cells of the {which} network are equal: a correlation needs both pairs with a "
            "tie and pairs without"
        )
    scaled: Numbers = centred / length
    return scaled
