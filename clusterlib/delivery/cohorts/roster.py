"""The roster of a cohort: a CSV file of people, checked whole before anyone is enrolled."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from clusterlib.delivery.cli import CommandError

# What trainers' lists call these columns; compared without case, spaces, dots, hyphens.
HEADERS = {
    "id": ("id", "studentid", "learnerid", "username", "user", "login"),
    "first_name": ("firstname", "first", "givenname", "forename"),
    "last_name": ("lastname", "last", "surname", "familyname"),
    "email": ("email", "mail", "emailaddress"),
}
# nbgrader makes folder names and file patterns of ids, so only plain characters are safe.
ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Person:
    """One learner; the id is also the log-in name where learners share a server."""

    id: str
    first_name: str
    last_name: str
    email: str


def read_roster(path: Path) -> list[Person]:
    """Return the people of a roster file.

    Args:
        path: CSV, comma or semicolon, UTF-8 (with or without byte order mark), with a header row
            that names id, first_name, last_name and, if you like, email.

    Raises:
        CommandError: every problem of the file at once, with its row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"the roster {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"the roster {path} is not UTF-8: save it as CSV UTF-8") from error
    first_line = text.split("\n", 1)[0]
    separator = ";" if first_line.count(";") > first_line.count(",") else ","
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    columns = _columns(table[0] if table else [], path)
    people, problems = [], []
    seen: dict[str, int] = {}
    for number, row in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {
            field: row[place].strip() if place < len(row) else ""
            for field, place in columns.items()
        }
        person = Person(**{field: cells.get(field, "") for field in HEADERS})
        problems += [f"row {number}: {words}" for words in _faults(person, seen)]
        seen.setdefault(person.id.lower(), number)
        people.append(person)
    if not people and not problems:
        problems.append("row 2: nobody is listed")
    if problems:
        raise CommandError(f"the roster {path.name} has problems:\n  " + "\n  ".join(problems))
    return people


def _columns(header: list[str], path: Path) -> dict[str, int]:
    plain = [re.sub(r"[\s._-]", "", cell).lower() for cell in header]
    found = {}
    for field, names in HEADERS.items():
        places = [place for place, cell in enumerate(plain) if cell in names]
        if len(places) > 1:
            raise CommandError(f"the roster {path.name} has two columns for {field}: keep one")
        if places:
            found[field] = places[0]
    missing = [field for field in ("id", "first_name", "last_name") if field not in found]
    if missing:
        raise CommandError(
            f"the roster {path.name} lacks {', '.join(missing)} in its first row, "
            f"which is: {', '.join(header) or 'empty'}"
        )
    return found


def _faults(person: Person, seen: dict[str, int]) -> list[str]:
    faults = []
    if not person.id:
        faults.append("the id is missing")
    elif not ID.fullmatch(person.id):
        faults.append(
            f'the id "{person.id}" cannot be a file name: use letters A-Z, digits, '
            "dot, hyphen, underscore and @, at most 64"
        )
    elif person.id.lower() in seen:
        faults.append(f'the id "{person.id}" stands already in row {seen[person.id.lower()]}')
    if not person.first_name:
        faults.append("the first name is missing")
    if not person.last_name:
        faults.append("the last name is missing")
    if person.email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", person.email):
        faults.append(f'"{person.email}" is no e-mail address')
    return faults
