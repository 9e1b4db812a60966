"""The catalogue as the build needs it: modules, their minutes and points, and where things lie."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from clusterlib.delivery.building.problems import BuildFailed, Problem

CATALOGUE = "course/course.toml"


@dataclass(frozen=True)
class Module:
    """One row of the catalogue; minutes are minutes, points are whole points."""

    slug: str
    title: str
    minutes_lesson: int
    minutes_exercise: int
    points: int
    line: int

    @property
    def folder(self) -> str:
        """Folder of the sources, from the root of the course."""
        return f"course/sources/{self.slug}"


@dataclass(frozen=True)
class Course:
    """The catalogue and the root folder that holds course/, modules/, solutions/, exercises/."""

    root: Path
    title: str
    audiences: tuple[str, ...]
    modules: tuple[Module, ...]

    def module(self, slug: str) -> Module:
        """Return one module; ValueError names the known ones."""
        for module in self.modules:
            if module.slug == slug:
                return module
        known = ", ".join(module.slug for module in self.modules)
        raise ValueError(f'there is no module "{slug}" in {CATALOGUE}; known are {known}')

    def following(self, module: Module) -> Module | None:
        """Return the module that comes next in the catalogue, None after the last."""
        position = self.modules.index(module) + 1
        return self.modules[position] if position < len(self.modules) else None


def read_course(root: Path) -> Course:
    """Read course/course.toml under `root`; BuildFailed names every row that cannot be used."""
    text = (root / CATALOGUE).read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BuildFailed([Problem(CATALOGUE, 1, f"is not valid TOML: {error}")]) from error
    lines = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() == "[[module]]"
    ]
    modules, problems = [], []
    for line, row in zip(lines, tables.get("module", []), strict=True):
        wanted = ("slug", "title", "minutes_lesson", "minutes_exercise", "points")
        missing = [name for name in wanted if name not in row]
        if missing:
            problems.append(Problem(CATALOGUE, line, f"module lacks {', '.join(missing)}"))
        else:
            modules.append(Module(**{name: row[name] for name in wanted}, line=line))
    if problems:
        raise BuildFailed(problems)
    course = tables["course"]
    return Course(root, course["title"], tuple(course["audiences"]), tuple(modules))
