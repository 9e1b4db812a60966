"""Explorers without a browser: models, controls, words, and that closing frees everything."""

import gc

import comm
import ipywidgets
import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances

import clusterlib
from clusterlib import needs, widgets
from clusterlib.widgets.access import script
from clusterlib.widgets.needs_matrix import NeedsMatrixModel
from clusterlib.widgets.parameters import Choice, Slider, Switch, complete


@pytest.fixture(scope="module")
def case():
    return clusterlib.load_case("ngo")


@pytest.fixture
def matrix(case):
    explorer = widgets.needs_matrix(case.importance, case.ability, case.competences["name"])
    yield explorer
    explorer.close()


@pytest.fixture
def profile(case):
    explorer = widgets.regional_profile(case.employment_start, case.employment)
    yield explorer
    explorer.close()


def everything(widget):
    return [widget, *(w for child in getattr(widget, "children", ()) for w in everything(child))]


def button(explorer, words):
    found = [
        one
        for one in everything(explorer._root)
        if isinstance(one, ipywidgets.Button) and one.description == words
    ]
    return found[0]


@pytest.mark.parametrize("rule", ["mean", "median", "scale"])
def test_model_gives_the_quadrants_of_the_method(case, rule):
    model = NeedsMatrixModel(case.importance, case.ability)
    read = model.read(rule, (0.0, 0.0), False)
    expected = needs.importance_performance(case.importance, case.ability, rule)
    pd.testing.assert_frame_equal(read.grid, expected)


def test_flips_against_the_mean_are_those_of_the_method(case):
    model = NeedsMatrixModel(case.importance, case.ability)
    flips = model.read("median", (0.0, 0.0), False).flips
    expected = needs.quadrant_flips(case.importance, case.ability, "mean", "median")
    assert list(flips.index) == list(expected.index)
    assert list(flips["here"]) == list(expected["median"])


def test_own_lines_split_where_they_stand():
    asked = pd.DataFrame({"a": [4, 4], "b": [2, 2]})
    able = pd.DataFrame({"a": [1, 1], "b": [3, 3]})
    grid = NeedsMatrixModel(asked, able).read("own", (3.0, 3.0), False).grid
    assert grid["quadrant"].tolist() == ["concentrate here", "possible overkill"]
    assert grid["on_line"].tolist() == [False, True]


def test_careless_answers_are_found_and_only_left_out_when_asked(case, matrix):
    model = NeedsMatrixModel(case.importance, case.ability)
    assert len(model.careless) == 1
    assert model.read("mean", (0, 0), True).respondents == len(case.importance) - 1
    assert "still counted" in matrix.reading.summary
    matrix.value = {"leave_out_careless": True}
    assert "left out" in matrix.reading.summary


def test_moving_a_line_means_own_lines_and_a_rule_moves_the_lines(matrix):
    controls = matrix._panel.controls
    controls["importance_line"].value = 4.2
    assert matrix.value["crosshair"] == "own"
    assert "importance 4.20" in matrix.reading.headline
    controls["crosshair"].value = "scale"
    assert matrix.value["importance_line"] == 3.0
    assert matrix.value["ability_line"] == 3.0


def test_picture_headline_summary_and_table_change_together(profile):
    before = (profile._picture.value, profile._headline.value, profile._words.value)
    profile._panel.controls["view"].value = "shift_share"
    after = (profile._picture.value, profile._headline.value, profile._words.value)
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert "<caption>Change in jobs in Aldermark" in profile.reading.table


@pytest.mark.parametrize("view", ["quotients", "shift_share", "stars"])
def test_confidential_is_a_word_in_every_view(case, profile, view):
    region = case.employment.index[case.employment.isna().any(axis=1)][0]
    profile.value = {"region": region, "view": view}
    assert "onfidential" in profile.reading.summary
    assert ("not known" if view == "stars" else "confidential") in profile.reading.table


@pytest.mark.parametrize("view", ["quotients", "shift_share", "stars"])
def test_a_filter_that_leaves_nothing_still_draws(case, view):
    explorer = widgets.regional_profile(
        case.employment_start, case.employment, "Highmoor", settings={"view": view}
    )
    explorer.value = {"minimum_jobs": 5000.0}
    assert "Highmoor" in explorer.reading.alt
    explorer.close()


