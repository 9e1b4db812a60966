"""Each fault an author can make is told with its file and line; nothing is written."""

import shutil
from pathlib import Path

import pytest
import yaml

from clusterlib.delivery.building.build import build_files
from clusterlib.delivery.building.course import read_course
from clusterlib.delivery.building.problems import BuildFailed
from clusterlib.delivery.cli import main

HERE = Path(__file__).parent
FAULTY = sorted((HERE / "faulty_sources").glob("*.md"))
SOURCES = "course/sources/01-tiny"


@pytest.fixture
def course(tmp_path) -> Path:
    shutil.copytree(HERE / "goldens" / "course", tmp_path / "course")
    return tmp_path


def faults(course: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(BuildFailed) as caught:
        build_files(read_course(course))
    return [(problem.path, problem.line, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("source", FAULTY, ids=lambda path: path.stem)
def test_fault_is_named_where_it_stands(source, course):
    expected = yaml.safe_load(source.read_text().split("---")[1])["fault"]
    shutil.copy(source, course / SOURCES / f"{expected['file']}.md")
    found = faults(course)
    assert len(found) == 1, found
    path, line, message = found[0]
    assert path == f"{SOURCES}/{expected['file']}.md"
    assert line == expected["line"], message
    assert expected["message"] in message


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('kind = "number"', 'kind = "essay"', 1, 'unknown kind "essay"'),
        ("tolerance = 0\n", "", 1, 'check "size" lacks tolerance'),
        ('id = "size"', 'id = "weight"', 1, 'check "weight" is never asked'),
        ("answer = 30", "answer = ", 5, "is not valid TOML"),
    ],
)
def test_fault_in_the_self_checks(course, old, new, line, message):
    checks = course / SOURCES / "checks.toml"
    checks.write_text(checks.read_text().replace(old, new))
    assert any(
        path.endswith("checks.toml") and at == line and message in text
        for path, at, text in faults(course)
    )


def test_missing_files_are_named(course):
    (course / SOURCES / "exercise.md").unlink()
    (course / SOURCES / "checks.toml").unlink()
    text = "\n".join(f"{path}:{line}: {message}" for path, line, message in faults(course))
    assert f"course/course.toml:6: 01-tiny has no {SOURCES}/exercise.md" in text
    assert f"{SOURCES}/checks.toml:1: is missing" in text


def test_all_faults_of_all_sources_are_told_at_once_and_nothing_is_written(
    course, monkeypatch, capsys
):
    for name in ("unknown_citation", "duplicate_id"):
        source = HERE / "faulty_sources" / f"{name}.md"
        kind = yaml.safe_load(source.read_text().split("---")[1])["fault"]["file"]
        shutil.copy(source, course / SOURCES / f"{kind}.md")
    monkeypatch.setenv("CLUSTER_COURSE", str(course / "course"))
    assert main(["build"]) == 1
    told = capsys.readouterr().err
    assert "unknown citation key" in told
    assert "stands twice" in told
    assert "2 faults in the sources, nothing was written" in told
    assert [path.name for path in course.iterdir()] == ["course"]
