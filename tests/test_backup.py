"""Backup and restore of a cohort: the same marks and ledger, or nothing at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cohort_tree import MODULE
from ledger_scene import NAME, TEST, copied, give, hand_in, make_cohort, rows_of

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts import swapping
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger.check import read_both
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.delivery.cohorts.swapping import swap
from clusterlib.delivery.runner import arrivals

FOLDER = f"anna+{MODULE}+2027-03-01 10:00:00.0 UTC+random"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of: marks, collected work, hand-ins."""
    cohort = make_cohort(tmp_path_factory.mktemp("backup") / "tree")
    hand_in(cohort, "anna", "bela")
    exercise = cohort.exercise(MODULE).parent
    inbound = cohort.exchange / cohort.course_id / "inbound"
    for target in (inbound / FOLDER, cohort.folder / "submitted" / "anna" / MODULE):
        shutil.copytree(exercise, target)
        (target / "timestamp.txt").write_text("2027-03-01 10:00:00.0 UTC", encoding="utf-8")
        (target / "submission_secret.txt").write_text("secret", encoding="utf-8")
        (target / "árak.csv").write_text("ár;1\r\n", encoding="utf-8")
    return cohort


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A copy that the commands find."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    return found


def back_up(cohort: Cohort) -> Path:
    """Back up and return the file."""
    assert main(["backup", NAME]) == 0
    return newest(cohort)


def newest(cohort: Cohort) -> Path:
    return max((cohort.root / "course" / "work" / "backups").iterdir())


def named(cohort: Cohort, name: str) -> Cohort:
    return next(found for found in all_cohorts(cohort.root) if found.name == name)


def content(cohort: Cohort) -> tuple[Any, ...]:
    """Return all that must come back: ledger, marks, and every file that is not a cache."""
    with open_gradebook(cohort) as gradebook:
        rows, marks = read_both(gradebook)
        people = [student.to_dict() for student in gradebook.students]
        due = gradebook.find_assignment(MODULE).duedate
    return rows, marks, people, due, files(cohort.folder)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    passing = (
        "gradebook.db",
        "ledger-heads.txt",
        "cohort.toml",
        "claims.lock",
        "nbgrader_config.py",
    )
    return {
        str(path.relative_to(folder)): (path.read_bytes(), int(path.stat().st_mtime))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(passing)
    }


def change_a_mark(cohort: Cohort, points: float = 0.5) -> None:
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, manual_score=points)
        gradebook.db.commit()


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


