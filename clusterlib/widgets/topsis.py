"""Options ranked live: move the weights and see who rises and who falls."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import decisions
from clusterlib.charts.decision_bars import RankingBoard, ranking_board_height
from clusterlib.charts.decisions import (
    RANKING_TITLE,
    RankingReading,
    baseline_of,
    by_criterion,
    read_ranking,
)
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Parameter, Settings, Slider

_POINTS = 100


class OptionsModel:
    """Options with their scores, and the weights the ranking is compared with."""

    def __init__(
        self,
        scores: pd.DataFrame,
        weights: "pd.Series[float] | Sequence[float]",
        benefit: "pd.Series[bool] | Sequence[bool]",
        baseline: str | None = None,
    ) -> None:
        """Check all tables at once; weights are rounded to whole points of 100."""
        given = by_criterion(scores, weights, benefit)
        self.scores = scores.set_axis([str(name) for name in scores.index]).rename(columns=str)
        self.benefit = [
            bool(one)
            for one in (
                benefit.reindex(scores.columns) if isinstance(benefit, pd.Series) else benefit
            )
        ]
        points = (_POINTS * given / given.sum()).round()
        self.start: pd.Series[float] = points.set_axis([str(name) for name in points.index])
        self.before = decisions.topsis(self.scores, self.start, self.benefit)
        self.baseline = baseline_of(list(self.scores.index), baseline)

    def read(self, points: "pd.Series[float]", swing: float) -> RankingReading:
        """Return the ranking under some points, first of the start on top.

        Raises:
            ValueError: no weight at all, or options alike on all that has weight.
        """
        return read_ranking(self.scores, points, self.benefit, self.before, self.baseline, swing)


class TopsisStudy:
    """Options and weights as an explorer sees them: parameters, figure, words."""

    name = "topsis"
    title = "Ranking options: who comes first, and how far does that hang on the weights?"

    def __init__(self, model: OptionsModel) -> None:
        """Draw the frame with the options in the order of the start, so that bars stay put."""
        self.model = model
        first = model.read(model.start, 0.25).ranking.sort_values("start_rank", kind="stable")
        self._order = [str(name) for name in first.index]
        self.parameters: tuple[Parameter, ...] = (
            *(
                Slider(
                    _setting(str(criterion)), f"Weight of {criterion} (points)",
                    0, _POINTS, 1, float(points), ".0f",
                )
                for criterion, points in model.start.items()
            ),
            Slider(
                "swing", "How far each weight may be off in the test (per cent)",
                0, 100, 5, 25, ".0f",
            ),
        )  # fmt: skip
        options, criteria = self._order, list(model.start.index)
        self.figure = new_figure(8, ranking_board_height(len(options), len(criteria)))
        place = None if model.baseline is None else options.index(model.baseline)
        self._picture = RankingBoard(self.figure, options, criteria, RANKING_TITLE, place)

    @property
    def moving(self) -> Sequence[Artist]:
        """Bars, ranks and the shares of the weights."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Axes and names, which never move."""
        return self._picture.frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the other weights: they are scaled to 100% afterwards, and shown so."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show closeness, ranks and changes for the weights chosen."""
        points = pd.Series(
            {name: float(settings[_setting(name)]) for name in self.model.start.index}
        )
        try:
            read = self.model.read(points, float(settings["swing"]) / 100)
        except ValueError as problem:
            return self._no_ranking(points, str(problem))
        ranking = read.ranking.loc[self._order]
        self._picture.update(ranking, read.shares)
        return Reading(
            alt=f"Bars of closeness of {len(ranking)} options above bars of {len(points)} weights. "
            f"{read.headline}",
            headline=read.headline,
            summary=f"<p>{escape(read.summary)}</p>",
            table=self._ranks(ranking) + self._weights(points, read.shares),
        )

    def _no_ranking(self, points: "pd.Series[float]", problem: str) -> Reading:
        """Say why nothing can be ranked; the last ranking must not stay on the picture."""
        self._picture.clear(points * 0.0 if points.sum() == 0 else points / points.sum())
        words = f"Nothing to rank: {problem}."
        return Reading(
            alt=words,
            headline=words,
            summary=f"<p>{escape(words)}</p>",
            table=self._weights(points, points * float("nan")),
        )

    def _ranks(self, ranking: pd.DataFrame) -> str:
        names = [
            f"{name} (doing nothing)" if name == self.model.baseline else str(name)
            for name in ranking.index
        ]
        shown = pd.DataFrame(
            {
                "closeness": ranking["closeness"].to_numpy(),
                "rank": ranking["rank"].to_numpy(),
                "closeness at the start": ranking["start"].to_numpy(),
                "rank at the start": ranking["start_rank"].to_numpy(),
                "first in draws": ranking["first_share"].to_numpy(),
            },
            index=pd.Index(names, name="option"),
        )
        formats = {"closeness": ".3f", "closeness at the start": ".3f", "first in draws": ".0%"}
        return html_table(shown, "Options (closeness from 0, worst, to 1, best)", formats=formats)

    def _weights(self, points: "pd.Series[float]", shares: "pd.Series[float]") -> str:
        shown = pd.DataFrame(
            {
                "direction": ["more is better" if good else "less is better"
                              for good in self.model.benefit],
                "points": points.to_numpy(),
                "scaled weight": shares.to_numpy(),
            },
            index=pd.Index(points.index, name="criterion"),
        )  # fmt: skip
        return html_table(
            shown, "Weights (points as set, and scaled to 100%)", "not defined",
            {"points": ".0f", "scaled weight": ".0%"},
        )  # fmt: skip


def _setting(criterion: str) -> str:
    return f"weight of {criterion}"


def topsis(
    scores: pd.DataFrame,
    weights: "pd.Series[float] | Sequence[float]",
    benefit: "pd.Series[bool] | Sequence[bool]",
    baseline: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the ranking of options: move the weights and see the ranks change.

    Args:
        scores: rows options, columns criteria, any units, no blanks.
        weights: by criterion, 0 or more; the start, rounded to whole points of 100.
        benefit: by criterion, True if more is better, False if less is better.
        baseline: the option that stands for doing nothing; without it, one named "Do nothing".
        settings: a line copied with "Copy my settings"; opens the ranking as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: as `decisions.topsis` does, an unknown baseline, or an unknown setting.

    Reference: Hwang and Yoon (1981).

    Example:
        >>> scores = pd.DataFrame({"jobs": [40, 25, 10], "cost": [300, 120, 90]},
        ...                       index=["science park", "voucher", "club"])
        >>> ranking = topsis(scores, [0.7, 0.3], [True, False])
        >>> ranking.value = {"weight of cost": 90}
        >>> ranking.reading.headline.split(". ")[0]
        'First: voucher (0.70)'
        >>> ranking.close()
    """
    return Explorer(TopsisStudy(OptionsModel(scores, weights, benefit, baseline)), settings)
