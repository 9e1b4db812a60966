"""What the content tests read: the real course, built in memory, one module at a time."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from clusterlib.delivery.building.build import build_files
from clusterlib.delivery.building.course import Course, read_course
from clusterlib.delivery.building.problems import BuildFailed
from clusterlib.delivery.commands.new_module import ROW, write_template

ROOT = Path(__file__).parents[1]
COURSE = read_course(ROOT)
SLUGS = [module.slug for module in COURSE.modules]
AUDIENCES = COURSE.audiences
TEMPLATE = "99-template"
FOLDER = tempfile.TemporaryDirectory(prefix="template-course-")
# The template is held to the same form as the modules written over it.
EDITIONS = [(slug, audience) for slug in [*SLUGS, TEMPLATE] for audience in AUDIENCES]


@lru_cache
def template_course() -> Course:
    """Return a course of one module, the template, as `new-module` writes it."""
    root = Path(FOLDER.name)
    shutil.copytree(
        ROOT / "course", root / "course", ignore=shutil.ignore_patterns("sources", "work")
    )
    head = (ROOT / "course/course.toml").read_text(encoding="utf-8").split("[[module]]")[0]
    row = ROW.format(slug=TEMPLATE, title="Template")
    (root / "course/course.toml").write_text(head + row, encoding="utf-8")
    write_template(root / "course/sources" / TEMPLATE)
    return read_course(root)


@lru_cache
def _built(slug: str) -> dict[str, dict[str, Any]] | str:
    course = template_course() if slug == TEMPLATE else COURSE
    try:
        files = build_files(course, [slug])
    except BuildFailed as faults:
        return str(faults)
    return {path: json.loads(content) for path, content in files.items()}


def built(slug: str) -> dict[str, dict[str, Any]]:
    """Return the notebooks of one module by path; fail the test when its sources hold faults."""
    notebooks = _built(slug)
    if isinstance(notebooks, str):
        pytest.fail(f"{slug} does not build:\n{notebooks}", pytrace=False)
    return notebooks


def lesson(slug: str, audience: str) -> dict[str, Any]:
    """Return a lesson's notebook."""
    return built(slug)[f"modules/{audience}/{slug}.ipynb"]


def solution(slug: str, audience: str) -> dict[str, Any]:
    """Return an exercise with its model answers."""
    return built(slug)[f"solutions/{audience}/{slug}/{slug}.ipynb"]


def exercise(slug: str, audience: str) -> dict[str, Any]:
    """Return an exercise as trainees get it."""
    return built(slug)[f"exercises/{audience}/{slug}/{slug}.ipynb"]


def text(cell: dict[str, Any]) -> str:
    """Return a cell's source in one piece."""
    return "".join(cell["source"])


def prose_cells(notebook: dict[str, Any]) -> list[str]:
    """Return the Markdown its author wrote: without the sources and the provenance of the build."""
    cells = [text(cell) for cell in notebook["cells"][:-1] if cell["cell_type"] == "markdown"]
    return [cell for cell in cells if not cell.startswith("## Sources")]


def code_cells(notebook: dict[str, Any]) -> list[str]:
    """Return the text of the code cells."""
    return [text(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def running_text(markdown: str) -> str:
    """Return the words a reader reads: no code, tables, headings, links' addresses or markup."""
    plain = re.sub(r"```.*?```|`[^`]*`", " code ", markdown, flags=re.DOTALL)
    plain = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " formula ", plain, flags=re.DOTALL)
    plain = re.sub(r"<[^>]+>", "\n\n", plain)
    plain = re.sub(r"(?m)^(#.*|\|.*)$", "\n", plain)
    plain = re.sub(r"\(\[\\\[.*?\]\(#Sources\)\)", "", plain)
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    plain = re.sub(r"(?m)^\s*(?:[-*]|\d+\.)\s+", "\n", plain)
    return plain.replace("*", "").replace("\\", "")


def sentences(notebook: dict[str, Any]) -> list[str]:
    """Return the sentences of a notebook's prose; a callout's label is not one."""
    found = []
    for cell in prose_cells(notebook):
        unlabelled = re.sub(r"\*\*[^*\n]+[.:]\*\*", "", cell)
        for paragraph in re.split(r"\n\s*\n", running_text(unlabelled)):
            joined = " ".join(paragraph.split())
            found += [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'(])", joined)]
    return [sentence for sentence in found if words(sentence) > 2]


def words(part: str) -> int:
    """Count words."""
    return len(re.findall(r"[A-Za-z0-9][\w'’.,%-]*", part))


def paragraphs(slug: str, audience: str) -> list[str]:
    """Return the paragraphs an audience reads in the lesson and the exercise of one module."""
    cells = prose_cells(lesson(slug, audience)) + prose_cells(exercise(slug, audience))
    parts = (part for cell in cells for part in re.split(r"\n\s*\n", cell))
    return [" ".join(part.split()) for part in parts if part.strip()]


def word_counts(slug: str) -> dict[str, tuple[int, int]]:
    """Return for each audience the words nobody else reads, and those that all four read."""
    read = {audience: paragraphs(slug, audience) for audience in AUDIENCES}
    counts = {}
    for audience, own in read.items():
        others = [set(read[other]) for other in AUDIENCES if other != audience]
        alone = sum(words(part) for part in own if not any(part in other for other in others))
        common = sum(words(part) for part in own if all(part in other for other in others))
        counts[audience] = (alone, common)
    return counts
