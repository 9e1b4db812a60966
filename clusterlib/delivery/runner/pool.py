"""Submissions side by side: workers run ahead of nbgrader, which takes one result at a time."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner import box
from clusterlib.delivery.runner.box import Level, Limits, course_folder, measure
from clusterlib.delivery.runner.hall import Hall

Work = Callable[[Path], Any]


class Pool:
    """A hall of boxes and the threads that wait for them; nothing else runs in the threads."""

    def __init__(self, level: Level, limits: Limits, workers: int) -> None:
        self.hall = Hall(level, limits)
        self.workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="box")
        self._ahead: list[Path] = []
        self._running: dict[Path, Future[Any]] = {}

    def announce(self, paths: Iterable[Path]) -> None:
        """Say which notebooks will be asked for, in which order."""
        self._ahead = [path.resolve() for path in paths]

    def result(self, path: Path, work: Work) -> Any:
        """Return the work on one notebook; meanwhile the next announced ones are begun."""
        path = path.resolve()
        if path in self._ahead:
            self._ahead = self._ahead[self._ahead.index(path) + 1 :]
        try:
            self._begin(path, work)
            for following in self._ahead[: 2 * self.workers]:
                if following.is_file():
                    self._begin(following, work)
            return self._running.pop(path).result()
        except KeyboardInterrupt:
            self.close()
            raise

    def _begin(self, path: Path, work: Work) -> None:
        if path not in self._running:
            self._running[path] = self._threads.submit(work, path)

    def close(self) -> None:
        """End every box; what was not finished leaves no trace."""
        self._ahead.clear()
        self._running.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.hall.close()


_shared: dict[tuple[Any, ...], Pool] = {}
_announced: list[Path] = []
early: list[tuple[Level, Path | None, Any]] = []


def shared(limits: Limits, workers: int) -> Pool:
    """Return this process's pool for these limits; it is started when first needed."""
    level = measure()
    key = (level, limits, workers, os.getpid(), course_folder())
    if key not in _shared or _shared[key].hall.closed:
        close_all()
        _shared[key] = Pool(level, limits, workers)
        for begun in early:
            if begun[:2] == (level, course_folder()):
                _shared[key].hall.begun = begun[2]
        early.clear()
    pool = _shared[key]
    if _announced:
        pool.announce(_announced)
        _announced.clear()
    return pool


def warm_up() -> None:
    """Let the box start while this process still imports; what is not fetched ends with it."""
    level = measure()
    if level.name != "slow" and not any(pool.hall.warm for pool in _shared.values()):
        early[:] = [(level, course_folder(), box.start(level))]


def announce(paths: Iterable[Path]) -> None:
    """Say which notebooks nbgrader will be asked to grade, one after the other, in this process."""
    _announced[:] = list(paths)


def close_all() -> None:
    """End all pools of this process."""
    for pool in _shared.values():
        pool.close()
    _shared.clear()


# Before Python waits for the threads at its end, as after Ctrl-C: they wait for the boxes.
getattr(threading, "_register_atexit", atexit.register)(close_all)
