"""The `{{...}}` fields that the build fills: a closed set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clusterlib.delivery.building.course import Course, Module
from clusterlib.delivery.building.problems import Problem
from clusterlib.delivery.building.self_checks import static_text
from clusterlib.delivery.building.source import SourceCell

FIELD = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
KNOWN = "audience, title, minutes, points, next, profile, check:<id>"


@dataclass(frozen=True)
class Edition:
    """One notebook to be made: a module's lesson or exercise, for one audience."""

    course: Course
    module: Module
    audience: str
    kind: str  # "lesson" or "exercise"
    checks: dict[str, dict[str, Any]]


def fill_fields(edition: Edition, text: str) -> str:
    """Return the text with every field filled."""
    return FIELD.sub(lambda found: _value(edition, found[1]), text)


def _value(edition: Edition, name: str) -> str:
    if name.startswith("check:"):
        return static_text(edition.checks[name.removeprefix("check:")])
    return VALUES[name](edition)


def _minutes(edition: Edition) -> str:
    lesson = edition.kind == "lesson"
    return str(edition.module.minutes_lesson if lesson else edition.module.minutes_exercise)


def _next(edition: Edition) -> str:
    """A lesson leads to its exercise, an exercise to the next module's lesson."""
    audience, slug = edition.audience, edition.module.slug
    if edition.kind == "lesson":
        path = f"../../exercises/{audience}/{slug}/{slug}.ipynb"
        return f"[Exercise: {edition.module.title}]({path})"
    following = edition.course.following(edition.module)
    if following is None:
        return "You have reached the last module of the course."
    return f"[Lesson: {following.title}](../../../modules/{audience}/{following.slug}.ipynb)"


def profile_path(audience: str) -> str:
    """Return where the learner profile of an audience lies."""
    return f"course/audiences/{audience}.md"


def _profile(edition: Edition) -> str:
    path = edition.course.root / profile_path(edition.audience)
    return path.read_text(encoding="utf-8").strip()


VALUES: dict[str, Callable[[Edition], str]] = {
    "audience": lambda edition: edition.audience,
    "title": lambda edition: edition.module.title,
    "minutes": _minutes,
    "points": lambda edition: str(edition.module.points),
    "next": _next,
    "profile": _profile,
}


def field_problems(
    cell: SourceCell, following: SourceCell | None, course: Course, checks: dict[str, Any]
) -> Iterator[Problem]:
    """Yield unknown fields, unknown checks, and checks that stand without their widget."""
    for found in FIELD.finditer(cell.text):
        name = found[1]
        if name.startswith("check:"):
            yield from _check_problems(cell, following, name.removeprefix("check:"), checks)
        elif name not in VALUES:
            message = f'unknown field "{found[0]}"; known are {KNOWN}'
            yield cell.problem(message, found.start())
        elif name == "profile":
            for audience in course.audiences:
                if not (course.root / profile_path(audience)).exists():
                    message = f"{{{{profile}}}} needs {profile_path(audience)}, which is missing"
                    yield cell.problem(message, found.start())


def _check_problems(
    cell: SourceCell, following: SourceCell | None, name: str, checks: dict[str, Any]
) -> Iterator[Problem]:
    if name not in checks:
        known = ", ".join(sorted(checks)) or "none"
        yield cell.problem(f'unknown check "{name}"; checks.toml holds {known}', 0)
    elif FIELD.sub("", cell.text).strip() or len(FIELD.findall(cell.text)) > 1:
        yield cell.problem(f"{{{{check:{name}}}}} must stand in a Markdown cell of its own", 0)
    else:
        shown = re.compile(rf"widgets\.check\([^)]*[\"']{re.escape(name)}[\"']\s*\)")
        if following is None or following.kind != "code" or not shown.search(following.text):
            yield cell.problem(
                f"the cell after {{{{check:{name}}}}} must be the code cell that shows it: "
                f'widgets.check("{cell.path.split("/")[-2]}", "{name}")',
                0,
            )
