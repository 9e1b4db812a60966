"""The impact panel: difference-in-differences with its placebo, and what learners gained."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from clusterlib import evaluation
from clusterlib.charts.impact import (
    PLACE,
    EffectDots,
    GainLines,
    TwoLines,
    effect_summary,
    gain_summary,
    group_means,
    impact_figure,
)
from clusterlib.charts.style import ask
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, Switch

_VIEWS = {
    "effect": "Before and after, supported and others",
    "years": "Effect year by year (event study)",
    "learning": "What the learners gained",
}
_TITLES = {
    "effect": "Did supported firms change more than the others?",
    "years": "When does the gap open: before or after the start?",
    "learning": "Who learned how much?",
}


@dataclass(frozen=True)
class Impact:
    """A comparison at one start: the panel used, its result, and whether the start is pretended."""

    panel: pd.DataFrame
    result: evaluation.DifferenceInDifferences
    placebo: bool


class ImpactModel:
    """A panel of supported and other units, and the marks of a course if there are any."""

    def __init__(
        self, panel: pd.DataFrame, treated: str, time: str, unit: str, start: float,
        marks: pd.DataFrame | None,
    ) -> None:  # fmt: skip
        """Keep the panel; `marks` has the columns pre and post."""
        absent = [name for name in (treated, time, unit) if name not in panel.columns]
        if absent:
            raise ValueError(f"the panel has no column {', '.join(absent)}")
        self.panel, self.treated, self.time, self.unit = panel, treated, time, unit
        self.start, self.marks = start, marks
        numbers = panel.select_dtypes("number").columns
        self.outcomes = [str(one) for one in numbers if one not in (treated, time, unit)]
        self.years: list[float] = sorted(float(year) for year in panel[time].unique())
        if not self.outcomes:
            raise ValueError("the panel needs a column of numbers as outcome, such as jobs")
        if not self.years[0] < start <= self.years[-1]:
            raise ValueError(
                f"the start {start:g} must lie after {self.years[0]:g}, the first year, and not "
                f"after {self.years[-1]:g}, the last"
            )

    def prepared(self, outcome: str, per_cent: bool) -> pd.DataFrame:
        """Return the panel, the outcome as 100 x its logarithm where changes are in per cent."""
        if not per_cent:
            return self.panel
        values = self.panel[outcome].astype(float)
        low = self.panel.index[values <= 0]
        if len(low):
            raise ValueError(f"{outcome} is 0 or less in {len(low)} rows: per cent has no meaning")
        return self.panel.assign(**{outcome: 100 * np.log(values)})

    def read(self, outcome: str, start: float, per_cent: bool, by_unit: bool) -> Impact:
        """Compare before and after `start`; a start before the true one uses earlier rows only."""
        panel = self.prepared(outcome, per_cent)
        pretended = start < self.start
        used = panel[panel[self.time] < self.start] if pretended else panel
        used = used.assign(**{"after the start": used[self.time] >= start})
        result = evaluation.difference_in_differences(
            used, outcome, self.treated, "after the start", self.unit if by_unit else None
        )
        return Impact(used, result, pretended)

    def by_year(self, outcome: str, per_cent: bool, by_unit: bool) -> pd.DataFrame:
        """Return the gap between the groups year by year."""
        return evaluation.event_study(
            self.prepared(outcome, per_cent), outcome, self.treated, self.time, self.start,
            self.unit if by_unit else None,
        )  # fmt: skip


class ImpactStudy:
    """The impact panel as an explorer sees it: parameters, figure, words."""

    name = "impact-panel"
    title = "Impact panel: did it help, and would an honest test have found it anyway?"

    def __init__(self, model: ImpactModel, maximum: float) -> None:
        """Draw the views on one figure; only the chosen one is visible."""
        self.model, self._maximum = model, maximum
        views = [view for view in _VIEWS if view != "learning" or model.marks is not None]
        first = model.outcomes[0]
        self.parameters: tuple[Parameter, ...] = (
            Choice("view", "What to look at", tuple((_VIEWS[one], one) for one in views), "effect"),
            Choice("outcome", "Result that is compared",
                   tuple((one.capitalize(), one) for one in model.outcomes), first),
            Slider("start", f"First year counted as after (before {model.start:g} it is a placebo)",
                   model.years[1], model.years[-1], 1, model.start, ".0f"),
            Switch("per_cent", "Compare changes in per cent, not in numbers"),
            Switch("by_unit", "Treat the rows of one firm as one (honest intervals)", True),
        )  # fmt: skip
        self.figure = impact_figure()
        self._axes: dict[str, Axes] = {
            view: self.figure.add_axes(PLACE, label=view, visible=False) for view in views
        }
        self._lines = TwoLines(self._axes["effect"])
        self._dots = EffectDots(self._axes["years"])
        self._gains = GainLines(self._axes["learning"], maximum) if "learning" in views else None
        for view in views:
            ask(self._axes[view], _TITLES[view])
        self._view = "effect"

    @property
    def moving(self) -> Sequence[Artist]:
        """The marks of the view in sight."""
        if self._view == "learning" and self._gains is not None:
            return self._gains.moving
        return self._dots.moving if self._view == "years" else self._lines.moving

    @property
    def frame(self) -> Hashable:
        """View, ends of the axes and unit."""
        axes = self._axes[self._view]
        return self._view, axes.get_xlim(), axes.get_ylim(), axes.get_ylabel()

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the chosen view."""
        self._view = view = str(settings["view"])
        for name, axes in self._axes.items():
            axes.set_visible(name == view)
        if view == "learning" and self.model.marks is not None:
            return self._learning(self.model.marks)
        outcome = str(settings["outcome"])
        per_cent, by_unit = bool(settings["per_cent"]), bool(settings["by_unit"])
        unit = f"{outcome}, per cent" if per_cent else outcome
        try:
            if view == "years":
                return self._years(outcome, per_cent, by_unit, unit)
            return self._effect(outcome, float(settings["start"]), per_cent, by_unit, unit)
        except ValueError as problem:
            words = f"Nothing to show: {problem}."
            return Reading(words, words, f"<p>{escape(words)} The picture is the last one.</p>", "")

    def _effect(
        self, outcome: str, start: float, per_cent: bool, by_unit: bool, unit: str
    ) -> Reading:
        impact = self.model.read(outcome, start, per_cent, by_unit)
        result = impact.result
        means = group_means(impact.panel, outcome, self.model.treated, self.model.time)
        self._lines.update(means, start, f"Mean {'100 x log of ' * per_cent}{outcome}")
        words = effect_summary(result, unit)
        found = result.low > 0 or result.high < 0
        kind = "Placebo" if impact.placebo else "Comparison"
        headline = f"{kind} with start {start:g}: {words}"
        return Reading(
            alt=f"Chart. {_TITLES['effect']} {headline}",
            headline=headline,
            summary=f"<p>{escape(headline)}</p>{_judgement(impact.placebo, found)}"
            f"<p>Rows left out because they have no outcome: {len(result.left_out)}.</p>",
            table=html_table(
                result.cells.set_axis(pd.Index(["others", "supported"], name="group"), axis=0),
                f"Mean {unit} before and after {start:g}",
                formats=dict.fromkeys(("before", "after", "change"), ",.2f"),
            ),
        )

    def _years(self, outcome: str, per_cent: bool, by_unit: bool, unit: str) -> Reading:
        study = self.model.by_year(outcome, per_cent, by_unit)
        self._dots.update(study, self.model.start, f"Effect ({unit})")
        early = study[study["before"]].iloc[:-1]
        drift = [f"{year:g}" for year, row in early.iterrows() if row["low"] > 0 or row["high"] < 0]
        headline = (
            "Before the start the groups drifted apart in " + ", ".join(drift) + "."
            if drift
            else "Before the start no year stands apart from the last one before it."
        )
        last = study.iloc[-1]
        headline += (
            f" In {study.index[-1]:g} the gap is {last['effect']:+,.2f} {unit} "
            f"({last['low']:+,.2f} to {last['high']:+,.2f})."
        )
        table = study[["effect", "low", "high", "p", "before"]].rename_axis("year")
        table.index = [f"{year:g}" for year in table.index]
        return Reading(
            alt=f"Chart. {_TITLES['years']} {headline}",
            headline=headline,
            summary=f"<p>{escape(headline)}</p><p>Each year is compared with the last one before "
            "the start, which is 0 by definition. No finding before the start is no proof.</p>",
            table=html_table(
                table.rename_axis("year"), f"Gap between the groups ({unit})", "by definition",
                {**dict.fromkeys(("effect", "low", "high"), "+,.2f"), "p": ".3f"},
            ),
        )  # fmt: skip

    def _learning(self, marks: pd.DataFrame) -> Reading:
        gain = evaluation.learning_gain(marks["pre"], marks["post"], self._maximum)
        if self._gains is not None:
            self._gains.update(gain.learners)
        headline = gain_summary(gain)
        stayed = float(gain.learners["pre"].mean())
        leavers = (
            ""
            if np.isnan(gain.leavers_pre_mean)
            else f"<p>Those who left had {gain.leavers_pre_mean:.0f} marks at first, those who "
            f"stayed {stayed:.0f}: who leaves is rarely chance.</p>"
        )
        return Reading(
            alt=f"Chart. {_TITLES['learning']} {headline}",
            headline=headline,
            summary=f"<p>{escape(headline)}</p><p>Gain is the share of what could still be "
            "learned. One loss near full marks weighs much in the mean of the learners' gains."
            f"</p>{leavers}",
            table=html_table(
                gain.learners.rename_axis("learner"), "Marks and gains by learner",
                "not defined", {"pre": ".0f", "post": ".0f", "gain": ".2f", "change": ".2f"},
            ),
        )  # fmt: skip


