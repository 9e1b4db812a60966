"""The shape of the house: who may import whom, what an import costs, what lies at the top."""

import ast
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "clusterlib"
# Lowest floor first; a room may import from its own floor and from those below it.
FLOORS = {
    "validation": 0,
    "data": 0,
    "rules": 0,
    "portfolio": 2,
    "charts": 2,
    "widgets": 3,
    "documents": 3,
    "delivery": 4,
}
METHODS = 1
TOP = {
    "pyproject.toml",
    "course",
    "modules",
    "exercises",
    "solutions",
    "clusterlib",
    "tests",
    "README.md",
    "LICENSE",
    "LICENSE-content",
    "CITATION.cff",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "requirements.lock",
}


def room(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "clusterlib":
                names = [f"clusterlib.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("clusterlib.")}
    return found


def files() -> list[Path]:
    return [
        path
        for path in sorted(LIBRARY.rglob("*.py"))
        if path.parent != LIBRARY or path.name != "__init__.py"
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_a_room_imports_only_from_its_floor_and_below(path: Path) -> None:
    own = FLOORS.get(room(path), METHODS)
    above = {name for name in imported_rooms(path) if FLOORS.get(name, METHODS) > own}
    assert not above, f"{path.name} reaches up to {sorted(above)}"


def test_nothing_but_delivery_imports_delivery() -> None:
    guests = [
        path for path in files() if room(path) != "delivery" and "delivery" in imported_rooms(path)
    ]
    assert guests == []


def test_importing_the_library_loads_no_plotting_no_widgets_no_grading() -> None:
    heavy = ["matplotlib", "ipywidgets", "nbgrader", "pandera", "scipy", "pandas"]
    command = f"import sys, clusterlib; print([name for name in {heavy} if name in sys.modules])"
    seen = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "[]"


def test_the_library_imports_in_no_more_than_1_3_times_the_time_of_pandas() -> None:
    def seconds(statement: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - start

    pairs = [(seconds("import clusterlib"), seconds("import pandas")) for _ in range(3)]
    assert statistics.median(ours / theirs for ours, theirs in pairs) <= 1.3


def test_every_room_opens_on_first_use() -> None:
    import clusterlib

    rooms = {room(path) for path in files()} - {"delivery", "validation"}
    assert rooms <= set(dir(clusterlib)), "name the room in clusterlib/__init__.py"
    assert all(getattr(clusterlib, name).__name__ == f"clusterlib.{name}" for name in rooms)


def test_the_top_level_is_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP


def test_the_lock_holds_exact_versions_and_no_addresses() -> None:
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if line.strip()]
    assert [line for line in lines if not re.match(r"^[a-z0-9._-]+==[\w.]+( ; .+)?$", line)] == []


def test_solutions_and_exercises_hold_nothing_but_notebooks() -> None:
    for folder in ("solutions", "exercises"):
        strays = [
            p
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and p.suffix != ".ipynb" and ".ipynb_checkpoints" not in p.parts
        ]
        assert strays == []
