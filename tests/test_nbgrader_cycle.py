"""The whole nbgrader cycle on disk, with learners who use plain nbgrader from their own homes.

As root the learners are three real accounts of the operating system, where those can run Python at
all; else they share one account and are told apart by their id.
"""

from __future__ import annotations

import csv
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from cohort_learners import ACCOUNT_PYTHON, BIN, COHORT, Learner, get, serve, stop
from cohort_tree import (
    HIDDEN,
    MARK_SCHEME,
    MODULE,
    TRAINER_NOTE,
    fill_in,
    make_course,
    roster,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.opening import learner_config
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)
RIGHT = {"top-need": 'top_need = "C04"', "share": "share = 24 / 60", "reflection": "Ask first."}
PARTLY = {"top-need": 'top_need = "C04"', "share": "share = 24", "reflection": "I would wait."}


@dataclass(frozen=True)
class Scene:
    """A released course with three learners: right, partly right, empty."""

    cohort: Cohort
    anna: Learner
    bela: Learner
    cili: Learner


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    # Other accounts cannot pass pytest's own temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="cohort-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def learners(base: Path) -> Iterator[list[Learner]]:
    made = []
    for name in ("anna", "bela", "cili"):
        learner = Learner(f"cl{os.getpid()}{name}", base / name, ACCOUNT_PYTHON or sys.executable)
        if ACCOUNT_PYTHON:
            subprocess.run(
                ["useradd", "--create-home", "--home-dir", learner.home, learner.id], check=True
            )
        else:
            learner.home.mkdir()
        learner.home.chmod(0o700)
        made.append(learner)
    yield made
    for learner in made:
        if ACCOUNT_PYTHON:
            subprocess.run(["userdel", learner.id], check=True)


