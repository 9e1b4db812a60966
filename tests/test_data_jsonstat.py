"""JSON-stat: both versions, lists and sparse objects, two recorded answers, and broken ones."""

import json
from itertools import product
from math import isnan, nan
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from clusterlib.data.jsonstat import dimension_labels, read_jsonstat

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "jsonstat"
needs_recorded = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded files are not part of the project"
)


def dataset(**changes):
    """Two regions by two industries, one cell confidential and one not available."""
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Persons employed",
        "source": "ESTAT",
        "updated": "2026-09-30T23:00:00+0200",
        "id": ["nace_r2", "geo"],
        "size": [2, 2],
        "dimension": {
            "nace_r2": {"category": {"index": {"C21": 0, "C32": 1}, "label": {"C21": "Pharma"}}},
            "geo": {"category": {"index": {"HU32": 1, "HU31": 0}}},
        },
        "value": {"0": 820, "1": 5150, "3": 0},
        "status": {"1": "d", "2": "c"},
    } | changes


def test_sparse_values_and_flags_go_to_their_cells():
    table = read_jsonstat(dataset())
    assert table.columns.to_list() == ["nace_r2", "geo", "value", "flag"]
    assert table["geo"].to_list() == ["HU31", "HU32", "HU31", "HU32"]
    assert table["value"].fillna(-1).to_list() == [820, 5150, -1, 0]
    assert table["flag"].to_list() == ["", "d", "c", ""]
    assert table.attrs["title"] == "Persons employed"
    assert dimension_labels(dataset())["nace_r2"] == {"C21": "Pharma", "C32": "C32"}


def test_text_bytes_and_objects_read_alike():
    document = dataset()
    assert_frame_equal(read_jsonstat(json.dumps(document)), read_jsonstat(document))
    assert_frame_equal(read_jsonstat(json.dumps(document).encode()), read_jsonstat(document))


def test_one_flag_for_all_cells():
    assert read_jsonstat(dataset(status="p"))["flag"].to_list() == ["p"] * 4


def test_index_as_a_list_and_a_dimension_without_one():
    table = read_jsonstat(
        {
            "id": ["unit", "geo"],
            "size": [1, 2],
            "dimension": {
                "unit": {"category": {"label": {"NR": "Number"}}},
                "geo": {"category": {"index": ["HU31", "HU32"]}},
            },
            "value": [1, None],
        }
    )
    assert table["unit"].to_list() == ["NR", "NR"]
    assert table["value"].isna().to_list() == [False, True]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"value": [1, 2, 3]}, "3 entries, but the table has 4 cells"),
        ({"value": {"4": 1}}, "cells are 0 to 3"),
        ({"value": {"-1": 1}}, "cells are 0 to 3"),
        ({"value": ["a", 1, 2, 3]}, "where a number should be"),
        ({"status": ["", ""]}, "2 entries"),
        ({"size": [2]}, "same length"),
        ({"size": [2, 3]}, "size 3, but 2 codes"),
        ({"size": [2, True]}, "not those of a table"),
        ({"size": [10**6, 10**6]}, "not those of a table"),
        ({"id": ["nace_r2", "time"]}, "does not describe its dimension time"),
        ({"dimension": {"nace_r2": {}, "geo": {}}}, "but 0 codes"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(changes, why):
    with pytest.raises(ValueError, match=why):
        read_jsonstat(dataset(**changes))


def test_positions_with_a_hole_are_refused():
    broken = dataset()
    broken["dimension"]["geo"]["category"]["index"] = {"HU31": 0, "HU32": 2}
    with pytest.raises(ValueError, match="not 0, 1, 2"):
        read_jsonstat(broken)


@pytest.mark.parametrize("text", ["<html>", "[]", "{}", '{"error": [{"status": 400}]}'])
def test_what_is_no_dataset_is_refused(text):
    with pytest.raises(ValueError, match=r"JSON"):
        read_jsonstat(text)


def encode(table, dimensions, sparse, version):
    """Write a long table as JSON-stat, dense or sparse, in version 2.0 or 1.x."""
    values = [None if isnan(value) else value for value in table["value"]]
    flags = [flag or None for flag in table["flag"]]
    shape = {"id": list(dimensions), "size": [len(codes) for codes in dimensions.values()]}
    described = {
        name: {"category": {"index": {code: place for place, code in enumerate(codes)}}}
        for name, codes in dimensions.items()
    }
    if sparse:
        values = {str(n): value for n, value in enumerate(values) if value is not None}
        flags = {str(n): flag for n, flag in enumerate(flags) if flag is not None}
    if version == "2.0":
        return {"version": "2.0", **shape, "dimension": described, "value": values, "status": flags}
    return {"t": {"value": values, "status": {"value": flags}, "dimension": shape | described}}


CODES = st.lists(st.text("ABCHU123", min_size=1, max_size=4), min_size=1, max_size=4, unique=True)
VALUES = st.one_of(st.just(nan), st.integers(-(10**6), 10**9).map(float))


@given(data=st.data(), sparse=st.booleans(), version=st.sampled_from(["2.0", "1.x"]))
def test_a_table_comes_back_however_it_was_written(data, sparse, version):
    names = data.draw(st.sampled_from([["geo"], ["nace_r2", "geo"], ["unit", "nace_r2", "geo"]]))
    dimensions = {name: data.draw(CODES) for name in names}
    table = pd.DataFrame(list(product(*dimensions.values())), columns=names, dtype="str")
    cells = len(table)
    table["value"] = data.draw(st.lists(VALUES, min_size=cells, max_size=cells))
    flags = st.lists(st.sampled_from(["", "c", "d", ":"]), min_size=cells, max_size=cells)
    table["flag"] = pd.Series(data.draw(flags), dtype="str")
    text = json.dumps(encode(table, dimensions, sparse, version))
    assert_frame_equal(read_jsonstat(text), table, check_column_type=False)


# Eurostat, table nama_gdp_c, EUR per inhabitant at current prices, as recorded in 2015: Italy
# begins in 1990, France in 1974, and 2014 is missing for both.
@needs_recorded
@pytest.mark.parametrize(
    ("name", "cells", "first_years"),
    [
        ("eurostat_nama_gdp_c_IT.json", 69, {"IT": 1990}),
        ("eurostat_nama_gdp_c_IT_FR.json", 138, {"FR": 1974, "IT": 1990}),
    ],
)
def test_recorded_answers_of_the_old_form(name, cells, first_years):
    table = read_jsonstat((RECORDED / name).read_bytes())
    assert len(table) == cells
    assert table["flag"].eq(":").equals(table["value"].isna())
    for country, year in first_years.items():
        series = table[table["geo"].eq(country)].set_index("time")["value"]
        assert series.isna().sum() == (year - 1946) + 1
        assert series.first_valid_index() == str(year)
        assert isnan(series["2014"])
    italy = table[table["geo"].eq("IT")].set_index("time")["value"]
    assert (italy["1990"], italy["2013"]) == (15800, 25600)