def _judgement(placebo: bool, found: bool) -> str:
    if placebo and found:
        return (
            "<p>✗ The placebo finds an effect before there was a programme: the groups were "
            "drifting apart anyway.</p>"
        )
    if placebo:
        return "<p>✓ The placebo finds nothing, as it should. That is no proof.</p>"
    return (
        "<p>Move the start back before you believe it: a placebo should find nothing.</p>"
        if found
        else "<p>The interval holds no effect at all: nothing was shown.</p>"
    )


def impact_panel(
    panel: pd.DataFrame,
    treated: str,
    time: str,
    unit: str,
    start: float,
    marks: pd.DataFrame | None = None,
    maximum: float = 100.0,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the impact panel: move the start, look for the placebo, and read what learners gained.

    Args:
        panel: one row a unit and period; every other column of numbers can be the outcome.
        treated: column, True for supported units in all their rows.
        time: column with the year.
        unit: column that names the firm.
        start: first year of the programme.
        marks: index learner; columns pre and post; without it the learning view is left out.
        maximum: full marks.
        settings: a line copied with "Copy my settings"; opens the panel as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: a column is missing, the start lies outside the years, or an unknown setting.

    Reference: Card and Krueger (1994); Bertrand, Duflo and Mullainathan (2004); Hake (1998).

    Example:
        >>> from clusterlib import data
        >>> record = data.support_record(2027)
        >>> shown = impact_panel(record.panel, "supported", "year", "firm", record.start,
        ...                      settings={"start": 2021})
        >>> shown.reading.headline.startswith("Placebo with start 2021")
        True
        >>> shown.close()
    """
    model = ImpactModel(panel, treated, time, unit, float(start), marks)
    return Explorer(ImpactStudy(model, maximum), settings)
