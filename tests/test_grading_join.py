"""nbgrader's own commands and its programming interface grade through the box, side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cohort_tree import HIDDEN, MODULE, fill_in, make_course, roster
from exam import needed_level

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.grading import marks, submitted_learners, verdict
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

RIGHT = {"top-need": 'top_need = "C04"', "share": "share = 24 / 60"}
LIAR = "class Any(str):\n    def __eq__(self, other): return True\n"
CHEAT = {"top-need": LIAR + 'top_need = Any("C99")'}
SPY = {"share": "import os\nprint(sorted(os.listdir('/')), os.environ.get('SECRET'))\nshare = 0.4"}
LEARNERS = {"anna": RIGHT, "bela": RIGHT | CHEAT, "cili": RIGHT | SPY, "dora": {}}


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Four collected hand-ins: right, cheating, curious, empty."""
    needed_level()
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.setenv("SECRET", "of the trainer")
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    people = [f"{name},{name.title()},Kis," for name in LEARNERS]
    listed = str(roster(tmp_path / "r.csv", *people))
    new = ["cohort", "new", "j-27", "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    assert main(["release", "j-27", MODULE]) == 0
    cohort = all_cohorts(root)[0]
    for name, answers in LEARNERS.items():
        folder = cohort.folder / "submitted" / name / MODULE
        folder.mkdir(parents=True)
        (folder / f"{MODULE}.ipynb").write_bytes(cohort.exercise(MODULE).read_bytes())
        fill_in(folder / f"{MODULE}.ipynb", answers)
        (folder / "timestamp.txt").write_text("2027-03-01 10:00:00 UTC", encoding="utf-8")
    return cohort


def _check(cohort: Cohort) -> None:
    scores = {name: marks(cohort, MODULE, name).score for name in LEARNERS}
    assert scores == {"anna": 5, "bela": 3, "cili": 5, "dora": 0}
    words = {name: verdict(cohort, MODULE, name)[0] for name in LEARNERS}
    assert words == {"anna": "PASS", "bela": "PARTIAL", "cili": "PASS", "dora": "FAIL"}
    text = (cohort.folder / "autograded" / "cili" / MODULE / f"{MODULE}.ipynb").read_text("utf-8")
    assert "'box'" in text
    assert "of the trainer" not in text
    cells = json.loads(text)["cells"]
    shown = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
    assert HIDDEN not in json.dumps(shown)


def test_our_command_grades_in_the_box(cohort: Cohort) -> None:
    assert submitted_learners(cohort, MODULE) == sorted(LEARNERS)
    assert main(["grade", "j-27", MODULE]) == 0
    _check(cohort)


def test_a_folder_without_a_notebook_gets_a_verdict(cohort: Cohort) -> None:
    (cohort.folder / "submitted" / "anna" / MODULE / f"{MODULE}.ipynb").unlink()
    assert main(["grade", "j-27", MODULE]) == 0
    assert verdict(cohort, MODULE, "anna")[0] == "MALFORMED"
    assert marks(cohort, MODULE, "anna").score == 0


def test_plain_nbgrader_and_the_formgraders_button_grade_in_the_box(cohort: Cohort) -> None:
    command = [sys.executable, "-m", "nbgrader", "autograde", MODULE]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    for options in ([], ["--force", "--student", "anna"]):
        ran = subprocess.run(
            [*command, *options], cwd=cohort.folder, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
    _check(cohort)


def test_the_programming_interface_behind_the_formgrader_grades_in_the_box(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.apps import NbGraderAPI

    from clusterlib.delivery.cohorts.session import Session

    session = Session(cohort)
    interface = NbGraderAPI(config=session.config)
    monkeypatch.chdir(cohort.root)
    for name in LEARNERS:
        done = interface.autograde(MODULE, name)
        assert done["success"], done
    _check(cohort)


def test_the_gradebook_gives_the_same_marks_twice(cohort: Cohort) -> None:
    assert main(["grade", "j-27", MODULE]) == 0
    path = cohort.folder / "autograded" / "cili" / MODULE / f"{MODULE}.ipynb"
    first = path.read_bytes()
    assert main(["grade", "j-27", MODULE, "--again"]) == 0
    assert path.read_bytes() == first
    _check(cohort)
