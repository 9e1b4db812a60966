"""Charts of a cooperation network: who mediates, what a loss cuts, which introductions help."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from clusterlib import networks
from clusterlib.charts.node_link import NodeLink
from clusterlib.charts.style import new_figure
from clusterlib.charts.wording import Names, listed, named

MEASURES = {
    "betweenness": "betweenness: many shortest ways between others pass through",
    "constraint": "low constraint: partners who do not know each other",
}
NOBODY, TOP = "nobody", "top broker"
TITLE = "Who holds the network together?"
_SHOWN = 5
MOST_INTRODUCTIONS = 5


@dataclass(frozen=True)
class NetworkReading:
    """A network seen by one measure, with one actor gone and some introductions made.

    `brokers`: actors by id, the first broker on top (group, partners, betweenness, constraint,
    pairs_cut, largest_component, strength 0 to 1). `proposed`: as `networks.propose_ties`.
    """

    brokers: pd.DataFrame
    top: tuple[str, ...]
    gone: str | None
    proposed: pd.DataFrame
    headline: str
    summary: str

    @property
    def proposed_ties(self) -> list[tuple[str, str]]:
        """The proposed introductions as pairs of actors."""
        return list(zip(self.proposed["source"], self.proposed["target"], strict=True))


class Network:
    """Ties and groups, checked once, ready to be read in many ways."""

    def __init__(
        self, edges: pd.DataFrame, groups: Mapping[Any, Any] | pd.Series, names: Names = None
    ) -> None:
        """Keep the ties; every actor needs a group, also those without a tie."""
        given = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups), dtype=object)
        self._loss = networks.broker_loss(edges, given.index)
        self._inside = networks.ei_index(edges, given) if len(edges) else None
        self.labels = dict(zip(map(str, given.index), named(given.index, names), strict=True))
        self.groups: pd.Series[str] = given.astype(str).set_axis([str(one) for one in given.index])
        self.edges = edges[["source", "target"]].astype(str)
        pairs = {tuple(sorted(pair)) for pair in self.edges.itertuples(index=False, name=None)}
        self.ties: list[tuple[str, str]] = sorted((one, other) for one, other in pairs)
        self._proposals: dict[tuple[str | None, bool], list[pd.DataFrame]] = {}

    @cached_property
    def table(self) -> pd.DataFrame:
        """Index actor: group, partners, betweenness, constraint and what its loss does."""
        actors = list(self.groups.index)
        loss = self._loss.set_axis([str(one) for one in self._loss.index])
        return pd.DataFrame(
            {
                "group": self.groups,
                "partners": networks.centrality(self.edges, "degree", nodes=actors).astype(int),
                "constraint": networks.constraint(self.edges, nodes=actors),
            }
        ).join(loss)

    @cached_property
    def partners(self) -> dict[str, list[str]]:
        """Names of the partners of each actor, in the order of the actors."""
        found: dict[str, list[str]] = {actor: [] for actor in self.groups.index}
        for one, other in self.ties:
            found[one].append(self.labels[other])
            found[other].append(self.labels[one])
        return found

    def brokers(self, measure: str) -> pd.DataFrame:
        """Return the table with the first broker on top and `strength`, 0 to 1, for the picture."""
        by_constraint = measure == "constraint"
        table = self.table.sort_values(
            [measure, "pairs_cut"], ascending=[by_constraint, False], kind="stable"
        )
        if by_constraint:
            # An actor with one partner has constraint 1; without partners it is not defined.
            return table.assign(strength=(1 - table["constraint"]).clip(0, 1).fillna(0.0))
        most = float(table["betweenness"].max())
        return table.assign(strength=table["betweenness"] / most if most > 0 else 0.0)

    def read(
        self, measure: str = "betweenness", leaves: str = NOBODY, introductions: int = 0,
        across: bool = True,
    ) -> NetworkReading:  # fmt: skip
        """Return brokers, loss and proposals; `leaves` is "nobody", "top broker" or an actor."""
        brokers = self.brokers(measure)
        top = tuple(str(one) for one in brokers.index[brokers["strength"] > 0][:_SHOWN])
        gone = None if leaves == NOBODY else leaves
        if leaves == TOP:
            gone = top[0] if top else None
        proposed = self._propose(gone, across, introductions)
        loss = self._loss_words(gone)
        gain = self._gain_words(proposed, introductions)
        first = f"Top broker: {self.labels[top[0]]}." if top else "No actor stands between others."
        return NetworkReading(
            brokers, top, gone, proposed, f"{first} {loss} {gain}",
            f"{self._size_words()} Brokers by {MEASURES[measure]}: "
            f"{'; '.join(self.labels[one] for one in top) or 'none'}. {loss} {gain}",
        )  # fmt: skip

    def _propose(self, gone: str | None, across: bool, wanted: int) -> pd.DataFrame:
        """Return the first proposals; each is worked out once, and the next builds on it."""
        steps = self._proposals.setdefault((gone, across), [])
        stay = self.groups.drop([] if gone is None else [gone])
        here = self.edges[~self.edges.isin([gone]).any(axis=1)]
        while len(steps) < wanted and not (steps and steps[-1].empty):
            known = pd.concat([here, *(step[["source", "target"]] for step in steps)])
            steps.append(
                networks.propose_ties(
                    known.reset_index(drop=True), stay if across else None, 1, stay.index
                )
            )
        found = [step for step in steps[:wanted] if len(step)]
        if found:
            return pd.concat(found, ignore_index=True)
        return pd.DataFrame(columns=["source", "target", "newly_connected", "nearness", "gain"])

    def _size_words(self) -> str:
        alone = int((self.table["partners"] == 0).sum())
        words = f"{len(self.groups)} actors, {len(self.ties)} ties, {alone} actors without a tie."
        if self._inside is None:
            return words
        whole = self._inside.external + self._inside.internal
        return f"{words} {self._inside.external:.0f} of {whole:.0f} ties cross a border of groups."

    def _loss_words(self, gone: str | None) -> str:
        if gone is None:
            return "Nobody leaves."
        row = self.table.loc[[gone]].to_dict("records")[0]
        pairs = int(row["pairs_cut"])
        return (
            f"Without {self.labels[gone]}, {pairs:,} pair{'' if pairs == 1 else 's'} of others can "
            f"no longer reach each other ({row['share_cut']:.0%}); the largest piece has "
            f"{int(row['largest_component'])} actors in place of {self._largest}."
        )

    @cached_property
    def _largest(self) -> int:
        actors = list(self.groups.index)
        return int(networks.summary(self.edges, actors)["largest_component"])

    def _gain_words(self, proposed: pd.DataFrame, wanted: int) -> str:
        if not wanted:
            return "No introduction made."
        if proposed.empty:
            return "No open pair is left to introduce."
        pairs = [
            f"{self.labels[one]} with {self.labels[other]}"
            for one, other in zip(proposed["source"], proposed["target"], strict=True)
        ]
        start = float(proposed["nearness"].iloc[0] - proposed["gain"].iloc[0])
        return (
            f"{len(pairs)} introduction{'s' if len(pairs) > 1 else ''}: {'; '.join(pairs)}. "
            f"Nearness of all to all rises from {start:.3f} to {proposed['nearness'].iloc[-1]:.3f}."
        )


def cooperation_map(
    edges: pd.DataFrame,
    groups: Mapping[Any, Any] | pd.Series,
    names: Names = None,
    measure: str = "betweenness",
    leaves: str = NOBODY,
    introductions: int = 0,
    across: bool = True,
    title: str = TITLE,
) -> tuple[Figure, str]:
    """Draw who works with whom, with the brokers by name.

    Args:
        edges: columns source and target, one row a tie; direction and strength are ignored.
        groups: group of each actor (Series or dict), six at most, also of those without ties.
        names: names to show in place of the actors' codes.
        measure: "betweenness" or "constraint" (low constraint means a broker).
        leaves: "nobody", "top broker" or the code of an actor who is taken out.
        introductions: how many new ties to propose.
        across: propose ties between different groups only.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: size, brokers, what the loss cuts, what introductions bring.

    Raises:
        ValueError: an unknown measure or actor, more than six groups, or as `networks` does.

    Networks name people and firms: ask for consent before you show a name.

    References: Freeman (1979); Burt (2004).

    Example:
        >>> ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
        >>> kinds = {"hub": "ngo", "lab": "academic", "firm": "enterprise"}
        >>> figure, summary = cooperation_map(ties, kinds, leaves="top broker")
        >>> "Without hub, 1 pair of others can no longer reach each other (100%)" in summary
        True
    """
    network = Network(edges, groups, names)
    if measure not in MEASURES:
        raise ValueError(f"measure is one of {listed(list(MEASURES))}; yours is {measure!r}")
    if leaves not in (NOBODY, TOP, *network.groups.index):
        raise ValueError(f"{leaves!r} is not in the network: choose an actor of `groups`")
    read = network.read(measure, leaves, introductions, across)
    figure = new_figure(8, 6.4)
    drawing = NodeLink(figure, network.ties, network.groups, network.labels, title)
    drawing.update(read.brokers["strength"], read.top, read.gone, read.proposed_ties)
    return figure, read.summary
