"""Peer review: everyone reviews as much as they receive, and nobody reviews a friend."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib.validation import no_missing, some_of, unique_labels

Table: TypeAlias = npt.NDArray[Any]


def allocate_reviews(
    people: pd.DataFrame,
    per_reviewer: int = 3,
    conflicts: Sequence[str] = ("organisation",),
    balance: Sequence[str] = ("country", "audience"),
    seed: int | None = None,
    declared: Iterable[tuple[Any, Any]] = (),
) -> pd.DataFrame:
    """Decide who reviews whose work: everyone gives and gets the same number of reviews.

    Args:
        people: index person (each hands in one piece of work); columns as named below.
        per_reviewer: reviews that each person gives, and gets.
        conflicts: columns in which reviewer and author must differ, such as the organisation.
        balance: columns in which they should differ where possible: as few equal values as can be.
        seed: chooses among equally good plans.
        declared: pairs of persons who may not review each other, in either direction.
    Returns:
        One row a review: reviewer, author, and for each balance column same_<column> (True if they
        share it). No one reviews their own work, and no pair stands twice.
    Raises:
        ValueError: column missing, a person twice or unknown, a blank in a conflict column, a
            number of reviews that cannot be, or no plan without conflict: the message says who is
            short of reviewers.

    The plan has the least possible number of equal balance values (a minimum-cost flow); a blank
    balance value equals no other. It does not ask that the reviewers of one work differ among
    themselves. For visits ("each visits a host of another audience"): one review each, audience
    among the conflicts.

    Reference: Topping (1998) on peer assessment.

    >>> people = pd.DataFrame({"organisation": ["lab", "firm", "agency"]}, ["Ada", "Ben", "Cleo"])
    >>> plan = allocate_reviews(people, per_reviewer=2, balance=())
    >>> plan.groupby("author")["reviewer"].count().tolist()
    [2, 2, 2]
    """
    _check(people, per_reviewer, [*conflicts, *balance])
    allowed = _allowed(people, conflicts, declared)
    same = {name: _equal(people[name]) for name in balance}
    cost = sum((equal.astype(np.int64) for equal in same.values()), start=0 * allowed)
    plan = _in_rounds(allowed, cost, per_reviewer, seed)
    if plan is None:
        plan, reached = _flow(allowed, per_reviewer)
        if plan.sum() < per_reviewer * len(people):
            raise ValueError(_why_not(people, conflicts, allowed, per_reviewer, reached))
    reviewer, author = np.nonzero(_cheapest(plan, allowed, cost))
    return pd.DataFrame(
        {
            "reviewer": people.index[reviewer],
            "author": people.index[author],
            **{f"same_{name}": equal[reviewer, author] for name, equal in same.items()},
        }
    )


def _check(people: pd.DataFrame, per_reviewer: int, columns: list[str]) -> None:
    lacking = [name for name in columns if name not in people.columns]
    if lacking:
        raise ValueError(
            f"the table of people has no column {some_of(lacking)}: add it, or leave it out of "
            "conflicts and balance"
        )
    unique_labels(people.index, "people")
    if not 1 <= per_reviewer < max(len(people), 2):
        raise ValueError(
            f"{per_reviewer} reviews each cannot be: with {len(people)} people it takes at least 1 "
            f"and at most {max(len(people) - 1, 0)}"
        )
    if len(people) < 2:
        raise ValueError("peer review needs at least two people")


def _equal(column: "pd.Series[Any]") -> Table:
    codes = pd.factorize(column)[0]
    known = codes >= 0
    equal: Table = (codes[:, None] == codes[None, :]) & known[:, None] & known[None, :]
    return equal


def _allowed(
    people: pd.DataFrame, conflicts: Sequence[str], declared: Iterable[tuple[Any, Any]]
) -> Table:
    allowed: Table = ~np.eye(len(people), dtype=bool)
    for name in conflicts:
        no_missing(people[name], name, "a conflict cannot be ruled out while it is unknown")
        allowed &= ~_equal(people[name])
    for pair in declared:
        places = people.index.get_indexer(pd.Index(list(pair)))
        if len(places) != 2 or (places < 0).any():
            raise ValueError(f"declared conflict {some_of(pair)}: name two people of the table")
        allowed[places[0], places[1]] = allowed[places[1], places[0]] = False
    return allowed


def _in_rounds(allowed: Table, cost: Table, reviews: int, seed: int | None) -> Table | None:
    """Return a cheap plan: the best single assignment, again and again; None if it gets stuck."""
    from scipy.optimize import linear_sum_assignment

    count = len(allowed)
    rng = np.random.default_rng(seed)
    plan = np.zeros(allowed.shape, dtype=bool)
    for _ in range(reviews):
        # Chance only breaks ties: all of it together weighs less than one equal value.
        price = cost + rng.random(allowed.shape) / (2 * count)
        price[plan | ~allowed] = (cost.max() + 1) * (count + 1)
        one, other = linear_sum_assignment(price)
        if not (allowed & ~plan)[one, other].all():
            return None
        plan[one, other] = True
    return plan


def _flow(allowed: Table, reviews: int) -> tuple[Table, Table]:
    """Return the largest plan, and who is still within reach when it is full (for the reasons)."""
    from scipy import sparse
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count = len(allowed)
    start, end = 2 * count, 2 * count + 1
    one, other = np.nonzero(allowed)
    people = np.arange(count)
    rows = np.concatenate([one, np.full(count, start), count + people])
    columns = np.concatenate([count + other, people, np.full(count, end)])
    room = np.concatenate([np.ones(len(one)), np.full(2 * count, reviews)]).astype(np.int32)
    network = sparse.csr_array((room, (rows, columns)), shape=(2 * count + 2, 2 * count + 2))
    flow = maximum_flow(network, start, end).flow
    left = sparse.csr_array(network - flow)
    left.eliminate_zeros()
    reached = np.zeros(2 * count + 2, dtype=bool)
    reached[breadth_first_order(left, start, return_predecessors=False)] = True
    plan = flow[:count, count : 2 * count].toarray() > 0
    return plan, reached


def _cheapest(plan: Table, allowed: Table, cost: Table) -> Table:
    """Exchange reviews along rings while that saves equal values; then no plan is cheaper."""
    while (ring := _saving_ring(plan, allowed, cost)) is not None:
        one, other = ring
        plan[one, other] = ~plan[one, other]
    return plan


def _saving_ring(plan: Table, allowed: Table, cost: Table) -> tuple[Table, Table] | None:
    """Find a ring of reviews to give and to drop that lowers the cost (Bellman and Ford)."""
    count = len(plan)
    never = 10 * count * int(cost.max() + 1)
    give = np.where(allowed & ~plan, cost, never)
    drop = np.where(plan, -cost, never)
    people = np.arange(count)
    # Cheapest way to each reviewer and author so far, and the one before on that way.
    to_reviewer, to_author = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    before = np.full(2 * count, -1)
    while True:
        from_reviewer = (to_reviewer[:, None] + give).argmin(axis=0)
        way = to_reviewer[from_reviewer] + give[from_reviewer, people]
        better = way < to_author
        before[count:][better] = from_reviewer[better]
        to_author = np.where(better, way, to_author)
        from_author = (to_author[None, :] + drop).argmin(axis=1)
        way = to_author[from_author] + drop[people, from_author]
        shorter = way < to_reviewer
        before[:count][shorter] = count + from_author[shorter]
        to_reviewer = np.where(shorter, way, to_reviewer)
        if not better.any() and not shorter.any():
            return None
        ring = _ring(before)
        if ring:
            # Going backwards round the ring, a reviewer's predecessor is a review to drop.
            pairs = [
                (min(a, b), max(a, b) - count) for a, b in zip(ring, before[ring], strict=True)
            ]
            one, other = zip(*pairs, strict=True)
            return np.array(one), np.array(other)


def _ring(before: Table) -> list[int]:
    """Return the members of a ring in the chain of predecessors, or nothing."""
    seen = np.zeros(len(before), dtype=np.int64)
    for start in range(len(before)):
        at = start
        while at >= 0 and not seen[at]:
            seen[at] = start + 1
            at = int(before[at])
        if at >= 0 and seen[at] == start + 1:
            ring = [at]
            while int(before[ring[-1]]) != at:
                ring.append(int(before[ring[-1]]))
            return ring
    return []


def _why_not(
    people: pd.DataFrame, conflicts: Sequence[str], allowed: Table, reviews: int, reached: Table
) -> str:
    """Say in words whose work cannot be reviewed, by the bottleneck of the largest plan."""
    count = len(people)
    few = np.flatnonzero(allowed.sum(axis=0) < reviews)
    mend = "ask people from elsewhere to join, ask for fewer reviews, or relax a conflict rule"
    for name in conflicts:
        sizes = people[name].value_counts()
        if 2 * int(sizes.iloc[0]) > count:
            return (
                f"no plan without conflict: {sizes.index[0]} is the {name} of {sizes.iloc[0]} of "
                f"{count} people, more than half, so the others cannot review all its work: {mend}"
            )
    if len(few):
        return (
            f"no plan without conflict: fewer than {reviews} people may review the work of "
            f"{some_of(people.index[few])}: {mend}"
        )
    left, bound = ~reached[count : 2 * count], reached[:count]
    short = np.flatnonzero(left)
    supply = reviews * int((~bound).sum()) + int(allowed[np.ix_(bound, left)].sum())
    return (
        f"no plan without conflict: the work of {some_of(people.index[short])} needs "
        f"{reviews * len(short)} reviews, but those who may review it can give at most {supply}: "
        f"{mend}"
    )
