"""Charts of money: cash and its risk, funding mix, break-even of fees, ceilings of aid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from clusterlib import resources
from clusterlib.charts.money import PLACE, ROWS_PLACE, AidBars, CashFan, FeeLine, SourceBars
from clusterlib.charts.style import ask, new_figure
from clusterlib.charts.wording import listed

TITLES = {
    "cash": "When could the cash run out?",
    "mix": "What does the office live on?",
    "fees": "How many members pay for the office?",
    "aid": "Does the planned aid stay below the ceilings?",
}
RUNS = 2000


@dataclass(frozen=True)
class MoneyView:
    """One view of a finance plan: rows for picture and table, and the words."""

    rows: pd.DataFrame
    caption: str
    headline: str
    summary: str
    today: int = 0
    even: int | None = None


def cash_view(
    plan: resources.CashPlan, shocks: resources.Shocks | None = None, seed: int = 1
) -> MoneyView:
    """Return cash by month (columns plan, P10, P50, P90, p_negative), with the words."""
    ledger = resources.cash_flow(plan)
    risk = resources.simulate_cash(plan, RUNS, seed, shocks)
    rows = risk.percentiles.assign(
        plan=ledger.table["closing"], p_negative=risk.p_negative_by_month
    )[["plan", "P10", "P50", "P90", "p_negative"]]
    below = ledger.first_negative
    first = (
        f"The plan stays above zero; its lowest point is {ledger.lowest:,.0f} EUR in "
        f"{ledger.lowest_month}."
        if below is None
        else f"The plan falls below zero in {below}; its lowest point is {ledger.lowest:,.0f} EUR "
        f"in {ledger.lowest_month}."
    )
    chance = f"Chance that cash falls below zero: {risk.p_negative:.0%}"
    owed = float(ledger.outstanding.sum())
    worst = risk.p_negative_by_month.sort_values(ascending=False, kind="stable").head(1)
    return MoneyView(
        rows,
        f"Cash at the end of each month (EUR; draws: {RUNS:,})",
        f"{chance}. {first}",
        f"{first} {chance} at least once ({RUNS:,} draws, standard error "
        f"{risk.standard_error:.1%}); the riskiest month is {worst.index[0]} "
        f"({worst.iloc[0]:.0%}). In one run in ten the lowest balance is "
        f"{risk.lowest['P10']:,.0f} EUR or less. {owed:,.0f} EUR of grants are still owed after "
        f"the last month; the office itself pays {ledger.co_financing.sum():,.0f} EUR of the "
        "projects. The shocks are teaching assumptions, not measured ones.",
    )


def mix_view(
    sources: "pd.Series[float] | Mapping[str, float]", costs: float, reserves: float
) -> MoneyView:
    """Return sources (columns amount, share, in the order given), with the words."""
    amounts = pd.Series(sources, dtype=float)
    mix = resources.funding_mix(amounts, costs=costs, reserves=max(reserves, 0.0))
    rows = pd.DataFrame({"amount": amounts, "share": mix.shares.reindex(amounts.index)})
    first = (
        f"Largest source: {mix.largest} ({mix.largest_share:.0%}); concentration (HHI) "
        f"{mix.hhi:.2f}, as if there were {mix.equivalent_sources:.1f} equal sources."
    )
    return MoneyView(
        rows.rename_axis("source"),
        "Income by source (EUR a year, share of all)",
        first,
        f"{first} Reserves last {_runway(mix.runway_months)} with all sources, "
        f"{_runway(mix.runway_without_largest)} without the largest; "
        f"{mix.gap_without_largest:,.0f} EUR a year would then be missing.",
    )


def _runway(months: float | None) -> str:
    return "without end" if months is None or np.isinf(months) else f"{months:.1f} months"


def fee_view(tiers: pd.DataFrame, fixed_costs: float, churn: float = 0.0) -> MoneyView:
    """Return what is left of the fees by number of members, with the words."""
    today = int(tiers["members"].sum())
    if today < 1:
        raise ValueError("no members in any tier: the mix of tiers is not defined")
    mix = tiers["members"] / today
    fee, service = tiers["fee"], tiers["service_cost"]
    try:
        even: int | None = resources.break_even_members(fixed_costs, fee, service, mix, churn)
        first = f"Break-even at {even} members; there are {today}."
    except ValueError as problem:
        even, first = None, f"No break-even: {problem}."
    most = max(2 * today, 20) if even is None or even > 4 * today else max(2 * today, even + 10)
    grid = pd.Index(range(0, most + 1, max(1, most // 20)), name="members")
    # With a fixed mix the balance is a straight line: its two ends say all.
    ends = [resources.fee_balance(one, fixed_costs, fee, service, mix, churn) for one in (0, most)]
    balance = np.interp(grid.to_numpy(dtype=float), [0, most], ends)
    left = resources.fee_balance(today, fixed_costs, fee, service, mix, churn)
    return MoneyView(
        pd.DataFrame({"left": balance}, index=grid),
        "Left of the fees after service and office (EUR a year)",
        f"{first} Today {left:,.0f} EUR a year are left.",
        f"{first} With today's members and their mix of sizes, {left:,.0f} EUR a year are left "
        f"after service and {fixed_costs:,.0f} EUR of fixed costs; {churn:.0%} leave before they "
        "pay. A higher fee may drive members away: the figures do not know how many.",
        today,
        even,
    )


def aid_view(measures: pd.DataFrame, on: str) -> MoneyView:
    """Return measures (columns planned, ceiling, intensity, allowed, notify), with the words."""
    found: dict[object, dict[str, Any]] = {}
    for name, row in zip(measures.index, measures.to_dict("records"), strict=True):
        ceiling = resources.aid_ceiling(
            str(row["article"]), str(row["kind"]), on=on, costs=float(row["costs"]),
            aid=float(row["aid"]), size=str(row["size"]), area=str(row["area"]) or None,
        )  # fmt: skip
        found[name] = {
            "article": ceiling.article,
            "costs": float(row["costs"]),
            "planned": float(row["aid"]),
            "ceiling": ceiling.max_aid,
            "intensity": ceiling.intensity,
            "allowed": bool(ceiling.allowed),
            "notify": bool(ceiling.must_notify),
        }
    rows = pd.DataFrame(found).T.rename_axis("measure").infer_objects()
    above = [str(name) for name in rows.index[~rows["allowed"].astype(bool)]]
    notify = [str(name) for name in rows.index[rows["notify"].astype(bool)]]
    first = f"Above the ceiling: {listed(above)}."
    return MoneyView(
        rows,
        f"Planned aid and ceilings on {on} (EUR; intensity in per cent of eligible costs)",
        f"{first} To be notified: {listed(notify)}.",
        f"{len(rows)} measures, {rows['planned'].sum():,.0f} EUR of aid. {first} To be notified "
        f"first, whatever the intensity: {listed(notify)}. Intensity and amount only: the other "
        "conditions of each article come on top, and this is no legal advice.",
    )


def cash_fan(
    plan: resources.CashPlan,
    shocks: resources.Shocks | None = None,
    seed: int = 1,
    title: str = TITLES["cash"],
) -> tuple[Figure, str]:
    """Draw the cash of a plan month by month, inside the band of what may happen.

    Args:
        plan: a `resources.CashPlan`, EUR.
        shocks: how far things may go off the plan; None for the defaults of `resources`.
        seed: makes the draws repeatable.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: first month below zero, lowest point, chance of running out.

    Raises:
        ValueError: as `resources.simulate_cash` does.

    Example:
        >>> months = pd.DataFrame({"income": [5_000] * 12, "costs": [5_200] * 12})
        >>> _, summary = cash_fan(resources.CashPlan(30_000, months))
        >>> summary.split(";")[0]
        'The plan stays above zero'
    """
    view = cash_view(plan, shocks, seed)
    figure = new_figure(8, 5)
    drawing = CashFan(figure.add_axes(PLACE), view.rows.index)
    ask(drawing.axes, title)
    drawing.update(view.rows)
    return figure, view.summary


def funding_sources(
    sources: "pd.Series[float] | Mapping[str, float]",
    costs: float,
    reserves: float = 0.0,
    title: str = TITLES["mix"],
) -> tuple[Figure, str]:
    """Draw what an office lives on, the largest source marked.

    Args:
        sources: EUR a year by source.
        costs: EUR a year, for the runway.
        reserves: EUR of free cash.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: largest source, concentration, runway with and without it.

    Raises:
        ValueError: as `resources.funding_mix` does.

    Reference: Carroll and Stater (2009).

    Example:
        >>> _, summary = funding_sources({"fees": 60_000, "region": 90_000}, costs=150_000)
        >>> summary.split(";")[0]
        'Largest source: region (60%)'
    """
    view = mix_view(sources, costs, reserves)
    figure = new_figure(8, 5)
    drawing = SourceBars(figure.add_axes(ROWS_PLACE), view.rows.index)
    ask(drawing.axes, title)
    drawing.update(view.rows)
    return figure, view.summary


def fee_break_even(
    tiers: pd.DataFrame, fixed_costs: float, churn: float = 0.0, title: str = TITLES["fees"]
) -> tuple[Figure, str]:
    """Draw what is left of the fees by number of members, with the break-even.

    Args:
        tiers: index tier; columns fee and service_cost (EUR a year a member), members (number).
        fixed_costs: EUR a year that do not depend on the number of members.
        churn: share (0 to below 1) of members who leave before they pay.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: break-even and what is left with today's members.

    Raises:
        ValueError: no members, or as `resources.fee_balance` does.

    Example:
        >>> tiers = pd.DataFrame({"fee": [500.0, 4_000.0], "service_cost": [0.0, 0.0],
        ...                       "members": [80, 20]}, index=["small", "large"])
        >>> fee_break_even(tiers, 90_000)[1].split(".")[0]
        'Break-even at 75 members; there are 100'
    """
    view = fee_view(tiers, fixed_costs, churn)
    figure = new_figure(8, 5)
    drawing = FeeLine(figure.add_axes(PLACE))
    ask(drawing.axes, title)
    drawing.update(view.rows, view.today, view.even)
    return figure, view.summary


def aid_ceilings(measures: pd.DataFrame, on: str, title: str = TITLES["aid"]) -> tuple[Figure, str]:
    """Draw planned aid against the ceilings of the general block exemption regulation.

    Args:
        measures: index measure; columns article, kind, size, area ("a", "c" or blank), costs, aid
            (EUR), as `resources.aid_ceiling` takes them.
        on: day of the legal right to the aid, YYYY-MM-DD.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: measures above their ceiling, measures to be notified.

    Raises:
        ValueError: as `resources.aid_ceiling` does, for example for a day without a known rule.

    Reference: European Commission (2014).

    Example:
        >>> measures = pd.DataFrame({"article": ["18"], "kind": ["advice"], "size": ["small"],
        ...     "area": [""], "costs": [20_000.0], "aid": [12_000.0]}, index=["Export advice"])
        >>> aid_ceilings(measures, "2024-05-01")[1].split(". ")[1]
        'Above the ceiling: Export advice'
    """
    view = aid_view(measures, on)
    figure = new_figure(8, 5)
    drawing = AidBars(figure.add_axes(ROWS_PLACE), view.rows.index)
    ask(drawing.axes, title)
    drawing.update(view.rows)
    return figure, view.summary
