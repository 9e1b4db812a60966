"""The network at a glance: size, density, pieces, and who stands in the middle."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import Numbers, Ties, graph_of, matrix_of, read_ties
from clusterlib.validation import choice, some_of

MEASURES = ("degree", "betweenness", "closeness", "eigenvector")


def summary(
    edges: pd.DataFrame,
    nodes: Iterable[Any] | None = None,
    *,
    directed: bool = False,
    replied: Iterable[Any] | None = None,
) -> "pd.Series[Any]":
    """Describe a whole network in a dozen figures.

    Args:
        edges: columns source and target, one row a tie.
        nodes: all actors asked, also those without a tie. Leave them out and isolates are not seen,
            so density comes out too high.
        directed: False counts a pair once, whoever named the other; True keeps direction.
        replied: the actors who answered the survey; gives the response rate.
    Returns:
        nodes, ties, isolates, mean_degree (ties an actor), density (0..1), components,
        largest_component (actors), bridges (ties whose loss splits the network), reciprocity (share
        of directed ties that are returned; NaN if undirected), degree_centralisation and
        betweenness_centralisation (0..1; 1 is a star), response_rate (0..1; NaN if not given).
    Raises:
        ValueError: blank names, ties with oneself, unknown actors or repliers.

    Directed components are the weak ones (direction ignored). Centralisation is the sum of
    differences to the highest value over the most it can be; NaN under three actors. Density is NaN
    for one actor. Betweenness takes seconds for 1,000 actors and minutes for 5,000.

    References: Freeman (1979); Wasserman and Faust (1994); Kossinets (2006) on missing actors.

    >>> ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
    >>> summary(ties, nodes=["hub", "lab", "firm", "newcomer"])[["ties", "isolates"]].tolist()
    [2, 1]
    """
    read = read_ties(edges, nodes)
    arcs, pairs = read.arcs(), read.pairs()
    ties = arcs if directed else pairs
    count, rows = len(read.actors), len(ties.source)
    sizes = component_sizes(pairs)
    degree = _degree(ties)
    possible = count * (count - 1) / (1 if directed else 2)
    return pd.Series(
        {
            "nodes": count,
            "ties": rows,
            "isolates": int((degree == 0).sum()),
            "mean_degree": float(degree.mean()),
            "density": rows / possible if possible else float("nan"),
            "components": len(sizes),
            "largest_component": int(sizes.max()),
            "bridges": _bridges(pairs),
            "reciprocity": _reciprocity(arcs) if directed else float("nan"),
            "degree_centralisation": _centralisation(
                degree, (count - 1) * (count - 2) * (2 if directed else 1)
            ),
            "betweenness_centralisation": _centralisation(
                _betweenness(ties, directed),
                (count - 1) ** 2 * (count - 2) / (1 if directed else 2),
            ),
            "response_rate": float("nan") if replied is None else _response(read, replied),
        },
        dtype=object,
        name="network",
    )


def centrality(
    edges: pd.DataFrame,
    measure: str = "degree",
    weight: str | None = None,
    nodes: Iterable[Any] | None = None,
    *,
    directed: bool = False,
) -> "pd.Series[float]":
    """Return how central each actor is, by one of four measures.

    Args:
        edges: columns source and target, one row a tie.
        measure: "degree" (number or summed strength of ties), "betweenness" (how many shortest ways
            between two others pass through the actor), "closeness" (nearness to all, 0..1) or
            "eigenvector" (contacts with central contacts).
        weight: column with tie strength, above 0; the length of a tie is then 1 / strength.
        nodes: all actors, also those without a tie; their order is kept.
        directed: keep direction: degree counts ties in and out, closeness is about reaching others.
    Returns:
        One value an actor. Degree and betweenness are plain counts, not shares.
    Raises:
        ValueError: unknown measure; eigenvector of a directed network; as `summary`.

    Closeness in a network in pieces follows Wasserman and Faust: the inverse mean distance to the
    actors that can be reached, times the share of the others that can be reached; 0 for an isolate.
    (Some packages give 0 to everybody instead.) Eigenvector values have a sum of squares of 1 and
    are 0 outside the piece with the largest eigenvalue; without any tie they are all 0.

    References: Freeman (1979); Wasserman and Faust (1994).

    >>> ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
    >>> centrality(ties, "betweenness")
    firm    0.0
    hub     1.0
    lab     0.0
    Name: betweenness, dtype: float64
    """
    choice(measure, MEASURES, "measure")
    read = read_ties(edges, nodes, weight)
    ties = read.arcs() if directed else read.pairs()
    if measure == "degree":
        values = _degree(ties)
    elif measure == "betweenness":
        values = _betweenness(ties, directed)
    elif measure == "closeness":
        values = _closeness(ties, directed)
    elif directed:
        raise ValueError(
            "eigenvector centrality is for undirected ties: leave directed=False, which counts a "
            "pair once, whoever named the other"
        )
    else:
        values = _eigenvector(ties)
    return pd.Series(values, ties.actors, name=measure, dtype=float)


def component_sizes(pairs: Ties) -> Any:
    """Return the number of actors in each connected piece, as an array."""
    from scipy.sparse.csgraph import connected_components

    _, piece = connected_components(matrix_of(pairs, both_ways=False), directed=False)
    return np.bincount(piece)


def _degree(ties: Ties) -> Numbers:
    count = len(ties.actors)
    both = np.bincount(ties.source, ties.weight, count)
    both = both + np.bincount(ties.target, ties.weight, count)
    return both.astype(np.float64)


def _betweenness(ties: Ties, directed: bool) -> Numbers:
    import networkx

    found = networkx.betweenness_centrality(
        graph_of(ties, directed), normalized=False, weight="length" if ties.weighted else None
    )
    return np.array(list(found.values()), dtype=np.float64)


def _closeness(ties: Ties, directed: bool) -> Numbers:
    import networkx

    graph = graph_of(ties, directed)
    # networkx measures the ways that lead to an actor; a manager asks whom the actor can reach.
    found = networkx.closeness_centrality(
        graph.reverse() if directed else graph, distance="length" if ties.weighted else None
    )
    return np.array(list(found.values()), dtype=np.float64)


def _eigenvector(ties: Ties) -> Numbers:
    """Leading eigenvector piece by piece: on the whole matrix it is not unique if pieces tie."""
    from scipy.sparse.csgraph import connected_components

    matrix = matrix_of(ties, both_ways=True)
    pieces, piece = connected_components(matrix, directed=False)
    leading = np.zeros(pieces)
    values = np.zeros(len(ties.actors))
    for number in np.flatnonzero(np.bincount(piece) > 1):
        inside = np.flatnonzero(piece == number)
        leading[number], vector = _leading_pair(matrix[inside][:, inside])
        # Each piece by its part of an even start, so that equal pieces get equal values.
        values[inside] = vector * vector.sum()
    if leading.max() > 0:
        values[leading[piece] < leading.max() * (1 - 1e-9)] = 0.0
        values /= np.linalg.norm(values)
    return values


def _leading_pair(matrix: Any) -> tuple[float, Numbers]:
    from scipy.sparse.linalg import eigsh

    if matrix.shape[0] <= 200:
        eigenvalues, vectors = np.linalg.eigh(matrix.toarray())
        return float(eigenvalues[-1]), np.abs(vectors[:, -1])
    eigenvalues, vectors = eigsh(matrix, k=1, which="LA", v0=np.ones(matrix.shape[0]))
    return float(eigenvalues[0]), np.abs(vectors[:, 0])


def _bridges(pairs: Ties) -> int:
    import networkx

    return sum(1 for _ in networkx.bridges(graph_of(pairs, directed=False)))


def _reciprocity(arcs: Ties) -> float:
    count = len(arcs.actors)
    keys = arcs.source * count + arcs.target
    back = arcs.target * count + arcs.source
    return float(np.isin(keys, back).mean()) if len(keys) else float("nan")


def _centralisation(values: Numbers, most: float) -> float:
    return float((values.max() - values).sum() / most) if most > 0 else float("nan")


def _response(ties: Ties, replied: Iterable[Any]) -> float:
    answers = pd.Index(list(replied)).unique()
    unknown = answers.difference(ties.actors, sort=False)
    if len(unknown):
        raise ValueError(
            f"replies from actors that are not listed: {some_of(unknown)}: add them to nodes"
        )
    return len(answers) / len(ties.actors)
