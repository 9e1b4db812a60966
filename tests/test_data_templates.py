"""Every case table can be replaced, every template loads, and any file is read or refused."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clusterlib
from clusterlib import data
from clusterlib.data.table_kinds import TABLE_KINDS

PLAIN = "region;Textiles;Machinery\nAldermark;6906;40782\nCorvale;3723;33892\n"


@pytest.fixture
def save(tmp_path):
    def write(text, name="jobs.csv"):
        file = tmp_path / name
        file.write_bytes(text.encode("utf-8", "replace"))
        return file

    return write


ELSEWHERE = {"survey", "employment_long", "delphi", "stakeholders", "self_check"}
CASE_TABLES = sorted(set(TABLE_KINDS) - ELSEWHERE)


@pytest.mark.parametrize("kind", CASE_TABLES)
def test_every_case_table_passes_its_own_check_and_comes_back(kind, tmp_path):
    table = getattr(clusterlib.load_case("government"), kind)
    assert data.check_table(table, kind).empty
    file = tmp_path / f"{kind}.csv"
    table.to_csv(file, index=TABLE_KINDS[kind].indexed)
    again = data.load_table(file, kind, decimal=".")
    pd.testing.assert_frame_equal(again, table, check_dtype=False, check_names=False)


@pytest.mark.parametrize("kind", sorted(TABLE_KINDS))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_template_loads_and_is_never_written_over(kind, ending, tmp_path):
    file = data.save_template(kind, tmp_path / f"mine.{ending}")
    assert len(data.load_table(file, kind)) == 1
    with pytest.raises(ValueError, match="already there"):
        data.save_template(kind, file)


def test_template_instructions_name_every_column(tmp_path):
    data.save_template("members", tmp_path / "mine.xlsx")
    words = pd.read_excel(tmp_path / "mine.xlsx", sheet_name="instructions").iloc[:, 0].to_list()
    assert {column.name for column in TABLE_KINDS["members"].columns} <= set(words)
    data.save_template("members", tmp_path / "mine.csv")
    assert "led_by" in (tmp_path / "mine-instructions.csv").read_text(encoding="utf-8-sig")
    with pytest.raises(ValueError, match="ends in"):
        data.save_template("members", tmp_path / "mine.doc")


def test_checking_a_frame_leaves_it_alone_and_counts_rows_as_a_sheet_does():
    jobs = pd.DataFrame({"A": [1, -2], "B": ["3", "x"]}, index=["Aldermark", "Corvale"])
    before = jobs.copy()
    found = data.check_table(jobs, "employment")
    assert found["row"].to_list() == [3, 3]
    pd.testing.assert_frame_equal(jobs, before)


def test_checking_a_file_gives_the_list_without_raising(save):
    assert data.check_table(save(PLAIN), "employment").empty
    assert len(data.check_table(save(PLAIN.replace("6906", "-1")), "employment")) == 1


def test_loaded_tables_can_be_joined(save):
    table = data.load_table(save(PLAIN), "employment")
    assert pd.concat([table, table.rename(index=str.upper)]).shape == (4, 2)


TYPED = ["", "region", "jobs", "5", "1.234", "1,5", "c", ":", "-3", "total", "12:00 AM", "NaN"]
CELLS = st.one_of(st.sampled_from(TYPED), st.text(max_size=6))
HEADINGS = ["region,industry,jobs,year", "region,A,B,C", "group,A,B,C", "respondent,C01,C02,C03"]
SHARED_FOLDER = [HealthCheck.function_scoped_fixture]  # each example writes the file anew


@settings(max_examples=80, deadline=None, suppress_health_check=SHARED_FOLDER)
@given(
    heading=st.sampled_from(HEADINGS),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5),
    kind=st.sampled_from(sorted(TABLE_KINDS)),
    separator=st.sampled_from(";,\t"),
)
def test_any_file_is_read_or_refused_in_words(save, heading, rows, kind, separator):
    text = "\n".join(separator.join(row) for row in [heading.split(","), *rows])
    file = save(text, name="any.csv")
    refusal = None
    try:
        table = data.load_table(file, kind)
    except ValueError as error:
        refusal = str(error)
    if refusal is None:
        assert 0 < len(table) <= len(rows) + 1
    else:
        assert "to mend in any.csv:" in refusal or "holds no table" in refusal
