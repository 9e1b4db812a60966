"""Consensus: published numbers, conventions at the limits, and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import friedmanchisquare

from clusterlib import consensus

ITEMS = pd.DataFrame([[1, 1, 2], [5, 6, 5], [7, 8, 4], [2, 3, 2], [8, 6, 5]])
# Shrout and Fleiss (1979), six targets and four judges.
JUDGES = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def test_kendall_w_with_and_without_ties():
    # Trap T6: ties are corrected; Friedman's test of scipy gives the same chi-square.
    result = consensus.kendall_w(ITEMS)
    # The untied formula gives 0.7944; tie-corrected 0.8363, chi2 10.0351, p 0.0398.
    assert result.w_untied == pytest.approx(0.7944444444, abs=1e-9)
    assert result.w == pytest.approx(0.8362573099, abs=1e-9)
    assert (result.df, result.items, result.raters) == (4, 5, 3)
    friedman = friedmanchisquare(*ITEMS.T.to_numpy().T)
    assert result.chi2 == pytest.approx(friedman.statistic)
    assert result.chi2 == pytest.approx(10.0350877, abs=1e-6)
    assert result.p == pytest.approx(friedman.pvalue)


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(int, st.tuples(st.integers(2, 7), st.integers(2, 6)), elements=st.integers(1, 5)))
def test_kendall_w_lies_between_0_and_1_and_knows_only_order(values):
    table = pd.DataFrame(values)
    if (table.nunique() == 1).all():
        with pytest.raises(ValueError, match="same rating"):
            consensus.kendall_w(table)
        return
    w = consensus.kendall_w(table).w
    assert -1e-12 <= w <= 1 + 1e-12
    assert consensus.kendall_w(table**3 + 100).w == pytest.approx(w)
    assert consensus.kendall_w(table.iloc[::-1, ::-1]).w == pytest.approx(w)


def test_kendall_w_is_1_for_one_order_and_one_constant_rater_does_not_break_it():
    same = pd.DataFrame({"a": [1, 2, 3], "b": [10, 20, 30]})
    assert consensus.kendall_w(same).w == 1
    assert 0 < consensus.kendall_w(same.assign(c=5)).w < 1


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, None], [2, 3]]), "missing at 0 / 1"),
        (pd.DataFrame([[1, 2]]), "at least 2 items"),
        (pd.DataFrame([[1], [2]]), "at least 2 items"),
        (pd.DataFrame(), "empty"),
        (pd.DataFrame([[1, np.inf], [2, 3]]), "infinite"),
        (pd.DataFrame([[1, "x"], [2, 3]]), "not numbers"),
        (pd.DataFrame([[1, 2], [2, 3]], columns=["M01", "M01"]), "more than once"),
    ],
)
def test_kendall_w_refuses(table, words):
    with pytest.raises(ValueError, match=words):
        consensus.kendall_w(table)


def test_intraclass_forms_of_shrout_and_fleiss():
    # Published to two digits: .17 .29 .71 .44 .62 .91; three digits cross-run.
    forms = consensus.intraclass(JUDGES).round(3).to_dict()
    assert forms == {
        "1,1": 0.166, "2,1": 0.290, "3,1": 0.715, "1,k": 0.443, "2,k": 0.620, "3,k": 0.909,
    }  # fmt: skip


def test_intraclass_and_alpha_edges():
    perfect = pd.DataFrame({"a": [1, 2, 5], "b": [1, 2, 5]})
    assert consensus.intraclass(perfect).to_list() == pytest.approx([1.0] * 6)
    assert consensus.krippendorff_alpha(perfect) == 1
    for faulty in (pd.DataFrame([[3, 3], [3, 3]]), pd.DataFrame([[1, 2]])):
        with pytest.raises(ValueError, match=r"equal|at least 2"):
            consensus.intraclass(faulty)
    # Interval alpha on the same data: 0.1473 (cross-run).
    assert consensus.krippendorff_alpha(JUDGES) == pytest.approx(0.1473, abs=5e-5)
    blank = JUDGES.assign(late=[np.nan] * 5 + [3])
    assert consensus.krippendorff_alpha(blank) != consensus.krippendorff_alpha(JUDGES)
    with pytest.raises(ValueError, match="agreement needs pairs"):
        consensus.krippendorff_alpha(pd.DataFrame([[1, None], [None, 2]]))
    with pytest.raises(ValueError, match="all paired ratings are equal"):
        consensus.krippendorff_alpha(pd.DataFrame([[2, 2], [2, 2]]))


def test_agreement_counts_the_limits_as_met():
    ratings = pd.DataFrame(
        [[3, 4, 4, 4, 5], [3, 3, 4, 4, 5], [2, 3, 4, 5, 5]], index=["tight", "exact", "wide"]
    )
    judged = consensus.agreement(ratings, rule="iqr")
    assert judged["iqr"].tolist() == [0, 1, 2]
    assert judged["consensus"].tolist() == [True, True, False]
    three_of_four = pd.DataFrame([[4, 5, 4, 1]])
    assert consensus.agreement(three_of_four, rule="share").loc[0, "consensus"]
    assert not consensus.agreement(three_of_four, low=5, high=5, rule="share").loc[0, "consensus"]


def test_agreement_reports_missing_and_never_counts_it_as_a_no():
    judged = consensus.agreement(pd.DataFrame([[4, 5, 4, None]]))
    assert judged.loc[0, ["answers", "missing", "share"]].tolist() == [3, 1, 1.0]


def test_heap_rule():
    # At least 70 % of 7-9 and less than 15 % of 1-3 on nine points.
    yes = [7] * 7 + [5] * 2 + [1]
    no = [7] * 7 + [5] + [1] * 2
    judged = consensus.agreement(pd.DataFrame([yes, no]), rule="heap", scale=(1, 9))
    assert judged["share"].tolist() == [0.7, 0.7]
    assert judged["consensus"].tolist() == [True, False]
    with pytest.raises(ValueError, match="nine points"):
        consensus.agreement(pd.DataFrame([yes]), rule="heap", scale=(1, 10))


def test_two_camps_are_named_even_when_the_panel_is_stable():
    camps = pd.DataFrame([[1] * 6 + [3] * 2 + [5] * 6, [4] * 14], index=["park", "talent"])
    judged = consensus.agreement(camps)
    assert judged["polarised"].tolist() == [True, False]
    assert "two camps: 43%" in judged.loc["park", "note"]
    assert "park" in consensus.polarisation_note(camps)
    assert consensus.polarisation_note(camps.loc[["talent"]]).startswith("No item")
    settled = consensus.stability(camps, camps)
    assert settled["stable"].all()
    assert not judged.loc["park", "consensus"]


@pytest.mark.parametrize(
    ("ratings", "options", "words"),
    [
        ([[6, 5]], {}, "above 5"),
        ([[5, None]], {}, "fewer than 2 answers"),
        ([[5, 4]], {"rule": "vibes"}, "not known"),
        ([[5, 4]], {"low": 4, "high": 7}, "inside the scale"),
        ([[5, 4]], {"scale": (5, 1)}, "low to high"),
    ],
)
def test_agreement_refuses(ratings, options, words):
    with pytest.raises(ValueError, match=words):
        consensus.agreement(pd.DataFrame(ratings), **options)


def test_stability_measures_changes_of_spread_and_histogram():
    one = pd.DataFrame([[1, 2, 3, 4], [3, 3, 3, 3]], index=["x", "y"], columns=list("abcd"))
    two = pd.DataFrame([[3, 3, 3, 3], [2, 2, 3, 3]], index=["y", "x"], columns=list("abce"))
    result = consensus.stability(one, two)
    assert result.loc["x", "histogram_change"] == pytest.approx(0.5)
    assert result.loc["x", "cv_1"] == pytest.approx(np.std([1, 2, 3, 4], ddof=1) / 2.5)
    assert result.loc["y", ["cv_change", "histogram_change"]].tolist() == [0, 0]
    assert result["stable"].tolist() == [False, True]
    assert result["left"].tolist() == [1, 1]
    assert result["joined"].tolist() == [1, 1]


def test_stability_edges():
    zeros = pd.DataFrame([[0, 0, 0]])
    assert consensus.stability(zeros, zeros, scale=(0, 10)).loc[0, "cv_1"] == 0
    with pytest.raises(ValueError, match="starts at 0"):
        consensus.stability(zeros, zeros, scale=(-3, 3))
    with pytest.raises(ValueError, match="only one of the two"):
        consensus.stability(pd.DataFrame([[1, 2]], ["x"]), pd.DataFrame([[1, 2]], ["y"]))
    # A change of exactly the limit is not below it.
    first = pd.DataFrame([[1] * 20])
    moved = pd.DataFrame([[1] * 17 + [2] * 3])
    assert consensus.stability(first, moved).loc[0, "histogram_change"] == pytest.approx(0.15)
    assert not consensus.stability(first, moved, limit=0.15).loc[0, "stable"]


def test_rand_ucla_published_panel():
    # Fifteen ratings, published: median 7, P30 7, P70 8, IPR 1, asymmetry 2.5, IPRAS 6.1.
    result = consensus.rand_ucla([4, 5, 6, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 9, 9])
    assert (result.median, result.p30, result.p70, result.ipr) == (7, 7, 8, 1)
    assert result.asymmetry == 2.5
    assert result.ipras == pytest.approx(6.1)
    assert not result.disagreement
    # The base constant printed in that table, 2.5, would give 6.25: 6.1 needs 2.35.
    assert result.ipras - 1.5 * result.asymmetry == pytest.approx(2.35)


def test_rand_ucla_small_panels_hang_on_the_percentile_rule():
    # Trap T7: percentile rules part below ten raters.
    linear = consensus.rand_ucla([1, 1, 1, 5, 9])
    weibull = consensus.rand_ucla([1, 1, 1, 5, 9], percentile="weibull")
    assert (linear.p70, weibull.p70) == (pytest.approx(4.2), pytest.approx(5.8))
    assert (linear.disagreement, weibull.disagreement) == (False, True)
    assert linear.note.endswith("weibull would say disagreement")
    assert weibull.note.endswith("would say no disagreement")
    assert consensus.rand_ucla([7] * 9).note == ""


def test_rand_ucla_verdicts_and_missing():
    table = consensus.rand_ucla_table(
        pd.DataFrame([[7, 8, 9], [1, 5, 9], [1, 2, 3], [4, 5, 6]], index=list("abcd"))
    )
    assert table["verdict"].tolist() == ["appropriate", "uncertain", "inappropriate", "uncertain"]
    assert table["tertile_disagreement"].tolist() == [False, True, False, False]
    assert consensus.rand_ucla([7, 7, 7, None]).missing == 1
    with pytest.raises(ValueError, match="at least 3"):
        consensus.rand_ucla([7, 7])
    with pytest.raises(ValueError, match="fewer than 3 ratings for a"):
        consensus.rand_ucla_table(pd.DataFrame([[7, 8, None]], index=["a"]))
    with pytest.raises(ValueError, match="below 1"):
        consensus.rand_ucla([0, 7, 7])
    with pytest.raises(ValueError, match="rand_ucla_table"):
        consensus.rand_ucla(pd.DataFrame([[7, 7, 7]]))


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(int, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(1, 9)))
def test_borda_gives_every_ballot_the_same_weight(places):
    items, voters = places.shape
    counted = consensus.borda(pd.DataFrame(places))
    assert counted["points"].sum() == pytest.approx(voters * items * (items - 1) / 2)
    assert counted["points"].is_monotonic_decreasing


def test_borda_of_the_capital_of_tennessee():
    # The example of reference works on voting: Memphis is first with 42 of 100 voters, Nashville
    # wins the count with 194 to 173, 126 and 107.
    ballots = {"Memphis": (42, "MNCK"), "Nashville": (26, "NCKM"), "Chattanooga": (15, "CKNM"),
               "Knoxville": (17, "KCNM")}  # fmt: skip
    voters = [order for count, order in ballots.values() for _ in range(count)]
    places = pd.DataFrame(
        {number: [order.index(city) + 1 for city in "MNCK"] for number, order in enumerate(voters)},
        index=["Memphis", "Nashville", "Chattanooga", "Knoxville"],
    )
    counted = consensus.borda(places)
    assert counted["points"].to_dict() == {
        "Nashville": 194, "Chattanooga": 173, "Memphis": 126, "Knoxville": 107,
    }  # fmt: skip
    assert counted["first_places"].idxmax() == "Memphis"


def test_borda_ties_and_blanks():
    votes = pd.DataFrame({"a": [1, 1, 3], "b": [2, 1, None]}, index=["x", "y", "z"])
    with pytest.raises(ValueError, match="missing at z / b"):
        consensus.borda(votes)
    counted = consensus.borda(votes, unranked="share")
    assert counted["points"].to_dict() == {"y": 3.5, "x": 2.5, "z": 0.0}
    assert counted["voters"].to_dict() == {"y": 2, "x": 2, "z": 1}
    everyone_level = consensus.borda(pd.DataFrame({"a": [1, 1], "b": [2, 2]}))
    assert everyone_level["rank"].tolist() == [1, 1]
    with pytest.raises(ValueError, match="nothing ranked by b"):
        consensus.borda(pd.DataFrame({"a": [1.0, 2.0], "b": [None, None]}), unranked="share")
