"""The exercises of the course itself through the grading cycle, for one audience."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from cohort_tree import CHECKOUT, fill_in, roster

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)


def test_model_answers_earn_all_that_tests_give_and_untouched_exercises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "tree"
    shutil.copytree(
        CHECKOUT / "course", root / "course", ignore=shutil.ignore_patterns("work", ".*")
    )
    for folder in ("solutions", "exercises"):
        shutil.copytree(CHECKOUT / folder / "government", root / folder / "government")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(tmp_path / "r.csv", "model,M,A,", "empty,E,A,"))
    new = ["cohort", "new", "real", "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    cohort = all_cohorts(root)[0]
    modules = sorted(path.name for path in (root / "solutions" / "government").iterdir())
    assert modules
    for module in modules:
        assert main(["release", "real", module]) == 0
        model = _put_into_exchange(cohort, module, "model")
        fill_in(model, _model_answers(cohort.solution(module)))
        _put_into_exchange(cohort, module, "empty")
        assert main(["collect", "real", module]) == 0
        assert main(["grade", "real", module]) == 0
        with open_gradebook(cohort) as gradebook:
            found = {
                name: gradebook.find_submission(module, name).code_score
                for name in ("model", "empty")
            }
            reachable = gradebook.find_assignment(module).max_code_score
        assert reachable > 0
        assert found == {"model": reachable, "empty": 0}


def _put_into_exchange(cohort: Cohort, module: str, learner: str) -> Path:
    inbound = cohort.exchange / cohort.course_id / "inbound"
    folder = inbound / f"{learner}+{module}+2027-03-01 10:00:00.0 UTC+random"
    shutil.copytree(cohort.exercise(module).parent, folder)
    (folder / "timestamp.txt").write_text("2027-03-01 10:00:00.0 UTC", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {learner}", encoding="utf-8")
    return folder / f"{module}.ipynb"


def _model_answers(solution: Path) -> dict[str, str]:
    cells = nbformat.read(solution, as_version=4).cells
    marked = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in marked}
