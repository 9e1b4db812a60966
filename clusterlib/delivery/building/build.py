"""The whole course, built in memory first: a fault leaves nothing half written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from clusterlib.delivery.building.citations import read_bibliography
from clusterlib.delivery.building.course import Course
from clusterlib.delivery.building.module import build_module, read_module
from clusterlib.delivery.building.problems import BuildFailed, Problem

DERIVED_FOLDERS = ("modules", "solutions", "exercises")


def build_files(course: Course, slugs: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the bytes of every notebook by path; all modules unless `slugs` names some.

    Raises BuildFailed with the faults of all sources at once.
    """
    modules = [course.module(slug) for slug in slugs] or list(course.modules)
    references = read_bibliography(course.root)
    sources, problems = [], list[Problem]()
    for module in modules:
        try:
            sources.append(read_module(course, module, references))
        except BuildFailed as failed:
            problems += failed.problems
    if problems:
        raise BuildFailed(problems)
    files: dict[str, bytes] = {}
    for source in sources:
        files |= build_module(course, source, references)
    return files


def write_files(root: Path, files: dict[str, bytes]) -> list[str]:
    """Write the notebooks whose bytes differ; return their paths."""
    changed = [path for path, content in files.items() if _read(root / path) != content]
    for path in changed:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path])
    return changed


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def surplus_files(root: Path, files: dict[str, bytes]) -> list[str]:
    """Return every file in the derived folders that the build does not make."""
    found = []
    for folder in DERIVED_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name not in files and ".ipynb_checkpoints" not in path.parts:
                found.append(name)
    return found


def remove_orphans(root: Path, files: dict[str, bytes]) -> list[str]:
    """Remove the notebooks of modules that are gone; return their paths.

    Only a notebook under the name the build gave it goes: somebody's own copy stays.
    """
    removed = []
    for name in surplus_files(root, files):
        if _derived_name(root / name) == name:
            (root / name).unlink()
            folder = (root / name).parent
            if not any(folder.iterdir()):
                folder.rmdir()
            removed.append(name)
    return removed


def _derived_name(path: Path) -> str | None:
    """Return the path the build would have given this notebook, None if it is not of the build."""
    if path.suffix != ".ipynb":
        return None
    try:
        origin = json.loads(path.read_text(encoding="utf-8"))["metadata"]["cluster_course"]
        audience, slug = origin["audience"], origin["module"]
    except (ValueError, KeyError, TypeError):
        return None
    if origin["source"].endswith("lesson.md"):
        return f"{path.parts[-3]}/{audience}/{slug}.ipynb"
    return f"{path.parts[-4]}/{audience}/{slug}/{slug}.ipynb"


def stale_files(root: Path, files: dict[str, bytes], *, whole: bool = True) -> list[str]:
    """Return one line for each derived file that is stale, missing or surplus.

    Without `whole` the files are of some modules only, and nothing can be called surplus.
    """
    lines = []
    for path, content in files.items():
        there = _read(root / path)
        if there is None:
            lines.append(f"{path}: missing")
        elif there != content:
            lines.append(f"{path}: stale")
    if whole:
        surplus = surplus_files(root, files)
        lines += [f"{path}: surplus, the build does not make it" for path in surplus]
    return lines
