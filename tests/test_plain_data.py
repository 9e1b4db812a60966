"""Values leave the box as data: exact built-in and pandas types, bounded, whatever they claim."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from clusterlib.delivery.runner.names import names_read, names_set
from clusterlib.delivery.runner.plain_data import NotPlain, Opaque, Reader, Writer


def carried(value: Any) -> Any:
    """Write, send as JSON, and read."""
    written = json.loads(json.dumps(Writer(lambda function: 0).write(value)))
    return Reader(lambda *_: None).read(written)


scalars = some.none() | some.booleans() | some.integers() | some.text() | some.binary()
numbers = some.floats(allow_nan=False)
keys = some.text() | some.integers()
values = some.recursive(
    scalars | numbers,
    lambda inner: (
        some.lists(inner)
        | some.lists(inner).map(tuple)
        | some.dictionaries(keys, inner)
        | some.sets(keys)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(values)
def test_built_in_values_arrive_exactly(value: Any) -> None:
    back = carried(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.0, 1e-320, 2**200, -(2**63)])
def test_odd_numbers_arrive_bit_for_bit(value: Any) -> None:
    back = carried(value)
    assert repr(back) == repr(value)


TABLES = [
    pd.DataFrame({"jobs": [1, 2], "share": [0.5, math.nan], "name": ["a", None]}),
    pd.DataFrame({"when": pd.to_datetime(["2027-01-01", None]), "ok": [True, False]}),
    pd.DataFrame(index=pd.Index(["M01", "M02"], name="member")),
    pd.DataFrame({"kind": pd.Categorical(["ngo", "enterprise", "ngo"])}),
    pd.DataFrame([[1, 2.5]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])),
    pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}, index=[5, 7]),
    pd.DataFrame([[1, 2]], columns=["same", "same"]),
]


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_tables_arrive_as_they_are(table: pd.DataFrame) -> None:
    back = carried(table)
    assert type(back) is pd.DataFrame
    pd.testing.assert_frame_equal(back, table, check_column_type=False, check_index_type=False)


def test_series_arrays_and_dates_arrive_as_they_are() -> None:
    series = pd.Series([3.0, 1.5], index=["C04", "C07"], name="gap")
    pd.testing.assert_series_equal(carried(series), series)
    for array in (np.arange(6).reshape(2, 3), np.array([[True]]), np.array(["a", None], object)):
        back = carried(array)
        assert back.dtype == array.dtype
        assert back.shape == array.shape
        assert (back == array).all()
    assert carried(np.int64(7)) == 7
    assert type(carried(np.int64(7))) is np.int64
    assert carried(pd.Timestamp("2027-03-28")) == pd.Timestamp("2027-03-28")
    assert carried(datetime.date(2027, 3, 28)) == datetime.date(2027, 3, 28)


class Liar(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class LyingText(str):
    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return "C04"

    __hash__ = str.__hash__


class LyingTable(pd.DataFrame):
    @property
    def loc(self) -> Any:
        return {"C04": 3}


def test_what_a_subclass_claims_does_not_arrive() -> None:
    assert type(carried(Liar(0.9))) is float
    assert carried(Liar(0.9)) != 0.4
    assert type(carried(LyingText("C99"))) is str
    assert carried(LyingText("C99")) == "C99"
    assert type(carried(LyingTable({"a": [1]}))) is pd.DataFrame


def endless() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    "value", [object(), endless(), "x" * 3_000_000, list(range(300_000)), np.zeros(10**6), int]
)
def test_other_things_stay_in_the_box(value: Any) -> None:
    with pytest.raises(NotPlain):
        Writer(lambda function: 0).write(value)


NONSENSE = some.recursive(
    scalars.filter(lambda v: not isinstance(v, bytes)) | numbers,
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=15,
)
KINDS = ["int", "float", "dict", "list", "numpy", "array", "objects", "levels", "index", "series"]
KINDS += ["table", "time", "date", "decimal", "missing", "record", "function", "bytes", "complex"]


@settings(deadline=None, max_examples=300)
@given(some.sampled_from(KINDS), some.lists(NONSENSE, max_size=5))
def test_nonsense_from_the_box_is_refused_and_never_run(kind: str, rest: list[Any]) -> None:
    with contextlib.suppress(NotPlain):
        Reader(lambda *_: None).read([kind, *rest])


def test_a_value_that_is_no_data_fails_every_test_with_its_reason() -> None:
    value = Opaque("gaps is a Figure")
    for use in (lambda: value == 1, lambda: value > 0, lambda: value.loc, lambda: len(value)):
        with pytest.raises(TypeError, match="gaps is a Figure"):
            use()


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("assert abs(lq - expected) < 1", {"lq", "expected"}),
        ("x = 1\nassert x == answer", {"answer"}),
        ("total = total + 1", {"total"}),
        ("assert all(c in codes for c in first_five)", {"codes", "first_five"}),
        ("def check(v):\n    return v > limit\nassert check(answer)", {"limit", "answer"}),
        ("import math\nassert math.isnan(table.loc[a, b])", {"table", "a", "b"}),
        ("for n in found:\n    assert n > 0", {"found"}),
        ("%time answer\nassert answer", {"answer"}),
        ("this is no Python", set()),
    ],
)
def test_the_names_that_a_test_needs(source: str, read: set[str]) -> None:
    assert names_read(source) == read


def test_the_names_that_a_cell_sets() -> None:
    assert names_set("a, (b, *c) = 1, (2, 3)\nd['x'].y = 1\nfor e in []: pass") == set("abcde")
