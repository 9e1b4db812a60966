"""Excel workbooks: opened again, their formulas computed by a real spreadsheet program."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from test_documents_word import load, write_profile

from clusterlib import documents
from clusterlib.documents.setting import AUDIENCES

DAY = date(2026, 3, 4)
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) computes the formulas here"
)


def computed(path: Path, folder: Path) -> openpyxl.Workbook:
    """Let LibreOffice compute every formula and return the values."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    kind = "xlsx:Calc MS Excel 2007 XML"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return openpyxl.load_workbook(folder / path.name, data_only=True)


def some_services() -> pd.DataFrame:
    case = load("ngo")
    services = documents.draft_services(case.competences, ["C09", "C08", "C04"], places=10)
    services["by_when"] = services["by_when"].astype(object)
    services.loc[0, ["owner", "by_when"]] = ["Sofia Lind", date(2026, 9, 30)]
    services.loc[2, "cost_per_place"] = np.nan
    return services


@pytest.mark.parametrize("audience", AUDIENCES)
def test_service_portfolio_opens_with_fixed_headers_and_checks(audience, tmp_path):
    case = load(audience)
    path = documents.service_portfolio(case, some_services(), audience, folder=tmp_path, on=DAY)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Read me", "Services"]
    sheet = book["Services"]
    header = [cell.value for cell in sheet[1]]
    assert header[:3] == ["Need", "Service", "Format"]
    assert header[-3:] == ["Total, EUR", "Owner", "By when"]
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    kinds = {rule.type for rule in sheet.data_validations.dataValidation}
    assert kinds == {"list", "whole", "date"}
    assert sheet["J2"].value.date() == date(2026, 9, 30)
    read_me = [cell.value for (cell,) in book["Read me"].iter_rows()]
    assert case.synthetic_note in read_me
    assert "Generated on 4 March 2026." in read_me
    assert any(line.startswith("Limits:") for line in read_me)
    assert book.properties.title == "Service portfolio"


def test_the_question_differs_by_audience(tmp_path):
    questions = set()
    for audience in AUDIENCES:
        path = documents.service_portfolio({}, some_services(), audience, folder=tmp_path, on=DAY)
        questions.add(list(openpyxl.load_workbook(path)["Read me"].values)[-1][0])
    assert len(questions) == 4


