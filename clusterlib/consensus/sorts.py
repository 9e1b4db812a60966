"""Q method: which shared points of view lie behind a set of card sorts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from clusterlib.validation import no_missing, numeric_table, some_of

_RELIABILITY = 0.8  # of one person's sort, the customary value
_ALMOST_ONE = 1 - 1e-6


@dataclass(frozen=True)
class QFactors:
    """Points of view: `loadings` and `flagged` by person, `z_scores` by statement, and more."""

    loadings: pd.DataFrame
    flagged: pd.DataFrame
    unflagged: list[object]
    z_scores: pd.DataFrame
    explained: pd.Series[float]
    distinguishing: pd.DataFrame


def q_factors(sorts: pd.DataFrame, n_factors: int = 2) -> QFactors:
    """Group people, not statements: find the points of view that several sorts share.

    Args:
        sorts: rows statements, columns persons; the position each person gave each statement
            (such as -3..+3), no blanks.
        n_factors: how many points of view to look for, at most the number of persons.
    Returns:
        `QFactors`: `loadings` (persons x factors, varimax), `flagged` (who stands for a factor),
        `unflagged` persons, `z_scores` (statements x factors), `explained` (share of variance),
        `distinguishing` (statement, the two factors, difference, significant at 5 %).
    Raises:
        ValueError: a blank, fewer than 3 statements or 2 persons, a person who gave all statements
            the same place, or more factors than persons.
    Convention:
        Principal components of the correlations between persons, then varimax with Kaiser's
        normalisation (each person counts alike in the turning, however much the factors explain
        of them), as in the R package qmethod. A person is flagged if |loading| > 1.96/√statements
        and its square exceeds the sum of the other squares; someone flagged by a negative loading
        holds the opposite view, and their sort counts turned round. The sign of a factor is the
        one that makes its loadings add up to a positive number. A factor that nobody is flagged
        for has blank z-scores. How many factors is the analyst's choice.
    Reference:
        Zabala (2014).

    >>> sorts = pd.DataFrame({"firm": [2, 1, 0, -1, -2], "SME": [2, 0, 1, -1, -2],
    ...                       "NGO": [-1, 2, -2, 1, 0], "patients": [-1, 2, -2, 0, 1]},
    ...                      index=["profit", "health", "export", "training", "voice"])
    >>> q_factors(sorts).flagged
                 f1     f2
    firm      False   True
    SME       False   True
    NGO        True  False
    patients   True  False
    """
    clean = no_missing(
        numeric_table(sorts, "sorts", minimum=None), "sorts", "every card needs a place"
    )
    statements, persons = clean.shape
    if statements < 3 or persons < 2:
        raise ValueError(
            f"a Q study needs at least 3 statements and 2 persons; you gave {statements} and "
            f"{persons}: rows are statements, columns are persons"
        )
    flat = clean.columns[(clean.max() - clean.min()) == 0]
    if len(flat):
        raise ValueError(f"all statements in one place for {some_of(flat)}: leave out these sorts")
    if not 1 <= n_factors <= persons:
        raise ValueError(f"choose 1 to {persons} factors (one for each person at most)")

    names = [f"f{number}" for number in range(1, n_factors + 1)]
    standard = ((clean - clean.mean()) / clean.std(ddof=0)).to_numpy()
    values, vectors = np.linalg.eigh(standard.T @ standard / statements)
    largest = np.argsort(values)[::-1][:n_factors]
    turned = _varimax(vectors[:, largest] * np.sqrt(np.clip(values[largest], 0, None)))
    # Factors of equal size come in the order of the first person who stands for them.
    leader = np.argmax(np.round(np.abs(turned), 8), axis=0)
    turned = turned[:, np.lexsort((leader, -np.round((turned**2).sum(axis=0), 8)))]
    turned *= np.where(turned.sum(axis=0) < 0, -1.0, 1.0)
    loadings = pd.DataFrame(turned, clean.columns, names)

    squares = loadings**2
    rest = squares.mul(-1).add(squares.sum(axis=1), axis=0)
    flagged = (loadings.abs() > 1.96 / np.sqrt(statements)) & (squares > rest)
    z_scores = _z_scores(standard, loadings, flagged).set_axis(clean.index, axis=0)
    return QFactors(
        loadings=loadings,
        flagged=flagged,
        unflagged=list(flagged.index[~flagged.any(axis=1)]),
        z_scores=z_scores,
        explained=squares.sum() / persons,
        distinguishing=_distinguishing(z_scores, flagged.sum()),
    )


def _varimax(loadings: np.ndarray, rounds: int = 500) -> np.ndarray:
    """Turn the axes so that each person loads high on few factors; distances are kept."""
    persons, factors = loadings.shape
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    alike = loadings / np.where(length > 0, length, 1.0)
    turn = np.eye(factors)
    for _ in range(rounds):
        now = alike @ turn
        left, _, right = np.linalg.svd(alike.T @ (now**3 - now * (now**2).sum(axis=0) / persons))
        before, turn = turn, left @ right
        # The axes themselves must rest: what they are judged by is flat near its top.
        if np.abs(turn - before).max() < 1e-11:
            break
    return loadings @ turn


def _z_scores(standard: np.ndarray, loadings: pd.DataFrame, flagged: pd.DataFrame) -> pd.DataFrame:
    """Weigh the flagged sorts by l/(1 - l²) and standardise; blank where nobody is flagged."""
    scores = {}
    for name in loadings.columns:
        held = loadings[name].where(flagged[name], 0.0).to_numpy()
        held = np.clip(held, -_ALMOST_ONE, _ALMOST_ONE)
        total = standard @ (held / (1 - held**2))
        spread = total.std(ddof=1)
        scores[name] = (
            (total - total.mean()) / spread if spread > 0 else np.full_like(total, np.nan)
        )
    return pd.DataFrame(scores)


def _distinguishing(z_scores: pd.DataFrame, members: pd.Series[int]) -> pd.DataFrame:
    """Statements on which two factors differ by more than their standard error allows."""
    reliability = _RELIABILITY * members / (1 + (members - 1) * _RELIABILITY)
    error = np.sqrt((1 - reliability).where(members > 0))
    rows = []
    for one, other in combinations(z_scores.columns, 2):
        gap = z_scores[one] - z_scores[other]
        limit = 1.96 * float(np.hypot(error[one], error[other]))
        rows += [(label, one, other, value, abs(value) > limit) for label, value in gap.items()]
    return pd.DataFrame(rows, columns=["statement", "factor", "other", "difference", "significant"])
