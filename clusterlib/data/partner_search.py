"""The invented search for partners: profiles, two calls, and a board of offers and demands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import jitter, stream
from clusterlib.data.tables import fixed_table

_PART = 45  # names the search's own streams, so that no table of the case changes
_PROGRAMME = ("Norlund", "Sorrania", "Kestelmark", "Lumenia", "Tavoria")
_CALLS: dict[str, dict[str, Any]] = {
    "regional": {
        "name": "regional health innovation call",
        "min_partners": 3,
        "max_partners": 6,
        "eligible_countries": ("Norlund",),
        "min_per_kind": {"sme": 2, "research": 1},
        "competences": ("sensors", "clinical trials", "regulation"),
        "budget": 480000.0,
        "max_partner_share": 0.5,
    },
    "cross-border": {
        "name": "cross-border telecare call",
        "min_partners": 5,
        "max_partners": 9,
        "min_countries": 3,
        "eligible_countries": _PROGRAMME,
        "min_per_kind": {"sme": 2, "research": 1, "ngo": 1},
        "competences": (
            "sensors", "data analysis", "telecare", "clinical trials", "patient involvement",
            "dissemination",
        ),
        "cover": 1,
        "budget": 700000.0,
        "max_partner_share": 0.35,
    },
}  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False)
class PartnerSearch:
    """Who could work with whom; made by `partner_search`, never by hand.

    profiles, index partner P01 to P30: name, member_id (blank for partners from abroad), country,
    kind (sme, large, research, public, ngo), group (owner that several belong to, else blank),
    competences (text with semicolons), cost (EUR asked for), risk (chance to drop out). calls: two
    sets of rules by name, ready for `partners.Call`. offers (18) and demands (15), index code: by,
    text, code (NACE division of what is meant), language; demands also budget (EUR).
    """

    seed: int
    synthetic_note: str
    profiles: pd.DataFrame
    calls: Mapping[str, Mapping[str, Any]]
    offers: pd.DataFrame
    demands: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Partner search: {len(self.profiles)} profiles, {len(self.calls)} calls, "
            f"{len(self.offers)} offers, {len(self.demands)} demands.\n{self.synthetic_note}"
        )


def partner_search(source: Case | int) -> PartnerSearch:
    """Make the partner search of a case.

    source: a case, or a seed. The seed moves costs, risks and budgets by some per cent; who is
    there, what they can do and the rules of the calls stay. All of it is invented.

    Returns a PartnerSearch.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> search = partner_search(2027)
    >>> len(search.profiles), list(search.calls), len(search.offers), len(search.demands)
    (30, ['regional', 'cross-border'], 18, 15)
    """
    seed = source.seed if isinstance(source, Case) else source
    profiles = fixed_table("partner_profiles", "partner")
    draws = stream(seed, _PART)
    profiles["cost"] = _moved(draws, profiles["cost"], 0.06, -3)
    profiles["risk"] = _moved(draws, profiles["risk"], 0.15, 3)
    demands = fixed_table("demands", "demand")
    demands["budget"] = _moved(stream(seed, _PART, 1), demands["budget"], 0.1, -2)
    return PartnerSearch(
        seed=int(seed),
        synthetic_note=f"Synthetic data: the partners, the calls, the offers and the demands are "
        f"invented (seed {seed}).",
        profiles=profiles,
        calls={name: dict(rules) for name, rules in _CALLS.items()},
        offers=fixed_table("offers", "offer"),
        demands=demands,
    )


def _moved(
    draws: np.random.Generator, values: "pd.Series[float]", share: float, digits: int
) -> "pd.Series[float]":
    return (values * jitter(draws, share, len(values))).round(digits)
