"""The needs matrix: an importance-performance grid whose cross-hair the reader moves."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import needs
from clusterlib.charts.grid import NeedsGrid
from clusterlib.charts.needs import grid_summary
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import Names, listed, named
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, Switch

_RULES = {
    "mean": "the mean of all competences",
    "median": "the median of all competences",
    "scale": "the middle of the scale",
    "own": "your own lines",
}


@dataclass(frozen=True)
class Matrix:
    """The grid for one cross-hair, and what changes its quadrant against the mean cross-hair."""

    grid: pd.DataFrame
    lines: needs.Crosshair
    flips: pd.DataFrame
    respondents: int
    left_out: tuple[str, ...]


class NeedsMatrixModel:
    """Importance and ability answers, ready to be read with any cross-hair."""

    def __init__(
        self,
        importance: pd.DataFrame,
        ability: pd.DataFrame,
        scale: tuple[float, float] = (1.0, 5.0),
    ) -> None:
        """Keep the answers, and once and for all find the respondents who gave one mark to all."""
        both = pd.concat({"importance": importance, "ability": ability}, axis=1)
        quality = needs.response_quality(both)
        self.careless = tuple(str(who) for who in quality.index[quality["straight_line"]])
        self.scale = scale
        kept = ~quality["straight_line"].to_numpy(dtype=bool)
        self._answers = {
            False: (importance, ability),
            True: (importance.loc[kept], ability.loc[kept]),
        }
        self._means = {
            leave_out: needs.importance_performance(*answers, "mean")
            for leave_out, answers in self._answers.items()
        }

    def read(self, rule: str, own: tuple[float, float], leave_out: bool) -> Matrix:
        """Return the grid for a rule ("mean", "median", "scale" or "own", with its two lines)."""
        importance, ability = self._answers[leave_out]
        mean = self._means[leave_out]
        if rule == "own":
            lines = needs.Crosshair(*own)
        else:
            lines = needs.crosshair_lines(importance, ability, rule, self.scale)
        grid = _at(mean, lines)
        changed = mean["quadrant"].ne(grid["quadrant"]) & mean["quadrant"].notna()
        flips = pd.DataFrame({"mean": mean["quadrant"], "here": grid["quadrant"]})[changed]
        left_out = self.careless if leave_out else ()
        return Matrix(grid, lines, flips, len(importance), left_out)


def _at(grid: pd.DataFrame, lines: needs.Crosshair) -> pd.DataFrame:
    """Return the grid with its quadrants for any two lines.

    The method knows one middle for both axes, so the means are moved until the lines stand there.
    """
    middle = 100.0
    moved = needs.importance_performance(
        grid["importance"] - lines.importance + middle,
        grid["performance"] - lines.performance + middle,
        "scale",
        (0.0, 2 * middle),
    )
    return grid.assign(quadrant=moved["quadrant"], on_line=moved["on_line"])


class NeedsMatrixStudy:
    """The needs matrix as an explorer sees it: parameters, figure, words."""

    name = "needs-matrix"
    title = "Needs matrix: which competences come first, and does that depend on the cross-hair?"

    def __init__(self, model: NeedsMatrixModel, names: Names) -> None:
        """Draw the figure at the mean cross-hair."""
        self.model = model
        start = model.read("mean", (0.0, 0.0), False)
        low, high = model.scale
        self.parameters: tuple[Parameter, ...] = (
            Choice(
                "crosshair",
                "Where the cross-hair stands",
                tuple((words.capitalize(), rule) for rule, words in _RULES.items()),
                "mean",
            ),
            Slider(
                "importance_line", "Your own line for importance (scale points)",
                low, high, 0.05, _step(start.lines.importance),
            ),
            Slider(
                "ability_line", "Your own line for ability (scale points)",
                low, high, 0.05, _step(start.lines.performance),
            ),
            Switch("leave_out_careless", "Leave out careless answers (one mark for everything)"),
        )  # fmt: skip
        self._labels = named(start.grid.index, names)
        self.figure = new_figure(8, 6)
        self._picture = NeedsGrid(self.figure, self._labels, "Which needs come first?")

    @property
    def moving(self) -> Sequence[Artist]:
        """Lines, points and names: the names lie over the lines."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """The axes, which move only when other answers are counted."""
        return self._picture.frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Let the two sliders show the lines of a rule, and a moved slider mean "own lines"."""
        if name.endswith("_line"):
            return {**settings, "crosshair": "own"}
        rule, leave_out = str(settings["crosshair"]), bool(settings["leave_out_careless"])
        if rule == "own":
            return settings
        lines = self.model.read(rule, (0.0, 0.0), leave_out).lines
        return {
            **settings,
            "importance_line": _step(lines.importance),
            "ability_line": _step(lines.performance),
        }

    def update(self, settings: Settings) -> Reading:
        """Move the cross-hair and tell what lies where."""
        rule = str(settings["crosshair"])
        own = (float(settings["importance_line"]), float(settings["ability_line"]))
        matrix = self.model.read(rule, own, bool(settings["leave_out_careless"]))
        self._picture.update(matrix.grid, matrix.lines)
        return self._words(matrix, _RULES[rule])

    def _words(self, matrix: Matrix, rule: str) -> Reading:
        name = pd.Series(self._labels, index=matrix.grid.index)
        urgent = list(name[matrix.grid["quadrant"] == "concentrate here"])
        headline = (
            f"Cross-hair at importance {matrix.lines.importance:.2f}, ability "
            f"{matrix.lines.performance:.2f}: {len(urgent)} to concentrate on, "
            f"{len(matrix.flips)} in another quadrant than with the mean cross-hair."
        )
        summary = grid_summary(matrix.grid, matrix.lines, self._labels, matrix.respondents, rule)
        return Reading(
            alt=f"Importance-performance grid of {len(name)} competences, lines at {rule}. "
            f"Concentrate here: {listed(urgent)}.",
            headline=headline,
            summary=f"<p>{escape(summary)}</p>{self._flips(matrix, name)}{self._left_out(matrix)}",
            table=self._table(matrix),
        )

    def _flips(self, matrix: Matrix, name: pd.Series) -> str:
        if matrix.flips.empty:
            return "<p>No competence changes its quadrant against the mean cross-hair.</p>"
        items = "".join(
            f"<li>{escape(who)}: {row['mean']} with the mean, {row['here']} here</li>"
            for who, (_, row) in zip(
                name.loc[matrix.flips.index], matrix.flips.iterrows(), strict=True
            )
        )
        return f"<p>Quadrant depends on the cross-hair:</p><ul>{items}</ul>"

    def _left_out(self, matrix: Matrix) -> str:
        careless = self.model.careless
        if not careless:
            return "<p>No respondent gave one mark to everything.</p>"
        who = escape(listed(list(careless)))
        done = "left out" if matrix.left_out else "still counted"
        return f"<p>One mark for everything: {who}; {done}. A sign to look at, not a proof.</p>"

    def _table(self, matrix: Matrix) -> str:
        table = pd.DataFrame(
            {
                "importance": matrix.grid["importance"].to_numpy(),
                "ability": matrix.grid["performance"].to_numpy(),
                "answers": matrix.grid["n"].to_numpy(),
                "quadrant": matrix.grid["quadrant"].to_numpy(),
            },
            index=pd.Index(self._labels, name="competence"),
        )
        return html_table(
            table,
            "Competences on the grid (mean marks in scale points)",
            formats={"importance": ".2f", "ability": ".2f"},
        )


def needs_matrix(
    importance: pd.DataFrame,
    ability: pd.DataFrame,
    names: Names = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the needs matrix: move the cross-hair and see which needs change their quadrant.

    Args:
        importance: respondents x competences, marks 1 to 5; blanks allowed.
        ability: the same shape.
        names: names to show in place of the codes, for example ``case.competences["name"]``.
        settings: a line copied with "Copy my settings"; opens the matrix as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: answers that do not fit together, or a setting that does not exist.

    Reference: Martilla and James (1977).

    Example:
        >>> asked = pd.DataFrame({"Grants": [5, 5], "Branding": [3, 2], "Finance": [4, 4]})
        >>> able = pd.DataFrame({"Grants": [2, 2], "Branding": [4, 3], "Finance": [3, 3]})
        >>> matrix = needs_matrix(asked, able, settings={"crosshair": "scale"})
        >>> matrix.value["crosshair"]
        'scale'
        >>> matrix.close()
    """
    return Explorer(NeedsMatrixStudy(NeedsMatrixModel(importance, ability), names), settings)


def _step(value: float) -> float:
    """Return a mark rounded to the slider's step of 0.05."""
    return round(round(value / 0.05) * 0.05, 2)
