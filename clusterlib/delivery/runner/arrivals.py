"""What arrived in the exchange: whose it is, when it came, and a copy that follows no link.

The exchange is open to all learners, so nothing in it is believed: not the name of a folder, not
the time that it says, and not that a file is still the one that was looked at a moment ago.
"""

from __future__ import annotations

import filecmp
import fnmatch
import json
import os
import pwd
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

STAMP = "timestamp.txt"
# In the folder above the hand-ins, for its owner alone.
RESTORED = "restored.json"
# Between writing the time and copying the files `nbgrader submit` takes seconds, on a slow disk
# minutes.
TOLERATED = timedelta(minutes=15)
MAX_BYTES = 100_000_000
MAX_FILES = 1000
MAX_DEPTH = 20
PIECE = 1 << 20


class Refused(Exception):
    """This hand-in is not taken; the message says why."""


@dataclass(frozen=True)
class Arrival:
    """One folder of the exchange; `believed` says whether the time is the one that it says."""

    folder: Path
    learner: str
    moment: datetime
    believed: bool


def hand_ins(inbound: Path, module: str) -> Iterator[tuple[str, Path]]:
    """Yield the learner named and the path of each hand-in of a module, whatever it is."""
    for path in sorted(inbound.iterdir()):
        parts = path.name.split("+")
        if len(parts) >= 3 and parts[1] == module:
            yield parts[0], path


def look_at(folder: Path, learner: str, accounts: Collection[str]) -> Arrival:
    """Look at a hand-in from outside.

    Args:
        folder: of the hand-in.
        learner: whose it says that it is.
        accounts: ids of all learners, which may be accounts of this machine too.

    Raises:
        Refused: it is no folder, or another account handed it in.
    """
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode):
        raise Refused("is a link or special file, no folder: ask for a new hand-in")
    _refuse_impostor(state.st_uid, learner, accounts)
    came = arrived(folder)
    said = _said(folder / STAMP)
    if said is not None and abs(said - came) <= TOLERATED:
        return Arrival(folder, learner, said, True)
    return Arrival(folder, learner, came, False)


def _refuse_impostor(owner: int, learner: str, accounts: Collection[str]) -> None:
    """Refuse work of another learner's account, and of any other where this learner has one.

    The trainer's own account may put in what came by another way. Learners who share one account
    cannot be told apart here.
    """
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"account {owner}"
    if name == learner:
        return
    if name in accounts or (owner not in (0, os.geteuid()) and _is_account(learner)):
        raise Refused(f"was handed in by {name} under this name: not taken")


def _is_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def arrived(folder: Path) -> datetime:
    """Return when the last of a hand-in's files was written.

    The file system's own time of change: who wrote a file can set any other time, not this one.
    A hand-in that came back from a backup, and was not touched since, arrived when it first did.
    """
    changed = _changed(folder)
    record = _restored(folder.parent).get(folder.name)
    if record is not None and record["changed"] == changed:
        return datetime.fromisoformat(record["arrived"])
    return datetime.fromtimestamp(changed / 1e9, UTC)


def remember(inbound: Path, folders: Mapping[Path, str]) -> None:
    """Write down when hand-ins arrived that come back from a backup.

    Args:
        inbound: where they go.
        folders: where each lies now, under the name that it will have, with the time when it
            arrived, in ISO form.
    """
    records = _restored(inbound)
    for folder, moment in folders.items():
        records[folder.name] = {"arrived": moment, "changed": _changed(folder)}
    path = inbound.parent / RESTORED
    written = path.with_name(f".{RESTORED}.{os.getpid()}")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(records, file, indent=1)
    os.replace(written, path)


def _changed(folder: Path) -> int:
    """Return the newest time of change among a hand-in's files, in nanoseconds."""
    latest = 0
    for parent, folders, files in os.walk(folder):
        for name in files:
            latest = max(latest, Path(parent, name).lstat().st_ctime_ns)
        if len(Path(parent).relative_to(folder).parts) > MAX_DEPTH:
            folders.clear()
    return latest or folder.lstat().st_ctime_ns


def _restored(inbound: Path) -> dict[str, dict[str, Any]]:
    """Return what is remembered; the file lies where learners cannot write."""
    path = inbound.parent / RESTORED
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _said(stamp: Path) -> datetime | None:
    try:
        if not stat.S_ISREG(stamp.lstat().st_mode) or stamp.stat().st_size > 200:
            return None
        text = stamp.read_text(encoding="utf-8", errors="replace").strip()
        said = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except (OSError, ValueError):
        return None
    return said if said.tzinfo is not None else said.replace(tzinfo=UTC)


def copy_in(source: Path, target: Path, ignore: Sequence[str] = ()) -> None:
    """Copy a hand-in: ordinary files of its owner alone, bounded, whatever changes meanwhile.

    Args:
        source: folder in the exchange.
        target: new folder.
        ignore: patterns of names that are left behind.

    Raises:
        Refused: links, special files, files of others, too many or too large ones.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        top = os.open(source, flags)
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror}): ask for a new hand-in") from error
    try:
        copy = _Copy(os.fstat(top).st_uid, ignore)
        copy.folder(top, target, 0)
    finally:
        os.close(top)


def holds(target: Path, made: Path) -> bool:
    """Say whether a collected hand-in has every file of a copy, whatever time it says."""
    files = [path.relative_to(made) for path in made.rglob("*") if path.is_file()]
    return all(
        (target / name).is_file() and filecmp.cmp(target / name, made / name, shallow=False)
        for name in files
        if str(name) != STAMP
    )


class _Copy:
    """One copy under way; every file is opened first and looked at then."""

    def __init__(self, owner: int, ignore: Sequence[str]) -> None:
        self.owner, self.ignore = owner, ignore
        self.bytes, self.files = MAX_BYTES, MAX_FILES

    def folder(self, source: int, target: Path, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refused(f"holds more than {MAX_DEPTH} folders in each other")
        target.mkdir()
        for name in sorted(os.listdir(source)):
            if any(fnmatch.fnmatch(name, pattern) for pattern in self.ignore):
                continue
            opened = self._open(source, name)
            try:
                if stat.S_ISDIR(os.fstat(opened).st_mode):
                    self.folder(opened, target / name, depth + 1)
                else:
                    self._file(opened, target / name)
            finally:
                os.close(opened)

    def _open(self, source: int, name: str) -> int:
        """Open what a name stands for, never through a link; refuse what is no file of theirs."""
        trap = Refused(f"holds a link or special file, {name}: ask for a new hand-in")
        try:
            kind = os.stat(name, dir_fd=source, follow_symlinks=False).st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                raise trap
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            opened = os.open(name, flags, dir_fd=source)
        except OSError as error:
            raise Refused(f"{name} cannot be read ({error.strerror})") from error
        state = os.fstat(opened)
        if stat.S_IFMT(state.st_mode) != stat.S_IFMT(kind) or state.st_uid != self.owner:
            os.close(opened)
            mine = state.st_uid == self.owner
            raise trap if mine else Refused(f"holds a file of another account, {name}: not taken")
        return opened

    def _file(self, source: int, target: Path) -> None:
        self.files -= 1
        self._spend(os.fstat(source).st_size)
        with target.open("wb") as written:
            while piece := os.read(source, PIECE):
                written.write(piece)
                if written.tell() > MAX_BYTES:
                    self._spend(written.tell())

    def _spend(self, size: int) -> None:
        self.bytes -= size
        if self.files < 0 or self.bytes < 0:
            raise Refused(f"holds more than {MAX_FILES} files or {MAX_BYTES // 10**6} MB")
