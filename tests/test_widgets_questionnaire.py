"""The questionnaire: faults told at once, answers kept and read again, two languages."""

import re
import tomllib
from importlib.resources import files

import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances

from clusterlib import widgets
from clusterlib.portfolio import Portfolio
from clusterlib.widgets.form_items import read_items
from clusterlib.widgets.messages import catalogue, languages

ITEMS = pd.DataFrame(
    [
        {"id": "trust", "kind": "likert", "question": "We trust each other", "required": "yes",
         "question_de": "Wir vertrauen einander"},
        {"id": "staff", "kind": "number", "question": "Employees", "required": "yes", "low": 0,
         "high": 5000, "help": "head count at the end of the year"},
        {"id": "area", "kind": "choice", "question": "Main field", "options": "devices;data;care",
         "options_de": "Geräte;Daten;Pflege"},
        {"id": "note", "kind": "text", "question": "What else?"},
        {"id": "again", "kind": "likert", "question": "I would join again", "low": 0, "high": 2,
         "options": "no;perhaps;yes"},
    ]
)  # fmt: skip
FULL = {"trust": 4, "staff": "1 250,5", "area": "data", "note": 'Zs, "more"; trains', "again": 0}


@pytest.fixture(autouse=True)
def portfolio(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    return tmp_path


@pytest.fixture
def form():
    opened = widgets.questionnaire(ITEMS, "members")
    yield opened
    opened.close()


def test_all_problems_are_told_at_once_and_nothing_is_written(form, portfolio):
    form.value = {"staff": "many"}
    assert not form.finish()
    assert form.problems() == [
        "Write a code that starts with a letter and has only letters and digits, such as R01.",
        "We trust each other: please answer, this question is required.",
        "Employees: “many” is not a number; type it like 10.5.",
    ]
    assert form.said.count("<li>") == 3
    assert not list(portfolio.glob("*.csv"))


@pytest.mark.parametrize(("given", "fits"), [("0", True), ("5000", True), ("-1", False),
                                             ("5000.5", False)])  # fmt: skip
def test_ends_of_a_number_belong_to_it(form, given, fits):
    form.respondent = "R01"
    form.value = {"trust": 1, "staff": given}
    assert (form.problems() == []) is fits
    assert fits or "lies outside 0 to 5000" in form.problems()[0]


def test_answers_are_read_by_a_plain_cell_as_numbers_and_text(form):
    form.respondent = "R01"
    form.value = FULL
    assert form.finish()
    row = Portfolio.open().load_table("members").loc["R01"]
    assert row["trust"] == 4
    assert row["staff"] == 1250.5
    assert row["again"] == 0
    assert row["note"] == FULL["note"]
    assert row["complete"] == "yes"


def test_a_person_resumes_where_she_stopped_and_others_stay(form):
    form.respondent = "R01"
    form.value = FULL
    assert form.finish()
    form.respondent = "R02"
    form.value = {"trust": 2, "staff": "lots", "area": None, "note": None, "again": None}
    assert form.save_for_later()
    assert "1 of 5 questions" in form.said
    assert "lots" in form.said  # what could not be kept is named
    again = widgets.questionnaire(ITEMS, "members")
    again.respondent = "R02"
    assert again.value == {"trust": 2, "staff": None, "area": None, "note": None, "again": None}
    again.value = {"staff": "7"}
    assert again.finish()
    again.respondent = "R01"
    assert again.value == {**FULL, "staff": "1250.5"}
    table = Portfolio.open().load_table("members")
    assert table["complete"].to_dict() == {"R01": "yes", "R02": "yes"}
    assert table["staff"].to_dict() == {"R01": 1250.5, "R02": 7.0}
    again.close()


def test_saving_again_replaces_the_row_and_keeps_a_column_of_an_older_form(form, portfolio):
    (portfolio / "members.csv").write_text("respondent,trust,old\nR09,5,kept\n", encoding="utf-8")
    form.respondent = "R01"
    form.value = FULL
    assert form.finish()
    assert form.finish()
    table = Portfolio.open().load_table("members")
    assert list(table.index) == ["R09", "R01"]
    assert table.loc["R09", "old"] == "kept"


def test_an_optional_mark_can_be_taken_back_and_a_required_one_has_no_such_option(form):
    labels = {
        name: [words for words, _ in form._controls[name].options] for name in ("trust", "again")
    }
    assert labels["again"][-1] == "No answer"
    assert "No answer" not in labels["trust"]


@pytest.mark.parametrize("code", ["", "1", "R 01", "=R1", "R;1"])
def test_a_code_that_would_not_survive_the_file_is_refused(form, code):
    form.respondent = code
    form.value = FULL
    assert not form.save_for_later()
    assert "starts with a letter" in form.said


def test_a_change_says_that_it_is_not_saved(form):
    form.respondent = "R01"
    form.value = FULL
    form.finish()
    form._controls["staff"].value = "9"
    assert form.said == "Not saved yet."


def test_a_folder_that_cannot_be_written_is_told(form, portfolio, monkeypatch):
    (portfolio / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(portfolio / "file"))
    form.respondent = "R01"
    form.value = FULL
    assert not form.finish()
    assert form.said.startswith("Not saved: ")


def test_every_fault_of_the_table_is_named():
    wrong = [
        {"id": "a", "kind": "slider", "question": "?"},
        {"id": "b", "kind": "choice", "question": "?", "options": "one"},
        {"id": "c", "kind": "likert"},
        {"id": "d", "kind": "number", "question": "?", "low": 5, "high": 1},
        {"id": "complete", "kind": "text", "question": "?"},
        {"id": "e", "kind": "text", "question": "?", "required": "maybe"},
        {"id": "f", "kind": "text", "question": "?"},
        {"id": "f", "kind": "text", "question": "?"},
    ]
    with pytest.raises(ValueError, match="item a") as found:
        read_items(wrong, "en")
    for word in ("choose one of likert", "two or more", "lacks 'question'", "not below", "taken by",
                 "yes or no", "item f: the id stands twice"):  # fmt: skip
        assert word in str(found.value)


def test_languages_have_the_same_messages_with_the_same_gaps():
    folder = files("clusterlib.widgets") / "locale"
    english = tomllib.loads((folder / "en.toml").read_text(encoding="utf-8"))
    for language in languages():
        own = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
        assert own.keys() == english.keys()
        for name, words in own.items():
            assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", english[name]))
    with pytest.raises(ValueError, match="en, de"):
        catalogue("xx")


def test_a_form_in_german_keeps_the_same_values(form):
    german = widgets.questionnaire(ITEMS, "members", "de")
    assert german._controls["trust"].description.startswith("Wir vertrauen einander (Pflichtfrage")
    german.respondent = "R05"
    german.value = FULL
    assert german.finish()
    assert Portfolio.open().load_table("members").loc["R05", "area"] == "data"
    german.close()


def test_opening_and_closing_leaves_nothing_behind(portfolio):
    widgets.questionnaire(ITEMS, "members").close()
    before = len(_instances)
    for _ in range(50):
        one = widgets.questionnaire(ITEMS, "members")
        one.close()
        one.close()
    assert len(_instances) == before
