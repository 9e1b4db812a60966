"""What a regrade would change, as a table for the screen, as CSV and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.mended import Mending
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.regrading import Change, Regraded

COLUMNS = [
    "audience",
    "learner",
    "cell",
    "from",
    "to",
    "difference",
    "verdict",
    "test mended",
    "said",
]
SHOWN = ("learner", "cell", "from", "to", "difference", "verdict")


@dataclass
class Look:
    """One audience's regrade before anything is written.

    `others` counts those who were not asked for; `model_answer` says where the model answer fails.
    """

    cohort: Cohort
    module: str
    mending: Mending
    left_to_grade: list[str]
    others: int = 0
    regraded: list[Regraded] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    model_answer: str = ""

    @property
    def losers(self) -> list[Regraded]:
        """Those who would have fewer points, or a lower share of what can be reached."""
        return [found for found in self.regraded if found.verdict == "loses"]

    @property
    def mended(self) -> str:
        """What differs from what gave the marks, in words."""
        if self.mending.differs:
            return str(self.mending)
        # The gradebook may know the mended test already, from a release.
        tests = {c.cell for found in self.regraded for c in found.changes if c.mended}
        return ", ".join(f'test "{name}"' for name in sorted(tests)) or "nothing"

    @property
    def to_write(self) -> bool:
        """Say whether anything is to be written: cells, marks or graded notebooks."""
        return self.mending.differs or any(found.differs for found in self.regraded)


def points_words(found: Regraded) -> str:
    """Return one learner's points before and after."""
    before, after = found.points
    most_before, most = found.reachable
    if (before, most_before) == (after, most):
        return f"stays at {after:g} of {most:g}"
    return f"{found.verdict}: {before:g} of {most_before:g}, now {after:g} of {most:g}"


def table(look: Look) -> list[dict[str, Any]]:
    """Return one row a learner and cell, and one with the learner's total."""
    rows: list[dict[str, Any]] = []
    for found in look.regraded:
        person = {"audience": look.cohort.audience, "learner": found.learner}
        for change in found.changes:
            row: dict[str, Any] = {
                "cell": change.cell,
                "from": change.before,
                "to": change.after,
                "difference": change.difference,
                "verdict": change.verdict,
                "test mended": change.mended,
                "said": change.said if change.verdict == "loses" else "",
            }
            rows.append(person | row)
        before, after = found.points
        total: dict[str, Any] = {"cell": "(total)", "from": before, "to": after}
        total |= {"difference": found.difference, "verdict": found.verdict}
        rows.append(person | total)
    return rows


def write_table(path: Path, looks: list[Look]) -> None:
    """Write the tables of all audiences as one CSV file."""
    from clusterlib.delivery.cohorts.records import write_csv

    rows = [row for look in looks for row in table(look)]
    try:
        write_csv(path, COLUMNS, rows)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
    print(f"{path}: {len(rows)} rows")


def show(look: Look) -> None:
    """Print losses in words, then every mark that changes, then the sums."""
    print(f"\n{look.cohort.course_id} {look.module}; mended: {look.mended}")
    if look.model_answer:
        print(f"CAUTION: {look.model_answer}: is the test right, and the model answer mended?")
    for found in look.losers:
        print("\n".join(_loss(found)))
    rows = [row for row in table(look) if row["cell"] != "(total)" and row["from"] != row["to"]]
    if rows:
        print("\n".join(_lines(rows)))
    _show_sums(look)


def _loss(found: Regraded) -> Iterator[str]:
    before, after = found.points
    shares = [f"{100 * share:.0f} %" for share in found.shares]
    what = f"loses {before - after:g} points" if after < before else "has a lower share"
    yield (
        f"LOSES: {found.learner} {what} ({before:g}, now {after:g}; "
        f"{shares[0]} of what can be reached, now {shares[1]})"
    )
    for change in found.changes:
        if change.verdict == "loses":
            marks = f"{_points(change.before)}, now {_points(change.after)}"
            yield f"  {change.cell}: {marks}{_why(change)}"


def _why(change: Change) -> str:
    said = f': "{change.said}"' if change.said else ""
    if change.mended:
        return said
    return f"{said} (this test is as it was: the hand-in itself gives another result each time)"


def _points(points: float | None) -> str:
    return "no mark" if points is None else f"{points:g}"


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return a table in columns of equal width."""
    cells = [list(SHOWN)]
    for row in rows:
        texts = [row["learner"], row["cell"], *(_points(row[name]) for name in ("from", "to"))]
        cells.append([*texts, f"{row['difference']:+g}", row["verdict"]])
    widths = [max(len(line[place]) for line in cells) for place in range(len(SHOWN))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _show_sums(look: Look) -> None:
    count = Counter(found.verdict for found in look.regraded)
    before = sum(found.points[0] for found in look.regraded)
    after = sum(found.points[1] for found in look.regraded)
    if look.regraded:
        print(
            f"gain {count['gains']}, lose {count['loses']}, stay {count['stays']}; "
            f"sum of points {before:g}, now {after:g} ({after - before:+g})"
        )
        by_hand = sum(found.marks_by_hand for found in look.regraded)
        comments = sum(found.comments for found in look.regraded)
        print(f"{by_hand} marks by hand and {comments} comments stay as they are")
    if not look.to_write:
        print("nothing changes")
    elif not any(found.differs for found in look.regraded):
        print("no mark changes; the gradebook still holds the module as it was before")
    if look.left_to_grade:
        names = ", ".join(look.left_to_grade)
        print(f"left to cluster-course grade, not graded yet or handed in anew: {names}")
    if look.others:
        print(f"{look.others} others were not looked at: leave --learner out")
