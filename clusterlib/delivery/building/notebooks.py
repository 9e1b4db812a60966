"""One notebook out of the cells one audience reads."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from clusterlib.delivery.building.audiences import Cell
from clusterlib.delivery.building.citations import Reference, number_citations, spell_out_citations
from clusterlib.delivery.building.fields import Edition, fill_fields
from clusterlib.delivery.building.grading import nbgrader_metadata
from clusterlib.delivery.building.images import attach_images
from clusterlib.delivery.building.trainer import TRAINER_TAG

LICENCE = (
    "Text under the [Creative Commons Attribution 4.0 licence]"
    "(https://creativecommons.org/licenses/by/4.0/), code under the BSD 3-Clause licence."
)


def make_notebook(edition: Edition, cells: list[Cell], references: dict[str, Reference]) -> Any:
    """Return the notebook: fields filled, citations numbered, images inside, grading marked."""
    from nbformat import from_dict

    texts = [fill_fields(edition, cell.source.text) for cell in cells]
    prose = []
    for position, cell in enumerate(cells):
        if cell.tags.trainer:
            texts[position] = spell_out_citations(texts[position], references)
        elif cell.source.kind == "markdown":
            prose.append(position)
    numbered, sources = number_citations([texts[i] for i in prose], references)
    for position, text in zip(prose, numbered, strict=True):
        texts[position] = text
    folder = edition.course.root / edition.module.folder
    made = [_make_cell(cell, text, folder) for cell, text in zip(cells, texts, strict=True)]
    if sources is not None:
        made.append(_markdown(sources))
    made.append(_markdown(_provenance(edition)))
    _name_cells(edition, made)
    metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
        "cluster_course": {
            "audience": edition.audience,
            "module": edition.module.slug,
            "source": f"{edition.module.folder}/{edition.kind}.md",
        },
    }
    # Not nbformat's makers: they validate each cell anew, a third of the build's time.
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made}
    return from_dict(notebook)  # type: ignore[no-untyped-call]


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _make_cell(cell: Cell, text: str, folder: Path) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if (grading := nbgrader_metadata(cell)) is not None:
        metadata["nbgrader"] = grading
    if cell.tags.trainer:
        metadata["tags"] = [TRAINER_TAG]
    if cell.source.kind == "code":
        return {
            "cell_type": "code",
            "execution_count": None,
            "metadata": metadata,
            "outputs": [],
            "source": text,
        }
    text, attachments = attach_images(text, folder)
    made = {**_markdown(text), "metadata": metadata}
    if attachments:
        made["attachments"] = attachments
    return made


def _provenance(edition: Edition) -> str:
    return (
        f"Generated from `{edition.module.folder}/{edition.kind}.md`: edit there, then run "
        f"`cluster-course build {edition.module.slug}`. {LICENCE}"
    )


def _name_cells(edition: Edition, cells: list[dict[str, Any]]) -> None:
    """Give each cell an id from its content: two builds agree, and an edit moves no other id."""
    seen: Counter[str] = Counter()
    for cell in cells:
        text = cell["source"]
        ordinal = str(seen[text])
        seen[text] += 1
        content = "\0".join([edition.module.slug, edition.kind, edition.audience, ordinal, text])
        cell["id"] = hashlib.sha256(content.encode()).hexdigest()[:16]


def notebook_bytes(notebook: Any) -> bytes:
    """Return the notebook as it is written: sorted keys, LF, one newline at the end."""
    from nbformat.v4.nbjson import JSONWriter

    writer: Any = JSONWriter()
    return f"{writer.writes(notebook)}\n".encode()
