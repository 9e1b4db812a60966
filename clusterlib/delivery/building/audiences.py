"""One source, four audiences: which cells each of them reads."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import pairwise

from clusterlib.delivery.building.problems import Problem
from clusterlib.delivery.building.source import SourceCell
from clusterlib.delivery.building.tags import CellTags


@dataclass(frozen=True)
class Cell:
    """A source cell and what its tags say."""

    source: SourceCell
    tags: CellTags


def cells_for(cells: list[Cell], audience: str, *, trainer: bool) -> list[Cell]:
    """Return the cells one audience reads, or the trainer notes that belong to it."""
    return [
        cell
        for cell in cells
        if cell.tags.audience in (None, audience) and cell.tags.trainer == trainer
    ]


def slot_problems(cells: list[Cell], audiences: tuple[str, ...]) -> list[Problem]:
    """Every slot stands in one place and is filled for every audience."""
    slots: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        if cell.tags.slot and cell.tags.audience:
            slots.setdefault(cell.tags.slot, []).append(position)
    problems = []
    for slot, positions in slots.items():
        first = cells[positions[0]].source
        filled = {cells[position].tags.audience for position in positions}
        missing = [audience for audience in audiences if audience not in filled]
        if missing:
            problems.append(first.problem(f'slot "{slot}" is not filled for {", ".join(missing)}'))
        for before, after in pairwise(positions):
            if after != before + 1:
                problems.append(
                    cells[after].source.problem(
                        f'slot "{slot}" began on line {first.line} and other cells stand between: '
                        "keep its cells together or give this one another name"
                    )
                )
    return problems


def definition_problems(cell: Cell) -> list[Problem]:
    """Audience cells differ in data alone; code that all share stands in common cells."""
    if cell.source.kind != "code":
        return []
    try:
        tree = ast.parse(cell.source.text)
    except SyntaxError as error:
        line = cell.source.text_line + (error.lineno or 1) - 1
        return [Problem(cell.source.path, line, f"Python cannot read this code: {error.msg}")]
    if not cell.tags.audience:
        return []
    definitions = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.Import,
        ast.ImportFrom,
    )
    assignments = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)
    problems = []
    for node in ast.walk(tree):
        line = cell.source.text_line + getattr(node, "lineno", 1) - 1
        if isinstance(node, definitions):
            message = "definition or import in an audience cell: put it into a cell for all"
            problems.append(Problem(cell.source.path, line, message))
        elif isinstance(node, assignments) and not cell.tags.role:
            message = (
                "assignment in an audience cell: numbers and names of an audience come from "
                "its case, assign them in a cell for all"
            )
            problems.append(Problem(cell.source.path, line, message))
    return problems
