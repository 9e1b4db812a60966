"""The stakeholder map: move a person by sliders, and see who must be talked to first."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.stakeholders import STANCE_LOOKS, StakeholderGrid, map_summary, placed
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Reading
from clusterlib.widgets.logged import LoggedExplorer
from clusterlib.widgets.parameters import Choice, Line, Parameter, Settings, Slider

SCORES = ("power", "interest", "legitimacy", "urgency")
Change = tuple[str, str, str]


class StakeholderMapModel:
    """Stakeholders as they were scored, and as they stand after some changes."""

    def __init__(self, people: pd.DataFrame) -> None:
        """Keep the table; a blank stance becomes "not known"."""
        self.first = placed(people)
        self.people = self.first[[*people.columns]]

    def parse(self, line: str) -> tuple[Change, ...]:
        """Read changes such as "Chamber > power = 4; Chamber > stance = opposes".

        Raises:
            ValueError: a part that cannot be read, with the way to write it.
        """
        found: dict[tuple[str, str], str] = {}
        for part in filter(None, (piece.strip() for piece in line.split(";"))):
            who, _, rest = (word.strip() for word in part.partition(">"))
            what, _, value = (word.strip() for word in rest.partition("="))
            if who not in self.people.index:
                raise ValueError(f"no stakeholder {who!r}: copy the name from the table")
            self._check(part, what, value)
            found[who, what] = value
        return tuple((who, what, value) for (who, what), value in found.items())

    def _check(self, part: str, what: str, value: str) -> None:
        if what == "stance":
            good = value in STANCE_LOOKS
        else:
            number = value.replace(".", "", 1)
            good = what in SCORES and number.isdigit() and 1 <= float(value) <= 5
        if not good:
            raise ValueError(
                f"{part!r} cannot be read: write, for example, Chamber of Commerce > power = 4, "
                "with power, interest, legitimacy or urgency from 1 to 5, or stance = supports"
            )

    def changed(self, changes: Sequence[Change]) -> pd.DataFrame:
        """Return the marks and stances after the changes."""
        people = self.people.copy()
        for who, what, value in changes:
            people.loc[who, what] = value if what == "stance" else float(value)
        return people

    def read(self, changes: Sequence[Change], boundary: float) -> pd.DataFrame:
        """Return the people after the changes, placed with lines at `boundary`."""
        return placed(self.changed(changes), boundary)


class StakeholderMapStudy:
    """The stakeholder map as an explorer sees it."""

    name = "stakeholder-map"
    title = "Stakeholder map: who can move it, who cares, and who is for it?"
    actions: Sequence[tuple[str, str]] = ()

    def __init__(self, model: StakeholderMapModel) -> None:
        """Draw the map as it was scored."""
        self.model = model
        names = [str(who) for who in model.people.index]
        first = model.people.iloc[0]
        self.parameters: tuple[Parameter, ...] = (
            Choice("who", "Stakeholder to look at", tuple((n, n) for n in names), names[0]),
            *(
                Slider(score, f"{score.capitalize()} of this stakeholder (1 to 5)",
                       1.0, 5.0, 0.1, _mark(first[score]), ".1f")
                for score in SCORES
            ),
            Choice("stance", "Stance of this stakeholder",
                   tuple((word.capitalize(), word) for word in STANCE_LOOKS), str(first["stance"])),
            Slider("boundary", "From this mark on a score is high", 2.0, 4.0, 0.1, 3.0, ".1f"),
            Line("changes", "Your changes (you can type here too)"),
        )  # fmt: skip
        self.figure = new_figure(8.6, 6.8)
        self._picture = StakeholderGrid(self.figure, names, "Who can move it, and who cares?")

    @property
    def moving(self) -> Sequence[Artist]:
        """Marks, names and lines."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Axes and legend stand still for good."""
        return "axes and legend"

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Let the sliders follow the chosen stakeholder, and a moved slider become a change."""
        who = str(settings["who"])
        try:
            changes = self.model.parse(str(settings["changes"]))
        except ValueError:
            return settings
        if name in (*SCORES, "stance"):
            value = str(settings[name]) if name == "stance" else f"{float(settings[name]):.1f}"
            changes = tuple(one for one in changes if one[:2] != (who, name))
            before = self.model.people.loc[who, name]
            if value != (str(before) if name == "stance" else f"{_mark(before):.1f}"):
                changes = (*changes, (who, name, value))
        now = self.model.changed(changes).loc[who]
        line = "; ".join(f"{one} > {what} = {value}" for one, what, value in changes)
        marks = {score: _mark(now[score]) for score in SCORES}
        return {**settings, **marks, "stance": str(now["stance"]), "changes": line}

    def act(self, words: str, settings: Settings) -> Settings:
        """Leave the settings as they are: the map has no buttons of its own."""
        return settings

    def log(self, settings: Settings) -> pd.DataFrame:
        """Return the map as a table."""
        table = self.model.read(self.model.parse(settings["changes"]), float(settings["boundary"]))
        return table.rename_axis("stakeholder")

    def update(self, settings: Settings) -> Reading:
        """Move the marks and tell who lies where."""
        boundary, who = float(settings["boundary"]), str(settings["who"])
        try:
            changes, fault = self.model.parse(str(settings["changes"])), ""
        except ValueError as problem:
            changes, fault = (), str(problem)
        people = self.model.read(changes, boundary)
        self._picture.update(people, boundary, who)
        one = people.loc[who]
        headline = (
            f"{who}: {one['quadrant']}, {_class(one)}, stance {one['stance']}. "
            f"{int((people['quadrant'] == 'manage closely').sum())} to manage closely."
        )
        return Reading(
            alt=f"Map of {len(people)} stakeholders by power and interest. {headline}",
            headline=fault or headline,
            summary=f"<p>{escape(map_summary(people, boundary))}</p>{self._moved(people)}",
            table=_table(people),
        )

    def _moved(self, people: pd.DataFrame) -> str:
        """List who lies in another quadrant or class than at first."""
        first = self.model.first
        items = [
            f"{who}: {first.loc[who, kind]} at first, {people.loc[who, kind]} now"
            for kind in ("quadrant", "salience_class")
            for who in people.index[people[kind] != first[kind]]
        ]
        if not items:
            return "<p>Nobody has left the place of the first marks.</p>"
        lines = "".join(f"<li>{escape(item)}</li>" for item in items)
        return f"<p>In another place than with the first marks and lines at 3:</p><ul>{lines}</ul>"


def _mark(value: Any) -> float:
    """Return a mark for a slider; a blank one starts in the middle."""
    return 3.0 if pd.isna(value) else round(float(value), 1)


def _class(one: Any) -> str:
    kind = str(one["salience_class"])
    article = "an" if kind[0] in "aeiou" else "a"
    return kind if kind == "non-stakeholder" else f"{article} {kind} stakeholder"


def _table(people: pd.DataFrame) -> str:
    table = people[[*SCORES, "stance", "quadrant", "salience_class"]].rename(
        columns={"salience_class": "class"}
    )
    return html_table(
        table.rename_axis("stakeholder"),
        "Stakeholders (marks 1 to 5)",
        missing="not scored",
        formats=dict.fromkeys(SCORES, ".1f"),
    )


def stakeholder_map(
    people: pd.DataFrame, settings: Mapping[str, object] | None = None
) -> LoggedExplorer:
    """Open the stakeholder map: move one stakeholder at a time, by sliders or by typing.

    Args:
        people: index stakeholder; power, interest, legitimacy, urgency (1 to 5, blanks allowed),
            stance (supports, neutral, opposes or blank).
        settings: a line copied with "Copy my settings"; opens the map as it was.

    Returns:
        The explorer; `.table` is the map as it stands, saved as stakeholder-map.csv.

    Raises:
        ValueError: a column missing, marks off the scale, a setting that does not exist.

    Reference: Mendelow (1981); Mitchell, Agle and Wood (1997).

    Example:
        >>> people = pd.DataFrame(
        ...     {"power": [5.0], "interest": [4.0], "legitimacy": [4.0], "urgency": [2.0],
        ...      "stance": ["opposes"]},
        ...     index=["Tarnwell"],
        ... )
        >>> map_ = stakeholder_map(people, {"changes": "Tarnwell > urgency = 4"})
        >>> map_.table.loc["Tarnwell", "salience_class"]
        'definitive'
        >>> map_.close()
    """
    study = StakeholderMapStudy(StakeholderMapModel(people))
    explorer = LoggedExplorer(study, settings)
    if settings:  # the sliders show the marks of whoever is chosen
        explorer._panel.set(study.adjust("who", explorer.value))
    return explorer
