"""How a submission ended, in one word, and what a trainer should know beside the marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """One word for each submission; marks are given beside it, never instead of it."""

    PASS = "PASS"
    PARTIAL = "PARTIAL"
    FAIL = "FAIL"
    TIME = "TIME"
    MEMORY = "MEMORY"
    OUTPUT = "OUTPUT"
    CRASH = "CRASH"
    MALFORMED = "MALFORMED"
    LATE = "LATE"
    TAMPERED = "TAMPERED"


MEANING = {
    Verdict.PASS: "all automatic tests passed",
    Verdict.PARTIAL: "some automatic tests passed",
    Verdict.FAIL: "no automatic test passed",
    Verdict.TIME: "a cell did not come to an end in time",
    Verdict.MEMORY: "a cell asked for more memory than is allowed",
    Verdict.OUTPUT: "a cell wrote more than is allowed",
    Verdict.CRASH: "a cell ended Python",
    Verdict.MALFORMED: "the file, or a part of it, cannot be read",
    Verdict.LATE: "handed in after the deadline",
    Verdict.TAMPERED: "what nbgrader keeps about the cells was changed by hand",
}
# The first that happened names the submission.
ORDER = (
    Verdict.MALFORMED,
    Verdict.TAMPERED,
    Verdict.MEMORY,
    Verdict.TIME,
    Verdict.OUTPUT,
    Verdict.CRASH,
    Verdict.LATE,
)


@dataclass(frozen=True)
class Mark:
    """What one test cell earned; `message` is what the test said when it did not earn all."""

    cell: str
    points: float
    maximum: float
    message: str = ""


@dataclass
class Report:
    """What grading found out about one notebook."""

    incidents: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    level: str = ""

    def add(self, verdict: Verdict, note: str) -> None:
        """Remember an incident and say it once."""
        self.incidents.append(verdict)
        if note not in self.notes:
            self.notes.append(note)

    @property
    def verdict(self) -> Verdict:
        """The one word."""
        return choose(self.incidents, self.marks)

    def as_metadata(self) -> dict[str, object]:
        """Return the report as it is kept in the graded notebook."""
        return {
            "verdict": str(self.verdict),
            "notes": list(self.notes),
            "box": self.level,
            "marks": {mark.cell: [mark.points, mark.maximum] for mark in self.marks},
        }


def choose(incidents: Iterable[Verdict], marks: Iterable[Mark]) -> Verdict:
    """Return the verdict: the gravest incident, else what the marks say.

    Example:
        >>> choose([], [Mark("needs", 2, 2), Mark("plan", 0, 3)])
        <Verdict.PARTIAL: 'PARTIAL'>
        >>> choose([Verdict.CRASH, Verdict.TAMPERED], [])
        <Verdict.TAMPERED: 'TAMPERED'>
    """
    happened = set(incidents)
    for verdict in ORDER:
        if verdict in happened:
            return verdict
    earned = [mark.points for mark in marks]
    maximum = [mark.maximum for mark in marks]
    if sum(earned) >= sum(maximum):
        return Verdict.PASS
    return Verdict.PARTIAL if sum(earned) > 0 else Verdict.FAIL
