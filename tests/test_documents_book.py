"""The portfolio as one Word document: nothing left out without a word."""

from datetime import date

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

from clusterlib.documents import portfolio_book
from clusterlib.documents.report import Report
from clusterlib.portfolio import Portfolio

DAY = date(2027, 3, 4)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    return Portfolio.open()


def texts(path):
    document = docx.Document(str(path))
    return [p.text for p in document.paragraphs], document


def test_an_empty_portfolio_says_so(mine):
    words, _ = texts(portfolio_book(on=DAY))
    assert "Files in the portfolio (changed: UTC): nothing to show." in words
    assert words.count("None so far.") == 2


def test_documents_tables_and_settings_are_all_in_it(mine):
    from clusterlib import charts

    pre, post = [20, 60, 90], [60, 80, 95]
    report = Report("Needs of the cluster", "A report", DAY)
    report.heading("What we found")
    report.text("Grants come first.")
    report.table(pd.DataFrame({"Need": ["Grants"], "Gap": [1.5]}), "Needs by gap")
    report.picture(charts.learning_gains(pre, post))
    report.save("needs-report.docx", "02-needs", None, "Synthetic data.")
    wide = pd.DataFrame({f"c{n}": range(100) for n in range(10)})
    mine.save_table("survey", wide)
    mine.save_settings("needs-matrix", {"crosshair": "own", "leave_out": True, "codes": ["C01"]})
    (mine.folder / "broken.docx").write_bytes(b"no document")
    path = portfolio_book(on=DAY)
    words, document = texts(path)
    assert "Grants come first." in words
    assert words.count("Needs by gap") == 1
    assert any("broken.docx could not be read" in one for one in words)
    assert "Shown: 60 of 100 rows and 8 of 10 columns. All of it is in survey.csv." in words
    styles = {p.text: p.style.name for p in document.paragraphs}
    assert styles["Needs of the cluster"] == "Heading 1"
    assert styles["What we found"] == "Heading 2"
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"Grants", "own", "yes", '["C01"]'} <= cells
    described = [one.get("descr") for one in document.element.iter(qn("wp:docPr"))]
    assert described
    assert all("Class gain" in one for one in described)


def test_the_book_does_not_hold_itself(mine):
    portfolio_book(on=DAY)
    words, _ = texts(portfolio_book(on=DAY))
    assert not any("portfolio.docx" in one for one in words)
