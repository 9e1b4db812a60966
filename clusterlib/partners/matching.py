"""Who is paired with whom when both sides have wishes: stable matching and its check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from clusterlib.validation import some_of

Wishes = Mapping[str, Sequence[str]]


def stable_match(
    proposers: Wishes, reviewers: Wishes, capacities: Mapping[str, int] | None = None
) -> dict[str, str | None]:
    """Pair two sides so that no two would both rather have each other (deferred acceptance).

    Args:
        proposers: for each proposer (such as an offer) the acceptable reviewers, best first.
        reviewers: for each reviewer (such as a demand) the acceptable proposers, best first.
        capacities: places of each reviewer; one if not given.
    Returns:
        Reviewer of each proposer, or None for whoever stays without.
    Raises:
        ValueError: a name that stands on no list of its own side, a name twice on one list, the
            same name on both sides, or a capacity that is negative or for an unknown reviewer.
    Convention:
        Who is not on a list is not acceptable to it. Lists are strict orders: put ties in the
        order you would defend. Of all stable matchings this is the best for every proposer and
        the worst for every reviewer, so who proposes is a decision; stable is not the highest
        total satisfaction. Proposers gain nothing by hiding their wishes.
    Reference:
        Gale and Shapley (1962).

    >>> offers = {"lab": ["SME", "clinic"], "school": ["SME"]}
    >>> demands = {"SME": ["school", "lab"], "clinic": ["lab"]}
    >>> stable_match(offers, demands)
    {'lab': 'clinic', 'school': 'SME'}
    """
    places = _checked(proposers, reviewers, capacities)
    order = {
        name: {one: rank for rank, one in enumerate(wishes)} for name, wishes in reviewers.items()
    }
    match: dict[str, str | None] = dict.fromkeys(proposers)
    held: dict[str, list[str]] = {name: [] for name in reviewers}
    next_wish = dict.fromkeys(proposers, 0)
    free = list(proposers)[::-1]
    while free:
        proposer = free.pop()
        if next_wish[proposer] >= len(proposers[proposer]):
            continue
        reviewer = proposers[proposer][next_wish[proposer]]
        next_wish[proposer] += 1
        if proposer not in order[reviewer]:
            free.append(proposer)
            continue
        held[reviewer].append(proposer)
        match[proposer] = reviewer
        if len(held[reviewer]) > places[reviewer]:
            loser = max(held[reviewer], key=order[reviewer].__getitem__)
            held[reviewer].remove(loser)
            match[loser] = None
            free.append(loser)
    return match


def blocking_pairs(
    match: Mapping[str, str | None],
    proposers: Wishes,
    reviewers: Wishes,
    capacities: Mapping[str, int] | None = None,
) -> list[tuple[str, str]]:
    """List the pairs that would both rather have each other than what they got; none is stable.

    Args:
        match: reviewer of each proposer, or None; who is not named has nobody.
        proposers, reviewers, capacities: as in `stable_match`.
    Returns:
        Pairs (proposer, reviewer), in the order of the proposers and their wishes.
    Raises:
        ValueError: as `stable_match`; a pair that one side does not accept; a reviewer with more
            proposers than places.
    Reference:
        Gale and Shapley (1962).

    >>> offers = {"lab": ["SME", "clinic"], "school": ["SME"]}
    >>> demands = {"SME": ["school", "lab"], "clinic": ["lab"]}
    >>> blocking_pairs({"lab": "SME", "school": None}, offers, demands)
    [('school', 'SME')]
    """
    places = _checked(proposers, reviewers, capacities)
    held: dict[str, list[str]] = {name: [] for name in reviewers}
    for proposer, reviewer in match.items():
        if proposer not in proposers or (reviewer is not None and reviewer not in reviewers):
            raise ValueError(f"{proposer} / {reviewer}: a name that is on neither list")
        if reviewer is None:
            continue
        if reviewer not in proposers[proposer] or proposer not in reviewers[reviewer]:
            raise ValueError(f"{proposer} / {reviewer}: one of the two does not accept the other")
        held[reviewer].append(proposer)
    full = [name for name, several in held.items() if len(several) > places[name]]
    if full:
        raise ValueError(f"more proposers than places for {some_of(full)}: give capacities")
    order = {
        name: {one: rank for rank, one in enumerate(wishes)} for name, wishes in reviewers.items()
    }
    blocking = []
    for proposer, wishes in proposers.items():
        for reviewer in wishes:
            if reviewer == match.get(proposer):
                break
            ranks = order[reviewer]
            if proposer not in ranks or places[reviewer] == 0:
                continue
            spare = len(held[reviewer]) < places[reviewer]
            if spare or any(ranks[one] > ranks[proposer] for one in held[reviewer]):
                blocking.append((proposer, reviewer))
    return blocking


def _checked(
    proposers: Wishes, reviewers: Wishes, capacities: Mapping[str, int] | None
) -> dict[str, int]:
    """Refuse names that do not fit together and return the places of each reviewer."""
    both = [name for name in proposers if name in reviewers]
    if both:
        raise ValueError(f"on both sides: {some_of(both)}: give the two sides different names")
    for side, other, what in (
        (proposers, reviewers, "reviewer"),
        (reviewers, proposers, "proposer"),
    ):
        for name, wishes in side.items():
            if isinstance(wishes, str):
                raise ValueError(f"the wishes of {name} must be a list of names, not one text")
            strange = [one for one in wishes if one not in other]
            if strange:
                raise ValueError(f"{name} lists {some_of(strange)}, not a {what}")
            twice = [one for one, count in Counter(wishes).items() if count > 1]
            if twice:
                raise ValueError(
                    f"{name} lists {some_of(twice)} twice: an order has each name once"
                )
    given = dict(capacities or {})
    strange = [name for name in given if name not in reviewers]
    if strange:
        raise ValueError(f"capacities for {some_of(strange)}, who is not a reviewer")
    wrong = [name for name, places in given.items() if places < 0 or places != int(places)]
    if wrong:
        raise ValueError(f"places must be a whole number from 0 up; not so for {some_of(wrong)}")
    return {name: int(given.get(name, 1)) for name in reviewers}
