"""Word documents: opened again and read as a trainee's colleague, or her screen reader, would."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import cache
from pathlib import Path

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

import clusterlib
from clusterlib import documents, mapping, needs
from clusterlib.charts.style import dress, new_figure
from clusterlib.documents.setting import AUDIENCES, DELIVERABLES, OWN_DATA

DAY = date(2026, 3, 4)


def chart():
    figure = new_figure(5, 3)
    axes = figure.subplots()
    axes.bar(["trust", "grants"], [6.1, 2.2])
    dress(axes, "Which gap is widest?", "need", "gap score, points")
    return figure, "Trust among rivals has the widest gap, 6.1 points; grants the least, 2.2."


@cache
def load(audience: str):
    return clusterlib.load_case(audience)


def write_needs(audience: str, folder: Path, **changes: object) -> Path:
    case = load(audience)
    ranking = needs.borich(case.importance, case.ability)
    answers = pd.concat({"importance": case.importance, "ability": case.ability}, axis=1)
    given: dict[str, object] = {
        "about": case,
        "ranking": ranking,
        "flips": needs.quadrant_flips(case.importance, case.ability),
        "quality": {
            "Who replied": needs.non_response(case.members, by="kind"),
            "Care": needs.response_quality(answers),
        },
        "chosen": list(ranking.index[:3]),
        "reasons": {ranking.index[0]: "Firms named it first."},
        "audience": audience,
        "figures": [chart()],
        "folder": folder,
        "on": DAY,
    }
    return documents.needs_report(**(given | changes))  # type: ignore[arg-type]


def write_profile(audience: str, folder: Path, **changes: object) -> tuple[Path, Path]:
    case = load(audience)
    here, jobs = case.region, case.employment
    known = jobs.columns[jobs.notna().all() & (case.employment_start.loc[here] > 0)]
    parts = mapping.shift_share(
        case.employment_start.loc[here, known],
        jobs.loc[here, known],
        case.employment_start[known].sum(),
        jobs[known].sum(),
    )
    given: dict[str, object] = {
        "about": case,
        "quotients": mapping.location_quotient_interval(jobs[known]),
        "shift_share": parts,
        "stars": mapping.star_rating(jobs[known]),
        "chosen": ["Pharmaceuticals", "Medical devices"],
        "dropped": "Textiles and clothing",
        "reasons": "The board discussed it twice",
        "audience": audience,
        "figures": [chart()],
        "folder": folder,
        "on": DAY,
    }
    return documents.regional_profile(**(given | changes))  # type: ignore[arg-type]


def headings(path: Path) -> list[str]:
    return [p.text for p in docx.Document(str(path)).paragraphs if p.style.name == "Heading 1"]


def all_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


FIRST_HEADING = {
    "academic": "Question and short answer",
    "enterprise": "We ask the board to decide",
    "government": "Recommendation",
    "ngo": "Who we heard, and who we did not",
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_each_audience_gets_its_own_kind_of_needs_report(audience, tmp_path):
    path = write_needs(audience, tmp_path)
    assert path.name == "needs-report.docx"
    assert headings(path)[0] == FIRST_HEADING[audience]
    assert DELIVERABLES[audience] in all_text(path)
    ranked = all_text(path)
    assert "Building trust among rivals. Firms named it first." in ranked
    assert "No reason was written down." in ranked


def test_structures_differ_and_belong_to_their_genre(tmp_path):
    paths = {a: write_needs(a, tmp_path / a) for a in AUDIENCES}
    for one in AUDIENCES:
        for other in AUDIENCES:
            if one != other:
                assert set(headings(paths[one])) & set(headings(paths[other])) == set()
    memo = docx.Document(str(paths["government"]))
    assert [p.text.split(":")[0] for p in memo.paragraphs[2:6]] == ["To", "From", "Date", "Subject"]
    slide = docx.Document(str(paths["enterprise"])).sections[0]
    assert slide.page_width > slide.page_height
    charter = docx.Document(str(paths["ngo"])).tables[-1]
    assert [c.text for c in charter.rows[0].cells] == ["Organisation", "Name", "Date"]
    note = headings(paths["academic"])
    assert note.index("Method") < note.index("Results") < note.index("Limits of validity")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_documents_work_with_a_screen_reader_and_without_colour(audience, tmp_path):
    for path in (write_needs(audience, tmp_path), write_profile(audience, tmp_path)[0]):
        document = docx.Document(str(path))
        assert document.core_properties.title
        assert document.core_properties.language == "en-GB"
        normal = document.styles["Normal"].element.rPr.find(qn("w:lang"))
        assert normal.get(qn("w:val")) == "en-GB"
        levels = [p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")]
        assert levels
        assert levels[0] == "Heading 1"
        assert document.tables
        for table in document.tables:
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(cell.text.strip() for cell in table.rows[0].cells)
            assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert len(document.inline_shapes) == 1
        properties = document.inline_shapes[0]._inline.docPr
        assert properties.get("descr") == chart()[1]
        assert properties.get("title") == "Which gap is widest?"
        assert f"In words: {chart()[1]}" in all_text(path)


def test_synthetic_data_the_day_and_limits_are_said(tmp_path):
    case = load("government")
    path = write_needs("government", tmp_path)
    footer = docx.Document(str(path)).sections[0].footer.paragraphs[0].text
    assert case.synthetic_note in footer
    assert case.synthetic_note in all_text(path)
    assert "4 March 2026" in footer
    assert "no margin of error" in all_text(path)


def test_own_data_is_not_called_synthetic(tmp_path):
    own = {"organisation": "Brennholm Chamber", "cluster": "Brennholm Wood", "region": "Brennholm"}
    path = write_needs("ngo", tmp_path, about=own)
    assert OWN_DATA in all_text(path)
    assert "ynthetic" not in all_text(path)
    assert "Brennholm Wood" in all_text(path)


def test_no_single_respondent_is_printed(tmp_path):
    case = load("ngo")
    text = all_text(write_needs("ngo", tmp_path))
    assert "40 people replied" in text
    assert "One person gave the same mark to everything" in text
    assert not [person for person in case.respondents.index if person in text]


def test_missing_is_said_and_never_zero(tmp_path):
    ranking = pd.DataFrame({"mwds": [3.2, None], "n": [5, 0]}, index=["Trust", "Grants"])
    path = write_needs("ngo", tmp_path, about={}, ranking=ranking, chosen=["Trust"], reasons="Why")
    table = next(t for t in docx.Document(str(path)).tables if t.rows[0].cells[0].text == "Need")
    assert [cell.text for cell in table.rows[2].cells] == ["Grants", "not known", "0"]


def test_no_flip_is_said_in_words(tmp_path):
    path = write_needs("academic", tmp_path, flips=pd.DataFrame(columns=["mean", "median"]))
    assert "No need changes its quadrant" in all_text(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"chosen": ["C99"]}, "C99"),
        ({"chosen": []}, "at least one"),
        ({"chosen": ["C01", "C01"]}, "each once"),
        ({"audience": "press"}, "academic, enterprise"),
    ],
)
def test_wrong_choices_are_refused_in_words(changes, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        write_needs(**({"audience": "ngo", "folder": tmp_path} | changes))


def test_same_input_same_bytes_whatever_the_clock(tmp_path):
    first = write_needs("ngo", tmp_path / "one").read_bytes()
    assert write_needs("ngo", tmp_path / "two").read_bytes() == first
    other_day = write_needs("ngo", tmp_path / "three", on=date(2026, 3, 5)).read_bytes()
    assert other_day != first
    profile = write_profile("ngo", tmp_path / "one")
    again = write_profile("ngo", tmp_path / "two")
    assert [p.read_bytes() for p in profile] == [p.read_bytes() for p in again]


def test_control_signs_pasted_from_elsewhere_do_no_harm(tmp_path):
    path = write_needs("ngo", tmp_path, reasons="Pasted\x0b from \x00 a slide")
    assert "Pasted from  a slide" in all_text(path)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_regional_profile_says_what_it_cannot_see(audience, tmp_path):
    path, _ = write_profile(audience, tmp_path, blind_spots=["The closed shipyard"])
    words = "Whom this table cannot see" if audience == "ngo" else "What this table cannot see"
    assert words in headings(path)
    text = all_text(path)
    assert "The closed shipyard" in text
    assert "Dropped: Textiles and clothing" in text
    assert "Brennholm" not in text  # only the own region's rows


def test_chosen_and_dropped_cannot_be_the_same(tmp_path):
    with pytest.raises(ValueError, match="both chosen and dropped"):
        write_profile("ngo", tmp_path, dropped="Pharmaceuticals")
    with pytest.raises(ValueError, match="Nowhere"):
        write_profile("ngo", tmp_path, about={"region": "Nowhere"})


@pytest.mark.parametrize("named", [False, True])
def test_a_document_lands_in_the_portfolio_named_or_not(named, monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "mine"))
    path = write_needs("ngo", tmp_path / "mine" if named else None)  # type: ignore[arg-type]
    assert path.parent == (tmp_path / "mine").resolve()
    artefacts = clusterlib.portfolio.Portfolio.open().artefacts().set_index("file")
    assert artefacts.loc["needs-report.docx", "module"] == "02-needs"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_learning_plan_follows_the_audience_and_the_hours(audience, tmp_path):
    modules = clusterlib.list_modules()
    answers = {"hours_per_week": 3, "start": "2026-03-09", "biggest_question": "Who pays?"}
    path = documents.learning_plan(audience, answers, modules, folder=tmp_path, on=DAY)
    document = docx.Document(str(path))
    rows = [[c.text for c in row.cells] for row in document.tables[0].rows]
    assert len(rows) == len(modules) + 1
    assert rows[0][:3] == ["Module", "How", "Minutes"]
    assert "Biggest question: Who pays?" in all_text(path)
    for row, module in zip(rows[1:], modules.to_dict("records"), strict=True):
        deep = audience in module["deep_for"] or module["slug"] in ("01-clusters", "12-exchange")
        assert row[1] == ("in full" if deep else "first and last part")
    # 105 minutes for module 00 at 180 minutes a week: done one week after the start.
    assert rows[1][3] == "16 March 2026"


def test_learning_plan_without_hours_is_refused(tmp_path):
    with pytest.raises(ValueError, match="above 0"):
        documents.learning_plan(
            "ngo", {"hours_per_week": 0}, clusterlib.list_modules(), folder=tmp_path
        )


def test_parts_carry_the_day_not_the_clock(tmp_path):
    with zipfile.ZipFile(write_needs("ngo", tmp_path)) as parts:
        assert {info.date_time[:3] for info in parts.infolist()} == {(2026, 3, 4)}
