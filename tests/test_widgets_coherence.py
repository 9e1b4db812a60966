"""The coherence matrix: its model, its panel without a browser, its charts and its documents."""

import openpyxl
import pandas as pd
import pytest
from docx import Document
from test_documents_excel import DAY, computed, needs_office

from clusterlib import charts, coherence, data, documents, load_case, widgets
from clusterlib.charts.impact_grid import signed
from clusterlib.charts.style import title_of
from clusterlib.widgets.coherence_model import CoherenceModel


@pytest.fixture(scope="module")
def plan():
    return data.policy_plan(2027)


@pytest.fixture
def matrix(plan):
    explorer = widgets.coherence_matrix(
        plan.first_scores, plan.links, plan.second_scores, plan.names
    )
    yield explorer
    explorer.close()


@pytest.fixture
def controls(matrix):
    return matrix._panel.controls


def test_model_follows_the_method(plan):
    model = CoherenceModel(plan.first_scores, plan.links, plan.second_scores)
    state = model.read("second", (("I2", "O3", 3), ("O1", "O3", 0)), 0.5)
    scores, links = plan.second_scores.copy(), plan.links.copy()
    scores.loc["I2", "O3"], links.loc["O1", "O3"] = 3, 0
    expected = coherence.second_order(scores, 0.5, through=links)
    pd.testing.assert_frame_equal(state.second.total, expected.total)
    assert model.original("second", "I2", "O3") == 1
    assert model.score("second", (("I2", "O3", 3),), "I2", "O3") == 3


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("", ()),
        ("I2 > O3 = 2; O1>O3=+1", (("I2", "O3", 2), ("O1", "O3", 1))),
        ("I2 > O3 = −2", (("I2", "O3", -2),)),
        ("I2 > O3 = 2; I2 > O3 = 1;", (("I2", "O3", 1),)),
    ],
)
def test_changes_are_read_from_a_line(plan, line, changes):
    assert CoherenceModel(plan.first_scores, plan.links).parse(line) == changes


@pytest.mark.parametrize("line", ["I2 O3 2", "I2 > O9 = 1", "I2 > O3 = 4", "O1 > O1 = 1", "x"])
def test_a_line_that_cannot_be_read_is_quoted_with_the_mend(plan, line):
    with pytest.raises(ValueError, match="write a change as I1 > O1 = 2"):
        CoherenceModel(plan.first_scores, plan.links).parse(line)


def test_the_score_follows_the_chosen_cell_and_a_new_score_becomes_a_change(matrix, controls):
    controls["source"].value = "I2"
    controls["target"].value = "O3"
    assert controls["score"].value == "1"
    assert "together −1.5" in matrix.reading.headline
    controls["score"].value = "3"
    assert matrix.value["changes"] == "I2 > O3 = 3"
    assert "Hidden conflicts: 2 (3 before your changes)" in matrix.reading.headline
    controls["source"].value = "I1"
    assert controls["score"].value == "3"  # the voucher's own score on research
    controls["source"].value = "I2"
    controls["score"].value = "1"
    assert matrix.value["changes"] == ""


def test_a_link_can_be_cut(matrix, controls):
    controls["source"].value = "O1"
    controls["target"].value = "O3"
    assert "Link O1 on O3: −2, counteracting" in matrix.reading.headline
    controls["score"].value = "0"
    assert "Hidden conflicts: 1 (3 before" in matrix.reading.headline
    controls["target"].value = "O1"
    assert "does not act on itself" in matrix.reading.headline
    controls["score"].value = "2"  # nothing to change there
    assert controls["score"].value == "0"
    assert matrix.value["changes"] == "O1 > O3 = 0"


def test_a_typed_line_works_and_a_wrong_one_is_told_not_raised(matrix, controls):
    controls["changes"].value = "I5 > O6 = 1"
    assert "Open clashes: 6 (7 before)" in matrix.reading.headline
    controls["changes"].value = "I5 to O6"
    assert '"I5 to O6" cannot be read' in matrix.reading.headline
    assert "Not used" in matrix.reading.summary


def test_views_speak_of_what_they_show(matrix, controls):
    controls["view"].value = "total"
    assert "second order" in matrix.reading.alt
    assert "-1.50" in matrix.reading.table
    controls["view"].value = "spread"
    assert "both scorers" in matrix.reading.alt.lower()
    shown = [text.get_text() for text in matrix._study._grid._texts]
    assert sum("opposite" in text for text in shown) == 2
    controls["scorer"].value = "second"
    assert "before your changes" in matrix.reading.headline


def test_copied_settings_reproduce_the_matrix(plan, matrix, controls):
    controls["changes"].value = "I2 > O3 = 3"
    controls["weight"].value = 0.25
    scope: dict = {}
    exec(matrix.code, scope)
    again = widgets.coherence_matrix(
        plan.first_scores, plan.links, plan.second_scores, settings=scope["settings"]
    )
    assert again.value == matrix.value
    assert again.reading.headline == matrix.reading.headline
    again.close()


