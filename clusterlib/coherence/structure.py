"""Structural analysis: which elements drive the others once chains of influence are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import no_missing, square_matrix

_LONGEST_INT64 = 2**63 - 1
_IN_A_ROW = 3  # equal orders at three powers running; two can meet by chance while alternating


@dataclass(frozen=True)
class Structure:
    """Influence and dependence by power of the matrix, and whether their order settles."""

    influence: pd.DataFrame
    dependence: pd.DataFrame
    influence_ranks: pd.DataFrame
    dependence_ranks: pd.DataFrame
    stable: bool
    stable_from: int | None
    note: str


def micmac(matrix: pd.DataFrame, max_power: int = 9) -> Structure:
    """Count chains of influence of growing length, and say whether the ranking settles.

    Args:
        matrix: the row acts on the column, 0 (none) to 3 (strong), same names on both axes, no
            blanks, no negative numbers. The diagonal does not count.
        max_power: the longest chain, 1 or more; the search always ends there.
    Returns:
        `Structure`: `influence` (row sums) and `dependence` (column sums), rows elements, columns
        powers 1..max_power; `influence_ranks` and `dependence_ranks` (1 = most, ties share the
        better rank); `stable`, `stable_from` (the power from which the order no longer moves)
        and `note` in words.
    Raises:
        ValueError: negative or missing influence, max_power below 1, or fractions so large that
            their powers leave the range of numbers.
    Convention:
        Stable means that both orders stay the same over at least the last three powers, and over
        as many further ones as there are elements. Whole numbers are multiplied exactly. An order
        that goes to and fro is reported as not stable, and so is a matrix without a loop, where
        influence dies out.
    Reference:
        LIPSOR (n.d.) for the three phases in the authors' words.

    >>> names = ["talent", "finance", "lab", "exports"]
    >>> scores = pd.DataFrame([[0, 3, 0, 1], [1, 0, 2, 0], [0, 0, 0, 3], [2, 0, 0, 0]],
    ...                       names, names)
    >>> result = micmac(scores)
    >>> result.influence[6].tolist(), result.stable
    ([851, 790, 546, 668], False)
    >>> result.note
    'not stable: the order goes to and fro between powers, so name no key variables from it'
    """
    if max_power < 1:
        raise ValueError(f"max_power must be 1 or more; you gave {max_power}")
    clean = no_missing(
        square_matrix(matrix, "influences"), "influences", "score it, or write 0 for none"
    )
    values = clean.to_numpy(copy=True)
    np.fill_diagonal(values, 0.0)
    # Looking one power further for each element unmasks orders that only seem to rest.
    rows, columns = _sums(values, max_power, ahead=len(values))
    influence, dependence = (
        _table(sums[:max_power], clean.index, max_power) for sums in (rows, columns)
    )
    ranks = [_ranks(sums, clean.index) for sums in (rows, columns)]
    since = max(_settled_since(table) for table in ranks)
    dead = next((p for p in range(1, max_power + 1) if not any(influence[p])), None)
    stable = dead is None and max_power - since + 1 >= _IN_A_ROW
    ranks = [table.loc[:, :max_power] for table in ranks]
    return Structure(
        influence=influence,
        dependence=dependence,
        influence_ranks=ranks[0],
        dependence_ranks=ranks[1],
        stable=stable,
        stable_from=since if stable else None,
        note=_note(ranks, stable, since, dead),
    )


def _sums(
    values: np.ndarray, max_power: int, ahead: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Row and column sums of each power; Python integers where all influences are whole."""
    whole = bool((values == np.round(values)).all())
    step = np.array([[int(v) for v in row] for row in values], dtype=object) if whole else values
    ones = np.array([1] * len(values), dtype=step.dtype)
    rows, columns = [], []
    across, down = ones, ones
    for power in range(1, max_power + ahead + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            across, down = step @ across, step.T @ down
        if not whole and not (np.isfinite(across).all() and np.isfinite(down).all()):
            if power > max_power:
                break
            raise ValueError(
                f"the sums leave the range of numbers at power {power}: use whole scores, which "
                f"have no limit, or max_power={power - 1}"
            )
        rows.append(list(across))
        columns.append(list(down))
    return rows, columns


def _table(sums: list[list[float]], names: pd.Index, max_power: int) -> pd.DataFrame:
    """Rows elements, columns powers; long integers stay exact as Python numbers."""
    cells = np.array(sums, dtype=object).T
    if all(isinstance(cell, int) for cell in cells.flat):
        kind: type = np.int64 if max(cells.flat) <= _LONGEST_INT64 else object
    else:
        kind = float
    return pd.DataFrame(cells.astype(kind), index=names, columns=range(1, max_power + 1))


def _ranks(sums: list[list[float]], names: pd.Index) -> pd.DataFrame:
    """Rank 1 for the largest of each power, without rounding long integers to floats."""
    ranks = {}
    for power, values in enumerate(sums, start=1):
        order = sorted(values, reverse=True)
        ranks[power] = [order.index(value) + 1 for value in values]
    return pd.DataFrame(ranks, index=names)


def _settled_since(ranks: pd.DataFrame) -> int:
    """The first power from which all later powers give the same order."""
    last = ranks.iloc[:, -1]
    since = len(ranks.columns)
    while since > 1 and ranks.iloc[:, since - 2].equals(last):
        since -= 1
    return since


def _note(ranks: list[pd.DataFrame], stable: bool, since: int, dead: int | None) -> str:
    last = len(ranks[0].columns)
    if dead is not None:
        return (
            f"not stable: there is no loop, so all influence has died out at power {dead}; read "
            "the direct sums instead"
        )
    if stable:
        return f"stable from power {since} to {last}"
    since = min(since, last)
    if last < _IN_A_ROW:
        return f"not known: {_IN_A_ROW} powers at least are needed to see whether the order settles"
    # An order that was left and has come back will be left again.
    if any(
        table[power].equals(table[last])
        for table in ranks
        for power in range(1, _settled_since(table))
    ):
        return (
            "not stable: the order goes to and fro between powers, so name no key variables from it"
        )
    return f"not stable: the order still changes at or after power {since}; try a higher max_power"
