"""A learner's own tables: what people type is read or refused, all at once and in their words."""

import pandas as pd
import pytest
from openpyxl import Workbook

from clusterlib import data
from clusterlib.data.checks import look_alikes

PLAIN = "region;Textiles;Machinery\nAldermark;6906;40782\nCorvale;3723;33892\n"


@pytest.fixture
def save(tmp_path):
    def write(text, name="jobs.csv", encoding="utf-8"):
        file = tmp_path / name
        file.write_bytes(text.encode(encoding))
        return file

    return write


def problems(file, kind="employment", **more):
    """The list of problems, as (row, column, problem)."""
    with pytest.raises(data.TableProblems) as caught:
        data.load_table(file, kind=kind, **more)
    table = caught.value.table
    assert list(table.columns) == ["row", "column", "value", "problem", "mend"]
    assert table["mend"].str.len().gt(0).all()
    for row in table.loc[table["row"].gt(0), "row"]:
        assert f"row {row}" in str(caught.value)
    return list(table[["row", "column", "problem"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_unicode_read_alike(save, separator, encoding):
    table = data.load_table(save(PLAIN.replace(";", separator), encoding=encoding), "employment")
    assert table.loc["Corvale", "Machinery"] == 33892
    assert table.shape == (2, 2)
    assert (table.index.name, table.columns.name) == ("region", "industry")


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (("Győr-Moson-Sopron", "Łódzkie"), "cp1250"),
        (("Tolna megye - Paks ű", "Plzeňský kraj"), "cp1250"),
        (("Île-de-France", "Castilla-La Mañana à Paris"), "cp1252"),
        (("Steiermark – Österreich", "Región de Murcia ñ"), "cp1252"),
    ],
)
def test_windows_alphabets_are_read_with_a_note(save, names, encoding):
    text = f"region;Textiles;Machinery\n{names[0]};1200;5\n{names[1]};300;9\n"
    table = data.load_table(save(text, encoding=encoding), "employment")
    assert table.index.to_list() == list(names)
    assert any(encoding in note for note in data.notes_of(table))


def test_the_alphabet_can_be_named(save):
    file = save("region;Textiles;Machinery\nČeské;1200;5\n", encoding="cp1250")
    assert data.load_table(file, "employment", encoding="cp1250").index[0] == "České"
    with pytest.raises(ValueError, match="cannot be read as"):
        data.load_table(file, "employment", encoding="utf-8")


def test_what_people_type_is_read_and_noted(save):
    text = (
        "sep=;\nJobs in 2023\n\n Region ;Textiles  and clothing;Machinery;\n"
        " Aldermark ;6 906;40.782,5;\n;;;\nCorvale;c;1.234 d;\nDunmere; ;:;\n"
    )
    table = data.load_table(save(text), "employment")
    assert table.columns.to_list() == ["Textiles and clothing", "Machinery"]
    assert table.loc["Aldermark"].to_list() == [6906, 40782.5]
    assert table.loc["Corvale", "Machinery"] == 1234  # as 40.782,5 shows
    assert table.isna().sum().sum() == 3
    flags = data.flags_of(table)
    assert flags.loc["Corvale"].to_list() == ["c", "d"]
    assert flags.loc["Dunmere"].to_list() == ["", ":"]
    notes = " ".join(data.notes_of(table))
    for word in ("heading", "Blank lines", "decimal mark", "whole numbers", "c (confidential)"):
        assert word in notes


def test_all_problems_are_named_at_once(save):
    text = (
        "region;Textiles;Machinery;Share of women\nAldermark;-5;12:00 AM;0,3\n"
        "Corvale;many;#REF!;0,4\ncorvale;7;-;0,5\n;1;2;0,1\nTotal;3;4;0,2\n"
    )
    found = problems(save(text))
    rows = {row for row, _, _ in found}
    assert rows == {0, 2, 3, 4, 5, 6}
    text = " ".join(problem for _, _, problem in found)
    for word in ("negative", "time of day", "no number", "Excel error", "none or unknown"):
        assert word in text
    for word in ("blank", "stands twice (also in row 3)", "is a total", "share"):
        assert word in text


def test_the_message_counts_and_says_the_mend(save):
    with pytest.raises(ValueError, match=r"2 problems to mend in jobs.csv:") as caught:
        data.load_table(save("region;A;B\nAldermark;-5;x\nCorvale;1;2\n"), "employment")
    assert "row 2 (Aldermark), column 'A': number of jobs cannot be negative (-5)" in str(
        caught.value
    )


def test_an_ambiguous_figure_is_refused_until_the_mark_is_known(save):
    text = "region;A;B\nAldermark;1.234;5\nCorvale;2;7\n"
    assert problems(save(text)) == [(2, "A", "1.234 can mean 1234 or 1 and a fraction")]
    assert data.load_table(save(text), "employment", decimal=",").loc["Aldermark", "A"] == 1234
    assert data.load_table(save(text), "employment", decimal=".").loc["Aldermark", "A"] == 1.234
    with pytest.raises(ValueError, match="decimal is"):
        data.load_table(save(text), "employment", decimal=";")


def test_figures_that_contradict_each_other_decide_nothing(save):
    found = problems(save("region;A;B\nAldermark;1.234;5,5\nCorvale;2.5;7\n"))
    assert [row for row, _, _ in found] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "region;A;B\nX;0,3;0,7\nY;0,25;0,75\nZ;0,2;0,8\n",
        "region;A;B;C\nX;33,3;33,3;33,4\nY;20,5;29,5;50\n",
        "region;A;B\nX;30,1;20,5\nY;40,9;30\nZ;29;49,5\n",
        "region;Jobs;Change in %\nX;300;2\nY;400;3\n",
        "region;Jobs;Part\nX;300;0,25\nY;400;0,5\nZ;100;0,125\n",
        "region;A;B\nX;0,3;\nY;0,25;c\n",
    ],
)
def test_shares_in_place_of_jobs_are_refused(save, text):
    assert any("share" in problem or "adds up" in problem for *_, problem in problems(save(text)))


