"""Structural holes: whose contacts are strangers to each other, so that they need a go-between."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import Positions, Ties, read_ties

# Pairs of contacts looked up at a time: bounds memory near 200 MB whatever the network.
LOOKED_UP_AT_A_TIME = 4_000_000


def constraint(
    edges: pd.DataFrame, weight: str | None = None, nodes: Iterable[Any] | None = None
) -> "pd.Series[float]":
    """Return Burt's constraint: how far an actor's contacts lead back to each other.

    Low means a broker between circles, high means locked in one circle.

    Args:
        edges: columns source and target, one row a tie; direction is ignored.
        weight: column with tie strength (above 0); both directions of a pair are added up.
        nodes: all actors, also those without a tie; their order is kept.
    Returns:
        One value an actor, no unit; NaN for an actor without ties.
    Raises:
        ValueError: blank names, ties with oneself, unknown actors, weights not above 0.

    c(i) is the sum over contacts j of (p(i,j) + sum over q of p(i,q) p(q,j)) squared, where p(i,j)
    is the share of i's ties that go to j. Only direct contacts j count, as in networkx and igraph.
    The value can pass 1 in very small circles.

    Reference: Burt (2004).

    >>> ties = pd.DataFrame({"source": ["hub", "hub", "lab"], "target": ["lab", "firm", "firm"]})
    >>> constraint(ties, nodes=["hub", "lab", "firm", "newcomer"]).tolist()
    [1.125, 1.125, 1.125, nan]
    """
    ties, place = _few_contacts_first(read_ties(edges, nodes, weight))
    count, rows = len(ties.actors), len(ties.source)
    low, high = ties.source, ties.target
    total = np.bincount(low, ties.weight, count) + np.bincount(high, ties.weight, count)
    # Share of the tie in all ties of its lower (up) and of its higher (down) numbered actor.
    up, down = ties.weight / total[low], ties.weight / total[high]
    all_up, all_down = up.copy(), down.copy()
    for ab, ac, bc in _triangles(ties):
        all_up += np.bincount(ab, up[ac] * down[bc], rows)
        all_up += np.bincount(ac, up[ab] * up[bc], rows)
        all_up += np.bincount(bc, down[ab] * up[ac], rows)
        all_down += np.bincount(ab, up[bc] * down[ac], rows)
        all_down += np.bincount(ac, down[bc] * down[ab], rows)
        all_down += np.bincount(bc, down[ac] * up[ab], rows)
    values = np.bincount(low, all_up**2, count) + np.bincount(high, all_down**2, count)
    values = np.where(total > 0, values, np.nan)
    return pd.Series(values[place], ties.actors, name="constraint")


def effective_size(edges: pd.DataFrame, nodes: Iterable[Any] | None = None) -> "pd.Series[float]":
    """Return Burt's effective size: contacts, less those who know each other anyway.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        nodes: all actors, also those without a tie; their order is kept.
    Returns:
        One value an actor, from 1 to the number of its contacts; NaN for an actor without ties.
    Raises:
        ValueError: blank names, ties with oneself, unknown actors.

    n - 2t/n for n contacts with t ties among them.

    Reference: Burt (2004).

    >>> ties = pd.DataFrame({"source": ["hub", "hub", "lab"], "target": ["lab", "firm", "agency"]})
    >>> effective_size(ties)["hub"]
    np.float64(2.0)
    """
    ties, place = _few_contacts_first(read_ties(edges, nodes))
    count = len(ties.actors)
    contacts = np.bincount(ties.source, minlength=count) + np.bincount(ties.target, minlength=count)
    among = np.zeros(count)
    for ab, ac, _ in _triangles(ties):
        corners = np.concatenate([ties.source[ab], ties.target[ab], ties.target[ac]])
        among += np.bincount(corners, minlength=count)
    with np.errstate(invalid="ignore"):
        values = contacts - 2 * among / contacts
    return pd.Series(values[place], ties.actors, name="effective_size")


def _few_contacts_first(ties: Ties) -> tuple[Ties, Positions]:
    """Number the actors by contacts, so that hubs come last and triangles are quick to find.

    Returns the pairs under the new numbers, and the new number of each actor.
    """
    count = len(ties.actors)
    named = np.bincount(ties.source, minlength=count) + np.bincount(ties.target, minlength=count)
    place = np.empty(count, dtype=np.int64)
    place[np.argsort(named, kind="stable")] = np.arange(count)
    renumbered = replace(ties, source=place[ties.source], target=place[ties.target])
    return renumbered.pairs(), place


def _triangles(ties: Ties) -> Iterator[tuple[Positions, Positions, Positions]]:
    """Find all closed circles of three: rows of the ties a-b, a-c and b-c with a < b < c.

    Ties are sorted by source and target, so the later contacts of `a` stand right below a row, and
    each pair of them is looked up among the ties. Exact, and near linear for real networks.
    """
    rows, count = len(ties.source), len(ties.actors)
    keys = ties.source * count + ties.target
    below = np.searchsorted(ties.source, ties.source, side="right") - 1 - np.arange(rows)
    so_far = np.cumsum(below)
    # A small table of key endings rules most pairs out before the exact, slower look-up.
    endings = np.zeros(1 << (16 * rows).bit_length(), dtype=bool)
    last = len(endings) - 1
    endings[keys & last] = True
    start = 0
    while start < rows:
        done = so_far[start - 1] if start else 0
        stop = int(np.searchsorted(so_far, done + LOOKED_UP_AT_A_TIME, side="right"))
        stop = max(stop, start + 1)
        chunk = below[start:stop]
        ab = np.repeat(np.arange(start, stop), chunk)
        ac = ab + 1 + np.arange(len(ab)) - np.repeat(so_far[start:stop] - chunk - done, chunk)
        wanted = ties.target[ab] * count + ties.target[ac]
        likely = np.flatnonzero(endings[wanted & last])
        ab, ac, wanted = ab[likely], ac[likely], wanted[likely]
        bc = np.minimum(np.searchsorted(keys, wanted), rows - 1)
        closed = keys[bc] == wanted
        yield ab[closed], ac[closed], bc[closed]
        start = stop
