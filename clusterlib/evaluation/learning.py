"""What learners gained between two tests, and whether the questions measure anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.validation import numeric_series, numeric_table

LOW, HIGH = 0.3, 0.7


@dataclass(frozen=True)
class LearningGain:
    """Gain of a class in three ways, and who could not be counted.

    `class_gain` from the class means; `mean_gain` the mean of the learners' own gains;
    `normalised_change` the mean of Marx and Cummings' change; `band` of the class gain (low under
    0.3, medium to 0.7, high above; undetermined). `learners` has pre, post, gain and change of each
    matched learner, blank where not defined. `unmatched_pre` and `unmatched_post` sat one test
    only; `leavers_pre_mean` is the first result of those who left (compare with the matched).
    """

    class_gain: float
    mean_gain: float
    normalised_change: float
    band: str
    matched: int
    unmatched_pre: list[Any]
    unmatched_post: list[Any]
    leavers_pre_mean: float
    learners: pd.DataFrame


def learning_gain(
    pre: "pd.Series[float] | Sequence[float]",
    post: "pd.Series[float] | Sequence[float]",
    maximum: float = 100.0,
) -> LearningGain:
    """Measure how much of what could be learned was learned.

    Args:
        pre: result of the first test, 0 to `maximum`, by learner; two plain lists of equal length
            are matched by position.
        post: result of the second test, by learner.
        maximum: full marks.
    Returns:
        A `LearningGain`; shares of the possible gain, 1 is everything, below 0 is a loss.
    Raises:
        ValueError: nobody sat both tests, a learner twice, marks off the scale, lists of different
            length.

    Class gain = (mean post - mean pre) / (maximum - mean pre), over those who sat both tests. It is
    not the mean of the learners' gains, where a small loss near full marks weighs much. A learner
    with full marks at first has no gain (left out of mean_gain). Normalised change divides a loss
    by pre instead, counts no change as 0, and leaves out those at full marks, or at zero, twice.
    People who leave a course are rarely a chance selection: report the unmatched.

    References: Hake (1998); Marx and Cummings (2007).

    >>> gain = learning_gain([20, 60, 90, 50], [60, 80, 85, 100])
    >>> round(gain.class_gain, 4), gain.mean_gain, round(gain.normalised_change, 4)
    (0.5833, 0.375, 0.4861)
    """
    if not (np.isfinite(maximum) and maximum > 0):
        raise ValueError(f"full marks must be above 0, yours are {maximum}")
    named = isinstance(pre, pd.Series) and isinstance(post, pd.Series)
    if not named and len(pre) != len(post):
        raise ValueError(
            f"{len(pre)} first and {len(post)} second results: give both by learner (a Series), so "
            "that they can be matched"
        )
    first = numeric_series(_series(pre), "first test", maximum=maximum).dropna()
    second = numeric_series(_series(post), "second test", maximum=maximum).dropna()
    both = first.index.intersection(second.index, sort=False)
    if not len(both):
        raise ValueError("nobody sat both tests: check that the learners have the same names")
    table = pd.DataFrame({"pre": first.loc[both], "post": second.loc[both]})
    rise, room = table["post"] - table["pre"], maximum - table["pre"]
    table["gain"] = rise / room.where(room > 0)
    table["change"] = (rise / room).where(rise > 0, rise / table["pre"])
    unmoved = (rise == 0) & (table["pre"] > 0) & (room > 0)
    table["change"] = table["change"].where(rise != 0).mask(unmoved, 0.0)
    left = first.drop(index=both)
    mean_room = maximum - table["pre"].mean()
    class_gain = float(rise.mean() / mean_room) if mean_room > 0 else float("nan")
    return LearningGain(
        class_gain=class_gain,
        mean_gain=float(table["gain"].mean()),
        normalised_change=float(table["change"].mean()),
        band=_band(class_gain),
        matched=len(both),
        unmatched_pre=list(left.index),
        unmatched_post=list(second.index.difference(both, sort=False)),
        leavers_pre_mean=float(left.mean()),
        learners=table,
    )


def _series(values: "pd.Series[float] | Sequence[float]") -> "pd.Series[float]":
    return values if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)


def _band(gain: float) -> str:
    if np.isnan(gain):
        return "undetermined"
    # Rounded, so that a gain of 0.3 does not change band by float dust.
    rounded = round(gain, 12)
    return "low" if rounded < LOW else "medium" if rounded <= HIGH else "high"


@dataclass(frozen=True)
class ItemAnalysis:
    """`items` (one row a question), `alpha` (Cronbach's, NaN if not defined), `complete` (learners
    with an answer to every question) and `incomplete` (the others, by name)."""

    items: pd.DataFrame
    alpha: float
    complete: int
    incomplete: list[Any]


def item_analysis(scores: pd.DataFrame, maximum: "pd.Series[float] | float" = 1.0) -> ItemAnalysis:
    """Check the questions of a test: too easy, too hard, or not telling learners apart.

    Args:
        scores: rows learners, columns questions, points; a blank is a question not answered, which
            is not the same as 0 points.
        maximum: full points, one number or one by question.
    Returns:
        An `ItemAnalysis`. Columns of items: difficulty (mean share of the points, 0..1; high is
        easy; over all answers), point_biserial (correlation with the total), discrimination
        (correlation with the total of the other questions), alpha_without (alpha if the question
        goes). All but the first over learners who answered everything.
    Raises:
        ValueError: empty table, a question or learner twice, points off the scale.

    Correlations are NaN for a question that all answer alike; alpha is NaN with one question, fewer
    than two complete learners or equal totals. The point-biserial counts the question in its
    own total and so flatters it; read discrimination. Alpha = k / (k - 1) x (1 - sum of the
    questions' variances / variance of the total), sample variances.

    >>> answers = pd.DataFrame({"q1": [1, 1, 0, 0], "q2": [1, 1, 1, 0], "q3": [1, 0, 0, 0]})
    >>> result = item_analysis(answers)
    >>> result.items["difficulty"].tolist(), result.alpha
    ([0.5, 0.75, 0.25], 0.75)
    """
    clean = numeric_table(scores, "scores")
    full = maximum if isinstance(maximum, pd.Series) else pd.Series(maximum, clean.columns)
    full = numeric_series(full, "full points").reindex(clean.columns)
    too_many = clean.columns[~(full > 0) | (clean > full).any()]
    if len(too_many):
        raise ValueError(
            f"points above the full points, or no full points given, for {list(too_many)}: set "
            "maximum to the full points of each question"
        )
    answered = clean.notna().all(axis=1)
    complete = clean[answered]
    total = complete.sum(axis=1)
    rows = {
        item: {
            "difficulty": float((clean[item] / full[item]).mean()),
            "point_biserial": _correlation(complete[item], total),
            "discrimination": _correlation(complete[item], total - complete[item]),
            "alpha_without": _alpha(complete.drop(columns=item)),
        }
        for item in clean.columns
    }
    return ItemAnalysis(
        pd.DataFrame.from_dict(rows, orient="index"),
        _alpha(complete),
        int(answered.sum()),
        list(clean.index[~answered]),
    )


def _correlation(one: "pd.Series[float]", other: "pd.Series[float]") -> float:
    if one.nunique() < 2 or other.nunique() < 2:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _alpha(answers: pd.DataFrame) -> float:
    items = answers.shape[1]
    total = answers.sum(axis=1)
    if items < 2 or total.nunique() < 2:
        return float("nan")
    return float(items / (items - 1) * (1 - answers.var(ddof=1).sum() / total.var(ddof=1)))
