"""One file that holds a whole cohort: marks, their ledger, hand-ins, settings."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import learner_ids, open_gradebook
from clusterlib.delivery.cohorts.gradebook_copy import copy_to_file, head_of, sqlite_file
from clusterlib.delivery.cohorts.ledger.check import note_head
from clusterlib.delivery.cohorts.ledger.rows import Head
from clusterlib.delivery.cohorts.places import WORK, Cohort
from clusterlib.delivery.runner import arrivals

FORMAT = 1
MANIFEST = "manifest.json"
BACKUPS = f"{WORK}/backups"
PIECE = 1 << 20
# Half-made work of runs that are under way, and locks; the next run makes them anew.
UNDER_WAY = {"grading", "collecting", "returning", "claims.lock"}
# Marks last: what they were given for is then in the file, or is graded again.
ORDER = ("feedback", "autograded", "submitted")


@dataclass
class Backup:
    """What was written: the file, each audience's head, and what could not be taken, with why."""

    path: Path
    heads: dict[str, Head] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def make_backup(cohorts: list[Cohort], folder: Path) -> Backup:
    """Write all audiences of one cohort into one new file.

    Args:
        cohorts: every audience of the cohort.
        folder: where to; made for its owner's eyes alone where it is missing.

    Raises:
        CommandError: the folder cannot be written, or a gradebook cannot be read.
    """
    moment = datetime.now(UTC)
    name = f"{cohorts[0].name}-{moment:%Y%m%dT%H%M%SZ}.tar.gz"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_folder(folder, ".backup") as aside:
            backup = Backup(folder / name)
            _write(aside / name, aside, cohorts, moment, backup)
            sync(aside / name)
            if backup.path.exists():
                raise CommandError(f"{backup.path} is there already: try again in a second")
            os.replace(aside / name, backup.path)
            sync(folder)
    except (OSError, sqlite3.Error) as error:
        raise CommandError(f"the backup in {folder} cannot be written: {error}") from error
    for cohort in cohorts:
        with open_gradebook(cohort) as gradebook:
            note_head(cohort, gradebook)
    return backup


