"""The old regional export: every cell counted, nothing invented, levels never mixed."""

from pathlib import Path

import pandas as pd
import pytest

from clusterlib import data

RECORDED = (
    Path(__file__).resolve().parents[2] / "shared/data/eurostat-sbs-2015/sbs_r_nuts06_r2_2015.csv"
)
needs_recorded = pytest.mark.skipif(
    not RECORDED.is_file(), reason="the recorded files are not part of the project"
)
# Counted independently, with a pattern for each form of cell, in the file itself.
COUNTS = {
    "integer": 37_944,
    "number and flag": 267,
    "flag only": 119,
    "blank": 8_499,
    "unreadable": 30,
}


@pytest.fixture(scope="module")
def recorded():
    return data.read_sbs_export(RECORDED)


def write(tmp_path, *lines):
    file = tmp_path / "export.csv"
    file.write_text("\n".join(["nace_r2;geo;n2015", *lines]), encoding="utf-8")
    return file


@needs_recorded
def test_every_cell_is_counted_once(recorded):
    assert len(recorded) == 46_859
    assert recorded["kind"].value_counts().to_dict() == COUNTS
    assert sum(COUNTS.values()) == 46_859
    assert sum(COUNTS.values()) - COUNTS["integer"] == 8_915


@needs_recorded
def test_no_figure_is_lost_or_invented(recorded):
    plain = recorded["raw"].str.extract(r"^(\d+)(?: d)?$")[0].astype("float64")
    assert recorded["value"].equals(plain)
    known = recorded["kind"].isin(["integer", "number and flag"])
    assert recorded["value"].notna().equals(known)
    assert recorded["flag"].eq("d").equals(recorded["kind"].isin(["number and flag", "flag only"]))
    assert recorded.loc[recorded["value"].isna(), "note"].ne("").all()


@needs_recorded
def test_a_time_of_day_is_unreadable_and_never_zero(recorded):
    times = recorded[recorded["raw"].eq("12:00 AM")]
    assert len(times) == 30
    assert times["value"].isna().all()
    assert times["kind"].eq("unreadable").all()


@needs_recorded
def test_pivot_keeps_one_level(recorded):
    sections = data.pivot_sbs(recorded, nuts_level=2, nace_level="letters", countries=["HU"])
    assert sections.shape == (7, 12)
    assert set(sections.columns.str.len()) == {1}
    divisions = data.pivot_sbs(recorded, nuts_level=2, nace_level="divisions")
    assert divisions.shape == (327, 68)
    cell = recorded[recorded["nace"].eq("C21") & recorded["geo"].eq("HU32")]
    assert divisions.loc["HU32", "C21"] == cell["value"].item()
    rows = recorded["nace"].str.len().eq(3) & recorded["geo"].str.len().eq(4)
    assert divisions.sum().sum() == recorded.loc[rows, "value"].sum()


def test_forms_of_a_cell(tmp_path):
    table = data.read_sbs_export(
        write(
            tmp_path, "C21;HU31;820", "C21;HU32;5150 d", "C21;HU33; d", "C21;AT11; ", "B;AT;1:00 PM"
        )
    )
    assert table["kind"].to_list() == list(COUNTS)
    assert table["value"].fillna(-1).to_list() == [820, 5150, -1, -1, -1]
    assert set(table["year"]) == {2015}


@pytest.mark.parametrize("line", ["C21;HU31", "C21;HU31;5;6", ""])
def test_a_line_with_another_number_of_cells_is_named(tmp_path, line):
    with pytest.raises(ValueError, match=r"rows .*: 3\."):
        data.read_sbs_export(write(tmp_path, "C21;HU32;4", line, "C21;HU33;4"))


def test_another_file_is_refused(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("region,jobs\nAldermark,5\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the file has region,jobs"):
        data.read_sbs_export(file)


LONG = pd.DataFrame(
    {
        "nace": ["C", "C21", "C212", "C21"],
        "geo": ["HU31", "HU31", "HU31", "HU"],
        "value": [90_000.0, 820.0, 410.0, 21_000.0],
    }
)


def test_levels_are_never_mixed():
    assert data.pivot_sbs(LONG, 2, "letters").to_dict() == {"C": {"HU31": 90_000.0}}
    assert data.pivot_sbs(LONG, 0, "divisions").to_dict() == {"C21": {"HU": 21_000.0}}
    for levels in [((0, 2), "letters"), (2, "all"), (3, "letters"), (2, None)]:
        with pytest.raises(ValueError, match="count jobs twice"):
            data.pivot_sbs(LONG, *levels)


def test_odd_codes_double_cells_and_empty_choices_are_refused():
    odd = pd.concat([LONG, pd.DataFrame({"nace": ["B-N"], "geo": ["HU3112"], "value": [1.0]})])
    with pytest.raises(ValueError, match="B-N in HU3112"):
        data.pivot_sbs(odd, 2, "letters")
    with pytest.raises(ValueError, match="C in HU31"):
        data.pivot_sbs(pd.concat([LONG, LONG]), 2, "letters")
    with pytest.raises(ValueError, match="Greece EL"):
        data.pivot_sbs(LONG, 2, "letters", countries=["GR"])
