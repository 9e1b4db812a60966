"""Cash: the ledger by hand, money that is never lost, and a simulation checked against theory."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from clusterlib.resources import CashPlan, Shocks, cash_flow, simulate_cash

CALM = Shocks(income=0, costs=0, late_months=0)


def regular(months, income=0.0, costs=0.0):
    names = [f"month {number}" for number in range(1, months + 1)]
    return pd.DataFrame({"income": [income] * months, "costs": [costs] * months}, names)


def grant(**changes):
    usual = {"first_month": 1, "last_month": 12, "cost": 120_000, "rate": 0.8}
    return pd.DataFrame({key: [value] for key, value in {**usual, **changes}.items()}, ["EU"])


def test_ledger_by_hand():
    # 120,000 over 12 months at 80 %: 96,000; 20 % at once, 10 % kept; claims after months 6 and 12,
    # paid 3 months later: 48,000 in month 9, the rest 28,800 in month 15.
    plan = CashPlan(50_000, regular(16, 2_000, 1_000), grant(pre_financing=0.2, retention=0.1))
    ledger = cash_flow(plan)
    table = ledger.table
    assert table.loc["month 1", "pre_financing"] == pytest.approx(19_200)
    assert table["claims"].to_numpy().nonzero()[0].tolist() == [8]
    assert table.loc["month 9", "claims"] == pytest.approx(48_000)
    assert table.loc["month 15", "final"] == pytest.approx(28_800)
    assert table.loc["month 1", "closing"] == pytest.approx(50_000 + 1_000 - 10_000 + 19_200)
    assert ledger.lowest == table["closing"].min()
    assert ledger.lowest == pytest.approx(50_000 + 8_000 + 19_200 - 80_000)
    assert ledger.lowest_month == ledger.first_negative == "month 8"
    assert ledger.co_financing["EU"] == pytest.approx(24_000)
    assert ledger.outstanding["EU"] == 0
    assert list(table) == [
        "opening",
        "income",
        "costs",
        "project_costs",
        "pre_financing",
        "claims",
        "final",
        "closing",
    ]


def test_claims_stop_at_grant_less_retention():
    plan = CashPlan(0, regular(24), grant(pre_financing=0.6, retention=0.1, claim_months=3))
    table = cash_flow(plan).table
    assert table["claims"].sum() == pytest.approx(96_000 * 0.3)  # 90 % less the 60 % paid at once
    assert table["final"].sum() == pytest.approx(96_000 * 0.1)


def test_a_plan_without_grants():
    ledger = cash_flow(CashPlan(1_000, regular(3, 100, 600)))
    assert ledger.table["closing"].tolist() == [500, 0, -500]
    assert (ledger.first_negative, ledger.outstanding.sum()) == ("month 3", 0)
    assert ledger.co_financing.empty


def test_money_due_after_the_plan_is_listed():
    ledger = cash_flow(CashPlan(0, regular(12), grant(lag=4)))
    assert ledger.outstanding["EU"] == pytest.approx(48_000)
    assert ledger.first_negative == "month 1"


def test_grants_that_began_before_the_plan():
    ledger = cash_flow(CashPlan(0, regular(12), grant(first_month=-5, last_month=6)))
    assert ledger.table["project_costs"].sum() == pytest.approx(60_000)
    assert ledger.table.loc["month 3", "claims"] == pytest.approx(48_000)
    assert ledger.table.loc["month 9", "final"] == pytest.approx(48_000)
    early = cash_flow(CashPlan(0, regular(12), grant(first_month=-11, last_month=0)))
    assert early.table["claims"].sum() == 0  # month -6 + 3: taken to be in the opening balance
    assert early.table.loc["month 3", "final"] == pytest.approx(48_000)


@given(
    first=st.integers(1, 12),
    length=st.integers(1, 24),
    rate=st.floats(0, 1),
    pre=st.floats(0, 0.5),
    kept=st.floats(0, 0.5),
    step=st.integers(1, 12),
    lag=st.integers(0, 12),
    months=st.integers(1, 60),
)
@settings(max_examples=60, deadline=None)
def test_every_euro_of_a_grant_is_paid_or_outstanding(
    first, length, rate, pre, kept, step, lag, months
):
    grants = grant(
        first_month=first,
        last_month=first + length - 1,
        rate=rate,
        pre_financing=pre,
        retention=kept,
        claim_months=step,
        lag=lag,
    )
    ledger = cash_flow(CashPlan(1_000, regular(months, 5, 3), grants))
    paid = ledger.table[["pre_financing", "claims", "final"]]
    assert (paid >= -1e-9).all(axis=None)
    assert paid.to_numpy().sum() + ledger.outstanding["EU"] == pytest.approx(120_000 * rate)
    change = 2 * months + paid.to_numpy().sum() - ledger.table["project_costs"].sum()
    assert ledger.table["closing"].iloc[-1] == pytest.approx(1_000 + change)
    np.testing.assert_allclose(ledger.table["opening"].iloc[1:], ledger.table["closing"].iloc[:-1])


def test_simulation_without_shocks_is_the_ledger():
    plan = CashPlan(60_000, regular(24, 2_000, 1_000), grant(pre_financing=0.2, retention=0.1))
    closing = cash_flow(plan).table["closing"]
    risk = simulate_cash(plan, runs=50, seed=1, shocks=CALM)
    for column in ("P10", "P50", "P90"):
        np.testing.assert_allclose(risk.percentiles[column], closing)
    assert risk.p_negative == 0
    assert risk.lowest["P50"] == pytest.approx(closing.min())
    poor = CashPlan(0, regular(24), grant())
    assert simulate_cash(poor, runs=5, seed=1, shocks=CALM).p_negative == 1


def test_chance_and_percentiles_agree_with_theory():
    # Trap T28: distributions are checked against theory, not against a stream.
    # One shock for the whole year: cash after 12 months is 10,000 + 120,000 m - 125,000, with m
    # log-normal of mean 1 and deviation 0.1, so P(below 0) = P(m < 115/120) in closed form.
    plan = CashPlan(10_000, regular(12, 10_000, 125_000 / 12))
    shocks = Shocks(income=0.1, costs=0, late_months=0, correlation=0)
    risk = simulate_cash(plan, runs=40_000, seed=7, shocks=shocks)
    sigma = math.sqrt(math.log(1.01))
    expected = norm.cdf((math.log(115 / 120) + sigma**2 / 2) / sigma)
    assert risk.p_negative_by_month.iloc[-1] == pytest.approx(expected, abs=0.01)
    assert risk.p_negative == risk.p_negative_by_month.iloc[-1]
    assert risk.standard_error == pytest.approx(math.sqrt(expected * (1 - expected) / 40_000), 0.05)
    for name, level in (("P10", 0.1), ("P50", 0.5), ("P90", 0.9)):
        factor = math.exp(sigma * norm.ppf(level) - sigma**2 / 2)
        at_level = 10_000 + 120_000 * factor - 125_000
        assert risk.percentiles[name].iloc[-1] == pytest.approx(at_level, abs=300)


def test_delays_have_the_mean_that_was_asked_for():
    # A grant of 100 paid at the end of month 1 at the soonest: the mean number of months it is
    # late is the sum over months of the chance that it has not come yet.
    one = grant(first_month=1, last_month=1, cost=100, rate=1, lag=0)
    risk = simulate_cash(
        CashPlan(0, regular(40), one), 20_000, seed=3, shocks=Shocks(0, 0, 2.5, correlation=0)
    )
    assert risk.p_negative_by_month.sum() == pytest.approx(2.5, abs=0.05)
    assert risk.p_negative_by_month.iloc[0] == pytest.approx(1 - math.exp(-2.5), abs=0.01)


def test_correlated_shocks_make_bad_years_worse():
    plan = CashPlan(14_000, regular(24, 10_000, 10_000))
    apart, together = (
        simulate_cash(plan, 20_000, seed=5, shocks=Shocks(0.1, 0.1, 0, correlation))
        for correlation in (0, 1)
    )
    spread = {
        name: float(risk.percentiles["P90"].iloc[-1] - risk.percentiles["P10"].iloc[-1])
        for name, risk in (("apart", apart), ("together", together))
    }
    assert together.p_negative > apart.p_negative + 0.05
    assert spread["together"] == pytest.approx(spread["apart"] * math.sqrt(2), rel=0.05)


def test_same_seed_same_answer():
    # Trap T28: the same seed repeats; graded values are compared with their distribution.
    plan = CashPlan(20_000, regular(24, 2_000, 1_500), grant(pre_financing=0.4))
    one, other = (simulate_cash(plan, 500, seed=11) for _ in range(2))
    pd.testing.assert_frame_equal(one.percentiles, other.percentiles)
    assert one.p_negative == other.p_negative
    assert simulate_cash(plan, 500, seed=12).percentiles.iloc[-1, 0] != one.percentiles.iloc[-1, 0]


@given(opening=st.integers(-50_000, 200_000), more=st.integers(0, 50_000))
@settings(max_examples=20, deadline=None)
def test_more_reserves_are_never_riskier(opening, more):
    def chance(start):
        plan = CashPlan(start, regular(18, 3_000, 3_000), grant(pre_financing=0.3))
        return simulate_cash(plan, 300, seed=2)

    poor, rich = chance(opening), chance(opening + more)
    assert rich.p_negative <= poor.p_negative
    assert (rich.percentiles["P10"] <= rich.percentiles["P50"]).all()
    assert (rich.percentiles["P50"] <= rich.percentiles["P90"]).all()
    assert (rich.p_negative_by_month <= rich.p_negative + 1e-12).all()


def test_ten_thousand_runs_of_three_years_take_less_than_a_second():
    grants = pd.concat(
        [grant(), grant(first_month=7, last_month=30), grant(last_month=36)], ignore_index=True
    )
    plan = CashPlan(80_000, regular(36, 9_000, 8_000), grants)
    start = time.perf_counter()
    risk = simulate_cash(plan, seed=1)
    assert time.perf_counter() - start < 1
    assert risk.runs == 10_000


def test_plan_faults():
    with pytest.raises(ValueError, match="regular money needs the columns income, costs"):
        CashPlan(0, pd.DataFrame({"fees": [1]}))
    with pytest.raises(ValueError, match="must be a table"):
        CashPlan(0, [1, 2])
    with pytest.raises(ValueError, match="regular money missing at month 1 / costs"):
        CashPlan(0, regular(2, 1, None))
    with pytest.raises(ValueError, match="opening balance must be an amount in EUR, not nan"):
        CashPlan(math.nan, regular(2))
    with pytest.raises(ValueError, match="the table of grants needs the columns cost, rate"):
        CashPlan(0, regular(2), grant().drop(columns=["cost", "rate"]))
    with pytest.raises(ValueError, match="grants missing at EU / rate"):
        CashPlan(0, regular(2), grant(rate=None))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"rate": 80}, "shares outside 0 to 1"),
        ({"pre_financing": 0.9, "retention": 0.2}, "pre-financing and retention above the grant"),
        ({"cost": -1}, "a cost below 0"),
        ({"last_month": 0}, "a last month before the first"),
        ({"claim_months": 0}, "claims of less than a month"),
        ({"lag": -1}, "a lag below 0 months"),
        ({"lag": 1.5}, "parts of months"),
    ],
)
def test_grant_faults(changes, why):
    with pytest.raises(ValueError, match=f"grants with {why}: EU: correct these rows"):
        CashPlan(0, regular(2), grant(**changes))


def test_simulation_faults():
    plan = CashPlan(0, regular(2))
    for call in (cash_flow, simulate_cash):
        with pytest.raises(ValueError, match="takes a CashPlan, not dict"):
            call({"opening": 0})
    for runs in (0, 1.5):
        with pytest.raises(ValueError, match="runs must be a whole number from 1 up"):
            simulate_cash(plan, runs=runs)
    for wrong in ({"income": -0.1}, {"costs": math.inf}, {"late_months": math.nan}):
        with pytest.raises(ValueError, match="must be 0 or more"):
            Shocks(**wrong)
    with pytest.raises(ValueError, match="late by 200 months on average: 120 at most"):
        Shocks(late_months=200)
    with pytest.raises(ValueError, match="correlation must lie between 0 and 1"):
        Shocks(correlation=1.1)
    with pytest.raises(ValueError, match="a shock lasts one month or more"):
        Shocks(lasts=0)