@pytest.fixture(scope="module")
def scene(base: Path, learners: list[Learner]) -> Iterator[Scene]:
    """Open the cohort, release, and let everybody fetch, work and submit."""
    root = make_course(base / "tree")
    (root / "solutions" / "government" / MODULE / "answers.csv").write_text("C04", encoding="utf-8")
    for name in ("answers.txt", "notes.md", ".env", "key.xlsx"):
        (root / "solutions" / "government" / MODULE / name).write_text("C04", encoding="utf-8")
    (root / "exercises" / "government" / MODULE / "model.csv").write_text("C04", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLUSTER_COURSE", str(root / "course"))
        patch.delenv("CLUSTER_COHORT", raising=False)
        people = [f"{person.id},{person.id[-4:].title()},Kis," for person in learners]
        listed = str(roster(base / "roster.csv", *people))
        new = ["cohort", "new", COHORT, "--audience", "government", "--roster", listed]
        assert main([*new, "--timezone", "Europe/Budapest", "--exchange", str(base / "ex")]) == 0
        assert main(["release", COHORT, MODULE, "--due", "2027-03-28 23:59"]) == 0
        scene = Scene(all_cohorts(root)[0], *learners)
        for learner in learners:
            _give_config(scene.cohort, learner)
        with ThreadPoolExecutor(2) as together:
            jobs = [
                together.submit(_hand_in, learner, answers)
                for learner, answers in zip(learners, (RIGHT, PARTLY, {}), strict=True)
            ]
            for job in jobs:
                job.result()
        assert main(["collect", COHORT, MODULE]) == 0
        yield scene


def _give_config(cohort: Cohort, learner: Learner) -> None:
    text = learner_config(cohort).read_text(encoding="utf-8")
    if not ACCOUNT_PYTHON:
        text += f'c.CourseDirectory.student_id = "{learner.id}"\n'
    folder = learner.home / ".jupyter"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")
    if ACCOUNT_PYTHON:
        for path in (folder, folder / "nbgrader_config.py"):
            shutil.chown(path, learner.id, learner.id)


def _hand_in(learner: Learner, answers: dict[str, str]) -> None:
    learner.nbgrader("fetch_assignment", MODULE)
    fill_in(learner.folder / MODULE / f"{MODULE}.ipynb", answers)
    learner.nbgrader("submit", MODULE)


def _trees(root: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in ("solutions", "exercises")
        for path in sorted((root / folder).rglob("*.ipynb"))
    }


@pytest.fixture(scope="module")
def graded(scene: Scene) -> Scene:
    """Grade everybody, after everything was collected."""
    before = _trees(scene.cohort.root)
    assert main(["grade", COHORT, MODULE]) == 0
    assert _trees(scene.cohort.root) == before
    return scene


@pytest.fixture(scope="module")
def returned(graded: Scene) -> Scene:
    """Mark by hand as a trainer does in the formgrader, then give feedback and let all fetch it."""
    assert main(["feedback", COHORT, MODULE]) == 0
    assert not list((graded.cohort.exchange / graded.cohort.course_id / "feedback").iterdir())
    with open_gradebook(graded.cohort) as gradebook:
        for learner in (graded.anna, graded.bela):
            for cell, score in (("who-is-missing", 3.5), ("reflection", 4.0)):
                grade = gradebook.find_grade(cell, MODULE, MODULE, learner.id)
                grade.manual_score, grade.needs_manual_grade = score, False
        comment = gradebook.find_comment("reflection", MODULE, MODULE, graded.anna.id)
        comment.manual_comment = "A word for Anna alone"
        gradebook.db.commit()
    assert main(["feedback", COHORT, MODULE]) == 0
    assert main(["feedback", COHORT, MODULE, "--early"]) == 0
    with ThreadPoolExecutor(2) as together:
        list(together.map(lambda one: one.nbgrader("fetch_feedback", MODULE), _all(graded)))
    return graded


def _all(scene: Scene) -> tuple[Learner, ...]:
    return (scene.anna, scene.bela, scene.cili)


def test_the_learner_gets_the_built_exercise_and_nothing_else(scene: Scene) -> None:
    outbound = scene.cohort.exchange / scene.cohort.course_id / "outbound" / MODULE
    assert [path.name for path in outbound.iterdir()] == [f"{MODULE}.ipynb"]
    published = (outbound / f"{MODULE}.ipynb").read_bytes()
    assert published == scene.cohort.exercise(MODULE).read_bytes()
    fetched = scene.cili.folder / MODULE / f"{MODULE}.ipynb"
    text = fetched.read_text(encoding="utf-8")
    for secret in ("C04", HIDDEN, MARK_SCHEME, TRAINER_NOTE):
        assert secret not in text


def test_plain_nbgrader_generate_does_not_leak_stray_files(scene: Scene) -> None:
    """The formgrader's Generate button and the plain command read the same configuration."""
    environment = os.environ | {"PATH": f"{BIN}:/usr/bin:/bin"}
    before = _trees(scene.cohort.root)
    result = subprocess.run(
        ["nbgrader", "generate_assignment", MODULE, "--force"],
        cwd=scene.cohort.folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    folder = scene.cohort.exercise(MODULE).parent
    assert sorted(path.name for path in folder.iterdir()) == [f"{MODULE}.ipynb"]
    # The same cells; nbgrader writes the file without the build's line end.
    exercise = str(scene.cohort.exercise(MODULE))
    text = {path: nbformat.reads(content.decode(), 4) for path, content in before.items()}
    assert nbformat.read(exercise, 4) == text[exercise]
    Path(exercise).write_bytes(before[exercise])


def test_a_learner_can_check_the_work_with_plain_nbgrader(scene: Scene) -> None:
    path = f"{COHORT}-government/{MODULE}/{MODULE}.ipynb"
    assert "24 of 60 replied" in scene.bela.nbgrader("validate", path)


def test_right_partly_wrong_and_empty_work_earn_what_they_should(graded: Scene) -> None:
    scores = {
        learner.home.name: marks(graded.cohort, MODULE, learner.id) for learner in _all(graded)
    }
    assert {name: found.score for name, found in scores.items()} == {
        "anna": 5,  # in spite of a warning on stderr
        "bela": 2,
        "cili": 0,
    }
    assert {found.maximum for found in scores.values()} == {14}
    # Task and essay wait for a person; nbgrader gives an untouched essay 0 by itself.
    assert {name: found.open_marks for name, found in scores.items()} == {
        "anna": 2,
        "bela": 2,
        "cili": 1,
    }


def test_grading_again_does_nothing_until_something_is_new(
    graded: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", COHORT, MODULE]) == 0
    assert "3 collected, 0 to grade" in capsys.readouterr().out


def test_fetched_feedback_is_ones_own(returned: Scene) -> None:
    for learner in _all(returned):
        pages = list(learner.folder.glob(f"{MODULE}/feedback/*/*.html"))
        assert [page.name for page in pages] == [f"{MODULE}.html"]
        text = pages[0].read_text(encoding="utf-8")
        assert ("A word for Anna alone" in text) == (learner is returned.anna)


def test_feedback_names_are_secret_and_the_folder_cannot_be_listed(returned: Scene) -> None:
    folder = returned.cohort.exchange / returned.cohort.course_id / "feedback"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    names = [path.stem for path in folder.iterdir()]
    assert len(names) == 3
    assert all(len(name) == 32 for name in names)


@pytest.mark.skipif(
    ACCOUNT_PYTHON is None,
    reason="needs root and a Python that other accounts of this computer can run",
)
def test_another_account_reads_no_feedback_and_no_work(returned: Scene) -> None:
    course = returned.cohort.exchange / returned.cohort.course_id
    for closed in (course / "feedback", course / "inbound", returned.cohort.folder):
        assert returned.bela.run("ls", str(closed)).returncode != 0
    guess = returned.bela.run("sh", "-c", f"cat {course}/feedback/*.html")
    assert guess.returncode != 0
    assert "A word for Anna alone" not in guess.stdout
    assert returned.bela.run("cat", str(returned.cohort.folder / "gradebook.db")).returncode != 0
    # Asking for Anna's feedback by her name finds Bela's own at most: the name holds a secret.
    other = returned.bela.run(
        returned.bela.python, "-m", "nbgrader", "fetch_feedback", f"--student={returned.anna.id}"
    )
    pages = list(returned.bela.folder.glob(f"{MODULE}/feedback/*/*.html"))
    assert all("A word for Anna alone" not in page.read_text() for page in pages), other.stderr
    # Nor can a learner rename the course in the exchange and put another in its place.
    assert returned.bela.run("mv", str(course), str(course) + "-gone").returncode != 0


def test_a_listable_feedback_folder_is_closed_again(returned: Scene) -> None:
    folder = returned.cohort.exchange / returned.cohort.course_id / "feedback"
    folder.chmod(0o755)
    assert main(["feedback", COHORT, MODULE]) == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711


def _table(path: Path, separator: str = ",") -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return {row["id"]: row for row in csv.DictReader(source, delimiter=separator)}


def test_export_has_points_of_tests_and_hands_and_blanks_for_what_is_open(
    returned: Scene, tmp_path: Path
) -> None:
    assert main(["export", COHORT, "--to", str(tmp_path)]) == 0
    raw = (tmp_path / "grades.csv").read_bytes()
    assert raw.count(b"\r\n") == 4
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = _table(tmp_path / "grades.csv")
    fields = ("auto", "manual", "total", "max", "late", "state")
    found = {
        learner.home.name: [rows[learner.id][f"{MODULE} {field}"] for field in fields]
        for learner in _all(returned)
    }
    assert found == {
        "anna": ["5", "7.5", "12.5", "14", "0", "graded"],
        "bela": ["2", "7.5", "9.5", "14", "0", "graded"],
        "cili": ["0", "", "", "14", "0", "to mark by hand"],
    }
    with (tmp_path / "grades-cells.csv").open(encoding="utf-8", newline="") as source:
        cells = list(csv.DictReader(source))
    assert len(cells) == 3 * 4
    assert {row["duedate"] for row in cells} == {"2027-03-28T21:59:00Z"}


def test_export_for_excel_has_decimal_commas(returned: Scene, tmp_path: Path) -> None:
    assert main(["export", COHORT, "--excel", "--to", str(tmp_path)]) == 0
    path = tmp_path / "grades-excel.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert _table(path, ";")[returned.anna.id][f"{MODULE} total"] == "12,5"
    assert main(["export", COHORT, "--to", str(tmp_path / "absent")]) == 1


def test_show_tells_deadline_in_both_zones_and_the_way_to_the_formgrader(
    graded: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "show", COHORT]) == 0
    assert main(["grade", COHORT, MODULE, "--open"]) == 0
    text = capsys.readouterr().out
    assert "Sun 28 Mar 2027 23:59 (Europe/Budapest, UTC+02:00) = 2027-03-28 21:59 UTC" in text
    assert "collected 3, graded 3" in text
    assert f"/formgrader/gradebook/{MODULE}/{MODULE}" in text


def test_the_formgrader_shows_the_mark_scheme(graded: Scene, tmp_path: Path) -> None:
    cohort = graded.cohort
    with open_gradebook(cohort) as gradebook:
        page = gradebook.find_submission_notebook(MODULE, MODULE, graded.bela.id).id
    server, address = serve(
        tmp_path / "server.log",
        sys.executable,
        f"--ServerApp.root_dir={cohort.root}",
        cwd=cohort.folder,
    )
    try:
        text = get(f"{address}/formgrader/submissions/{page}/")
        assert MARK_SCHEME in text
        assert "I would wait." in text
        listed = get(f"{address}/formgrader/api/assignments")
        assert f'"name": "{MODULE}"' in listed
        assert '"num_submissions": 3' in listed
    finally:
        stop(server)


def test_the_assignment_list_of_jupyterlab_shows_the_release(scene: Scene, tmp_path: Path) -> None:
    anna = scene.anna
    server, address = serve(tmp_path / "server.log", anna.python, **anna.process)
    try:
        text = get(f"{address}/assignments?course_id={scene.cohort.course_id}")
        assert f'"assignment_id": "{MODULE}"' in text
        assert '"status": "fetched"' in text
        assert '"success": true' in text
    finally:
        stop(server)