def _write_anew(backup: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup's parts into a new file after a change."""
    with tarfile.open(backup) as tar:
        parts = {m.name: tar.extractfile(m).read() for m in tar if m.isreg()}  # type: ignore[union-attr]
    change(parts)
    with tarfile.open(backup, "w:gz") as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def _other_mark(parts: dict[str, bytes]) -> None:
    parts["work/government/submitted/anna/07-probe/timestamp.txt"] += b" "


def _one_more(parts: dict[str, bytes]) -> None:
    parts["work/government/extra.txt"] = b""


def _one_less(parts: dict[str, bytes]) -> None:
    del parts["work/government/cohort.toml"]


def _way_out(parts: dict[str, bytes]) -> None:
    parts["work/../../../out.txt"] = b""


def _no_list(parts: dict[str, bytes]) -> None:
    del parts["manifest.json"]


def _newer_format(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = parts["manifest.json"].replace(b'"format": 1', b'"format": 2')


def _other_gradebook(parts: dict[str, bytes]) -> None:
    """Change the gradebook and the hash of its file: its ledger's head tells."""
    name, manifest = "gradebooks/government.db", json.loads(parts["manifest.json"])
    head = manifest["audiences"]["government"]["head"]["hash"].encode()
    parts[name] = parts[name].replace(head, b"0" * 64)
    manifest["files"][name]["sha256"] = hashlib.sha256(parts[name]).hexdigest()
    parts["manifest.json"] = json.dumps(manifest).encode()


DAMAGES = {
    _other_mark: "is not as it was written: work/government/submitted/anna",
    _one_more: "is not as it was written: work/government/extra.txt",
    _one_less: "is not as it was written: work/government/cohort.toml",
    _way_out: "names a strange path",
    _no_list: "is no backup of a cohort",
    _newer_format: "in format 2",
    _other_gradebook: "is not the one it names",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__.strip("_"))
def test_a_changed_backup_is_refused_before_anything_is_touched(
    cohort: Cohort, damage: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    backup, before = back_up(cohort), content(cohort)
    _write_anew(backup, damage)
    _check_refused(cohort, backup, DAMAGES[damage], before, capsys)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.999])
def test_a_cut_or_scratched_backup_is_refused(
    cohort: Cohort, part: float, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, before = back_up(cohort), content(cohort)
    data = bytearray(backup.read_bytes())
    place = int(len(data) * part)
    backup.write_bytes(data[:place])
    _check_refused(cohort, backup, "", before, capsys)
    data[place + 20 if part < 0.9 else place - 20] ^= 0x55
    backup.write_bytes(data)
    _check_refused(cohort, backup, "", before, capsys)


def _check_refused(
    cohort: Cohort,
    backup: Path,
    words: str,
    before: tuple[Any, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = cohort.root / "course" / "work"
    there = sorted(path.name for path in work.iterdir())
    for options in (["--check"], ["--replace"], ["--as", "second"]):
        assert main(["restore", str(backup), *options]) == 1
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
    assert sorted(path.name for path in work.iterdir()) == there
    assert content(cohort) == before


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


def _start(cohort: Cohort, *words: str) -> subprocess.Popen[bytes]:
    command = "import sys; from clusterlib.delivery.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", command, *words],
        env=os.environ | {"CLUSTER_COURSE": str(cohort.root / "course")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_backup_made_while_marks_are_written_is_one_moment(cohort: Cohort) -> None:
    start, stop = len(rows_of(cohort)), os.pipe()
    writer = os.fork()
    if writer == 0:
        try:
            os.close(stop[1])
            os.set_blocking(stop[0], False)
            number = 0
            while not _closed(stop[0]):
                number += 1
                change_a_mark(cohort, float(number))
        finally:
            os._exit(0)
    os.close(stop[0])
    try:
        while len(rows_of(cohort)) < start + 3:
            time.sleep(0.01)
        backup = back_up(cohort)
    finally:
        os.close(stop[1])
        os.waitpid(writer, 0)
    assert main(["restore", str(backup), "--as", "second"]) == 0
    second, now = rows_of(named(cohort, "second")), rows_of(cohort)
    assert start + 3 <= len(second) < len(now)
    assert now[: len(second)] == second
    assert main(["audit", "second", "--check"]) == 0


def _closed(pipe: int) -> bool:
    try:
        return os.read(pipe, 1) == b""
    except BlockingIOError:
        return False


def test_a_restore_killed_at_any_moment_leaves_the_old_or_the_new(cohort: Cohort) -> None:
    new, backup = content(cohort), back_up(cohort)
    change_a_mark(cohort)
    old = content(cohort)
    work = cohort.root / "course" / "work"
    seen = set()
    for moment in ("unpacking", "exchange", "aside", "placed"):
        process = _start(cohort, "restore", str(backup), "--replace")
        while process.poll() is None and not _reached(work, moment):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = content(named(cohort, NAME))
        assert found in (old, new)
        seen.add(found == new)
        assert main(["audit", NAME, "--check"]) == 0
        if found == new:
            change_a_mark(cohort)
            old = content(cohort)
    assert False in seen
    assert main(["restore", str(backup), "--replace"]) == 0
    assert content(named(cohort, NAME)) == new
    assert not list(work.glob(".restoring-*"))


def _reached(work: Path, moment: str) -> bool:
    staged = list(work.glob(".restoring-*"))
    if moment == "unpacking":
        return bool(staged and (staged[0] / "work").exists())
    if moment == "exchange":
        return bool(list(work.glob("exchange/*/.restoring-*")))
    return bool(list(work.glob(".aside/*"))) and (moment == "aside" or not staged)


def test_a_killed_backup_leaves_no_file_and_the_next_one_clears_up(cohort: Cohort) -> None:
    folder = cohort.root / "course" / "work" / "backups"
    process = _start(cohort, "backup", NAME)
    while not list(folder.glob(".backup-*")):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not list(folder.glob("*.tar.gz"))
    back_up(cohort)
    assert [path.suffix for path in folder.iterdir()] == [".gz"]


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