def test_copied_settings_reproduce_the_explorer(case, matrix):
    matrix._panel.controls["ability_line"].value = 2.5
    button(matrix, "Copy my settings").click()
    assert "settings = {" in matrix._line.value
    scope: dict = {}
    exec(matrix.code, scope)
    again = widgets.needs_matrix(case.importance, case.ability, settings=scope["settings"])
    assert again.value == matrix.value
    again.close()


def test_reset_goes_back_to_the_start(matrix):
    start = matrix.value
    matrix.value = {"crosshair": "scale", "leave_out_careless": True}
    button(matrix, "Reset").click()
    assert matrix.value == start


def test_save_keeps_the_settings_and_a_change_says_not_saved(matrix, tmp_path, monkeypatch):
    from clusterlib.portfolio import Portfolio

    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    assert matrix._saved.value == "Not saved yet"
    button(matrix, "Save to my portfolio").click()
    assert matrix._saved.value == "Saved"
    assert Portfolio.open().load_settings("needs-matrix") == matrix.value
    matrix.value = {"crosshair": "median"}
    assert matrix._saved.value == "Not saved yet"


def test_a_folder_that_cannot_be_written_is_told_not_raised(matrix, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "file"))
    button(matrix, "Save to my portfolio").click()
    assert matrix._saved.value.startswith("Not saved: ")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"crosshair": "mode"}, "choose one of 'mean'"),
        ({"cross": "mean"}, "there are: crosshair"),
        ({"importance_line": 9}, "between 1 and 5; yours is 9"),
        ({"leave_out_careless": "yes"}, "True or False"),
        ({"ability_line": True}, "must be a number"),
    ],
)
def test_wrong_settings_are_named_with_the_mend(case, wrong, message):
    with pytest.raises(ValueError, match=message):
        widgets.needs_matrix(case.importance, case.ability, settings=wrong)


def test_unknown_region_is_refused_before_anything_is_built(case):
    before = len(_instances)
    with pytest.raises(ValueError, match="Atlantis"):
        widgets.regional_profile(case.employment_start, case.employment, "Atlantis")
    assert len(_instances) == before


def test_parameters_fill_in_defaults():
    table = [Choice("a", "A", (("One", "1"),), "1"), Slider("b", "B", 0, 9, 1, 3), Switch("c", "C")]
    assert complete(table, {"b": 4}) == {"a": "1", "b": 4.0, "c": False}


@pytest.mark.parametrize("kind", ["matrix", "profile"])
def test_every_control_is_described_in_words(kind, request):
    explorer = request.getfixturevalue(kind)
    for control in explorer._panel.controls.values():
        assert len(control.description.split()) >= 1
        assert control.description[0].isupper()
    assert not [w for w in everything(explorer._root) if isinstance(w, ipywidgets.Output)]


def test_shown_words_are_the_same_in_every_session(case, matrix):
    twin = widgets.needs_matrix(case.importance, case.ability, case.competences["name"])
    assert repr(twin) == repr(matrix)
    twin.close()


def test_the_script_carries_its_style_and_asks_nothing_from_outside():
    assert "STYLE;" not in script()
    assert ".cl-root" in script()
    assert "http" not in script()


def test_the_figure_is_updated_and_never_replaced(matrix):
    figure, artists = matrix._study.figure, len(matrix._study.figure.findobj())
    for value in np.arange(2.0, 4.0, 0.25):
        matrix.value = {"crosshair": "own", "importance_line": float(value)}
    assert matrix._study.figure is figure
    assert len(figure.findobj()) == artists


@pytest.mark.slow
def test_two_hundred_openings_leave_nothing_behind(case):
    marks = case.importance.iloc[:6, :3], case.ability.iloc[:6, :3]
    jobs = case.employment_start.iloc[:3, :3], case.employment.iloc[:3, :3]

    def open_and_close(times):
        for turn in range(times):
            one = widgets.needs_matrix(*marks) if turn % 2 else widgets.regional_profile(*jobs)
            one.close()
            one.close()  # closing twice does no harm
        gc.collect()

    open_and_close(4)  # fonts, caches and first imports
    registered = len(_instances)
    comms = len(comm.get_comm_manager().comms)
    objects = len(gc.get_objects())
    open_and_close(200)
    assert len(_instances) == registered
    assert len(comm.get_comm_manager().comms) == comms
    # One explorer alone is made of thousands of objects: two hundred leave fewer than one.
    assert len(gc.get_objects()) - objects < 2000
