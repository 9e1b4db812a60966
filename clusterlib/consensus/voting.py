"""Counting ranked votes, as in the last step of a nominal group."""

from __future__ import annotations

import pandas as pd

from clusterlib.validation import choice, no_missing, numeric_table, some_of


def borda(rankings: pd.DataFrame, *, unranked: str = "refuse") -> pd.DataFrame:
    """Add up ranked votes: an item earns a point for every item that a voter puts behind it.

    Args:
        rankings: rows items, columns voters; 1 is the best place, equal numbers are ties.
        unranked: "refuse" a blank, or "share": items that a voter left blank tie for the last
            places ("name your top five").
    Returns:
        Table with points, rank (1 = most points, ties share the better rank), first_places and
        voters who ranked it, sorted by points; items with equal points keep their order.
    Raises:
        ValueError: a blank under "refuse", a place below 1, a voter who ranked nothing.
    Convention:
        Tied items share the mean of their points, so every full ballot gives away n(n - 1)/2.
        Only the order counts: places 1, 2, 7 and 1, 2, 3 are the same vote. Adding or removing a
        losing item can change the winner.
    Reference:
        Delbecq, Van de Ven and Gustafson (1975) for the group technique it closes.

    >>> votes = pd.DataFrame({"firm": [1, 2, 3], "school": [2, 1, 3], "NGO": [1, 2, 2]},
    ...                      index=["talent", "testing lab", "export club"])
    >>> borda(votes)
                 points  rank  first_places  voters
    talent          5.0     1             2       3
    testing lab     3.5     2             1       3
    export club     0.5     3             0       3
    """
    choice(unranked, ("refuse", "share"), "unranked")
    places = numeric_table(rankings, "places", minimum=1)
    if unranked == "refuse":
        no_missing(places, "places", 'rank every item, or choose unranked="share"')
    silent = places.columns[places.isna().all()]
    if len(silent):
        raise ValueError(f"nothing ranked by {some_of(silent)}: leave out these empty ballots")
    order = places.rank(na_option="bottom")
    points = (len(places) - order).sum(axis=1)
    result = pd.DataFrame(
        {
            "points": points,
            "rank": points.rank(ascending=False, method="min").astype(int),
            "first_places": places.eq(places.min()).sum(axis=1),
            "voters": places.notna().sum(axis=1),
        }
    )
    return result.sort_values("points", ascending=False, kind="stable")
