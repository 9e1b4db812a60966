"""Reads what a learner handed in, whatever program saved it; trusts the text of cells alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner.pictures import Picture, take_pictures

MAX_FILE = 50_000_000
MAX_CELLS = 400
MAX_SOURCE = 200_000
TOO_LONG = "(left out by the grader: this cell is longer than 200,000 characters)"


class Unreadable(Exception):
    """The file is no notebook; says why in words for the learner."""


@dataclass(frozen=True)
class Cell:
    """One cell as handed in: kind is code, markdown or raw."""

    kind: str
    source: str
    id: str
    grading: dict[str, Any]

    @property
    def grade_id(self) -> str | None:
        """The name nbgrader knows it by, if it claims one."""
        name = self.grading.get("grade_id")
        return name if isinstance(name, str) and name else None

    @property
    def as_released(self) -> bool:
        """Say whether it still bears the text of which nbgrader kept the checksum."""
        return self.grading.get("checksum") == self.checksum

    @property
    def checksum(self) -> str:
        """nbgrader's checksum of a cell that it knows, computed without nbgrader."""
        grade, solution = (bool(self.grading.get(key)) for key in ("grade", "solution"))
        locked = not solution and (grade or bool(self.grading.get("locked")))
        parts = [self.source, self.kind, str(grade), str(solution), str(locked)]
        parts.append(self.grade_id or "")
        if grade:
            points = self.grading.get("points")
            parts.append(str(float(points) if isinstance(points, int | float) else 0.0))
        text = "".join(parts).encode("utf-8", "replace")
        # A sign of change, not a protection: nbgrader takes MD5 here.
        return hashlib.md5(text, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Submitted:
    """All cells in the learner's order, and what had to be passed over."""

    cells: list[Cell]
    kernel: str
    notes: list[str]
    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """How many answer cells are not as they were released."""
        own = [cell for cell in self.cells if cell.grade_id and cell.grading.get("solution")]
        return sum(not cell.as_released for cell in own)


def read(path: Path) -> Submitted:
    """Read a notebook of format 3 or 4 saved by any program.

    Raises:
        Unreadable: no regular file, too large, no JSON, or no notebook.
    """
    if path.is_symlink() or not path.is_file():
        raise Unreadable("there is no notebook file")
    if path.stat().st_size > MAX_FILE:
        raise Unreadable(f"the file is larger than {MAX_FILE // 1_000_000} MB: clear its outputs")
    try:
        found = json.loads(_text(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the file is no notebook: it is damaged or empty") from error
    if not isinstance(found, dict):
        raise Unreadable("the file is no notebook")
    raw = _raw_cells(found)
    if raw is None:
        raise Unreadable("the file is no notebook: it holds no cells")
    notes = []
    pictures: dict[str, Picture] = {}
    cells = [cell for cell in (_cell(one, pictures) for one in raw) if cell is not None]
    if len(cells) < len(raw):
        notes.append(f"{len(raw) - len(cells)} damaged cells were passed over")
    if len(cells) > MAX_CELLS:
        notes.append(f"of {len(cells)} cells the first {MAX_CELLS} free ones are kept")
        cells = _shortened(cells)
    return Submitted(cells, _kernel(found), notes, pictures)


def _text(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _raw_cells(found: dict[str, Any]) -> list[Any] | None:
    cells = found.get("cells")
    if cells is None:
        # Format 3 kept its cells in worksheets.
        sheets = found.get("worksheets")
        if not isinstance(sheets, list):
            return None
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    return cells if isinstance(cells, list) else None


def _cell(raw: Any, pictures: dict[str, Picture]) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    kind = raw.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "markdown"
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    grading = metadata.get("nbgrader")
    name = raw.get("id", metadata.get("id"))
    return Cell(
        kind=kind,
        source=take_pictures(raw, clean(source), pictures),
        id=name if isinstance(name, str) else "",
        grading=grading if isinstance(grading, dict) else {},
    )


def clean(source: str) -> str:
    """Return text with plain line ends, no invisible marks, and of bearable length."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    source = source.replace("\u00a0", " ").encode("utf-8", "replace").decode()
    return source if len(source) <= MAX_SOURCE else TOO_LONG


def _shortened(cells: list[Cell]) -> list[Cell]:
    """Keep every cell that nbgrader knows, and as many others as a person would read."""
    left = MAX_CELLS
    kept = []
    for cell in cells:
        if cell.grade_id is None:
            left -= 1
        if cell.grade_id is not None or left >= 0:
            kept.append(cell)
    return kept[: 3 * MAX_CELLS]


def _kernel(found: dict[str, Any]) -> str:
    metadata = found.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = spec.get("name") if isinstance(spec, dict) else ""
    return name if isinstance(name, str) else ""