@needs_office
def test_service_totals_equal_pandas_and_blank_stays_blank(tmp_path):
    services = some_services()
    path = documents.service_portfolio({}, services, "ngo", folder=tmp_path, on=DAY)
    sheet = computed(path, tmp_path / "office")["Services"]
    wanted = services["cost_per_place"] * services["places"]
    assert [sheet.cell(row, 8).value for row in (2, 3)] == wanted.iloc[:2].tolist()
    assert sheet["H4"].value in (None, "")  # the cost is not known, so neither is the total
    assert sheet["H5"].value == wanted.sum()
    assert sheet["G5"].value == services["places"].sum()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="owner"), "owner"),
        (lambda t: t.assign(places=-1), "0 or more"),
        (lambda t: t.assign(hours="many"), "hours"),
        (lambda t: t.iloc[:0], "no service"),
    ],
)
def test_wrong_services_are_refused_in_words(change, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        documents.service_portfolio({}, change(some_services()), "ngo", folder=tmp_path)


def test_regional_workbook_has_its_sheets(tmp_path):
    _, path = write_profile("government", tmp_path)
    book = openpyxl.load_workbook(path)
    wanted = ["Read me", "Location quotients", "Shift-share", "Star ratings", "Choices"]
    assert book.sheetnames == wanted
    assert [c.value for c in book["Location quotients"][1]][:2] == ["Industry", "Location quotient"]
    assert {"Low end", "High end"} <= {c.value for c in book["Location quotients"][1]}
    decisions = [row[1] for row in book["Choices"].iter_rows(min_row=2, values_only=True)]
    assert decisions == ["priority 1", "priority 2", "dropped"]
    read_me = [cell.value for (cell,) in book["Read me"].iter_rows()]
    assert "What this table cannot see:" in read_me


@needs_office
def test_shift_share_formulas_add_up_and_say_when_they_do_not(tmp_path):
    parts = pd.DataFrame(
        {
            "change": [6.0, 30.0, 5.0, np.nan],
            "national": [6.0, 4.0, 5.0, 1.0],
            "mix": [-6.0, 16.0, 5.0, 2.0],
            "regional": [6.0, 10.0, 5.0, np.nan],
        },
        index=pd.Index(["Pharmaceuticals", "Medical devices", "Textiles", "Hidden"]),
    )
    _, path = write_profile("government", tmp_path, shift_share=parts)
    values = list(computed(path, tmp_path / "office")["Shift-share"].values)
    assert values[0][-2:] == ("Sum of the parts", "Adds up?")
    assert [row[-2] for row in values[1:5]] == [6, 30, 15, "not known"]
    assert [row[-1] for row in values[1:5]] == ["yes", "yes", "no", "not known"]
    assert values[5][:4] == ("total", "not known", 16, 17)


@needs_office
def test_shift_share_totals_equal_the_method(tmp_path):
    _, path = write_profile("government", tmp_path)
    values = list(computed(path, tmp_path / "office")["Shift-share"].values)
    table = pd.DataFrame(values[1:], columns=values[0]).set_index("Industry")
    body = table.drop(index="total").drop(columns=["Adds up?"]).astype(float)
    total = table.loc["total"].drop("Adds up?").astype(float)
    np.testing.assert_allclose(total.to_numpy(), body.sum().to_numpy())
    assert (table["Adds up?"] == "yes").all()


def pack(folder: Path, **changes: object) -> Path:
    case = load("ngo")
    given: dict[str, object] = {
        "tables": {"members": case.members, "jobs: 2015/2020": case.employment},
        "notes": {"members.district": "Where the member works", "employees": "Full-time posts"},
        "problems": pd.DataFrame({"table": ["members"], "problem": ["=1+1"]}),
        "data_note": case.synthetic_note,
        "folder": folder,
        "on": DAY,
    }
    return documents.data_pack(**(given | changes))  # type: ignore[arg-type]


def test_data_pack_holds_tables_dictionary_problems_and_privacy(tmp_path):
    book = openpyxl.load_workbook(pack(tmp_path))
    assert book.sheetnames == [
        "Read me", "members", "jobs- 2015-2020", "Data dictionary", "Problems found", "Privacy",
    ]  # fmt: skip
    case = load("ngo")
    assert book["members"].max_row == len(case.members) + 1
    dictionary = pd.DataFrame(list(book["Data dictionary"].values)[1:]).set_index([0, 1])
    assert dictionary.loc[("members", "district"), 5] == "Where the member works"
    assert dictionary.loc[("members", "employees"), 5] == "Full-time posts"
    assert dictionary.loc[("members", "replied"), 2] == "yes or no"
    assert "Not described" in dictionary.loc[("members", "name"), 5]


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    cell = openpyxl.load_workbook(pack(tmp_path))["Problems found"]["B2"]
    assert cell.value == "=1+1"
    assert cell.data_type == "s"


def test_a_confidential_cell_stays_blank_in_the_pack(tmp_path):
    sheet = openpyxl.load_workbook(pack(tmp_path))["jobs- 2015-2020"]
    blanks = sum(cell is None for row in sheet.values for cell in row)
    assert blanks == 1


def test_years_and_numbers_read_as_such(tmp_path):
    sheet = openpyxl.load_workbook(pack(tmp_path))["members"]
    formats = {column[0].value: column[1].number_format for column in sheet.columns}
    assert (formats["joined"], formats["employees"]) == ("0", "#,##0")


def test_a_clean_pack_says_so_and_wrong_notes_are_named(tmp_path):
    book = openpyxl.load_workbook(pack(tmp_path, problems=None))
    assert book["Problems found"]["A2"].value == "The check found no problem."
    with pytest.raises(ValueError, match=r"members\.distrct"):
        pack(tmp_path, notes={"members.distrct": "typed wrong"})
    with pytest.raises(ValueError, match="at least one table"):
        pack(tmp_path, tables={}, notes={})


def test_equal_input_gives_equal_bytes(tmp_path):
    assert pack(tmp_path / "one").read_bytes() == pack(tmp_path / "two").read_bytes()
