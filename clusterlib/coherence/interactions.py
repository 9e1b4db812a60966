"""Cross-impact tables on the seven-point scale from -3 (cancelling) to +3 (indivisible)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import no_missing, numeric_table, same_labels, some_of, square_matrix

_BLANK = "score it, or write 0 for consistent"
_SLACK = 1e-9


@dataclass(frozen=True)
class CrossImpact:
    """Direct interactions: the scores used, sums by row and column, and the clashes."""

    matrix: pd.DataFrame
    influence: pd.Series[float]
    influenced: pd.Series[float]
    clashes: pd.DataFrame
    positive: int
    negative: int
    neutral: int
    diagonal_ignored: list[object]


@dataclass(frozen=True)
class SecondOrder:
    """Direct plus indirect interactions, and what changes its sign on the way."""

    total: pd.DataFrame
    indirect: pd.DataFrame
    influence: pd.Series[float]
    influenced: pd.Series[float]
    hidden_conflicts: pd.DataFrame
    softened: pd.DataFrame


@dataclass(frozen=True)
class ScorerComparison:
    """How far two scorers of the same matrix differ; `differences` lists the cells to discuss."""

    same: float
    within_one: float
    mean_gap: float
    sign_conflicts: int
    differences: pd.DataFrame
    mean: pd.DataFrame


def _scores(matrix: pd.DataFrame, what: str) -> tuple[pd.DataFrame, list[object]]:
    """Return checked scores with an empty diagonal, and the elements whose own score was ignored.

    A table whose rows and columns share no name (instruments x objectives) has no diagonal.
    """
    clean = numeric_table(matrix, what, minimum=-3, maximum=3)
    ignored: list[object] = []
    shared = clean.index.intersection(clean.columns)
    if len(shared):
        clean = square_matrix(matrix, what, minimum=-3, maximum=3)
        own = np.diag(clean.to_numpy())
        ignored = [
            label
            for label, score in zip(clean.index, own, strict=True)
            if score not in (0,) and not np.isnan(score)
        ]
        values = clean.to_numpy(copy=True)
        np.fill_diagonal(values, 0.0)
        clean = pd.DataFrame(values, clean.index, clean.columns)
    return no_missing(clean, what, _BLANK), ignored


def _off_diagonal(table: pd.DataFrame) -> np.ndarray:
    """Mark the cells that count: all but an element with itself."""
    return np.array([[row != column for column in table.columns] for row in table.index])


def _pairs(table: pd.DataFrame, keep: np.ndarray, **columns: pd.DataFrame) -> pd.DataFrame:
    """List the kept cells as rows source, target and one column for each table given."""
    rows, targets = np.nonzero(keep)
    return pd.DataFrame(
        {"source": table.index[rows], "target": table.columns[targets]}
        | {name: values.to_numpy()[rows, targets] for name, values in columns.items()}
    )


def cross_impact(matrix: pd.DataFrame) -> CrossImpact:
    """Read who helps and who hinders whom from a matrix scored -3 to +3.

    Args:
        matrix: the row acts on the column. Either the same names on both axes, or instruments in
            rows and objectives in columns with no name in common. +3 indivisible, +2 reinforcing,
            +1 enabling, 0 consistent, -1 constraining, -2 counteracting, -3 cancelling.
    Returns:
        `CrossImpact`: `influence` (row sums), `influenced` (column sums), `clashes` (source,
        target, score; worst first), counts of positive, negative and neutral cells, and
        `diagonal_ignored`, the elements that carried a score on themselves.
    Raises:
        ValueError: a score outside -3..3, a blank, or names that only partly agree.
    Convention:
        The diagonal never counts, not even as neutral. Direction matters: A on B is not B on A.
        Sums of signed scores can hide a clash behind a help, so read them with `clashes`.
    Reference:
        Nilsson, Griggs and Visbeck (2016).

    >>> names = ["wage subsidy", "training", "relocation grant"]
    >>> scores = pd.DataFrame([[0, 2, 1], [3, 0, 0], [-2, -1, 0]], names, names)
    >>> result = cross_impact(scores)
    >>> result.influence.to_dict()
    {'wage subsidy': 3.0, 'training': 3.0, 'relocation grant': -3.0}
    >>> result.clashes
                 source        target  score
    0  relocation grant  wage subsidy   -2.0
    1  relocation grant      training   -1.0
    """
    scores, ignored = _scores(matrix, "scores")
    values, counted = scores.to_numpy(), _off_diagonal(scores)
    clashes = _pairs(scores, values < 0, score=scores)
    return CrossImpact(
        matrix=scores,
        influence=scores.sum(axis=1).rename("influence"),
        influenced=scores.sum(axis=0).rename("influenced"),
        clashes=clashes.sort_values("score", kind="stable", ignore_index=True),
        positive=int((values > 0).sum()),
        negative=int((values < 0).sum()),
        neutral=int(((values == 0) & counted).sum()),
        diagonal_ignored=ignored,
    )


def second_order(
    matrix: pd.DataFrame, weight: float = 0.5, *, through: pd.DataFrame | None = None
) -> SecondOrder:
    """Add what each element does by way of others, and find the conflicts this brings to light.

    Args:
        matrix: scores as in `cross_impact`, same names on both axes; or instruments x objectives
            together with `through`.
        weight: how much an indirect effect counts beside a direct one, 0 or more.
        through: objectives x objectives scores, so that an instrument works on one objective
            through another.
    Returns:
        `SecondOrder`: `total` = A + weight x A², `indirect` = A², sums of `total`,
        `hidden_conflicts` (direct score 0 or better, total below 0; `via` is the stepping stone
        that hurts most) and `softened` (direct below 0, total 0 or better).
    Raises:
        ValueError: as `cross_impact`; a table that is not square without `through`; weight < 0.
    Convention:
        Sign rule: two steps multiply, so hindering a hindrance helps. The diagonal counts neither
        as a step nor in the result: what comes back to its start is left out.
    Reference:
        Weitz and others (2018).

    >>> names = ["talent", "housing", "tourism"]
    >>> scores = pd.DataFrame([[0, 0, 3], [0, 0, 0], [0, -2, 0]], names, names)
    >>> second_order(scores).hidden_conflicts
       source   target  direct  indirect  total      via
    0  talent  housing     0.0      -6.0   -3.0  tourism
    """
    if not weight >= 0 or not np.isfinite(weight):
        raise ValueError(f"the weight of indirect effects must be 0 or more; you gave {weight}")
    direct, _ = _scores(matrix, "scores")
    if through is None:
        same_labels(direct.index, direct.columns, "elements (second order needs a square matrix)")
        steps = direct
    else:
        steps, _ = _scores(square_matrix(through, "through", minimum=-3, maximum=3), "through")
        same_labels(direct.columns, steps.index, "objectives")
        steps = steps.loc[list(direct.columns), list(direct.columns)]
    counted = _off_diagonal(direct)
    products = direct.to_numpy() @ steps.to_numpy() * counted
    indirect = pd.DataFrame(products, direct.index, direct.columns)
    total = direct + weight * indirect
    hidden = ((direct >= 0) & (total < -_SLACK)).to_numpy()
    softened = ((direct < 0) & (total >= -_SLACK)).to_numpy()
    columns = {"direct": direct, "indirect": indirect, "total": total}
    conflicts = _pairs(direct, hidden, **columns)
    conflicts["via"] = [
        steps.index[int(np.argmin(direct.to_numpy()[row] * steps.to_numpy()[:, column]))]
        for row, column in zip(*np.nonzero(hidden), strict=True)
    ]
    return SecondOrder(
        total=total,
        indirect=indirect,
        influence=total.sum(axis=1).rename("influence"),
        influenced=total.sum(axis=0).rename("influenced"),
        hidden_conflicts=conflicts.sort_values("total", kind="stable", ignore_index=True),
        softened=_pairs(direct, softened, **columns),
    )


def compare_scorers(first: pd.DataFrame, second: pd.DataFrame) -> ScorerComparison:
    """Show where two scorers of the same matrix disagree, before anybody averages them.

    Args:
        first, second: scores as in `cross_impact`, same names (in any order).
    Returns:
        `ScorerComparison`: share of equal cells, share within one point, mean absolute gap, number
        of cells with opposite signs, `differences` (source, target, first, second, gap; widest
        first, opposite signs before others) and `mean`, the mean matrix.
    Raises:
        ValueError: as `cross_impact`, or different names in the two tables.
    Convention:
        The diagonal does not count. A zero against a sign is a difference, not a sign conflict.

    >>> names = ["training", "relocation grant"]
    >>> one = pd.DataFrame([[0, 2], [-1, 0]], names, names)
    >>> two = pd.DataFrame([[0, 2], [1, 0]], names, names)
    >>> result = compare_scorers(one, two)
    >>> result.same, result.sign_conflicts
    (0.5, 1)
    """
    one, _ = _scores(first, "first scorer's table")
    two, _ = _scores(second, "second scorer's table")
    same_labels(one.index, two.index, "rows")
    same_labels(one.columns, two.columns, "columns")
    two = two.loc[list(one.index), list(one.columns)]
    counted = _off_diagonal(one)
    if not counted.any():
        raise ValueError(f"only {some_of(one.index)} with itself: there is nothing to compare")
    gap = (one - two).abs()
    opposite = (one * two < 0).to_numpy()
    gaps = gap.to_numpy()[counted]
    differences = _pairs(one, (gap > 0).to_numpy(), first=one, second=two, gap=gap)
    differences["opposite"] = opposite[(gap > 0).to_numpy()]
    return ScorerComparison(
        same=float((gaps == 0).mean()),
        within_one=float((gaps <= 1).mean()),
        mean_gap=float(gaps.mean()),
        sign_conflicts=int(opposite.sum()),
        differences=differences.sort_values(
            ["opposite", "gap"], ascending=False, kind="stable", ignore_index=True
        ),
        mean=(one + two) / 2,
    )
