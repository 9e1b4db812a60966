"""Needs: quadrants, careless answers and response rates counted one by one."""

from itertools import groupby
from statistics import mean, median, pstdev

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.descriptivestats import sign_test
from statsmodels.stats.weightstats import DescrStatsW

from clusterlib import needs

quick = settings(max_examples=50, deadline=None)
tables = hnp.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(1, 7)),
    elements=st.sampled_from([np.nan, 1, 2, 3, 4, 5]),
).map(pd.DataFrame)  # fmt: skip


@quick
@given(tables, st.integers(0, 99))
def test_signs_of_careless_answers_are_those_of_a_hand_count(table, seed):
    found = needs.response_quality(table)
    for person, row in table.iterrows():
        given_marks = [mark for mark in row if mark == mark]
        runs = [len(list(run)) for _, run in groupby(given_marks)]
        signs = found.loc[person]
        assert signs["longest_run"] == max(runs, default=0)
        assert signs["answered"] == pytest.approx(len(given_marks) / table.shape[1])
        assert signs["straight_line"] == (len(runs) == 1 and len(given_marks) >= 3)
        spread = pstdev(given_marks) if given_marks else np.nan
        assert signs["spread"] == pytest.approx(spread, nan_ok=True)
    # A person's signs hang on nobody else, and not on the direction in which one reads.
    mixed = table.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(needs.response_quality(mixed).loc[table.index], found)
    back = needs.response_quality(table.iloc[:, ::-1])
    pd.testing.assert_frame_equal(back, found)


def _quadrant(high: bool, well: bool) -> str:
    if high:
        return "keep up the good work" if well else "concentrate here"
    return "possible overkill" if well else "low priority"


@quick
@given(tables, st.data())
def test_scores_of_needs_equal_statsmodels(importance, data):
    marks = st.sampled_from([np.nan, 1, 2, 3, 4, 5])
    shape = st.just(importance.shape)
    ability = pd.DataFrame(data.draw(hnp.arrays(float, shape, elements=marks)))
    weighted = needs.borich(importance, ability)
    ranked = needs.ranked_discrepancy(importance, ability)
    for item in importance:
        gap = (importance[item] - ability[item]).dropna()
        if gap.empty:
            assert np.isnan(weighted.loc[item, "mwds"])
            assert np.isnan(ranked.loc[item, "score"])
            continue
        # Weights of 0 and 1 leave out who gave half an answer.
        weights = (importance[item] + ability[item]).notna().astype(float)
        asked = DescrStatsW(importance[item].fillna(0), weights).mean
        mastered = DescrStatsW(ability[item].fillna(0), weights).mean
        assert weighted.loc[item, "mwds"] == pytest.approx((asked - mastered) * asked)
        # The sign test counts half of those above less those below.
        score = -100 * 2 * sign_test(gap)[0] / len(gap) if (gap != 0).any() else 0
        assert ranked.loc[item, "score"] == pytest.approx(score)
        assert ranked.loc[item, ["NR", "PR", "TR"]].sum() == pytest.approx(100)


means = st.lists(
    st.tuples(st.integers(2, 10), st.integers(2, 10)), min_size=1, max_size=9
).map(lambda rows: [(a / 2, b / 2) for a, b in rows])  # fmt: skip


@quick
@given(means, st.sampled_from(needs.quadrants.CROSSHAIRS), st.randoms(use_true_random=False))
def test_quadrants_are_those_of_four_comparisons(rows, rule, random):
    importance, performance = (pd.Series([row[side] for row in rows]) for side in (0, 1))
    centre = {"mean": mean, "median": median, "scale": lambda values: 3.0}[rule]
    lines = needs.crosshair_lines(importance, performance, rule)
    across, up = centre(importance.tolist()), centre(performance.tolist())
    assert lines == pytest.approx((across, up))
    found = needs.importance_performance(importance, performance, rule)
    expected = [_quadrant(a >= across - 1e-9, b >= up - 1e-9) for a, b in rows]
    assert found["quadrant"].tolist() == expected
    # Items know each other through the lines alone, and a longer scale moves both alike.
    order = random.sample(range(len(rows)), len(rows))
    again = needs.importance_performance(
        importance.loc[order] * 2, performance * 2, rule, scale=(2.0, 10.0)
    )
    assert again["quadrant"].loc[importance.index].tolist() == expected
    for other in {"mean", "median", "scale"} - {rule}:
        flips = needs.quadrant_flips(importance, performance, rule, other)
        moved = needs.importance_performance(importance, performance, other)["quadrant"]
        differ = [item for item in found.index if found.loc[item, "quadrant"] != moved[item]]
        assert sorted(flips.index) == differ


rosters = st.lists(
    st.tuples(st.sampled_from(["firm", "ngo", "school", None]), st.booleans()),
    min_size=1, max_size=40,
)  # fmt: skip


@quick
@given(rosters, st.integers(1, 4))
def test_rates_are_shares_of_the_roster_and_no_small_group_is_shown(rows, minimum):
    roster = pd.DataFrame(rows, columns=["kind", "replied"]).astype({"kind": object})
    found = needs.non_response(roster, by="kind", minimum=minimum)
    assert found["invited"].sum() == len(roster)
    assert found["share_invited"].sum() == pytest.approx(100)
    kinds = roster["kind"].fillna("not stated")
    for kind, row in found.iterrows():
        replies = roster.loc[kinds == kind, "replied"]
        if pd.isna(row["replied"]):
            assert np.isnan(row["rate"])
            continue
        assert row["replied"] == replies.sum()
        assert row["rate"] == pytest.approx(100 * replies.mean())
        assert row["replied"] == 0 or row["replied"] >= minimum
    # Whoever knows the sum must not find a hidden group by subtraction.
    hidden = found["replied"].isna()
    assert hidden.sum() != 1 or len(found) == 1 or not (found.loc[~hidden, "replied"] > 0).any()
