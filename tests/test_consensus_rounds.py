"""Delphi rounds and rating panels: properties of every table, and the advice to stop or go on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterlib import consensus

panels = hnp.arrays(
    int, st.tuples(st.integers(1, 5), st.integers(2, 9)), elements=st.integers(1, 5)
)


def _quartile(votes: list[int], share: float) -> float:
    """Linear interpolation between the sorted answers, written out."""
    ordered, place = sorted(votes), share * (len(votes) - 1)
    below = ordered[int(place)]
    above = ordered[min(int(place) + 1, len(votes) - 1)]
    return below + (place - int(place)) * (above - below)


@settings(max_examples=60, deadline=None)
@given(panels, st.sampled_from(["both", "iqr", "share"]), st.randoms(use_true_random=False))
def test_agreement_is_what_counting_by_hand_gives(values, rule, random):
    table = pd.DataFrame(values)
    judged = consensus.agreement(table, rule=rule)
    for item, votes in enumerate(values.tolist()):
        spread = _quartile(votes, 0.75) - _quartile(votes, 0.25)
        share = sum(vote >= 4 for vote in votes) / len(votes)
        assert judged.loc[item, "iqr"] == pytest.approx(spread)
        assert judged.loc[item, "share"] == pytest.approx(share)
        wanted = {"iqr": spread <= 1, "share": share >= 0.75}
        wanted["both"] = wanted["iqr"] and wanted["share"]
        assert judged.loc[item, "consensus"] == wanted[rule]
    # Who sits where does not matter, and neither does a member who keeps silent.
    people = list(table.columns)
    random.shuffle(people)
    silent = table[people].assign(silent=np.nan)
    again = consensus.agreement(silent, rule=rule).drop(columns="missing")
    pd.testing.assert_frame_equal(again, judged.drop(columns="missing"))


@settings(max_examples=40, deadline=None)
@given(panels)
def test_a_scale_turned_round_swaps_favour_and_opposition(values):
    table = pd.DataFrame(values)
    judged = consensus.agreement(table, low=5, high=5)
    turned = consensus.agreement(6 - table, low=1, high=1)
    for same in ("iqr", "share", "polarised", "consensus"):
        assert turned[same].tolist() == pytest.approx(judged[same].tolist())
    assert turned["opposed"].tolist() == pytest.approx((table == 5).mean(axis=1).tolist())


def test_a_range_that_is_the_whole_scale_agrees_on_everything_and_is_refused():
    both = pd.DataFrame([[1, 2, 1, 2]])
    with pytest.raises(ValueError, match="everything would be agreed"):
        consensus.agreement(both, scale=(1, 2))
    assert not consensus.agreement(both, low=2, scale=(1, 2), rule="share").loc[0, "consensus"]
    assert consensus.agreement(both, scale=(1, 2), rule="iqr").loc[0, "iqr"] == 1


@pytest.mark.parametrize("limits", [{"share_limit": 75}, {"share_limit": 0}, {"iqr_limit": -1}])
def test_limits_must_be_shares_and_spreads(limits):
    with pytest.raises(ValueError, match="a share above 0 and up to 1"):
        consensus.agreement(pd.DataFrame([[4, 5]]), **limits)
    with pytest.raises(ValueError, match=r"such as 0\.15, not 15"):
        consensus.stability(pd.DataFrame([[4, 5]]), pd.DataFrame([[4, 5]]), limit=15)


@settings(max_examples=60, deadline=None)
@given(panels, st.data())
def test_stability_is_a_distance_between_histograms(values, data):
    first = pd.DataFrame(values)
    shape = st.just(values.shape)
    second = pd.DataFrame(data.draw(hnp.arrays(int, shape, elements=st.integers(1, 5))))
    there = consensus.stability(first, second)
    back = consensus.stability(second, first)
    assert there["histogram_change"].between(0, 1).all()
    assert back["histogram_change"].tolist() == pytest.approx(there["histogram_change"].tolist())
    assert back["cv_change"].tolist() == pytest.approx((-there["cv_change"]).tolist())
    # The least number of answers that must move, found by taking equal ones away in pairs.
    for item in first.index:
        left = list(second.loc[item])
        for vote in first.loc[item]:
            if vote in left:
                left.remove(vote)
        moved = len(left) / first.shape[1]
        assert there.loc[item, "histogram_change"] == pytest.approx(moved)
    settled = consensus.stability(first, first[first.columns[::-1]])
    assert settled["stable"].all()
    changes = settled[["cv_change", "histogram_change", "left", "joined"]]
    assert changes.abs().max(axis=None) < 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=15), st.randoms(use_true_random=False))
def test_rand_ucla_is_symmetric_about_the_middle_of_the_scale(votes, random):
    found = consensus.rand_ucla(votes)
    mirror = consensus.rand_ucla([10 - vote for vote in random.sample(votes, len(votes))])
    assert mirror.ipr == pytest.approx(found.ipr)
    assert mirror.asymmetry == pytest.approx(found.asymmetry)
    assert mirror.median == pytest.approx(10 - found.median)
    assert mirror.disagreement == found.disagreement
    assert mirror.tertile_disagreement == found.tertile_disagreement
    # The limit lies between 2.35 (centred) and 8.35 (all at one end).
    assert 2.35 <= found.ipras <= 2.35 + 1.5 * 4
    assert found.disagreement == (found.ipr > found.ipras + 1e-9)
    row = consensus.rand_ucla_table(pd.DataFrame([votes])).loc[0]
    assert row["verdict"] == found.verdict


def test_rand_ucla_table_is_exact_for_nine_raters_of_the_manual():
    # The manual's count for nine raters: disagreement is three or more at both ends.
    apart = consensus.rand_ucla([1, 2, 3, 5, 5, 5, 7, 8, 9])
    assert apart.tertile_disagreement
    assert not consensus.rand_ucla([1, 2, 4, 5, 5, 5, 7, 8, 9]).tertile_disagreement


def _panel(**items: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(items, orient="index").astype(float)


def test_advice_reads_agreement_and_stability_together():
    before = _panel(
        talent=[4, 5, 4, 4], lab=[1, 1, 1, 2], tower=[1, 5, 1, 5], fees=[3, 3, 4, 2],
        market=[1, 1, 2, 5], export=[1, 2, 5, 5],
    )  # fmt: skip
    after = before.copy()
    after.loc["market"] = [4, 5, 4, 4]
    after.loc["export"] = [5, 2, 2, 1]
    judged = consensus.stopping(before, after)
    assert judged["status"].to_dict() == {
        "talent": "agreed and settled", "lab": "settled against", "tower": "two camps",
        "fees": "settled, not agreed", "market": "agreed, still moving", "export": "open",
    }  # fmt: skip
    assert judged.loc["export", "advice"] == "ask once more"
    assert judged.loc["tower", "advice"].startswith("stop voting")


def test_after_one_round_nothing_is_stable_or_unstable():
    judged = consensus.stopping(None, _panel(talent=[4, 5, 4, 4]))
    assert judged["status"].tolist() == ["one round only"]
    assert judged["stable"].isna().all()
    assert judged["moved"].isna().all()
    assert judged["left"].tolist() == [0]


def test_an_item_agreed_because_a_dissenter_left_says_who_left():
    before = _panel(fees=[4, 4, 5, 4, 1])
    judged = consensus.stopping(before, _panel(fees=[4, 4, 5, 4, None]), change_limit=0.9)
    assert judged.loc["fees", ["status", "left"]].tolist() == ["agreed and settled", 1]


@settings(max_examples=40, deadline=None)
@given(panels)
def test_a_repeated_round_is_never_open_and_never_loses_an_item(values):
    table = pd.DataFrame(values)
    judged = consensus.stopping(table, table.iloc[::-1])
    assert sorted(judged.index) == sorted(table.index)
    assert not judged["status"].isin(["open", "agreed, still moving"]).any()
    assert (judged["status"] == "agreed and settled").equals(judged["consensus"])


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(float, (4, 3), elements=st.integers(1, 9)), st.integers(-5, 5))
def test_intraclass_and_alpha_know_no_zero_point_and_no_unit(values, shift):
    table = pd.DataFrame(values)
    if table.to_numpy().min() == table.to_numpy().max():
        return
    forms = consensus.intraclass(table)
    moved = consensus.intraclass(table.iloc[::-1, ::-1] * 3 + shift)
    assert moved.to_list() == pytest.approx(forms.to_list(), nan_ok=True, abs=1e-9)
    assert (forms.dropna() <= 1 + 1e-9).all()
    alpha = consensus.krippendorff_alpha(table)
    assert alpha <= 1 + 1e-12
    assert consensus.krippendorff_alpha(table * 3 + shift) == pytest.approx(alpha)
    # An item that one person rated has no pair, so it changes nothing.
    alone = pd.concat([table, pd.DataFrame([[9.0, None, None]])], ignore_index=True)
    assert consensus.krippendorff_alpha(alone) == pytest.approx(alpha)
