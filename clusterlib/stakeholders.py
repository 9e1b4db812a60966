"""Who matters for the cluster and who pays attention; games of trust and fees to play."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.games import FeeGame, TrustGame, fee_game, trust_game, trust_tournament
from clusterlib.validation import numeric_table, some_of, unique_labels

__all__ = [
    "FeeGame",
    "TrustGame",
    "combine_raters",
    "fee_game",
    "power_interest",
    "salience",
    "trust_game",
    "trust_tournament",
]

QUADRANTS = {
    (True, True): "manage closely",
    (True, False): "keep satisfied",
    (False, True): "keep informed",
    (False, False): "monitor",
}
# Power, legitimacy, urgency.
SALIENCE = {
    (True, False, False): "dormant",
    (False, True, False): "discretionary",
    (False, False, True): "demanding",
    (True, True, False): "dominant",
    (True, False, True): "dangerous",
    (False, True, True): "dependent",
    (True, True, True): "definitive",
    (False, False, False): "non-stakeholder",
}
LEVELS = {0: "none", 1: "latent", 2: "expectant", 3: "definitive"}
UNDETERMINED = "undetermined"


def power_interest(
    people: pd.DataFrame,
    scale: tuple[float, float] = (1.0, 5.0),
    boundary: float | None = None,
) -> pd.DataFrame:
    """Place each stakeholder on the power-interest grid.

    Args:
        people: index stakeholder; columns power and interest, scores on `scale`. Other columns,
            such as stance (supports, neutral, opposes), are kept: the grid is silent on who is for
            you.
        scale: lowest and highest score.
        boundary: a score of this or more is high; None takes the middle of the scale (3 on 1..5).
    Returns:
        The table with two more columns: quadrant ("manage closely", "keep satisfied" for power
        without interest, "keep informed" for interest without power, "monitor", or "undetermined"
        if a score is blank) and on_boundary (True if a score is exactly the boundary: discuss it).
    Raises:
        ValueError: column missing, a stakeholder twice, a score that is no number or off the
            scale, a boundary off the scale.

    A score exactly on the boundary counts as high: too much attention harms less than too little.

    Reference: Mendelow (1981), to whom the grid is traced.

    >>> people = pd.DataFrame({"power": [5, 2], "interest": [2, 3]}, ["anchor firm", "patients"])
    >>> power_interest(people)["quadrant"].tolist()
    ['keep satisfied', 'keep informed']
    """
    limit = _boundary(scale, boundary)
    scores = _scores(people, ["power", "interest"], scale)
    quadrant = [
        UNDETERMINED if np.isnan(row).any() else QUADRANTS[(row[0] >= limit, row[1] >= limit)]
        for row in scores.to_numpy()
    ]
    return people.assign(quadrant=quadrant, on_boundary=(scores == limit).any(axis=1))


def salience(
    people: pd.DataFrame,
    scale: tuple[float, float] = (1.0, 5.0),
    boundary: float | None = None,
) -> pd.DataFrame:
    """Name the stakeholder class by power, legitimacy and urgency.

    Args:
        people: index stakeholder; columns power, legitimacy and urgency, either yes or no (True and
            False, or 0 and 1) in all three, or scores on `scale`. Other columns are kept.
        scale: lowest and highest score; not used for yes or no.
        boundary: a score of this or more counts as yes; None takes the middle of the scale.
    Returns:
        The table with two more columns: salience_class (dormant, discretionary, demanding;
        dominant, dangerous, dependent; definitive; non-stakeholder; "undetermined" if a cell is
        blank) and salience_level (how many attributes: none, latent, expectant, definitive, or
        undetermined).
    Raises:
        ValueError: as `power_interest`; a table of ones alone on a scale that starts at 1.

    A table in which every cell is 0 or 1 is read as yes or no. Where all cells are 1 and 1 is also
    the lowest score, nobody can tell, so it is refused: write True and False. Attributes change,
    and say nothing on support or opposition: keep a stance column beside them.

    Reference: Mitchell, Agle and Wood (1997).

    >>> people = pd.DataFrame(
    ...     {"power": [True, False], "legitimacy": [True, True], "urgency": [False, True]},
    ...     index=["ministry", "patients"],
    ... )
    >>> salience(people)["salience_class"].tolist()
    ['dominant', 'dependent']
    """
    names = ["power", "legitimacy", "urgency"]
    _check_people(people, names)
    numbers = numeric_table(people[names].astype(object), "scores", minimum=None)
    words = all(pd.api.types.infer_dtype(people[name], skipna=True) == "boolean" for name in names)
    if words or numbers.isin([0.0, 1.0]).where(numbers.notna(), True).to_numpy().all():
        known = numbers.stack()
        if not words and len(known) and (known == 1).all() and scale[0] == 1:
            raise ValueError(
                "every cell is 1: is that a yes, or the lowest score? Write True and False, or "
                "give another scale"
            )
        limit = 1.0
    else:
        limit = _boundary(scale, boundary)
        numbers = _scores(people, names, scale)
    classes, levels = [], []
    for row in numbers.to_numpy():
        held = (bool(row[0] >= limit), bool(row[1] >= limit), bool(row[2] >= limit))
        blank = bool(np.isnan(row).any())
        classes.append(UNDETERMINED if blank else SALIENCE[held])
        levels.append(UNDETERMINED if blank else LEVELS[sum(held)])
    return people.assign(salience_class=classes, salience_level=levels)


def combine_raters(
    ratings: pd.DataFrame,
    scores: Sequence[str] = ("power", "interest"),
    stakeholder: str = "stakeholder",
    rater: str = "rater",
) -> pd.DataFrame:
    """Put the scores of several raters together, and show how far they disagree.

    Args:
        ratings: one row a stakeholder and rater, columns as named and one for each score.
        scores: the score columns.
        stakeholder: column that names the stakeholder.
        rater: column that names who scored.
    Returns:
        Index stakeholder; the mean of each score under its own name, its spread (highest less
        lowest) as name_spread, and raters (who gave every score).
    Raises:
        ValueError: column missing, a blank name, a rater twice for a stakeholder, or a stakeholder
            with fewer than two complete raters: one person's mood is not a map.

    A rater who left a score blank for a stakeholder is left out for that stakeholder.

    >>> given = pd.DataFrame({"stakeholder": ["ministry"] * 2, "rater": ["R1", "R2"],
    ...                       "power": [5, 4], "interest": [2, 2]})
    >>> combine_raters(given).loc["ministry", ["power", "power_spread", "raters"]].tolist()
    [4.5, 1.0, 2.0]
    """
    lacking = [name for name in (stakeholder, rater, *scores) if name not in ratings.columns]
    if lacking:
        raise ValueError(f"the table of ratings has no column {some_of(lacking)}")
    blank = ratings.index[ratings[[stakeholder, rater]].isna().any(axis=1)]
    if len(blank):
        raise ValueError(f"ratings with a blank name in rows {some_of(blank)}: fill them in")
    keyed = ratings.set_index([stakeholder, rater])[list(scores)]
    unique_labels(keyed.index, "ratings (stakeholder / rater)")
    numbers = numeric_table(keyed, "ratings", minimum=None).dropna()
    groups = numbers.groupby(level=0, sort=False)
    order = pd.Index(pd.unique(ratings[stakeholder]), name=stakeholder)
    raters = groups.size().reindex(order, fill_value=0)
    few = raters.index[raters < 2]
    if len(few):
        raise ValueError(
            f"fewer than two complete raters for {some_of(few)}: ask a second person to score them"
        )
    means = groups.mean().reindex(order)
    spread = (groups.max() - groups.min()).reindex(order).add_suffix("_spread")
    return pd.concat([means, spread], axis=1).assign(raters=raters)


def _check_people(people: pd.DataFrame, names: list[str]) -> None:
    lacking = [name for name in names if name not in people.columns]
    if lacking:
        raise ValueError(f"the table of stakeholders has no column {some_of(lacking)}")
    unique_labels(people.index, "stakeholders")


def _scores(people: pd.DataFrame, names: list[str], scale: tuple[float, float]) -> pd.DataFrame:
    _check_people(people, names)
    return numeric_table(people[names], "scores", minimum=scale[0], maximum=scale[1])


def _boundary(scale: tuple[float, float], boundary: float | None) -> float:
    lowest, highest = scale
    if not lowest < highest:
        raise ValueError(f"scale must go from low to high, yours is {lowest:g} to {highest:g}")
    limit: Any = (lowest + highest) / 2 if boundary is None else boundary
    if not lowest <= limit <= highest:
        raise ValueError(f"boundary {limit:g} is off the scale of {lowest:g} to {highest:g}")
    return float(limit)
