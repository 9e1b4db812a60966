"""What attacks are after: a trainer's files, a token and a server; all of it decoys."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapes
from attacks import Row
from exam import HIDDEN, NAME, RIGHT, filled, hand_in, solution

TOKEN = "token-of-the-grader-5fb1"
MARKER = "97.531"
# More than this of one hand-in a grader's page does not bear.
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


@contextlib.contextmanager
def make_trainer(folder: Path) -> Iterator[Trainer]:
    """Lay out what a trainer has, open to everybody, and listen for visitors."""
    for place in ("solutions", f"submitted/bela/{NAME}"):
        (folder / place).mkdir(parents=True)
    (folder / "solutions" / f"{NAME}.ipynb").write_text(json.dumps(solution()), encoding="utf-8")
    (folder / "submitted" / "bela" / NAME / f"{NAME}.ipynb").write_text(
        '{"by": "bela"}', encoding="utf-8"
    )
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


def tells_hidden_tests(shown: str) -> bool:
    """Say whether a text holds a hidden test, however often it was quoted on its way."""
    plain = shown.replace("\\", "").replace("'", '"')
    return any(test.split("\n")[0] in plain for test in HIDDEN.values())
