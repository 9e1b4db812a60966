"""Turning the plain description of a table into a pandera schema, and its findings into words."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterlib.data.problems import Problem
from clusterlib.data.table_kinds import Column, TableKind

if TYPE_CHECKING:
    import pandera.pandas as pa

_PARTING = " | "  # between the problem and its mend inside pandera's error text
_BLANK = "the cell is blank | fill it in"


def build_schema(kind: TableKind, columns: list[str]) -> "pa.DataFrameSchema":
    """Build the pandera schema for a table of this kind that has these columns.

    Text, choices and limits are checked here; how a figure is typed is checked when it is read.

    >>> from clusterlib.data.table_kinds import table_kind
    >>> sorted(build_schema(table_kind("employment"), ["region", "Textiles"]).columns)
    ['Textiles', 'region']
    """
    import pandera.pandas as pa  # dear to import, and needed only when a table is checked

    described = {column.name: column for column in kind.columns}
    schema: dict[str, Any] = {}
    for name in columns:
        column = described.get(name) or (kind.spread.value if kind.spread else None)
        if column:
            schema[name] = pa.Column(None, _checks(column), nullable=column.blank, required=True)
    return pa.DataFrameSchema(schema, strict=False)


def schema_problems(table: pd.DataFrame, kind: TableKind, rows: list[int]) -> list[Problem]:
    """Check a table that has been read and list all findings, one for each cell.

    table: row labels 0, 1, 2 ...; rows: the row of the sheet for each of them.
    """
    import pandera.pandas as pa

    try:
        build_schema(kind, list(table.columns)).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    return [
        Problem(
            rows[int(case.index)],
            str(case.column),
            "" if pd.isna(case.failure_case) else _shown(case.failure_case),
            *(_BLANK if case.check == "not_nullable" else str(case.check)).split(_PARTING, 1),
        )
        for case in cases.itertuples(index=False)
    ]


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _checks(column: Column) -> "list[pa.Check]":
    import pandera.pandas as pa

    what = column.meaning.split(",")[0]
    checks = []
    if column.low is not None:
        error = (
            f"{what} cannot be negative{_PARTING}check the sign; leave the cell blank if unknown"
            if column.low == 0
            else f"{what} starts at {column.low:g}{_PARTING}check the figure"
        )
        checks.append(pa.Check.ge(column.low, error=error))
    if column.high is not None:
        error = f"{what} ends at {column.high:g}{_PARTING}check the figure and its unit"
        checks.append(pa.Check.le(column.high, error=error))
    if column.whole:
        error = f"{what} is a whole number{_PARTING}check the figure and its decimal mark"
        checks.append(pa.Check(lambda values: values % 1 == 0, error=error))
    if column.choices:
        words = ", ".join(column.choices)
        error = f"{what}: no such choice{_PARTING}write one of {words}"
        checks.append(pa.Check.isin(column.choices, error=error))
    return checks
