"""Where the course folder is found, what it lists, and how little an import costs."""

import subprocess
import sys

import pytest

import clusterlib
from clusterlib import data

AUDIENCES = ["academic", "enterprise", "government", "ngo"]


def test_importing_is_cheap():
    code = (
        "import sys, clusterlib, clusterlib.data\n"
        "heavy = {'pandas', 'pandera', 'matplotlib', 'scipy', 'ipywidgets'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_catalogue_lists_audiences_and_modules():
    assert data.list_audiences() == AUDIENCES
    modules = data.list_modules()
    assert modules["slug"].is_unique
    assert {"title", "minutes_lesson", "points", "outcomes"} <= set(modules.columns)


def test_course_folder_is_chosen_by_the_environment(monkeypatch, tmp_path):
    (tmp_path / "course.toml").write_text('[course]\naudiences = ["ngo"]\n', encoding="utf-8")
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path))
    assert data.course_path() == tmp_path
    assert data.list_audiences() == ["ngo"]
    assert data.list_modules().empty


def test_a_wrong_course_folder_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="CLUSTER_COURSE"):
        data.course_path()


def test_a_case_file_that_lacks_words_is_named(monkeypatch, tmp_path):
    (tmp_path / "course.toml").write_text('[course]\naudiences = ["ngo"]\n', encoding="utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "ngo.toml").write_text('seed = 1\nrole = "clerk"\n', encoding="utf-8")
    monkeypatch.setenv("CLUSTER_COURSE", str(tmp_path))
    with pytest.raises(ValueError, match="lacks person, organisation"):
        clusterlib.load_case("ngo")
