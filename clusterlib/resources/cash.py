"""Month by month: what comes in, what goes out, and when grants are really paid."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib import validation

Numbers = npt.NDArray[np.float64]
NEEDED = ("first_month", "last_month", "cost", "rate")
USUAL = {"pre_financing": 0.0, "retention": 0.0, "claim_months": 6.0, "lag": 3.0}
SHARES = ("rate", "pre_financing", "retention")
HALF_A_CENT = 0.005  # a balance nearer to 0 than this is no debt


@dataclass(frozen=True)
class CashPlan:
    """A plan of cash: what is in the bank, regular money by month, and grants paid in arrears.

    Args:
        opening: EUR in the bank at the start; may be negative.
        regular: one row a month, columns `income` and `costs` in EUR; no grants in it.
        grants: one row a grant: first_month, last_month (1 is the plan's first month; 0 and below
            lie before it), cost (EUR in all, spent evenly), rate (share of cost paid, 0..1);
            and where they differ from the usual: pre_financing (share of the grant
            paid in the first month, 0), retention (share kept until the end, 0), claim_months
            (months in one claim, 6), lag (months from the end of a claim to the money, 3).
    Raises:
        ValueError: columns or values missing, shares outside 0..1, a grant that ends before it
            starts, pre-financing and retention that together exceed the grant.

    Amounts include value added tax where it cannot be reclaimed. Payments due before the plan's
    first month are taken to be in `opening`.

    >>> plan = CashPlan(10_000, pd.DataFrame({"income": [5_000] * 12, "costs": [6_000] * 12}))
    >>> plan.months
    12
    """

    opening: float
    regular: pd.DataFrame
    grants: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(NEEDED)))

    def __post_init__(self) -> None:
        """Check the plan once, so that the ledger and the simulation can trust it."""
        if not math.isfinite(self.opening):
            raise ValueError(f"the opening balance must be an amount in EUR, not {self.opening}")
        _need(self.regular, ("income", "costs"), "regular money")
        regular = validation.no_missing(
            validation.numeric_table(self.regular[["income", "costs"]], "regular money"),
            "regular money",
            "enter the amount of that month, 0 if there is none",
        )
        object.__setattr__(self, "opening", float(self.opening))
        object.__setattr__(self, "regular", regular)
        object.__setattr__(self, "grants", _read_grants(self.grants))

    @property
    def months(self) -> int:
        """How many months the plan has."""
        return len(self.regular)


@dataclass(frozen=True)
class Ledger:
    """The plan worked out: cash by month, its lowest point, and what is still owed."""

    table: pd.DataFrame  # months x opening, income, costs, project_costs, three payments, closing
    lowest: float  # EUR, lowest closing balance
    lowest_month: object
    first_negative: object | None  # first month that closes below 0, None if none does
    outstanding: pd.Series[float]  # EUR by grant that are due after the last month
    co_financing: pd.Series[float]  # EUR by grant that the office pays itself


def cash_flow(plan: CashPlan) -> Ledger:
    """Work out the cash balance of every month of a plan.

    Args:
        plan: a `CashPlan`.
    Returns:
        A `Ledger`. Closing = opening + income - costs - project_costs + pre_financing + claims +
        final, in EUR, not rounded.
    Raises:
        ValueError: not a plan.

    A claim is made at the end of each `claim_months` and paid `lag` months later, until grant less
    retention is reached; the last claim and all that was kept come `lag` months after the last
    month of the project. Pre-financing is not deducted from the first claims, but counts in that
    limit. What falls after the plan is listed in .outstanding, never dropped.

    >>> months = pd.DataFrame({"income": [1_000] * 12, "costs": [1_000] * 12})
    >>> grants = pd.DataFrame({"first_month": [1], "last_month": [6], "cost": [60_000],
    ...                        "rate": [0.8], "lag": [4]}, index=["regional"])
    >>> ledger = cash_flow(CashPlan(20_000, months, grants))
    >>> ledger.lowest, ledger.lowest_month, ledger.table["closing"].tolist()[-1]
    (-40000.0, 5, 8000.0)
    """
    if not isinstance(plan, CashPlan):
        raise ValueError(f"cash_flow takes a CashPlan, not {type(plan).__name__}")
    months = plan.months
    table = plan.regular.copy()
    spent = np.zeros(months)
    paid = {kind: np.zeros(months) for kind in ("pre_financing", "claims", "final")}
    outstanding = {}
    for label, grant in plan.grants.iterrows():
        spent += spending(grant, months)
        received = payments(grant, months)
        for kind in paid:
            paid[kind] += received.within[kind]
        outstanding[label] = received.later
    table["project_costs"] = spent
    for kind, amounts in paid.items():
        table[kind] = amounts
    change = table["income"] - table["costs"] - spent + sum(paid.values())
    closing = plan.opening + change.cumsum()
    table.insert(0, "opening", closing - change)
    table["closing"] = closing
    below = closing[closing < -HALF_A_CENT]
    own = plan.grants["cost"] * (1 - plan.grants["rate"])
    return Ledger(
        table=table,
        lowest=float(closing.min()),
        lowest_month=closing.idxmin(),
        first_negative=below.index[0] if len(below) else None,
        outstanding=pd.Series(outstanding, dtype=float, name="outstanding"),
        co_financing=own.rename("co_financing"),
    )


@dataclass(frozen=True)
class Payments:
    """What one grant pays: by month and kind within the plan, and in EUR after it."""

    within: dict[str, Numbers]
    later: float

    @property
    def claims_and_final(self) -> Numbers:
        """All that is paid on a claim, and can therefore be late."""
        return self.within["claims"] + self.within["final"]


def spending(grant: pd.Series[Any], months: int) -> Numbers:
    """Spread the cost of a grant's project evenly over its months within the plan."""
    first, last = int(grant["first_month"]), int(grant["last_month"])
    month = np.arange(1, months + 1)
    return np.where((month >= first) & (month <= last), grant["cost"] / (last - first + 1), 0.0)


