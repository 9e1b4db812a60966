"""The invented panel: what a lesson relies on holds for every seed, and a run can be repeated."""

import pandas as pd
import pytest

import clusterlib
from clusterlib import consensus, data

RULE = {"low": 7, "high": 9, "scale": (1, 9)}
SEEDS = [2027, *range(12)]


def judged(panel, rounds=3, **run):
    before, after = panel.run(rounds, **run)[-2:]
    return consensus.stopping(before, after, **RULE)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lesson_finds_its_statements_for_every_seed(seed):
    panel = data.vision_panel(seed)
    third = judged(panel)
    assert third.index[third["status"] == "two camps"].tolist() == ["S04"]
    assert third.loc["S06", "status"] == "agreed, still moving"
    assert judged(panel, 5).loc["S06", "status"] == "agreed and settled"
    assert third.loc["S07", "opposed"] == 1
    assert {third.loc["S08", "status"], judged(panel, 6).loc["S08", "status"]} == {
        "settled, not agreed"
    }
    verdicts = consensus.rand_ucla_table(panel.run(3)[-1])
    assert verdicts.index[verdicts["disagreement"]].tolist() == ["S04"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_statement_is_agreed_only_because_two_people_fell_silent(seed):
    panel = data.vision_panel(seed)
    assert judged(panel).loc["S03", "consensus"]
    assert not judged(panel, silence=False).loc["S03", "consensus"]
    first, _, third = panel.run(3)
    gone = first.notna() & third.isna()
    assert gone.sum().sum() == gone.loc["S03"].sum() == 2
    assert set(panel.people.index[panel.people["quiet"]]) == set(gone.columns[gone.loc["S03"]])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loudest_idea_loses_the_count_of_places(seed):
    counted = consensus.borda(data.vision_panel(seed).ideas)
    assert counted["first_places"].idxmax() == "Flagship tower"
    assert counted.index[0] == "Shared apprentices"


def test_two_points_of_view_lie_behind_the_cards():
    panel = data.vision_panel(2027)
    found = consensus.q_factors(panel.sorts, 2)
    sides = [set(found.flagged.index[found.flagged[name]]) for name in ("f1", "f2")]
    anchor, small = ("P01", "P16")
    assert [anchor in side for side in sides].count(True) == 1
    assert not any({anchor, small} <= side for side in sides)
    places = [-2, -1, -1, 0, 0, 0, 0, 1, 1, 2]
    assert all(sorted(panel.sorts[who]) == places for who in panel.sorts)


def test_temperaments_do_what_they_are_called():
    panel = data.vision_panel(2027)
    first, second = panel.run(2, silence=False)
    keepers = panel.people.index[panel.people["temperament"] == "keeper"]
    pd.testing.assert_frame_equal(first[keepers], second[keepers])
    weighers = panel.people.index[panel.people["temperament"] == "weigher"]
    unmoved = panel.run(2, feedback="median", silence=False)[1]
    pd.testing.assert_frame_equal(first[weighers], unmoved[weighers])
    pd.testing.assert_frame_equal(first, panel.run(2, feedback="none")[1])


def test_ratings_are_points_of_the_scale_and_the_same_every_time():
    rounds = data.vision_panel(5).run(8)
    for one, again in zip(rounds, data.vision_panel(5).run(8), strict=True):
        values = one.to_numpy()[one.notna().to_numpy()]
        assert set(values) <= set(range(1, 10))
        pd.testing.assert_frame_equal(one, again)


def test_a_case_or_its_seed_give_the_same_panel():
    case = clusterlib.load_case("ngo")
    pd.testing.assert_frame_equal(data.vision_panel(case).start, data.vision_panel(case.seed).start)
    assert "ynthetic" in data.vision_panel(case).synthetic_note


@pytest.mark.parametrize(
    ("run", "words"),
    [({"rounds": 0}, "1 to 8"), ({"feedback": "gossip"}, "reasons"), ({"mix": "mine"}, "keepers")],
)
def test_a_run_that_cannot_be_is_refused(run, words):
    with pytest.raises(ValueError, match=words):
        data.vision_panel(2027).run(**run)


def frame(*rows):
    return pd.DataFrame(rows, columns=list("abcdefgh")[: len(rows[0])])


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ([8] * 8, [8] * 8, "agreed and settled"),
        ([7] * 8, [8] * 8, "agreed, still moving"),
        ([2] * 8, [2] * 8, "settled against"),
        ([1] * 4 + [9] * 4, [1] * 4 + [9] * 4, "two camps"),
        ([3, 4, 4, 5, 5, 6, 7, 7], [3, 4, 4, 5, 5, 6, 7, 7], "settled, not agreed"),
        ([1] * 8, [1] * 4 + [9] * 4, "open"),
    ],
)
def test_each_status_of_the_rule_for_stopping(before, after, status):
    result = consensus.stopping(frame(before), frame(after), **RULE)
    assert result["status"].tolist() == [status]
    assert result["advice"].notna().all()


def test_after_one_round_stability_is_not_known():
    result = consensus.stopping(None, frame([8] * 8), **RULE)
    assert result["status"].tolist() == ["one round only"]
    assert result["stable"].isna().all()
    assert result["moved"].isna().all()


def test_people_who_left_are_counted():
    before, after = frame([8] * 7 + [1]), frame([8.0] * 7 + [None])
    assert consensus.stopping(before, after, **RULE)["left"].tolist() == [1]
