"""The regional profile: one region's industries seen three ways."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from clusterlib.charts.mapping import (
    Profile,
    quotient_profile,
    shift_share_profile,
    star_labels,
    star_profile,
)
from clusterlib.charts.rows import PLACE, QuotientDots, ShiftShareBars, StarBoard
from clusterlib.charts.style import ask, new_figure
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider

_VIEWS = {
    "quotients": "Specialisation: location quotients with intervals",
    "shift_share": "Change: shift-share by industry",
    "stars": "Stars under two sets of rules",
}
_TITLES = {
    "quotients": "What is {} specialised in, and how sure is it?",
    "shift_share": "Why did jobs in {} change?",
    "stars": "How many stars has {}, and by whose rules?",
}


@dataclass(frozen=True)
class RegionalProfileModel:
    """Jobs by region and industry in two years, ready to be read region by region."""

    employment_start: pd.DataFrame
    employment: pd.DataFrame
    productivity: pd.DataFrame | None = None

    def read(self, view: str, region: str, level: float, minimum_jobs: float) -> Profile:
        """Return the rows of one view of a region; `level` is a share, such as 0.95."""
        if view == "quotients":
            return quotient_profile(self.employment, region, level, minimum_jobs)
        if view == "shift_share":
            return shift_share_profile(self.employment_start, self.employment, region, minimum_jobs)
        return star_profile(self.employment, region, self.productivity, minimum_jobs)


class RegionalProfileStudy:
    """The regional profile as an explorer sees it: parameters, figure, words."""

    name = "regional-profile"
    title = "Regional profile: what is a region good at, and how sure can you be?"

    def __init__(self, model: RegionalProfileModel, region: str) -> None:
        """Draw the three views on one figure; only the chosen one is visible."""
        self.model = model
        regions = tuple((str(name), str(name)) for name in model.employment.index)
        self.parameters: tuple[Parameter, ...] = (
            Choice("region", "Region", regions, region),
            Choice(
                "view",
                "What to look at",
                tuple((words, view) for view, words in _VIEWS.items()),
                "quotients",
            ),
            Slider("level", "Level of the intervals (per cent)", 50, 99, 1, 95, ".0f"),
            Slider(
                "minimum_jobs", "Leave out industries with fewer jobs than", 0, 5000, 100, 0, ".0f"
            ),
        )
        count = len(model.employment.columns)
        self.figure = new_figure(8, max(3.0, 0.36 * count + 1.4))
        self._view = "quotients"
        self._axes: dict[str, Axes] = {
            view: self.figure.add_axes(PLACE, label=view, visible=False) for view in _VIEWS
        }
        self._drawings = {
            "quotients": QuotientDots(self._axes["quotients"], count, ""),
            "shift_share": ShiftShareBars(self._axes["shift_share"], count, ""),
            "stars": StarBoard(self._axes["stars"], count, "", star_labels()),
        }

    @property
    def moving(self) -> Sequence[Artist]:
        """The marks of the view in sight."""
        return self._drawings[self._view].moving

    @property
    def frame(self) -> Hashable:
        """View, rows, ends of the axis and title."""
        return self._view, self._drawings[self._view].frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the chosen view of the chosen region and tell what it says."""
        view, region = str(settings["view"]), str(settings["region"])
        profile = self.model.read(
            view, region, float(settings["level"]) / 100, float(settings["minimum_jobs"])
        )
        self._view = view
        self._drawings[view].update(profile.rows)
        for name, axes in self._axes.items():
            axes.set_visible(name == view)
        title = _TITLES[view].format(region)
        ask(self._axes[view], title)
        return Reading(
            alt=f"Chart. {title} {profile.headline}",
            headline=profile.headline,
            summary=f"<p>{escape(profile.summary)}</p>",
            table=_table(view, region, profile.rows),
        )


def _table(view: str, region: str, rows: pd.DataFrame) -> str:
    """Return the rows of a view as an HTML table with its units in the caption."""
    if view == "quotients":
        shown = rows[["lq", "low", "high", "jobs"]].set_axis(
            ["quotient", "interval from", "interval to", "jobs"], axis=1
        )
        formats = dict.fromkeys(("quotient", "interval from", "interval to"), ".2f")
        caption = f"Location quotients of {region} (1 = same share as the reference)"
    elif view == "shift_share":
        # Adding zero turns the -0 that rounding leaves into 0.
        shown = rows[["change", "national", "mix", "regional"]].round(0) + 0.0
        formats = dict.fromkeys(("change", "national", "mix", "regional"), "+,.0f")
        caption = f"Change in jobs in {region} and its parts (number of jobs)"
    else:
        shown = rows.astype(object)
        formats = {}
        caption = f"Stars of {region} by measure (yes, no)"
    missing = "not known" if view == "stars" else "confidential"
    return html_table(shown.rename_axis("industry"), caption, missing, formats)


def regional_profile(
    employment_start: pd.DataFrame,
    employment: pd.DataFrame,
    region: str = "Aldermark",
    productivity: pd.DataFrame | None = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the profile of a region: specialisation, job change and stars of its industries.

    Args:
        employment_start: regions x industries, jobs in the first year; confidential cells blank.
        employment: the same regions and industries in the last year.
        region: the region shown first.
        productivity: regions x industries, any unit; without it one star is "not known".
        settings: a line copied with "Copy my settings"; opens the profile as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: an unknown region, tables that do not fit, or an unknown setting.

    Example:
        >>> start = pd.DataFrame({"Food": [80, 720], "Bio": [20, 180]}, ["Aldermark", "Corvale"])
        >>> end = pd.DataFrame({"Food": [80, 720], "Bio": [40, 260]}, ["Aldermark", "Corvale"])
        >>> profile = regional_profile(start, end, settings={"view": "shift_share"})
        >>> profile.reading.headline
        'Aldermark: +20 jobs = national +10, industry mix 0, regional +10.'
        >>> profile.close()
    """
    if region not in employment.index:
        there = ", ".join(str(name) for name in employment.index)
        raise ValueError(f"there is no region {region!r} in the table; there are: {there}")
    model = RegionalProfileModel(employment_start, employment, productivity)
    return Explorer(RegionalProfileStudy(model, region), settings)
