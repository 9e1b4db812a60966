"""Every attack of the table, and more: none gains a mark, touches anything, or stops the class.

Each file in rows/ holds one attack: its header names what it does, the verdict, the marks of the
attacked answers (all others are right and keep theirs), and what must not happen.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import shapes
from attacks import SECONDS, Row, read_rows
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
    solution,
)

from clusterlib.delivery.runner.box import Limits
from clusterlib.delivery.runner.exporter import as_notebook

ROWS = [row for row in read_rows() if not row.bundle]
TOKEN = "token-of-the-grader-5fb1"
MARKER = "97.531"
BOUND = 4_000_000


@dataclass(frozen=True)
class Trainer:
    """What attacks are after: files of the trainer, a token, and a server that counts visits."""

    folder: Path
    port: int
    visits: list[bytes]

    def state(self) -> dict[str, str]:
        """Return a fingerprint of every file."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    folder = tmp_path_factory.mktemp("trainer")
    for place in ("solutions", f"submitted/bela/{NAME}"):
        (folder / place).mkdir(parents=True)
    (folder / "solutions" / f"{NAME}.ipynb").write_text(json.dumps(solution()), encoding="utf-8")
    (folder / "submitted" / "bela" / NAME / f"{NAME}.ipynb").write_text("{}", encoding="utf-8")
    (folder / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    book = sqlite3.connect(folder / "gradebook.db")
    book.execute("CREATE TABLE grade (name TEXT, auto_score REAL)")
    book.execute("INSERT INTO grade VALUES ('bela', 1)")
    book.commit()
    book.close()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    visits: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            visits.append(b"a visit")
            connection.close()

    threading.Thread(target=listen, daemon=True).start()
    yield Trainer(folder, server.getsockname()[1], visits)
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def prepare(attack: Row, trainer: Trainer, folder: Path) -> Path:
    """Write an attack as anna hands it in; return her folder."""
    answers = {
        name: source.replace("@TRAINER@", str(trainer.folder)).replace("@PORT@", str(trainer.port))
        for name, source in attack.answers.items()
    }
    notebook = filled(RIGHT | answers)
    if attack.shape:
        getattr(shapes, attack.shape)(notebook, folder, trainer.folder)
    else:
        hand_in(folder, notebook)
    return folder / "anna" / NAME


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
            assert not [test for test in HIDDEN.values() if test.split("\n")[0] in shown]


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
