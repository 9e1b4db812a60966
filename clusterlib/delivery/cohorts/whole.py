"""Folders that are there whole or not at all: made aside, written to the disk, then moved."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from clusterlib.delivery.cohorts.claims import claim_in

BEFORE = ".before"


@contextlib.contextmanager
def aside(folder: Path, step: str, learner: str, module: str) -> Iterator[Path]:
    """Give a place that is not there yet for one learner's work; clear it away at the end.

    The caller holds the claim on the hand-in, so what lies there is of a run that was killed.
    """
    place = folder / step / learner / module
    clear(place)
    try:
        _make(place.parent)
        yield place
    finally:
        clear(place)


def move(made: Path, target: Path) -> None:
    """Let a finished folder take the place of an older one.

    A kill between the two moves leaves no target; the next run then makes it anew, because its
    source still stands.
    """
    _to_disk(made)
    _make(target.parent)
    before = made.with_name(made.name + BEFORE)
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        os.replace(target, before)
    os.replace(made, target)
    _sync(target.parent)
    shutil.rmtree(before, ignore_errors=True)


def sweep(folder: Path, step: str) -> None:
    """Clear away what killed runs left aside; what somebody works on at this moment stays."""
    for learner in sorted((folder / step).glob("*")):
        for module in {path.name.removesuffix(BEFORE) for path in learner.glob("*")}:
            with claim_in(folder, module, learner.name) as mine:
                if mine:
                    clear(learner / module)
        with contextlib.suppress(OSError):
            learner.rmdir()
    with contextlib.suppress(OSError):
        (folder / step).rmdir()


def clear(place: Path) -> None:
    """Remove an aside place and what it stands in, as far as that is empty."""
    for path in (place, place.with_name(place.name + BEFORE)):
        shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        place.parent.rmdir()
        place.parent.parent.rmdir()


def _make(folder: Path) -> None:
    """Make a folder though another process may just remove the empty one above it."""
    for _ in range(10):
        with contextlib.suppress(FileNotFoundError):
            folder.mkdir(parents=True, exist_ok=True)
            return
    folder.mkdir(parents=True, exist_ok=True)


def _to_disk(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            _sync(Path(parent, name))
        _sync(Path(parent))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
