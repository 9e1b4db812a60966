"""The learner's check: its words and exit codes, and that button and commands agree with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cohort_learners import serve, stop
from exam import NAME, RIGHT, blank, cell, filled, hand_in, needed_level

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.opening import LEARNER_CONFIG
from clusterlib.delivery.commands import start
from clusterlib.delivery.runner.exercise import find_exercise, own_exercise
from clusterlib.delivery.runner.submitted import read

CHECKOUT = Path(__file__).resolve().parents[1]
EXERCISES = sorted((CHECKOUT / "exercises").glob("*/*/*.ipynb"))
TEXT = "The small firms are missing."
BIN = Path(sys.executable).parent


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The exercise as released, in a folder of its own."""
    path = tmp_path / "released" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(blank()), encoding="utf-8")
    return path


def ready() -> dict[str, object]:
    """Return the exercise with every answer right and a text for the task."""
    notebook = filled(RIGHT)
    for found in notebook["cells"]:
        if found["source"] == "Your text:":
            found["source"] = TEXT
    return notebook


def check(folder: Path, released: Path) -> int:
    return main(["check", str(folder / f"{NAME}.ipynb"), "--exercise", str(released)])


def test_all_is_well(tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(hand_in(tmp_path, ready()), released) == 0
    told = capsys.readouterr().out.splitlines()
    assert "- Which need is largest?: answered, the visible test passes" in told
    assert "- Looking back: answered, for your trainer" in told
    assert told[-1] == "6 of 6 tasks are answered with no complaint: ready to hand in"


def test_a_warning_and_a_print_never_fail(tmp_path: Path, released: Path) -> None:
    notebook = ready()
    noisy = (
        "import warnings, sys\nwarnings.warn('x')\nprint('error', file=sys.stderr)\nneed = 'C04'"
    )
    cell(notebook, "need")["source"] = noisy
    assert check(hand_in(tmp_path, notebook), released) == 0


def test_what_is_open_is_said(
    tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = ready()
    cell(notebook, "share")["source"] = "share = 4"
    cell(notebook, "need")["source"] = cell(blank(), "need")["source"]
    assert check(hand_in(tmp_path, notebook), released) == 1
    told = capsys.readouterr().out
    assert "not answered: write a code in quotes" in told
    assert "the visible test does not pass: a share lies between 0 and 1" in told
    assert "4 of 6 tasks" in told


def test_an_answer_that_is_visibly_right_and_really_wrong_passes_the_check(
    tmp_path: Path, released: Path
) -> None:
    notebook = ready()
    cell(notebook, "need")["source"] = 'need = "C99"'
    assert check(hand_in(tmp_path, notebook), released) == 0


@pytest.mark.parametrize("body", ["", "{", '[{"cells": 1}]', "\x00" * 100])
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    assert check(hand_in(tmp_path, body), released) == 2
    assert "NOT READY, MALFORMED" in capsys.readouterr().out


def test_changed_settings_links_and_size_are_refused(
    tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = ready()
    cell(notebook, "need-test")["metadata"]["nbgrader"]["points"] = 100
    assert check(hand_in(tmp_path / "a", notebook), released) == 2
    assert "TAMPERED" in capsys.readouterr().out
    folder = hand_in(tmp_path / "b", ready())
    (folder / "data.csv").symlink_to("/etc/hostname")
    assert check(folder, released) == 2
    assert "data.csv is a link or special file" in capsys.readouterr().out
    assert (folder / "data.csv").is_symlink()
    folder = hand_in(tmp_path / "c", ready())
    os.truncate(folder / f"{NAME}.ipynb", 60_000_000)
    assert check(folder, released) == 2
    assert "larger than 50 MB" in capsys.readouterr().out


def test_what_cannot_be_checked_is_said(
    tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "nothing.ipynb")]) == 3
    other = tmp_path / "other.ipynb"
    other.write_text('{"cells": [], "metadata": {}}', encoding="utf-8")
    assert main(["check", str(other)]) == 3
    assert main(["check", str(released), "--exercise", str(other)]) == 3
    told = capsys.readouterr().out
    assert "there is no file" in told
    assert "nothing in it is graded" in told


def test_a_file_among_other_things_is_checked_alone(
    tmp_path: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    (downloads / "link").symlink_to("/etc/hostname")
    (downloads / "film.mkv").touch()
    os.truncate(downloads / "film.mkv", 10**10)
    path = downloads / f"{NAME} (1).ipynb"
    path.write_text(json.dumps(ready()), encoding="utf-8")
    assert main(["check", str(path), "--exercise", str(released)]) == 0


def test_without_the_exercise_the_file_itself_tells_what_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    path = hand_in(tmp_path, ready()) / f"{NAME}.ipynb"
    assert main(["check", str(path)]) == 0
    path.write_text(json.dumps(blank()), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().out.count("not answered") >= 5
    notebook = ready()
    cell(notebook, "need-test")["source"] = "pass"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert 'not as released: "need-test"' in capsys.readouterr().out


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_exercise_is_found_and_its_checksums_are_ours(path: Path, tmp_path: Path) -> None:
    submitted = read(path)
    known = [found for found in submitted.cells if found.grade_id]
    assert known
    assert all(found.as_released for found in known)
    place = own_exercise(submitted, path.stem)
    assert place is not None
    assert [c.source for c in place.master.cells if c.name] == [c.source for c in known]
    copy = tmp_path / f"{path.stem}.ipynb"
    copy.write_bytes(path.read_bytes())
    found = find_exercise(copy, submitted)
    assert found is not None
    assert found.folder == path.parent
    here = find_exercise(path, submitted)
    assert here is not None
    assert here.folder is None
    assert len(here.master.cells) == len(submitted.cells)


def test_it_starts_without_nbgrader() -> None:
    modules = "nbgrader", "pandas", "nbformat", "IPython"
    program = (
        "import sys; import clusterlib.delivery.runner.preflight, clusterlib.delivery.cli as c\n"
    )
    program += f"c.make_parser(['check']); print([m for m in {modules} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.fixture
def home(tmp_path: Path, released: Path) -> Path:
    """A learner's folder with the settings of a cohort and its released exercise."""
    home, exchange = tmp_path / "home", tmp_path / "exchange"
    outbound = exchange / "d-27-ngo" / "outbound" / NAME
    outbound.mkdir(parents=True)
    (outbound / released.name).write_bytes(released.read_bytes())
    (home / ".jupyter").mkdir(parents=True)
    text = LEARNER_CONFIG.format(course_id="d-27-ngo", exchange=str(exchange))
    (home / ".jupyter" / "nbgrader_config.py").write_text(text, encoding="utf-8")
    return home


def environment(home: Path) -> dict[str, str]:
    own = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / ".jupyter")}
    return os.environ | own | {"PATH": f"{BIN}:{os.environ['PATH']}"}


def validate(home: Path, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbgrader", "validate", str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=home, env=environment(home))


def test_nbgrader_validate_says_the_same_with_the_same_codes(home: Path) -> None:
    needed_level()
    right = hand_in(home / "a", ready()) / f"{NAME}.ipynb"
    wrong = hand_in(home / "b", filled(RIGHT | {"share": "share = 4"})) / f"{NAME}.ipynb"
    broken = hand_in(home / "c", "{") / f"{NAME}.ipynb"
    for path, code in ((right, 0), (wrong, 1), (broken, 2)):
        done = validate(home, path)
        own = subprocess.run(
            [str(BIN / "cluster-course"), "check", str(path)],
            capture_output=True, text=True, cwd=home, env=environment(home),
        )  # fmt: skip
        assert (done.returncode, own.returncode) == (code, code), done.stdout + done.stderr
        if code == 1:
            assert "a share lies between 0 and 1" in done.stdout
            assert "a share lies between 0 and 1" in own.stdout


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[str]:
    """A Jupyter server as `cluster-course start` sets it up, in the learner's folder."""
    process, address = serve(
        tmp_path / "log.txt", sys.executable, f"--ServerApp.root_dir={home}",
        cwd=home, env=environment(home) | {"JUPYTER_CONFIG_PATH": str(start.TRAINEE_LAB)},
    )  # fmt: skip
    yield address
    stop(process)


def press_validate(address: str, path: str) -> tuple[int, str]:
    body = urllib.parse.urlencode({"path": path}).encode()
    headers = {"Authorization": "token t"}
    request = urllib.request.Request(f"{address}/assignments/validate", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_button_says_the_same(home: Path, server: str) -> None:
    (home / ".jupyter" / "nbgrader_config.py").unlink()
    hand_in(home / "a", ready())
    hand_in(home / "b", filled(RIGHT | {"share": "share = '<img src=x onerror=alert(1)>'"}))
    assert press_validate(server, f"a/anna/{NAME}/{NAME}.ipynb") == (
        200, '{"success": true, "value": {}}',
    )  # fmt: skip
    status, said = press_validate(server, f"b/anna/{NAME}/{NAME}.ipynb")
    failed = json.loads(said)["value"]["failed"]
    assert status == 200
    assert [row["source"] for row in failed][:1] != []
    assert "<img" not in said
    assert any("visible test does not pass" in row["raw_error"] for row in failed)