@contextmanager
def private_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Give an empty folder for its owner alone and clear it away, also those of killed runs."""
    for left in parent.glob(f"{prefix}-*"):
        process = left.name.removeprefix(f"{prefix}-")
        if process.isdigit() and not _runs(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    folder = parent / f"{prefix}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Archive:
    """The file under way, with the SHA-256 of everything in it."""

    def __init__(self, tar: tarfile.TarFile, backup: Backup) -> None:
        self.tar, self.backup = tar, backup
        self.files: dict[str, dict[str, Any]] = {}

    def tree(self, source: Path, name: str, skip: frozenset[Path] = frozenset()) -> None:
        """Add a folder with all that is below it; links and special files are left out, named."""
        try:
            entries = sorted(os.scandir(source), key=_order)
            mode = stat.S_IMODE(source.stat().st_mode)
        except (FileNotFoundError, PermissionError) as error:
            self._left_out(source, error)
            return
        self.folder(name, mode)
        for entry in entries:
            path = Path(entry.path)
            if path in skip:
                continue
            if entry.is_dir(follow_symlinks=False):
                self.tree(path, f"{name}/{entry.name}", skip)
            elif entry.is_file(follow_symlinks=False):
                self.file(path, f"{name}/{entry.name}")
            else:
                self.backup.left_out.append(f"{path}: a link or special file")

    def file(self, source: Path, name: str) -> None:
        """Add one file."""
        try:
            handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            self._left_out(source, error)
            return
        with os.fdopen(handle, "rb") as opened:
            state = os.fstat(handle)
            info = tarfile.TarInfo(name)
            info.size, info.mode = state.st_size, stat.S_IMODE(state.st_mode)
            info.mtime = int(state.st_mtime)
            reader = _Hashing(opened)
            self.tar.addfile(info, reader)
        self.files[name] = {"size": info.size, "sha256": reader.digest.hexdigest()}

    def folder(self, name: str, mode: int) -> None:
        """Add a folder itself."""
        info = tarfile.TarInfo(name)
        info.type, info.mode = tarfile.DIRTYPE, mode
        self.tar.addfile(info)

    def _left_out(self, path: Path, error: OSError) -> None:
        # What a run moved away a moment ago is under way, and not lost.
        if not isinstance(error, FileNotFoundError):
            self.backup.left_out.append(f"{path}: {error.strerror}")


class _Hashing(io.RawIOBase):
    def __init__(self, source: Any) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self.source.read(size)
        self.digest.update(piece)
        return piece


def _order(entry: os.DirEntry[str]) -> tuple[int, str]:
    return (ORDER.index(entry.name) if entry.name in ORDER else len(ORDER), entry.name)


def _write(
    path: Path, aside: Path, cohorts: list[Cohort], moment: datetime, backup: Backup
) -> None:
    from clusterlib import __version__

    audiences = {}
    opened = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(opened, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
        archive = _Archive(tar, backup)
        archive.tree(cohorts[0].folder.parent, "work", _not_taken(cohorts) | {backup.path.parent})
        for cohort in cohorts:
            came = _add_exchange(archive, cohort, aside / "inbound")
            copy = aside / f"{cohort.audience}.db"
            with open_gradebook(cohort):
                copy_to_file(cohort, copy)
            head = backup.heads[cohort.audience] = head_of(f"sqlite:///{copy}")
            archive.file(copy, f"gradebooks/{cohort.audience}.db")
            audiences[cohort.audience] = {"head": head._asdict(), "arrivals": came}
        manifest = {
            "format": FORMAT,
            "clusterlib": __version__,
            "cohort": cohorts[0].name,
            "made": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "root": str(cohorts[0].root),
            "audiences": audiences,
            "left_out": backup.left_out,
            "files": archive.files,
        }
        text = json.dumps(manifest, indent=1).encode("utf-8")
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        tar.addfile(info, io.BytesIO(text))


def _not_taken(cohorts: list[Cohort]) -> frozenset[Path]:
    """Return what is copied another way, or is of the moment only."""
    paths = [cohort.folder / name for cohort in cohorts for name in UNDER_WAY]
    for cohort in cohorts:
        database = sqlite_file(cohort.database_url)
        if database is not None:
            paths += [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    return frozenset(paths)


def _add_exchange(archive: _Archive, cohort: Cohort, aside: Path) -> dict[str, str]:
    """Add what lies in the exchange; return when each hand-in came.

    Hand-ins are copied as `collect` copies them: what it would refuse is left out, named.
    """
    course = cohort.exchange / cohort.course_id
    came: dict[str, str] = {}
    skip = frozenset({course / "inbound", course / arrivals.RESTORED})
    if course.is_dir():
        archive.tree(course, f"exchange/{cohort.audience}", skip)
    inbound, roster = course / "inbound", set(learner_ids(cohort))
    if not inbound.is_dir():
        return came
    mode = stat.S_IMODE(inbound.stat().st_mode)
    archive.folder(f"exchange/{cohort.audience}/inbound", mode)
    try:
        folders = sorted(inbound.iterdir())
    except PermissionError:
        archive.backup.left_out.append(f"{inbound}: no permission to read it")
        return came
    for folder in folders:
        shutil.rmtree(aside, ignore_errors=True)
        try:
            arrivals.look_at(folder, folder.name.split("+")[0], roster)
            arrivals.copy_in(folder, aside)
        except (arrivals.Refused, OSError) as why:
            archive.backup.left_out.append(f"{folder}: {why}")
            continue
        archive.tree(aside, f"exchange/{cohort.audience}/inbound/{folder.name}")
        came[folder.name] = arrivals.arrived(folder).isoformat()
    return came
