"""A small course on disk with one probe exercise, made as the build makes it, for grading tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from clusterlib.delivery.building.release import release
from clusterlib.delivery.runner import seeding

CHECKOUT = Path(__file__).resolve().parents[1]
MODULE = "07-probe"
MARK_SCHEME = "Four points: names who is missing and what it changes."
HIDDEN = 'assert top_need == "C04", "the largest gap is C04"'
TRAINER_NOTE = "Tell nobody: the answer is C04"
CATALOGUE = """
[course]
title = "Probe"
version = "0.0.1"
audiences = ["academic", "enterprise", "government", "ngo"]

[[module]]
slug = "07-probe"
title = "Probe"
minutes_lesson = 60
minutes_exercise = 30
points = 14
"""


def make_course(root: Path, audiences: tuple[str, ...] = ("government",)) -> Path:
    """Write the catalogue, the real nbgrader configuration and the probe exercise."""
    (root / "course").mkdir(parents=True)
    (root / "course" / "course.toml").write_text(CATALOGUE, encoding="utf-8")
    shutil.copy(CHECKOUT / "course" / "nbgrader_config.py", root / "course")
    for audience in audiences:
        write_probe(root, audience)
    return root


def write_probe(root: Path, audience: str, extra: str = "", share_test: str = "share-test") -> None:
    """Write solution and exercise; `extra` ends the introduction, `share_test` names a cell."""
    solution = probe_solution(audience, extra, share_test)
    for folder, notebook in (("solutions", solution), ("exercises", release(solution))):
        path = root / folder / audience / MODULE / f"{MODULE}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def probe_solution(audience: str, extra: str = "", share_test: str = "share-test") -> Any:
    """Return the solution: two autograded parts (2 and 3 points), a task (4), an essay (5)."""
    cells = [
        new_markdown_cell(f"# Probe for {audience}{extra}"),
        new_markdown_cell(TRAINER_NOTE, metadata={"tags": ["trainer"]}),
        _code("top-need", '### BEGIN SOLUTION\ntop_need = "C04"\n### END SOLUTION'),
        _test(
            "top-need-test",
            2,
            'assert isinstance(top_need, str), "write a code in quotes"\n'
            f"### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS",
        ),
        _code("share", "### BEGIN SOLUTION\nshare = 24 / 60\n### END SOLUTION"),
        _test(
            share_test,
            3,
            # A warning must not cost a right answer its points.
            'import warnings\nwarnings.warn("small sample")\n'
            'assert abs(share - 0.4) < 1e-9, "24 of 60 replied"',
        ),
        _markdown(
            "who-is-missing",
            f"Who is missing? (4 points)\n\n=== BEGIN MARK SCHEME ===\n\n{MARK_SCHEME}\n\n"
            "=== END MARK SCHEME ===",
            task=True,
            points=4,
        ),
        new_markdown_cell("Your answer:"),
        _markdown(
            "reflection",
            "### BEGIN SOLUTION\nI would ask the small firms first.\n### END SOLUTION",
            points=5,
        ),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"probe-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def _metadata(name: str, **kind: Any) -> dict[str, Any]:
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": base | kind | {"grade_id": name}}


def _code(name: str, source: str) -> Any:
    return new_code_cell(source, metadata=_metadata(name, solution=True))


def _test(name: str, points: int, source: str) -> Any:
    return new_code_cell(source, metadata=_metadata(name, grade=True, locked=True, points=points))


def _markdown(name: str, source: str, *, points: int, task: bool = False) -> Any:
    kind = {"task": True, "locked": True} if task else {"grade": True, "solution": True}
    return new_markdown_cell(source, metadata=_metadata(name, points=points, **kind))


def fill_in(path: Path, answers: dict[str, str]) -> None:
    """Write answers into a fetched exercise, by the id of the cell."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    nbformat.write(notebook, path)


def roster(path: Path, *rows: str) -> Path:
    """Write a roster with the usual header."""
    path.write_text("\n".join(["id,first_name,last_name,email", *rows]) + "\n", encoding="utf-8")
    return path


def with_other_figures(path: Path, seed: str) -> None:
    """Work with another case: in the opening cell, and once more in a cell of one's own."""
    notebook = nbformat.read(path, as_version=4)
    for place, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "start":
            cell.source = seeding.with_seed(cell.source, seed)
            notebook.cells.insert(place + 1, new_code_cell(cell.source))
            break
    nbformat.write(notebook, path)


def start_of(path: Path) -> str:
    """Return the opening cell of an exercise, which loads the case."""
    cells = nbformat.read(path, as_version=4).cells
    return next(
        c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "start"
    )


def model_answers(solution: Path) -> dict[str, str]:
    """Return the answers of a solution, by the id of the cell."""
    cells = nbformat.read(solution, as_version=4).cells
    marked = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in marked}
