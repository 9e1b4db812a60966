"""Membership fees: how many members pay for the office."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from clusterlib import validation

CENT = 1e-6  # a balance this near to 0 is 0: sums of decimal fees are not exact


def break_even_members(
    fixed_costs: float,
    fee: float | Mapping[str, float] | pd.Series[float],
    service_cost: float | Mapping[str, float] | pd.Series[float] = 0.0,
    mix: Mapping[str, float] | pd.Series[float] | None = None,
    churn: float = 0.0,
) -> int:
    """Count the members needed so that fees pay for the office.

    Args:
        fixed_costs: EUR a year that do not depend on the number of members.
        fee: EUR a year a member; one number, or one for each tier such as small, medium, large.
        service_cost: EUR a year that serving one more member costs; one number or one a tier.
        mix: share of members in each tier, adding up to 1; needed if fees have tiers.
        churn: share (0 to below 1) of members who leave before they pay the year's fee.
    Returns:
        Smallest whole number of members at the start of the year: fixed costs / (mean fee -
        mean service cost), then divided by 1 - churn, rounded up.
    Raises:
        ValueError: a fee that does not exceed the service cost, blanks, tiers that differ, a mix
            that does not add up to 1, churn outside 0..1.

    Service cost falls on members who stay. The mix is taken as exact, also for a few members;
    `fee_balance` shows the money for a given number.

    Reference: Buchanan (1965) for fees of clubs; the formula is that of any break-even point.

    >>> break_even_members(90_000, fee=2_000, service_cost=500)
    60
    >>> tiers = {"small": 500, "large": 4_000}
    >>> break_even_members(90_000, fee=tiers, mix={"small": 0.8, "large": 0.2}, churn=0.1)
    84
    """
    margin = _margin(fee, service_cost, mix)
    if margin <= CENT:
        raise ValueError(
            f"a member brings {margin:,.2f} EUR a year after the cost of serving them: no number "
            "of members breaks even: raise the fee or cut the service"
        )
    fixed = _money(fixed_costs, "fixed costs")
    return math.ceil(fixed / margin / (1 - _check_churn(churn)) - 1e-9)


def fee_balance(
    members: float,
    fixed_costs: float,
    fee: float | Mapping[str, float] | pd.Series[float],
    service_cost: float | Mapping[str, float] | pd.Series[float] = 0.0,
    mix: Mapping[str, float] | pd.Series[float] | None = None,
    churn: float = 0.0,
) -> float:
    """Say what is left of the fees in a year, EUR; below 0 something else must pay.

    Args:
        members: at the start of the year.
        fixed_costs, fee, service_cost, mix, churn: as in `break_even_members`.
    Raises:
        ValueError: as there, but a fee below the service cost is allowed.

    >>> [fee_balance(members, 90_000, fee=2_000, service_cost=500) for members in (59, 60)]
    [-1500.0, 0.0]
    """
    staying = _money(members, "members") * (1 - _check_churn(churn))
    return staying * _margin(fee, service_cost, mix) - _money(fixed_costs, "fixed costs")


def _margin(
    fee: float | Mapping[str, float] | pd.Series[float],
    service_cost: float | Mapping[str, float] | pd.Series[float],
    mix: Mapping[str, float] | pd.Series[float] | None,
) -> float:
    if not isinstance(fee, Mapping | pd.Series):
        if mix is not None or isinstance(service_cost, Mapping | pd.Series):
            raise ValueError("a mix needs a fee for each tier: pass fee by tier")
        return _money(fee, "fee") - _money(service_cost, "service cost")
    fees = _by_tier(fee, "fees")
    if mix is None:
        raise ValueError("fees by tier need the mix: the share of members in each tier")
    shares = _by_tier(mix, "mix")
    validation.same_labels(fees.index, shares.index, "tiers")
    if abs(shares.sum() - 1) > 1e-6:
        raise ValueError(
            f"the shares of the tiers must add up to 1; yours add up to {shares.sum():g}: "
            "is a tier missing or counted twice?"
        )
    if isinstance(service_cost, Mapping | pd.Series):
        serving = _by_tier(service_cost, "service cost")
        validation.same_labels(fees.index, serving.index, "tiers")
    else:
        serving = pd.Series(_money(service_cost, "service cost"), fees.index)
    return float(((fees - serving) * shares).sum())


def _by_tier(values: Mapping[str, float] | pd.Series[float], what: str) -> pd.Series[float]:
    column = validation.numeric_series(pd.Series(values, dtype=object), what)
    return validation.no_missing(column, what, "fill in every tier")


def _money(value: float, what: str) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{what} must be 0 or more, not {value}")
    return float(value)


def _check_churn(churn: float) -> float:
    if not 0 <= churn < 1:
        raise ValueError(f"churn must be a share from 0 to below 1, not {churn}")
    return churn
