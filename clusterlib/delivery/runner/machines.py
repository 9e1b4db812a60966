"""Grading spread over other machines: a Dask scheduler hands the work out, each machine has boxes.

What travels is plain: the exercise and the learner's text one way, marks and outputs the other.
The learner's code runs in a box on the other machine, as it would here.
"""

from __future__ import annotations

import hashlib
import platform
import socket
import sys
from concurrent.futures import TimeoutError as NotYet
from functools import cache
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.runner import box
from clusterlib.delivery.runner.grading import Graded, HandIn, grade_hand_in
from clusterlib.delivery.runner.hall import Hall

ANSWER_SECONDS = 20
LOOK_SECONDS = 5
Fingerprint = dict[str, str]


class Machines:
    """The machines behind one scheduler."""

    def __init__(self, address: str, limits: box.Limits) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise CommandError(
                'grading on several machines needs Dask: pip install "clusterlib[machines]"'
            ) from error
        make_client: Any = Client
        try:
            self.client = make_client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise CommandError(f"no Dask scheduler answers at {address}: {error}") from error
        self.address, self.limits, self.course = address, limits, fingerprint()
        self._executor = self.client.get_executor(pure=False)
        self._here: Hall | None = None
        if not self.count:
            raise CommandError(
                f"no machine works for {address} yet: on each, in the course's folder, "
                f"dask worker {address} --nthreads 1"
            )
        for name, own in self.client.run(fingerprint).items():
            _same(name, own, self.course)

    @property
    def count(self) -> int:
        """How many hand-ins can be graded at the same time."""
        return sum(self.client.nthreads().values())

    def grade(self, hand_in: HandIn) -> Graded:
        """Grade on some machine; one that ends meanwhile is replaced by another, or by this one."""
        from distributed import KilledWorker

        waiting = self._executor.submit(grade_there, hand_in, self.limits, self.course)
        while True:
            try:
                found: Graded = waiting.result(timeout=LOOK_SECONDS)
                return found
            except NotYet:
                if not self.count:
                    waiting.cancel()
                    return self._grade_here(hand_in)
            except KilledWorker:
                return self._grade_here(hand_in)

    def _grade_here(self, hand_in: HandIn) -> Graded:
        if self._here is None:
            print("the machines are gone: grading goes on here", file=sys.stderr, flush=True)
            self._here = Hall(box.measure(), self.limits)
        return grade_hand_in(self._here, hand_in)

    def close(self) -> None:
        """Leave the scheduler; what it still works on is given up."""
        self._executor.shutdown(wait=False)
        self.client.close()
        if self._here is not None:
            self._here.close()


def grade_there(hand_in: HandIn, limits: box.Limits, course: Fingerprint) -> Graded:
    """Grade a hand-in on the machine that runs this.

    Raises:
        CommandError: what this machine has installed would not give the same marks.
    """
    from clusterlib.delivery.runner import pool

    _same(socket.gethostname(), fingerprint(), course)
    return pool.shared(limits, 1).place.grade(hand_in)


def _same(machine: str, own: Fingerprint, course: Fingerprint) -> None:
    other = [
        f"{name} {own[name]}, here {course[name]}" for name in course if own[name] != course[name]
    ]
    if other:
        raise CommandError(
            f"{machine} has another course: {'; '.join(other)}. Bring both to the same version: "
            "else the same hand-in would not get the same marks"
        )


def fingerprint() -> Fingerprint:
    """Return what marks depend on beside the hand-in: programs, libraries and cases."""
    from importlib.metadata import version

    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: version(name) for name in ("numpy", "pandas", "scipy", "matplotlib")}
    import clusterlib

    found["clusterlib"] = _digest(Path(clusterlib.__file__).parent, "*.py")
    folder = box.course_folder()
    found["cases"] = "none" if folder is None else _digest(folder / "cases", "*")
    return found


@cache
def _digest(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
