"""The shared checks: each fault is named with its place and its mend."""

import numpy as np
import pandas as pd
import pytest

from clusterlib import validation

JOBS = pd.DataFrame({"food": [10, 20], "biotech": [None, 5]}, index=["Aldermark", "Brennholm"])


def test_blank_stays_blank_and_numbers_become_floats():
    clean = validation.numeric_table(JOBS, "jobs")
    assert clean.dtypes.map(str).tolist() == ["float64", "float64"]
    assert np.isnan(clean.loc["Aldermark", "biotech"])


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("many", "not numbers at Aldermark / food"),
        (-1, "below 0 at Aldermark / food"),
        (float("inf"), "infinite at Aldermark / food"),
        (9, "above 6 at Aldermark / food"),
    ],
)
def test_bad_cell_is_named(cell, message):
    table = pd.DataFrame({"food": [cell, 2]}, index=["Aldermark", "Brennholm"], dtype=object)
    with pytest.raises(ValueError, match=message):
        validation.numeric_table(table, "jobs", maximum=6)


def test_numbers_kept_as_text_are_read():
    table = pd.DataFrame({"food": ["12", "3.5"]}, index=["Aldermark", "Brennholm"])
    assert validation.numeric_table(table)["food"].tolist() == [12.0, 3.5]


def test_not_a_table_and_empty_table():
    with pytest.raises(ValueError, match="must be a table"):
        validation.numeric_table([1, 2], "jobs")
    with pytest.raises(ValueError, match="jobs is empty"):
        validation.numeric_table(pd.DataFrame(), "jobs")


def test_repeated_names_on_either_axis():
    twice = pd.DataFrame([[1, 2], [3, 4]], index=["Aldermark"] * 2, columns=["food", "biotech"])
    with pytest.raises(ValueError, match="rows named more than once: Aldermark"):
        validation.numeric_table(twice)
    with pytest.raises(ValueError, match="columns named more than once: Aldermark"):
        validation.numeric_table(twice.T)


def test_series_keeps_its_name_and_accepts_a_list():
    assert validation.numeric_series(pd.Series([1, 2], name="jobs")).name == "jobs"
    assert validation.numeric_series([3, 4]).tolist() == [3.0, 4.0]


def test_no_missing_in_tables_and_series():
    with pytest.raises(ValueError, match="missing at Aldermark / biotech: a blank is not a zero"):
        validation.no_missing(JOBS, "jobs", "fill it in")
    assert validation.no_missing(JOBS["food"], "jobs", "fill it in").tolist() == [10, 20]


def test_square_matrix_needs_the_same_names_on_both_axes():
    with pytest.raises(ValueError, match="only one of the two tables: Aldermark"):
        validation.square_matrix(JOBS)


def test_unknown_choice_lists_the_allowed_ones():
    with pytest.raises(ValueError, match="crosshair 'mode' is not known: choose one of mean"):
        validation.choice("mode", ["mean", "median"], "crosshair")
