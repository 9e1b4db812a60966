"""Figures of one's own with plain nbgrader: fetched, answered and handed in under an account."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cohort_learners import ACCOUNT_PYTHON, Learner
from cohort_tree import CHECKOUT, fill_in, model_answers, roster, start_of

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.opening import learner_config
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.portfolio.own_seed import learner_seed

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)
MODULE = "03-mapping"
NAME = "d-28"


@pytest.fixture
def base() -> Iterator[Path]:
    # Other accounts cannot pass pytest's own temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="seeds-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def learner(base: Path) -> Iterator[Learner]:
    """A learner with a real account where the tests may make one, else with a name in settings."""
    found = Learner(f"cs{os.getpid()}anna", base / "anna", ACCOUNT_PYTHON or sys.executable)
    if ACCOUNT_PYTHON:
        home = ["--create-home", "--home-dir", str(found.home)]
        subprocess.run(["useradd", *home, found.id], check=True)
    else:
        found.home.mkdir()
    found.home.chmod(0o700)
    yield found
    if ACCOUNT_PYTHON:
        subprocess.run(["userdel", found.id], check=True)


@pytest.fixture
def cohort(base: Path, learner: Learner, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A cohort whose learners have figures of their own, with a module released."""
    root = base / "tree"
    junk = shutil.ignore_patterns("work", ".*", "sources")
    shutil.copytree(CHECKOUT / "course", root / "course", ignore=junk)
    for folder in ("solutions", "exercises"):
        place = Path(folder, "government", MODULE)
        shutil.copytree(CHECKOUT / place, root / place)
    # Learners have clusterlib and the cases in a place that they can read.
    shutil.copytree(CHECKOUT / "clusterlib", base / "library" / "clusterlib", ignore=junk)
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(base / "roster.csv", f"{learner.id},Anna,Kis,"))
    new = ["cohort", "new", NAME, "--audience", "government", "--roster", listed]
    new += ["--timezone", "Europe/Budapest", "--exchange", str(base / "exchange")]
    assert main([*new, "--seed", "learner:2028"]) == 0
    assert main(["release", NAME, MODULE]) == 0
    return all_cohorts(root)[0]


def test_an_account_meets_its_own_figures_from_fetching_to_marks(
    cohort: Cohort, learner: Learner, base: Path
) -> None:
    text = learner_config(cohort).read_text(encoding="utf-8")
    if not ACCOUNT_PYTHON:
        text += f'c.CourseDirectory.student_id = "{learner.id}"\n'
    settings = learner.home / ".jupyter"
    settings.mkdir()
    (settings / "nbgrader_config.py").write_text(text, encoding="utf-8")
    learner.nbgrader("fetch_assignment", MODULE)
    fetched = learner.home / cohort.course_id / MODULE / f"{MODULE}.ipynb"
    code = start_of(fetched) + '\nprint("seed", case.seed)'
    kernel = dict(learner.process)
    library = f"{base / 'library'}:{kernel['env']['PYTHONPATH']}"
    place = str(cohort.root / "course")
    kernel["env"] = kernel["env"] | {"PYTHONPATH": library, "CLUSTER_COURSE": place}
    ran = subprocess.run([learner.python, "-c", code], capture_output=True, text=True, **kernel)
    assert f"seed {learner_seed(2028, learner.id)}" in ran.stdout, ran.stderr
    fill_in(fetched, model_answers(cohort.solution(MODULE)))
    learner.nbgrader("submit", MODULE)
    assert main(["collect", NAME, MODULE]) == 0
    assert main(["grade", NAME, MODULE]) == 0
    with open_gradebook(cohort) as gradebook:
        assert gradebook.find_submission(MODULE, learner.id).code_score == 10
    graded = cohort.folder / "autograded" / learner.id / MODULE / f"{MODULE}.ipynb"
    assert f"seed={learner_seed(2028, learner.id)})" in start_of(graded)
