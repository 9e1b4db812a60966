"""Trainer notes: gathered at the top of the solution, where the trainer opens it."""

from __future__ import annotations

from clusterlib.delivery.building.audiences import Cell
from clusterlib.delivery.building.source import SourceCell
from clusterlib.delivery.building.tags import CellTags

TRAINER_TAG = "trainer"
INTRODUCTION = "## Trainer notes\n\nFor trainers only: the release leaves these cells out."


def trainer_notes(lesson: list[Cell], exercise: list[Cell]) -> list[Cell]:
    """Return the trainer cells of both sources under one heading; nothing when there are none."""
    notes = []
    for cells, heading in ((lesson, "### On the lesson"), (exercise, "### On the exercise")):
        if cells:
            notes += [_note(cells[0].source, heading), *cells]
    return [_note(notes[0].source, INTRODUCTION), *notes] if notes else []


def _note(near: SourceCell, text: str) -> Cell:
    source = SourceCell(near.path, "markdown", text, (TRAINER_TAG,), near.line, near.text_line)
    return Cell(source, CellTags(trainer=True))
