"""The coherence matrix: change one score and see which conflicts come and go."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.coherence import (
    direct_summary,
    direct_words,
    hidden_summary,
    spread_summary,
    spread_words,
    titled,
    total_words,
)
from clusterlib.charts.impact_grid import ImpactGrid, signed
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import Names
from clusterlib.data.policies import SCALE
from clusterlib.widgets.coherence_model import Change, CoherenceModel, State, cell
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Line, Parameter, Settings, Slider, complete

VIEWS = {
    "direct": "Direct scores",
    "total": "Direct and second order together",
    "spread": "Both scorers side by side",
}


class CoherenceStudy:
    """The coherence matrix as an explorer sees it."""

    name = "coherence-matrix"
    title = "Coherence matrix: who helps and who hinders whom, directly and at second hand?"

    def __init__(self, model: CoherenceModel, names: Names) -> None:
        """Draw the figure with the first scorer's table."""
        self.model = model
        self._names = names
        rows = titled(pd.Index(model.instruments), names)
        columns = titled(pd.Index(model.objectives), names)
        start = model.score("first", (), model.instruments[0], model.objectives[0])
        two = "second" in model.tables
        self._spread = spread_summary(model.comparison) if two else ""
        views = [view for view in VIEWS if two or view != "spread"]
        parameters: list[Parameter] = [
            Choice("view", "What to look at", tuple((VIEWS[v], v) for v in views), "direct")
        ]
        if two:
            scorers = (("First scorer", "first"), ("Second scorer", "second"))
            parameters.append(Choice("scorer", "Whose scores", scorers, "first"))
        sources = (
            *zip(rows, model.instruments, strict=True),
            *(
                (f"Link: {name}", code)
                for name, code in zip(columns, model.objectives, strict=True)
            ),
        )
        parameters += [
            Choice("source", "What acts", sources, model.instruments[0]),
            Choice(
                "target", "On which objective",
                tuple(zip(columns, model.objectives, strict=True)), model.objectives[0],
            ),
            Choice(
                "score", "Score of this cell",
                tuple((f"{signed(s)} {word}", str(s)) for s, word in SCALE.items()), str(start),
            ),
            Slider("weight", "Weight of effects at second hand", 0.0, 1.0, 0.05, 0.5),
            Line("changes", "Your changes (you can type here too)"),
        ]  # fmt: skip
        self.parameters = tuple(parameters)
        self.figure = new_figure(8, 0.5 * len(rows) + 2.0)
        self._grid = ImpactGrid(
            self.figure, rows, columns, "What do our policies do to our objectives?",
            "Score: minus hinders, plus helps. The row acts on the column. Framed: your cell.",
        )  # fmt: skip

    @property
    def moving(self) -> Sequence[Artist]:
        """Tints, numbers and the frame around the chosen cell."""
        return self._grid.moving

    @property
    def frame(self) -> Hashable:
        """Names and title never move."""
        return 0

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Let the score follow the chosen cell, and a moved score become a change."""
        source, target = str(settings["source"]), str(settings["target"])
        scorer = str(settings.get("scorer", "first"))
        try:
            changes = self.model.parse(str(settings["changes"]))
        except ValueError:
            return settings
        if name == "score" and source != target:
            changes = tuple(one for one in changes if one[:2] != (source, target))
            score = int(settings["score"])
            if score != self.model.original(scorer, source, target):
                changes = (*changes, (source, target, score))
        here = 0 if source == target else self.model.score(scorer, changes, source, target)
        line = "; ".join(f"{one} > {other} = {score}" for one, other, score in changes)
        return {**settings, "score": str(here), "changes": line}

    def update(self, settings: Settings) -> Reading:
        """Write the numbers of the chosen view into the grid and tell what follows."""
        try:
            changes, fault = self.model.parse(str(settings["changes"])), ""
        except ValueError as problem:
            changes, fault = (), str(problem)
        scorer, view = str(settings.get("scorer", "first")), str(settings["view"])
        weight = float(settings["weight"])
        state = self.model.read(scorer, changes, weight)
        before = self.model.read(scorer, (), weight) if changes else state
        source, target = str(settings["source"]), str(settings["target"])
        marked = (
            (self.model.instruments.index(source), self.model.objectives.index(target))
            if source in self.model.instruments
            else None
        )
        if view == "total":
            values, words = state.second.total, total_words(state.second)
        elif view == "spread":
            values = self.model.comparison.mean
            words = spread_words(self.model.tables["first"], self.model.tables["second"])
        else:
            values, words = state.scores, direct_words(state.scores)
        self._grid.update(values, words, marked)
        counts = (
            f"Hidden conflicts: {len(state.second.hidden_conflicts)} "
            f"({len(before.second.hidden_conflicts)} before your changes). "
            f"Open clashes: {len(state.direct.clashes)} ({len(before.direct.clashes)} before)."
        )
        headline = fault or f"{self._cell(state, source, target)} {counts}"
        return Reading(
            alt=f"Coherence matrix, {len(self.model.instruments)} instruments on "
            f"{len(self.model.objectives)} objectives: {VIEWS[view].lower()}. {counts}",
            headline=headline,
            summary=self._summary(state, changes, fault),
            table=self._table(values, view),
        )

    def _cell(self, state: State, source: str, target: str) -> str:
        """Say what one cell does, directly and at second hand."""
        what = f"{source} on {target}"
        if source == target:
            return f"{what}: an objective does not act on itself."
        if source not in state.scores.index:
            score = int(cell(state.links, source, target))
            return f"Link {what}: {signed(score)}, {SCALE[score]}."
        score = int(cell(state.scores, source, target))
        return (
            f"{what}: direct {signed(score)}, {SCALE[score]}; "
            f"at second hand {signed(cell(state.second.indirect, source, target))}; "
            f"together {signed(cell(state.second.total, source, target))}."
        )

    def _summary(self, state: State, changes: Sequence[Change], fault: str) -> str:
        parts = [
            direct_summary(state.direct, self._names),
            hidden_summary(state.second, self._names),
        ]
        if "second" in self.model.tables:
            parts.append(f"Two scorers, before changes: {self._spread}")
        told = "; ".join(
            f"{one} on {other} is now {signed(score)}" for one, other, score in changes
        )
        parts.append(f"Not used: {fault}." if fault else f"Your changes: {told or 'none yet'}.")
        return "".join(f"<p>{escape(part)}</p>" for part in parts)

    def _table(self, values: pd.DataFrame, view: str) -> str:
        table = values.copy()
        table.index = pd.Index(titled(values.index, self._names), name="What acts")
        table.columns = pd.Index(titled(values.columns, self._names))
        said = "Mean of both scorers" if view == "spread" else VIEWS[view]
        formats = {str(column): "+.2f" if view != "direct" else "+.0f" for column in table.columns}
        return html_table(table, f"{said} (score points)", formats=formats)


def coherence_matrix(
    scores: pd.DataFrame,
    links: pd.DataFrame,
    second_scores: pd.DataFrame | None = None,
    names: Names = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the coherence matrix: change a score and see conflicts come and go.

    Args:
        scores: instruments x objectives, whole scores from -3 to +3; the row acts on the column.
        links: objectives x objectives, the same scale: what one objective does to another.
        second_scores: another person's scores of the same cells, if there are any.
        names: names to show beside the codes.
        settings: a line copied with "Copy my settings"; opens the matrix as it was.

    Returns:
        The explorer; `.value` holds its settings, the changes among them as a line such as
        "I2 > O3 = 2; O1 > O3 = 0".

    Raises:
        ValueError: a blank, a score off the scale, or names that do not fit together.

    Reference: Nilsson, Griggs and Visbeck (2016); Weitz and others (2018).

    Example:
        >>> table = pd.DataFrame([[3, 0]], ["grant"], ["jobs", "research"])
        >>> steps = pd.DataFrame([[0, -2], [0, 0]], table.columns, table.columns)
        >>> matrix = coherence_matrix(table, steps, settings={"changes": "jobs > research = 0"})
        >>> matrix.reading.headline.split(". ")[1]
        'Hidden conflicts: 0 (1 before your changes)'
        >>> matrix.close()
    """
    study = CoherenceStudy(CoherenceModel(scores, links, second_scores), names)
    # The score shown must be that of the chosen cell.
    start = study.adjust("changes", complete(study.parameters, settings))
    return Explorer(study, start)
