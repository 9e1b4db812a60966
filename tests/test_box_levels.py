"""The levels of the box: each grades, the strong ones wall in, weak is announced, none is asked."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from exam import ALL, RIGHT, Exam, earned, filled, hand_in, needed_level

from clusterlib.delivery.cli import CommandError, main
from clusterlib.delivery.runner import box
from clusterlib.delivery.runner.box import NO_WALLS, Level, Limits, measure
from clusterlib.delivery.runner.hall import Ended, Hall

LOOK = (
    "import os, socket\n"
    "try:\n    socket.create_connection(('127.0.0.1', PORT), 1); net = True\n"
    "except OSError:\n    net = False\n"
    "print(os.getuid() == 0, os.path.exists('/etc/passwd'), net, os.environ.get('SECRET'))"
)
LEAVE = (
    "import subprocess\nneed = 'C04'\n"
    "subprocess.Popen(['sh', '-c', '(sleep 93.117 &) ; sleep 93.117'], start_new_session=True)"
)


@pytest.fixture(scope="module", params=["full", "slow", "weak", "none"])
def exam(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exam]:
    needed_level()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", "of the trainer")
        exam = Exam(tmp_path_factory.mktemp("exam"), Limits(cell_seconds=5))
        exam.hall = Hall(Level(request.param, "for a test"), exam.hall.limits)
        yield exam
        exam.hall.close()


def test_a_right_answer_passes_at_every_level(exam: Exam, tmp_path: Path) -> None:
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT)))
    assert sum(earned(graded).values()) == ALL, graded.report
    assert graded.report.level == exam.hall.level.name


def test_what_the_code_sees(exam: Exam) -> None:
    child = exam.hall.child()
    server = socket.create_server(("127.0.0.1", 0))
    look = LOOK.replace("PORT", str(server.getsockname()[1]))
    try:
        said = child.ask({"do": "run", "source": look}, 20)["outputs"][0]["text"].split()
    finally:
        child.close()
        server.close()
    as_root, passwd, network, secret = said
    assert secret == "None"
    assert as_root == str(exam.hall.level.name == "none" and os.geteuid() == 0)
    if exam.hall.level.safe:
        assert (passwd, network) == ("False", "False")


def test_no_process_outlives_its_submission(exam: Exam, tmp_path: Path) -> None:
    exam.grade(hand_in(tmp_path, filled(RIGHT | {"need": LEAVE})))
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 93.117" not in left


def test_the_end_of_python_costs_one_answer_at_every_level(exam: Exam, tmp_path: Path) -> None:
    graded = exam.grade(hand_in(tmp_path, filled(RIGHT | {"need": "import os\nos._exit(1)"})))
    assert earned(graded) == {"need": 0, "share": 3, "quotient": 5, "gaps": 4}
    assert graded.report.verdict == "CRASH"


@pytest.mark.parametrize("wanted", ["none", "off", "no", "None: I trust everybody"])
def test_no_walls_must_be_asked_for_in_so_many_words(
    monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    monkeypatch.setenv(box.SWITCH, wanted)
    with pytest.raises(CommandError, match="leave it unset"):
        measure()
    assert main(["doctor"]) == 1


def test_the_doctor_says_level_and_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needed_level()
    monkeypatch.delenv(box.SWITCH, raising=False)
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.startswith(("level: full", "level: slow"))
    monkeypatch.setenv(box.SWITCH, "weak")
    assert main(["doctor"]) == 1
    assert "level: weak" in capsys.readouterr().out
    monkeypatch.setenv(box.SWITCH, NO_WALLS)
    assert main(["doctor"]) == 1
    assert "level: none" in capsys.readouterr().out


def test_without_bubblewrap_the_level_is_weak_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(box.SWITCH, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    box._measured.cache_clear()
    try:
        level = measure()
    finally:
        box._measured.cache_clear()
    assert (level.name, level.safe) == ("weak", False)
    assert "apt install bubblewrap" in level.reason


def test_an_ordinary_account_can_make_the_box() -> None:
    """Trainers are seldom root: namespaces are to be had without its rights."""
    needed_level()
    if os.geteuid() != 0:
        assert measure().safe
        return
    command = "bwrap --unshare-all --ro-bind /usr /usr --symlink usr/lib /lib --proc /proc"
    command += " --symlink usr/lib64 /lib64 --dev /dev /usr/bin/true"
    ran = subprocess.run(command.split(), user="nobody", cwd="/", capture_output=True)
    assert ran.returncode == 0, ran.stderr


def test_a_box_that_ended_starts_anew() -> None:
    hall = Hall(needed_level(), Limits())
    try:
        hall.child().close()
        assert hall.warm is not None
        assert hall.warm.process is not None
        hall.warm.process.kill()
        hall.warm.process.wait()
        child = hall.child()
        assert child.ask({"do": "run", "source": "1"}, 20)["error"] is None
        child.close()
    finally:
        hall.close()
    with pytest.raises(Ended, match="stopped"):
        hall.child()
