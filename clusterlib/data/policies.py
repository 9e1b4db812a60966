"""The policies around the invented cluster: instruments, objectives, two scorers, repairs.

Fixed tables hold the story; the seed moves what people would argue about: the second scorer's
marks, the costs of repairs and the sums behind benefits and burdens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from clusterlib.data.draw import jitter, stream
from clusterlib.data.tables import fixed_table

LEVELS = ("national", "regional", "local")
SCALE = {
    3: "indivisible",
    2: "reinforcing",
    1: "enabling",
    0: "consistent",
    -1: "constraining",
    -2: "counteracting",
    -3: "cancelling",
}
SYNTHETIC_NOTE = (
    "Synthetic data: the policies, their scores, costs and sums are invented (seed {seed})."
)
# The second scorer sees these with the opposite sign; everything else differs by one step at most.
OPPOSITE = {("I3", "O6"): 2, ("I5", "O2"): -1}
MISSING_LINK = ("talent", "trust")
REPAIR_BUDGET = 200_000
_SHARE_MOVED = 0.3
# The story of the large site hangs on these, so both scorers agree on them.
_AGREED = (("I2", "O1"), ("I2", "O2"), ("I2", "O3"), ("I2", "O4"), ("I2", "O7"))


class HasSeed(Protocol):
    """Anything with a seed, such as a case."""

    @property
    def seed(self) -> int:
        """The whole number its figures were drawn with."""


@dataclass(frozen=True, repr=False, eq=False)
class PolicyPlan:
    """Nine instruments, seven objectives and what can be done about their clashes.

    Scores are -3 to +3, the row acts on the column. Money is EUR a year in `repairs`, `calls` and
    `instruments`, thousand EUR a year in `benefits` and `burdens`.
    """

    seed: int
    synthetic_note: str
    instruments: pd.DataFrame
    objectives: pd.DataFrame
    first_scores: pd.DataFrame
    second_scores: pd.DataFrame
    links: pd.DataFrame
    influences: pd.DataFrame
    missing_link: tuple[str, str]
    priorities: pd.DataFrame
    repairs: pd.DataFrame
    repair_budget: int
    calls: pd.DataFrame
    benefits: pd.DataFrame
    burdens: pd.DataFrame
    heard: pd.DataFrame

    @property
    def names(self) -> pd.Series[str]:
        """Names of instruments and objectives by code."""
        both: pd.Series[str] = pd.concat([self.instruments["name"], self.objectives["name"]])
        return both

    @property
    def influences_with_link(self) -> pd.DataFrame:
        """The influences with the one link that the workshop left out, scored 1."""
        table = self.influences.copy()
        table.loc[self.missing_link[0], self.missing_link[1]] = 1
        return table

    def table_for(self, audience: str) -> tuple[str, pd.DataFrame]:
        """Return the table an audience adds to its document, with a caption.

        Raises ValueError for an unknown audience.

        >>> caption, table = policy_plan(1).table_for("ngo")
        >>> caption, list(table.columns)
        ('Gains and burdens by group, thousand EUR a year', ['gain', 'burden', 'net'])
        """
        if audience == "academic":
            return "Influences between factors, 0 (none) to 3 (strong)", self.influences
        if audience == "enterprise":
            open_to_small = ["small" in sizes.split(";") for sizes in self.calls["sizes"]]
            calls = self.calls[open_to_small].drop(columns="sizes")
            calls.insert(0, "name", self.instruments["name"].reindex(calls.index))
            hours = calls["hours_apply"] + calls["hours_report"]
            order = (calls["grant"] / hours).sort_values(ascending=False).index
            return "Calls for a small firm, best grant per hour first", calls.loc[order]
        if audience == "government":
            gain = self.repairs["new_score"] - self.repairs["score_now"]
            costs = self.repairs[["name", "cost", "owner", "months"]].copy()
            costs.insert(2, "cost_per_point", (costs["cost"] / gain).round(0))
            return "All repairs by cost per point, EUR a year", costs.sort_values("cost_per_point")
        if audience == "ngo":
            sums = pd.DataFrame({"gain": self.benefits.sum(), "burden": self.burdens.sum()})
            sums["net"] = sums["gain"] - sums["burden"]
            return "Gains and burdens by group, thousand EUR a year", sums
        raise ValueError(f"there is no audience called {audience!r}")

    def repaired(
        self, codes: Sequence[str], scores: pd.DataFrame | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return scores and links as they would stand after some repairs.

        codes: repairs such as ["F1", "F5"]; scores: the scorer's table to start from, the first
        scorer's when none is given. A repair from an objective changes a link, any other a score.
        Returns copies of the two tables.
        Raises ValueError for a repair that is not in the list.

        >>> plan = policy_plan(1)
        >>> scores, links = plan.repaired(["F1", "F2"])
        >>> int(scores.loc["I2", "O3"]), int(links.loc["O1", "O3"])
        (3, 0)
        """
        strange = [code for code in codes if code not in self.repairs.index]
        if strange:
            known = ", ".join(self.repairs.index)
            raise ValueError(
                f"no repair called {', '.join(map(str, strange))}: choose from {known}."
            )
        after = (self.first_scores if scores is None else scores).copy()
        links = self.links.copy()
        chosen = self.repairs.loc[list(codes)]
        for source, target, value in zip(
            chosen["from_code"], chosen["to_code"], chosen["new_score"], strict=True
        ):
            table = links if source in links.index else after
            table.loc[source, target] = value
        return after, links

    def __repr__(self) -> str:
        return (
            f"{len(self.instruments)} instruments of {len(LEVELS)} levels and "
            f"{len(self.objectives)} objectives around the cluster, scored by two people.\n"
            f"{self.synthetic_note}"
        )


