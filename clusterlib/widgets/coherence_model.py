"""What follows from a coherence matrix after the reader's changes; no widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd

from clusterlib import coherence
from clusterlib.data.policies import SCALE

Change = tuple[str, str, int]


@dataclass(frozen=True)
class State:
    """The tables after the reader's changes, and what follows from them."""

    scores: pd.DataFrame
    links: pd.DataFrame
    direct: coherence.CrossImpact
    second: coherence.SecondOrder


class CoherenceModel:
    """Scores of one or two people and the links between objectives, ready to be changed."""

    def __init__(
        self, scores: pd.DataFrame, links: pd.DataFrame, second_scores: pd.DataFrame | None = None
    ) -> None:
        """Keep the tables; codes become text, so that a change can be written as a line."""
        self.tables = {"first": _plain(scores, "scores")}
        if second_scores is not None:
            other = _plain(second_scores, "second scorer's table")
            self.comparison = coherence.compare_scorers(self.tables["first"], other)
            first = self.tables["first"]
            self.tables["second"] = other.loc[list(first.index), list(first.columns)]
        self.links = _plain(links, "links")
        self.instruments = list(self.tables["first"].index)
        self.objectives = list(self.tables["first"].columns)
        for scorer in self.tables:
            self.read(scorer, (), 0.5)

    def read(self, scorer: str, changes: Sequence[Change], weight: float) -> State:
        """Return what follows from a scorer's table after the changes."""
        scores, links = self.tables[scorer].copy(), self.links.copy()
        for source, target, score in changes:
            table = scores if source in scores.index else links
            table.loc[source, target] = score
        return State(
            scores,
            links,
            coherence.cross_impact(scores),
            coherence.second_order(scores, weight, through=links),
        )

    def score(self, scorer: str, changes: Sequence[Change], source: str, target: str) -> int:
        """Return the score of one cell after the changes; a link counts as a cell."""
        for one, other, score in reversed(changes):
            if (one, other) == (source, target):
                return score
        return self.original(scorer, source, target)

    def original(self, scorer: str, source: str, target: str) -> int:
        """Return the score of one cell before any change."""
        table = self.tables[scorer] if source in self.instruments else self.links
        return int(cell(table, source, target))

    def parse(self, line: str) -> tuple[Change, ...]:
        """Read changes such as "I2 > O3 = 2; O1 > O3 = 0".

        Raises ValueError that quotes the piece which cannot be read.
        """
        changes: dict[tuple[str, str], int] = {}
        for piece in filter(None, (part.strip() for part in line.split(";"))):
            pair, _, number = piece.rpartition("=")
            source, _, target = (part.strip() for part in pair.partition(">"))
            number = number.strip().replace("−", "-").removeprefix("+")
            known = source in (*self.instruments, *self.objectives) and target in self.objectives
            if not known or source == target or number not in {str(score) for score in SCALE}:
                raise ValueError(
                    f'"{piece}" cannot be read: write a change as '
                    f"{self.instruments[0]} > {self.objectives[0]} = 2, "
                    "the score a whole number from -3 to 3"
                )
            changes[source, target] = int(number)
        return tuple((*pair, score) for pair, score in changes.items())


def cell(table: pd.DataFrame, source: str, target: str) -> float:
    """Return one score as a number."""
    return float(cast(float, table.at[source, target]))


def _plain(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the table with text for names, refusing what the seven-point scale does not know."""
    plain = table.copy()
    plain.index, plain.columns = table.index.astype(str), table.columns.astype(str)
    off = [
        f"{row} on {column}"
        for row, line in plain.iterrows()
        for column, score in line.items()
        if pd.notna(score) and score not in SCALE
    ]
    if off:
        raise ValueError(
            f"the {what} hold scores off the scale of whole numbers from -3 to 3: "
            f"{', '.join(off[:5])}"
        )
    return plain
