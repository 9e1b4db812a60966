"""What takes too long, or ends Python, costs its own answer and none of those below it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from exam import RIGHT, Exam, earned, filled, hand_in, needed_level

from clusterlib.delivery.runner.box import Limits

LOOP = "while True:\n    pass"
DEAF = (
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True:\n    try:\n        while True:\n            pass\n"
    "    except BaseException:\n        pass"
)
END = "import os\nos._exit(3)"


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    needed_level()
    limits = Limits(cell_seconds=1, submission_seconds=2)
    exam = Exam(tmp_path_factory.mktemp("exam"), limits)
    yield exam
    exam.hall.close()


@pytest.mark.parametrize(("bad", "verdict"), [(LOOP, "TIME"), (DEAF, "TIME"), (END, "CRASH")])
def test_the_last_answer_counts_after_three_that_ran_away(
    exam: Exam, tmp_path: Path, bad: str, verdict: str
) -> None:
    begun = time.monotonic()
    answers = RIGHT | dict.fromkeys(("need", "share", "quotient"), bad)
    graded = exam.grade(hand_in(tmp_path, filled(answers)))
    assert earned(graded) == {"need": 0, "share": 0, "quotient": 0, "gaps": 4}, graded.report
    assert graded.report.verdict == verdict
    assert time.monotonic() - begun < 60


def test_cells_that_a_learner_added_cannot_use_up_the_time_of_answers(
    exam: Exam, tmp_path: Path
) -> None:
    notebook = filled(RIGHT)
    added = [
        {"cell_type": "code", "metadata": {}, "source": LOOP, "outputs": []} for _ in range(30)
    ]
    notebook["cells"][2:2] = [cell | {"execution_count": None} for cell in added]
    begun = time.monotonic()
    graded = exam.grade(hand_in(tmp_path, notebook))
    assert earned(graded) == {"need": 2, "share": 3, "quotient": 5, "gaps": 4}, graded.report
    assert graded.report.verdict == "TIME"
    assert time.monotonic() - begun < 30


def test_a_function_without_end_costs_its_own_test(exam: Exam, tmp_path: Path) -> None:
    never = "def quotient(own, total, own_all, total_all):\n    while True:\n        pass"
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT | {"quotient": never, "need": LOOP})))
    assert earned(graded) == {"need": 0, "share": 3, "quotient": 0, "gaps": 4}, graded.report
