"""Files that survive a crash, two writers at once, and a move to another operating system."""

from __future__ import annotations

import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# Windows keeps these names for devices, whatever the ending.
RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
LONGEST_NAME = 80
LEFTOVER_AFTER_SECONDS = 3600


class PortfolioError(ValueError):
    """A portfolio problem that the learner can mend."""


def plain_name(name: str, ending: str = "") -> str:
    """Check a file name and return it in lower case, so that it works on every system.

    Arguments: name as typed; ending (such as ".csv") that is added when it is missing.
    Returns: the name in lower case. Raises: PortfolioError with a name that would work.

    >>> plain_name("Member_Survey", ".csv")
    'member_survey.csv'
    """
    wanted = name.strip().lower()
    if ending and not wanted.endswith(ending):
        wanted += ending
    mended = re.sub(r"[^\w. -]+", "-", wanted).strip(". -") or f"my-file{ending}"
    if mended.split(".")[0] in RESERVED:
        mended = f"my-{mended}"
    if len(mended) > LONGEST_NAME:
        stem, dot, last = mended.rpartition(".")
        mended = f"{stem[: LONGEST_NAME - len(last) - 1]}{dot}{last}" if dot else mended[:80]
    if mended != wanted:
        raise PortfolioError(f'"{name}" cannot be a file name on every computer; try "{mended}".')
    return wanted


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file in one step: after a crash the old or the new content stands, never half.

    Raises: PortfolioError when another program (Word, Excel) holds the file open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except PermissionError as problem:
        raise PortfolioError(
            f"{path} cannot be written: close it in Word or Excel, check that you may write "
            "in this folder, and run the cell again."
        ) from problem
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove drafts that a killed program left more than an hour ago."""
    for draft in folder.glob(".*.tmp"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > LEFTOVER_AFTER_SECONDS:
                draft.unlink()


@contextmanager
def locked(folder: Path, patience: float = 10.0) -> Iterator[None]:
    """Let one writer in at a time, across tabs and programs.

    The operating system holds the lock and drops it when a program dies, so no stale lock can
    stay behind; the lock file itself is empty and harmless.
    Raises: PortfolioError when another program keeps the folder for `patience` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as file:
        deadline = time.monotonic() + patience
        while not _take(file):
            if time.monotonic() > deadline:
                raise PortfolioError(
                    f"another program has kept {folder} busy for {patience:g} seconds: "
                    "close other notebooks that are saving, then run the cell again."
                )
            time.sleep(0.01)
        try:
            yield
        finally:
            _release(file)


def _flush_folder(folder: Path) -> None:
    # A rename is only safe once the folder itself is on disk; Windows has no such call.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