def test_one_scorer_alone_has_no_second_view(plan):
    explorer = widgets.coherence_matrix(plan.first_scores, plan.links)
    assert "scorer" not in explorer.value
    with pytest.raises(ValueError, match="choose one of 'direct', 'total'"):
        explorer.value = {"view": "spread"}
    explorer.close()


def test_scores_off_the_scale_are_refused(plan):
    half = plan.first_scores.astype(float)
    half.loc["I4", "O2"] = 1.5
    with pytest.raises(ValueError, match=r"off the scale.*I4 on O2"):
        widgets.coherence_matrix(half, plan.links)


def test_the_figure_is_updated_and_never_replaced(matrix, controls):
    figure, artists = matrix._study.figure, len(matrix._study.figure.findobj())
    for weight in (0.0, 0.25, 1.0):
        matrix.value = {"view": "total", "weight": weight}
    assert matrix._study.figure is figure
    assert len(figure.findobj()) == artists


def test_charts_say_in_words_what_they_show(plan):
    figure, summary = charts.cross_impact(plan.first_scores, plan.names)
    assert title_of(figure).endswith("hinder?")
    assert "24 of 63 cells help, 7 hinder, 32 are consistent" in summary
    assert "lowest sum is O6 Remote districts take part (−2)" in summary
    assert charts.second_order(plan.first_scores, plan.links)[1].startswith(
        "3 hidden conflicts: I2"
    )
    told = charts.scorer_spread(plan.first_scores, plan.second_scores)[1]
    assert told.endswith("I3 on O6 (−1 against +2); I5 on O2 (+2 against −1).")
    level = plan.instruments["level"]
    assert charts.by_level(plan.first_scores, level)[1].count("(") == 1
    with pytest.raises(ValueError, match="no level is given for I1"):
        charts.by_level(plan.first_scores, level.drop("I1"))
    assert [signed(value) for value in (-0.5, 0.0, 3)] == ["−0.5", "0", "+3"]


@pytest.mark.parametrize("audience", data.list_audiences())
def test_documents_hold_plan_evidence_and_voice(plan, audience, tmp_path):
    case = load_case(audience)
    text, book = documents.coherence_plan(
        case,
        plan.first_scores,
        plan.links,
        plan.repairs.loc[["F1", "F2"]],
        "Engineers leave small firms",
        audience,
        second_scores=plan.second_scores,
        names=plan.names,
        log={"Agreed": "...", "Looks again": "Vera, on 1 June"},
        tables=dict([plan.table_for(audience)]),
        folder=tmp_path,
        on=DAY,
    )
    said = "\n".join(paragraph.text for paragraph in Document(text).paragraphs)
    assert "Engineers leave small firms." in said
    assert "Hidden conflicts: 3 today, 1 after the repairs." in said
    assert "Vera, on 1 June" in said
    assert "not written down yet" in said
    sheets = openpyxl.load_workbook(book).sheetnames
    assert sheets == [
        "Read me", "Matrix", "Second scorer", "Links", "Second order", "Repair plan"
    ]  # fmt: skip


@needs_office
def test_workbook_formulas_give_the_second_order(plan, tmp_path):
    (tmp_path / "made").mkdir()
    _, path = documents.coherence_plan(
        {"organisation": "County"}, plan.first_scores, plan.links, plan.repairs.iloc[:2], "",
        "government", names=plan.names, folder=tmp_path / "made", on=DAY,
    )  # fmt: skip
    book = computed(path, tmp_path)
    sheet = book["Second order"]
    expected = coherence.second_order(plan.first_scores, through=plan.links)
    shown = [[sheet.cell(row, column).value for column in range(3, 10)] for row in range(2, 11)]
    assert shown == expected.total.to_numpy().tolist()
    counted = sum(sheet.cell(11, column).value for column in range(3, 10))
    assert counted == len(expected.hidden_conflicts)
    matrix = book["Matrix"]
    sums = [matrix.cell(11, column).value for column in range(3, 10)]
    assert sums == plan.first_scores.sum().tolist()
    costs = book["Repair plan"]
    assert costs["F4"].value == plan.repairs["cost"].iloc[:2].sum()


def test_repairs_that_touch_no_cell_are_named(plan):
    strange = plan.repairs.iloc[:1].assign(to_code="O9")
    with pytest.raises(ValueError, match="no cell I2 on O9"):
        documents.coherence_plan({}, plan.first_scores, plan.links, strange, "", "ngo")
    with pytest.raises(ValueError, match="lack the columns owner"):
        documents.coherence_plan(
            {}, plan.first_scores, plan.links, plan.repairs.drop(columns="owner"), "", "ngo"
        )
