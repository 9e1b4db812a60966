"""The network explorer: who mediates, what one loss cuts, and which introductions would help."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.networks import (
    MEASURES,
    MOST_INTRODUCTIONS,
    NOBODY,
    TITLE,
    TOP,
    Network,
    NetworkReading,
)
from clusterlib.charts.node_link import NodeLink
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import Names
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, Switch

MOST_ACTORS = 100  # beyond this a proposal takes too long to follow a slider


class NetworkStudy:
    """A cooperation network as an explorer sees it: parameters, figure, words."""

    name = "network-explorer"
    title = "Network explorer: who holds the network together, and what if they leave?"

    def __init__(self, network: Network) -> None:
        """Lay the network out once."""
        if len(network.groups) > MOST_ACTORS:
            raise ValueError(
                f"{len(network.groups)} actors are too many to explore by hand (at most "
                f"{MOST_ACTORS}): choose a part of the network"
            )
        self.network = network
        by_name = sorted((words, actor) for actor, words in network.labels.items())
        self.parameters: tuple[Parameter, ...] = (
            Choice(
                "measure",
                "What makes a broker",
                tuple((words.capitalize(), measure) for measure, words in MEASURES.items()),
                "betweenness",
            ),
            Choice(
                "leaves",
                "Who leaves the network",
                (("Nobody", NOBODY), ("The top broker", TOP), *by_name),
                NOBODY,
            ),
            Slider(
                "introductions", "Introductions to make (number of new ties)",
                0, MOST_INTRODUCTIONS, 1, 0, ".0f",
            ),
            Switch("across", "Introduce only members of different groups", True),
        )  # fmt: skip
        self.figure = new_figure(8, 6.4)
        self._picture = NodeLink(self.figure, network.ties, network.groups, network.labels, TITLE)

    @property
    def moving(self) -> Sequence[Artist]:
        """Points, ties and names: they stand where they stood, but look different."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Title and legend, which never change."""
        return self._picture.frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Mark brokers, the loss and the introductions, and say what they do."""
        measure = str(settings["measure"])
        read = self.network.read(
            measure,
            str(settings["leaves"]),
            int(settings["introductions"]),
            bool(settings["across"]),
        )
        self._picture.update(read.brokers["strength"], read.top, read.gone, read.proposed_ties)
        return Reading(
            alt=f"Network of {len(read.brokers)} actors and {len(self.network.ties)} ties, "
            f"point size by {measure}. {read.headline}",
            headline=read.headline,
            summary=f"<p>{escape(read.summary)}</p>{self._introductions(read)}",
            table=self._table(read),
        )

    def _introductions(self, read: NetworkReading) -> str:
        """Return the proposals as a table, or nothing without any."""
        if read.proposed.empty:
            return ""
        label = self.network.labels
        shown = pd.DataFrame(
            {
                "first": [label[one] for one in read.proposed["source"]],
                "second": [label[one] for one in read.proposed["target"]],
                "pairs newly connected": read.proposed["newly_connected"].to_numpy(),
                "gain in nearness": read.proposed["gain"].to_numpy(dtype=float),
            },
            index=pd.RangeIndex(1, len(read.proposed) + 1, name="step"),
        )
        caption = "Introductions, best first (nearness: mean of 1 / steps over all pairs)"
        return (
            html_table(shown, caption, formats={"gain in nearness": "+.4f"})
            + "<p>A proposal starts a talk: the figures do not know who trusts whom.</p>"
        )

    def _table(self, read: NetworkReading) -> str:
        """Return every actor with its partners by name: the network without a picture."""
        rows = read.brokers
        shown = pd.DataFrame(
            {
                "group": rows["group"].to_numpy(),
                "partners": rows["partners"].to_numpy(),
                "betweenness": rows["betweenness"].to_numpy(),
                "constraint": rows["constraint"].to_numpy(),
                "pairs cut if it leaves": rows["pairs_cut"].to_numpy(),
                "works with": ["; ".join(self.network.partners[one]) or "nobody"
                               for one in rows.index],
            },
            index=pd.Index([self.network.labels[one] for one in rows.index], name="actor"),
        )  # fmt: skip
        return html_table(
            shown,
            "Actors, the first broker on top, with their partners (the whole network, nobody gone)",
            "not defined without partners",
            {"betweenness": ".1f", "constraint": ".2f"},
        )


def network_explorer(
    edges: pd.DataFrame,
    groups: Mapping[Any, Any] | pd.Series,
    names: Names = None,
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the network explorer: find brokers, take one out, make introductions.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        groups: group of each actor (Series or dict), six groups and 100 actors at most, also of
            actors without a tie.
        names: names to show in place of the actors' codes.
        settings: a line copied with "Copy my settings"; opens the explorer as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: too many actors or groups, an actor without a group, a tie of an actor with
            itself, or a setting that does not exist.

    Networks name people and firms: ask for consent before you show a name.

    References: Freeman (1979); Burt (2004).

    Example:
        >>> ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
        >>> kinds = {"hub": "ngo", "lab": "academic", "firm": "enterprise"}
        >>> explorer = network_explorer(ties, kinds, settings={"leaves": "hub"})
        >>> explorer.reading.headline.split(". ")[0]
        'Top broker: hub'
        >>> explorer.close()
    """
    return Explorer(NetworkStudy(Network(edges, groups, names)), settings)
