"""The closed vocabulary of cell tags. An unknown tag is a fault: a typing error must not hide."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clusterlib.delivery.building.problems import Problem
from clusterlib.delivery.building.source import SourceCell

ROLES = ("answer", "test", "essay", "task", "locked")
ROLES_WITH_POINTS = ("test", "essay", "task")
KNOWN = f"slot:<word>, trainer, {', '.join(ROLES)}, id:<word>, points:<n>"
WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Numbered ids change their meaning when an item is moved; marks would land on another question.
POSITION = re.compile(
    r"(?:(?:q|question|item|task|test|essay|exercise|answer|cell|part|locked|no|nr)-?)?\d+(?:-.*)?"
)


@dataclass(frozen=True)
class CellTags:
    """What the tags of one cell say."""

    audience: str | None = None
    slot: str | None = None
    trainer: bool = False
    role: str | None = None
    grade_id: str | None = None
    points: int | None = None


def parse_tags(
    cell: SourceCell, audiences: tuple[str, ...], roles_allowed: bool
) -> tuple[CellTags, list[Problem]]:
    """Return what the tags say and every fault in them."""
    values: dict[str, str] = {}
    roles: list[str] = []
    problems = []
    for tag in cell.tags:
        name, colon, value = tag.partition(":")
        if tag in ROLES:
            roles.append(tag)
        elif tag == "trainer":
            values["trainer"] = "yes"
        elif colon and name == "for" and value in audiences:
            if "for" in values:
                problems.append(cell.problem("a cell is for one audience: copy it for the other"))
            values["for"] = value
        elif colon and name in ("slot", "id") and WORD.fullmatch(value):
            values[name] = value
        elif colon and name == "points" and value.isdigit() and int(value) > 0:
            values["points"] = value
        elif name == "id":
            problems.append(
                cell.problem(f'id "{value}" must be words in lower case joined by hyphens')
            )
        else:
            known = ", ".join([*(f"for:{audience}" for audience in audiences), KNOWN])
            problems.append(cell.problem(f'unknown tag "{tag}"; known are {known}'))
    tags = CellTags(
        audience=values.get("for"),
        slot=values.get("slot"),
        trainer="trainer" in values,
        role=roles[0] if roles else None,
        grade_id=values.get("id"),
        points=int(values["points"]) if "points" in values else None,
    )
    if not problems:
        problems = [cell.problem(message) for message in _faults(tags, roles, roles_allowed)]
        if tags.role in ("answer", "test") and cell.kind != "code":
            problems.append(cell.problem(f'"{tags.role}" must be a code cell'))
        if tags.role in ("essay", "task") and cell.kind != "markdown":
            problems.append(cell.problem(f'"{tags.role}" must be a Markdown cell'))
    return tags, problems


def _faults(tags: CellTags, roles: list[str], roles_allowed: bool) -> list[str]:
    faults = []
    if tags.audience and not tags.slot:
        faults.append(f'"for:{tags.audience}" without "slot:": say which slot the cell fills')
    if tags.slot and not tags.audience:
        faults.append(f'"slot:{tags.slot}" without "for:": say whose cell this is')
    if len(roles) > 1:
        faults.append(f"a cell has one role; this one has {' and '.join(roles)}")
    if roles and not roles_allowed:
        faults.append(f'role "{tags.role}" in a lesson: graded cells stand in exercise.md')
    if roles and tags.trainer:
        faults.append(f'role "{tags.role}" in a trainer cell: trainees would never see it')
    if tags.role and not tags.grade_id:
        faults.append(f'role "{tags.role}" needs an id, for example "id:top-need"')
    if tags.role in ROLES_WITH_POINTS and tags.points is None:
        faults.append(f'role "{tags.role}" needs points, for example "points:2"')
    if tags.points is not None and tags.role not in ROLES_WITH_POINTS:
        faults.append("points stand only on test, essay and task cells")
    if tags.grade_id and not tags.role:
        faults.append(f'"id:{tags.grade_id}" without a role')
    if tags.grade_id and POSITION.fullmatch(tags.grade_id):
        faults.append(
            f'id "{tags.grade_id}" is a position: name what is asked, for example "top-need"'
        )
    return faults
