"""Weights from comparisons in pairs: the analytic hierarchy process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from clusterlib.validation import cells, choice, some_of, square_matrix, unique_labels

# Mean consistency index of random judgements for 1 to 10 criteria. Two tables are in print:
# "saaty" is the older one, "other" stands in later texts.
RANDOM_INDEX = {
    "saaty": (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    "other": (0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
}
_TYPED = 0.02  # a third typed as 0.33 is still a third


@dataclass(frozen=True)
class Hierarchy:
    """Weights and their consistency; `revisions` lists judgements, the most harmful first."""

    weights: pd.Series[float]
    lambda_max: float
    ci: float
    cr: float
    random_index: float
    consistent: bool
    revisions: pd.DataFrame


def ahp(
    matrix: pd.DataFrame, random_index: str = "saaty", *, method: str = "eigenvector"
) -> Hierarchy:
    """Turn comparisons in pairs into weights, and say whether the judgements hold together.

    Args:
        matrix: how many times the row matters more than the column (3 means three times, 1/3 a
            third), 1 to 9 by habit; same names on both axes, at most 10. One half may be blank:
            it is filled with the reciprocals.
        random_index: "saaty" or "other", the two tables in print (`RANDOM_INDEX`).
        method: "eigenvector" or "geometric" (row geometric means).
    Returns:
        `Hierarchy`: `weights` (sum 1), `lambda_max`, `ci` = (lambda_max - n)/(n - 1), `cr`
        = ci / random index, `consistent` (cr at most 0.10, a rule of thumb), `revisions`: for each
        pair the judgement, the value the other judgements imply, and the cr with it instead; the
        judgement that hurts most comes first.
    Raises:
        ValueError: zero or negative judgements, a pair that is not reciprocal or not judged, a
            diagonal other than 1, more than 10 criteria.
    Convention:
        With one or two criteria nothing can contradict, so cr is 0. Both methods report the same
        lambda_max, the largest eigenvalue. Implied values are the geometric mean over all detours,
        kept within 1/9 to 9. The two methods can give different orders, and adding a copy of an
        option can change the order of the rest.
    Reference:
        Saaty (1977); Belton and Gear (1983) on rank reversal.

    >>> names = ["cost", "jobs", "climate"]
    >>> judged = pd.DataFrame([[1, 3, 5], [None, 1, 2], [None, None, 1]], names, names)
    >>> result = ahp(judged)
    >>> result.weights.round(3).to_dict(), round(result.cr, 3)
    ({'cost': 0.648, 'jobs': 0.23, 'climate': 0.122}, 0.003)
    """
    choice(random_index, list(RANDOM_INDEX), "random index")
    choice(method, ("eigenvector", "geometric"), "method")
    judged = _reciprocal(matrix)
    names, values = judged.index, judged.to_numpy()
    n = len(names)
    if n > len(RANDOM_INDEX[random_index]):
        raise ValueError(
            f"{n} criteria: the random index is printed for 10 at most, and nobody compares more "
            "in pairs with care: group the criteria and compare within groups"
        )
    chance = RANDOM_INDEX[random_index][n - 1]
    largest, vector = _principal(values)
    if method == "geometric":
        vector = np.exp(np.log(values).mean(axis=1))
    index = (largest - n) / (n - 1) if n > 2 else 0.0
    ratio = index / chance if n > 2 else 0.0
    return Hierarchy(
        weights=pd.Series(vector / vector.sum(), index=names, name="weight"),
        lambda_max=largest,
        ci=index,
        cr=ratio,
        random_index=chance,
        consistent=ratio <= 0.10 + 1e-9,
        revisions=_revisions(names, values, chance),
    )


def _principal(values: np.ndarray) -> tuple[float, np.ndarray]:
    """Largest eigenvalue, never reported below its floor n, and its positive vector."""
    roots, vectors = np.linalg.eig(values)
    largest = int(np.argmax(roots.real))
    return max(float(roots[largest].real), float(len(values))), np.abs(vectors[:, largest].real)


def _reciprocal(matrix: pd.DataFrame) -> pd.DataFrame:
    """Check the judgements and fill a blank half; refuse pairs that contradict themselves."""
    clean = square_matrix(matrix, "judgements")
    values = clean.to_numpy(copy=True)
    own = np.diag(values)
    wrong = clean.index[~np.isnan(own) & (np.abs(own - 1) > 1e-9)]
    if len(wrong):
        raise ValueError(f"{some_of(wrong)} compared with itself must be 1")
    np.fill_diagonal(values, 1.0)
    zero = pd.DataFrame(values == 0, clean.index, clean.columns)
    if zero.to_numpy().any():
        raise ValueError(
            f"a judgement of 0 at {some_of(cells(zero))}: write how many times as important, such "
            "as 1/5, or leave it blank and fill in the mirror cell"
        )
    values = np.where(np.isnan(values), 1 / values.T, values)
    open_pairs = pd.DataFrame(np.triu(np.isnan(values)), clean.index, clean.columns)
    if open_pairs.to_numpy().any():
        raise ValueError(f"not compared: {some_of(cells(open_pairs))}: judge these pairs too")
    twice = pd.DataFrame(
        np.triu(np.abs(values * values.T - 1) > _TYPED), clean.index, clean.columns
    )
    if twice.to_numpy().any():
        raise ValueError(
            f"{some_of(cells(twice))}: the two cells of a pair must be reciprocal (3 and 1/3): "
            "correct one of them, or leave it blank"
        )
    # A third typed as 0.33 is made exact from its mirror, the cell that is 1 or more.
    values = np.where(values >= 1, values, 1 / np.where(values < 1, values.T, 1.0))
    return pd.DataFrame(values, clean.index, clean.columns)


def _revisions(names: pd.Index, values: np.ndarray, chance: float) -> pd.DataFrame:
    """For each pair: what the others imply, and the consistency ratio if it were so judged."""
    n = len(names)
    rows = []
    logs = np.log(values)
    for i, j in combinations(range(n), 2):
        if n < 3:
            break
        others = [k for k in range(n) if k not in (i, j)]
        implied = float(np.exp(np.clip((logs[i, others] + logs[others, j]).mean(), *_SCALE)))
        changed = values.copy()
        changed[i, j], changed[j, i] = implied, 1 / implied
        ratio = (_principal(changed)[0] - n) / (n - 1) / chance
        rows.append((names[i], names[j], float(values[i, j]), implied, ratio))
    table = pd.DataFrame(rows, columns=["first", "second", "judgement", "implied", "cr_after"])
    return table.sort_values("cr_after", kind="stable", ignore_index=True)


_SCALE = (-np.log(9.0), np.log(9.0))


def combine_judgements(matrices: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Combine the comparisons of several people into one matrix by geometric means.

    Args:
        matrices: one matrix for each person, as in `ahp`, same names.
    Returns:
        One reciprocal matrix for `ahp`.
    Raises:
        ValueError: no matrix, different names, or a fault that `ahp` would refuse.
    Convention:
        The geometric mean is the only mean that keeps pairs reciprocal. It hides camps: look at
        the single matrices first.

    >>> names = ["jobs", "climate"]
    >>> one, two = (pd.DataFrame([[1, value], [None, 1]], names, names) for value in (2, 8))
    >>> combine_judgements([one, two]).loc["jobs", "climate"].round(6)
    np.float64(4.0)
    """
    if not matrices:
        raise ValueError("no judgements to combine: give one matrix for each person")
    clean = [_reciprocal(one) for one in matrices]
    names = clean[0].index
    for number, one in enumerate(clean[1:], start=2):
        unique_labels(one.index, "criteria")
        if set(one.index) != set(names):
            raise ValueError(f"matrix {number} compares other criteria than the first one")
    order = list(names)
    logs = [np.log(one.loc[order, order].to_numpy()) for one in clean]
    return pd.DataFrame(np.exp(np.mean(logs, axis=0)), index=names, columns=order)