def payments(grant: pd.Series[Any], months: int) -> Payments:
    """List a grant's payments: pre-financing, interim claims, final balance."""
    first, last = int(grant["first_month"]), int(grant["last_month"])
    lag, step = int(grant["lag"]), int(grant["claim_months"])
    whole = grant["rate"] * grant["cost"]
    within = {kind: np.zeros(months) for kind in ("pre_financing", "claims", "final")}
    later = 0.0

    def pay(kind: str, month: int, money: float) -> None:
        nonlocal later
        if month > months:
            later += money
        elif month >= 1:
            within[kind][month - 1] += money

    paid = grant["pre_financing"] * whole
    pay("pre_financing", first, paid)
    for end in range(first + step - 1, last, step):
        claim = min(whole * step / (last - first + 1), whole * (1 - grant["retention"]) - paid)
        pay("claims", end + lag, claim)
        paid += claim
    pay("final", last + lag, whole - paid)
    return Payments(within, later)


def _need(table: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{what} must be a table (a pandas DataFrame)")
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"{what} needs the columns {validation.some_of(absent)}")


def _read_grants(grants: pd.DataFrame) -> pd.DataFrame:
    _need(grants, NEEDED, "the table of grants")
    table = grants.reindex(columns=[*NEEDED, *USUAL])
    for column, usual in USUAL.items():
        if column not in grants.columns:
            table[column] = usual
    if table.empty:
        return table.astype(float)
    table = validation.no_missing(
        validation.numeric_table(table, "grants", minimum=None), "grants", "fill in the cell"
    )
    shares = table[list(SHARES)]
    whole = table[["first_month", "last_month", "claim_months", "lag"]]
    kept = table["pre_financing"] + table["retention"]
    faults = {
        "shares outside 0 to 1": ((shares < 0) | (shares > 1)).any(axis=1),
        "pre-financing and retention above the grant": kept > 1 + 1e-9,
        "a cost below 0": table["cost"] < 0,
        "a last month before the first": table["last_month"] < table["first_month"],
        "claims of less than a month": table["claim_months"] < 1,
        "a lag below 0 months": table["lag"] < 0,
        "parts of months": (whole % 1 != 0).any(axis=1),
    }
    for why, wrong in faults.items():
        if wrong.any():
            raise ValueError(
                f"grants with {why}: {validation.some_of(table.index[wrong])}: correct these rows"
            )
    return table
