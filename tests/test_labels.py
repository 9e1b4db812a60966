"""Label self-checks: exact boundaries, what is unknown stays open, evidence decides."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import labels, rules

ENOUGH = {
    "staff_fte": 0.5,
    "committed_members": 15,
    "member_types": 2,
    "english_site": True,
    "active": True,
}


def test_exactly_enough_passes_every_rule():
    check = labels.eccp_check(ENOUGH)
    assert check.verdict == "pass"
    assert check.rules["passed"].all()
    assert check.rules["reason"].tolist()[:3] == [
        "0.5 full-time equivalents, 0.5 needed",
        "15 members, 15 needed",
        "2 types, 2 needed",
    ]


@pytest.mark.parametrize(
    ("rule", "short"),
    [
        ("staff_fte", 0.49),
        ("committed_members", 14),
        ("member_types", 1),
        ("member_types", ["firm", "firm"]),
        ("english_site", False),
        ("active", False),
    ],
)
def test_one_rule_broken_fails_even_with_others_unknown(rule, short):
    check = labels.eccp_check({**ENOUGH, rule: short})
    assert check.verdict == "fail"
    assert check.rules.set_index("rule")["passed"].eq(False).sum() == 1
    assert labels.eccp_check({rule: short}).verdict == "fail"


@pytest.mark.parametrize("rule", list(ENOUGH))
@pytest.mark.parametrize("blank", [None, float("nan"), pd.NA])
def test_an_unknown_value_cannot_be_decided(rule, blank):
    check = labels.eccp_check({**ENOUGH, rule: blank})
    assert check.verdict == "cannot be decided"
    row = check.rules.set_index("rule").loc[rule]
    assert row["passed"] is pd.NA
    assert "not known" in row["reason"]
    absent = {name: value for name, value in ENOUGH.items() if name != rule}
    assert labels.eccp_check(absent).verdict == "cannot be decided"


def test_a_blank_or_the_same_type_in_other_letters_is_no_second_type():
    for types in (["firm", None], ["firm", " "], ["firm", "Firm "], ["firm", float("nan")]):
        assert labels.eccp_check({**ENOUGH, "member_types": types}).verdict == "fail"


def test_member_types_may_be_listed():
    assert labels.eccp_check({**ENOUGH, "member_types": ["firm", "school"]}).verdict == "pass"
    assert labels.eccp_check(pd.Series({**ENOUGH, "member_types": {"a", "b"}})).verdict == "pass"


def test_evidence_stays_beside_its_rule():
    check = labels.eccp_check({**ENOUGH, "staff_fte": {"value": 1, "evidence": "payroll of May"}})
    assert check.rules.set_index("rule").loc["staff_fte", "evidence"] == "payroll of May"
    assert any("no evidence attached: committed_members" in note for note in check.notes)
    proven = {name: {"value": value, "evidence": "seen"} for name, value in ENOUGH.items()}
    assert not any("no evidence" in note for note in labels.eccp_check(proven).notes)


def test_waiver_is_told_not_applied():
    assert "waiver" in labels.eccp_check({**ENOUGH, "active": False}).notes[0]


def test_eccp_faults():
    with pytest.raises(ValueError, match="no rule asks for staff: choose among staff_fte"):
        labels.eccp_check({"staff": 1})
    with pytest.raises(ValueError, match="staff_fte must be a number, not 'two'"):
        labels.eccp_check({"staff_fte": "two"})
    for wrong in (True, -1, float("inf")):
        with pytest.raises(ValueError, match="committed_members must be a number of 0 or more"):
            labels.eccp_check({"committed_members": wrong})
    with pytest.raises(ValueError, match="english_site must be True or False, not 'yes'"):
        labels.eccp_check({"english_site": "yes"})
    with pytest.raises(ValueError, match="active must be True or False, not 1"):
        labels.eccp_check({"active": 1})


FULL = {"cooperation": 20, "management": 30, "international": 24, "innovation": 26}
FIRM = {"closed_years": 1, "staff": 1, "years_managed": 1, "member_with_majority": False}


def test_the_four_areas_make_a_hundred():
    # Interreg Europe good practice on the accreditation: 20 + 30 + 24 + 26.
    result = labels.hungarian_points({**FULL, **FIRM})
    assert result.points == result.low == result.high == 100
    assert result.areas["maximum"].tolist() == [20, 30, 24, 26]
    assert result.entry.verdict == "pass"
    assert "2016-10-15 to 2018-10-15" in result.scheme


def test_unknown_areas_make_a_range():
    nothing = labels.hungarian_points({})
    assert (nothing.points, nothing.low, nothing.high) == (None, 0, 100)
    assert nothing.entry.verdict == "cannot be decided"
    part = labels.hungarian_points({"cooperation": 15, "management": (10, 22.5)})
    assert (part.points, part.low, part.high) == (None, 25, 87.5)
    closed = labels.hungarian_points({**FULL, "management": (12, 12)})
    assert closed.points == 82


@settings(deadline=None)
@given(
    points=st.fixed_dictionaries(
        {}, optional={area: st.integers(0, most) for area, most in FULL.items()}
    )
)
def test_range_holds_every_outcome(points):
    result = labels.hungarian_points(points)
    assert 0 <= result.low <= result.high <= 100
    lost = sum(most for area, most in FULL.items() if area not in points)
    assert result.high - result.low == lost
    assert result.low == sum(points.values())
    assert (result.points is None) == (lost > 0)


def test_entry_of_the_managing_organisation():
    assert labels.hungarian_points({**FIRM, "staff": 0.9}).entry.verdict == "fail"
    held = labels.hungarian_points({**FIRM, "member_with_majority": True}).entry
    assert held.verdict == "fail"
    assert held.rules["reason"].iloc[-1].startswith("a member holds a majority")
    assert any("not found" in note for note in held.notes)


def test_hungarian_evidence_and_days():
    profile = {"cooperation": {"value": 12, "evidence": "minutes of joint projects"}}
    result = labels.hungarian_points(profile, on="2016-10-15")
    assert result.areas.loc["cooperation", "evidence"] == "minutes of joint projects"
    with pytest.raises(rules.NoVerifiedRule, match="known: 2016-10-15 to 2018-10-15"):
        labels.hungarian_points(profile, on="2020-01-01")


def test_hungarian_faults():
    with pytest.raises(ValueError, match="points for cooperation must lie between 0 and 20"):
        labels.hungarian_points({"cooperation": 21})
    with pytest.raises(ValueError, match="the fewer first"):
        labels.hungarian_points({"innovation": (5, 3)})
    with pytest.raises(ValueError, match="must be one number or"):
        labels.hungarian_points({"innovation": (5, 3, 1)})
    with pytest.raises(ValueError, match="innovation must be a number of 0 or more"):
        labels.hungarian_points({"innovation": -1})
    with pytest.raises(ValueError, match="no rule asks for strategy"):
        labels.hungarian_points({"strategy": 5})


def test_title_is_lost_strictly_below_half():
    # Trap T21: "below 50 %" is strict; exactly half keeps the title.
    # klaszterfejlesztes.hu: lost if the named members fall "below 50 %" of the current ones.
    assert labels.accreditation_kept(10, 20)
    assert not labels.accreditation_kept(10, 21)
    assert not labels.accreditation_kept(10, 21, on="2017-01-01")
    for named, current in ((5, 4), (0, 0), (-1, 4)):
        with pytest.raises(ValueError, match="named of"):
            labels.accreditation_kept(named, current)


def test_older_scheme_counts_joins_as_change():
    assert labels.older_accreditation_kept(20, left=6, joined=4)
    assert not labels.older_accreditation_kept(20, left=6, joined=5)
    assert labels.older_accreditation_kept(20, left=10, joined=0, on="2010-01-01")
    with pytest.raises(rules.NoVerifiedRule):
        labels.older_accreditation_kept(20, 1, 1, on="2016-01-01")
    for members, left, joined in ((0, 0, 0), (5, 6, 0), (5, 1, -1)):
        with pytest.raises(ValueError, match="check the counts"):
            labels.older_accreditation_kept(members, left, joined)


ITEMS = labels.excellence_items()


def proven(level):
    return {item: {"level": level, "evidence": "file"} for item in ITEMS.index}


def test_items_map_to_the_six_public_dimensions():
    assert ITEMS["dimension"].nunique() == 6
    assert ITEMS.index.is_unique
    assert (ITEMS[["text", "evidence_to_attach"]] != "").all(axis=None)


def test_profile_says_what_it_is_not():
    note = labels.excellence_profile({}).note
    assert "Not affiliated with ESCA" in note
    assert "gives no label" in note


def test_levels_with_evidence_are_counted():
    best = labels.excellence_profile(proven(3)).dimensions
    assert (best[["low", "high"]] == 100).all(axis=None)
    assert set(best["status"]) == {"determined"}
    assert labels.excellence_profile(proven(0)).dimensions["high"].tolist() == [0] * 6
    assert labels.excellence_profile(proven(2)).dimensions["low"].tolist() == pytest.approx(
        [200 / 3] * 6
    )


@pytest.mark.parametrize("evidence", [None, "", "  ", float("nan"), pd.NA])
def test_without_evidence_an_item_is_undetermined(evidence):
    result = labels.excellence_profile({"strategy": {"level": 3, "evidence": evidence}})
    assert result.items.loc["strategy", "status"] == "undetermined"
    assert result.items.loc["strategy", "level"] == 3
    assert result.dimensions["determined"].sum() == 0
    assert result.dimensions["low"].tolist() == [0] * 6
    assert result.dimensions["high"].tolist() == [100] * 6


def test_evidence_without_a_level_is_undetermined_too():
    result = labels.excellence_profile({"strategy": {"evidence": "plan"}})
    assert result.items.loc["strategy", "status"] == "undetermined"


def test_a_table_will_do():
    table = pd.DataFrame(
        {"level": [1, None], "evidence": ["list", "map"]}, index=["membership_list", "nearness"]
    )
    result = labels.excellence_profile(table)
    structure = result.dimensions.loc["structure of the cluster"]
    assert structure[["determined", "status"]].tolist() == [1, "undetermined"]
    assert structure["low"] == pytest.approx(100 / 12)
    assert structure["high"] == pytest.approx(100 * 10 / 12)


@settings(deadline=None)
@given(
    levels=st.lists(st.integers(0, 3), min_size=len(ITEMS), max_size=len(ITEMS)),
    known=st.sets(st.sampled_from(list(ITEMS.index))),
)
def test_range_closes_as_evidence_comes_in(levels, known):
    full = {
        item: {"level": level, "evidence": "file"}
        for item, level in zip(ITEMS.index, levels, strict=True)
    }
    whole = labels.excellence_profile(full).dimensions
    part = labels.excellence_profile({item: full[item] for item in known}).dimensions
    assert (part["low"] <= whole["low"] + 1e-9).all()
    assert (part["high"] >= whole["high"] - 1e-9).all()
    assert (whole["low"] == whole["high"]).all()


def test_excellence_faults():
    with pytest.raises(ValueError, match="items that are not known: logo"):
        labels.excellence_profile({"logo": {"level": 1, "evidence": "x"}})
    for wrong in (4, -1, 1.5, True, "high"):
        with pytest.raises(ValueError, match="levels must be 0, 1, 2 or 3; correct strategy"):
            labels.excellence_profile({"strategy": {"level": wrong, "evidence": "x"}})
    with pytest.raises(ValueError, match="strategy needs a level and evidence"):
        labels.excellence_profile({"strategy": 2})
    twice = pd.DataFrame({"level": [1, 2], "evidence": "x"}, index=["roles", "roles"])
    with pytest.raises(ValueError, match="items named more than once: roles"):
        labels.excellence_profile(twice)
