"""Marks invariant: the model answer earns every autograded point, the untouched exercise none.

Each notebook runs in a process forked from this one, where the libraries are loaded already: no
kernel starts. Scores come from nbgrader's own rule; here, unlike in the course's configuration,
a warning costs the points too, because a model answer should not give one.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
from typing import Any

import pytest
from course_content import AUDIENCES, SLUGS, TEMPLATE, exercise, solution, text

MODULES = [*SLUGS, TEMPLATE]
Scores = dict[str, tuple[float, float, str]]


def run_and_score(notebook: dict[str, Any]) -> Scores:
    """Run the cells in order; return points, maximum and complaint of every test cell by grade id.

    Any other cell that complains stands there too, with 0 points of 0.
    """
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from nbgrader.utils import determine_grade

    os.environ["MPLBACKEND"] = "agg"
    shell = InteractiveShell.instance()
    scores: Scores = {}
    for position, cell in enumerate(nbformat.from_dict(notebook)["cells"], start=1):
        if cell.cell_type != "code":
            continue
        cell.source = text(cell)
        with capture_output() as captured, contextlib.redirect_stderr(io.StringIO()) as warned:
            result = shell.run_cell(cell.source, store_history=False)
        complaint = "" if result.success else str(result.error_in_exec or result.error_before_exec)
        complaint = complaint or captured.stderr or warned.getvalue()
        if complaint:
            cell.outputs = [nbformat.v4.new_output("error", ename="", evalue=complaint)]
        elif result.result is not None:
            data = {"text/plain": repr(result.result)}
            cell.outputs = [nbformat.v4.new_output("execute_result", data)]
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade"):
            points, maximum = determine_grade(cell)
            scores[grading.grade_id] = (points, maximum, complaint)
        elif complaint:
            scores[grading.get("grade_id", f"cell {position}")] = (0, 0, complaint)
    return scores


def graded_untouched(slug: str, audience: str) -> dict[str, Any]:
    """Return what the autograder runs for an untouched exercise: hidden tests are put back."""
    tests = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["source"]
        for cell in solution(slug, audience)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
    }
    cells = []
    for cell in exercise(slug, audience)["cells"]:
        grading = cell["metadata"].get("nbgrader", {})
        if grading.get("grade") and not grading["solution"]:
            cell = {**cell, "source": tests[grading["grade_id"]]}
        cells.append(cell)
    return {**exercise(slug, audience), "cells": cells}


def _in_fork(job: tuple[str, str, bool]) -> Scores:
    slug, audience, answered = job
    notebook = solution(slug, audience) if answered else graded_untouched(slug, audience)
    return run_and_score(notebook)


@pytest.fixture(scope="module")
def scores(tmp_path_factory) -> dict[tuple[str, str, bool], Scores | str]:
    """Run every notebook once, two at a time."""
    import nbgrader.utils  # noqa: F401  loaded before the forks, once for all

    jobs, results = [], {}
    for slug in MODULES:
        try:
            exercise(slug, AUDIENCES[0])
        except pytest.fail.Exception as fault:
            results |= {(slug, a, w): str(fault) for a in AUDIENCES for w in (True, False)}
        else:
            jobs += [(slug, audience, answered) for audience in AUDIENCES for answered in (1, 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLUSTER_PORTFOLIO", str(tmp_path_factory.mktemp("portfolio")))
        with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
            results |= dict(zip(jobs, pool.map(_in_fork, jobs, chunksize=1), strict=True))
    return results


def scores_of(scores: dict[Any, Any], slug: str, audience: str, answered: bool) -> Scores:
    found = scores[slug, audience, answered]
    assert not isinstance(found, str), found
    assert found, "the exercise has no test cell"
    return found


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("slug", MODULES)
def test_model_answer_earns_every_autograded_point(scores, slug, audience):
    earned = scores_of(scores, slug, audience, True)
    lost = {name: score for name, score in earned.items() if score[0] != score[1] or score[2]}
    assert not lost, "points, maximum and complaint of each cell that fails"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("slug", MODULES)
def test_untouched_exercise_earns_nothing(scores, slug, audience):
    earned = scores_of(scores, slug, audience, False)
    gifts = {name: score for name, score in earned.items() if score[0] > 0}
    assert not gifts


@pytest.mark.parametrize("slug", MODULES)
def test_tests_say_what_is_missing_in_words(scores, slug):
    """A learner who runs a test too early reads a sentence, not a bare error of Python."""
    for audience in AUDIENCES:
        for name, (_, maximum, complaint) in scores_of(scores, slug, audience, False).items():
            if maximum:
                assert len(complaint.split()) >= 3, f"{audience} {name}: {complaint!r}"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("slug", MODULES)
def test_untouched_essay_earns_nothing(slug, audience):
    import nbformat
    from nbgrader.utils import determine_grade, is_grade, is_solution

    cells = nbformat.from_dict(exercise(slug, audience))["cells"]
    for cell in cells:
        cell.source = text(cell)
        if is_grade(cell) and is_solution(cell):
            assert determine_grade(cell)[0] == 0
