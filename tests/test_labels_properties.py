"""Label checks and dated facts: a rule broken stays broken, and more never harms."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import labels, resources, rules

quick = settings(max_examples=60, deadline=None)
clusters = st.fixed_dictionaries(
    {},
    optional={
        "staff_fte": st.sampled_from([0, 0.25, 0.5, 0.75, 3]),
        "committed_members": st.integers(0, 30),
        "member_types": st.integers(0, 4),
        "english_site": st.booleans(),
        "active": st.booleans(),
    },
)
NEEDED = {"staff_fte": 0.5, "committed_members": 15, "member_types": 2}


@quick
@given(clusters)
def test_a_platform_profile_is_decided_by_its_five_rules(profile):
    # The platform's registration page: half a post, fifteen members, two types, English, active.
    answers = {
        rule: None if rule not in profile else profile[rule] >= NEEDED.get(rule, True)
        for rule in ("staff_fte", "committed_members", "member_types", "english_site", "active")
    }
    check = labels.eccp_check(profile)
    told = dict(zip(check.rules["rule"], check.rules["passed"].astype(object), strict=True))
    assert {rule: (None if one is not True and one is not False else one)
            for rule, one in told.items()} == answers  # fmt: skip
    if False in answers.values():
        assert check.verdict == "fail"
    else:
        assert check.verdict == ("cannot be decided" if None in answers.values() else "pass")
    # What is not known can turn out either way, but what is broken stays broken.
    best = {**dict.fromkeys(NEEDED, 99), "english_site": True, "active": True, **profile}
    assert (labels.eccp_check(best).verdict == "pass") == (False not in answers.values())


@quick
@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 20))
def test_a_title_is_kept_from_exactly_half_upwards(current, named, joined):
    named = min(named, current)
    kept = labels.accreditation_kept(named, current)
    assert kept == (2 * named >= current)
    # One more member who was not named never saves a title, one more who was never costs it.
    assert not labels.accreditation_kept(named, current + 1) or kept
    assert labels.accreditation_kept(named + 1, current + 1) or not kept
    older = labels.older_accreditation_kept(current, left=named, joined=joined)
    assert older == (2 * (named + joined) <= current)


@quick
@given(st.sampled_from(list(rules.names().index)), st.integers(0, 7000))
def test_a_table_holds_the_facts_of_its_day_and_no_others(name, days):
    day = date(2012, 1, 1) + timedelta(days=days)
    everything = rules.find()
    held = []
    for row in everything[everything["table"] == name].itertuples():
        begun = row.valid_from is None or row.valid_from <= day
        if begun and (row.valid_to is None or day <= row.valid_to):
            held.append((row.rule, row.value))
    if not held:
        with pytest.raises(rules.NoVerifiedRule, match=str(day)):
            rules.table(name, on=day)
        return
    table = rules.table(name, on=str(day))
    assert list(zip(table.index, table["value"], strict=True)) == held
    assert table.index.is_unique
    for rule in table.index:
        assert rules.fact(name, rule, on=day).value == table.loc[rule, "value"]


@quick
@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 20))
def test_a_fairer_share_never_loses_the_bonus_for_working_together(largest, research, change):
    # Art. 25(6)(b): no undertaking above 70 %, or research organisations with 10 % at least.
    counts = resources.collaboration_counts(largest, research, on="2024-05-01")
    assert counts == (largest <= 70 or research >= 10)
    fairer = resources.collaboration_counts(
        max(largest - change, 0), min(research + change, 100), on="2024-05-01"
    )
    assert fairer or not counts


def test_rates_fall_with_wealth_and_sizes_follow_from_grant_and_intensity():
    rates = [resources.erdf_rate(one, on="2024-05-01") for one in resources.european.REGION_CLASSES]
    assert rates == sorted(rates, reverse=True)
    for call, day in (("ginop_1_3_2_15", "2016-01-01"), ("ginop_plusz_1_1_6_25", "2026-04-01")):
        least, most = resources.project_size_bounds(call, on=day)
        grant = rules.fact("ginop", f"{call}_grant", on=day).numbers
        percent = rules.fact("ginop", f"{call}_intensity", on=day).numbers
        lowest = percent.get("minimum", percent["maximum"])
        assert least * percent["maximum"] / 100 == pytest.approx(grant["minimum"])
        assert most * lowest / 100 == pytest.approx(grant["maximum"])
