"""De minimis aid: exactly the ceiling, the rolling window, its anniversary, linked firms."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import resources, rules

AWARDS = pd.DataFrame({"granted": ["2024-03-01", "2025-06-01"], "amount": [120_000, 100_000]})
LINKED = pd.DataFrame(
    {
        "undertaking": ["M01", "M07", "M09"],
        "granted": ["2024-03-01", "2025-06-01", "2025-06-02"],
        "amount": [200_000, 200_000, 50_000],
    }
)


def test_overshoot_loses_the_whole_new_award():
    # Regulation (EU) 2023/2831 Art. 3(2), (7): 310 thousand, so nothing of the 90 is covered.
    result = resources.de_minimis_check(AWARDS, 90_000, "2027-02-15")
    assert not result.passes
    assert result.headroom == 80_000
    assert result.reason.endswith("above 300,000.00: no part of it is covered")
    assert resources.de_minimis_check(AWARDS, 80_000, "2027-02-15").passes


def test_exactly_the_ceiling_passes_and_a_cent_more_does_not():
    # Trap T19: exactly 300,000 EUR.
    none = AWARDS.iloc[:0]
    assert resources.de_minimis_check(none, 300_000, "2026-11-23").passes
    assert not resources.de_minimis_check(none, 300_000.01, "2026-11-23").passes
    tenths = pd.DataFrame({"granted": ["2026-01-01"] * 10, "amount": [29_999.9] * 10})
    assert resources.de_minimis_check(tenths, 1, "2026-11-23").passes  # 299,999.00 + 1.00


def test_first_award_leaves_the_window():
    result = resources.de_minimis_check(AWARDS, 90_000, "2027-03-15")
    assert result.passes
    assert result.used == 100_000
    assert result.awards["reason"].tolist() == ["older than three years", "counts"]


def test_anniversary_follows_the_stated_convention():
    # The regulation does not define the day count: both readings, the careful one by default.
    assert resources.de_minimis_headroom(AWARDS, "2027-03-01") == 80_000
    assert resources.de_minimis_headroom(AWARDS, "2027-03-01", anniversary_counts=False) == 200_000
    assert resources.de_minimis_headroom(AWARDS, "2027-03-02") == 200_000
    assert resources.de_minimis_headroom(AWARDS, "2027-02-28", anniversary_counts=False) == 80_000


def test_leap_day_never_reaches_into_march():
    leap = pd.DataFrame({"granted": ["2024-02-29"], "amount": [100_000]})
    assert resources.de_minimis_headroom(leap, "2027-02-28") == 200_000
    assert resources.de_minimis_headroom(leap, "2027-03-01") == 300_000


def test_linked_firms_are_one_and_others_do_not_count():
    # Art. 2(2): 51 per cent of the votes; 200 + 200 thousand leave nothing.
    assert resources.de_minimis_headroom(LINKED, "2026-11-23", ["M01", "M07"]) == 0
    assert resources.de_minimis_headroom(LINKED, "2026-11-23", "M01") == 100_000
    assert resources.de_minimis_headroom(LINKED, "2026-11-23", {"M09", "M10"}) == 250_000
    result = resources.de_minimis_check(LINKED, 1, "2026-11-23", ["M01", "M07"])
    assert result.used == 400_000  # lawful when granted (Art. 3(8)), but no room for more
    assert result.awards["reason"].tolist() == ["counts", "counts", "another undertaking"]


def test_awards_of_one_firm_need_no_group():
    awards = AWARDS.assign(undertaking="M01", member_state="HU")
    assert resources.de_minimis_headroom(awards, "2026-11-23") == 80_000


def test_each_member_state_has_its_own_ceiling():
    awards = AWARDS.assign(member_state=["HU", "SK"])
    assert resources.de_minimis_headroom(awards, "2026-11-23", member_state="HU") == 180_000
    assert resources.de_minimis_headroom(awards, "2026-11-23", member_state="PL") == 300_000
    result = resources.de_minimis_check(awards, 1, "2026-11-23", member_state="SK")
    assert result.awards["reason"].tolist() == ["another member state", "counts"]
    with pytest.raises(ValueError, match="several kinds of member_state: HU, SK: say in member_st"):
        resources.de_minimis_headroom(awards, "2026-11-23")
    with pytest.raises(ValueError, match="need the column member_state"):
        resources.de_minimis_headroom(AWARDS, "2026-11-23", member_state="HU")


def test_the_legal_right_counts_not_the_payment():
    paid_later = AWARDS.assign(paid=["2025-01-01", "2026-01-01"])
    assert resources.de_minimis_headroom(paid_later, "2027-03-15") == 200_000


def test_awards_of_the_same_day_and_under_the_earlier_regulation_count():
    awards = pd.DataFrame({"date": [date(2023, 5, 1), "2024-05-01"], "amount": [50e3, 60e3]})
    assert resources.de_minimis_headroom(awards, "2024-05-01") == 190_000


def test_regime_has_first_and_last_day():
    none = AWARDS.iloc[:0]
    assert resources.de_minimis_headroom(none, "2024-01-01") == 300_000
    assert resources.de_minimis_headroom(none, "2030-12-31") == 300_000
    for day in ("2023-12-31", "2031-01-01"):
        with pytest.raises(rules.NoVerifiedRule, match="no verified rule for"):
            resources.de_minimis_headroom(none, day)


days = st.dates(date(2022, 1, 1), date(2030, 12, 31))


@settings(deadline=None)
@given(
    granted=st.lists(days, max_size=6),
    amounts=st.lists(st.integers(0, 40_000_000), min_size=6, max_size=6),
    new=st.integers(0, 40_000_000),
    later=st.integers(0, 1500),
)
def test_window_rolls_and_headroom_never_exceeds_the_ceiling(granted, amounts, new, later):
    on = min(max([date(2024, 1, 1), *granted]) + timedelta(days=later), date(2030, 12, 31))
    cents = [amount / 100 for amount in amounts[: len(granted)]]
    awards = pd.DataFrame({"granted": granted, "amount": cents})
    headroom = resources.de_minimis_headroom(awards, on)
    by_hand = sum(
        amount
        for day, amount in zip(granted, amounts, strict=False)
        if (day.year + 3, day.month, day.day) >= (on.year, on.month, on.day)
    )
    assert headroom == max(30_000_000 - by_hand, 0) / 100
    result = resources.de_minimis_check(awards, new / 100, on)
    assert result.passes == (by_hand + new <= 30_000_000)
    if granted and headroom:
        first = resources.de_minimis_headroom(awards.iloc[1:], on)
        assert first >= headroom


@settings(deadline=None)
@given(granted=days.filter(lambda day: day >= date(2024, 1, 1) and day.year < 2027))
def test_window_is_inclusive_at_both_ends(granted):
    # Trap T19: the first and the last day of the window.
    awards = pd.DataFrame({"granted": [granted], "amount": [100_000]})
    assert resources.de_minimis_headroom(awards, granted) == 200_000
    try:
        anniversary = granted.replace(year=granted.year + 3)
    except ValueError:
        anniversary = date(granted.year + 3, 2, 28)
    assert resources.de_minimis_headroom(awards, anniversary) == 200_000
    assert resources.de_minimis_headroom(awards, anniversary + timedelta(days=1)) == 300_000


def test_faults_in_domain_words():
    with pytest.raises(ValueError, match="awards of several kinds of undertaking: M01, M07, M09"):
        resources.de_minimis_headroom(LINKED, "2026-11-23")
    with pytest.raises(ValueError, match="the awards need the columns granted, amount"):
        resources.de_minimis_headroom(pd.DataFrame({"day": []}), "2026-11-23")
    with pytest.raises(ValueError, match="awards granted after 2025-01-01: 1: leave them out"):
        resources.de_minimis_headroom(AWARDS, "2025-01-01")
    for blank in (None, pd.NaT, "soon", float("nan")):
        with pytest.raises(ValueError, match="no day of the legal right for the awards 0"):
            resources.de_minimis_headroom(
                pd.DataFrame({"granted": pd.Series([blank], dtype=object), "amount": [1]}),
                "2026-11-23",
            )
    with pytest.raises(ValueError, match=r"amount missing at 0: a blank is not a zero"):
        resources.de_minimis_headroom(AWARDS.assign(amount=[None, 1.0]), "2026-11-23")
    with pytest.raises(ValueError, match="undertaking missing for the awards 1"):
        resources.de_minimis_headroom(AWARDS.assign(firm=["M01", None]), "2026-11-23", "M01")
    with pytest.raises(ValueError, match="new award must be 0 EUR or more"):
        resources.de_minimis_check(AWARDS, -1, "2026-11-23")
