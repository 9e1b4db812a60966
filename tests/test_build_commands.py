"""`cluster-course build` and `new-module` as an author uses them."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from clusterlib.delivery.cli import main

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    shutil.copytree(GOLDENS / "course", tmp_path / "course")
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path / "course"))
    return tmp_path


def test_check_names_missing_stale_and_surplus_files(course, capsys):
    assert main(["build", "--check"]) == 1
    assert "modules/ngo/01-tiny.ipynb: missing" in capsys.readouterr().err
    assert main(["build"]) == 0
    assert main(["build", "--check"]) == 0
    (course / "modules/ngo/01-tiny.ipynb").write_text("edited by hand")
    (course / "exercises/ngo/01-tiny/answers.txt").write_text("a file that would leak")
    capsys.readouterr()
    assert main(["build", "--check"]) == 1
    told = capsys.readouterr().err
    assert "modules/ngo/01-tiny.ipynb: stale" in told
    assert "exercises/ngo/01-tiny/answers.txt: surplus" in told
    assert "2 files differ" in told


def test_notebooks_of_a_module_that_is_gone_are_removed_but_nobodys_own_copy(course):
    assert main(["new-module", "14-energy"]) == 0
    assert main(["build"]) == 0
    own = course / "modules/ngo/my notes on energy.ipynb"
    shutil.copy(course / "modules/ngo/14-energy.ipynb", own)
    catalogue = course / "course/course.toml"
    catalogue.write_text(catalogue.read_text().split('\n[[module]]\nslug = "14-energy"')[0])
    shutil.rmtree(course / "course/sources/14-energy")
    assert main(["build"]) == 0
    left = {path.relative_to(course).as_posix() for path in course.rglob("*14-energy*")}
    assert left == set()
    assert own.exists()


def test_one_module_is_built_alone(course):
    assert main(["new-module", "14-energy"]) == 0
    assert main(["build", "14-energy"]) == 0
    assert (course / "solutions/academic/14-energy/14-energy.ipynb").exists()
    assert not (course / "modules/academic/01-tiny.ipynb").exists()


def test_unknown_module_is_told_with_the_known_ones(course, capsys):
    assert main(["build", "99-nothing"]) == 1
    assert 'no module "99-nothing" in course/course.toml; known are 01-tiny' in (
        capsys.readouterr().err
    )


def test_build_without_the_authors_tools_says_which_to_install(course, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupytext.myst", None)
    assert main(["build"]) == 1
    told = capsys.readouterr().err
    assert "building needs jupytext.myst" in told
    assert "clusterlib[author]" in told


def test_build_without_a_bibliography_says_where_it_belongs(course, capsys):
    (course / "course/references.bib").unlink()
    assert main(["build"]) == 1
    assert "course/references.bib:1: is missing" in capsys.readouterr().err


def test_installed_copy_of_the_course_is_not_built(tmp_path, monkeypatch, capsys):
    shutil.copytree(GOLDENS / "course", tmp_path / "_course")
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path / "_course"))
    assert main(["build"]) == 1
    assert "set CLUSTER_COURSE to the course folder of a checkout" in capsys.readouterr().err


@pytest.mark.parametrize("slug", ["energy", "4-energy", "14-Energy", "14-energy-2"])
def test_new_module_wants_two_digits_and_words(course, slug, capsys):
    assert main(["new-module", slug]) == 1
    assert "two digits and words" in capsys.readouterr().err
    assert not (course / "course/sources" / slug).exists()


def test_new_module_never_writes_over_one(course, capsys):
    assert main(["new-module", "14-energy"]) == 0
    lesson = course / "course/sources/14-energy/lesson.md"
    lesson.write_text("my work")
    assert main(["new-module", "14-energy"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert lesson.read_text() == "my work"


def test_next_leads_from_lesson_to_exercise_to_the_following_lesson(course):
    for path in (course / "course/sources/01-tiny").glob("exercise.md"):
        path.write_text(path.read_text() + "\n+++\n\n## Next step\n\n{{next}}\n")
    assert main(["new-module", "14-energy"]) == 0
    assert main(["build"]) == 0
    visited = [course / "modules/ngo/01-tiny.ipynb"]
    for _ in range(3):
        cells = ["".join(c["source"]) for c in json.loads(visited[-1].read_text())["cells"]]
        step = next(cell for cell in cells if cell.startswith("## Next step"))
        visited.append((visited[-1].parent / step.rsplit("(", 1)[1].rstrip(")")).resolve())
        assert visited[-1].is_file()
    assert visited[-1] == course / "exercises/ngo/14-energy/14-energy.ipynb"
