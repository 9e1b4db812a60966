"""Right answers that plain nbgrader loses or stumbles over: all of them earn full marks here."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from exam import ALL, NAME, RIGHT, Exam, blank, cell, earned, filled, hand_in, name_of, twin

from clusterlib.delivery.runner.box import Limits

Notebook = dict[str, Any]
Case = Callable[[], Any]


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    exam = Exam(tmp_path_factory.mktemp("exam"), Limits())
    yield exam
    exam.hall.close()


def _place(notebook: Notebook, name: str) -> int:
    return next(n for n, found in enumerate(notebook["cells"]) if name_of(found) == name)


def _free(kind: str, source: str) -> dict[str, Any]:
    found: dict[str, Any] = {"cell_type": kind, "id": f"own-{hash(source) % 9999}", "metadata": {}}
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return found | {"source": source} | extra


def as_it_is() -> Notebook:
    return filled(RIGHT)


def copied_answer_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].append(twin(notebook, "need"))
    return notebook


def copied_before_answering() -> Notebook:
    """The copy holds the answer, the first cell stayed empty."""
    notebook = filled({k: v for k, v in RIGHT.items() if k != "need"})
    copied = twin(notebook, "need", source=RIGHT["need"])
    notebook["cells"].insert(_place(notebook, "need"), copied)
    return notebook


def copied_with_a_first_attempt() -> Notebook:
    notebook = filled(RIGHT)
    wrong = twin(notebook, "share", source="share = members / replied")
    notebook["cells"].insert(_place(notebook, "share"), wrong)
    return notebook


def first_attempt_fails() -> Notebook:
    notebook = filled(RIGHT)
    broken = twin(notebook, "share", source="share = 24 of 60")
    notebook["cells"].insert(_place(notebook, "share"), broken)
    return notebook


def copied_test_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].insert(3, twin(notebook, "share-test"))
    return notebook


def split_between_statements() -> Notebook:
    notebook = filled(RIGHT | {"share": "replies = 24"})
    second = twin(notebook, "share", source="share = replies / 60")
    notebook["cells"].insert(_place(notebook, "share") + 1, second)
    return notebook


def split_inside_a_function() -> Notebook:
    first, _, second = RIGHT["quotient"].partition("    return")
    notebook = filled(RIGHT | {"quotient": first})
    rest = twin(notebook, "quotient", source="    return" + second)
    notebook["cells"].insert(_place(notebook, "quotient") + 1, rest)
    return notebook


def answer_moved_below_its_test() -> Notebook:
    notebook = filled(RIGHT)
    moved = notebook["cells"].pop(_place(notebook, "need"))
    notebook["cells"].insert(_place(notebook, "need-test") + 1, moved)
    return notebook


def items_in_another_order() -> Notebook:
    notebook = filled(RIGHT)
    pair = [notebook["cells"].pop(_place(notebook, name)) for name in ("gaps", "gaps-test")]
    notebook["cells"][2:2] = pair
    return notebook


def answers_moved_to_the_end() -> Notebook:
    notebook = filled(RIGHT)
    for name in ("need", "share"):
        notebook["cells"].append(notebook["cells"].pop(_place(notebook, name)))
    return notebook


def deleted_test_cell() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].pop(_place(notebook, "quotient-test"))
    return notebook


def deleted_set_up() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = replied / members"})
    notebook["cells"].pop(_place(notebook, "start"))
    return notebook


def deleted_helper_of_the_master() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = share_hint"})
    notebook["cells"] = [c for c in notebook["cells"] if "share_hint =" not in c["source"]]
    return notebook


def edited_helper_of_the_master() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = share_hint"})
    for found in notebook["cells"]:
        if "share_hint =" in found["source"]:
            found["source"] = "print(replied / members)"
    return notebook


def answer_deleted_and_written_anew() -> Notebook:
    notebook = filled(RIGHT)
    place = _place(notebook, "need")
    notebook["cells"][place] = _free("code", RIGHT["need"])
    return notebook


def own_cells_between() -> Notebook:
    notebook = filled(RIGHT | {"share": "share = r / m"})
    notebook["cells"].insert(_place(notebook, "share"), _free("code", "r, m = replied, members"))
    notebook["cells"].insert(_place(notebook, "need"), _free("markdown", "My notes"))
    return notebook


def own_cell_that_fails() -> Notebook:
    notebook = filled(RIGHT)
    notebook["cells"].insert(3, _free("code", "1 / 0"))
    notebook["cells"].insert(3, _free("code", "this is no Python"))
    return notebook


def warnings_everywhere() -> Notebook:
    noisy = "import warnings\nwarnings.warn('small sample')\n"
    inside = RIGHT["quotient"].replace(
        "    return", "    import warnings; warnings.warn('old', DeprecationWarning)\n    return"
    )
    return filled(RIGHT | {"need": noisy + RIGHT["need"], "quotient": inside})


def logging_and_stderr() -> Notebook:
    loud = (
        "import logging, sys\nlogging.warning('careful')\nprint('error: none', file=sys.stderr)\n"
    )
    inside = RIGHT["quotient"].replace(
        "    return", "    import logging; logging.error('here')\n    return"
    )
    return filled(RIGHT | {"share": loud + RIGHT["share"], "quotient": inside})


def prints_and_a_progress_bar() -> Notebook:
    talks = (
        "import sys, time\nfor n in range(100):\n    print(n, end='\\r', file=sys.stderr)\n"
        "print('error')\nshare = 24 / 60\nshare"
    )
    return filled(RIGHT | {"share": talks})


def warnings_as_errors_elsewhere() -> Notebook:
    return filled(RIGHT | {"need": "import warnings\nwarnings.simplefilter('error')\nneed = 'C04'"})


def numbers_of_numpy_and_pandas() -> Notebook:
    return filled(
        RIGHT | {"share": "import numpy as np, pandas as pd\nshare = pd.Series([24]).sum() / 60"}
    )


def magics_and_shell() -> Notebook:
    return filled(RIGHT | {"need": "%matplotlib inline\n!echo hello\nneed = 'C04'\nneed?"})


def exit_after_the_answer() -> Notebook:
    return filled(RIGHT | {"need": "need = 'C04'\nimport sys\nsys.exit(0)"})


def a_picture_is_drawn() -> Notebook:
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nshare = 0.4"
    return filled(RIGHT | {"share": draw})


def set_up_was_edited() -> Notebook:
    notebook = filled(RIGHT)
    cell(notebook, "start")["source"] = "replied, members = 24, 60  # my remark"
    return notebook


def a_test_was_edited_by_accident() -> Notebook:
    notebook = filled(RIGHT)
    cell(notebook, "need-test")["source"] += "\nx"
    return notebook


def answer_turned_into_markdown() -> Notebook:
    notebook = filled(RIGHT)
    found = cell(notebook, "need")
    found["cell_type"] = "markdown"
    del found["outputs"], found["execution_count"]
    return notebook


def windows_line_ends() -> bytes:
    text = json.dumps(filled(RIGHT), indent=1).replace("\\n", "\\r\\n")
    return text.replace("\n", "\r\n").encode()


def saved_with_a_byte_order_mark() -> bytes:
    return b"\xef\xbb\xbf" + json.dumps(filled(RIGHT)).encode()


def saved_as_utf16() -> bytes:
    return json.dumps(filled(RIGHT)).encode("utf-16")


def old_format(minor: int) -> Case:
    def case() -> Notebook:
        notebook = filled(RIGHT)
        notebook["nbformat_minor"] = minor
        for found in notebook["cells"]:
            if minor < 5:
                del found["id"]
            found["source"] = found["source"].splitlines(keepends=True)
        return notebook

    case.__name__ = f"nbformat_4_{minor}"
    return case


def saved_by_colab() -> Notebook:
    notebook = filled(RIGHT)
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for found in notebook["cells"]:
        found["metadata"] |= {"id": found.pop("id"), "colab": {"base_uri": "https://localhost/"}}
        found["source"] = found["source"].splitlines(keepends=True)
    return notebook


def saved_by_vs_code() -> Notebook:
    notebook = filled(RIGHT)
    notebook["metadata"]["kernelspec"] = {"name": ".venv", "display_name": ".venv (3.12.1)"}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}
    for found in notebook["cells"]:
        found["metadata"]["vscode"] = {"languageId": "python"}
    return notebook


def saved_by_jupyterlite() -> Notebook:
    notebook = filled(RIGHT)
    spec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook["metadata"]["kernelspec"] = spec
    for found in notebook["cells"]:
        found["metadata"]["trusted"] = True
    return notebook


def settings_stripped_by_a_tool() -> Notebook:
    """Some tools drop all metadata of cells but keep their ids."""
    notebook = filled(RIGHT)
    for found in notebook["cells"]:
        found["metadata"] = {}
    return notebook


def pasted_from_a_web_page() -> Notebook:
    spaces = RIGHT["quotient"].replace("    ", "\u00a0\u00a0\u00a0\u00a0")
    return filled(RIGHT | {"quotient": spaces})


def large_outputs_were_saved() -> Notebook:
    notebook = filled(RIGHT)
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    cell(notebook, "need")["outputs"] = [text]
    return notebook


def a_cell_of_another_exercise() -> Notebook:
    notebook = filled(RIGHT)
    stray = twin(notebook, "need", source="other = 1")
    stray["metadata"]["nbgrader"]["grade_id"] = "something-else"
    notebook["cells"].insert(4, stray)
    return notebook


CASES: list[Case] = [
    as_it_is, copied_answer_cell, copied_before_answering, copied_with_a_first_attempt,
    first_attempt_fails, copied_test_cell, split_between_statements, split_inside_a_function,
    answer_moved_below_its_test, items_in_another_order, answers_moved_to_the_end,
    deleted_test_cell, deleted_set_up, deleted_helper_of_the_master, edited_helper_of_the_master,
    answer_deleted_and_written_anew, own_cells_between, own_cell_that_fails, warnings_everywhere,
    logging_and_stderr, prints_and_a_progress_bar, warnings_as_errors_elsewhere,
    numbers_of_numpy_and_pandas, magics_and_shell, exit_after_the_answer, a_picture_is_drawn,
    set_up_was_edited, a_test_was_edited_by_accident, answer_turned_into_markdown,
    windows_line_ends, saved_with_a_byte_order_mark, saved_as_utf16,
    *[old_format(minor) for minor in range(6)], saved_by_colab, saved_by_vs_code,
    saved_by_jupyterlite, settings_stripped_by_a_tool, pasted_from_a_web_page,
    large_outputs_were_saved, a_cell_of_another_exercise,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_right_answer_keeps_all_its_marks(exam: Exam, tmp_path: Path, case: Case) -> None:
    graded = exam.grade(hand_in(tmp_path, case()))
    assert sum(earned(graded).values()) == ALL, graded.report
    assert graded.report.verdict == "PASS", graded.report


@pytest.mark.parametrize(
    "name", ["Copy of 08-exam.ipynb", "08-exam (1).ipynb", "08-exam-anna-final.ipynb"]
)
def test_a_renamed_file_is_found(exam: Exam, tmp_path: Path, name: str) -> None:
    hand_in(tmp_path, {"cells": [], "metadata": {}}, "scratch.ipynb")
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT), name))
    assert sum(earned(graded).values()) == ALL


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
    notebook["cells"].append(_free("markdown", "One more thought on who is missing."))
    steps = exam.grade(hand_in(tmp_path, notebook)).steps
    texts = [step.source for step in steps]
    assert "The small firms are missing." in texts
    assert "One more thought on who is missing." in texts
    assert RIGHT["reflection"] in texts


def test_an_essay_in_a_cell_beside_the_empty_one_is_found(exam: Exam, tmp_path: Path) -> None:
    notebook = filled({k: v for k, v in RIGHT.items() if k != "reflection"})
    notebook["cells"].append(_free("markdown", "I would ask the university."))
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
