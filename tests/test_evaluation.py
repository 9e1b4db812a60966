"""Learning gain, item analysis, difference-in-differences and its placebo."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import evaluation

quick = settings(max_examples=60, deadline=None)
marks = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=12)

LEARNERS = ["Ada", "Ben", "Cleo", "Dan"]
PRE = pd.Series([20, 60, 90, 50], LEARNERS)
POST = pd.Series([60, 80, 85, 100], LEARNERS)


def test_three_gains_of_four_learners():
    # Trap T8: the gain of the class means is not the mean of the gains.
    # By hand: (81.25 - 55) / 45; mean of .5 .5 -.5 1; the loss of 5 of 90 counts -1/18.
    gain = evaluation.learning_gain(PRE, POST)
    assert gain.class_gain == pytest.approx(0.5833333)
    assert gain.mean_gain == pytest.approx(0.375)
    assert gain.normalised_change == pytest.approx(0.4861111)
    assert gain.band == "medium"
    assert gain.learners["change"].tolist() == pytest.approx([0.5, 0.5, -5 / 90, 1])


def test_matching_is_by_name_and_the_unmatched_are_reported():
    late = pd.concat([POST.iloc[::-1], pd.Series({"Eve": 100})])
    early = pd.concat([PRE, pd.Series({"Finn": 10, "Gus": 30})])
    gain = evaluation.learning_gain(early, late)
    assert gain.class_gain == pytest.approx(0.5833333)
    assert (gain.matched, gain.unmatched_pre, gain.unmatched_post) == (4, ["Finn", "Gus"], ["Eve"])
    assert gain.leavers_pre_mean == 20
    blank = evaluation.learning_gain(PRE, POST.where(POST.index != "Ada"))
    assert blank.unmatched_pre == ["Ada"]
    assert np.isnan(evaluation.learning_gain(PRE, POST).leavers_pre_mean)


def test_full_marks_and_zeros_twice():
    # Marx and Cummings: no change is 0, but full marks (or nothing) twice tell nothing.
    gain = evaluation.learning_gain([100, 100, 0, 40, 0], [100, 80, 0, 40, 50])
    changes = gain.learners["change"].tolist()
    assert changes[1] == pytest.approx(-0.2)
    assert np.isnan([changes[0], changes[2]]).all()
    assert changes[3:] == [0, 0.5]
    assert gain.learners["gain"].isna().tolist() == [True, True, False, False, False]
    assert gain.mean_gain == pytest.approx(0.5 / 3)
    full = evaluation.learning_gain([100, 100], [100, 90])
    assert full.band == "undetermined"
    assert np.isnan([full.class_gain, full.mean_gain]).all()


@pytest.mark.parametrize(
    ("post", "band"), [(29, "low"), (30, "medium"), (70, "medium"), (71, "high")]
)
def test_bands_at_their_limits(post, band):
    assert evaluation.learning_gain([0, 0], [post, post]).band == band


@quick
@given(marks)
def test_gains_of_one_and_ranges(pairs):
    gain = evaluation.learning_gain(*zip(*pairs, strict=True))
    assert gain.learners["change"].dropna().between(-1, 1).all()
    assert (gain.learners["gain"].dropna() <= 1).all()
    same = evaluation.learning_gain(*[[100 * mark for mark in side] for side in
                                      zip(*pairs, strict=True)], maximum=10_000)  # fmt: skip
    assert same.normalised_change == pytest.approx(gain.normalised_change, nan_ok=True)


@pytest.mark.parametrize(
    ("pre", "post", "maximum", "message"),
    [
        ([1, 2], [1], 100, "2 first and 1 second results"),
        ([1], [101], 100, "second test above 100"),
        ([-1], [1], 100, "first test below 0"),
        ([1], [1], 0, "full marks must be above 0"),
        (PRE, POST.rename(str.upper), 100, "nobody sat both"),
        ([], [], 100, "empty"),
        (PRE.rename({"Ben": "Ada"}), POST, 100, "more than once: Ada"),
    ],
)
def test_bad_marks_are_refused(pre, post, maximum, message):
    with pytest.raises(ValueError, match=message):
        evaluation.learning_gain(pre, post, maximum)


# Shrout and Fleiss (1979): six persons judged by four raters.
RATED = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def test_alpha_equals_the_published_reliability_of_four_raters():
    # Alpha is the same quantity as ICC(3,k), published as .91 for these data.
    found = evaluation.item_analysis(RATED, maximum=10)
    assert found.alpha == pytest.approx(0.909, abs=5e-4)
    assert found.items.loc[0, "difficulty"] == pytest.approx(46 / 60)
    rest = RATED[[1, 2, 3]].sum(axis=1)
    assert found.items.loc[0, "discrimination"] == pytest.approx(np.corrcoef(RATED[0], rest)[0, 1])
    assert found.items.loc[0, "alpha_without"] == pytest.approx(
        evaluation.item_analysis(RATED[[1, 2, 3]], maximum=10).alpha
    )


@quick
@given(st.integers(0, 999), st.integers(3, 30), st.integers(2, 6))
def test_alpha_of_right_and_wrong_is_kuder_richardson(seed, learners, questions):
    answers = pd.DataFrame(np.random.default_rng(seed).integers(0, 2, (learners, questions)))
    found = evaluation.item_analysis(answers)
    right = answers.mean()
    spread = answers.sum(axis=1).var(ddof=0)
    if spread == 0:
        assert np.isnan(found.alpha)
    else:
        formula = questions / (questions - 1) * (1 - (right * (1 - right)).sum() / spread)
        assert found.alpha == pytest.approx(formula)
    assert found.items["difficulty"].to_numpy() == pytest.approx(right.to_numpy())


def test_a_question_that_all_answer_alike_and_a_blank():
    answers = pd.DataFrame(
        {"q1": [1, 1, 1, 1], "q2": [1, 1, 0, None], "q3": [1, 0, 0, 1]}, index=LEARNERS
    )
    found = evaluation.item_analysis(answers)
    assert np.isnan(found.items.loc["q1", ["point_biserial", "discrimination"]]).all()
    assert found.items.loc["q2", "difficulty"] == pytest.approx(2 / 3)
    assert (found.complete, found.incomplete) == (3, ["Dan"])
    assert np.isnan(evaluation.item_analysis(answers[["q3"]]).alpha)


def test_full_points_by_question():
    answers = pd.DataFrame({"q1": [2, 4], "q2": [5, 10]})
    found = evaluation.item_analysis(answers, maximum=pd.Series({"q1": 4, "q2": 10}))
    assert found.items["difficulty"].tolist() == [0.75, 0.75]
    with pytest.raises(ValueError, match=r"for \['q1'\]"):
        evaluation.item_analysis(answers, maximum=pd.Series({"q1": 3, "q2": 10}))
    with pytest.raises(ValueError, match=r"for \['q2'\]"):
        evaluation.item_analysis(answers, maximum=pd.Series({"q1": 4}))
    with pytest.raises(ValueError, match="empty"):
        evaluation.item_analysis(answers.iloc[:0])


def simulated():
    """Twelve firms in six years, five of them supported from 2018 on; fixed stream of chance."""
    rng = np.random.default_rng(20261123)
    firm, year = np.repeat(np.arange(12), 6), np.tile(np.arange(2015, 2021), 12)
    member, later = (firm < 5).astype(int), (year >= 2018).astype(int)
    own = rng.normal(0, 1, 12)[firm]
    jobs = own + 0.3 * (year - 2015) + 1.5 * member * later + rng.normal(0, 0.5, 72)
    return pd.DataFrame(
        {"firm": firm, "year": year, "member": member, "later": later, "jobs": jobs.round(3)}
    )


def test_card_and_krueger_from_the_four_means():
    # Employment a restaurant before and after: New Jersey 20.44, 21.03; Pennsylvania 23.33, 21.17.
    panel = pd.DataFrame(
        {"jobs": [20.44, 21.03, 23.33, 21.17], "nj": [True, True, False, False],
         "later": [False, True, False, True]}
    )  # fmt: skip
    found = evaluation.difference_in_differences(panel, "jobs", "nj", "later")
    assert found.effect == pytest.approx(2.75)
    assert found.cells["change"].tolist() == pytest.approx([-2.16, 0.59])
    # Four means alone carry no error.
    assert np.isnan([found.standard_error, found.low, found.high, found.p]).all()


@quick
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(-50, 50)), max_size=30))
def test_the_effect_is_the_difference_of_mean_changes(rows):
    four = [(a, b, 10) for a in (True, False) for b in (True, False)]
    panel = pd.DataFrame([*rows, *four], columns=["member", "later", "jobs"])
    found = evaluation.difference_in_differences(panel, "jobs", "member", "later")
    mean = panel.groupby(["member", "later"])["jobs"].mean()
    by_hand = (mean[True, True] - mean[True, False]) - (mean[False, True] - mean[False, False])
    assert found.effect == pytest.approx(by_hand, abs=1e-9)
    moved = panel.assign(jobs=panel["jobs"] * 3 + 7)
    again = evaluation.difference_in_differences(moved, "jobs", "member", "later")
    assert again.effect == pytest.approx(3 * by_hand, abs=1e-9)


def test_rows_without_an_outcome_are_left_out_and_named():
    panel = simulated()
    panel.loc[[3, 40], "jobs"] = None
    found = evaluation.difference_in_differences(panel, "jobs", "member", "later", unit="firm")
    assert found.left_out == [3, 40]
    dropped = evaluation.difference_in_differences(
        panel.drop([3, 40]), "jobs", "member", "later", unit="firm"
    )
    assert found.effect == dropped.effect
    assert found.standard_error == pytest.approx(dropped.standard_error)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"member": 2}, "member must be yes or no"),
        ({"later": None}, "not a no"),
        ({"jobs": "many"}, "jobs is not a number in rows 0"),
        ({"jobs": float("inf")}, "jobs is not a number in rows 0"),
        ({"firm": None}, "firm is blank in rows 0"),
        ({"later": 1}, "no row with an outcome for the other units before"),
        ({"member": lambda table: table["year"] % 2}, "counted as supported in some rows"),
    ],
)
def test_panels_that_cannot_be_compared_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        evaluation.difference_in_differences(
            simulated().assign(**change), "jobs", "member", "later", unit="firm"
        )


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="no column plants"):
        evaluation.difference_in_differences(simulated(), "plants", "member", "later")


def test_a_placebo_finds_nothing_in_an_honest_design():
    found = evaluation.placebo(simulated(), "jobs", "member", "year", start=2018, unit="firm")
    assert found.index.tolist() == [2016, 2017]
    assert (found["p"] > 0.05).all()
    assert (found["rows"] == 36).all()
    panel = simulated()
    early = panel[panel["year"] < 2018].assign(later=lambda table: table["year"] >= 2017)
    by_hand = evaluation.difference_in_differences(early, "jobs", "member", "later", unit="firm")
    assert found.loc[2017, "effect"] == by_hand.effect


def test_a_placebo_catches_groups_that_drifted_apart_before():
    drifting = simulated()
    drifting["jobs"] += 2.0 * drifting["member"] * (drifting["year"] - 2015)
    found = evaluation.placebo(drifting, "jobs", "member", "year", start=2018, unit="firm")
    assert (found["p"] < 0.01).all()


def test_event_study_shows_the_jump_at_the_start():
    found = evaluation.event_study(simulated(), "jobs", "member", "year", start=2018, unit="firm")
    assert found.index.tolist() == list(range(2015, 2021))
    assert found["before"].tolist() == [True] * 3 + [False] * 3
    assert found.loc[2017, "effect"] == 0
    assert np.isnan(found.loc[2017, "standard_error"])
    assert found.loc[[2018, 2019, 2020], "effect"].mean() == pytest.approx(1.5, abs=0.4)
    assert found.loc[[2015, 2016], "effect"].abs().max() < 0.6


def test_too_few_periods_and_bad_periods():
    panel = simulated()
    with pytest.raises(ValueError, match="at least two periods before 2016"):
        evaluation.placebo(panel, "jobs", "member", "year", start=2016)
    with pytest.raises(ValueError, match="no period before 2015"):
        evaluation.event_study(panel, "jobs", "member", "year", start=2015)
    with pytest.raises(ValueError, match="year is not a number in rows 0"):
        evaluation.placebo(panel.assign(year="x"), "jobs", "member", "year", start=2018)
    with pytest.raises(ValueError, match="reset_index"):
        evaluation.placebo(pd.concat([panel, panel]), "jobs", "member", "year", start=2018)
    with pytest.raises(ValueError, match="no column quarter"):
        evaluation.placebo(panel, "jobs", "member", "quarter", start=2018)


def test_units_named_by_text_of_any_kind():
    panel = simulated()
    expected = evaluation.difference_in_differences(panel, "jobs", "member", "later", unit="firm")
    for kind in ("str", "object", "category"):
        named = panel.assign(firm=("F" + panel["firm"].astype(str)).astype(kind))
        found = evaluation.difference_in_differences(named, "jobs", "member", "later", unit="firm")
        assert found.standard_error == pytest.approx(expected.standard_error)
