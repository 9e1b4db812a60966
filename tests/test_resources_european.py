"""Grants of Horizon Europe and the regional funds: published example, base, bounds."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import resources, rules
from clusterlib.resources.money import amount, at_most, cents

DAY = "2024-05-01"
actions = st.sampled_from(["RIA", "IA", "CSA"])
money = st.integers(0, 10**10).map(lambda cent: cent / 100)


# Worked example of the Austrian research promotion agency (ffg.at): direct 100, indirect 25,
# total 125; research action, support action and non-profit 125, innovation action 87.50.
@pytest.mark.parametrize(
    ("action", "non_profit", "grant"),
    [("RIA", False, 125), ("CSA", False, 125), ("IA", True, 125), ("IA", False, 87.5)],
)
def test_worked_example_of_the_agency(action, non_profit, grant):
    assert resources.indirect_costs(100, on=DAY) == 25
    assert resources.horizon_grant(100, action, non_profit, on=DAY) == grant


def test_subcontracting_has_no_overhead_but_is_funded():
    # Trap T20: the base of the flat rate leaves subcontracts out.
    # Regulation (EU) 2021/695 Art. 34, 35: 100 of which 20 subcontracted: firm 84, others 120.
    assert resources.indirect_costs(100, 20, on=DAY) == 20
    assert resources.horizon_grant(100, "IA", subcontracting=20, on=DAY) == 84
    assert resources.horizon_grant(100, "IA", non_profit=True, subcontracting=20, on=DAY) == 120
    assert resources.indirect_costs(100, 100, on=DAY) == 0


@settings(deadline=None)
@given(
    direct=money, more=money, share=st.floats(0, 1), action=st.sampled_from(["RIA", "IA", "CSA"])
)
def test_grant_grows_with_cost_and_stays_under_the_total(direct, more, share, action):
    free = round(direct * share, 2) if direct else 0.0
    free = min(free, direct)
    grant = resources.horizon_grant(direct, action, subcontracting=free, on=DAY)
    assert grant <= direct + resources.indirect_costs(direct, free, on=DAY) + 0.01
    assert resources.horizon_grant(direct + more, action, subcontracting=free, on=DAY) >= grant
    assert resources.horizon_grant(direct, action, on=DAY) >= grant
    assert resources.horizon_grant(direct, action, non_profit=True, on=DAY) >= grant


def test_rounding_is_to_cents_half_up_and_once():
    assert cents(Decimal("0.125")) == 0.13
    assert at_most(Decimal("0.129")) == 0.12
    assert resources.indirect_costs(0.5, on=DAY) == 0.13  # 0.125
    # 70 % of 0.3125 is 0.21875; rounding the overhead first would give 70 % of 0.31 = 0.217.
    assert resources.horizon_grant(0.25, "IA", on=DAY) == 0.22
    assert amount(0.1, "costs") + amount(0.2, "costs") == Decimal("0.3")


def test_without_a_day_the_rules_of_today_hold():
    def answer(*on):
        try:
            day = {"on": on[0]} if on else {}
            return [
                resources.horizon_grant(100, "RIA", **day),
                resources.indirect_costs(100, **day),
                resources.erdf_rate("transition", **day),
            ]
        except rules.NoVerifiedRule as none:  # as it must be once the programme has ended
            return str(none)

    assert answer() == answer(date.today())


def test_no_rate_outside_the_programme():
    with pytest.raises(rules.NoVerifiedRule, match="no verified rule for 2028-01-01"):
        resources.horizon_grant(100, "RIA", on="2028-01-01")
    with pytest.raises(rules.NoVerifiedRule):
        resources.indirect_costs(100, on="2020-12-31")


def test_faults_in_domain_words():
    with pytest.raises(ValueError, match=r"subcontracting of 120\.0 EUR is more than the direct"):
        resources.horizon_grant(100, "RIA", subcontracting=120, on=DAY)
    with pytest.raises(ValueError, match="action 'RIA2' is not known: choose one of RIA, IA, CSA"):
        resources.horizon_grant(100, "RIA2", on=DAY)
    with pytest.raises(ValueError, match="direct costs must be 0 EUR or more"):
        resources.indirect_costs(-1, on=DAY)
    with pytest.raises(ValueError, match="direct costs is blank: a blank is not a zero"):
        resources.indirect_costs(float("nan"), on=DAY)
    with pytest.raises(ValueError, match="must be an amount in EUR, not 'ten'"):
        resources.indirect_costs("ten", on=DAY)


# Regulation (EU) 2021/1060 Art. 112(3)(a)-(e).
@pytest.mark.parametrize(
    ("region_class", "percent"),
    [
        ("less_developed", 85),
        ("transition_was_less_developed", 70),
        ("transition", 60),
        ("more_developed_was_transition", 50),
        ("more_developed", 40),
    ],
)
def test_regional_fund_rates(region_class, percent):
    assert resources.erdf_rate(region_class, on="2021-07-01") == percent


def test_unknown_region_class():
    with pytest.raises(ValueError, match="class of region 'rich' is not known"):
        resources.erdf_rate("rich", on=DAY)
    with pytest.raises(rules.NoVerifiedRule):
        resources.erdf_rate("transition", on="2028-01-01")
