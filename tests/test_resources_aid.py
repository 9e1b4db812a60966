"""State aid ceilings: the worked cases of the block exemption, its bounds, its last day."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import resources, rules
from clusterlib.resources.aid_articles import Ceiling

DAY = "2024-05-01"


def intensity(article, kind=None, on=DAY, **case):
    return resources.aid_ceiling(article, kind, on=on, **case).intensity


@pytest.mark.parametrize(("area", "percent"), [(None, 50), ("c", 55), ("a", 65)])
def test_cluster_investment(area, percent):
    # Regulation (EU) No 651/2014 Art. 27(6).
    assert intensity(27, "investment", area=area) == percent


def test_cluster_operation_has_no_area_bonus_and_is_tested_over_all_years():
    # Art. 27(9): costs 80, 120, 100 thousand, grant 150, of which 60 in the first year (75 %).
    result = resources.aid_ceiling(
        27, "operating", on=DAY, area="a", costs=[80_000, 120_000, 100_000], aid=150_000
    )
    assert result.intensity == 50
    assert result.max_aid == 150_000
    assert result.allowed is True
    assert result.refused == {"'a' area": "operating aid has no area bonus"}
    assert any("over all years together" in note for note in result.notes)
    more = resources.aid_ceiling(27, "operating", on=DAY, costs=[300_000], aid=150_000.01)
    assert more.allowed is False


def test_cluster_operation_lasts_ten_years_at_most():
    assert resources.aid_ceiling(27, "operating", on=DAY, costs=[1.0] * 10).max_aid == 5
    with pytest.raises(ValueError, match="operating aid for 11 years: 10 are the most"):
        resources.aid_ceiling(27, "operating", on=DAY, costs=[1.0] * 11)


@pytest.mark.parametrize(
    ("day", "aid", "notify"),
    [
        ("2024-05-01", 10_000_000, False),  # Art. 4(1): only aid that "exceeds"
        ("2024-05-01", 10_010_000, True),
        ("2023-06-30", 8_000_000, True),  # Art. 4(1)(k): 7.5 million before, 10 million after
        ("2023-07-01", 8_000_000, False),
    ],
)
def test_cluster_notification(day, aid, notify):
    result = resources.aid_ceiling(27, "investment", on=day, aid=aid)
    assert result.must_notify is notify
    assert result.allowed is None  # no costs given


# Art. 25(5) to (7).
@pytest.mark.parametrize(
    ("kind", "case", "percent", "capped"),
    [
        ("fundamental", {"size": "small", "collaboration": True}, 100, False),
        ("industrial", {}, 50, False),
        ("industrial", {"size": "small", "collaboration": True}, 80, True),
        ("experimental", {"size": "small", "collaboration": True}, 60, False),
        ("experimental", {"size": "small", "collaboration": True, "area": "a"}, 60, False),
        ("experimental", {"area": "c", "dissemination": True}, 40, False),
        ("experimental", {"area": "c"}, 30, False),
        ("experimental", {"licences": True}, 40, False),
        ("experimental", {"size": "medium", "open_call": True}, 60, False),
        ("feasibility", {"size": "small", "collaboration": True}, 70, False),
        ("feasibility", {"size": "medium"}, 60, False),
        ("feasibility", {}, 50, False),
    ],
)
def test_research(kind, case, percent, capped):
    result = resources.aid_ceiling(25, kind, on=DAY, **case)
    assert (result.intensity, result.capped) == (percent, capped)


def test_bonuses_that_do_not_count_are_named():
    result = resources.aid_ceiling(
        "Art. 25", "experimental", on=DAY, area="c", dissemination=True, open_call=True
    )
    assert result.bonuses == {"open call of three states": 25}
    assert set(result.refused) == {"'c' area", "dissemination"}
    study = resources.aid_ceiling(25, "feasibility", on=DAY, collaboration=True)
    assert study.refused == {"collaboration": "feasibility studies have a size bonus only"}


def test_bonuses_of_2023_did_not_exist_before():
    before = resources.aid_ceiling(25, "experimental", on="2023-06-30", area="c", licences=True)
    assert before.intensity == 25
    assert before.refused == {
        "licences": "no such bonus on 2023-06-30",
        "'c' area": "no such bonus on 2023-06-30",
    }
    assert resources.aid_ceiling(25, "industrial", on="2023-06-30").threshold == 20_000_000
    assert resources.aid_ceiling(25, "industrial", on="2023-07-01").threshold == 35_000_000


def test_collaboration_shares_hold_at_equality():
    # Art. 25(6)(b)(i): "no single undertaking bears more than 70 %", "at least 10 %".
    assert resources.collaboration_counts(largest_share=70, on=DAY)
    assert not resources.collaboration_counts(largest_share=70.01, on=DAY)
    assert resources.collaboration_counts(research_share=10, on=DAY)
    assert not resources.collaboration_counts(research_share=9.99, on=DAY)
    assert resources.collaboration_counts(largest_share=90, research_share=10, on=DAY)
    for wrong in ({}, {"largest_share": 101}, {"research_share": -1}):
        with pytest.raises(ValueError, match="in per cent from 0 to 100"):
            resources.collaboration_counts(**wrong, on=DAY)


# Art. 31(2), (4).
@pytest.mark.parametrize(
    ("case", "percent", "capped"),
    [
        ({"size": "small", "disadvantaged": True}, 70, True),
        ({"size": "medium", "disadvantaged": True}, 70, False),
        ({"size": "medium"}, 60, False),
        ({}, 50, False),
        ({"mandatory": True, "size": "small"}, 0, False),
    ],
)
def test_training(case, percent, capped):
    result = resources.aid_ceiling(31, on=DAY, **case)
    assert (result.intensity, result.capped) == (percent, capped)


def test_advice_at_full_cost_has_a_cap_for_three_years():
    # Art. 28(4): 219,000 had before, 2,000 more would pass 220,000.
    advice = {"kind": "advisory", "size": "small", "costs": 2_000, "aid": 2_000}
    result = resources.aid_ceiling(28, on=DAY, already=219_000, **advice)
    assert (result.intensity, result.max_aid, result.allowed) == (100, 1_000, False)
    assert resources.aid_ceiling(28, on=DAY, already=218_000, **advice).allowed is True
    assert resources.aid_ceiling(28, on=DAY, already=230_000, **advice).max_aid == 0
    assert resources.aid_ceiling(28, on="2023-06-30", already=199_000, **advice).max_aid == 1_000
    assert intensity(28, "innovation", size="medium") == 50
    with pytest.raises(ValueError, match="article 28 is for small and medium-sized firms"):
        resources.aid_ceiling(28, "innovation", on=DAY)


def test_cooperation_projects():
    # Art. 20: 50 % before August 2021, then the programme's maximum co-financing rate.
    before = resources.aid_ceiling(20, on="2021-07-31")
    assert (before.intensity, before.threshold) == (50, None)
    assert before.notes == ("no threshold was read for that day",)
    assert resources.aid_ceiling(20, on="2021-07-31", aid=1).must_notify is None
    assert intensity(20, on="2021-08-01") == 80
    assert intensity(20, outermost=True) == 85
    small = resources.aid_ceiling("20a", on=DAY, aid=22_000)
    assert (small.intensity, small.max_aid, small.allowed) == (None, 22_000, True)


def test_advice_and_fairs_for_small_firms():
    assert intensity(18, size="small") == intensity(19, size="small") == 50
    assert resources.aid_ceiling(18, on="2023-06-30").threshold == 2_000_000
    assert resources.aid_ceiling(19, on=DAY).threshold == 2_200_000


CASES = [
    (27, "investment"),
    (27, "operating"),
    (25, "industrial"),
    (28, "advisory"),
    (31, None),
    (20, None),
    ("20a", None),
    (18, None),
    (19, None),
]


@pytest.mark.parametrize(("article", "kind"), CASES)
def test_no_ceiling_after_the_regulation_ends(article, kind):
    assert resources.aid_ceiling(article, kind, on="2026-12-31", size="small").on.year == 2026
    with pytest.raises(rules.NoVerifiedRule, match=r"no verified rule for 2027-01-01.*successor"):
        resources.aid_ceiling(article, kind, on="2027-01-01", size="small")


case_of_research = st.fixed_dictionaries(
    {
        "size": st.sampled_from(["small", "medium", "large"]),
        "area": st.sampled_from([None, "a", "c"]),
        "collaboration": st.booleans(),
        "dissemination": st.booleans(),
        "licences": st.booleans(),
        "open_call": st.booleans(),
    }
)


@settings(deadline=None)
@given(
    kind=st.sampled_from(["industrial", "experimental", "feasibility"]),
    case=case_of_research,
    costs=st.integers(0, 10**9),
    more=st.integers(0, 10**9),
)
def test_research_is_never_above_its_cap_and_grows_with_cost(kind, case, costs, more):
    result = resources.aid_ceiling(25, kind, on=DAY, costs=costs / 100, **case)
    assert result.base <= result.intensity <= 80
    assert result.max_aid <= costs / 100 * result.intensity / 100 + 1e-6
    larger = resources.aid_ceiling(25, kind, on=DAY, costs=(costs + more) / 100, **case)
    assert larger.max_aid >= result.max_aid
    smallest = resources.aid_ceiling(25, kind, on=DAY, **{**case, "size": "small"})
    assert smallest.intensity >= result.intensity
    exclusive = set(result.bonuses) - {"small firm", "medium firm"}
    assert len(exclusive) <= 1


def test_ceilings_are_rounded_down():
    assert resources.aid_ceiling(27, "investment", on=DAY, costs=0.03).max_aid == 0.01


def test_answer_names_its_sources():
    sources = resources.aid_ceiling(27, "investment", on=DAY, area="a").sources
    assert "Reg. 651/2014 cons. 2023-07-01 Art. 27(6)" in sources


def test_doubtful_facts_are_noted():
    gathered = Ceiling(date(2024, 5, 1))
    gathered.look_up("gber_timeline", "successor")
    gathered.look_up("gber_clusters", "threshold")
    assert gathered.notes == ["Successor adopted? Art. 27 in it?: to be confirmed"]


def test_faults_in_domain_words():
    with pytest.raises(ValueError, match="article '29' is not known: choose one of 18, 19, 20"):
        resources.aid_ceiling(29, on=DAY)
    with pytest.raises(ValueError, match=r"kind of aid under article 27 '' is not known"):
        resources.aid_ceiling(27, on=DAY)
    with pytest.raises(ValueError, match="size 'huge' is not known"):
        resources.aid_ceiling(31, on=DAY, size="huge")
    with pytest.raises(ValueError, match="area 'b' is not known"):
        resources.aid_ceiling(27, "investment", on=DAY, area="b")
    with pytest.raises(ValueError, match="eligible costs must be 0 EUR or more"):
        resources.aid_ceiling(31, on=DAY, costs=-5)
    with pytest.raises(ValueError, match="aid is blank"):
        resources.aid_ceiling(31, on=DAY, aid=float("nan"))