def test_small_whole_numbers_are_not_taken_for_shares(save):
    table = data.load_table(save("region;A;B\nX;1;0\nY;0;1\nZ;40;60\n"), "employment")
    assert table.loc["Z"].sum() == 100


@pytest.mark.parametrize(
    ("text", "column", "row"),
    [
        ("region;A;B;Total\nX;1;2;3\nY;4;5;9\n", "Total", 0),
        ("region;A;B;C\nX;1;2;3\nY;4;5;9\nZ;7;8;15\n", "C", 0),
        ("region;A;B\nX;1;2\nY;4;5\nÖsszesen;5;7\n", "region", 4),
        ("region;A;B\nX;1;2\nY;4;5\nCountry;5;7\n", "", 4),
        ("region;A;B\nX;1;c\nY;4;5\nZ;3;1\nCountry;8;6\n", "region", None),
    ],
)
def test_totals_are_found_by_name_and_by_sum(save, text, column, row):
    if row is None:  # a confidential cell hides the sum of one column, and one column proves little
        assert data.load_table(save(text), "employment").shape == (4, 2)
    else:
        assert [(r, c) for r, c, _ in problems(save(text))] == [(row, column)]


def test_one_region_in_two_spellings(save):
    text = (
        "Region;NACE;Time;Value\nFarrow Coast;C21;2022;5 d\nFARROW-COAST;C22;2022;6\n"
        "Eastfen;C21;2022;7\nAll regions;C21;2022;18\n"
    )
    found = problems(save(text), kind="employment_long")
    assert [row for row, _, _ in found] == [3, 5]
    assert "'Farrow Coast' and 'FARROW-COAST'" in found[0][2]


def test_look_alikes_are_noted_but_codes_and_near_names_are_not():
    assert len(look_alikes(["Highmoor", "Higmoor"])) == 1
    assert look_alikes(["Region 1", "Region 2", "HU3111", "HU3112", "Eastfen", "Westfen"]) == []


def test_long_table_keeps_its_flags_beside_the_figures(save):
    text = "region;industry;jobs;flag\nEastfen;C21;5150 d;\nEastfen;C22;;c\nCorvale;C21;7;\n"
    table = data.load_table(save(text), "employment_long")
    assert table["flag"].to_list() == ["d", "c", ""]
    assert table["jobs"].isna().to_list() == [False, True, False]


def test_rows_that_stand_twice_and_headings_that_stand_twice(save):
    text = "region;industry;jobs\nEastfen;C21;5\nEastfen;C21;6\n"
    assert "also in row 2" in problems(save(text), kind="employment_long")[0][2]
    found = problems(save("region;A;A\nX;1;2\n"))
    assert (0, "A", "the heading stands twice") in found


