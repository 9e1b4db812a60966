"""How likely it is that cash runs out, when fees, costs and payments do not go to plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib.resources.cash import HALF_A_CENT, CashPlan, payments, spending

Numbers = npt.NDArray[np.float64]
MOST_LATE = 120  # months: beyond ten years a payment is not late but lost
RARE = 1e-9  # delays rarer than this are not told apart


@dataclass(frozen=True)
class Shocks:
    """How far things may go off the plan.

    Args:
        income: standard deviation of regular income, as a share of the plan (0.1 is 10 per cent).
        costs: the same for regular and project costs; overruns are not reimbursed.
        late_months: mean extra months by which a grant's claims are paid late.
        correlation: 0 to 1: how far income, costs and delays go wrong together.
        lasts: months that a shock to income or costs lasts before the next is drawn.
    Raises:
        ValueError: negatives, correlation outside 0..1, a shock of less than a month.

    >>> Shocks(income=0.2, late_months=3).correlation
    0.5
    """

    income: float = 0.1
    costs: float = 0.05
    late_months: float = 1.0
    correlation: float = 0.5
    lasts: int = 12

    def __post_init__(self) -> None:
        """Refuse what no shock can be."""
        sizes = (self.income, self.costs, self.late_months)
        if not all(math.isfinite(size) and size >= 0 for size in sizes):
            raise ValueError("shocks to income, costs and delays must be 0 or more")
        if self.late_months > MOST_LATE:
            raise ValueError(
                f"claims late by {self.late_months:g} months on average: {MOST_LATE} at most"
            )
        if not 0 <= self.correlation <= 1:
            raise ValueError(f"correlation must lie between 0 and 1, not {self.correlation}")
        if self.lasts < 1 or self.lasts != int(self.lasts):
            raise ValueError(f"a shock lasts one month or more, not {self.lasts}")


@dataclass(frozen=True)
class CashRisk:
    """The chance of running out of cash, and the range of balances month by month."""

    p_negative: float  # share of runs that close below 0 in any month
    standard_error: float  # of p_negative, from the number of runs alone
    p_negative_by_month: pd.Series[float]
    percentiles: pd.DataFrame  # months x P10, P50, P90 of the closing balance, EUR
    lowest: pd.Series[float]  # P10, P50, P90 of a run's lowest balance, EUR
    runs: int


def simulate_cash(
    plan: CashPlan, runs: int = 10_000, seed: int | None = None, shocks: Shocks | None = None
) -> CashRisk:
    """Play a cash plan many times with uncertain income, costs and payment days.

    Args:
        plan: a `CashPlan`.
        runs: how many times.
        seed: makes the draws repeatable.
        shocks: how far things may go off the plan; None for `Shocks()`: our own teaching defaults,
            not measured ones.
    Returns:
        A `CashRisk`: p_negative with its standard error, p_negative_by_month, percentiles, lowest.
    Raises:
        ValueError: not a plan, no runs, shocks out of range.

    Income and costs are multiplied by log-normal factors with mean 1, one for each `lasts` months;
    every grant's claims (not its pre-financing) are late by a Poisson number of months. A common
    factor moves all three: with correlation 1 a bad spell has low income, high costs and late
    payments. Without shocks every run is the ledger of `cash_flow`.

    >>> months = pd.DataFrame({"income": [5_000] * 24, "costs": [5_200] * 24})
    >>> risk = simulate_cash(CashPlan(6_000, months), runs=2_000, seed=1)
    >>> 0.3 < risk.p_negative < 0.6
    True
    """
    if not isinstance(plan, CashPlan):
        raise ValueError(f"simulate_cash takes a CashPlan, not {type(plan).__name__}")
    if runs < 1 or runs != int(runs):
        raise ValueError(f"runs must be a whole number from 1 up, not {runs}")
    closing = _closing_balances(plan, int(runs), shocks or Shocks(), np.random.default_rng(seed))
    below = closing < -HALF_A_CENT
    chance = float(below.any(axis=1).mean())
    names = ["P10", "P50", "P90"]
    months = plan.regular.index
    return CashRisk(
        p_negative=chance,
        standard_error=math.sqrt(chance * (1 - chance) / runs),
        p_negative_by_month=pd.Series(below.mean(axis=0), months, name="p_negative"),
        percentiles=pd.DataFrame(
            np.percentile(closing, [10, 50, 90], axis=0).T, index=months, columns=names
        ),
        lowest=pd.Series(np.percentile(closing.min(axis=1), [10, 50, 90]), names, name="lowest"),
        runs=int(runs),
    )


def _closing_balances(
    plan: CashPlan, runs: int, shocks: Shocks, rng: np.random.Generator
) -> Numbers:
    months, spells = plan.months, math.ceil(plan.months / shocks.lasts)
    common = rng.standard_normal((runs, spells))
    together, alone = math.sqrt(shocks.correlation), math.sqrt(1 - shocks.correlation)

    def luck(shared: Numbers) -> Numbers:
        """Draw how well one thing goes: normal, correlated with all others through `shared`."""
        return np.asarray(together * shared + alone * rng.standard_normal(shared.shape))

    spell = np.arange(months) // shocks.lasts
    income = _factors(luck(common), shocks.income)[:, spell]
    costs = _factors(-luck(common), shocks.costs)[:, spell]
    # A run's luck with delays follows all its spells: their sum, back at standard deviation 1.
    whole_run = common.sum(axis=1) / math.sqrt(spells)
    spent = plan.regular["costs"].to_numpy(copy=True)
    certain = np.zeros(months)
    late = np.zeros((runs, months))
    for _, grant in plan.grants.iterrows():
        spent += spending(grant, months)
        received = payments(grant, months)
        certain += received.within["pre_financing"]
        delay = _delays(-luck(whole_run), shocks.late_months)
        late += _shifted(received.claims_and_final, int(delay.max(initial=0)))[delay]
    change = plan.regular["income"].to_numpy() * income - spent * costs + certain + late
    return np.asarray(plan.opening + change.cumsum(axis=1))


def _factors(draws: Numbers, spread: float) -> Numbers:
    """Turn normal draws into factors with mean 1 and standard deviation `spread`, never below 0."""
    sigma = math.sqrt(math.log1p(spread**2))
    return np.asarray(np.exp(sigma * draws - sigma**2 / 2))


def _delays(draws: Numbers, mean: float) -> npt.NDArray[np.int64]:
    """Turn normal draws into whole months of delay with a Poisson distribution."""
    from scipy.special import ndtr

    chances = [math.exp(-mean)]
    while sum(chances) < 1 - RARE:
        chances.append(chances[-1] * mean / len(chances))
    return np.asarray(np.searchsorted(np.cumsum(chances)[:-1], ndtr(draws)), dtype=np.int64)


def _shifted(received: Numbers, most: int) -> Numbers:
    """Row d holds the payments d months later; what leaves the plan is paid after it."""
    months = len(received)
    rows = np.zeros((most + 1, months))
    for delay in range(min(most, months - 1) + 1):
        rows[delay, delay:] = received[: months - delay]
    return rows
