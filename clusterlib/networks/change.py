"""What if: a broker leaves, or three introductions are made."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import (
    Groups,
    Numbers,
    Ties,
    graph_of,
    matrix_of,
    read_groups,
    read_ties,
)
from clusterlib.networks.overview import centrality
from clusterlib.validation import some_of

# Every open pair is tried against every pair: beyond this it would take minutes.
MOST_ACTORS = 200


def broker_loss(edges: pd.DataFrame, nodes: Iterable[Any] | None = None) -> pd.DataFrame:
    """Show what happens to the others when one actor leaves, for each actor in turn.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        nodes: all actors, also those without a tie.
    Returns:
        Index actor, the most harmful loss first (ties broken by betweenness, then order). Columns:
        betweenness (count), components and largest_component (among those who stay), pairs_cut
        (pairs of others that could reach each other and no longer can), share_cut (of all pairs of
        others that could; 0 if none could).
    Raises:
        ValueError: blank names, ties with oneself, unknown actors.

    A loss without cut pairs is not harmless: ways get longer. Betweenness shows who carries them.

    Reference: Freeman (1979) for betweenness.

    >>> ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
    >>> broker_loss(ties).loc["hub", ["components", "pairs_cut"]].tolist()
    [2, 1]
    """
    import networkx

    read = read_ties(edges, nodes)
    pairs = read.pairs()
    count = len(read.actors)
    piece, sizes = _pieces(matrix_of(pairs, both_ways=True))
    connected = _pairs_within(sizes)
    # Without the actor its piece has one member less; only cut points change anything more.
    others = sizes[piece] - 1
    before = connected - others
    components = np.where(others > 0, len(sizes), len(sizes) - 1)
    biggest = np.sort(sizes)[::-1]
    second = int(biggest[1]) if len(biggest) > 1 else 0
    largest = np.where(sizes[piece] == biggest[0], np.maximum(biggest[0] - 1, second), biggest[0])
    cut = np.zeros(count, dtype=np.int64)
    matrix = matrix_of(pairs, both_ways=True)
    for actor in networkx.articulation_points(graph_of(pairs, directed=False)):
        stay = np.delete(np.arange(count), actor)
        left = _pieces(matrix[stay][:, stay])[1]
        components[actor], largest[actor] = len(left), left.max()
        cut[actor] = before[actor] - _pairs_within(left)
    share = np.divide(cut, before, out=np.zeros(count), where=before > 0)
    table = pd.DataFrame(
        {
            "betweenness": centrality(edges, "betweenness", nodes=nodes).to_numpy(),
            "components": components,
            "largest_component": largest,
            "pairs_cut": cut,
            "share_cut": share,
        },
        index=read.actors,
    )
    return table.sort_values(["pairs_cut", "betweenness"], ascending=False, kind="stable")


def _pieces(matrix: Any) -> tuple[Any, Any]:
    from scipy.sparse.csgraph import connected_components

    _, piece = connected_components(matrix, directed=False)
    return piece, np.bincount(piece)


def _pairs_within(sizes: Any) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def propose_ties(
    edges: pd.DataFrame,
    groups: Groups | None = None,
    budget: int = 3,
    nodes: Iterable[Any] | None = None,
) -> pd.DataFrame:
    """Propose introductions that bring the actors nearest to each other, one after the other.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        groups: group of each actor (Series or dict); only ties between groups are then proposed.
        budget: how many introductions.
        nodes: all actors, also those without a tie. With `groups`, its actors are taken if absent.
    Returns:
        One row a proposed tie, best first: source, target, newly_connected (pairs that can reach
        each other only now), nearness (mean over all pairs of 1 / steps, 0..1, after this tie) and
        gain in nearness. Fewer rows than `budget` if no open pair is left.
    Raises:
        ValueError: budget below 1, an actor without a group, over 200 actors, as `broker_loss`.

    Each step takes the tie with the greatest gain given the ones before; equal gains go to the
    first pair in the order of actors. A step-by-step choice can miss the best set of three; it was
    compared with trying all sets on small networks. Nobody is close to someone they distrust: a
    proposal starts a talk.

    >>> ties = pd.DataFrame({"source": ["lab", "firm"], "target": ["clinic", "agency"]})
    >>> propose_ties(ties, budget=1)[["source", "target", "newly_connected"]]
       source target  newly_connected
    0  agency clinic                4
    """
    if budget < 1:
        raise ValueError(f"budget must be at least 1 introduction, yours is {budget}")
    column = None if groups is None else read_groups(edges, groups)
    if nodes is None and column is not None:
        nodes = column.index
    ties = read_ties(edges, nodes).pairs()
    count = len(ties.actors)
    if count > MOST_ACTORS:
        raise ValueError(
            f"{count} actors are too many to try every pair (at most {MOST_ACTORS}): choose a part "
            "of the network"
        )
    steps = _steps(ties)
    allowed = np.triu(steps > 1, k=1) & _between_groups(ties, column)
    rows = []
    for _ in range(budget):
        one, other = np.nonzero(allowed)
        if not len(one):
            break
        tries = zip(one.tolist(), other.tolist(), strict=True)
        values = np.array([_nearness(_with_tie(steps, i, j)) for i, j in tries])
        # Rounded, so that equal gains are equal on every machine.
        best = int(np.argmax(values.round(12)))
        i, j = int(one[best]), int(other[best])
        after = _with_tie(steps, i, j)
        rows.append(
            {
                "source": ties.actors[i],
                "target": ties.actors[j],
                "newly_connected": int((np.isinf(steps) & np.isfinite(after)).sum() // 2),
                "nearness": float(values[best]),
                "gain": float(values[best]) - _nearness(steps),
            }
        )
        steps = after
        allowed[i, j] = False
    return pd.DataFrame(rows, columns=["source", "target", "newly_connected", "nearness", "gain"])


def _steps(ties: Ties) -> Numbers:
    from scipy.sparse.csgraph import shortest_path

    matrix = matrix_of(ties, both_ways=True)
    found: Numbers = shortest_path(matrix, directed=False, unweighted=True)
    return found


def _with_tie(steps: Numbers, one: int, other: int) -> Numbers:
    """Return the steps between all actors once `one` and `other` are tied."""
    via = steps[:, one, None] + 1 + steps[None, other, :]
    return np.minimum(steps, np.minimum(via, via.T))


def _nearness(steps: Numbers) -> float:
    count = len(steps)
    closeness = 1 / np.where(steps > 0, steps, np.inf)
    return float(closeness.sum() / (count * (count - 1)))


def _between_groups(ties: Ties, column: "pd.Series[Any] | None") -> Any:
    if column is None:
        return np.ones((len(ties.actors),) * 2, dtype=bool)
    group = column.reindex(ties.actors)
    blank = group.index[group.isna()]
    if len(blank):
        raise ValueError(f"actors without a group: {some_of(blank)}: give each of them one group")
    codes = pd.factorize(group)[0]
    return codes[:, None] != codes[None, :]
