"""The first cells of an exercise are run once for a class; who changes them gets a run alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import exam as exams
import pytest
from exam import ALL, RIGHT, Exam, earned, filled, hand_in
from nbformat.v4 import new_code_cell

from clusterlib.delivery.runner.box import Limits

LOOK = (
    "import os\nprint('a table of members')\nrate = replied / members\n"
    "seen = [name for name in os.listdir() if name.endswith('.csv')]\nseen"
)
BEFORE = exams.solution


def with_a_look() -> Any:
    """Return the exam with an open cell of the master before the first answer."""
    notebook = BEFORE()
    notebook.cells.insert(2, new_code_cell(LOOK, id="exam-look"))
    return notebook


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exams, "solution", with_a_look)
        exam = Exam(tmp_path_factory.mktemp("exam"), Limits(cell_seconds=10))
        yield exam
        exam.hall.close()


def _shown(graded: Any) -> list[dict[str, Any]]:
    """Return what the open cell shows."""
    place = next(n for n, step in enumerate(graded.steps) if "a table of members" in step.source)
    found: list[dict[str, Any]] = graded.outputs[place]
    return found


def _prepared(exam: Exam) -> set[int]:
    return {len(cells) for cells in exam.hall.prepared}


def test_an_untouched_opening_is_run_once_and_shown_to_all(exam: Exam, tmp_path: Path) -> None:
    for learner in ("anna", "bela"):
        graded = exam.grade(hand_in(tmp_path / learner, filled(RIGHT)))
        assert sum(earned(graded).values()) == ALL, graded.report
        text, value = _shown(graded)
        assert text["text"] == "a table of members\n"
        assert value["data"]["text/plain"] == "[]"
    # One zygote has run both cells of the opening.
    assert _prepared(exam) == {2}


def test_who_changes_a_cell_of_it_sees_their_own_result(exam: Exam, tmp_path: Path) -> None:
    notebook = filled(RIGHT | {"share": "share = 24 / 60\nassert rate == 99"})
    look = next(cell for cell in notebook["cells"] if "a table of members" in cell["source"])
    look["source"] = look["source"].replace("rate = replied / members", "rate = 99")
    graded = exam.grade(hand_in(tmp_path, notebook))
    assert sum(earned(graded).values()) == ALL, graded.report


def test_files_handed_in_are_there_in_the_first_cells(exam: Exam, tmp_path: Path) -> None:
    place = hand_in(tmp_path, filled(RIGHT))
    (place / "own.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    graded = exam.grade(place)
    assert sum(earned(graded).values()) == ALL, graded.report
    assert _shown(graded)[1]["data"]["text/plain"] == "['own.csv']"


def test_an_opening_that_fails_is_run_for_each(
    exam: Exam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> Any:
        notebook = with_a_look()
        notebook.cells[2].source += "\n1 / 0"
        return notebook

    monkeypatch.setattr(exams, "solution", failing)
    other = copy.copy(exam)
    (tmp_path / "master").mkdir()
    other.folder = tmp_path / "master"
    other.master = other._master()
    graded = other.grade(hand_in(tmp_path, filled(RIGHT)))
    assert sum(earned(graded).values()) == ALL, graded.report
    assert [output["output_type"] for output in _shown(graded)][-1] == "error"


def test_what_a_judge_had_to_import_is_there_for_the_next(exam: Exam) -> None:
    hall, cells = exam.hall, ("import sys",)
    judge = hall.child(cells)
    assert _has(judge, "wave") == "False"
    judge.ask({"do": "run", "source": "import wave"}, 20)
    hall.learn(cells, judge)
    judge.close()
    following = hall.child(cells)
    try:
        assert _has(following, "wave") == "True"
    finally:
        following.close()


def _has(child: Any, module: str) -> str:
    answer = child.ask({"do": "run", "source": f"{module!r} in sys.modules"}, 20)
    return str(answer["outputs"][0]["data"]["text/plain"])
