"""The invented policies: stable with their seed, and built so that the lesson's story holds."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import coherence, data
from clusterlib.data.policies import LEVELS, SCALE
from clusterlib.mapping import location_quotient

SEEDS = st.integers(0, 10_000)


@pytest.fixture(scope="module")
def plan():
    return data.policy_plan(2027)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_every_seed_keeps_the_story(seed):
    plan = data.policy_plan(seed)
    assert "synthetic" in plan.synthetic_note.lower()
    both = []
    for scores in (plan.first_scores, plan.second_scores):
        assert scores.isin(list(SCALE)).all(axis=None)
        hidden = coherence.second_order(scores, 0.25, through=plan.links).hidden_conflicts
        both.append(set(zip(hidden["source"], hidden["target"], strict=True)))
    assert ("I2", "O3") in both[0] & both[1]
    spread = coherence.compare_scorers(plan.first_scores, plan.second_scores)
    assert spread.sign_conflicts == 2
    assert spread.differences["gap"].max() == 3
    cheapest = (
        plan.repairs["cost"] / (plan.repairs["new_score"] - plan.repairs["score_now"])
    ).min()
    assert 0 < cheapest < plan.repair_budget
    assert (plan.benefits.sum() - plan.burdens.sum()).idxmin() == "remote residents"


def test_same_seed_same_figures_and_a_case_lends_its_seed(plan):
    class Told:
        seed = 2027

    again = data.policy_plan(Told())
    pd.testing.assert_frame_equal(again.second_scores, plan.second_scores)
    pd.testing.assert_frame_equal(again.repairs, plan.repairs)
    assert not data.policy_plan(1).second_scores.equals(plan.second_scores)
    assert set(plan.instruments["level"]) == set(LEVELS)


def test_only_the_missing_link_lets_the_order_settle(plan):
    assert not coherence.micmac(plan.influences, max_power=30).stable
    assert coherence.micmac(plan.influences_with_link, max_power=30).stable
    assert not coherence.micmac(plan.influences_with_link).stable  # nine powers are not enough


def test_priorities_name_the_industries_of_the_case(plan):
    jobs = data.load_case("government").employment
    quotient = location_quotient(jobs, missing="skip").loc["Aldermark"]
    for level in plan.priorities:
        sides = coherence.coverage(quotient, plan.priorities[level])
        assert sides.gaps
        assert sides.ungrounded


def test_repairs_change_scores_and_links_and_leave_the_plan_alone(plan):
    scores, links = plan.repaired(["F2", "F5"], scores=plan.second_scores)
    assert links.loc["O1", "O3"] == 0
    assert scores.loc["I5", "O6"] == 1
    assert plan.links.loc["O1", "O3"] == -2
    changed = (scores != plan.second_scores).sum().sum()
    assert changed == 1
    with pytest.raises(ValueError, match="no repair called F9: choose from F1"):
        plan.repaired(["F9"])


def test_wrong_seed_and_audience_are_named(plan):
    with pytest.raises(ValueError, match="whole number"):
        data.policy_plan(-1)
    with pytest.raises(ValueError, match="no audience"):
        plan.table_for("press")
    for audience in data.list_audiences():
        caption, table = plan.table_for(audience)
        assert caption
        assert not table.empty
