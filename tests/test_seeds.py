"""A case for each cohort, or for each learner: the seed is the trainer's, copies gain nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from cohort_tree import (
    CHECKOUT,
    fill_in,
    make_course,
    model_answers,
    roster,
    start_of,
    with_other_figures,
)
from exam import needed_level
from hypothesis import given
from hypothesis import strategies as st

from clusterlib.delivery.building.release import release
from clusterlib.delivery.cli import CommandError, main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.delivery.cohorts.seeds import PROVED, Proof, first_loss
from clusterlib.delivery.cohorts.session import Session
from clusterlib.delivery.runner import seeding
from clusterlib.delivery.runner.preflight import check_file
from clusterlib.delivery.runner.seeding import OTHER_CASE
from clusterlib.portfolio.own_seed import learner_seed, own_id

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)
MODULE = "03-mapping"
# What an answer to an item of 03-mapping is worth that was worked out with other figures.
KEPT = {"firm-test": 2.0}


# --- the seed in a cell ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('case = clusterlib.load_case("ngo")', 'case = clusterlib.load_case("ngo", seed=7)'),
        ("c = load_case('ngo',)\nc", "c = load_case('ngo', seed=7,)\nc"),
        ('%time\nx = load_case("ngo") # é', '%time\nx = load_case("ngo", seed=7) # é'),
        ('a, b = "ő", load_case("ngo")', 'a, b = "ő", load_case("ngo", seed=7)'),
        ('load_case(\n    "ngo"\n)', 'load_case(\n    "ngo", seed=7\n)'),
        ("one, two = load_case(A), load_case(B)", "one, two = load_case(A, seed=7), "
         "load_case(B, seed=7)"),
        ('"load_case(1)" # load_case("ngo")', '"load_case(1)" # load_case("ngo")'),
        ("load_case(", "load_case("),
    ],
)  # fmt: skip
def test_the_seed_stands_in_the_call_that_loads_the_case(source: str, expected: str) -> None:
    assert seeding.with_seed(source, "7") == expected
    assert seeding.without_seed(expected) == source
    assert seeding.with_seed(seeding.with_seed(source, "clusterlib.own_seed(5)"), "7") == expected


@given(st.text(max_size=60))
def test_text_that_loads_no_case_stays_as_it_is(text: str) -> None:
    assert seeding.with_seed(text.replace("load_case", ""), "7") == text.replace("load_case", "")


# --- cohorts ---------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course with one module for one audience; nobody's settings are read."""
    root = tmp_path / "tree"
    junk = shutil.ignore_patterns("work", ".*", "sources")
    shutil.copytree(CHECKOUT / "course", root / "course", ignore=junk)
    for folder in ("solutions", "exercises"):
        place = Path(folder, "government", MODULE)
        shutil.copytree(CHECKOUT / place, root / place)
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    monkeypatch.delenv("CLUSTER_LEARNER", raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    return root


def new(course: Path, *options: str, audience: str = "government") -> int:
    people = [f"{name},{name.title()},Kis," for name in ("anna", "bela", "cili")]
    listed = str(roster(course.parent / "r.csv", *people))
    command = ["cohort", "new", "d-28", "--audience", audience, "--roster", listed]
    return main([*command, "--timezone", "Europe/Budapest", *options])


def cohort_of(course: Path) -> Cohort:
    return all_cohorts(course)[0]


def published(cohort: Cohort) -> Path:
    return cohort.exchange / cohort.course_id / "outbound" / MODULE / f"{MODULE}.ipynb"


def hand_in(cohort: Cohort, learner: str, exercise: Path, answers: dict[str, str]) -> Path:
    """Put an exercise with answers into the exchange as `nbgrader submit` does."""
    at = "2027-03-01 10:00:00.0 UTC"
    folder = cohort.exchange / cohort.course_id / "inbound" / f"{learner}+{MODULE}+{at}+random"
    folder.mkdir()
    path = folder / f"{MODULE}.ipynb"
    path.write_bytes(exercise.read_bytes())
    fill_in(path, answers)
    (folder / "timestamp.txt").write_text(at, encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {learner}", encoding="utf-8")
    return path


def grade_all() -> None:
    assert main(["collect", "d-28", MODULE]) == 0
    assert main(["grade", "d-28", MODULE]) == 0


def code_marks(cohort: Cohort) -> dict[str, float]:
    with open_gradebook(cohort) as gradebook:
        found = gradebook.find_assignment(MODULE).submissions
        return {submission.student.id: float(submission.code_score) for submission in found}


def report_of(cohort: Cohort, learner: str) -> dict[str, Any]:
    path = cohort.folder / "autograded" / learner / MODULE / f"{MODULE}.ipynb"
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["metadata"]["grading"]
    return report


def test_a_cohort_with_a_seed_from_release_to_marks(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(course, "--seed", "31337") == 0
    assert "case: seed 31337" in capsys.readouterr().out
    assert main(["release", "d-28", MODULE]) == 0
    assert "the model answer earns every point under 1 seed" in capsys.readouterr().out
    cohort = cohort_of(course)
    kept = tomllib.loads((cohort.folder / "cohort.toml").read_text(encoding="utf-8"))
    assert (kept["seed"], kept["own_figures"]) == (31337, False)
    assert 'load_case("government", seed=31337)' in start_of(published(cohort))
    assert 'load_case("government")' in start_of(cohort.exercise(MODULE))
    # nbgrader's Validate must not call the cell changed.
    from nbgrader.utils import compute_checksum

    for cell in nbformat.read(published(cohort), as_version=4).cells:
        if "checksum" in cell.metadata.get("nbgrader", {}):
            assert compute_checksum(cell) == cell.metadata.nbgrader.checksum
    model = model_answers(cohort.solution(MODULE))
    hand_in(cohort, "anna", published(cohort), model)
    # Bela worked with an easier case and says so in his file; Cili in a file without the seed.
    with_other_figures(hand_in(cohort, "bela", published(cohort), model), "999331")
    hand_in(cohort, "cili", cohort.exercise(MODULE), model)
    grade_all()
    assert code_marks(cohort) == {"anna": 10, "bela": sum(KEPT.values()), "cili": 10}
    assert report_of(cohort, "anna")["notes"] == []
    assert OTHER_CASE in report_of(cohort, "bela")["notes"]
    assert OTHER_CASE in report_of(cohort, "cili")["notes"]
    # Without a change, grading and regrading give the same again.
    first = {learner: report_of(cohort, learner) for learner in ("anna", "bela", "cili")}
    assert main(["grade", "d-28", MODULE, "--again"]) == 0
    assert {learner: report_of(cohort, learner) for learner in first} == first
    capsys.readouterr()
    assert main(["regrade", "d-28", MODULE]) == 0
    assert "nothing changes" in capsys.readouterr().out
    assert main(["release", "d-28", MODULE]) == 0
    assert "already in the exchange, unchanged" in capsys.readouterr().out


def test_figures_of_each_learners_own(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(course, "--seed", "learner:2028") == 0
    copies = tmp_path / "home"
    assert main(["release", "d-28", MODULE, "--copies", str(copies)]) == 0
    told = capsys.readouterr().out
    assert "the model answer earns every point under 3 seed" in told
    assert "3 for work at home" in told
    cohort = cohort_of(course)
    assert "seed=clusterlib.own_seed(2028))" in start_of(published(cohort))
    own = copies / cohort.course_id / "bela" / MODULE / f"{MODULE}.ipynb"
    assert f"seed={learner_seed(2028, 'bela')})" in start_of(own)
    model = model_answers(cohort.solution(MODULE))
    hand_in(cohort, "anna", published(cohort), model)
    hand_in(cohort, "bela", own, model)
    # Cili hands in what Anna found.
    copied = hand_in(cohort, "cili", published(cohort), model)
    with_other_figures(copied, str(learner_seed(2028, "anna")))
    grade_all()
    found = code_marks(cohort)
    assert (found["anna"], found["bela"]) == (10, 10)
    assert found["cili"] <= 5
    assert report_of(cohort, "anna")["notes"] == report_of(cohort, "bela")["notes"] == []
    assert OTHER_CASE in report_of(cohort, "cili")["notes"]
    graded = cohort.folder / "autograded" / "anna" / MODULE / f"{MODULE}.ipynb"
    assert f"seed={learner_seed(2028, 'anna')})" in start_of(graded)
    capsys.readouterr()
    assert main(["regrade", "d-28", MODULE]) == 0
    assert "nothing changes" in capsys.readouterr().out


def test_the_seed_stays_once_something_is_released(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(course) == 0
    assert cohort_of(course).case == (None, False)
    assert new(course, "--seed", "7") == 0
    assert new(course, "--seed", "8") == 0
    assert cohort_of(course).case == (8, False)
    assert new(course) == 0
    assert main(["release", "d-28", MODULE]) == 0
    assert new(course, "--seed", "8") == 0
    capsys.readouterr()
    assert new(course, "--seed", "9") == 1
    assert "works on 03-mapping with another case already (seed 8)" in capsys.readouterr().err
    # Groups of one cohort talk about the same cluster.
    assert new(course, audience="ngo") == 0
    assert {cohort.case for cohort in all_cohorts(course)} == {(8, False)}
    assert main(["cohort", "show", "d-28", "--audience", "ngo"]) == 0
    assert "case       seed 8" in capsys.readouterr().out


@pytest.mark.parametrize("wish", ["-1", "1.5", "me", "learner:", "learner:x", "1234567890123", ""])
def test_what_is_no_seed_is_refused(
    course: Path, capsys: pytest.CaptureFixture[str], wish: str
) -> None:
    assert new(course, f"--seed={wish}") == 1
    assert "seed" in capsys.readouterr().err


def test_without_a_seed_the_exercise_is_released_byte_for_byte(course: Path) -> None:
    assert new(course) == 0
    assert main(["release", "d-28", MODULE]) == 0
    cohort = cohort_of(course)
    assert published(cohort).read_bytes() == cohort.exercise(MODULE).read_bytes()
    assert "\nseed =" not in (cohort.folder / "cohort.toml").read_text(encoding="utf-8")


def test_a_module_with_a_fixed_figure_is_not_released_with_a_seed(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(course, "--seed", "31337") == 0
    cohort = cohort_of(course)
    notebook = nbformat.read(cohort.solution(MODULE), as_version=4)
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("points"))
    fixed = 'assert int(case.members["employees"].sum()) == {}, "count the jobs of the members"'
    import clusterlib

    jobs = int(clusterlib.load_case("government").members["employees"].sum())
    end = "### END HIDDEN TESTS"
    test.source = test.source.replace(end, f"{fixed.format(jobs)}\n{end}")
    cohort.solution(MODULE).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    text = nbformat.writes(release(notebook)) + "\n"
    cohort.exercise(MODULE).write_text(text, encoding="utf-8")
    assert main(["release", "d-28", MODULE]) == 1
    error = capsys.readouterr().err
    assert f"its model answer fails {test.metadata.nbgrader.grade_id}" in error
    assert "count the jobs of the members" in error
    assert not published(cohort).exists()
    with open_gradebook(cohort) as gradebook:
        assert not gradebook.assignments


@pytest.mark.parametrize("seed", ["31337", "learner:2028"])
def test_plain_nbgrader_releases_the_same(
    course: Path, monkeypatch: pytest.MonkeyPatch, seed: str
) -> None:
    assert new(course, "--seed", seed) == 0
    assert main(["release", "d-28", MODULE]) == 0
    cohort = cohort_of(course)
    before = published(cohort).read_bytes()
    monkeypatch.chdir(cohort.folder)
    command = ["nbgrader", "release_assignment", MODULE, "--force"]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert published(cohort).read_bytes() == before
    assert b"seed=" in before


def test_what_was_proved_with_one_seed_says_nothing_of_another(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(course, "--seed", "7") == 0
    before = Session(cohort_of(course))
    assert first_loss(before, MODULE, [], remember=True) == ""
    assert (cohort_of(course).folder / PROVED).is_file()
    assert new(course, "--seed", "8") == 0
    for cohort, known in ((before.cohort, True), (cohort_of(course), False)):
        assert ("" in Proof(cohort, MODULE).people) is known


def test_a_module_without_the_case_says_that_a_seed_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    assert new(root, "--seed", "5") == 0
    assert main(["release", "d-28", "07-probe"]) == 0
    assert "it does not use the case" in capsys.readouterr().out


# --- the learner's side ----------------------------------------------------------------------


def run_start(path: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the opening cell of an exercise as a learner's kernel does, and print the seed."""
    home.mkdir(exist_ok=True)
    code = start_of(path) + '\nprint("seed", case.seed)'
    kept = {name: os.environ[name] for name in ("PATH", "CLUSTER_COURSE")}
    kept |= {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / ".jupyter")}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, cwd=home, env=kept | environment,
    )  # fmt: skip


def test_the_learners_notebook_finds_its_figures_by_itself(course: Path, tmp_path: Path) -> None:
    assert new(course, "--seed", "learner:2028") == 0
    copies = tmp_path / "copies"
    assert main(["release", "d-28", MODULE, "--copies", str(copies)]) == 0
    cohort, home = cohort_of(course), tmp_path / "home"
    wanted = f"seed {learner_seed(2028, 'anna')}"
    named = run_start(published(cohort), home, CLUSTER_LEARNER="anna")
    assert wanted in named.stdout, named.stderr
    assert "These are the figures of anna." in named.stdout
    # As nbgrader's settings name her.
    (home / ".jupyter").mkdir()
    settings = 'c = get_config()\nc.CourseDirectory.course_id = "d-28-government"\n'
    settings += 'c.CourseDirectory.student_id = "anna"\n'
    (home / ".jupyter" / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    assert wanted in run_start(published(cohort), home).stdout
    # At home on any account: the trainer's copy needs no name.
    own = copies / cohort.course_id / "anna" / MODULE / f"{MODULE}.ipynb"
    assert wanted in run_start(own, tmp_path / "elsewhere").stdout


def test_an_account_that_names_nobody_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pwd

    monkeypatch.delenv("CLUSTER_LEARNER", raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    entry = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(pwd, "getpwuid", lambda _: type(entry)(("jovyan", *entry[1:])))
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    with pytest.raises(ValueError, match="ask your trainer for your own copy"):
        own_id()
    monkeypatch.setenv("JUPYTERHUB_USER", "anna")
    assert own_id() == "anna"


def test_the_learners_check_works_with_their_figures(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found in the exchange, in the course alone, and in a copy for home."""
    needed_level()
    assert new(course, "--seed", "learner:2028") == 0
    assert main(["release", "d-28", MODULE, "--copies", str(tmp_path / "copies")]) == 0
    cohort = cohort_of(course)
    folder = tmp_path / "work" / MODULE
    folder.mkdir(parents=True)
    path = folder / f"{MODULE}.ipynb"
    own = tmp_path / "copies" / cohort.course_id / "anna" / MODULE / f"{MODULE}.ipynb"
    for exercise, learner in ((published(cohort), "anna"), (own, "")):
        path.write_bytes(exercise.read_bytes())
        fill_in(path, model_answers(cohort.solution(MODULE)))
        monkeypatch.setenv("CLUSTER_LEARNER", learner)
        checked = check_file(path)
        assert checked is not None
        assert not checked.refused
        assert checked.advice == []
        assert sum(mark.points for mark in checked.report.marks) == 10
    path.write_bytes(published(cohort).read_bytes())
    monkeypatch.setenv("CLUSTER_LEARNER", "jovyan")
    with pytest.raises(CommandError, match="does not say who you are"):
        check_file(path)


def test_a_learners_seed_does_not_hang_on_this_python() -> None:
    code = "from clusterlib.portfolio.own_seed import learner_seed as s; print(s(2028, 'anna'))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": number},
        ).stdout
        for number in ("1", "2")
    }  # fmt: skip
    assert found == {"186364222\n"}
