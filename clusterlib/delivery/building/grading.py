"""Graded cells: nbgrader's metadata, and the faults that would cost marks or leak answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clusterlib.delivery.building.audiences import Cell
from clusterlib.delivery.building.course import Module
from clusterlib.delivery.building.problems import Problem

# role: (grade, solution, locked, task), as nbgrader's schema 3 wants them
FLAGS = {
    "answer": (False, True, False, False),
    "test": (True, False, True, False),
    "essay": (True, True, False, False),
    "task": (False, False, True, True),
    "locked": (False, False, True, False),
}
REGIONS = {
    "SOLUTION": ("answer", "essay"),
    "HIDDEN TESTS": ("test",),
    "MARK SCHEME": ("task",),
}
NEEDED = {"answer": "SOLUTION", "essay": "SOLUTION", "test": "HIDDEN TESTS", "task": "MARK SCHEME"}
ITEM = re.compile(r"^#{2,4} \d+\. .*$", re.MULTILINE)
ITEM_POINTS = re.compile(r"\((\d+) points?\)\s*$")
PART = re.compile(r"^## Part \d+: .*$", re.MULTILINE)
PART_MINUTES = re.compile(r"\((\d+) minutes\)\s*$")
LEVELS = 4


def nbgrader_metadata(cell: Cell) -> dict[str, Any] | None:
    """Return the nbgrader metadata of a cell, None for one that is not graded or locked."""
    tags = cell.tags
    if tags.role is None:
        return None
    grade, solution, locked, task = FLAGS[tags.role]
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": tags.grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
    }
    if tags.points is not None:
        metadata["points"] = tags.points
    return metadata


def region_problems(cell: Cell) -> Iterator[Problem]:
    """Yield regions that are missing, unbalanced, or in a cell whose role does not hold them."""
    text, role = cell.source.text, cell.tags.role
    for region, roles in REGIONS.items():
        begins = [found.start() for found in re.finditer(f"BEGIN {region}", text)]
        ends = [found.start() for found in re.finditer(f"END {region}", text)]
        if begins and role not in roles:
            message = f'"BEGIN {region}" belongs into a cell with role {" or ".join(roles)}'
            yield cell.source.problem(message, begins[0])
        elif len(begins) != len(ends) or any(b > e for b, e in zip(begins, ends, strict=True)):
            message = f'every "BEGIN {region}" needs its "END {region}" below it'
            yield cell.source.problem(message, (begins or ends)[0])
        elif not begins and role is not None and NEEDED.get(role) == region:
            yield cell.source.problem(f'role "{role}" without "BEGIN {region}"')
    if role == "test" and not text.lstrip().startswith(("#", '"""')):
        yield cell.source.problem("a test begins with a comment that says what is checked", 0)
    if role == "task" and 0 < _levels(text) < LEVELS:
        yield cell.source.problem(
            "a mark scheme has four levels: four list items, four table rows or four columns "
            f"beside the criterion; this one has {_levels(text)}",
            text.index("BEGIN MARK SCHEME"),
        )


def _levels(text: str) -> int:
    """Levels of the mark scheme: list items, or body rows or columns of a table; 0 without one."""
    _, begun, rest = text.partition("BEGIN MARK SCHEME")
    if not begun:
        return 0
    lines = [line.strip() for line in rest.partition("END MARK SCHEME")[0].splitlines()]
    items = sum(bool(re.match(r"(?:[-*]|\d+\.) ", line)) for line in lines)
    rows = [line for line in lines if line.startswith("|")]
    columns = rows[0].count("|") - 2 if rows else 0
    return max(items, len(rows) - 2, columns, 1)


def points_problems(cells: list[Cell], module: Module) -> Iterator[Problem]:
    """Yield items whose announced points differ from their cells', and a total that differs."""
    item: tuple[Problem, int] | None = None
    earned = total = 0
    for cell in cells:
        headings = list(ITEM.finditer(cell.source.text)) if cell.source.kind == "markdown" else []
        for heading in headings:
            announced = ITEM_POINTS.search(heading[0])
            if announced is None:
                message = f'item "{heading[0]}" does not say its points: end it with "(2 points)"'
                yield cell.source.problem(message, heading.start())
                continue
            yield from _differing(item, earned)
            place = cell.source.problem(heading[0].lstrip("# "), heading.start())
            item, earned = (place, int(announced[1])), 0
        if cell.tags.points is not None:
            if item is None:
                yield cell.source.problem('points before the first item heading "### 1. ..."')
            earned += cell.tags.points
            total += cell.tags.points
    yield from _differing(item, earned)
    if cells and total != module.points:
        message = f"the exercise gives {total} points, course.toml says {module.points}"
        yield cells[0].source.problem(message, 0)


def _differing(item: tuple[Problem, int] | None, earned: int) -> Iterator[Problem]:
    if item is not None and item[1] != earned:
        place, announced = item
        message = f'"{place.message}" announces {announced} points, its cells give {earned}'
        yield Problem(place.path, place.line, message)


def minutes_problems(cells: list[Cell], module: Module) -> Iterator[Problem]:
    """Yield parts without minutes, and parts that do not add up to the catalogue's minutes."""
    total = 0
    for cell in cells:
        headings = PART.finditer(cell.source.text) if cell.source.kind == "markdown" else []
        for heading in headings:
            minutes = PART_MINUTES.search(heading[0])
            if minutes is None:
                message = f'"{heading[0]}" does not say its minutes: end it with "(25 minutes)"'
                yield cell.source.problem(message, heading.start())
            else:
                total += int(minutes[1])
    if cells and total != module.minutes_lesson:
        message = (
            f"the parts take {total} minutes, course.toml says {module.minutes_lesson}: "
            'parts are headed "## Part 1: Title (25 minutes)"'
        )
        yield cells[0].source.problem(message, 0)


def id_problems(cells: list[Cell]) -> Iterator[Problem]:
    """Yield ids that stand twice in what one audience reads."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        grade_id = cell.tags.grade_id
        if grade_id is None:
            continue
        if grade_id in seen:
            first = seen[grade_id].source.line
            yield cell.source.problem(f'id "{grade_id}" stands twice; first on line {first}')
        seen.setdefault(grade_id, cell)
