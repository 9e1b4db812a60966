"""The builder on a tiny course: its twelve notebooks, byte for byte (tests/goldens)."""

import json
from pathlib import Path

import nbformat
import pytest

from clusterlib.delivery.building.build import build_files, stale_files, write_files
from clusterlib.delivery.building.course import read_course

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return build_files(read_course(GOLDENS))


def test_build_is_as_recorded(files, update_goldens):
    if update_goldens:
        write_files(GOLDENS, files)
    assert not stale_files(GOLDENS, files), "look at the difference, then pytest --update-goldens"


def test_two_builds_are_byte_identical(files):
    assert build_files(read_course(GOLDENS)) == files


def test_every_notebook_is_valid_and_without_outputs(files):
    for path, content in files.items():
        assert b"\r" not in content, path
        notebook = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids), path
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert cell.outputs == []
                assert cell.execution_count is None


def test_each_audience_reads_its_own_cell(files):
    for audience, desk in {"academic": "university", "ngo": "council"}.items():
        text = files[f"modules/{audience}/01-tiny.ipynb"].decode()
        others = {"university", "factory", "county", "council"} - {desk}
        assert f"A {desk} desk" in text
        assert not any(f"A {other} desk" in text for other in others)


def test_citations_are_numbered_by_first_use_and_listed_once(files):
    cells = json.loads(files["modules/government/01-tiny.ipynb"])["cells"]
    sources = next("".join(c["source"]) for c in cells if "".join(c["source"]).startswith("## So"))
    assert [line[:13] for line in sources.splitlines()[2:]] == ["1. Ketels, C.", "2. Porter, M."]
    assert "Sölvell, Ö. (2008)" in sources
    assert "Harvard Business Review 76(6), 77–90." in sources


def test_image_travels_in_the_notebook(files):
    first = json.loads(files["modules/ngo/01-tiny.ipynb"])["cells"][0]
    assert "![A blue square](attachment:square.png)" in "".join(first["source"])
    assert list(first["attachments"]["square.png"]) == ["image/png"]


def test_trainer_notes_open_the_solution_and_stay_there(files):
    solution = json.loads(files["solutions/ngo/01-tiny/01-tiny.ipynb"])["cells"]
    tagged = [cell["metadata"].get("tags") == ["trainer"] for cell in solution]
    assert tagged == sorted(tagged, reverse=True)
    notes = "\n".join("".join(cell["source"]) for cell in solution[: sum(tagged)])
    assert "Five minutes a sheet." in notes
    assert "Read ([Ketels and others, 2008](https://www.example.org/clusters)) before" in notes
    for path in ("modules/ngo/01-tiny.ipynb", "exercises/ngo/01-tiny/01-tiny.ipynb"):
        assert b"Five minutes" not in files[path]
        assert b"before class" not in files[path]
