"""Reading of a source file: cells with their tags and the lines they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clusterlib.delivery.building.problems import BuildFailed, Problem

DIRECTIVE = re.compile(r"^\s*(?:`{3,}|~{3,}|:{3,})\s*\{([^}]*)\}")
MYST_ROLE = re.compile(r"(?<!\{)\{([a-z][a-z:-]*)\}`[^`]+`")


@dataclass(frozen=True)
class SourceCell:
    """One cell as its author wrote it; `line` holds the tags, `text_line` begins the text."""

    path: str
    kind: str
    text: str
    tags: tuple[str, ...]
    line: int
    text_line: int

    def problem(self, message: str, position: int | None = None) -> Problem:
        """Return a fault of this cell; `position` is a character position in its text."""
        if position is None:
            return Problem(self.path, self.line, message)
        return Problem(self.path, self.text_line + self.text.count("\n", 0, position), message)


def read_source(root: Path, path: str) -> list[SourceCell]:
    """Return the cells of the MyST notebook at `root / path`."""
    from jupytext.myst import MystMetadataParsingError, myst_to_notebook

    text = (root / path).read_text(encoding="utf-8")
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except MystMetadataParsingError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 1
        raise BuildFailed([Problem(path, line, f"tags cannot be read: {error}")]) from error
    lines = text.splitlines()
    cells = []
    for cell, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        first = cell.source.split("\n", 1)[0]
        text_line = next(
            (number for number in range(start + 1, len(lines) + 1) if lines[number - 1] == first),
            start + 1,
        )
        tags = cell.metadata.get("tags", ())
        tags = (tags,) if isinstance(tags, str) else tuple(str(tag) for tag in tags)
        cells.append(SourceCell(path, cell.cell_type, cell.source, tags, max(start, 1), text_line))
    return cells


def directive_problems(cell: SourceCell) -> list[Problem]:
    """JupyterLab shows no MyST but code cells, so any other directive would reach readers raw."""
    problems = []
    if cell.kind == "raw":
        problems.append(cell.problem("raw cells are not used here: write Markdown or a code-cell"))
    if cell.kind != "markdown":
        return problems
    position = 0
    for line in cell.text.split("\n"):
        if found := DIRECTIVE.match(line):
            problems.append(
                cell.problem(
                    f'MyST directive "{found[1]}" is not shown by JupyterLab: '
                    "use plain Markdown, a bold callout or a {code-cell}",
                    position,
                )
            )
        elif found := MYST_ROLE.search(line):
            problems.append(
                cell.problem(
                    f'MyST role "{found[1]}" is not shown by JupyterLab: use a plain link or code',
                    position,
                )
            )
        position += len(line) + 1
    return problems
