"""Needs: published scores, the conventions at the edges, and what small cells must not tell."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import needs

# Five respondents, three items: worked by hand from Borich (1980) as in McKim and Saucier (2011).
IMPORTANCE = pd.DataFrame({"A": [5, 5, 4, 5, 4], "B": [3, 4, 3, 2, 3], "C": [5, 4, 5, 4, 5]})
ABILITY = pd.DataFrame({"A": [2, 3, 2, 3, 2], "B": [2, 3, 3, 2, 2], "C": [4, 4, 5, 3, 4]})
MWDS = {"A": 10.12, "C": 2.76, "B": 1.80}

# Fourteen item means (after Martilla and James 1977; values to be confirmed).
IPA_IMPORTANCE = pd.Series(
    [3.83, 3.63, 3.60, 3.56, 3.41, 3.41, 3.38, 3.37, 3.29, 3.27, 2.52, 2.43, 2.37, 2.05]
)
IPA_PERFORMANCE = pd.Series(
    [2.63, 2.73, 3.15, 3.00, 3.05, 3.29, 3.03, 3.11, 2.00, 3.02, 2.25, 2.49, 2.35, 3.33]
)

marks = st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=8).map(
    lambda rows: pd.DataFrame(rows, columns=["A", "B", "C"])
)


def test_borich_scores_and_order():
    result = needs.borich(IMPORTANCE, ABILITY)
    assert result["mwds"].to_dict() == pytest.approx(MWDS)
    assert list(result.index) == ["A", "C", "B"]
    assert list(result.columns) == ["mwds", "mean_importance", "mean_ability", "n", "rank"]
    assert result["rank"].tolist() == [1, 2, 3]


def test_borich_weights_by_the_mean_importance_not_by_each_mark():
    # Trap T26: the weight is the item's mean importance.
    importance, ability = pd.DataFrame({"A": [5, 1]}), pd.DataFrame({"A": [1, 1]})
    own_marks = (importance["A"] * (importance["A"] - ability["A"])).mean()
    assert needs.borich(importance, ability).loc["A", "mwds"] == pytest.approx(6.0)
    assert own_marks == pytest.approx(10.0)


def test_borich_leaves_out_half_answers_for_that_item_only():
    ability = ABILITY.astype(float)
    ability.loc[0, "A"] = np.nan
    result = needs.borich(IMPORTANCE, ability)
    assert result["n"].to_dict() == {"A": 4, "C": 5, "B": 5}
    assert result.loc["A", "mean_importance"] == pytest.approx(4.5)  # of the four pairs
    assert result.loc["A", "mwds"] == pytest.approx(2.0 * 4.5)
    assert result.loc["C", "mwds"] == pytest.approx(2.76)


def test_item_without_a_pair_stands_last_and_unranked():
    ability = ABILITY.assign(A=np.nan)
    borich = needs.borich(IMPORTANCE, ability)
    ranked = needs.ranked_discrepancy(IMPORTANCE, ability)
    for result in (borich, ranked):
        assert result.index[-1] == "A"
        assert pd.isna(result.loc["A", "rank"])
    assert np.isnan(borich.loc["A", "mwds"])
    assert np.isnan(ranked.loc["A", "score"])


def test_equal_scores_share_the_rank():
    importance = IMPORTANCE.assign(D=IMPORTANCE["A"])
    ability = ABILITY.assign(D=ABILITY["A"])
    ranks = needs.borich(importance, ability)["rank"].to_dict()
    assert ranks == {"A": 1, "D": 1, "C": 3, "B": 4}


@given(importance=marks, seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_order_of_respondents_and_items_does_not_matter(importance, seed):
    rng = np.random.default_rng(seed)
    ability = pd.DataFrame(rng.integers(1, 6, importance.shape), columns=importance.columns)
    mixed = ability.sample(frac=1, random_state=seed)[["C", "A", "B"]]
    for method, score in ((needs.borich, "mwds"), (needs.ranked_discrepancy, "score")):
        plain = method(importance, ability).sort_index()
        moved = method(importance, mixed).sort_index()
        pd.testing.assert_frame_equal(plain, moved)
        assert plain[score].notna().all()


def test_ranked_discrepancy_sign_and_parts():
    result = needs.ranked_discrepancy(IMPORTANCE, ABILITY)
    # A: five of five below; B: three below, two equal; C: three below, two equal.
    assert result.loc["A", ["NR", "PR", "TR", "score"]].tolist() == [100, 0, 0, -100]
    assert result.loc["B", ["NR", "PR", "TR", "score"]].tolist() == [60, 0, 40, -60]
    assert result["rank"].to_dict() == {"A": 1, "B": 2, "C": 2}
    assert needs.ranked_discrepancy(ABILITY, IMPORTANCE).loc["A", "score"] == 100


@pytest.mark.parametrize("method", [needs.borich, needs.ranked_discrepancy])
def test_tables_must_name_the_same_people_and_items(method):
    with pytest.raises(ValueError, match=r"items that stand in only one .* C"):
        method(IMPORTANCE, ABILITY[["A", "B"]])
    with pytest.raises(ValueError, match=r"respondents that stand in only one .* 4"):
        method(IMPORTANCE, ABILITY.iloc[:4])


def test_cross_hairs_of_the_classic_example():
    assert needs.crosshair_lines(IPA_IMPORTANCE, IPA_PERFORMANCE) == pytest.approx(
        (3.151, 2.816), abs=5e-4
    )
    median = needs.crosshair_lines(IPA_IMPORTANCE, IPA_PERFORMANCE, "median")
    assert median == pytest.approx((3.375, 3.010), abs=5e-4)
    assert needs.crosshair_lines(IPA_IMPORTANCE, IPA_PERFORMANCE, "scale", (1, 4)) == (2.5, 2.5)


def test_quadrants_of_the_classic_example():
    result = needs.importance_performance(IPA_IMPORTANCE, IPA_PERFORMANCE)
    assert list(result.index[result["quadrant"] == "concentrate here"]) == [0, 1, 8]
    assert list(result.index[result["quadrant"] == "low priority"]) == [10, 11, 12]
    assert list(result.index[result["quadrant"] == "possible overkill"]) == [13]


def test_flips_are_exactly_the_items_that_differ():
    mean = needs.importance_performance(IPA_IMPORTANCE, IPA_PERFORMANCE)["quadrant"]
    median = needs.importance_performance(IPA_IMPORTANCE, IPA_PERFORMANCE, "median")["quadrant"]
    flips = needs.quadrant_flips(IPA_IMPORTANCE, IPA_PERFORMANCE, "mean", "median")
    assert list(flips.index) == list(mean.index[mean != median])
    assert list(flips.index) == [3, 7, 8, 9]
    assert list(flips.columns) == ["mean", "median"]


def test_value_on_the_line_is_high_and_marked():
    importance = pd.Series({"events": 4.0, "advice": 3.0, "web": 2.0})
    result = needs.importance_performance(importance, importance, "median")
    assert result.loc["advice", "quadrant"] == "keep up the good work"
    assert result["on_line"].tolist() == [False, True, False]


def test_answers_are_averaged_over_complete_pairs():
    performance = ABILITY.astype(float)
    performance.loc[0, "A"] = np.nan
    performance["B"] = np.nan
    result = needs.importance_performance(IMPORTANCE, performance)
    assert result.loc["A", "importance"] == pytest.approx(4.5)
    assert result["n"].tolist() == [4, 0, 5]
    assert pd.isna(result.loc["B", "quadrant"])
    assert "B" not in needs.quadrant_flips(IMPORTANCE, performance, "mean", "scale").index


def test_quadrant_faults_are_said_in_words():
    with pytest.raises(ValueError, match="crosshair 'mode' is not known"):
        needs.importance_performance(IPA_IMPORTANCE, IPA_PERFORMANCE, "mode")
    with pytest.raises(ValueError, match="lowest mark first"):
        needs.crosshair_lines(IPA_IMPORTANCE, IPA_PERFORMANCE, "scale", (5, 1))
    with pytest.raises(ValueError, match="one of yours is a table"):
        needs.importance_performance(IMPORTANCE, IPA_PERFORMANCE)
    with pytest.raises(ValueError, match="choose two different rules"):
        needs.quadrant_flips(IPA_IMPORTANCE, IPA_PERFORMANCE, "mean", "mean")


def test_small_cells_are_hidden_zeros_and_blanks_stay():
    table = pd.DataFrame({"yes": [1, 2, 3, 0, np.nan]}, index=list("abcde"))
    shown = needs.suppress_small_cells(table)["yes"]
    assert shown.isna().tolist() == [True, True, False, False, True]
    assert shown["d"] == 0
    assert needs.suppress_small_cells(table, minimum=4)["yes"].isna()["c"]


counts = st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=3, max_size=4).map(
    pd.DataFrame
)


@given(table=counts)
@settings(max_examples=60, deadline=None)
def test_totals_never_give_a_hidden_cell_away(table):
    sums = pd.concat([table.sum(), table.sum(axis=1)])
    if ((sums > 0) & (sums < 3)).any():
        with pytest.raises(ValueError, match="fewer than 3 people in all"):
            needs.suppress_small_cells(table, totals=True)
        return
    shown = needs.suppress_small_cells(table, totals=True)
    assert (shown.iloc[:-1, -1] == table.sum(axis=1)).all()
    assert (shown.iloc[-1, :-1] == table.sum()).all()
    hidden = shown.iloc[:-1, :-1].isna().to_numpy()
    small = ((table > 0) & (table < 3)).to_numpy()
    assert (hidden | ~small).all()
    if not small.any():
        assert not hidden.any()
    # Solve the equations a reader could write down: no hidden cell may be fixed by them.
    places = list(zip(*np.nonzero(hidden), strict=True))
    equations = np.array(
        [
            [place[axis] == i for place in places]
            for axis in (0, 1)
            for i in range(table.shape[axis])
        ]
    )
    for one in range(len(places)):
        pick = np.eye(len(places))[one]
        known = np.linalg.matrix_rank(np.vstack([equations, pick])) == np.linalg.matrix_rank(
            equations
        )
        assert not known
    for line in (*hidden, *hidden.T):
        assert line.sum() != 1


def test_bridge_between_two_hidden_squares_is_closed():
    # Rows and columns each hide two or more cells, yet one small cell ties two squares together.
    table = pd.DataFrame(np.full((4, 4), 9))
    for row, column in itertools.chain(
        itertools.product((0, 1), (0, 1)), itertools.product((2, 3), (2, 3)), [(1, 2)]
    ):
        table.iloc[row, column] = 2
    shown = needs.suppress_small_cells(table, totals=True)
    assert shown.iloc[:4, :4].isna().sum().sum() > 9


def test_one_small_cell_costs_a_square_and_no_more():
    table = pd.DataFrame([[1, 8, 9, 9], [7, 6, 9, 9], [9, 9, 9, 9], [9, 9, 5, 9]])
    hidden = needs.suppress_small_cells(table, totals=True).iloc[:4, :4].isna().to_numpy()
    assert {tuple(map(int, place)) for place in np.argwhere(hidden)} == {
        (0, 0), (0, 1), (1, 0), (1, 1),
    }  # fmt: skip


def test_totals_that_cannot_be_printed():
    with pytest.raises(ValueError, match="at least two rows"):
        needs.suppress_small_cells(pd.DataFrame({"yes": [5, 1]}), totals=True)
    with pytest.raises(ValueError, match="missing at 0 / yes"):
        needs.suppress_small_cells(pd.DataFrame({"yes": [np.nan, 4], "no": [4, 5]}), totals=True)
    with pytest.raises(ValueError, match="whole numbers: look at 0 / yes"):
        needs.suppress_small_cells(pd.DataFrame({"yes": [2.5, 4]}))


def test_response_quality_signs():
    answers = pd.DataFrame(
        [[5, 5, 5, 5, 5], [1, 2, 2, None, 2], [None] * 5, [4, None, None, None, None]],
        index=["R01", "R02", "R03", "R04"],
    )
    result = needs.response_quality(answers)
    assert result["answered"].tolist() == [1.0, 0.8, 0.0, 0.2]
    assert result["longest_run"].tolist() == [5, 3, 0, 1]
    assert result["straight_line"].tolist() == [True, False, False, False]
    assert result["spread"].iloc[:2].tolist() == pytest.approx([0.0, np.sqrt(3) / 4])
    assert np.isnan(result.loc["R03", "spread"])


def test_response_quality_reads_two_questions_side_by_side():
    both = pd.concat({"importance": IMPORTANCE, "ability": ABILITY}, axis=1)
    assert needs.response_quality(both)["answered"].eq(1).all()


MEMBERS = pd.DataFrame(
    {
        "size_class": ["small"] * 10 + ["large"] * 6 + ["micro"] * 8,
        "replied": [True] * 7 + [False] * 3 + [True] * 3 + [False] * 3 + [True] * 3 + [False] * 5,
    },
    index=[f"M{i:02d}" for i in range(24)],
)


def test_non_response_shares_and_rates():
    result = needs.non_response(MEMBERS, by="size_class")
    assert list(result.index) == ["micro", "large", "small"]
    assert result["rate"].tolist() == pytest.approx([37.5, 50.0, 70.0])
    assert result["share_invited"].sum() == pytest.approx(100)
    assert result["share_replied"].sum() == pytest.approx(100)
    assert result.loc["micro", "difference"] == pytest.approx(100 * 3 / 13 - 100 * 8 / 24)


def test_non_response_hides_small_groups_and_one_more():
    members = MEMBERS.copy()
    members.loc["M10":"M11", "replied"] = False  # one large member is left who replied
    result = needs.non_response(members, by="size_class")
    assert pd.isna(result.loc["large", "replied"])
    assert list(result.index[result["replied"].isna()]) == ["large", "micro"]  # 1, then 3 of 8
    assert np.isnan(result.loc["large", "rate"])
    assert result["invited"].sum() == 24


def test_non_response_names_members_without_group_and_without_answer():
    members = MEMBERS.copy()
    members.loc["M00":"M05", "size_class"] = None
    members.loc["M00":"M02", "replied"] = False
    assert needs.non_response(members, by="size_class").loc["not stated", "invited"] == 6
    members["replied"] = members["replied"].astype(object)
    members.loc["M03", "replied"] = None
    with pytest.raises(ValueError, match="look at M03: a blank is not a no"):
        needs.non_response(members)
    with pytest.raises(ValueError, match="no column district"):
        needs.non_response(members, by="district")
    with pytest.raises(ValueError, match="empty"):
        needs.non_response(members.iloc[:0])


def test_few_silent_members_are_no_reason_to_hide_a_group():
    members = MEMBERS.copy()
    members.loc["M00":"M08", "replied"] = True  # nine of ten small members replied
    assert needs.non_response(members, by="size_class").loc["small", "rate"] == 90


def test_nobody_replied_is_zero_per_cent_and_no_share():
    result = needs.non_response(MEMBERS.assign(replied=False))
    assert result["rate"].eq(0).all()
    assert result["share_replied"].isna().all()