def test_a_split_row_and_a_footnote_are_named(save):
    found = problems(save("region,A,B\nX,1,2\nY,2,3,4\n"))
    assert [(row, column) for row, column, _ in found] == [(3, "(column 4)")]
    found = problems(save("region;A;B\nX;1;2\nY;2;3\nSource: own survey;;\n"))
    assert found == [(4, "region", "this row is a footnote")]


def test_lacking_columns_are_named_with_those_found(save):
    with pytest.raises(data.TableProblems, match="the headings found are: régió, Ipar"):
        data.load_table(save("régió;Ipar\nGyőr;1\n"), "employment")
    found = data.check_table(pd.DataFrame({"region": ["X"]}), "employment")
    assert found["problem"].to_list() == ["there is no column for any industry"]


def test_survey_splits_into_two_tables(save):
    text = "ID;Gender;Importance: Trust;Ability - Trust\nR01;woman;5;3\nR02;man;;1\n"
    table = data.load_table(save(text), "survey")
    importance, ability = data.survey_tables(table)
    assert importance.index.to_list() == ["R01", "R02"]
    assert importance["Trust"].isna().to_list() == [False, True]
    assert ability["Trust"].to_list() == [3, 1]


def test_survey_problems(save):
    text = "respondent;importance: Trust;ability: Trust;importance: Talk;Age\nR01;6;3;2;40\n"
    found = problems(save(text), kind="survey")
    columns = {column for _, column, _ in found}
    assert columns == {"importance: Trust", "importance: Talk", "Age"}


def test_members_with_wrong_words(save):
    text = (
        "member id;name;kind;size_class;replied;Notes\n"
        "M1;A;Enterprise;tiny;maybe;x\n;B;ngo;micro;yes;\n"
    )
    found = problems(save(text), kind="members")
    assert sorted((row, column) for row, column, _ in found) == [
        (2, "replied"),
        (2, "size_class"),
        (3, "member_id"),
    ]
    good = data.load_table(
        save(text.replace("tiny", "Small").replace("maybe", "igen").replace("\n;B", "\nM2;B")),
        "members",
    )
    assert good["kind"].to_list() == ["enterprise", "ngo"]
    assert good["replied"].all()
    assert "Columns not used: Notes." in data.notes_of(good)


def test_coefficients_must_be_square_and_below_one(save):
    found = problems(save("group;A;B\nA;0,5;0,1\nC;0,6;0,1\n"), kind="coefficients")
    assert {column for _, column, _ in found} == {"A", "B", "C"}


def workbook(tmp_path, *rows, **more):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, value in more.items():
        book.create_sheet(title).append([value])
    file = tmp_path / "jobs.xlsx"
    book.save(file)
    return file


def test_workbook_figures_flags_and_sheets(tmp_path):
    rows = [["region", "A", "B"], ["Aldermark", 1200, "c"], [None, None, None], ["Corvale", 3.0, 0]]
    file = workbook(tmp_path, *rows, notes="mine")
    table = data.load_table(file, "employment")
    assert table.loc["Corvale"].to_list() == [3, 0]
    assert data.flags_of(table).loc["Aldermark", "B"] == "c"
    assert any("others were not: notes" in note for note in data.notes_of(table))
    with pytest.raises(ValueError, match="no sheet 'jobs'"):
        data.load_table(file, "employment", sheet="jobs")


def test_workbook_formula_without_result_is_not_read_as_blank(tmp_path):
    file = workbook(tmp_path, ["region", "A", "B"], ["X", "=1+1", 2], ["Y", "#DIV/0!", 3])
    found = problems(file)
    assert [(row, column) for row, column, _ in found] == [(2, "A"), (3, "A")]
    assert "no stored result" in found[0][2]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("jobs.pdf", "x", "neither .csv nor .xlsx"),
        ("empty.csv", "", "holds no table"),
        ("one.csv", "region\nX\n", "holds no table"),
        ("heading.csv", "region;A\n", "there are no rows"),
    ],
)
def test_files_that_are_no_table(save, name, content, why):
    with pytest.raises(ValueError, match=why):
        data.load_table(save(content, name), "employment")


def test_an_absent_file_and_an_unknown_kind(tmp_path, save):
    with pytest.raises(ValueError, match="no file"):
        data.load_table(tmp_path / "none.csv", "employment")
    with pytest.raises(ValueError, match="no table kind 'jobs': choose one of employment"):
        data.load_table(save(PLAIN), "jobs")
