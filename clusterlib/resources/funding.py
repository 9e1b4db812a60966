"""What a cluster office lives on, and what happens if its largest source ends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clusterlib import validation
from clusterlib.mapping.concentration import equivalent_number, herfindahl

WHOLE = {"shares": 1.0, "percent": 100.0}


@dataclass(frozen=True)
class FundingMix:
    """Shares, concentration and the months that reserves last."""

    shares: pd.Series[float]  # adding up to 1, largest first
    hhi: float  # sum of squared shares, 1/n to 1; competition authorities write 10,000 times that
    equivalent_sources: float  # so many sources of equal size would be as concentrated
    largest: str
    largest_share: float
    runway_months: float | None  # with all sources; inf if income covers costs
    runway_without_largest: float | None
    gap_without_largest: float | None  # EUR a year missing then, 0 if none is


def funding_mix(
    sources: pd.Series[float] | Mapping[str, float],
    unit: str = "amounts",
    *,
    costs: float | None = None,
    reserves: float = 0.0,
) -> FundingMix:
    """Measure how far an office hangs on few sources, and how long it lives without the largest.

    Args:
        sources: income by source: EUR a year, or shares, or per cent.
        unit: "amounts", "shares" (add up to 1) or "percent" (add up to 100, each may be rounded to
            a whole number).
        costs: EUR a year, for the runway; needs amounts.
        reserves: EUR of free cash at the start.
    Returns:
        A `FundingMix`. Runway: months until reserves are used up if yearly costs and income go on
        evenly; infinite if income covers costs; None without costs.
    Raises:
        ValueError: blanks, negatives, no income, a source twice, shares that do not add up.

    Per cent are rescaled to add up to exactly 1 if they miss 100 by no more than rounding can cause
    (half a point a source). Two equal largest sources: the first listed is removed.

    The index is that of `mapping.herfindahl`.

    Reference: Carroll and Stater (2009), who find steadier income with more sources.

    >>> mix = funding_mix({"fees": 60_000, "region": 100_000, "EU": 40_000}, costs=210_000,
    ...                   reserves=20_000)
    >>> mix.largest, round(mix.hhi, 2), mix.runway_months, round(mix.runway_without_largest, 1)
    ('region', 0.38, 24.0, 2.2)
    """
    validation.choice(unit, ["amounts", "shares", "percent"], "unit")
    income = validation.no_missing(
        validation.numeric_series(pd.Series(sources, dtype=object), "income"),
        "income",
        "enter it, or leave the source out",
    )
    total = float(income.sum())
    if total <= 0:
        raise ValueError("the sources bring nothing: a share of nothing is not defined")
    if unit != "amounts":
        _check_sum(income, total, unit)
        if costs is not None:
            raise ValueError("a runway needs EUR a year: pass the sources as amounts")
    shares = (income / total).sort_values(ascending=False, kind="stable").rename("share")
    largest = shares.index[0]
    left = total - float(income[largest])
    return FundingMix(
        shares=shares,
        hhi=herfindahl(income),
        equivalent_sources=equivalent_number(income),
        largest=str(largest),
        largest_share=float(shares.iloc[0]),
        runway_months=_runway(costs, total, reserves),
        runway_without_largest=_runway(costs, left, reserves),
        gap_without_largest=None if costs is None else max(costs - left, 0.0),
    )


def _check_sum(income: pd.Series[float], total: float, unit: str) -> None:
    whole = WHOLE[unit]
    slack = 1e-6 if unit == "shares" else 0.5 * len(income) + 1e-9
    if abs(total - whole) > slack:
        hint = "is a subtotal still in the table?" if total > whole else "is a source missing?"
        raise ValueError(
            f"{unit} of the sources must add up to {whole:g}; yours add up to {total:g}: {hint}"
        )


def _runway(costs: float | None, income: float, reserves: float) -> float | None:
    if costs is None:
        return None
    if not (math.isfinite(costs) and costs >= 0 and math.isfinite(reserves) and reserves >= 0):
        raise ValueError(f"costs and reserves must be 0 EUR or more, not {costs} and {reserves}")
    gap = (costs - income) / 12
    return reserves / gap if gap > 1e-9 else math.inf
