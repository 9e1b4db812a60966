"""Backup and restore of a cohort: what comes back is what was there."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from backup_scene import FOLDER, back_up, change_a_mark, content, make_pattern, named, newest
from cohort_tree import MODULE, make_course, roster
from ledger_scene import (
    NAME,
    PLACES,
    copied,
    rows_of,
    write_marks,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts import swapping
from clusterlib.delivery.cohorts.gradebook import learner_ids
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.delivery.cohorts.swapping import swap
from clusterlib.delivery.runner import arrivals


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    return make_pattern(tmp_path_factory.mktemp("backup"))


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A copy that the commands find."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    return found


def test_what_was_lost_comes_back_as_it_was(cohort: Cohort) -> None:
    before, came = content(cohort), _arrivals(cohort)
    backup = back_up(cohort)
    shutil.rmtree(cohort.folder.parent)
    shutil.rmtree(cohort.exchange / cohort.course_id)
    assert main(["restore", str(backup)]) == 0
    again = named(cohort, NAME)
    assert again == cohort
    assert content(again) == before
    # A hand-in that comes back did not arrive anew: it would be late.
    assert _arrivals(again) == came
    outbound = again.exchange / again.course_id / "outbound" / MODULE / f"{MODULE}.ipynb"
    assert outbound.read_bytes() == again.exercise(MODULE).read_bytes()
    change_a_mark(again)
    assert main(["audit", NAME, "--check"]) == 0


def _arrivals(cohort: Cohort) -> dict[str, Any]:
    inbound = cohort.exchange / cohort.course_id / "inbound"
    return {path.name: arrivals.arrived(path) for path in inbound.iterdir()}


def test_a_hand_in_changed_after_the_restore_arrives_when_it_was_changed(cohort: Cohort) -> None:
    backup, (came,) = back_up(cohort), _arrivals(cohort).values()
    assert main(["restore", str(backup), "--as", "second"]) == 0
    second = named(cohort, "second")
    inbound = second.exchange / second.course_id / "inbound"
    assert _arrivals(second) == {FOLDER: came}
    (inbound / FOLDER / f"{MODULE}.ipynb").write_text("{}", encoding="utf-8")
    assert _arrivals(second)[FOLDER] > came


def test_on_another_computer_the_cohort_stands_in_the_other_place(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, backup = content(cohort), back_up(cohort)
    moved = backup.rename(tmp_path / backup.name)
    root = make_course(tmp_path / "other")
    shutil.rmtree(cohort.root)
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    assert main(["restore", str(moved), "--check"]) == 0
    assert main(["restore", str(moved)]) == 0
    (other,) = all_cohorts(root)
    assert content(other) == before
    assert other.exchange == root / "course" / "work" / "exchange"
    assert stat.S_IMODE(other.exchange.stat().st_mode) == 0o1777
    assert stat.S_IMODE(other.exchange.parent.stat().st_mode) & 0o055 == 0o055
    assert len(_arrivals(other)) == 1
    assert str(root) in (other.folder / "learner" / "nbgrader_config.py").read_text()


def test_all_audiences_of_a_cohort_come_back(cohort: Cohort, tmp_path: Path) -> None:
    people = str(roster(tmp_path / "ngo.csv", "cili,Cili,Kis,"))
    assert main(["cohort", "new", NAME, "--audience", "ngo", "--roster", people]) == 0
    backup = back_up(cohort)
    shutil.rmtree(cohort.folder.parent)
    assert main(["restore", str(backup)]) == 0
    found = all_cohorts(cohort.root)
    assert [one.course_id for one in found] == ["d-27-government", "d-27-ngo"]
    assert [learner_ids(one) for one in found] == [["anna", "bela"], ["cili"]]
    assert main(["audit", NAME, "--check"]) == 0


def test_a_database_that_does_not_answer_is_told_in_one_line(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = back_up(cohort)
    nobody = "government=postgresql+pg8000://trainer:s3cret@127.0.0.1:1/none"
    assert main(["restore", str(backup), "--as", "second", "--db", nobody]) == 1
    said = capsys.readouterr().err
    assert "a database fails" in said
    assert "s3cret" not in said
    assert said.count("\n") == 1
    assert [found.name for found in all_cohorts(cohort.root)] == [NAME]
    for wrong in ("government", "=sqlite", "ngo=sqlite"):
        assert main(["restore", str(backup), "--as", "second", "--db", wrong]) == 1


def test_everything_is_for_its_owners_eyes_alone(cohort: Cohort) -> None:
    backup = back_up(cohort)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    assert main(["restore", str(backup), "--as", "second"]) == 0
    second = named(cohort, "second")
    for folder in (second.folder.parent, second.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("gradebook.db", "cohort.toml"):
        assert stat.S_IMODE((second.folder / name).stat().st_mode) == 0o600


def test_under_another_name_both_cohorts_work_side_by_side(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = back_up(cohort)
    assert main(["restore", str(backup), "--as", "second"]) == 0
    second = named(cohort, "second")
    assert content(second) == content(cohort)
    assert "second-government" in (second.folder / "learner" / "nbgrader_config.py").read_text()
    capsys.readouterr()
    assert main(["collect", "second", MODULE]) == 0
    assert "1 learners handed in" in capsys.readouterr().out
    for name in (NAME, "second"):
        assert main(["audit", name, "--check"]) == 0
        assert main(["release", name, MODULE]) == 0


def test_a_present_cohort_is_replaced_only_in_so_many_words_and_kept_aside(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    before, backup = content(cohort), back_up(cohort)
    change_a_mark(cohort)
    changed = content(cohort)
    assert main(["restore", str(backup)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert content(cohort) == changed
    assert main(["restore", str(backup), "--replace"]) == 0
    assert content(cohort) == before
    (kept,) = (cohort.root / "course" / "work" / ".aside").iterdir()
    assert str(kept) in capsys.readouterr().out
    assert len(all_cohorts(cohort.root)) == 1
    shutil.rmtree(cohort.folder.parent)
    os.rename(kept, cohort.folder.parent)
    assert content(cohort) == changed


def test_a_sound_backup_says_what_it_holds(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    head = rows_of(cohort)[-1].hash
    backup = back_up(cohort)
    assert head in capsys.readouterr().out
    assert main(["restore", str(backup), "--check"]) == 0
    assert head in capsys.readouterr().out
    assert main(["audit", NAME, "--check", "--head", head]) == 0


def test_traps_stay_outside_and_are_named(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("of the trainer", encoding="utf-8")
    inbound = cohort.exchange / cohort.course_id / "inbound"
    shutil.copytree(inbound / FOLDER, inbound / FOLDER.replace("random", "trap"))
    for folder in (
        cohort.folder / "submitted" / "anna" / MODULE,
        inbound / FOLDER.replace("random", "trap"),
    ):
        (folder / "link.csv").symlink_to(tmp_path / "secret")
    os.mkfifo(cohort.folder / "submitted" / "anna" / "pipe")
    assert main(["backup", NAME]) == 1
    said = capsys.readouterr()
    assert "3 things are not in the backup" in said.err
    for name in ("link.csv", "pipe", "+trap"):
        assert name in said.out
    with tarfile.open(newest(cohort)) as tar:
        assert all(member.isreg() or member.isdir() for member in tar)
    assert main(["restore", str(newest(cohort)), "--as", "second"]) == 0


def test_a_backup_made_while_marks_are_written_is_one_moment(cohort: Cohort) -> None:
    start, ready = len(rows_of(cohort)), PLACES.Barrier(1)
    writer = PLACES.Process(target=write_marks, args=(cohort.root, "anna", 10**6, ready))
    writer.start()
    while len(rows_of(cohort)) < start + 3:
        assert writer.is_alive()
    backup = back_up(cohort)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join(30)
    assert main(["restore", str(backup), "--as", "second"]) == 0
    second, now = rows_of(named(cohort, "second")), rows_of(cohort)
    assert start + 3 <= len(second) < len(now)
    assert now[: len(second)] == second
    assert main(["audit", "second", "--check"]) == 0


@pytest.mark.parametrize("in_one_step", [True, False])
def test_two_folders_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(swapping, "_exchange", lambda one, other: False)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    swap(tmp_path / "a", tmp_path / "b")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "a", "a/b", "b", "b/a",
    ]  # fmt: skip
    with pytest.raises(OSError, match="No such file"):
        swap(tmp_path / "a", tmp_path / "c")
