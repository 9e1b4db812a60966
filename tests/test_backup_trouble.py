"""Damaged backups and killed runs: a restore brings all of it back or touches nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backup_scene import back_up, change_a_mark, content, make_pattern, named
from ledger_scene import (
    NAME,
    copied,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.places import Cohort


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


def _start(cohort: Cohort, *words: str) -> subprocess.Popen[bytes]:
    command = "import sys; from clusterlib.delivery.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", command, *words],
        env=os.environ | {"CLUSTER_COURSE": str(cohort.root / "course")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


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
