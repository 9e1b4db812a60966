"""The invented finance plan of the cluster office: two years, fees, grants and planned aid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import jitter, stream
from clusterlib.data.members import make_members

_PART = 45  # names the plan's own stream, so that no table of the case changes
_MONTHS = 24
_FEES = {"micro": (250, 90), "small": (700, 160), "medium": (1600, 260), "large": (4200, 400)}
_FEE_MONTHS = {3: 0.7, 6: 0.3}  # most members pay when the invoice comes, the others late
_SERVICES, _SPONSORS, _OFFICE = 3_600, 1_250, 8_600  # EUR a month
_GRANTS = {
    "Regional grant": (1, 24, 240_000, 0.75, 0.10, 0.05, 6, 4),
    "EU project": (4, 21, 165_000, 0.80, 0.25, 0.10, 6, 5),
}
_MEASURES = {
    "Training of apprentices": ("31", "training", "small", "", 90_000, 60_000),
    "Cluster office, operating aid": ("27", "operating", "medium", "", 320_000, 160_000),
    "Advice for first exports": ("18", "advice", "small", "", 40_000, 24_000),
    "Joint sensor project": ("25", "industrial", "small", "", 180_000, 110_000),
}


@dataclass(frozen=True, eq=False)
class FinancePlan:
    """Money of a cluster office; `finance_case` makes the invented one, your own fits as well.

    Args:
        opening: EUR in the bank at the start.
        months: one row a month; fees, other_income, costs in EUR, no grants in it.
        grants: one row a grant, as `resources.CashPlan` takes them.
        sources: EUR a year by source, in the words of the budget.
        fee_source: the source that the fees below bring.
        yearly_costs: EUR a year of everything the sources pay for.
        tiers: index tier; fee and service_cost (EUR a year a member), members (number).
        fixed_costs: EUR a year the fees should pay for.
        aid: index measure; article, kind, size, area (blank outside the map), costs, aid in EUR.
        aid_day: day of the legal right to the aid, YYYY-MM-DD.
        synthetic_note: said beside the figures if they are invented.
    """

    opening: float
    months: pd.DataFrame
    grants: pd.DataFrame
    sources: "pd.Series[float]"
    fee_source: str
    yearly_costs: float
    tiers: pd.DataFrame
    fixed_costs: float
    aid: pd.DataFrame
    aid_day: str
    synthetic_note: str = ""


def finance_case(source: Case | int) -> FinancePlan:
    """Make the finance plan of a case: two years, two grants paid in arrears, four aid measures.

    source: a case, or a seed. The seed moves costs and services by a few per cent; fees, grants
    and aid stay. The 60 members of the case pay the fees. All of it is invented.

    Returns a FinancePlan.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> plan = finance_case(2027)
    >>> len(plan.months), int(plan.tiers["members"].sum())
    (24, 60)
    """
    seed = source.seed if isinstance(source, Case) else source
    draws = stream(seed, _PART)
    members = make_members(seed)["size_class"].value_counts()
    tiers = pd.DataFrame(_FEES, index=["fee", "service_cost"]).T.astype(float)
    tiers["members"] = [int(members[tier]) for tier in tiers.index]
    fees = float((tiers["fee"] * tiers["members"]).sum())
    calendar = [f"{2027 + month // 12}-{month % 12 + 1:02d}" for month in range(_MONTHS)]
    other = (_SERVICES * jitter(draws, 0.15, _MONTHS)).round(-1) + _SPONSORS
    months = pd.DataFrame(
        {
            "fees": [fees * _FEE_MONTHS.get(month % 12 + 1, 0.0) for month in range(_MONTHS)],
            "other_income": other,
            "costs": (_OFFICE * jitter(draws, 0.06, _MONTHS)).round(-1),
        },
        index=pd.Index(calendar, name="month"),
    )
    grants = pd.DataFrame(
        _GRANTS,
        index=["first_month", "last_month", "cost", "rate", "pre_financing", "retention",
               "claim_months", "lag"],
    ).T  # fmt: skip
    years = _MONTHS / 12
    paid = (grants["cost"] * grants["rate"] / years).round()
    sources = {
        **paid.to_dict(),
        "Membership fees": fees,
        "Services": float(np.round(other.sum() / years)) - 12 * _SPONSORS,
        "Sponsors": 12.0 * _SPONSORS,
    }
    costs = float((months["costs"].sum() + grants["cost"].sum()) / years)
    aid = pd.DataFrame(_MEASURES, index=["article", "kind", "size", "area", "costs", "aid"]).T
    return FinancePlan(
        opening=120_000.0,
        months=months,
        grants=grants,
        sources=pd.Series(sources, dtype=float, name="EUR a year"),
        fee_source="Membership fees",
        yearly_costs=round(costs),
        tiers=tiers.rename_axis("tier"),
        fixed_costs=48_000.0,
        aid=aid.astype({"costs": float, "aid": float}).rename_axis("measure"),
        aid_day="2026-06-01",
        synthetic_note=f"Synthetic data: all amounts are invented (seed {seed}).",
    )
