"""One module: both sources read and checked, then twelve notebooks made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clusterlib.delivery.building.audiences import (
    Cell,
    cells_for,
    definition_problems,
    slot_problems,
)
from clusterlib.delivery.building.citations import Reference, citation_problems
from clusterlib.delivery.building.course import CATALOGUE, Course, Module
from clusterlib.delivery.building.fields import Edition, field_problems
from clusterlib.delivery.building.grading import (
    id_problems,
    minutes_problems,
    points_problems,
    region_problems,
)
from clusterlib.delivery.building.images import image_problems
from clusterlib.delivery.building.notebooks import make_notebook, notebook_bytes
from clusterlib.delivery.building.problems import BuildFailed, Problem
from clusterlib.delivery.building.release import release
from clusterlib.delivery.building.self_checks import read_checks
from clusterlib.delivery.building.source import directive_problems, read_source
from clusterlib.delivery.building.tags import parse_tags
from clusterlib.delivery.building.trainer import trainer_notes


@dataclass(frozen=True)
class ModuleSources:
    """The two sources of a module, and its self-check questions by id."""

    module: Module
    lesson: list[Cell]
    exercise: list[Cell]
    checks: dict[str, dict[str, Any]]


def read_module(course: Course, module: Module, references: dict[str, Reference]) -> ModuleSources:
    """Return the checked sources of one module; BuildFailed names every fault in them."""
    problems: list[Problem] = []
    cells: dict[str, list[Cell]] = {"lesson": [], "exercise": []}
    checks: dict[str, dict[str, Any]] = {}
    try:
        checks = read_checks(course.root, f"{module.folder}/checks.toml")
    except BuildFailed as failed:
        problems += failed.problems
    for kind in cells:
        path = f"{module.folder}/{kind}.md"
        if not (course.root / path).exists():
            problems.append(Problem(CATALOGUE, module.line, f"{module.slug} has no {path}"))
            continue
        try:
            sources = read_source(course.root, path)
        except BuildFailed as failed:
            problems += failed.problems
            continue
        for source in sources:
            tags, faults = parse_tags(source, course.audiences, roles_allowed=kind == "exercise")
            problems += faults
            cells[kind].append(Cell(source, tags))
        problems += _cell_problems(course, module, cells[kind], references, checks)
        problems += _audience_problems(course, module, cells[kind], kind)
    problems += _unused_checks(module, cells["lesson"], checks)
    if problems:
        raise BuildFailed(problems)
    return ModuleSources(module, cells["lesson"], cells["exercise"], checks)


def _cell_problems(
    course: Course,
    module: Module,
    cells: list[Cell],
    references: dict[str, Reference],
    checks: dict[str, Any],
) -> Iterator[Problem]:
    yield from slot_problems(cells, course.audiences)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        source = cell.source
        yield from directive_problems(source)
        yield from definition_problems(cell)
        yield from field_problems(source, following.source if following else None, course, checks)
        yield from citation_problems(source, references)
        yield from image_problems(source, course.root, module.folder)
        yield from region_problems(cell)


def _audience_problems(
    course: Course, module: Module, cells: list[Cell], kind: str
) -> Iterator[Problem]:
    for audience in course.audiences:
        read = cells_for(cells, audience, trainer=False)
        if kind == "lesson":
            yield from minutes_problems(read, module)
        else:
            yield from id_problems(read)
            yield from points_problems(read, module)


def _unused_checks(module: Module, lesson: list[Cell], checks: dict[str, Any]) -> Iterator[Problem]:
    path = f"{module.folder}/checks.toml"
    prose = "\n".join(cell.source.text for cell in lesson)
    for name, check in checks.items():
        if f"{{{{check:{name}}}}}" not in prose:
            message = f'check "{name}" is never asked: write {{{{check:{name}}}}} into lesson.md'
            yield Problem(path, check["line"], message)


def build_module(
    course: Course, sources: ModuleSources, references: dict[str, Reference]
) -> dict[str, bytes]:
    """Return the bytes of the module's notebooks by path from the root of the course."""
    module, slug = sources.module, sources.module.slug
    files = {}
    for audience in course.audiences:
        lesson = Edition(course, module, audience, "lesson", sources.checks)
        exercise = Edition(course, module, audience, "exercise", sources.checks)
        notes = trainer_notes(
            cells_for(sources.lesson, audience, trainer=True),
            cells_for(sources.exercise, audience, trainer=True),
        )
        tasks = cells_for(sources.exercise, audience, trainer=False)
        solution = make_notebook(exercise, [*notes, *tasks], references)
        taught = make_notebook(
            lesson, cells_for(sources.lesson, audience, trainer=False), references
        )
        files[f"modules/{audience}/{slug}.ipynb"] = notebook_bytes(taught)
        files[f"solutions/{audience}/{slug}/{slug}.ipynb"] = notebook_bytes(solution)
        files[f"exercises/{audience}/{slug}/{slug}.ipynb"] = notebook_bytes(release(solution))
    return files
