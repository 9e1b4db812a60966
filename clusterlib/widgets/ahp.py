"""Judgements in pairs by sliders, with the weights and the consistency they lead to."""

import math
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from html import escape
from itertools import combinations

import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.decision_bars import WeightBoard, weight_board_height
from clusterlib.charts.decisions import (
    WEIGHTS_TITLE,
    WeightsReading,
    judgement_words,
    read_weights,
)
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Parameter, Scale, Settings

STEPS = (*(str(step) for step in range(9, 0, -1)), *(f"1/{step}" for step in range(2, 10)))
MOST_CRITERIA = 7  # 21 judgements: more than that nobody makes with care


class Judgements:
    """Criteria compared in pairs; one text a pair, from "9" (first) to "1/9" (second)."""

    def __init__(self, criteria: Sequence[str]) -> None:
        """Keep the criteria and list their pairs."""
        self.criteria = [str(name) for name in criteria]
        if len(set(self.criteria)) != len(self.criteria):
            raise ValueError("a criterion stands twice in the list: give each a name of its own")
        if not 2 <= len(self.criteria) <= MOST_CRITERIA:
            raise ValueError(
                f"{len(self.criteria)} criteria: compare from 2 to {MOST_CRITERIA} at once, and "
                "group them if there are more"
            )
        self.pairs = list(combinations(self.criteria, 2))

    def matrix(self, judged: Mapping[str, object]) -> pd.DataFrame:
        """Return the matrix of judgements for `decisions.ahp`."""
        matrix = pd.DataFrame(1.0, self.criteria, self.criteria)
        for first, second in self.pairs:
            value = float(Fraction(str(judged[pair_name(first, second)])))
            matrix.loc[first, second], matrix.loc[second, first] = value, 1 / value
        return matrix

    def steps(self, matrix: pd.DataFrame | None) -> dict[str, str]:
        """Return one step a pair: those of a matrix, or "1" (equal) without one.

        Raises:
            ValueError: a matrix `decisions.ahp` would refuse, other criteria, or a judgement that
                lies beside the steps of the scale.
        """
        names = [pair_name(*pair) for pair in self.pairs]
        if matrix is None:
            return dict.fromkeys(names, "1")
        names_given = {str(name) for name in read_weights(matrix).hierarchy.weights.index}
        if names_given != set(self.criteria):
            raise ValueError("the judgements compare other criteria than those in the list")
        table = matrix.set_axis([str(name) for name in matrix.index]).rename(columns=str)
        values = table.loc[self.criteria, self.criteria].to_numpy(dtype=float)
        places = combinations(range(len(self.criteria)), 2)
        return {
            name: _step(name, values[one, other], values[other, one])
            for name, (one, other) in zip(names, places, strict=True)
        }


def pair_name(first: str, second: str) -> str:
    """Return the name of the setting for a pair."""
    return f"{first} v {second}"


def _step(pair: str, value: float, mirror: float) -> str:
    """Return the step of the scale for a judgement typed as a number, such as 0.33 for 1/3."""
    ratio = value if value >= 1 or math.isnan(mirror) else 1 / mirror
    for step in STEPS:
        if math.isclose(ratio, float(Fraction(step)), rel_tol=0.02):
            return step
    raise ValueError(f"{pair} is judged {ratio:.2f}: the sliders know the steps 1/9 to 9 only")


class AhpStudy:
    """Comparisons in pairs as an explorer sees them: parameters, figure, words."""

    name = "ahp"
    title = "Pairwise comparison: what counts how much, and do your judgements agree?"

    def __init__(self, judgements: Judgements, start: Mapping[str, str]) -> None:
        """Build one slider a pair; the left end is for the criterion named first."""
        self.judgements = judgements
        self.parameters: tuple[Parameter, ...] = tuple(
            Scale(
                pair_name(first, second),
                f"{first} or {second}?",
                tuple((judgement_words(first, second, float(Fraction(step))), step)
                      for step in STEPS),
                start[pair_name(first, second)],
            )
            for first, second in judgements.pairs
        )  # fmt: skip
        criteria = judgements.criteria
        self.figure = new_figure(8, weight_board_height(len(criteria)))
        self._picture = WeightBoard(self.figure, criteria, WEIGHTS_TITLE)

    @property
    def moving(self) -> Sequence[Artist]:
        """Bars, their figures and the mark on the gauge."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Axes and the rule of thumb, which never move."""
        return self._picture.frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: a judgement is never changed behind its back."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show weights and consistency, and name the judgement to think about again."""
        read = read_weights(self.judgements.matrix(settings))
        self._picture.update(read.hierarchy.weights, read.hierarchy.cr)
        return Reading(
            alt=f"Bars of {len(read.hierarchy.weights)} weights above a gauge of the consistency "
            f"ratio. {read.headline}",
            headline=read.headline,
            summary=f"<p>{escape(read.summary)}</p>{self._weights(read)}",
            table=self._table(read, settings),
        )

    def _weights(self, read: WeightsReading) -> str:
        shown = pd.DataFrame(
            {"weight": read.hierarchy.weights.to_numpy()},
            index=pd.Index(self.judgements.criteria, name="criterion"),
        )
        return html_table(shown, "Weights (share of 1)", formats={"weight": ".3f"})

    def _table(self, read: WeightsReading, settings: Settings) -> str:
        """Return the judgements, the most harmful first, with what the others imply."""
        rows = read.hierarchy.revisions
        if rows.empty:
            first, second = self.judgements.pairs[0]
            value = float(Fraction(str(settings[pair_name(first, second)])))
            shown = pd.DataFrame(
                {"your judgement": [judgement_words(first, second, value)]},
                index=pd.Index([f"{first} or {second}"], name="pair"),
            )
            return html_table(shown, "Your judgement")
        pairs = list(zip(rows["first"], rows["second"], strict=True))
        shown = pd.DataFrame(
            {
                "your judgement": [judgement_words(*pair, value) for pair, value in
                                   zip(pairs, rows["judgement"], strict=True)],
                "the others imply": [judgement_words(*pair, value) for pair, value in
                                     zip(pairs, rows["implied"], strict=True)],
                "ratio with that": rows["cr_after"].to_numpy(),
            },
            index=pd.Index([f"{first} or {second}" for first, second in pairs], name="pair"),
        )  # fmt: skip
        caption = f"Judgements, the one that hurts most first (ratio now {read.hierarchy.cr:.2f})"
        return html_table(shown, caption, formats={"ratio with that": ".2f"})


def ahp(
    criteria: Sequence[str],
    judgements: pd.DataFrame | None = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the pairwise comparison: judge pairs by sliders, see weights and consistency follow.

    Args:
        criteria: 2 to 7 names.
        judgements: criteria x criteria to start from, how many times the row matters more than
            the column, steps of 1/9 to 9; one half may be blank. Without it all pairs are equal.
        settings: a line copied with "Copy my settings"; opens the comparison as it was.

    Returns:
        The explorer; `.value` holds one step a pair as text, such as {"jobs v cost": "1/3"}.

    Raises:
        ValueError: too many or too few criteria, judgements that do not fit them or lie beside the
            steps of the scale, or a setting that does not exist.

    Reference: Saaty (1977).

    Example:
        >>> comparison = ahp(["jobs", "cost", "climate"], settings={"jobs v cost": "3"})
        >>> comparison.value["jobs v climate"]
        '1'
        >>> comparison.close()
    """
    pairs = Judgements(criteria)
    return Explorer(AhpStudy(pairs, pairs.steps(judgements)), settings)
