"""Faults in a source, each with its file and line; collected so that an author sees all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault and where it stands."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BuildFailed(Exception):
    """The sources hold faults; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        # Four audiences read one source: the same fault would be told four times.
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
