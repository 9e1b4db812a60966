"""Charts: what they draw, what they say, and that nothing is silently dropped."""

import base64
import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import _pylab_helpers
from matplotlib.figure import Figure
from matplotlib.image import imread

import clusterlib
from clusterlib import charts, mapping, needs
from clusterlib.charts.labels import Box, pieces_between, place_labels
from clusterlib.charts.mapping import quotient_profile, shift_share_profile, star_profile
from clusterlib.charts.picture import Stage, image, png
from clusterlib.charts.style import LOOKS
from clusterlib.charts.tables import html_table


@pytest.fixture(scope="module")
def case():
    return clusterlib.load_case("government")


def drawings(case):
    names = case.competences["name"]
    return {
        "importance_performance": charts.importance_performance(
            case.importance, case.ability, names=names
        ),
        "needs_ranking": charts.needs_ranking(case.importance, case.ability, names),
        "response_rates": charts.response_rates(case.members, "district"),
        "location_quotients": charts.location_quotients(case.employment, "Aldermark"),
        "shift_share": charts.shift_share(case.employment_start, case.employment, "Aldermark"),
        "stars": charts.stars(case.employment, "Aldermark"),
    }


def test_every_chart_asks_a_question_and_says_how_many(case):
    for name, (figure, summary) in drawings(case).items():
        assert isinstance(figure, Figure), name
        words = " ".join(
            text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))
        )
        assert "?" in words, f"{name} has no question as its title"
        assert re.search(r"\d", summary), f"{name} says no number"
        assert png(figure).startswith(b"\x89PNG")


def test_charts_leave_no_figure_in_pyplot(case):
    drawings(case)
    assert _pylab_helpers.Gcf.get_num_fig_managers() == 0


def test_grid_summary_names_every_item_once(case):
    names = case.competences["name"]
    _, summary = charts.importance_performance(case.importance, case.ability, names=names)
    for name in names:
        assert summary.count(name) == 1


def test_ranking_summary_agrees_with_the_methods(case):
    _, summary = charts.needs_ranking(case.importance, case.ability)
    assert (
        f"First by Borich's score: {needs.borich(case.importance, case.ability).index[0]}"
        in summary
    )


def test_small_groups_are_named_as_not_printed_and_never_zero():
    roster = pd.DataFrame(
        {
            "kind": ["firm"] * 10 + ["ngo"] * 6 + ["city"] * 6,
            "replied": [True] * 5 + [False] * 5 + [True] + [False] * 5 + [True] * 5 + [False],
        }
    )
    figure, summary = charts.response_rates(roster)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "Groups too small to print: 2." in summary
    assert sum(text.startswith("too few to print") for text in texts) == 2


def test_a_confidential_cell_is_written_out_and_not_drawn_as_zero(case):
    profile = quotient_profile(case.employment, "Brennholm")
    hidden = case.employment.columns[case.employment.loc["Brennholm"].isna()]
    assert list(profile.rows.loc[hidden, "word"]) == ["confidential"]
    assert f"Confidential: {hidden[0]}." in profile.summary
    assert "Totals count known cells only" in profile.summary


def test_quotients_are_sorted_and_small_industries_named(case):
    everything = quotient_profile(case.employment, "Aldermark").rows
    drawn = everything[everything["word"] == ""]
    assert drawn["lq"].is_monotonic_decreasing
    fewer = quotient_profile(case.employment, "Aldermark", minimum_jobs=5000)
    left = set(everything.index) - set(fewer.rows.index)
    assert left
    assert all(str(industry) in fewer.summary for industry in left)


def test_shift_share_parts_of_the_picture_add_up_to_the_change(case):
    rows = shift_share_profile(case.employment_start, case.employment, "Aldermark").rows
    known = rows.dropna(subset="change")
    np.testing.assert_allclose(
        known[["national", "mix", "regional"]].sum(axis=1), known["change"], atol=1e-6
    )
    hidden = case.employment.columns[case.employment.isna().any()]
    assert rows.loc[hidden, "change"].isna().all()


def test_stars_of_the_picture_are_those_of_the_method(case):
    rows = star_profile(case.employment, "Aldermark").rows
    table = mapping.star_rating(case.employment, "observatory", missing="skip")
    expected = table[table["region"] == "Aldermark"].set_index("category")["focus_star"]
    pd.testing.assert_series_equal(
        rows["Observatory focus"].sort_index(), expected.sort_index(), check_names=False
    )
    assert rows["Panorama productivity"].isna().all()


def test_unknown_region_lists_those_there_are(case):
    with pytest.raises(ValueError, match=r"'Atlantis'.*Aldermark"):
        charts.location_quotients(case.employment, "Atlantis")


def test_table_heads_have_a_scope_and_text_is_escaped():
    html = html_table(
        pd.DataFrame({"a<b": [1.0, np.nan]}, index=["x&y", "z"]), "Jobs", "confidential"
    )
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert "a&lt;b" in html
    assert "x&amp;y" in html
    assert "<td>confidential</td>" in html


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="alternative text"):
        image(Figure(figsize=(1, 1)), " ")


def test_show_prints_the_summary_where_there_is_no_page(capsys, case):
    figure, summary = charts.response_rates(case.members)
    charts.show(figure, summary)
    assert summary in capsys.readouterr().out


def test_stage_gives_the_picture_a_full_drawing_gives():
    figure = Figure(figsize=(2, 2))
    axes = figure.subplots()
    (line,) = axes.plot([0, 1], [0, 1])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    stage = Stage(figure)
    stage.image("A line", [line], "frame")
    line.set_ydata([1, 0])
    moved = stage.image("A line", [line], "frame")
    # Spines are drawn after lines in a full drawing and before them on a stage: compare inside.
    full = imread(io.BytesIO(png(figure)))
    part = imread(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", moved)[1])))
    inner = np.s_[40:150, 40:160]
    assert np.abs(full[inner] - part[inner]).mean() < 0.01


def test_every_series_look_differs_in_colour_marker_and_hatch():
    for part in ("colour", "marker", "hatch"):
        assert len({getattr(look, part) for look in LOOKS}) == len(LOOKS)


@given(
    st.lists(
        st.tuples(st.floats(100, 700), st.floats(60, 540)), min_size=1, max_size=12, unique=True
    )
)
@settings(max_examples=60, deadline=None)
def test_labels_stay_inside_and_apart_when_they_are_as_small_as_codes(points):
    area = Box(0, 0, 800, 600)
    boxes = place_labels(points, [(28, 12)] * len(points), area)
    assert all(box.within(area) for box in boxes)
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda g: tuple(sorted(g)))))
def test_pieces_never_enter_a_gap(gaps):
    for low, high in pieces_between(0, 100, gaps):
        assert 0 <= low <= high <= 100
        assert not any(a < (low + high) / 2 < b for a, b in gaps if high > low)


def test_names_of_the_case_do_not_overlap_at_800_pixels(case):
    figure, _ = charts.importance_performance(
        case.importance, case.ability, names=case.competences["name"]
    )
    renderer = figure.canvas.get_renderer()
    axes = figure.axes[0]
    texts = [text for text in axes.texts if text.get_text() in set(case.competences["name"])]
    boxes = [text.get_window_extent(renderer) for text in texts]
    assert len(boxes) == 12
    for index, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= 800
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])
