"""How a gradebook of SQLite treats its disk: it waits, and does without what a network lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_scene import (
    NAME,
    copied,
    hand_in,
    make_cohort,
)
from sqlalchemy import text

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts import disks
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    cohort = make_cohort(tmp_path_factory.mktemp("ledger") / "tree")
    hand_in(cohort, "anna", "bela")
    return cohort


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Two learners with marks by tests, and a ledger of seven rows."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    monkeypatch.delenv("CLUSTER_WHY", raising=False)
    return found


def audit(*options: str) -> int:
    return main(["audit", NAME, *options])


def test_sqlite_waits_for_locks_and_for_the_disk(cohort: Cohort) -> None:
    with open_gradebook(cohort) as gradebook:
        settings = [
            gradebook.db.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    assert settings == ["wal", 2, 30000]


def test_on_a_network_file_system_a_gradebook_does_without_shared_memory_and_says_so(
    cohort: Cohort,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
        f"40 21 0:44 / {cohort.root} rw shared:9 - nfs4 server:/export rw\n"
    )
    monkeypatch.setattr(disks, "MOUNTS", mounts)
    disks.network_file_system.cache_clear()
    try:
        with open_gradebook(cohort) as gradebook:
            assert gradebook.db.execute(text("PRAGMA journal_mode")).scalar() == "delete"
        assert audit("--check") == 0
    finally:
        disks.network_file_system.cache_clear()
    assert capsys.readouterr().err.count("network file system (nfs4)") == 1
