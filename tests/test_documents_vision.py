"""The vision statement: opened again and read as those would who are to sign it."""

from datetime import date

import docx
import pytest
from docx.oxml.ns import qn

import clusterlib
from clusterlib import charts, consensus, data, documents
from clusterlib.documents.setting import AUDIENCES, DELIVERABLES

DAY = date(2026, 3, 4)
VISION = "In ten years young people here learn in one school, and every member uses one laboratory"
CAMPS = {"S04": "Six of us will sign if no firm gets more than a third."}


def write(audience, folder, **changes):
    case = clusterlib.load_case(audience)
    panel = data.vision_panel(case)
    _, second, third = panel.run(3)
    verdicts = consensus.stopping(second, third, low=7, high=9, scale=(1, 9))
    names = panel.statements["name"]
    given = {
        "about": case,
        "vision": VISION,
        "verdicts": verdicts,
        "names": names,
        "minority": CAMPS,
        "audience": audience,
        "silent": ["One roof: two people stopped answering after round one"],
        "review": "In March 2027",
        "figures": [charts.delphi_round(third, verdicts, names)],
        "folder": folder,
        "on": DAY,
    }
    return documents.vision_statement(**(given | changes))


def text_of(path):
    document = docx.Document(str(path))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_minority_stands_right_behind_the_vision(audience, tmp_path):
    path = write(audience, tmp_path)
    document = docx.Document(str(path))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    words = [p.text for p in document.paragraphs]
    assert words.index(f"{VISION}.") < words.index(f"Anchor first: {CAMPS['S04']}")
    assert words.index(f"Anchor first: {CAMPS['S04']}") < words.index(headings[2])
    assert DELIVERABLES[audience] in document.core_properties.subject
    text = text_of(path)
    assert "Two camps" in text
    assert "One roof: two people stopped answering" in text
    assert "In March 2027." in text


@pytest.mark.parametrize("audience", AUDIENCES)
def test_it_works_with_a_screen_reader(audience, tmp_path):
    document = docx.Document(str(write(audience, tmp_path)))
    assert document.core_properties.language == "en-GB"
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    (shape,) = document.inline_shapes
    assert "Two camps: Anchor first." in shape._inline.docPr.get("descr")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vision": " ... "}, "empty"),
        ({"minority": {}}, "two camps on S04"),
        ({"minority": CAMPS | {"S99": "No"}}, "S99"),
        ({"audience": "press"}, "academic, enterprise"),
    ],
)
def test_a_statement_nobody_could_sign_is_refused(changes, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        write(**({"audience": "ngo", "folder": tmp_path} | changes))


def test_nobody_missing_and_no_review_are_said_in_words(tmp_path):
    text = text_of(write("ngo", tmp_path, silent=(), review=""))
    assert "answered to the end" in text
    assert "again in twelve months" in text


def test_same_input_same_bytes(tmp_path):
    assert write("ngo", tmp_path / "a").read_bytes() == write("ngo", tmp_path / "b").read_bytes()
