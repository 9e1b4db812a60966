"""Small checks that every method shares: say what is wrong in which row, and how to mend it.

A check returns the clean value (numbers as floats, labels kept) or raises `ValueError`.
A blank cell is allowed until `no_missing` is asked: missing is never turned into zero.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

Table = TypeVar("Table", pd.DataFrame, "pd.Series[float]")


def some_of(labels: Iterable[object], shown: int = 5) -> str:
    """Write the first few labels for an error message, and how many more there are.

    >>> some_of(["M01", "M02", "M03"], shown=2)
    'M01, M02 and 1 more'
    """
    names = [" / ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in labels]
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def unique_labels(labels: pd.Index, what: str) -> None:
    """Raise if a name stands twice in `labels`; `what` names them, such as "regions".

    >>> unique_labels(pd.Index(["Aldermark", "Brennholm", "Aldermark"]), "regions")
    Traceback (most recent call last):
    ValueError: regions named more than once: Aldermark: merge or rename these rows
    """
    twice = labels[labels.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"{what} named more than once: {some_of(twice)}: merge or rename these rows"
        )


def same_labels(one: pd.Index, other: pd.Index, what: str) -> None:
    """Raise unless both hold the same names, in any order; `what` names them, such as "items".

    >>> same_labels(pd.Index(["C01", "C02"]), pd.Index(["C01"]), "competences")
    Traceback (most recent call last):
    ValueError: competences that stand in only one of the two tables: C02: add or remove them
    """
    alone = [*one.difference(other, sort=False), *other.difference(one, sort=False)]
    if alone:
        raise ValueError(
            f"{what} that stand in only one of the two tables: {some_of(alone)}: add or remove them"
        )


def choice(value: str, allowed: Sequence[str], what: str) -> str:
    """Return `value` if it is one of the allowed words, else raise and list them.

    >>> choice("mean", ["mean", "median"], "crosshair")
    'mean'
    """
    if value not in allowed:
        raise ValueError(f"{what} {value!r} is not known: choose one of {', '.join(allowed)}")
    return value


def numeric_table(
    table: pd.DataFrame,
    what: str = "table",
    *,
    minimum: float | None = 0.0,
    maximum: float | None = None,
) -> pd.DataFrame:
    """Return `table` as floats, after checking labels, numbers and range; blanks stay blank.

    Args:
        table: any labelled table of numbers.
        what: what the table is, in the reader's words, for the messages.
        minimum: lowest value allowed, None for no limit (the default refuses negatives).
        maximum: highest value allowed, None for no limit.
    Raises:
        ValueError: not a table, empty, a label twice, text in a cell, infinite, out of range.

    >>> jobs = pd.DataFrame({"biotech": [120, None]}, index=["Aldermark", "Brennholm"])
    >>> numeric_table(jobs, "jobs")["biotech"].tolist()
    [120.0, nan]
    >>> numeric_table(jobs - 200, "jobs")
    Traceback (most recent call last):
    ValueError: jobs below 0 at Aldermark / biotech: correct these cells, or leave them blank
    """
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{what} must be a table (a pandas DataFrame), not {type(table).__name__}")
    if table.empty:
        raise ValueError(f"{what} is empty: it needs at least one row and one column")
    unique_labels(table.index, f"{what}: rows")
    unique_labels(table.columns, f"{what}: columns")
    # Reading column by column is dear; a table of plain numbers needs no reading.
    plain = all(isinstance(kind, np.dtype) and kind.kind in "biuf" for kind in table.dtypes)
    numbers: pd.DataFrame = (
        table if plain else table.apply(pd.to_numeric, errors="coerce")
    ).astype(float)
    values = numbers.to_numpy()
    faults = [] if plain else [
        (numbers.isna().to_numpy() & table.notna().to_numpy(), "that are not numbers")
    ]  # fmt: skip
    faults.append((np.isinf(values), "that are infinite"))
    if minimum is not None:
        faults.append((values < minimum, f"below {minimum:g}"))
    if maximum is not None:
        faults.append((values > maximum, f"above {maximum:g}"))
    for wrong, why in faults:
        if wrong.any():
            where = cells(pd.DataFrame(wrong, table.index, table.columns))
            raise ValueError(
                f"{what} {why} at {some_of(where)}: correct these cells, or leave them blank"
            )
    return numbers


def numeric_series(
    values: "pd.Series[float]",
    what: str = "values",
    *,
    minimum: float | None = 0.0,
    maximum: float | None = None,
) -> "pd.Series[float]":
    """Return a labelled column as floats, checked like `numeric_table`; a plain list is accepted.

    >>> numeric_series(pd.Series({"biotech": 120, "food": 80}), "jobs").sum()
    np.float64(200.0)
    """
    column = values if isinstance(values, pd.Series) else pd.Series(list(values))
    name = column.name if column.name is not None else "value"
    clean = numeric_table(column.to_frame(name), what, minimum=minimum, maximum=maximum)
    only = clean.iloc[:, 0]
    only.name = column.name
    return only


def no_missing(table: Table, what: str, mend: str) -> Table:
    """Return `table` if it has no blank, else raise with the blank cells and how to mend them.

    >>> no_missing(pd.Series({"biotech": None, "food": 80.0}), "jobs", "estimate it first")
    Traceback (most recent call last):
    ValueError: jobs missing at biotech: a blank is not a zero: estimate it first
    """
    blank = table.isna()
    where = cells(blank) if isinstance(blank, pd.DataFrame) else list(blank.index[blank])
    if where:
        raise ValueError(f"{what} missing at {some_of(where)}: a blank is not a zero: {mend}")
    return table


def square_matrix(
    matrix: pd.DataFrame,
    what: str = "matrix",
    *,
    minimum: float | None = 0.0,
    maximum: float | None = None,
) -> pd.DataFrame:
    """Return a numeric matrix with the same names, in the same order, on both axes.

    >>> square_matrix(pd.DataFrame([[0, 2], [1, 0]], ["a", "b"], ["b", "a"]))
       a    b
    a  2.0  0.0
    b  0.0  1.0
    """
    clean = numeric_table(matrix, what, minimum=minimum, maximum=maximum)
    same_labels(clean.index, clean.columns, f"{what}: rows and columns")
    return clean.loc[:, list(clean.index)]


def cells(wrong: pd.DataFrame) -> list[tuple[object, object]]:
    """List the (row, column) names where a table of yes and no says yes.

    >>> cells(pd.DataFrame({"food": [False, True]}, index=["Aldermark", "Brennholm"]))
    [('Brennholm', 'food')]
    """
    return [
        (wrong.index[row], wrong.columns[column])
        for row, column in zip(*np.nonzero(wrong.to_numpy()), strict=True)
    ]
