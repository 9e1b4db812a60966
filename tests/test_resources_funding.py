"""Funding mix and membership fees: published index, sums, boundaries of break-even."""

import math

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clusterlib import resources

incomes = st.lists(st.integers(0, 10**7), min_size=1, max_size=8).filter(any)


def test_published_index():
    # Doersam (2004): 20, 50, 20, 10 give 0.34, and 1 / 0.34 = 2.94 sources of equal size.
    mix = resources.funding_mix({"fees": 20, "region": 50, "EU": 20, "services": 10})
    assert mix.hhi == pytest.approx(0.34)
    assert mix.equivalent_sources == pytest.approx(2.94117647)
    assert (mix.largest, mix.largest_share) == ("region", 0.5)
    assert mix.shares.index[0] == "region"


def test_index_is_a_share_not_ten_thousand():
    # Trap T16: 0 to 1 here, 0 to 10,000 with competition authorities.
    assert resources.funding_mix({"region": 100.0}).hhi == 1
    assert resources.funding_mix({"fees": 1, "region": 1}).hhi == 0.5


def test_runway_and_the_end_of_the_largest_source():
    income = {"fees": 60_000, "region": 100_000, "EU": 40_000}
    mix = resources.funding_mix(income, costs=210_000, reserves=20_000)
    assert mix.runway_months == pytest.approx(24)  # 10,000 a year short
    assert mix.gap_without_largest == 110_000
    assert mix.runway_without_largest == pytest.approx(20_000 / (110_000 / 12))
    safe = resources.funding_mix(income, costs=100_000, reserves=0)
    assert safe.runway_months == safe.runway_without_largest == math.inf
    assert safe.gap_without_largest == 0
    assert resources.funding_mix(income, costs=300_000).runway_months == 0
    plain = resources.funding_mix(income)
    assert plain.runway_months is plain.runway_without_largest is plain.gap_without_largest is None


def test_shares_must_add_up():
    mix = resources.funding_mix({"fees": 0.25, "region": 0.75}, unit="shares")
    assert mix.largest_share == 0.75
    with pytest.raises(ValueError, match=r"add up to 1; yours add up to 1\.2: is a subtotal still"):
        resources.funding_mix({"fees": 0.45, "region": 0.75}, unit="shares")
    with pytest.raises(ValueError, match=r"add up to 1; yours add up to 0\.95: is a source"):
        resources.funding_mix({"fees": 0.2, "region": 0.75}, unit="shares")


def test_percentages_may_miss_a_hundred_by_their_rounding():
    # Trap T22: printed percentages need not add up to 100.
    thirds = resources.funding_mix({"fees": 33, "region": 33, "EU": 33}, unit="percent")
    assert thirds.shares.sum() == pytest.approx(1)
    assert thirds.largest == "fees"  # a tie: the first listed
    resources.funding_mix({"fees": 50, "region": 51}, unit="percent")
    with pytest.raises(ValueError, match="add up to 100; yours add up to 102"):
        resources.funding_mix({"fees": 51, "region": 51}, unit="percent")


@settings(deadline=None)
@given(amounts=incomes)
def test_mix_is_within_bounds_and_does_not_depend_on_the_currency(amounts):
    income = pd.Series(amounts, [f"source {number}" for number in range(len(amounts))], dtype=float)
    mix = resources.funding_mix(income)
    assert 1 / len(amounts) - 1e-9 <= mix.hhi <= 1 + 1e-9
    assert mix.shares.sum() == pytest.approx(1)
    assert mix.largest_share**2 <= mix.hhi + 1e-9
    assert mix.hhi <= mix.largest_share + 1e-9
    assert resources.funding_mix(income * 390).hhi == pytest.approx(mix.hhi)


