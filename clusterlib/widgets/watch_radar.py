"""The technology-watch radar: bursts, growth and themes, with a list of words to leave out."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from clusterlib import watch
from clusterlib.charts.tables import html_table
from clusterlib.charts.themes import ThemeMap
from clusterlib.charts.watch import (
    PLACE,
    BurstRows,
    GrowthDots,
    bursts_summary,
    growth_table,
    watch_figure,
)
from clusterlib.charts.wording import listed
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Line, Parameter, Settings, Slider

_VIEWS = {
    "bursts": "Bursts: when was a topic met more than usual?",
    "growth": "Growth: which topics rise or fall, and how sure is that?",
    "themes": "Themes: which words go together?",
}


@dataclass(frozen=True)
class Radar:
    """One view of the topics that are kept; `rows` are its bursts, its growth or its themes."""

    counts: pd.DataFrame
    rows: pd.DataFrame
    rejected: list[str]
    unknown: list[str]


class RadarModel:
    """Counts by topic and year, and the documents behind them if they are there."""

    def __init__(self, record: pd.DataFrame, totals: "pd.Series[Any] | None" = None) -> None:
        """Keep the record: documents with year and keywords, or topics x years with totals."""
        self.keywords: list[list[str]] = []
        if totals is not None:
            self.counts, self.totals = record, totals
        elif {"year", "keywords"} <= set(record.columns):
            self.keywords = [_keywords(text) for text in record["keywords"]]
            self.totals = record.groupby("year").size()
            said = pd.Series(self.keywords, index=record.index, name="topic").explode().dropna()
            pairs = pd.DataFrame({"topic": said, "year": record["year"].reindex(said.index)})
            pairs = pairs.reset_index().drop_duplicates()
            table = pd.crosstab(pairs["topic"], pairs["year"])
            self.counts = table.reindex(columns=self.totals.index, fill_value=0)
        else:
            raise ValueError(
                "give documents with the columns year and keywords, or a table topics x years "
                "together with totals, the documents read by year"
            )

    def read(
        self, view: str, reject: Sequence[str], minimum: int, scale: float, gamma: float,
        level: float, max_size: int,
    ) -> Radar:  # fmt: skip
        """Read one view ("bursts", "growth" or "themes"); `level` is a share."""
        unknown = [word for word in reject if word not in self.counts.index]
        rejected = [word for word in reject if word in self.counts.index]
        kept = self.counts.drop(index=rejected)
        kept = kept[kept.sum(axis=1) >= minimum]
        if kept.empty:
            raise ValueError("no topic is left: lower the number of documents, or reject fewer")
        order = kept.sum(axis=1).sort_values(ascending=False, kind="stable").index
        kept = kept.loc[order]
        if view == "bursts":
            rows = watch.topic_bursts(kept, self.totals, scale, gamma)
        elif view == "growth":
            rows = growth_table(kept, level)
        else:
            rows = watch.cowords(self._words(list(kept.index)), minimum, max_size=max_size).themes
        return Radar(kept, rows, rejected, unknown)

    def _words(self, kept: Sequence[object]) -> list[list[str]]:
        """Return the kept keywords of each document."""
        known = set(kept)
        return [[word for word in words if word in known] for words in self.keywords]


def _keywords(text: object) -> list[str]:
    """Return the keywords of one document, compared as the methods compare them."""
    parts = text.split(";") if isinstance(text, str) else []
    return [word for word in (" ".join(one.casefold().split()) for one in parts) if word]


class RadarStudy:
    """The radar as an explorer sees it: parameters, figure, words."""

    name = "watch-radar"
    title = "Technology-watch radar: what bursts, what grows, what belongs together?"

    def __init__(self, model: RadarModel) -> None:
        """Draw the views on one figure; only the chosen one is visible."""
        self.model = model
        views = [view for view in _VIEWS if view != "themes" or model.keywords]
        self.parameters: tuple[Parameter, ...] = (
            Choice("view", "What to look at", tuple((_VIEWS[one], one) for one in views), "bursts"),
            Slider("scale", "Burst: how many times the usual rate", 1.2, 4.0, 0.1, 2.0, ".1f"),
            Slider("gamma", "Burst: how dear it is to enter one (0 = free)", 0, 3, 0.1, 1.0, ".1f"),
            Slider("level", "Growth: level of the intervals (per cent)", 50, 99, 1, 95, ".0f"),
            Slider("max_size", "Themes: most words in a theme", 2, 10, 1, 4, ".0f"),
            Slider("minimum", "Leave out topics with fewer documents than", 1, 60, 1, 5, ".0f"),
            Line("reject", "Leave out these words (with ; between them)"),
        )
        count = len(model.counts)
        self.figure = watch_figure(min(count, 40))
        self._view = "bursts"
        self._axes: dict[str, Axes] = {
            view: self.figure.add_axes(PLACE, label=view, visible=False) for view in views
        }
        self._bursts = BurstRows(
            self._axes["bursts"], count, list(model.counts.columns.astype(float))
        )
        self._growth = GrowthDots(self._axes["growth"], count)
        self._themes = ThemeMap(self._axes["themes"], count) if "themes" in views else None

    @property
    def moving(self) -> Sequence[Artist]:
        """The marks of the view in sight."""
        if self._view == "themes" and self._themes is not None:
            return self._themes.moving
        return self._growth.moving if self._view == "growth" else self._bursts.moving

    @property
    def frame(self) -> Hashable:
        """View, topics and ends of the axes."""
        axes = self._axes[self._view]
        labels = tuple(label.get_text() for label in axes.get_yticklabels())
        return self._view, labels, axes.get_xlim(), axes.get_ylim()

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the chosen view of the topics that are kept."""
        view = str(settings["view"])
        reject = [" ".join(word.casefold().split()) for word in str(settings["reject"]).split(";")]
        try:
            radar = self.model.read(
                view, [word for word in reject if word], round(float(settings["minimum"])),
                float(settings["scale"]), float(settings["gamma"]),
                float(settings["level"]) / 100, round(float(settings["max_size"])),
            )  # fmt: skip
        except ValueError as problem:
            words = f"Nothing to show: {problem}."
            return Reading(words, words, f"<p>{escape(words)} The picture is the last one.</p>", "")
        self._view = view
        for name, axes in self._axes.items():
            axes.set_visible(name == view)
        if view == "bursts":
            self._bursts.update(radar.counts, self.model.totals, radar.rows)
        elif view == "growth":
            self._growth.update(radar.rows)
        elif self._themes is not None:
            self._themes.update(radar.rows)
        return self._words(view, radar)

    def _words(self, view: str, radar: Radar) -> Reading:
        headline = {"bursts": _burst_words, "growth": _growth_words, "themes": _theme_words}[view](
            radar
        )
        left = "" if not radar.rejected else f"<p>Left out: {escape(listed(radar.rejected))}.</p>"
        if radar.unknown:
            left += f"<p>Not found in the record: {escape(listed(radar.unknown))}.</p>"
        read = int(self.model.totals.sum())
        return Reading(
            alt=f"Chart. {_VIEWS[view]} {headline}",
            headline=headline,
            summary=f"<p>{escape(headline)}</p>{left}<p>{len(radar.counts)} topics in {read:,} "
            f"documents, {self.model.counts.columns[0]} to {self.model.counts.columns[-1]}.</p>",
            table=_table(view, radar),
        )


