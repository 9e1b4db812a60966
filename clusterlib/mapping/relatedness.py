"""What goes with what: advantage, proximity, relatedness and complexity."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib import validation

Numbers = npt.NDArray[np.float64]
# Ratios such as 0.3 / 0.3 may miss 1 in the sixteenth digit; equality must still count.
ROUNDING = 1e-12
# Where the scores should be read with caution: our own teaching choice, not a published cut.
ALIKE_EIGENVALUES = 0.01
WEAK_CORRELATION = 0.2


def revealed_advantage(table: pd.DataFrame, threshold: float = 1.0) -> pd.DataFrame:
    """Say where a place has more than its share: a quotient at or above the threshold.

    Args:
        table: places x activities, location quotients (of jobs, exports, patents or projects), such
            as `location_quotient(employment)`; not the jobs themselves. No blanks.
        threshold: smallest quotient that counts; exactly at it counts as yes.
    Returns:
        Places x activities, True or False.
    Raises:
        ValueError: a blank (a yes or no cannot be left open), negatives, text.

    Reference: Hidalgo, Klinger, Barabasi and Hausmann (2007).

    >>> quotients = pd.DataFrame(
    ...     {"biotech": [1.5, 0.5], "food": [0.875, 1.0]}, index=["Aldermark", "Brennholm"]
    ... )
    >>> revealed_advantage(quotients).values.tolist()
    [[True, False], [False, True]]
    """
    # An industry that only one region has can have an infinite quotient: surely an advantage.
    finite = table.replace(np.inf, np.finfo(float).max)
    known = validation.no_missing(
        validation.numeric_table(finite, "quotients"),
        "quotients",
        "leave out its place or activity, or estimate the jobs first",
    )
    return known >= threshold * (1 - ROUNDING)


def _yes_or_no(advantage: pd.DataFrame) -> Numbers:
    table = validation.no_missing(
        validation.numeric_table(advantage, "advantage", maximum=1.0),
        "advantage",
        "say True or False",
    )
    between = (table > 0) & (table < 1)
    if between.to_numpy().any():
        where = validation.some_of(validation.cells(between))
        raise ValueError(
            f"advantage must be True or False, look at {where}: use revealed_advantage"
        )
    return table.to_numpy()


def proximity(advantage: pd.DataFrame) -> pd.DataFrame:
    """Say how often two activities are found in the same places.

    Args:
        advantage: places x activities, True or False.
    Returns:
        Symmetric matrix of activities, 0 to 1: the smaller of the two conditional chances, that is
        places with both / places with the commoner one. Diagonal 1.
    Raises:
        ValueError: blanks, values other than yes and no.

    An activity that no place has an advantage in shares no place with any: its row is 0 throughout.

    Reference: Hidalgo, Klinger, Barabasi and Hausmann (2007).

    >>> advantage = pd.DataFrame({"biotech": [1, 1, 0], "devices": [1, 1, 1], "food": [0, 0, 1]})
    >>> proximity(advantage).loc["biotech"].round(2).to_dict()
    {'biotech': 1.0, 'devices': 0.67, 'food': 0.0}
    """
    has = _yes_or_no(advantage)
    ubiquity = has.sum(axis=0)
    commoner = np.maximum(np.maximum.outer(ubiquity, ubiquity), 1)
    return pd.DataFrame((has.T @ has) / commoner, advantage.columns, advantage.columns)


def relatedness_density(advantage: pd.DataFrame, proximity: pd.DataFrame) -> pd.DataFrame:
    """Say how much of what is near an activity a place already has.

    Args:
        advantage: places x activities, True or False.
        proximity: matrix of the same activities, 0 to 1, such as `proximity(advantage)`.
    Returns:
        Places x activities, 0 to 1: proximity to the activities the place has / proximity to all.
    Raises:
        ValueError: activities that differ, blanks, values out of range.

    The diagonal does not count: an activity is no reason for itself (some software leaves
    it in, which lifts every activity that a place already has). An activity near to none is blank.

    Reference: Hidalgo, Klinger, Barabasi and Hausmann (2007); for regions Balland and
    others (2019).

    >>> advantage = pd.DataFrame({"biotech": [1, 1, 0], "devices": [1, 1, 1], "food": [0, 0, 1]})
    >>> relatedness_density(advantage, proximity(advantage)).loc[2].round(2).to_dict()
    {'biotech': 1.0, 'devices': 0.33, 'food': 1.0}
    """
    has = _yes_or_no(advantage)
    near = validation.no_missing(
        validation.square_matrix(proximity, "proximity", maximum=1.0),
        "proximity",
        "compute it from the same table",
    )
    validation.same_labels(advantage.columns, near.columns, "activities")
    other = near.loc[advantage.columns, advantage.columns].to_numpy(copy=True)
    np.fill_diagonal(other, 0.0)
    total = other.sum(axis=0)
    density = (has @ other) / np.where(total > 0, total, np.nan)
    return pd.DataFrame(density, advantage.index, advantage.columns)


@dataclass(frozen=True)
class Complexity:
    """Complexity of places and activities, in standard deviations from the mean."""

    places: "pd.Series[float]"
    activities: "pd.Series[float]"
    eigenvalues: tuple[float, ...]  # largest first; the first is always 1
    diversity_correlation: float  # of .places with the number of activities each place has
    caution: str = ""  # why the scores should not be trusted; empty where nothing was found


def complexity(advantage: pd.DataFrame) -> Complexity:
    """Rank places and activities by the second eigenvector of who has what.

    Args:
        advantage: places x activities, True or False.
    Returns:
        .places and .activities: z-scores (population standard deviation), .eigenvalues,
        .diversity_correlation, .caution.
    Raises:
        ValueError: blanks, fewer than three places or two activities, a place without an activity
            or the reverse, scores that do not differ.

    Sign: places are turned so that they correlate positively with diversity, activities follow
    their places. The correlation may be near 0, and then the sign is near to a toss; the second
    and third eigenvalue may be alike, or the table may fall into unconnected parts: .caution says
    so. A place with one rare activity can top a place with many.

    Reference: Hidalgo and Hausmann (2009).

    >>> advantage = pd.DataFrame(
    ...     [[1, 1, 1, 1], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]], index=["C1", "C2", "C3", "C4"]
    ... )
    >>> complexity(advantage).places.round(3).to_dict()
    {'C1': -0.075, 'C2': -1.603, 'C3': 0.748, 'C4': 0.93}
    """
    has = _yes_or_no(advantage)
    diversity, ubiquity = has.sum(axis=1), has.sum(axis=0)
    idle = [*advantage.index[diversity == 0], *advantage.columns[ubiquity == 0]]
    if idle:
        raise ValueError(
            f"no advantage at all: {validation.some_of(idle)}: leave out these rows and columns"
        )
    if min(has.shape) < 2 or len(has) < 3:
        raise ValueError("complexity needs three places and two activities at least")
    # D^-1 M U^-1 M' has the eigenvalues of this symmetric matrix, which is safer to solve.
    half = has / np.sqrt(diversity)[:, None]
    values, vectors = np.linalg.eigh((half / ubiquity) @ half.T)
    raw = vectors[:, -2] / np.sqrt(diversity)
    places = _z_scores(raw)
    activities = _z_scores((has.T @ raw) / ubiquity)
    varied = diversity.std() > 0
    correlation = float(np.corrcoef(places, diversity)[0, 1]) if varied else 0.0
    # Without a lean either way, the place furthest from the mean is put above it: a fixed rule.
    lean = correlation if abs(correlation) > 1e-9 else places[np.abs(places).argmax()]
    turn = 1.0 if lean > 0 else -1.0
    return Complexity(
        pd.Series(turn * places, advantage.index, name="complexity"),
        pd.Series(turn * activities, advantage.columns, name="complexity"),
        tuple(float(value) for value in values[::-1]),
        abs(correlation),
        _caution(values[::-1], abs(correlation)),
    )


def _z_scores(values: Numbers) -> Numbers:
    spread = values.std()
    if spread < 1e-9:
        raise ValueError(
            "all complexity scores are the same: the table is too regular to rank by it"
        )
    return np.asarray((values - values.mean()) / spread)


def _caution(values: Numbers, correlation: float) -> str:
    notes = []
    if values[1] > 1 - 1e-9:
        notes.append("the table falls into unconnected parts: scores only tell the parts apart")
    elif values[1] - values[2] < ALIKE_EIGENVALUES:
        notes.append("second and third eigenvalue are alike: the ranking is unstable")
    if correlation < WEAK_CORRELATION:
        notes.append("hardly any correlation with diversity: which end is high is near to a toss")
    return "; ".join(notes)
