"""Pairwise comparison and ranking of options: models, panels and the static charts beside them."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from explorer_tools import check_all_change, check_frame, check_nothing_is_left, move
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from ipywidgets import SelectionSlider

from clusterlib import charts, decisions, widgets
from clusterlib.charts.decisions import judgement_words, read_weights
from clusterlib.data import action_choice
from clusterlib.widgets.ahp import STEPS, Judgements, pair_name
from clusterlib.widgets.topsis import OptionsModel

WORST = "Yearly cost v Wait for a first result"


@pytest.fixture(scope="module")
def choice():
    return action_choice(2027)


@pytest.fixture
def comparison(choice):
    opened = widgets.ahp(list(choice.criteria.index), choice.judgements)
    yield opened
    opened.close()


@pytest.fixture
def ranking(choice):
    opened = widgets.topsis(choice.scores, choice.criteria["weight"], choice.criteria["benefit"])
    yield opened
    opened.close()


def test_the_choice_can_be_repeated_and_another_seed_moves_the_scores(choice):
    assert choice.scores.equals(action_choice(2027).scores)
    assert not choice.scores.equals(action_choice(1).scores)
    assert choice.judgements.equals(action_choice(1).judgements)
    assert (choice.scores.loc["Do nothing"] == 0).all()
    assert "Synthetic" in choice.synthetic_note


# --- pairwise comparison -------------------------------------------------------------------------


def test_the_scale_runs_from_nine_to_a_ninth_in_even_order():
    values = [Fraction(step) for step in STEPS]
    assert values == sorted(values, reverse=True)
    assert (values[0], values[8], values[-1]) == (9, 1, Fraction(1, 9))
    assert len(set(values)) == 17


@limits(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(STEPS), min_size=6, max_size=6))
def test_weights_are_those_of_the_method_and_the_mend_helps(steps):
    model = Judgements(["jobs", "cost", "reach", "speed"])
    judged = dict(zip([pair_name(*pair) for pair in model.pairs], steps, strict=True))
    matrix = model.matrix(judged)
    read = read_weights(matrix)
    expected = decisions.ahp(matrix)
    pd.testing.assert_series_equal(read.hierarchy.weights, expected.weights)
    np.testing.assert_allclose(matrix.to_numpy() * matrix.to_numpy().T, 1.0)
    if read.worst is not None and "would be" in read.headline:
        name = pair_name(*read.worst)
        better = {**judged, name: str(Fraction(read.mended).limit_denominator(9))}
        assert decisions.ahp(model.matrix(better)).cr == pytest.approx(read.ratio_mended, abs=1e-9)
        assert read.ratio_mended < expected.cr


def test_the_planted_contradiction_is_found_and_mended_by_its_slider(comparison):
    assert "above the rule of thumb" in comparison.reading.headline
    assert "hurts most: Yearly cost or Wait for a first result" in comparison.reading.headline
    move(comparison, WORST, "3")
    assert "within the rule of thumb" in comparison.reading.headline
    assert "Yearly cost 3 times, moderately more" in comparison.reading.table


def test_judgements_that_agree_name_no_culprit():
    opened = widgets.ahp(
        ["jobs", "cost", "reach"], settings={"jobs v cost": "2", "jobs v reach": "2"}
    )
    assert "No judgement contradicts the others" in opened.reading.headline
    opened.close()


def test_two_criteria_cannot_contradict():
    opened = widgets.ahp(["jobs", "cost"], settings={"jobs v cost": "1/3"})
    assert (
        "With two criteria nothing can contradict. cost 75%, jobs 25%." in opened.reading.headline
    )
    assert "cost 3 times" in opened.reading.table
    opened.close()


def test_every_slider_speaks_in_words(comparison):
    for control in comparison._panel.controls.values():
        assert isinstance(control, SelectionSlider)
        assert " or " in control.description
    words = [label for label, _ in comparison._panel.controls[WORST].options]
    assert words[0] == "Yearly cost 9 times, extremely more"
    assert words[8] == "equally important"
    assert words[-1] == "Wait for a first result 9 times, extremely more"
    assert judgement_words("a", "b", 2.6) == "a 2.6 times"


def test_judgements_typed_as_decimals_or_half_blank_are_read():
    names = ["jobs", "cost", "reach"]
    typed = pd.DataFrame([[1, 0.33, 5], [None, 1, 7], [None, None, 1]], names, names)
    assert Judgements(names).steps(typed) == {
        "jobs v cost": "1/3", "jobs v reach": "5", "cost v reach": "7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "matrix", "message"),
    [
        (["jobs"], None, "1 criteria: compare from 2 to 7"),
        (list("abcdefgh"), None, "group them if there are more"),
        (["jobs", "jobs"], None, "stands twice"),
        (["jobs", "cost"], [[1, 2.5], [None, 1]], "judged 2.50: the sliders know the steps"),
        (["jobs", "reach"], [[1, 2], [None, 1]], "compare other criteria"),
    ],
)
def test_wrong_judgements_are_refused_with_the_mend(criteria, matrix, message):
    names = ["jobs", "cost"]
    table = None if matrix is None else pd.DataFrame(matrix, names, names)
    with pytest.raises(ValueError, match=message):
        widgets.ahp(criteria, table)


def test_a_ratio_beyond_the_gauge_is_an_arrow_and_a_number():
    opened = widgets.ahp(
        ["jobs", "cost", "reach"],
        settings={"jobs v cost": "9", "cost v reach": "9", "jobs v reach": "1/9"},
    )
    picture = opened._study._picture
    assert len(picture._marks[">"].get_offsets()) == 1
    assert not len(picture._marks["o"].get_offsets())
    assert picture._verdict.get_text().endswith(": above")
    opened.close()


def test_comparison_keeps_the_word_of_the_frame(comparison, choice, tmp_path, monkeypatch):
    check_all_change(comparison, WORST, "3")
    check_all_change(comparison, "New jobs v Yearly cost", "1/9")

    def again(settings):
        return widgets.ahp(list(choice.criteria.index), choice.judgements, settings)

    check_frame(comparison, again, tmp_path, monkeypatch)


def test_the_static_weights_say_what_the_explorer_says(comparison, choice):
    figure, summary = charts.criteria_weights(choice.judgements)
    assert summary in comparison.reading.summary
    assert figure.axes[0].get_title(loc="left").endswith("?")


# --- ranking of options --------------------------------------------------------------------------


def test_closeness_ranks_and_draws_are_those_of_the_methods(choice):
    benefit = choice.criteria["benefit"]
    model = OptionsModel(choice.scores, choice.criteria["weight"], benefit)
    points = pd.Series([10.0, 20, 30, 20, 20], choice.criteria.index)
    read = model.read(points, 0.4)
    expected = decisions.weight_sensitivity(
        choice.scores, points, benefit, swing=0.4, runs=1000, seed=0
    )
    pd.testing.assert_series_equal(read.ranking["closeness"], expected.closeness, check_names=False)
    assert read.ranking["first_share"].to_dict() == expected.acceptability[1].to_dict()
    assert read.ranking["rank"].to_dict() == (
        expected.closeness.rank(ascending=False).astype(int).to_dict()
    )
    assert read.shares.sum() == pytest.approx(1)


def test_weights_are_scaled_and_shown_and_others_left_alone(ranking):
    move(ranking, "weight of Yearly cost", 100.0)
    assert ranking.value["weight of New jobs"] == 30.0
    assert "Weights scaled to 100%: New jobs 17%" in ranking.reading.summary
    assert "<td>100</td><td>56%</td>" in ranking.reading.table


def test_ranks_that_change_are_told_and_written_on_the_bars(ranking):
    assert "Ranks that change against the start: none." in ranking.reading.headline
    move(ranking, "weight of Yearly cost", 90.0)
    assert "Do nothing 5 to 2" in ranking.reading.headline
    words = [word.get_text() for word in ranking._study._picture._words]
    assert words[-1] == "rank 2 ▲ was 5"
    assert any("▼" in word for word in words)


def test_doing_nothing_is_marked_by_hatch_and_word(ranking, choice):
    picture = ranking._study._picture
    hatches = {bar.get_hatch() for bar in picture._bars[:-1]}
    assert picture._bars[-1].get_hatch() not in hatches
    assert "Do nothing (doing nothing)" in ranking.reading.table
    move(ranking, "weight of Yearly cost", 90.0)
    assert "Ranked below doing nothing: Shared cleanroom" in ranking.reading.headline
    plain = widgets.topsis(
        choice.scores.rename({"Do nothing": "As it is"}),
        choice.criteria["weight"], choice.criteria["benefit"],
    )  # fmt: skip
    assert "doing nothing" not in plain.reading.summary
    plain.close()


def test_no_weight_at_all_is_said_and_no_old_ranking_stays(ranking, choice):
    ranking.value = {f"weight of {name}": 0 for name in choice.criteria.index}
    assert "all weights are 0" in ranking.reading.headline
    picture = ranking._study._picture
    assert {bar.get_width() for bar in picture._bars} == {0.0}
    assert "not defined" in ranking.reading.table
    move(ranking, "weight of New jobs", 10.0)
    assert "First: Shared cleanroom (1.00)" in ranking.reading.headline


def test_ranking_keeps_the_word_of_the_frame(ranking, choice, tmp_path, monkeypatch):
    check_all_change(ranking, "weight of Yearly cost", 90.0)
    check_all_change(ranking, "weight of New jobs", 0.0)

    def again(settings):
        return widgets.topsis(
            choice.scores, choice.criteria["weight"], choice.criteria["benefit"], settings=settings
        )

    check_frame(ranking, again, tmp_path, monkeypatch)


def test_the_static_ranking_says_what_the_explorer_says(ranking, choice):
    points = choice.criteria["weight"].copy()
    points["Yearly cost"] = 0.9
    move(ranking, "weight of Yearly cost", 90.0)
    figure, summary = charts.option_ranking(
        choice.scores, points, choice.criteria["benefit"], start=choice.criteria["weight"]
    )
    assert summary in ranking.reading.summary
    assert figure.axes[0].get_title(loc="left").endswith("?")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [1, 1]}, "2 weights for 5 criteria"),
        ({"weights": [0, 0, 0, 0, 0]}, "all weights are 0"),
        ({"baseline": "Wait"}, "no option 'Wait'; there are: Shared cleanroom"),
        ({"settings": {"weight of fame": 3}}, "no setting 'weight of fame'"),
    ],
)
def test_wrong_tables_are_refused_with_the_mend(choice, change, message):
    given_ = {"weights": choice.criteria["weight"], "benefit": choice.criteria["benefit"], **change}
    with pytest.raises(ValueError, match=message):
        widgets.topsis(choice.scores, **given_)


def test_nothing_is_left_behind(choice):
    check_nothing_is_left(lambda: widgets.ahp(["jobs", "cost", "reach"]))
    check_nothing_is_left(
        lambda: widgets.topsis(choice.scores.iloc[:3, :2], [0.5, 0.5], [True, True])
    )