def _burst_words(radar: Radar) -> str:
    return bursts_summary(radar.rows)


def _growth_words(radar: Radar) -> str:
    verdict = radar.rows["verdict"]
    rising, falling = (
        [str(one) for one in radar.rows.index[verdict == word]] for word in ("rising", "falling")
    )
    return (
        f"Rising: {listed(rising)}. Falling: {listed(falling)}. "
        f"{len(radar.rows) - len(rising) - len(falling)} cannot be told apart from no change. "
        "Counts are not divided by all documents, which grow as well."
    )


def _theme_words(radar: Radar) -> str:
    parts = [
        f"{quadrant}: {listed([str(one) for one in rows.index])}"
        for quadrant, rows in radar.rows.groupby("quadrant", sort=False)
    ]
    return f"{len(radar.rows)} themes. {'. '.join(part.capitalize() for part in parts)}."


def _table(view: str, radar: Radar) -> str:
    if view == "bursts":
        table = radar.rows.set_index("topic")[["start", "end", "weight", "note"]]
        formats = {"start": ".0f", "end": ".0f", "weight": ".1f"}
        return html_table(table, "Bursts by topic (weight: what the burst explains)", "none",
                          formats)  # fmt: skip
    if view == "growth":
        table = radar.rows[["cagr", "trend", "low", "high", "verdict", "note"]]
        names = {"cagr": "first to last year", "low": "trend from", "high": "trend to"}
        formats = dict.fromkeys(("first to last year", "trend", "trend from", "trend to"), "+.1%")
        return html_table(table.rename(columns=names), "Growth a year", "not known", formats)
    table = radar.rows[["quadrant", "size", "centrality", "density", "words"]]
    return html_table(table.rename_axis("theme"), "Themes", formats={"density": ".3f"})


def watch_radar(
    record: pd.DataFrame,
    totals: "pd.Series[Any] | None" = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the radar: bursts with two sliders, growth with intervals, themes, words to reject.

    Args:
        record: documents, with the columns year and keywords (text with semicolons); or, together
            with `totals`, a table topics x years of documents with the topic.
        totals: documents read by year; without it the record must hold documents.
        settings: a line copied with "Copy my settings"; opens the radar as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: a record of neither kind, or an unknown setting.

    Reference: Kleinberg (2003); Callon, Courtial and Laville (1991).

    Example:
        >>> from clusterlib import data
        >>> radar = watch_radar(data.watch_record(2027).documents, settings={"gamma": 2.0})
        >>> "A burst is attention" in radar.reading.headline
        True
        >>> radar.close()
    """
    return Explorer(RadarStudy(RadarModel(record, totals)), settings)
