"""Charts for choosing: weights from comparisons in pairs, and options ranked by weights."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from clusterlib import decisions
from clusterlib.charts.decision_bars import (
    RULE_OF_THUMB,
    RankingBoard,
    WeightBoard,
    ranking_board_height,
    weight_board_height,
)
from clusterlib.charts.style import new_figure
from clusterlib.charts.wording import listed

DO_NOTHING = "Do nothing"
WEIGHTS_TITLE = "What counts most, and do the judgements agree?"
RANKING_TITLE = "Which option comes first, and does it stay first?"
_SAATY = {
    1: "equally important",
    3: "moderately more",
    5: "strongly more",
    7: "very strongly more",
    9: "extremely more",
}


def judgement_words(first: str, second: str, value: float) -> str:
    """Say a comparison of two criteria in words.

    Example:
        >>> judgement_words("Jobs", "Cost", 3.0), judgement_words("Jobs", "Cost", 1 / 4)
        ('Jobs 3 times, moderately more', 'Cost 4 times')
    """
    times = value if value >= 1 else 1 / value
    winner = first if value >= 1 else second
    if math.isclose(times, 1.0, abs_tol=0.005):
        return _SAATY[1]
    near = round(times)
    if math.isclose(times, near, abs_tol=0.005):
        word = _SAATY.get(near)
        return f"{winner} {near} times, {word}" if word else f"{winner} {near} times"
    return f"{winner} {times:.1f} times"


@dataclass(frozen=True)
class WeightsReading:
    """Weights from judgements, the judgement that hurts most, and the words for both.

    `worst` is (first, second) or None; `mended` the ratio of 1 to 9 or 1/9 to 1 that the other
    judgements imply, on the nearest step of the scale, and `ratio_mended` the consistency with it.
    """

    hierarchy: decisions.Hierarchy
    worst: tuple[str, str] | None
    mended: float
    ratio_mended: float
    headline: str
    summary: str


def read_weights(matrix: pd.DataFrame) -> WeightsReading:
    """Return the weights of a matrix of judgements, as `decisions.ahp` takes it, with the words."""
    matrix = matrix.set_axis([str(name) for name in matrix.index]).rename(columns=str)
    found = decisions.ahp(matrix)
    order = found.weights.sort_values(ascending=False, kind="stable")
    first = ", ".join(f"{name} {weight:.0%}" for name, weight in order.items())
    if len(found.weights) < 3:
        verdict = "With two criteria nothing can contradict."
        return WeightsReading(found, None, 1.0, 0.0, f"{verdict} {first}.", f"{first}. {verdict}")
    kept = "within" if found.consistent else "above"
    ratio = f"Consistency ratio {found.cr:.2f}, {kept} the rule of thumb of {RULE_OF_THUMB:.2f}."
    if found.cr < 0.0005:
        words = "No judgement contradicts the others."
        return WeightsReading(
            found, None, 1.0, 0.0, f"{ratio} {words} First: {order.index[0]}.",
            f"Weights: {first}. {ratio} {words}",
        )  # fmt: skip
    row = found.revisions.to_dict("records")[0]
    one, other = str(row["first"]), str(row["second"])
    step = _nearest_step(float(row["implied"]))
    changed = matrix.astype(float).copy()
    changed.loc[one, other], changed.loc[other, one] = step, 1 / step
    after = decisions.ahp(changed).cr
    judged = judgement_words(one, other, float(row["judgement"]))
    hurts = f"The judgement that hurts most: {one} or {other}, now “{judged}”."
    if after < found.cr - 0.0005:
        better = judgement_words(one, other, step)
        mend = f"The others imply “{better}”: the ratio would be {after:.2f}."
    else:
        mend = "It already stands on the step nearest to what the others imply."
    return WeightsReading(
        found, (one, other), step, after, f"{ratio} {hurts} {mend}",
        f"Weights: {first}. {ratio} {hurts} {mend} The ratio tells whether judgements agree with "
        "each other, not whether they are right.",
    )  # fmt: skip


def _nearest_step(value: float) -> float:
    """Return the nearest step of the scale 1/9 to 9, nearest as a ratio."""
    steps = [*(1 / k for k in range(9, 1, -1)), *(float(k) for k in range(1, 10))]
    return min(steps, key=lambda step: abs(math.log(step / value)))


def criteria_weights(matrix: pd.DataFrame, title: str = WEIGHTS_TITLE) -> tuple[Figure, str]:
    """Draw the weights of criteria from comparisons in pairs, and how consistent these are.

    Args:
        matrix: judgements as `decisions.ahp` takes them; one half may be blank.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: weights, consistency ratio, the judgement that hurts most and
        the step of the scale that would mend it.

    Raises:
        ValueError: as `decisions.ahp` does.

    A ratio above 0.3 is drawn as an arrow at the end of the gauge; the summary has the number.

    Reference: Saaty (1977).

    Example:
        >>> names = ["jobs", "cost"]
        >>> judged = pd.DataFrame([[1, 3], [None, 1]], names, names)
        >>> criteria_weights(judged)[1]
        'jobs 75%, cost 25%. With two criteria nothing can contradict.'
    """
    read = read_weights(matrix)
    criteria = [str(name) for name in read.hierarchy.weights.index]
    figure = new_figure(8, weight_board_height(len(criteria)))
    WeightBoard(figure, criteria, title).update(read.hierarchy.weights, read.hierarchy.cr)
    return figure, read.summary


@dataclass(frozen=True)
class RankingReading:
    """Options ranked, against a start, with the words.

    `ranking`: index option; closeness, start, rank, start_rank (1 is best, ties share the better
    rank), first_share (share of random weights under which the option comes first).
    """

    ranking: pd.DataFrame
    shares: "pd.Series[float]"
    headline: str
    summary: str


def read_ranking(
    scores: pd.DataFrame,
    weights: "pd.Series[float]",
    benefit: "pd.Series[bool] | Sequence[bool]",
    before: "pd.Series[float]",
    baseline: str | None = None,
    swing: float = 0.25,
) -> RankingReading:
    """Return the ranking under `weights` beside the closeness `before`, with the words.

    Raises:
        ValueError: as `decisions.topsis` does, for example if all weights are 0.
    """
    found = decisions.weight_sensitivity(scores, weights, benefit, swing=swing, runs=1000)
    now = found.closeness
    shares = weights / weights.sum()
    table = pd.DataFrame(
        {
            "closeness": now,
            "start": before,
            "rank": _ranks(now),
            "start_rank": _ranks(before),
            "first_share": found.acceptability[1],
        }
    )
    moved = table[table["rank"] != table["start_rank"]].sort_values("rank", kind="stable")
    changes = [
        f"{name} {was} to {now}"
        for name, was, now in zip(moved.index, moved["start_rank"], moved["rank"], strict=True)
    ]
    changed = f"Ranks that change against the start: {'; '.join(changes) or 'none'}."
    winners = [str(name) for name in table.index[table["rank"] == 1]]
    first = f"First: {listed(winners)} ({now.max():.2f})."
    firm = (
        f"With every weight up to {swing:.0%} off, {found.winner} comes first in "
        f"{found.winner_share:.0%} of 1,000 draws."
    )
    idle = _idle_words(table, baseline)
    scaled = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return RankingReading(
        table, shares, f"{first} {changed} {idle}".strip(),
        f"{first} {changed} {firm} {idle} Weights scaled to 100%: {scaled}.".replace("  ", " "),
    )  # fmt: skip


def _ranks(closeness: "pd.Series[float]") -> "pd.Series[int]":
    return closeness.round(12).rank(ascending=False, method="min").astype(int)


def _idle_words(table: pd.DataFrame, baseline: str | None) -> str:
    """Say which options do worse than doing nothing."""
    if baseline is None:
        return ""
    worse = [str(name) for name in table.index
             if table.loc[name, "rank"] > table.loc[baseline, "rank"]]  # fmt: skip
    return f"Ranked below doing nothing: {listed(worse)}."


def baseline_of(options: Sequence[str], baseline: str | None) -> str | None:
    """Return the option that stands for doing nothing: the one named, else one called so.

    Raises:
        ValueError: the option named is not in the table.
    """
    if baseline is None:
        return next((one for one in options if one.lower() == DO_NOTHING.lower()), None)
    if baseline not in options:
        raise ValueError(f"there is no option {baseline!r}; there are: {listed(options)}")
    return baseline


def option_ranking(
    scores: pd.DataFrame,
    weights: "pd.Series[float] | Sequence[float]",
    benefit: "pd.Series[bool] | Sequence[bool]",
    start: "pd.Series[float] | Sequence[float] | None" = None,
    baseline: str | None = None,
    swing: float = 0.25,
    title: str = RANKING_TITLE,
) -> tuple[Figure, str]:
    """Draw options by closeness to the best values, beside their rank under other weights.

    Args:
        scores: rows options, columns criteria, any units, no blanks.
        weights: by criterion, 0 or more; scaled to add up to 1.
        benefit: by criterion, True if more is better.
        start: weights to compare with; without them the picture shows no change.
        baseline: the option that stands for doing nothing; without it, one named "Do nothing".
        swing: how far each weight may be off in the random draws, 0 to 1.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: who is first, which ranks change, how firm the first place is.

    Raises:
        ValueError: as `decisions.topsis` does, or an unknown baseline.

    Reference: Hwang and Yoon (1981).

    Example:
        >>> scores = pd.DataFrame({"jobs": [40, 25, 10], "cost": [300, 120, 90]},
        ...                       index=["science park", "voucher", "club"])
        >>> _, summary = option_ranking(scores, [0.7, 0.3], [True, False], start=[0.5, 0.5])
        >>> summary.split(". ")[0]
        'First: science park (0.70)'
    """
    given = by_criterion(scores, weights, benefit)
    before = decisions.topsis(scores, given if start is None else start, benefit)
    idle = baseline_of([str(name) for name in scores.index], baseline)
    read = read_ranking(scores, given, benefit, before, idle, swing)
    order = read.ranking.sort_values("start_rank", kind="stable")
    options = [str(name) for name in order.index]
    criteria = [str(name) for name in scores.columns]
    figure = new_figure(8, ranking_board_height(len(options), len(criteria)))
    place = None if idle is None else options.index(idle)
    RankingBoard(figure, options, criteria, title, place).update(order, read.shares)
    return figure, read.summary


def by_criterion(
    scores: pd.DataFrame,
    weights: "pd.Series[float] | Sequence[float]",
    benefit: "pd.Series[bool] | Sequence[bool]",
) -> "pd.Series[float]":
    """Return weights in the order of the criteria, once `decisions.topsis` has accepted them."""
    decisions.topsis(scores, weights, benefit)
    if isinstance(weights, pd.Series):
        return weights.reindex(scores.columns).astype(float)
    return pd.Series([float(one) for one in weights], index=scores.columns)
