"""Dated facts: all of them found, none given for a day it does not hold, doubt always shown."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import partners, rules
from clusterlib.rules.facts import all_tables

NOTES = Path(__file__).parents[2] / "shared" / "reference" / "rules.csv"
FACTS = [one for each in all_tables().values() for one in each.facts]
BLOCK_EXEMPTION = [name for name in rules.names().index if name.startswith("gber_")]
AID_TABLES = [name for name in BLOCK_EXEMPTION if name != "gber_timeline"]


def noted_rows():
    if not NOTES.exists():
        pytest.skip("the collected source notes (rules.csv) are not beside this copy of the course")
    with NOTES.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_noted_fact_is_found_with_its_value_and_its_doubt():
    rows = noted_rows()
    assert len(rows) == 181
    lost = []
    for row in rows:
        held = [one for one in FACTS if one.name == row["name"].strip()]
        same = [
            one
            for one in held
            if row["value"] in (str(one.value), one.as_noted)
            and one.verified == row["verified"].removesuffix(" (m)")
        ]
        if not held or len(same) != len(held):
            lost.append(row["name"])
    assert lost == []


def test_noted_days_are_kept():
    plain = [
        row
        for row in noted_rows()
        if len(row["valid_from"]) == len(row["valid_to"]) == len("2014-07-01")
    ]
    assert len(plain) > 90
    for row in plain:
        held = [one for one in FACTS if one.name == row["name"].strip()]
        assert min(one.valid_from for one in held).isoformat() == row["valid_from"]
        assert max(one.valid_to for one in held).isoformat() == row["valid_to"]


def test_names_of_facts_can_be_searched():
    assert len(rules.find()) == len(FACTS)
    assert rules.find("clusterxchange MAXIMUM")["value"].tolist() == [1100]
    assert rules.find("nothing of the kind").empty
    assert set(rules.find(verified="no")["verified"]) == {"no"}
    with pytest.raises(ValueError, match="verified 'maybe' is not known"):
        rules.find(verified="maybe")


def test_versions_of_a_fact_do_not_overlap():
    for one in FACTS:
        day = one.valid_from or date(1990, 1, 1)
        held = [
            other
            for other in FACTS
            if (other.table, other.rule) == (one.table, one.rule) and other.holds_on(day)
        ]
        assert held == [one], f"{one.table} / {one.rule} on {day}"


def test_every_fact_says_where_it_was_read_and_how_it_was_checked():
    for one in FACTS:
        assert one.name
        assert one.source
        assert one.unit
        assert one.status
        assert one.valid_from is None or one.valid_to is None or one.valid_from <= one.valid_to
        assert one.rule.isidentifier()


@pytest.mark.parametrize("name", AID_TABLES)
def test_no_old_rate_after_the_block_exemption_ends(name):
    assert len(rules.table(name, on="2026-12-31"))
    with pytest.raises(rules.NoVerifiedRule, match=r"no verified rule for 2027-01-01.*successor"):
        rules.table(name, on="2027-01-01")
    with pytest.raises(rules.NoVerifiedRule):
        rules.table(name, on="2014-06-30")


@settings(deadline=None)
@given(days=st.integers(1, 20_000), rule=st.sampled_from([one for one in FACTS if one.valid_to]))
def test_no_fact_is_given_after_its_last_known_day(days, rule):
    end = rules.last_day(rule.table, rule.rule)
    if end is None:
        assert rules.fact(rule.table, rule.rule, on=date(2100, 1, 1)).valid_to is None
        return
    assert rules.fact(rule.table, rule.rule, on=end).valid_to == end
    with pytest.raises(rules.NoVerifiedRule, match="no verified rule for"):
        rules.fact(rule.table, rule.rule, on=end + timedelta(days=days))


def test_the_timeline_outlives_the_regulation_by_its_adjustment_period():
    later = rules.table("gber_timeline", on="2027-06-30")
    assert "adjustment_period" in later.index
    assert "end" not in later.index
    assert "adjustment_period" not in rules.table("gber_timeline", on="2027-07-01").index
    assert rules.fact("gber_timeline", "successor", on="2027-06-30").status == "to be confirmed"


# Regulation (EU) No 651/2014 as amended by 2023/1315: the change is on 1 July 2023.
@pytest.mark.parametrize(
    ("name", "rule", "before", "after"),
    [
        ("gber_clusters", "threshold", 7.5, 10),
        ("gber_services", "advisory_cap", 200_000, 220_000),
        ("gber_services", "innovation_threshold", 5, 10),
        ("gber_training", "threshold", 2, 3),
        ("gber_research", "threshold_feasibility", 7.5, 8.25),
        ("gber_cooperation", "threshold", 2, 2.2),
        ("gber_cooperation", "small_aid", 20_000, 22_000),
        ("gber_conditions", "publication", 500_000, 100_000),
    ],
)
def test_the_amendment_of_2023_changes_the_value_overnight(name, rule, before, after):
    assert rules.fact(name, rule, on="2023-06-30").number == before
    assert rules.fact(name, rule, on="2023-07-01").number == after


# Regulation (EU) 2021/1060 Art. 112(3), 2021/1059 Art. 13; 2021/695 Art. 34, 35; 2023/2831 Art. 3.
@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("erdf", "less_developed", 85),
        ("erdf", "transition_was_less_developed", 70),
        ("erdf", "transition", 60),
        ("erdf", "more_developed_was_transition", 50),
        ("erdf", "more_developed", 40),
        ("interreg", "general", 80),
        ("interreg", "outermost", 85),
        ("interreg", "europe_public", 80),
        ("interreg", "europe_non_profit", 70),
        ("horizon_europe", "indirect_costs", 25),
        ("horizon_europe", "innovation_rate", 70),
        ("de_minimis", "ceiling", 300_000),
        ("cornet", "committee", 5),
        ("cornet", "turkey_committee", 3),
        ("cornet", "flanders_group", 10),
    ],
)
def test_values_in_force_in_november_2026(name, rule, value):
    assert rules.fact(name, rule, on="2026-11-23").number == value


def test_interreg_staff_of_ten_thousand():
    # Office 15 % (Regulation 2021/1060 Art. 54(b)) and travel 15 % (2021/1059 Art. 41(5)).
    office = rules.fact("interreg", "office_flat", on="2026-11-23").number
    travel = rules.fact("interreg", "travel_flat", on="2026-11-23").number
    example = rules.fact("interreg", "travel_example", on="2026-11-23").numbers
    assert example["staff"] * travel / 100 == example["travel"] == 1500
    assert 10_000 * office / 100 == 1500


def test_average_grant_of_euroclusters_is_its_own_division():
    wave = rules.fact("cluster_programmes", "euroclusters_wave_1", on="2023-01-01").numbers
    average = rules.fact("cluster_programmes", "euroclusters_average", on="2023-01-01")
    assert wave["budget_eur"] / wave["projects"] == average.number * 1e6
    assert average.verified == "derived"


def test_austria_leaves_cornet():
    assert rules.fact("cornet", "austria_rate", on="2024-09-25").number == 60
    assert rules.fact("cornet", "austria_committee", on="2024-09-25").number == 3
    with pytest.raises(rules.NoVerifiedRule, match="until 2024-09-25"):
        rules.fact("cornet", "austria_rate", on="2024-09-26")
    assert rules.fact("cornet", "austria_out", on="2024-09-26").value is False


def test_table_says_which_version_it_used():
    version = rules.table("gber_clusters", on="2024-05-01").attrs["version"]
    assert "as it holds on 2024-05-01, unchanged since 2023-07-01, until 2026-12-31" in version
    assert "no end published" in rules.table("eccp_profile", on="2026-11-23").attrs["version"]


def test_columns_are_those_of_a_dated_fact():
    table = rules.table("de_minimis", on=date(2026, 11, 23))
    assert {"value", "unit", "valid_from", "valid_to", "source", "verified"} <= set(table.columns)
    assert table.loc["ceiling", "valid_from"] == date(2024, 1, 1)
    assert set(table["verified"]) <= {"yes", "secondary", "derived", "no"}


@pytest.mark.parametrize(
    "day", [date(2026, 11, 23), datetime(2026, 11, 23, 9), "2026-11-23", pd.Timestamp("2026-11-23")]
)
def test_a_day_may_be_written_in_several_ways(day):
    assert rules.fact("de_minimis", "ceiling", on=day).value == 300_000


@pytest.mark.parametrize("day", ["yesterday", 2026, pd.NaT])
def test_a_day_must_be_a_day(day):
    with pytest.raises(ValueError, match="is not a day: write it as 2026-11-23"):
        rules.table("de_minimis", on=day)


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match=r"table of rules 'gber' is not known.*de_minimis"):
        rules.table("gber", on="2024-01-01")
    with pytest.raises(ValueError, match=r"rule of de_minimis 'limit' is not known.*ceiling"):
        rules.fact("de_minimis", "limit", on="2024-01-01")


def test_doubt_is_shown():
    shown = rules.show(rules.find(verified="no"))
    assert len(shown) > 10
    assert set(shown["status"]) == {"to be confirmed"}
    everything = rules.show(rules.find())
    assert "third party only, to be confirmed" in set(everything["status"])
    assert "no dates published" in set(everything["days"])
    assert "until 2024-09-25" in set(everything["days"])
    assert everything["how much"].str.len().min() > 0
    with pytest.raises(ValueError, match="pass what table returned"):
        rules.show(pd.DataFrame({"value": [1]}))


def test_one_line_for_a_report():
    assert str(rules.fact("cluster_stars", "panorama_quotient", on="2018-01-01")) == (
        "Panorama minimum LQ 1.5: 1.5 ratio (2014-01-01 to 2020-12-31; no source seen; "
        "to be confirmed)"
    )


@pytest.mark.parametrize(
    ("name", "rule", "words"),
    [
        ("gber_research", "size_bonus", "medium 10, small 20 points"),
        ("gber_clusters", "investment_beneficiary", "owner"),
        ("gber_clusters", "innovation_hubs", "yes"),
        ("gber_clusters", "investment_costs", "tangible investment, intangible investment"),
        ("de_minimis", "ceiling", "300000 EUR per single undertaking per Member State"),
    ],
)
def test_how_much_reads_like_words(name, rule, words):
    assert rules.fact(name, rule, on="2024-05-01").how_much == words


def test_a_source_stands_on_its_own():
    assert [one.name for one in FACTS if one.source.startswith("same page")] == []


def test_a_fact_with_cases_is_not_one_number():
    bonus = rules.fact("gber_research", "size_bonus", on="2024-01-01")
    assert bonus.numbers == {"medium": 10, "small": 20}
    with pytest.raises(ValueError, match="gber_research / size_bonus is not one number"):
        _ = bonus.number
    with pytest.raises(ValueError, match="has no cases"):
        _ = rules.fact("gber_research", "cap", on="2024-01-01").numbers
    with pytest.raises(ValueError, match="is not one number: True"):
        _ = rules.fact("eccp_profile", "english_site", on="2024-01-01").number


def test_last_day_of_an_open_fact_is_none():
    assert rules.last_day("eccp_profile", "members") is None
    assert rules.last_day("gber_clusters", "threshold") == date(2026, 12, 31)


def test_a_firm_with_a_tenth_of_the_investment_may_get_preferential_access():
    # Regulation (EU) No 651/2014 Art. 27(3): "at least 10 %".
    fact = rules.fact("gber_clusters", "preferential_access", on="2024-05-01")
    assert fact.number == 10
    assert ">=" in fact.unit


# Regulation (EU) 2021/695 Art. 22(2): three countries, one of them a member state.
@pytest.mark.parametrize(
    ("countries", "eligible"),
    [
        (["DE", "DE", "NO"], False),
        (["FR", "NO", "CH"], True),
        (["NO", "CH", "IL"], False),
        (["DE", "FR", "HU"], True),
    ],
)
def test_horizon_consortium_from_the_table(countries, eligible):
    needed = rules.fact("horizon_europe", "consortium", on="2026-11-23").numbers
    call = partners.Call(
        name="Horizon Europe",
        min_partners=int(needed["entities"]),
        min_countries=int(needed["countries"]),
        member_states=("DE", "FR", "HU"),
        min_member_states=int(needed["from_member_states"]),
    )
    team = pd.DataFrame({"country": countries}, index=["U1", "S1", "N1"])
    assert partners.check_eligibility(team, call).eligible is eligible


def test_share_of_an_interreg_europe_project_lies_between_its_rates():
    # CLUSTERS3, 2016-2020: 1,544,244 of 1,832,645 EUR, 84.3 per cent.
    rates = rules.fact("interreg", "europe_earlier", on="2016-04-01").numbers
    share = 100 * 1_544_244 / 1_832_645
    assert round(share, 1) == 84.3
    assert rates["non_profit"] < share < rates["public"]


def test_usable_replies_of_the_first_importance_performance_study():
    # Martilla and James (1977): 284 of 634, 44.8 per cent.
    sample = rules.fact("needs_methods", "importance_performance_sample", on="2026-11-23").numbers
    assert round(100 * sample["usable"] / sample["sent"], 1) == sample["percent"]


def test_a_fact_of_words_without_days_shows_no_days():
    shown = rules.show(rules.table("eccp_profile", on="2026-11-23"))
    assert set(shown["days"]) == {"no dates published"}
