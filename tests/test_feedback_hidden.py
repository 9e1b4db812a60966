"""Feedback on the course's own module 03: no line of a hidden test reaches any learner."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from exam import needed_level

from clusterlib.delivery.nbgrader_preprocessors import ClearModelAnswers
from clusterlib.delivery.pages.cells import shown_cells
from clusterlib.delivery.pages.feedback import page
from clusterlib.delivery.pages.hidden import split
from clusterlib.delivery.runner.box import Limits
from clusterlib.delivery.runner.exporter import as_notebook
from clusterlib.delivery.runner.grading import grade_file
from clusterlib.delivery.runner.hall import Hall
from clusterlib.delivery.runner.master import Master, read_master
from clusterlib.delivery.runner.names import names_set

CHECKOUT = Path(__file__).resolve().parents[1]
MODULE = "03-mapping"
AUDIENCES = ("academic", "enterprise", "government", "ngo")
# Right in form, wrong in substance: visible tests pass, hidden ones fail.
SPOIL = """
for _name in {names!r}:
    _value = globals()[_name]
    if isinstance(_value, (list, set, tuple)):
        globals()[_name] = list(_value)[1:] + list(jobs_now.columns[:1])
    elif isinstance(_value, str):
        globals()[_name] = next(n for n in [*jobs_now.columns, *jobs_now.index] if n != _value)
    elif _value is not None:
        globals()[_name] = _value + 5
"""
ENDINGS = {
    "right": lambda model: model,
    "partly wrong": lambda model: model + SPOIL.format(names=sorted(names_set(model))),
    "raising": lambda model: "\n".join(f"{name} = object" for name in sorted(names_set(model))),
    "crashed": lambda model: f"{model}\nimport os\nos._exit(1)",
}


@pytest.fixture(scope="module")
def hall() -> Iterator[Hall]:
    hall = Hall(needed_level(), Limits())
    yield hall
    hall.close()


def _solution(audience: str) -> Any:
    return nbformat.read(CHECKOUT / "solutions" / audience / MODULE / f"{MODULE}.ipynb", 4)


def _master(audience: str) -> Master:
    stored = {}
    for cell in _solution(audience).cells:
        grading = cell.metadata.get("nbgrader")
        if grading:
            if grading["solution"]:
                ClearModelAnswers().preprocess_cell(cell, {"language": "python"}, 0)
            stored[grading["grade_id"]] = SimpleNamespace(source=cell.source, checksum="")
    folders = [CHECKOUT / name / audience / MODULE for name in ("exercises", "solutions")]
    released, solved = (folder / f"{MODULE}.ipynb" for folder in folders)
    return read_master(released, solved, stored)


def _hand_in(folder: Path, audience: str, ending: str) -> Path:
    path = folder / f"{MODULE}.ipynb"
    if ending == "unreadable":
        path.write_text("{", encoding="utf-8")
        return path
    models = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in _solution(audience).cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }
    notebook = nbformat.read(CHECKOUT / "exercises" / audience / MODULE / f"{MODULE}.ipynb", 4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in models:
            cell.source = ENDINGS[ending](models[name])
    nbformat.write(notebook, path)
    return path


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", text))).strip()


def _secrets(audience: str) -> list[str]:
    """Return the hidden lines that stand nowhere in what learners have."""
    cells = _solution(audience).cells
    known = _words(html.escape("\n".join(split(cell.source)[0] for cell in cells)))
    lines = [_words(html.escape(line)) for c in cells for line in split(c.source)[1]]
    return [line for line in lines if len(line) > 5 and line not in known]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("ending", [*ENDINGS, "unreadable"])
def test_no_line_of_a_hidden_test_is_in_the_feedback(
    hall: Hall, tmp_path: Path, audience: str, ending: str
) -> None:
    master = _master(audience)
    graded = grade_file(hall, master, _hand_in(tmp_path, audience, ending), [], {})
    notebook = nbformat.from_dict(as_notebook(master, graded))
    earned = {mark.cell: mark for mark in graded.report.marks}
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade_id") in earned:
            grading["score"] = earned[grading["grade_id"]].points
    total = {"notebook": MODULE, "score": 0, "max_score": 20}
    secrets = _secrets(audience)
    assert len(secrets) > 10
    text = _words(page(shown_cells(notebook, hide=True), total))
    assert not [line for line in secrets if line in text]
    trainers = _words(page(shown_cells(notebook), total))
    assert all(line in trainers for line in secrets)
    assert text.count("More checks belong to this test.") == len(earned)
    if ending == "right":
        assert text.count("Passed.") == len(earned)
    else:
        assert "Not passed." in text
    for mark in earned.values():
        if mark.message and not mark.message.startswith(("NameError", "TypeError")):
            assert _words(html.escape(mark.message)) in text
    if ending == "partly wrong":
        # It is the hidden part that failed, and its message is there.
        shown = [mark.message for mark in earned.values() if mark.points < mark.maximum]
        hidden_source = "".join(secrets)
        assert [said for said in shown if said and said in hidden_source]
