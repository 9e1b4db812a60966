"""Figures as people type them, and what must be refused rather than guessed."""

from datetime import date, time
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterlib.data.numbers import decimal_evidence, read_number


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("5150", 5150, ""),
        ("5150 d", 5150, "d"),
        ("5150d", 5150, "d"),
        ("12.5 bu", 12.5, "bu"),
        ("6 906", 6906, ""),
        ("6\u00a0906", 6906, ""),
        ("6\u202f906,5", 6906.5, ""),
        ("6'906", 6906, ""),
        ("6’906.25", 6906.25, ""),
        ("1.234.567", 1234567, ""),
        ("1,234,567", 1234567, ""),
        ("1.234,5", 1234.5, ""),
        ("1,234.5", 1234.5, ""),
        ("12,5", 12.5, ""),
        ("0,125", 0.125, ""),
        ("0.125", 0.125, ""),
        ("1234,567", 1234.567, ""),
        ("-5", -5, ""),
        ("\u22125", -5, ""),
        ("+7", 7, ""),
        ("0", 0, ""),
        ("\ufeff42", 42, ""),
        (17, 17, ""),
        (17.5, 17.5, ""),
    ],
)
def test_figures_that_mean_one_thing(text, value, flag):
    reading = read_number(text)
    assert (reading.value, reading.flag, reading.problem) == (value, flag, "")


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("", ""),
        ("   ", ""),
        (None, ""),
        (float("nan"), ""),
        (":", ":"),
        (": c", "c"),
        (":c", "c"),
        ("c", "c"),
        (" d", "d"),
        ("n/a", ":"),
        ("..", ":"),
    ],
)
def test_missing_is_never_zero(text, flag):
    reading = read_number(text)
    assert isnan(reading.value)
    assert (reading.flag, reading.problem) == (flag, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12:00 AM", "time of day"),
        ("00:00:00", "time of day"),
        (time(0, 0), "a time"),
        (date(2023, 3, 1), "a date"),
        ("1.3.2023", "is a date"),
        ("2023-03-01", "is a date"),
        ("#REF!", "Excel error"),
        ("#N/A", "Excel error"),
        ("-", "none or unknown"),
        ("–", "none or unknown"),
        ("12 %", "percentage"),
        ("1.2E+05", "lost digits"),
        ("(5)", "brackets"),
        ("about 50", "no number"),
        ("50 jobs", "no number"),
        ("12 34", "no number"),
        ("1,23,456", "no number"),
        ("1.2.3,4", "no number"),
        ("1,2,3", "no number"),
        (True, "yes/no"),
        (float("inf"), "infinite"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_mend(text, why):
    reading = read_number(text)
    assert isnan(reading.value)
    assert why in reading.problem
    assert reading.mend


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "999,999", "-1.234"])
def test_an_ambiguous_figure_is_refused_or_read_by_the_stated_mark(text):
    assert "can mean" in read_number(text).problem
    mark = "," if "," in text else "."
    digits = float(text.replace(mark, ""))
    fraction = float(text.replace(mark, "."))
    other = "." if mark == "," else ","
    assert read_number(text, decimal=mark).value == fraction
    assert read_number(text, decimal=other).value == digits


def test_a_figure_against_the_tables_mark_is_refused():
    assert "decimal mark" in read_number("12,5", decimal=".").problem
    assert "decimal mark" in read_number("1.234.567", decimal=".").problem


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1.234", "5", None, 7.5], set()),
        (["1.234", "12,5"], {","}),
        (["1,234", "1,234,567"], {"."}),
        (["12,5", "12.5"], {",", "."}),
        (["1.234,5 d"], {","}),
        (["1 234,5"], {","}),
        (["c", ":", "12:00 AM", "abc"], set()),
    ],
)
def test_only_figures_beyond_doubt_are_evidence(cells, found):
    assert decimal_evidence(cells) == found


def typed(whole, cents, digits, group, decimal):
    """Write a figure as a person would, with this grouping and this decimal mark."""
    return f"{whole:,}".replace(",", group) + (f"{decimal}{cents:0{digits}d}" if digits else "")


@given(
    whole=st.integers(0, 10**9),
    digits=st.integers(0, 4),
    cents=st.integers(0, 9),
    marks=st.sampled_from([(".", ","), (",", "."), (" ", ","), (" ", "."), ("", ","), ("", ".")]),
    negative=st.booleans(),
    flag=st.sampled_from(["", " d", " c", "e"]),
)
def test_a_typed_figure_comes_back(whole, digits, cents, marks, negative, flag):
    group, decimal = marks
    text = ("-" if negative else "") + typed(whole, cents, digits, group, decimal)
    expected = (whole + (cents / 10**digits if digits else 0)) * (-1 if negative else 1)
    reading = read_number(text + flag, decimal=decimal)
    assert reading.problem == ""
    assert reading.value == pytest.approx(expected, abs=1e-9)
    assert reading.flag == flag.strip()


@given(
    whole=st.integers(0, 10**9),
    digits=st.integers(0, 4),
    cents=st.integers(0, 9),
    marks=st.sampled_from([(".", ","), (",", "."), (" ", ","), (" ", ".")]),
)
def test_without_a_stated_mark_a_figure_is_right_or_refused(whole, digits, cents, marks):
    text = typed(whole, cents, digits, *marks)
    reading = read_number(text)
    expected = whole + (cents / 10**digits if digits else 0)
    assert reading.problem or reading.value == pytest.approx(expected, abs=1e-9)


@given(st.text(max_size=20))
def test_any_text_gives_a_value_or_a_reason_and_never_an_invented_zero(text):
    reading = read_number(text)
    assert isnan(reading.value) or not reading.problem
    if not any(sign.isdigit() for sign in text):
        assert isnan(reading.value)
