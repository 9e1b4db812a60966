"""Submissions side by side: workers run ahead of nbgrader, which takes one result at a time."""

from __future__ import annotations

import atexit
import gc
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from clusterlib.delivery.runner.box import Level, Limits, course_folder, measure
from clusterlib.delivery.runner.grading import Graded, HandIn, grade_hand_in
from clusterlib.delivery.runner.hall import Begun, Hall, begin

Read = Callable[[Path], HandIn]


class Place(Protocol):
    """Where hand-ins are graded: on this machine or on others."""

    def grade(self, hand_in: HandIn) -> Graded:
        """Grade one; several threads may ask at a time."""

    def close(self) -> None:
        """End what runs."""


class Here:
    """The boxes of this machine."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    def grade(self, hand_in: HandIn) -> Graded:
        """Grade one in a box."""
        return grade_hand_in(self.hall, hand_in)

    def close(self) -> None:
        """End every box."""
        self.hall.close()


class Pool:
    """A place that grades and the threads that wait for it; nothing else runs in the threads."""

    def __init__(self, place: Place, workers: int) -> None:
        self.place, self.workers = place, workers
        self.closed = False
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="box")
        self._ahead: list[Path] = []
        self._running: dict[Path, Future[Graded]] = {}

    def announce(self, paths: Iterable[Path]) -> None:
        """Say which notebooks will be asked for, in which order."""
        self._ahead = [path.resolve() for path in paths]

    def result(self, path: Path, read: Read) -> Graded:
        """Return one notebook graded; meanwhile the next announced ones are begun."""
        path = path.resolve()
        if path in self._ahead:
            self._ahead = self._ahead[self._ahead.index(path) + 1 :]
        try:
            self._begin(path, read)
            for following in self._ahead[: 2 * self.workers]:
                if following.is_file():
                    self._begin(following, read)
            return self._running.pop(path).result()
        except KeyboardInterrupt:
            self.close()
            raise

    def _begin(self, path: Path, read: Read) -> None:
        if path not in self._running:
            self._running[path] = self._threads.submit(self._grade, path, read)

    def _grade(self, path: Path, read: Read) -> Graded:
        return self.place.grade(read(path))

    def close(self) -> None:
        """End every box; what was not finished leaves no trace."""
        self.closed = True
        self._ahead.clear()
        self._running.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.place.close()


_shared: dict[tuple[Any, ...], Pool] = {}
_lock = threading.Lock()
_announced: list[Path] = []
_early: list[tuple[Level, Path | None, Begun]] = []


def shared(limits: Limits, workers: int, machines: str = "") -> Pool:
    """Return this process's pool for these limits; it is started when first needed.

    Args:
        limits: of each submission.
        workers: submissions at the same time, on this machine.
        machines: address of a Dask scheduler that knows other machines; "" for this one alone.
    """
    with _lock:
        level = measure()
        key = (level, limits, workers, machines, os.getpid(), course_folder())
        if key not in _shared or _shared[key].closed:
            _close_all()
            _shared[key] = _pool(level, limits, workers, machines)
        pool = _shared[key]
        if _announced:
            pool.announce(_announced)
            _announced.clear()
        return pool


def _pool(level: Level, limits: Limits, workers: int, machines: str) -> Pool:
    # What is imported by now stays: looking through it again for rubbish costs time for nothing.
    gc.freeze()
    if machines:
        from clusterlib.delivery.runner.machines import Machines

        others = Machines(machines, limits)
        return Pool(others, others.count)
    hall = Hall(level, limits)
    for begun in _early:
        if begun[:2] == (level, course_folder()):
            hall.begun = begun[2]
    _early.clear()
    return Pool(Here(hall), workers)


def warm_up(cells: tuple[str, ...] = ()) -> None:
    """Let the box start while this process still imports; what is not fetched ends with it.

    Args:
        cells: the first cells of the module to grade, where they are known.
    """
    level = measure()
    if level.name != "slow" and not _shared:
        _early[:] = [(level, course_folder(), begin(level, cells))]


def announce(paths: Iterable[Path]) -> None:
    """Say which notebooks nbgrader will be asked to grade, one after the other, in this process."""
    _announced[:] = list(paths)


def close_all() -> None:
    """End all pools of this process."""
    with _lock:
        _close_all()


def _close_all() -> None:
    for pool in _shared.values():
        pool.close()
    _shared.clear()


# Before Python waits for the threads at its end, as after Ctrl-C: they wait for the boxes.
getattr(threading, "_register_atexit", atexit.register)(close_all)
