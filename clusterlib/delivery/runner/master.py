"""The master of an exercise: what learners got, with the tests that the gradebook holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner.names import imports, names_set
from clusterlib.delivery.runner.pictures import Picture, take_pictures

ROLES = ("answer", "essay", "test", "task", "locked", "free")


@dataclass(frozen=True)
class MasterCell:
    """One cell of the master; `test` is the source with hidden tests or the mark scheme."""

    role: str
    kind: str
    source: str
    id: str
    name: str | None = None
    points: float = 0.0
    test: str = ""
    metadata: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Master:
    """An exercise as released."""

    cells: tuple[MasterCell, ...]
    metadata: dict[str, Any]
    answer_names: frozenset[str]
    imported: dict[str, str]
    # With seeds: the text of a cell in the learners' copy, and what stands there in this master.
    published: dict[str, str] = field(default_factory=dict, hash=False)
    pictures: dict[str, Picture] = field(default_factory=dict, hash=False)

    @property
    def named(self) -> dict[str, MasterCell]:
        """The cells that nbgrader knows, by name."""
        return {cell.name: cell for cell in self.cells if cell.name is not None}


def read_master(
    release: Path,
    solution: Path | None,
    gradebook_cells: dict[str, Any],
    points: Mapping[str, float] | None = None,
) -> Master:
    """Put the master together.

    Args:
        release: the notebook that learners got.
        solution: the notebook with model answers; tells which names an answer sets.
        gradebook_cells: nbgrader's SourceCell by name; its sources hold the hidden tests.
        points: of the gradebook's cells; they count where the notebook was rebuilt with others.
    """
    notebook = json.loads(release.read_text(encoding="utf-8"))
    return make_master(notebook, solution, gradebook_cells, points)


def make_master(
    notebook: dict[str, Any],
    solution: Path | None,
    gradebook_cells: dict[str, Any],
    points: Mapping[str, float] | None = None,
) -> Master:
    """Put the master together as `read_master` does, from a notebook that was read already."""
    cells = tuple(_master_cell(raw, gradebook_cells, points or {}) for raw in notebook["cells"])
    pictures: dict[str, Picture] = {}
    for raw, cell in zip(notebook["cells"], cells, strict=True):
        take_pictures(raw, cell.source, pictures)
    return Master(
        cells=cells,
        metadata=notebook.get("metadata", {}),
        answer_names=_answer_names(solution, cells),
        imported=imports(
            [cell.source for cell in cells if cell.kind == "code"] + _solution_code(solution)
        ),
        pictures=pictures,
    )


def _master_cell(
    raw: dict[str, Any], known: dict[str, Any], points: Mapping[str, float]
) -> MasterCell:
    grading = dict(raw["metadata"].get("nbgrader", {}))
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    name = grading.get("grade_id")
    stored = known.get(name) if name else None
    if stored is not None:
        grading["checksum"] = stored.checksum
    if name and name in points:
        grading["points"] = points[name]
    metadata = {key: value for key, value in raw["metadata"].items() if key != "nbgrader"}
    if name:
        metadata["nbgrader"] = grading
    role = _role(grading) if name else "free"
    return MasterCell(
        role=role,
        kind=raw["cell_type"],
        source=source,
        id=raw.get("id", ""),
        name=name or None,
        points=float(grading.get("points") or 0),
        test=str(stored.source) if stored is not None and role in ("test", "task") else source,
        metadata=metadata,
    )


def _role(grading: dict[str, Any]) -> str:
    if grading.get("task"):
        return "task"
    if grading.get("solution"):
        return "essay" if grading.get("grade") else "answer"
    return "test" if grading.get("grade") else "locked"


def _solution_code(solution: Path | None) -> list[str]:
    return [source for _, source in _solution_cells(solution)]


def _solution_cells(solution: Path | None) -> list[tuple[bool, str]]:
    if solution is None or not solution.is_file():
        return []
    cells = json.loads(solution.read_text(encoding="utf-8"))["cells"]
    found = []
    for raw in cells:
        if raw["cell_type"] == "code":
            source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
            found.append((bool(raw["metadata"].get("nbgrader", {}).get("solution")), source))
    return found


def _answer_names(solution: Path | None, cells: tuple[MasterCell, ...]) -> frozenset[str]:
    """Return the names that answers set, by the model answers, else by the empty answers."""
    sources = [source for answer, source in _solution_cells(solution) if answer]
    sources += [cell.source for cell in cells if cell.role in ("answer", "essay")]
    return frozenset(name for source in sources for name in names_set(source))
