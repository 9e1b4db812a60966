"""Every attack of the table, and more: none gains a mark, touches anything, or stops the class.

Each file in rows/ holds one attack: its header names what it does, the verdict, the marks of the
attacked answers (all others are right and keep theirs), and what must not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from attacks import SECONDS, Row, read_rows
from decoys import BOUND, MARKER, TOKEN, Trainer, make_trainer, prepare, tells_hidden_tests
from exam import (
    ALL,
    HIDDEN,
    NAME,
    RIGHT,
    Exam,
    assert_check_agrees,
    earned,
    filled,
    hand_in,
)

from clusterlib.delivery.runner.box import Limits
from clusterlib.delivery.runner.exporter import as_notebook

ROWS = [row for row in read_rows() if not row.bundle]


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    with make_trainer(tmp_path_factory.mktemp("trainer")) as trainer:
        yield trainer


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    limits = Limits(cell_seconds=SECONDS, submission_seconds=90, memory_mb=600, disk_mb=50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
        exam = Exam(tmp_path_factory.mktemp("exam"), limits)
        yield exam
        exam.hall.close()


@pytest.mark.parametrize("attack", ROWS, ids=lambda row: row.name)
def test_an_attack_gains_nothing_and_harms_nobody(
    exam: Exam, trainer: Trainer, tmp_path: Path, attack: Row
) -> None:
    before = trainer.state()
    place = prepare(attack, trainer, tmp_path)
    exam.hall.limits = replace(exam.hall.limits, cell_seconds=attack.seconds)
    graded = exam.grade(place)
    assert earned(graded) == attack.earned, graded.report
    assert str(graded.report.verdict) in attack.expect.split(" or "), graded.report
    assert trainer.state() == before
    assert not trainer.visits
    assert not _processes_left()
    assert not [found for found in place.rglob("*") if found.is_symlink() or not _plain(found)]
    _check_what_is_shown(exam, graded)


@pytest.mark.parametrize("attack", ROWS, ids=lambda row: row.name)
def test_the_check_before_handing_in_agrees_with_the_grader(
    exam: Exam, trainer: Trainer, tmp_path: Path, attack: Row
) -> None:
    before = trainer.state()
    place = prepare(attack, trainer, tmp_path)
    exam.hall.limits = replace(exam.hall.limits, cell_seconds=attack.seconds)
    assert_check_agrees(exam, place / f"{NAME}.ipynb")
    assert trainer.state() == before
    assert not trainer.visits
    assert not _processes_left()


def _plain(path: Path) -> bool:
    return path.is_file() or path.is_dir()


def _processes_left() -> list[str]:
    left = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if f"sleep {MARKER}" in command:
                left.append(command)
    return left


def _check_what_is_shown(exam: Exam, graded: object) -> None:
    notebook = as_notebook(exam.master, graded)
    assert len(json.dumps(notebook)) < BOUND
    for cell in notebook["cells"]:
        own = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        shown = json.dumps(cell.get("outputs", []))
        if cell["cell_type"] == "markdown":
            shown = cell["source"].lower()
            assert "](javascript" not in shown
            assert "](data:" not in shown
            assert "\n[ref]:" not in shown
        assert "<script" not in shown
        assert "onerror=" not in shown or "&lt;img" in shown
        assert TOKEN not in shown
        if not own.endswith("-test"):
            assert not tells_hidden_tests(shown)


def test_the_class_goes_on_after_every_attack(exam: Exam, tmp_path: Path) -> None:
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT)))
    assert sum(earned(graded).values()) == ALL


def test_nothing_passes_from_one_hand_in_to_the_next(exam: Exam, tmp_path: Path) -> None:
    attack = next(row for row in ROWS if row.name == "own-15-leave-a-letter")
    for name in ("first", "second"):
        graded = exam.grade(hand_in(tmp_path / name, filled(RIGHT | attack.answers)))
        assert earned(graded)["need"] == 0


def test_hidden_tests_and_model_answers_are_not_in_the_box(exam: Exam) -> None:
    """Look through the memory of the learner's process itself."""
    child = exam.hall.child()
    secret = HIDDEN["share"][8:40]
    try:
        search = (
            "import gc\n"
            f"found = [o for o in gc.get_objects() if isinstance(o, str) and {secret[:9]!r} + "
            f"{secret[9:]!r} in o]\nlen(found)"
        )
        answer = child.ask({"do": "run", "source": search}, 20)
    finally:
        child.close()
    assert answer["outputs"][0]["data"]["text/plain"] == "0"


def test_every_row_of_the_table_is_here() -> None:
    names = [row.name for row in read_rows()]
    assert {int(name[:2]) for name in names if name[0].isdigit()} == set(range(1, 44))
    assert len([name for name in names if name.startswith("own-")]) >= 10


def test_every_row_says_how_plain_nbgrader_fares() -> None:
    told = {row.name: row.plain.split(" or ")[0] for row in read_rows()}
    assert set(told.values()) == {"broken", "blocks", "honest-loss", "safe"}, told
