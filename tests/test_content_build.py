"""Derived files, leaks, points, ids: what must hold for every module of the real course."""

import json
import re
from pathlib import Path

import pytest
from course_content import (
    AUDIENCES,
    COURSE,
    EDITIONS,
    ROOT,
    SLUGS,
    TEMPLATE,
    exercise,
    lesson,
    solution,
    text,
)

from clusterlib.delivery.building.build import DERIVED_FOLDERS, build_files, stale_files

RECORD = Path(__file__).parent / "goldens" / "grade_ids.json"
MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
REGION = re.compile(
    r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME).*?\n(.*?)[^\n]*END \1", flags=re.DOTALL
)


def test_every_module_of_the_catalogue_has_its_sources():
    assert SLUGS
    for slug in SLUGS:
        for name in ("lesson.md", "exercise.md", "checks.toml"):
            assert (ROOT / "course/sources" / slug / name).is_file(), f"{slug}/{name}"
    folders = {path.name for path in (ROOT / "course/sources").iterdir() if path.is_dir()}
    assert folders == set(SLUGS), "course.toml lists the modules that exist, and only those"


def test_derived_files_are_current():
    assert stale_files(ROOT, build_files(COURSE)) == []


@pytest.mark.parametrize("folder", DERIVED_FOLDERS)
def test_derived_folders_hold_nothing_but_notebooks(folder):
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    files = [path for path in files if ".ipynb_checkpoints" not in path.parts]
    assert files
    assert [path for path in files if path.suffix != ".ipynb"] == []


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_nothing_of_the_solution_leaks_into_lesson_or_exercise(slug, audience):
    for notebook in (exercise(slug, audience), lesson(slug, audience)):
        shown = "\n".join(text(cell) for cell in notebook["cells"])
        assert not [marker for marker in MARKERS if marker in shown]
        assert not [c for c in notebook["cells"] if "trainer" in c["metadata"].get("tags", [])]
    given = "\n".join(text(cell) for cell in exercise(slug, audience)["cells"])
    secrets = set()
    for cell in solution(slug, audience)["cells"]:
        regions = [region[2].strip() for region in REGION.finditer(text(cell))]
        if cell["cell_type"] == "code":
            # One line may well be the same: an answer uses what the cells before it show.
            secrets |= set(regions)
        elif "trainer" in cell["metadata"].get("tags", []):
            secrets |= set(text(cell).splitlines())
        else:
            secrets |= {line for region in regions for line in region.splitlines()}
    assert secrets
    told = [part for part in secrets if len(part.split()) > 5 and part.strip() in given]
    assert told == [], "parts of a model answer, test or note that stand in the exercise too"


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_points_in_prose_are_the_points_in_the_metadata(slug, audience):
    announced: list[int] = []
    given: list[int] = []
    for cell in exercise(slug, audience)["cells"]:
        for points in re.findall(r"^#+ \d+\. .*\((\d+) points?\)$", text(cell), re.MULTILINE):
            announced.append(int(points))
            given.append(0)
        given_here = cell["metadata"].get("nbgrader", {}).get("points")
        if given_here is not None:
            given[-1] += given_here
    assert announced == given
    assert sum(given) == 20


def grade_ids(slug: str, audience: str) -> list[str]:
    """Return the ids of graded, answer and locked cells in their order."""
    gradings = [c["metadata"].get("nbgrader") for c in exercise(slug, audience)["cells"]]
    return [grading["grade_id"] for grading in gradings if grading]


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_grade_ids_are_unique_words(slug, audience):
    ids = grade_ids(slug, audience)
    assert len(set(ids)) == len(ids) > 0
    assert [name for name in ids if not re.search(r"[a-z]{3}", name)] == []


def test_no_grade_id_of_this_version_has_vanished(update_goldens):
    """Marks hang on ids: one that goes takes its marks along, so the course's version must rise."""
    import tomllib

    catalogue = tomllib.loads((ROOT / "course/course.toml").read_text(encoding="utf-8"))
    version = catalogue["course"]["version"]
    now = {f"{s}/{a}": grade_ids(s, a) for s, a in EDITIONS if s != TEMPLATE}
    assert RECORD.exists() or update_goldens, "record the ids: pytest --update-goldens"
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"ids": {}}
    vanished = [
        f"{edition}: {name}"
        for edition, ids in record["ids"].items()
        for name in ids
        if name not in now.get(edition, [])
    ]
    assert not vanished or record["version"] != version
    if update_goldens:
        content = json.dumps({"version": version, "ids": now}, indent=1, sort_keys=True)
        RECORD.write_text(content + "\n", encoding="utf-8")


def test_audiences_are_the_four_of_the_design():
    assert AUDIENCES == ("academic", "enterprise", "government", "ngo")
