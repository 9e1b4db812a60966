"""Every method against tables as people bring them: empty, one row, all alike, named twice.

A method may refuse in words (`ValueError`) or give a result; it may not stop with any other error,
and it may not warn, since a warning in a learner's notebook looks like a wrong answer.
"""

import warnings
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from method_calls import CALLS, tables_of, with_cell, with_changes

# Tables without a row that mean something: nobody tied, no project, no partner, no wish, no review.
MAY_BE_EMPTY = {
    ("brokerage", "edges"), ("co_participation", "participations"), ("reconcile", "edges"),
    ("check_eligibility", "consortium"), ("schedule_meetings", "pairs"),
    ("aggregate_scores", "scores"),
}  # fmt: skip
# Rows of these are records (a tie, a plant, an award), so their labels carry no meaning.
RECORDS = {
    "edges", "plants", "participations", "pairs", "invited", "panel",
}  # fmt: skip
EVERY = [(name, table) for name in CALLS for table in tables_of(CALLS[name])]
every_table = pytest.mark.parametrize(("name", "table"), EVERY)
every_method = pytest.mark.parametrize("name", CALLS)


def quietly(name: str, change: Callable[[Any], Any], table: str | None = None) -> Any:
    """Result of the changed call, or the refusal; anything else fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "no jobs at the start")  # announced by shift_share
        try:
            return with_changes(CALLS[name], change, table)
        except ValueError as refusal:
            return refusal


@every_method
def test_the_sound_call_works(name):
    assert not isinstance(quietly(name, lambda table: table), ValueError)


@every_table
def test_an_empty_table_is_refused_in_words(name, table):
    found = quietly(name, lambda given: given.iloc[:0], table)
    if (name, table) in MAY_BE_EMPTY:
        return
    assert isinstance(found, ValueError)
    assert not str(found).startswith(("cannot", "zero-size", "index", "attempt"))


@every_table
def test_a_single_row_or_column_is_read_or_refused(name, table):
    quietly(name, lambda given: given.iloc[:1], table)
    quietly(name, lambda given: given.iloc[:1])
    if isinstance(CALLS[name][1][table], pd.DataFrame):
        quietly(name, lambda given: given.iloc[:, :1], table)


def _level(given: Any, value: float) -> Any:
    """Put the same number in every cell that holds one: constant columns, ties everywhere."""
    if isinstance(given, pd.Series):
        return given * 0 + value if pd.api.types.is_numeric_dtype(given) else given
    numbers = [
        name for name in given
        if pd.api.types.is_numeric_dtype(given[name])
        and not pd.api.types.is_bool_dtype(given[name])
    ]  # fmt: skip
    changed = given.copy()
    changed[numbers] = value
    return changed


@every_method
@pytest.mark.parametrize("value", [0.0, 1.0, 3.0])
def test_ties_everywhere_are_read_or_refused(name, value):
    quietly(name, lambda given: _level(given, value))


@every_table
def test_a_name_that_stands_twice_is_refused(name, table):
    given = CALLS[name][1][table]
    if len(given) < 2 or table in RECORDS or (table == "scores" and "author" in given):
        return
    twice = quietly(name, lambda one: one.set_axis([one.index[0]] * len(one), axis=0), table)
    assert isinstance(twice, ValueError)
    assert "more than once" in str(twice)


@every_table
@pytest.mark.parametrize("value", [np.inf, -np.inf, "many"])
def test_what_is_no_number_is_refused(name, table, value):
    given = CALLS[name][1][table]
    changed = with_cell(given, value)
    if changed is None or (name == "revealed_advantage" and value == np.inf):
        return
    assert isinstance(quietly(name, lambda _: changed, table), ValueError)


@every_table
def test_a_blank_is_never_a_zero(name, table):
    given = CALLS[name][1][table]
    blank, nought = with_cell(given, np.nan), with_cell(given, 0.0)
    if blank is None or name == "split_half":  # ranks, which may be the same for either
        return
    one = quietly(name, lambda _: blank, table)
    if not isinstance(one, ValueError):
        other = quietly(name, lambda _: nought, table)
        assert plain(one) != plain(other)


def plain(value: Any) -> Any:
    """Turn a result into lists and dicts that can be compared, whatever array holds its text."""
    if is_dataclass(value):
        return {name: plain(one) for name, one in asdict(value).items()}
    if isinstance(value, pd.DataFrame):
        return [value.columns.tolist(), value.index.tolist(), plain(value.to_numpy(object))]
    if isinstance(value, pd.Series):
        return [value.index.tolist(), plain(value.to_numpy(object))]
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, float | np.floating):
        return "blank" if np.isnan(value) else round(float(value), 9)
    return "blank" if value is None or value is pd.NA else value


def _retyped(given: Any, kind: str) -> Any:
    """Keep all text of a table, labels and cells, in arrays of this kind."""

    def text(values: pd.Index) -> pd.Index:
        return values.astype(kind) if values.inferred_type == "string" else values

    if isinstance(given, pd.Series):
        cells = given.astype(kind) if given.dtype == object or given.dtype == "str" else given
        return cells.set_axis(text(given.index), axis=0)
    columns = {
        place: given.iloc[:, place].astype(kind)
        if pd.api.types.infer_dtype(given.iloc[:, place]) == "string"
        else given.iloc[:, place]
        for place in range(given.shape[1])
    }
    return (
        pd.DataFrame(columns)
        .set_axis(text(given.columns), axis=1)
        .set_axis(text(given.index), axis=0)
    )


@every_method
@pytest.mark.parametrize("kind", ["object", "str", "string", "category"])
def test_text_may_be_kept_in_any_kind_of_array(name, kind):
    # pandas 3 reads text into arrays of its own; a spreadsheet or an older file brings others.
    expected = plain(with_changes(CALLS[name], lambda given: given))
    assert plain(with_changes(CALLS[name], lambda given: _retyped(given, kind))) == expected
