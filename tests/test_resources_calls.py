"""What a call's own numbers imply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import resources, rules


def test_project_sizes_of_hungarian_calls():
    # GINOP-1.3.2-15: HUF 5 to 50 million at 50 to 75 per cent.
    least, most = resources.project_size_bounds("ginop_1_3_2_15", on="2016-01-01")
    assert least * 0.75 == pytest.approx(5e6)
    assert most * 0.5 == pytest.approx(50e6)
    # GINOP Plusz 1.1.6-25, from 12 March 2026: HUF 20 to 120 million at up to 85 per cent.
    later = resources.project_size_bounds("ginop_plusz_1_1_6_25", on="2026-03-12")
    assert later == pytest.approx((20e6 / 0.85, 120e6 / 0.85))


def test_project_size_faults():
    with pytest.raises(ValueError, match="call 'ginop' is not known: choose one of ginop_1_3_2_15"):
        resources.project_size_bounds("ginop")
    with pytest.raises(rules.NoVerifiedRule):
        resources.project_size_bounds("ginop_plusz_1_1_6_25", on="2026-03-11")


# ClusterXchange: half if under 5 working days and/or under 200 km; 390 (3 days), 780 (5 days).
@pytest.mark.parametrize(
    ("days", "kilometres", "paid"),
    [(3, 900, 390), (5, 900, 780), (5, 200, 780), (5, 199.9, 390), (4, 100, 390)],
)
def test_lump_sum_of_a_visit(days, kilometres, paid):
    assert resources.exchange_visit_lump_sum(780, days, kilometres, on="2022-05-02") == paid


def test_published_example_is_the_halving():
    example = rules.fact("clusterxchange", "example", on="2022-05-02").numbers
    paid = resources.exchange_visit_lump_sum(example["five_days"], 3, 900, on="2022-05-02")
    assert paid == example["three_days"]


@settings(deadline=None)
@given(days=st.integers(3, 20), way=st.integers(0, 2_000), more=st.integers(0, 500))
def test_longer_and_farther_is_never_paid_less(days, way, more):
    here = resources.exchange_visit_lump_sum(780, days, way, on="2022-05-02")
    assert here <= resources.exchange_visit_lump_sum(780, days + 1, way + more, on="2022-05-02")


def test_visit_faults():
    with pytest.raises(ValueError, match="a visit of 2 working days is too short: 3 are the least"):
        resources.exchange_visit_lump_sum(780, 2, 900, on="2022-05-02")
    with pytest.raises(ValueError, match="the distance must be 0 kilometres or more, not -1"):
        resources.exchange_visit_lump_sum(780, 3, -1, on="2022-05-02")
    with pytest.raises(rules.NoVerifiedRule, match="2020-01-01 to 2024-12-31"):
        resources.exchange_visit_lump_sum(780, 3, 900, on="2026-11-23")