def test_mix_faults():
    with pytest.raises(ValueError, match="income missing at EU: a blank is not a zero"):
        resources.funding_mix({"fees": 10, "EU": None})
    with pytest.raises(ValueError, match="income below 0 at EU"):
        resources.funding_mix({"fees": 10, "EU": -1})
    with pytest.raises(ValueError, match="the sources bring nothing"):
        resources.funding_mix({"fees": 0})
    with pytest.raises(ValueError, match="unit 'euros' is not known"):
        resources.funding_mix({"fees": 1}, unit="euros")
    with pytest.raises(ValueError, match="a runway needs EUR a year"):
        resources.funding_mix({"fees": 1.0}, unit="shares", costs=10)
    for wrong in ({"costs": -1}, {"costs": math.nan}, {"costs": 1, "reserves": -1}):
        with pytest.raises(ValueError, match="costs and reserves must be 0 EUR or more"):
            resources.funding_mix({"fees": 1}, **wrong)


def test_break_even_of_one_fee():
    assert resources.break_even_members(90_000, fee=2_000, service_cost=500) == 60
    assert resources.break_even_members(90_001, fee=2_000, service_cost=500) == 61
    assert resources.break_even_members(0, fee=1) == 0
    assert resources.break_even_members(0.3, fee=0.1) == 3  # 0.3 / 0.1 is not exact in floats


def test_break_even_by_tier():
    fees, mix = {"small": 500, "large": 4_000}, {"large": 0.2, "small": 0.8}
    assert resources.break_even_members(90_000, fees, mix=mix) == 75
    assert resources.break_even_members(90_000, fees, mix=mix, churn=0.1) == 84  # 75 / 0.9 = 83.3
    serving = pd.Series({"small": 100.0, "large": 600.0})
    assert resources.break_even_members(90_000, fees, serving, mix) == 90  # 90,000 / 1,000
    assert resources.break_even_members(90_000, fees, 200, mix) == 90


@settings(deadline=None)
@given(
    fixed=st.integers(0, 10**6),
    fee=st.integers(2, 10_000),
    service=st.integers(0, 9_000),
    churn=st.floats(0, 0.9),
    more=st.integers(0, 10**5),
)
def test_break_even_is_the_first_number_that_pays(fixed, fee, service, churn, more):
    assume(fee > service)
    members = resources.break_even_members(fixed, fee, service, churn=churn)
    assert resources.fee_balance(members, fixed, fee, service, churn=churn) >= -1e-3
    if members:
        assert resources.fee_balance(members - 1, fixed, fee, service, churn=churn) < 1e-3
    assert resources.break_even_members(fixed + more, fee, service, churn=churn) >= members


def test_break_even_faults():
    with pytest.raises(ValueError, match=r"brings 0\.00 EUR a year.*no number of members"):
        resources.break_even_members(1, fee=500, service_cost=500)
    with pytest.raises(ValueError, match="fees by tier need the mix"):
        resources.break_even_members(1, fee={"small": 500})
    with pytest.raises(ValueError, match="a mix needs a fee for each tier"):
        resources.break_even_members(1, fee=500, mix={"small": 1})
    with pytest.raises(ValueError, match=r"tiers must add up to 1; yours add up to 0\.9"):
        resources.break_even_members(1, fee={"small": 500}, mix={"small": 0.9})
    with pytest.raises(ValueError, match=r"tiers that stand in only one .* large"):
        resources.break_even_members(1, fee={"small": 500}, mix={"large": 1})
    with pytest.raises(ValueError, match=r"tiers that stand in only one .* large"):
        resources.break_even_members(1, {"small": 500}, {"large": 5}, {"small": 1})
    with pytest.raises(ValueError, match="churn must be a share from 0 to below 1"):
        resources.break_even_members(1, fee=500, churn=1)
    with pytest.raises(ValueError, match="fixed costs must be 0 or more"):
        resources.break_even_members(-1, fee=500)
    with pytest.raises(ValueError, match="fees missing at small"):
        resources.break_even_members(1, fee={"small": None}, mix={"small": 1})
