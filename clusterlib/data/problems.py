"""What is wrong with a table, row by row, in words that say how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

COLUMNS = ["row", "column", "value", "problem", "mend"]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: the row of the sheet (0 for the whole table), its name, column, value."""

    row: int
    column: str
    value: str
    problem: str
    mend: str
    label: str = ""

    def sentence(self) -> str:
        """Say it in one line.

        >>> one = Problem(3, "Textiles", "-5", "jobs cannot be negative", "check it", "Corvale")
        >>> one.sentence()
        "row 3 (Corvale), column 'Textiles': jobs cannot be negative (-5): check it"
        """
        place = [f"row {self.row}" + (f" ({self.label})" if self.label else "")] if self.row else []
        place += [f"column {self.column!r}"] if self.column else []
        shown = f" ({self.value})" if self.value and self.value not in self.problem else ""
        return f"{', '.join(place) or 'the table'}: {self.problem}{shown}: {self.mend}"


class TableProblems(ValueError):
    """All problems of one table at once; `.table` is the same list as a DataFrame."""

    def __init__(self, problems: Sequence[Problem], source: str) -> None:
        self.table = as_table(problems)
        self.problems = tuple(sorted(problems, key=lambda one: one.row))
        number = len(problems)
        heading = f"{number} {'problem' if number == 1 else 'problems'} to mend in {source}:"
        lines = [f"  {place}. {one.sentence()}" for place, one in enumerate(self.problems, start=1)]
        super().__init__("\n".join([heading, *lines]))


def as_table(problems: Sequence[Problem]) -> pd.DataFrame:
    """Put problems into a DataFrame: row, column, value, problem, mend; empty if there are none.

    >>> as_table([]).columns.to_list()
    ['row', 'column', 'value', 'problem', 'mend']
    """
    ordered = sorted(problems, key=lambda one: one.row)
    return pd.DataFrame(
        [{name: getattr(one, name) for name in COLUMNS} for one in ordered], None, COLUMNS
    )
