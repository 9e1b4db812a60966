"""Who works on whose hand-in: a claim ends with the process that holds it, however that ends.

A claim is a lock of the operating system on one byte of a file in the cohort's folder, so nothing
stays behind after a kill, and it does not hang on the database. Several machines may share the
folder when their file system hands locks on (NFS version 4 does).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.places import Cohort

FILE = "claims.lock"
# Offsets up to 2 to the 60: two hand-ins never meet by chance.
LAST = (1 << 60) - 1
PLACES = 64
# What the system answers where another process holds the lock.
HELD = (errno.EAGAIN, errno.EACCES)
_guard = threading.Lock()
# The system gives up all locks of a process when it closes any of its handles on the file.
_handles: dict[Path, int] = {}
# Locks hold against other processes; against other threads of this one, this does.
_mine: dict[tuple[Path, int], int] = {}


def claim(cohort: Cohort, module: str, learner: str) -> contextlib.AbstractContextManager[bool]:
    """Try to claim one learner's hand-in; give True when nobody else works on it.

    The thread that holds a claim may claim the same again within.
    """
    return claim_in(cohort.folder, module, learner)


@contextlib.contextmanager
def claim_in(folder: Path, module: str, learner: str) -> Iterator[bool]:
    """Do the same where only the cohort's folder is known, as in nbgrader's own steps."""
    digest = hashlib.blake2b(f"{module}/{learner}".encode(), digest_size=8).digest()
    offset = PLACES + (int.from_bytes(digest, "big") & LAST)
    with _lock(folder, offset) as got:
        yield got


@contextlib.contextmanager
def seat(cohort: Cohort) -> Iterator[int]:
    """Take the lowest free seat among the processes that work on a cohort at this moment."""
    with contextlib.ExitStack() as stack:
        for number in range(PLACES):
            if stack.enter_context(_lock(cohort.folder, number)):
                break
        yield number


def beginning(number: int, total: int) -> int:
    """Return where in a list of `total` the process on a seat begins, far from the others.

    Example:
        >>> [beginning(seat, 12) for seat in range(4)]
        [0, 6, 3, 9]
    """
    place, step = 0.0, 0.5
    while number:
        place += step * (number & 1)
        number, step = number >> 1, step / 2
    return int(place * total)


@contextlib.contextmanager
def _lock(folder: Path, offset: int) -> Iterator[bool]:
    key = (folder / FILE, offset)
    if _mine.get(key) == threading.get_ident() and offset >= PLACES:
        yield True
        return
    got = _take(key)
    try:
        yield got
    finally:
        if got:
            _release(key)


def _take(key: tuple[Path, int]) -> bool:
    import fcntl

    path, offset = key
    with _guard:
        if key in _mine:
            return False
        try:
            if path not in _handles:
                _handles[path] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.lockf(_handles[path], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            if error.errno in HELD and path in _handles:
                return False
            raise CommandError(
                f"{path} cannot be locked ({error.strerror}): work as the folder's owner, on a "
                "file system that knows locks"
            ) from error
        _mine[key] = threading.get_ident()
        return True


def _release(key: tuple[Path, int]) -> None:
    import fcntl

    path, offset = key
    with _guard:
        del _mine[key]
        fcntl.lockf(_handles[path], fcntl.LOCK_UN, 1, offset)


def _forget() -> None:
    """A forked process holds none of its parent's claims."""
    _mine.clear()
    _handles.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
