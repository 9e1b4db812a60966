"""Cohorts on disk: opened once, extended often, found again by every tool."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from cohort_tree import make_course, roster

from clusterlib.delivery.cli import CommandError, main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import active_cohort, all_cohorts, chosen_cohorts

ANNA, BELA = "anna,Anna,Kis,anna@example.org", "bela,Béla,Nagy,"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_course(tmp_path / "tree", ("government", "ngo"))
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    return root


def new(
    root: Path, *rows: str, audience: str = "government", name: str = "d-27", **more: str
) -> int:
    options = [text for key, value in more.items() for text in (f"--{key}", value)]
    path = roster(root / "roster.csv", *rows)
    return main(["cohort", "new", name, "--audience", audience, "--roster", str(path), *options])


def students(root: Path) -> dict[str, str]:
    cohort = chosen_cohorts(root, "d-27", "government")[0]
    with open_gradebook(cohort) as gradebook:
        return {student.id: student.last_name for student in gradebook.students}


def test_running_again_adds_and_corrects_but_never_removes(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(root, ANNA, BELA, timezone="Europe/Budapest") == 0
    assert new(root, "bela,Béla,Nagy-Kovács,", "cili,Cili,Szabó,") == 0
    assert "1 added, 1 corrected, 2 on the roster" in capsys.readouterr().out
    assert students(root) == {"anna": "Kis", "bela": "Nagy-Kovács", "cili": "Szabó"}


def test_a_second_audience_shares_zone_and_exchange_but_not_the_gradebook(root: Path) -> None:
    assert new(root, ANNA, timezone="Europe/Budapest") == 0
    assert new(root, BELA, audience="ngo") == 0
    first, second = all_cohorts(root)
    assert (second.timezone, second.exchange) == ("Europe/Budapest", first.exchange)
    assert second.database_url != first.database_url
    assert students(root) == {"anna": "Kis"}


def test_folders_keep_marks_private_and_the_exchange_open_but_sticky(root: Path) -> None:
    new(root, ANNA, timezone="Europe/Budapest")
    cohort = all_cohorts(root)[0]
    assert stat.S_IMODE(cohort.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((cohort.folder / "cohort.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(cohort.exchange.stat().st_mode) == 0o1777


def test_sqlite_gradebooks_wait_for_each_other(root: Path) -> None:
    from sqlalchemy import text

    new(root, ANNA, timezone="Europe/Budapest")
    with open_gradebook(all_cohorts(root)[0]) as gradebook:
        assert gradebook.db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert gradebook.db.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "Debrecen 2027"}, "cannot name a cohort"),
        ({"name": "../up"}, "cannot name a cohort"),
        ({"audience": "managers"}, 'no audience "managers"'),
        ({}, "needs a time zone"),
        ({"timezone": "CET"}, '"CET" is no time zone'),
        ({"timezone": "UTC", "db": "nonsense"}, "gradebook nonsense fails"),
        ({"timezone": "UTC", "db": "sqlite:////no/such/folder/g.db"}, "unable to open database"),
        ({"timezone": "UTC", "exchange": "/dev/null/x"}, "exchange /dev/null/x cannot be made"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], options: dict[str, str], words: str
) -> None:
    assert new(root, ANNA, **options) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_cohort_is_not_quietly_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(root, ANNA, timezone="Europe/Budapest")
    assert new(root, ANNA, timezone="Europe/Madrid") == 1
    assert "exists with another --timezone" in capsys.readouterr().err


def test_a_gradebook_belongs_to_one_audience(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path}/shared.db"
    assert new(root, ANNA, timezone="UTC", db=database) == 0
    assert new(root, BELA, audience="ngo", db=database) == 1
    assert new(root, BELA, audience="ngo", db=f"sqlite:///{tmp_path}/./shared.db") == 1
    errors = capsys.readouterr().err
    assert "is taken by d-27-government" in errors
    assert "belongs to d-27-government" in errors


def test_a_folder_name_that_nbgrader_would_take_for_a_pattern_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_course(tmp_path / "course [2027]")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    assert new(root, ANNA, timezone="UTC") == 1
    assert "nbgrader cannot work below" in capsys.readouterr().err


def test_passwords_are_not_shown(root: Path) -> None:
    new(root, ANNA, timezone="UTC")
    cohort = all_cohorts(root)[0]
    url = "postgresql+pg8000://trainer:s3cret@db.example.org/d27"
    shown = type(cohort)(**{**vars(cohort), "database": url}).database_shown
    assert "s3cret" not in shown
    assert "trainer" in shown


def test_the_work_folder_must_be_writable(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "course" / "work").write_text("a file where the folder should be", encoding="utf-8")
    assert new(root, ANNA, timezone="UTC", exchange=str(root / "exchange")) == 1
    assert "cannot be made" in capsys.readouterr().err


def test_the_configuration_finds_its_cohort(root: Path) -> None:
    new(root, ANNA, timezone="UTC")
    new(root, BELA, audience="ngo")
    government, ngo = all_cohorts(root)
    inside = government.folder / "learner"
    assert active_cohort(root, {}, inside) == government
    assert active_cohort(root, {"CLUSTER_COHORT": "d-27-ngo"}, inside) == ngo
    assert active_cohort(root, {}, root) is None
    with pytest.raises(CommandError, match="d-27-government, d-27-ngo"):
        active_cohort(root, {"CLUSTER_COHORT": "d-28-ngo"}, inside)


def test_unknown_cohorts_and_damaged_settings_are_told(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "list"]) == 0
    assert "no cohort yet" in capsys.readouterr().out
    new(root, ANNA, timezone="UTC")
    assert main(["cohort", "show", "d-72"]) == 1
    assert "known are: d-27-government" in capsys.readouterr().err
    (all_cohorts(root)[0].folder / "cohort.toml").write_text("cohort = ", encoding="utf-8")
    assert main(["cohort", "list"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_new_gradebooks_carry_the_stamp_that_nbgrader_gives(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.api import Gradebook
    from sqlalchemy import create_engine, text

    new(root, ANNA, timezone="UTC")
    # nbgrader itself calls the program alembic, which lies beside this Python.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    theirs = f"sqlite:///{root}/theirs.db"
    Gradebook(theirs, "theirs").close()
    stamps = [
        create_engine(url).connect().execute(text("SELECT * FROM alembic_version")).all()
        for url in (all_cohorts(root)[0].database_url, theirs)
    ]
    assert len(stamps[0]) == 1
    assert stamps[0] == stamps[1]
