"""Self-checks: what they say to each answer, where the tries go, and what a bad file is told."""

import gc
from pathlib import Path

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from clusterlib import widgets
from clusterlib.widgets.questions import load_questions, read_number

EXAMPLE = Path(__file__).parent / "browser" / "checks_example.toml"


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "course" / "sources" / "02-needs"
    folder.mkdir(parents=True)
    (tmp_path / "course" / "course.toml").write_text("[course]\n", encoding="utf-8")
    (folder / "checks.toml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path / "course"))
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "portfolio"))
    return folder


def press(check, words="Check my answer"):
    def walk(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    found = [
        w for w in walk(check._root)
        if isinstance(w, ipywidgets.Button) and w.description == words and not w.disabled
    ]  # fmt: skip
    found[0].click()


def test_choice_explains_each_option(course):
    check = widgets.check("02-needs", "crosshair")
    press(check)
    assert "Pick one" in check.feedback
    assert check.value == {"answer": None, "right": None, "tries": 0}
    check._answer._radio.value = "The marks of the members"
    press(check)
    assert "Not yet" in check.feedback
    assert "stay as they were given" in check.feedback
    check._answer._radio.value = "The quadrant of a competence"
    press(check)
    assert "Right" in check.feedback
    assert check.value == {"answer": "The quadrant of a competence", "right": True, "tries": 2}
    check.close()


@pytest.mark.parametrize(
    ("typed", "right", "words"),
    [
        ("10.12", True, "2.3 times 4.4"),
        ("10,13", True, "2.3 times 4.4"),
        ("10.14", False, "Multiply"),
        (" 2,3 ", False, "plain gap"),
    ],
)
def test_number_takes_both_decimal_marks_and_knows_typical_slips(course, typed, right, words):
    check = widgets.check("02-needs", "mwds")
    check._answer._field.value = typed
    press(check)
    assert check.value["right"] is right
    assert words in check.feedback
    check.close()


@pytest.mark.parametrize("typed", ["", "about ten", "1,234.5"])
def test_what_is_no_number_costs_no_try(course, typed):
    check = widgets.check("02-needs", "mwds")
    check._answer._field.value = typed
    press(check)
    assert check.value["tries"] == 0
    assert "umber" in check.feedback
    check.close()


def test_order_is_reached_with_buttons_and_never_given_away(course):
    check = widgets.check("02-needs", "steps")
    right = list(check.question.items)
    assert check._answer.read() != right
    press(check)
    assert "of 3 stand right" in check.feedback
    for target, item in enumerate(right):
        while check._answer.read().index(item) > target:
            check._answer._buttons[check._answer.read().index(item), -1].click()
    assert check._answer._said.value.endswith("of 3.")
    press(check)
    assert check.value["right"] is True
    check.close()


def test_tries_are_kept_in_the_portfolio(course):
    from clusterlib.portfolio import Portfolio

    check = widgets.check("02-needs", "mwds")
    check.answer(2.3)
    check.answer(10.12)
    kept = Portfolio.open().attempts("02-needs")
    assert list(kept["right"]) == [False, True]
    assert list(kept["check"]) == ["mwds", "mwds"]
    check.close()


def test_a_portfolio_that_cannot_be_written_does_not_stop_the_answer(course, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "file"))
    check = widgets.check("02-needs", "mwds")
    assert check.answer("10.12") is True
    assert "was not kept" in check.feedback
    check.close()


def test_unknown_names_list_those_there_are(course):
    with pytest.raises(ValueError, match="crosshair, mwds, steps"):
        widgets.check("02-needs", "nowhere")
    with pytest.raises(ValueError, match="'99-none' has no self-checks"):
        widgets.check("99-none", "crosshair")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[check]]\nid = "a"\nkind = "choice"\nquestion = "?"\noptions = []',
            "exactly one option",
        ),
        ('[[check]]\nid = "a"\nkind = "poll"\nquestion = "?"', "choice, number and order"),
        ('[[check]]\nid = "a"\nkind = "number"\nquestion = "?"', "lacks the field 'answer'"),
        ('[[check]]\nid="a"\nkind="order"\nquestion="?"\nitems=["x", "x"]', "different items"),
    ],
)
def test_a_question_with_a_fault_is_named(tmp_path, text, message):
    path = tmp_path / "checks.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_questions(path)


def test_feedback_is_escaped_and_announced(course):
    check = widgets.check("02-needs", "mwds")
    check._answer._field.value = "<b>"
    press(check)
    assert "<b>" not in check.feedback
    assert "cl-live" in check._feedback._dom_classes
    check.close()


def test_number_reader_keeps_the_sign():
    assert read_number("\N{MINUS SIGN}3,5") == -3.5


def test_closing_frees_every_widget(course):
    widgets.check("02-needs", "steps").close()
    gc.collect()
    before = len(_instances)
    for name in ("crosshair", "mwds", "steps") * 20:
        widgets.check("02-needs", name).close()
    gc.collect()
    assert len(_instances) == before
