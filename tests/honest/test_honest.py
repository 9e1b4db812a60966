"""Right answers that plain nbgrader loses or stumbles over: all of them earn full marks here."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from cases import CASES, Case, free_cell, split_between_statements
from exam import (
    ALL,
    NAME,
    RIGHT,
    Exam,
    assert_check_agrees,
    blank,
    cell,
    earned,
    filled,
    hand_in,
    name_of,
)

from clusterlib.delivery.runner.box import Limits


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    exam = Exam(tmp_path_factory.mktemp("exam"), Limits())
    yield exam
    exam.hall.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_right_answer_keeps_all_its_marks(exam: Exam, tmp_path: Path, case: Case) -> None:
    graded = exam.grade(hand_in(tmp_path, case()))
    assert sum(earned(graded).values()) == ALL, graded.report
    assert graded.report.verdict == "PASS", graded.report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_check_before_handing_in_finds_it_right_too(
    exam: Exam, tmp_path: Path, case: Case
) -> None:
    checked = assert_check_agrees(exam, hand_in(tmp_path, case()) / f"{NAME}.ipynb")
    assert [task.name for task in checked.tasks if not task.passed or not task.answered] == ["page"]
    assert checked.code == 1


@pytest.mark.parametrize(
    "name",
    [
        "Copy of 08-exam.ipynb",
        "08-exam (1).ipynb",
        "08-exam-anna-final.ipynb",
        "Kopie von 08-exam.ipynb",
        "08-exam-Copy1.ipynb",
        "08_exam.ipynb.ipynb",
        "Prüfung Ágnes.ipynb",
    ],
)
def test_a_renamed_file_is_found(exam: Exam, tmp_path: Path, name: str) -> None:
    hand_in(tmp_path, {"cells": [], "metadata": {}}, "scratch.ipynb")
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT), name))
    assert sum(earned(graded).values()) == ALL


def test_of_two_downloads_the_one_that_was_worked_in_is_graded(exam: Exam, tmp_path: Path) -> None:
    hand_in(tmp_path, filled(RIGHT), "08-exam (1).ipynb")
    folder = hand_in(tmp_path, blank())
    assert_check_agrees(exam, folder / f"{NAME}.ipynb")
    graded = exam.grade(folder)
    assert sum(earned(graded).values()) == ALL
    told = "08-exam.ipynb holds no answer: 08-exam (1).ipynb is graded in its place"
    assert graded.report.notes == [told]
    assert graded.report.verdict == "PASS"


def test_a_table_exported_by_excel_is_read(exam: Exam, tmp_path: Path) -> None:
    reads = "import pandas as pd\nt = pd.read_csv('Antworten.csv', sep=';', decimal=',', "
    reads += "encoding='cp1252')\nshare = t['Anteil'].sum()"
    folder = hand_in(tmp_path, filled(RIGHT | {"share": reads}))
    body = "Gruppe;Anteil\r\nKleine Büros;0,25\r\nGroße;0,15\r\n"
    (folder / "Antworten.csv").write_bytes(body.encode("cp1252"))
    assert sum(earned(exam.grade(folder)).values()) == ALL


def test_files_beside_the_notebook_can_be_read(exam: Exam, tmp_path: Path) -> None:
    reads = "import pandas as pd\nshare = pd.read_csv('s.csv', sep=';')"
    reads += "['replied'].sum() / 60"
    folder = hand_in(tmp_path, filled(RIGHT | {"need": "from mine import need", "share": reads}))
    (folder / "s.csv").write_bytes(b"member;replied\r\nM01;20\r\nM02;4\r\n")
    (folder / "mine.py").write_text("need = 'C04'", encoding="utf-8")
    assert sum(earned(exam.grade(folder)).values()) == ALL


def test_an_unanswered_exam_earns_nothing(exam: Exam, tmp_path: Path) -> None:
    graded = exam.grade(hand_in(tmp_path, blank()))
    assert sum(earned(graded).values()) == 0
    assert graded.report.verdict == "FAIL"


def test_what_is_right_counts_beside_what_is_not(exam: Exam, tmp_path: Path) -> None:
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT | {"share": "share = 0.5"})))
    assert earned(graded) == {"need": 2, "share": 0, "quotient": 5, "gaps": 4}
    assert graded.report.verdict == "PARTIAL"


def test_the_essay_and_the_task_text_reach_the_trainer(exam: Exam, tmp_path: Path) -> None:
    notebook = filled(RIGHT)
    for found in notebook["cells"]:
        if found["source"] == "Your text:":
            found["source"] = "The small firms are missing."
    notebook["cells"].append(free_cell("markdown", "One more thought on who is missing."))
    steps = exam.grade(hand_in(tmp_path, notebook)).steps
    texts = [step.source for step in steps]
    assert "The small firms are missing." in texts
    assert "One more thought on who is missing." in texts
    assert RIGHT["reflection"] in texts


def test_an_essay_in_a_cell_beside_the_empty_one_is_found(exam: Exam, tmp_path: Path) -> None:
    notebook = filled({k: v for k, v in RIGHT.items() if k != "reflection"})
    notebook["cells"].append(free_cell("markdown", "I would ask the university."))
    steps = exam.grade(hand_in(tmp_path, notebook)).steps
    essay = next(step for step in steps if step.name == "reflection")
    assert essay.source == "I would ask the university."


def test_the_same_hand_in_gives_the_same_marks_and_text_twice(exam: Exam, tmp_path: Path) -> None:
    folder = hand_in(tmp_path, filled(RIGHT | {"share": "share = 0.5"}))
    first, second = exam.grade(folder), exam.grade(folder)
    assert first.report.as_metadata() == second.report.as_metadata()
    assert [step.source for step in first.steps] == [step.source for step in second.steps]


def test_the_graded_notebook_is_valid_and_bears_the_masters_settings(
    exam: Exam, tmp_path: Path
) -> None:
    from clusterlib.delivery.runner.exporter import as_notebook

    notebook = split_between_statements()
    cell(notebook, "share-test")["metadata"]["nbgrader"]["points"] = 3
    graded = exam.grade(hand_in(tmp_path, copy.deepcopy(notebook)))
    written = as_notebook(exam.master, graded)
    nbformat.validate(written)
    names = [name_of(found) for found in written["cells"] if name_of(found)]
    assert names == list(exam.master.named)
    assert written["metadata"]["grading"]["verdict"] == "PASS"
    assert NAME
