"""Who mediates between which groups, and how far ties stay inside a group."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import Groups, Numbers, Positions, Ties, read_groups, read_ties

ROLES = ["coordinator", "itinerant", "representative", "gatekeeper", "liaison"]


def brokerage(edges: pd.DataFrame, groups: Groups, *, directed: bool = True) -> pd.DataFrame:
    """Count the five Gould-Fernandez broker roles of each actor.

    A broker v stands on an open way a -> v -> b: a does not reach b directly. Groups as letters:
    coordinator A-A-A, itinerant (outside consultant) A-B-A, representative A-A-B (speaks for its
    own group), gatekeeper A-B-B (lets news into its own group), liaison A-B-C.

    Args:
        edges: columns source and target, one row a directed tie; a repeated row counts once.
        groups: group of each actor (Series or dict by actor), also of actors without ties.
        directed: False reads every tie both ways. The roles were defined for directed ties: each
            open way then counts twice, and representative equals gatekeeper.
    Returns:
        Counts, index actor in the order of `groups`, columns the five roles and total.
    Raises:
        ValueError: an actor without a group, blank names, ties with oneself.

    Names follow the R package sna: w_I, w_O, b_IO, b_OI, b_O in this order.

    Reference: Gould and Fernandez (1989).

    >>> ties = pd.DataFrame({"source": ["lab", "agency"], "target": ["agency", "firm"]})
    >>> kinds = {"lab": "academic", "agency": "government", "firm": "enterprise"}
    >>> brokerage(ties, kinds).loc["agency", ["gatekeeper", "liaison", "total"]].tolist()
    [0, 1, 1]
    """
    column = read_groups(edges, groups)
    ties = read_ties(edges, column.index)
    if not directed:
        source = np.concatenate([ties.source, ties.target])
        target = np.concatenate([ties.target, ties.source])
        ties = replace(ties, source=source, target=target)
    codes = pd.factorize(column)[0].astype(np.int64)
    table = pd.DataFrame(_open_ways(ties.arcs(), codes), column.index, ROLES)
    table["total"] = table.sum(axis=1)
    return table


def _open_ways(arcs: Ties, group: Positions) -> Positions:
    """Count ways a -> v -> b by role of v: all ways, less those back to a, less the closed ones."""
    from scipy import sparse

    count = len(group)
    same = group[arcs.source] == group[arcs.target]

    def part(kept: Any) -> Any:
        cells = (np.ones(int(kept.sum()), dtype=np.int64), (arcs.source[kept], arcs.target[kept]))
        return sparse.csr_array(cells, shape=(count, count))

    inside, outside = part(same), part(~same)
    member = sparse.csr_array((np.ones(count, dtype=np.int64), (np.arange(count), group)))
    in_own, out_own = inside.sum(axis=0), inside.sum(axis=1)
    in_other, out_other = outside.sum(axis=0), outside.sum(axis=1)
    back_own = inside.multiply(inside.T).sum(axis=1)
    back_other = outside.multiply(outside.T).sum(axis=1)
    # Ways from a foreign group back into the same foreign group, ways back to a itself included.
    there_and_back = (outside.T @ member).multiply(outside @ member).sum(axis=1)

    def closed(first: Any, second: Any, shortcut: Any) -> Any:
        return (first.T @ shortcut).multiply(second).sum(axis=1)

    return np.column_stack(
        [
            in_own * out_own - back_own - closed(inside, inside, inside),
            there_and_back - back_other - closed(outside, outside, inside),
            in_own * out_other - closed(inside, outside, outside),
            in_other * out_own - closed(outside, inside, outside),
            in_other * out_other - there_and_back - closed(outside, outside, outside),
        ]
    ).astype(np.int64)


@dataclass(frozen=True)
class EIIndex:
    """E-I index of a network: `index` from -1 (all ties inside groups) to 1 (all between).

    `external` and `internal` are the ties (or their strength); `expected` the mean over all ways to
    deal the same group sizes to the actors; `low` and `high` the range that the group sizes and the
    number of ties allow; `rescaled` the index stretched to -1..1 over that range; `p` the two-sided
    permutation p-value (NaN without permutations); `by_group` and `by_actor` the index of each
    group's and actor's own ties.
    """

    index: float
    external: float
    internal: float
    expected: float
    low: float
    high: float
    rescaled: float
    p: float
    by_group: "pd.Series[float]"
    by_actor: "pd.Series[float]"

    def __float__(self) -> float:
        return self.index


def ei_index(
    edges: pd.DataFrame,
    groups: Groups,
    weight: str | None = None,
    permutations: int = 0,
    seed: int | None = None,
) -> EIIndex:
    """Compare ties between groups (external) with ties inside them: (E - I) / (E + I).

    Args:
        edges: columns source and target; a pair counts once, whoever named the other.
        groups: group of each actor (Series or dict by actor), also of actors without ties: they
            count in the expected value and the range.
        weight: column with tie strength, above 0; both directions of a pair are added up.
        permutations: how often to deal the groups to the actors at random; 0 for no test.
        seed: makes the random deals repeatable.
    Returns:
        An `EIIndex`. An actor or a group without ties has NaN. With a weight, low, high and
        rescaled are NaN: strength has no upper limit.
    Raises:
        ValueError: no tie at all, actors without a group, negative permutations, as `constraint`.

    Small groups have few possible ties inside, so the index is high by arithmetic alone: read it
    beside `expected`, `rescaled` and `p`. p = (1 + count) / (1 + permutations), where count is how
    often a random deal is at least as far from `expected`; so p is never 0.

    Reference: Krackhardt and Stern (1988).

    >>> ties = pd.DataFrame({"source": ["lab", "lab"], "target": ["clinic", "firm"]})
    >>> kinds = {"lab": "academic", "clinic": "academic", "firm": "enterprise"}
    >>> ei_index(ties, kinds).index
    0.0
    """
    if permutations < 0:
        raise ValueError(f"permutations must be 0 or more, yours is {permutations}")
    column = read_groups(edges, groups)
    ties = read_ties(edges, column.index, weight).pairs()
    if not len(ties.source):
        raise ValueError("no ties: the E-I index compares ties, so it needs at least one")
    strength = ties.weight
    codes, names = pd.factorize(column)
    between = codes[ties.source] != codes[ties.target]
    external, internal = float(strength[between].sum()), float(strength[~between].sum())
    index = (external - internal) / (external + internal)
    inner, pairs = _possible_pairs(codes)
    expected = 1 - 2 * inner / pairs
    low, high = _range(len(strength), inner, pairs) if weight is None else (np.nan, np.nan)
    rescaled = 2 * (index - low) / (high - low) - 1 if high > low else float("nan")
    p = float("nan")
    if permutations:
        deals = _random_deals(ties, codes, permutations, seed)
        count = int((np.abs(deals - expected) >= abs(index - expected) - 1e-12).sum())
        p = (1 + count) / (1 + permutations)
    signed = np.where(between, strength, -strength)
    by_actor = _own_index(ties.source, ties.target, signed, len(codes))
    by_group = _own_index(codes[ties.source], codes[ties.target], signed, len(names))
    return EIIndex(
        index, external, internal, float(expected), low, high, rescaled, p,
        pd.Series(by_group, pd.Index(names), name="ei"),
        pd.Series(by_actor, ties.actors, name="ei"),
    )  # fmt: skip


def _possible_pairs(codes: Any) -> tuple[float, float]:
    """Return how many pairs could tie inside a group, and how many in all."""
    sizes = np.bincount(codes)
    return float((sizes * (sizes - 1) / 2).sum()), len(codes) * (len(codes) - 1) / 2


def _range(ties: int, inner: float, pairs: float) -> tuple[float, float]:
    most_external, most_internal = min(ties, pairs - inner), min(ties, inner)
    return (ties - 2 * most_internal) / ties, (2 * most_external - ties) / ties


def _random_deals(ties: Ties, codes: Any, permutations: int, seed: int | None) -> Numbers:
    rng = np.random.default_rng(seed)
    strength, whole = ties.weight, ties.weight.sum()
    deals = np.empty(permutations)
    for turn in range(permutations):
        dealt = rng.permutation(codes)
        between = strength[dealt[ties.source] != dealt[ties.target]].sum()
        deals[turn] = 2 * between / whole - 1
    return deals


def _own_index(one: Any, other: Any, signed: Numbers, count: int) -> Numbers:
    """Index of the ties that touch each actor or group; a tie inside a group counts once."""
    second = one != other
    ends = np.concatenate([one, other[second]])
    values = np.concatenate([signed, signed[second]])
    with np.errstate(invalid="ignore"):
        result: Numbers = np.bincount(ends, values, count) / np.bincount(
            ends, np.abs(values), count
        )
    return result
