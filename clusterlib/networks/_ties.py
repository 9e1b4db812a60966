"""Reading a table of ties: the one place where rows become numbered actors and pairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib.validation import some_of, unique_labels

Numbers: TypeAlias = npt.NDArray[np.float64]
Positions: TypeAlias = npt.NDArray[np.int64]
Groups: TypeAlias = Mapping[Any, Any] | pd.Series


@dataclass(frozen=True)
class Ties:
    """Ties between numbered actors; `source` and `target` are positions in `actors`.

    Without `weighted`, each tie counts as 1 however often it is named.
    """

    actors: "pd.Index[Any]"
    source: Positions
    target: Positions
    weight: Numbers
    weighted: bool

    def arcs(self) -> "Ties":
        """Return each directed tie once; given weights of repeated rows are added up."""
        return self._merged(self.source, self.target)

    def pairs(self) -> "Ties":
        """Return each pair once, whoever named the other; given weights are added up."""
        return self._merged(
            np.minimum(self.source, self.target), np.maximum(self.source, self.target)
        )

    def _merged(self, source: Positions, target: Positions) -> "Ties":
        count = len(self.actors)
        if self.weighted:
            keys, rows = np.unique(source * count + target, return_inverse=True)
            weight = np.bincount(rows, self.weight, len(keys)).astype(np.float64)
        else:
            keys = np.unique(source * count + target)
            weight = np.ones(len(keys))
        return replace(self, source=keys // count, target=keys % count, weight=weight)


def read_ties(
    edges: pd.DataFrame, nodes: Iterable[Any] | None = None, weight: str | None = None
) -> Ties:
    """Check a table of ties and number its actors, in the order of `nodes` or else sorted.

    Args:
        edges: columns source and target, one row a tie.
        nodes: all actors of the network, also those without a tie.
        weight: column with the strength of each tie, above 0; None counts every tie as 1.
    Raises:
        ValueError: column missing, blank name, tie of an actor with itself, unknown actor, bad
            weight, or neither ties nor actors.
    """
    _check_columns(edges, weight)
    rows = len(edges)
    named = pd.concat([edges["source"], edges["target"]], ignore_index=True)
    if nodes is None:
        codes, labels = pd.factorize(named, sort=True)
        actors = pd.Index(labels)
    else:
        actors = pd.Index(list(nodes))
        unique_labels(actors, "actors")
        codes = actors.get_indexer(pd.Index(named)) if rows else np.zeros(0, dtype=np.int64)
        unknown = named[codes < 0].unique()
        if len(unknown):
            raise ValueError(
                f"ties name actors that are not listed: {some_of(unknown)}: "
                "add them to the list, or correct the names"
            )
    if not len(actors):
        raise ValueError("no ties and no actors: give at least one tie, or the list of actors")
    source, target = codes[:rows].astype(np.int64), codes[rows:].astype(np.int64)
    own = edges.index[source == target]
    if len(own):
        raise ValueError(
            f"ties of an actor with itself in rows {some_of(own)}: remove these rows, "
            "a tie needs two actors"
        )
    strength = np.ones(rows) if weight is None else _read_weights(edges, weight)
    return Ties(actors, source, target, strength, weight is not None)


def _check_columns(edges: pd.DataFrame, weight: str | None) -> None:
    if not isinstance(edges, pd.DataFrame):
        raise ValueError(f"ties must be a table (a pandas DataFrame), not {type(edges).__name__}")
    needed = ["source", "target", *([weight] if weight is not None else [])]
    lacking = [name for name in needed if name not in edges.columns]
    if lacking:
        raise ValueError(
            f"the table of ties has no column {some_of(lacking)}: it needs {', '.join(needed)}"
        )
    blank = edges.index[edges["source"].isna() | edges["target"].isna()]
    if len(blank):
        raise ValueError(
            f"ties with a blank name in rows {some_of(blank)}: fill in both actors, or remove "
            "the rows (an organisation without ties belongs in the list of actors)"
        )


def _read_weights(edges: pd.DataFrame, weight: str) -> Numbers:
    numbers = pd.to_numeric(edges[weight], errors="coerce").to_numpy(dtype=np.float64)
    wrong = edges.index[~(np.isfinite(numbers) & (numbers > 0))]
    if len(wrong):
        raise ValueError(
            f"{weight} is not a number above 0 in rows {some_of(wrong)}: estimate the strength, "
            "or remove the row if there is no tie"
        )
    return numbers


def read_groups(edges: pd.DataFrame, groups: Groups) -> "pd.Series[Any]":
    """Check that every actor with a tie has one group; actors without ties are kept.

    Raises:
        ValueError: an actor twice, without a group, or in the ties but not in `groups`.
    """
    column = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups), dtype=object)
    unique_labels(column.index, "actors in the groups")
    _check_columns(edges, None)
    named = pd.unique(pd.concat([edges["source"], edges["target"]], ignore_index=True))
    blank = [*column.index[column.isna()]]
    blank += [actor for actor in named if actor not in column.index]
    if blank:
        raise ValueError(f"actors without a group: {some_of(blank)}: give each of them one group")
    return column


def matrix_of(ties: Ties, both_ways: bool) -> Any:
    """Return the ties as a sparse matrix, actors on both axes."""
    from scipy import sparse

    count = len(ties.actors)
    cells = (ties.weight, (ties.source, ties.target))
    matrix = sparse.csr_array(cells, shape=(count, count))
    return matrix + matrix.T if both_ways else matrix


def graph_of(ties: Ties, directed: bool) -> Any:
    """Return the ties as a networkx graph whose nodes are positions, in the actors' order.

    `strength` is the weight of a tie, `length` its inverse: a strong tie is a short way.
    """
    import networkx

    graph = networkx.DiGraph() if directed else networkx.Graph()
    graph.add_nodes_from(range(len(ties.actors)))
    rows = zip(ties.source.tolist(), ties.target.tolist(), ties.weight.tolist(), strict=True)
    graph.add_edges_from((a, b, {"strength": w, "length": 1 / w}) for a, b, w in rows)
    return graph