def policy_plan(case: HasSeed | int) -> PolicyPlan:
    """Make the policies around the invented cluster.

    case: a case, whose seed is taken, or a whole number of 0 or more.
    Returns a PolicyPlan; the same seed gives the same figures.
    Raises ValueError for a wrong seed.

    >>> plan = policy_plan(2027)
    >>> plan.first_scores.shape, plan.names["I2"]
    ((9, 7), 'Grant for large sites')
    """
    seed = case if isinstance(case, int) else case.seed
    draws = stream(seed, 5, 1)
    first = fixed_table("first_scores", "code")
    repairs = fixed_table("repairs", "code")
    repairs["cost"] = _steps(repairs["cost"] * jitter(draws, 0.08, len(repairs)), 1000)
    links = fixed_table("objective_links", "code")
    repairs["score_now"] = [
        int(str((links if source in links.index else first).at[source, target]))
        for source, target in zip(repairs["from_code"], repairs["to_code"], strict=True)
    ]
    incidence = fixed_table("incidence", "code")
    for column in ("benefit", "burden"):
        moved = incidence[column] * jitter(draws, 0.06, len(incidence))
        incidence[column] = _steps(moved, 1)
    priorities = fixed_table("priorities", "industry") == "yes"
    return PolicyPlan(
        seed=int(seed),
        synthetic_note=SYNTHETIC_NOTE.format(seed=int(seed)),
        instruments=fixed_table("instruments", "code"),
        objectives=fixed_table("objectives", "code"),
        first_scores=first,
        second_scores=_second_opinion(draws, first),
        links=links,
        influences=fixed_table("influences", "factor"),
        missing_link=MISSING_LINK,
        priorities=priorities,
        repairs=repairs,
        repair_budget=REPAIR_BUDGET,
        calls=fixed_table("calls", "code"),
        benefits=_by_group(incidence, "benefit"),
        burdens=_by_group(incidence, "burden"),
        heard=_by_group(incidence, "heard") == "yes",
    )


def _second_opinion(draws: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Move some marks by one step, and set the two on which the scorers see opposite signs."""
    shape = first.shape
    moved = draws.random(shape) < _SHARE_MOVED
    step = np.where(draws.random(shape) < 0.5, -1, 1)
    second = first + np.where(moved, step, 0)
    # A step may end at zero; it never changes a sign, and never leaves the scale.
    second = second.clip(-3, 3)
    for row, column in _AGREED:
        second.loc[row, column] = int(str(first.at[row, column]))
    for (row, column), score in OPPOSITE.items():
        second.loc[row, column] = score
    return second


def _by_group(incidence: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return instruments x groups, groups in the order of the file."""
    order = list(dict.fromkeys(incidence["group"]))
    table = incidence.reset_index().pivot(index="code", columns="group", values=column)
    return table[order]


def _steps(values: pd.Series[float], step: int) -> pd.Series[int]:
    return ((values / step).round() * step).astype(int)
