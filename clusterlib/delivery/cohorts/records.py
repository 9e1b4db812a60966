"""Marks as tables: one row a learner, and one row a graded cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

PERSON = ["audience", "id", "last_name", "first_name", "email"]
CELL = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "cell",
    "auto_score",
    "manual_score",
    "extra_credit",
    "score",
    "max_score",
    "needs_manual_grade",
    "audience",
]
Row = dict[str, Any]


def learner_rows(cohorts: list[Cohort]) -> tuple[list[str], list[Row]]:
    """Return columns and one row a learner: auto, manual, total, max, late, state per module.

    A learner who handed nothing in has blanks, not zeros; the total stays blank until every mark
    by hand is given. Late is in minutes, 0 when on time, blank without a deadline or hand-in.
    """
    rows, modules = [], set()
    for cohort in cohorts:
        with open_gradebook(cohort) as gradebook:
            assignments = sorted(gradebook.assignments, key=lambda found: str(found.name))
            modules |= {assignment.name for assignment in assignments}
            for student in sorted(gradebook.students, key=_by_name):
                row: Row = {"audience": cohort.audience, "id": student.id, **_names(student)}
                for assignment in assignments:
                    row |= _module_cells(assignment, student.id)
                rows.append(row)
    fields = ("auto", "manual", "total", "max", "late", "state")
    columns = PERSON + [f"{module} {field}" for module in sorted(modules) for field in fields]
    return columns, rows


def cell_rows(cohorts: list[Cohort]) -> tuple[list[str], list[Row]]:
    """Return columns and one row a learner and graded cell, with nbgrader's own column names."""
    rows = []
    for cohort in cohorts:
        with open_gradebook(cohort) as gradebook:
            for assignment in sorted(gradebook.assignments, key=lambda found: str(found.name)):
                submissions = sorted(assignment.submissions, key=lambda s: _by_name(s.student))
                for submission in submissions:
                    rows += _cell_rows(cohort, assignment, submission)
    return list(CELL), rows


def write_csv(path: Path, columns: list[str], rows: list[Row], excel: bool = False) -> None:
    """Write a table as CSV.

    Args:
        path: target; overwritten whole.
        columns: header, in order.
        rows: values by column; a missing one is written as a blank.
        excel: False writes RFC 4180 (comma, point, CRLF, UTF-8); True writes what Excel opens by
            double click where the comma is decimal: semicolon, decimal comma, byte order mark.
    """
    encoding = "utf-8-sig" if excel else "utf-8"
    with path.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target, delimiter=";" if excel else ",", lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_written(row.get(column), excel) for column in columns])


def _written(value: Any, excel: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float):
        text = f"{value:.10g}"
        return text.replace(".", ",") if excel else text
    return str(value)


def _by_name(student: Any) -> tuple[str, str, str]:
    return (student.last_name or "", student.first_name or "", student.id)


def _names(student: Any) -> Row:
    return {
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
    }


def _module_cells(assignment: Any, student_id: str) -> Row:
    name = assignment.name
    row: Row = {f"{name} max": float(assignment.max_score)}
    found = [entry for entry in assignment.submissions if entry.student.id == student_id]
    if not found:
        return row | {f"{name} state": "not handed in"}
    grades = list(_grades(found[0]))
    waiting = any(grade.needs_manual_grade for grade in grades)
    by_hand = [grade for grade in grades if not _is_automatic(grade)]
    automatic = [grade for grade in grades if _is_automatic(grade)]
    total = float(sum(grade.score for grade in grades))
    penalty = float(found[0].late_submission_penalty or 0)
    return row | {
        f"{name} auto": float(sum(grade.score for grade in automatic)),
        f"{name} manual": None if waiting else float(sum(grade.score for grade in by_hand)),
        f"{name} total": None if waiting else max(0.0, total - penalty),
        f"{name} late": _minutes_late(found[0]),
        f"{name} state": "to mark by hand" if waiting else "graded",
    }


def _grades(submission: Any) -> Iterator[Any]:
    for notebook in submission.notebooks:
        yield from sorted(notebook.grades, key=lambda grade: str(grade.name))


def _is_automatic(grade: Any) -> bool:
    """Say whether tests gave the points: a graded code cell, and no answer that a person reads."""
    return bool(grade.cell.cell_type == "code" and grade.auto_score is not None)


def _minutes_late(submission: Any) -> int | None:
    if submission.duedate is None or submission.timestamp is None:
        return None
    return int(-(-submission.total_seconds_late // 60))


def _cell_rows(cohort: Cohort, assignment: Any, submission: Any) -> list[Row]:
    return [
        {
            "assignment": assignment.name,
            "duedate": submission.duedate,
            "timestamp": submission.timestamp,
            "student_id": submission.student.id,
            **_names(submission.student),
            "cell": grade.name,
            "auto_score": grade.auto_score,
            "manual_score": grade.manual_score,
            "extra_credit": grade.extra_credit,
            "score": None if grade.needs_manual_grade else float(grade.score),
            "max_score": float(grade.max_score),
            "needs_manual_grade": bool(grade.needs_manual_grade),
            "audience": cohort.audience,
        }
        for grade in _grades(submission)
    ]
