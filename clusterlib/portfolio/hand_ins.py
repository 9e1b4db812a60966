"""How each exercise of a taught course stands: released, fetched, handed in, feedback, deadline.

It reads the files that nbgrader keeps for a learner, without nbgrader: the settings, the exchange
and the copies of what was handed in.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clusterlib.portfolio.local_time import clock_words, due_words, learner_zone

CONFIG = "nbgrader_config.py"
DEADLINES = "deadlines.json"
# nbgrader's own defaults, for settings that leave these out.
DEFAULT_EXCHANGE = "/usr/local/share/nbgrader/exchange"
ANY_LEARNER = "*"


@dataclass(frozen=True)
class TaughtCourse:
    """The nbgrader course of a learner.

    course_id: for example "debrecen-2027-government"; exchange: folder shared with the trainer;
    cache: folder with copies of what was handed in; learner: account name, "*" for whoever uses
    this home folder; here: folder from which work folders are looked for, upwards, None when the
    settings keep them elsewhere.
    """

    course_id: str
    exchange: Path
    cache: Path
    learner: str
    here: Path | None

    @property
    def folder(self) -> Path:
        """The course's folder in the exchange."""
        return self.exchange / self.course_id


@dataclass(frozen=True)
class HandIn:
    """The newest copy of what was handed in; moment is None when its time cannot be read."""

    folder: Path
    moment: datetime | None


def taught_course() -> TaughtCourse | None:
    """Return the course that the learner's nbgrader settings name; None when there is none.

    Settings that are missing, broken or without a course all mean: not in a taught course.
    """
    from jupyter_core.paths import jupyter_data_dir

    try:
        settings = _settings()
    # The settings are a program; whatever it does wrong must not take the course home away.
    except (Exception, SystemExit):
        return None
    exchange, course = settings.get("Exchange", {}), settings.get("CourseDirectory", {})
    course_id = course.get("course_id")
    if not (isinstance(course_id, str) and course_id):
        return None
    own_folders = exchange.get("path_includes_course") is True and "assignment_dir" not in exchange
    return TaughtCourse(
        course_id=course_id,
        exchange=Path(str(exchange.get("root", DEFAULT_EXCHANGE))),
        cache=Path(str(exchange.get("cache") or Path(jupyter_data_dir()) / "nbgrader_cache")),
        learner=str(course.get("student_id", ANY_LEARNER)),
        here=Path.cwd() if own_folders else None,
    )


def exercise_words(
    course: TaughtCourse, modules: Iterable[str], now: datetime | None = None
) -> dict[str, str]:
    """Say for each module how its exercise stands and when it is due, in the learner's zone.

    Arguments: modules, for example ["02-needs"]; now, an aware moment, default the present.
    Returns: words by module, for example "fetched; due tomorrow, Sun 28 Mar 2027 23:59
    (Europe/Budapest, UTC+02:00)". An exchange that cannot be reached is said, never guessed.
    """
    moment = now or datetime.now(UTC)
    deadlines = read_deadlines(course)
    return {module: _words(course, module, deadlines, moment) for module in modules}


def read_deadlines(course: TaughtCourse) -> dict[str, datetime | None]:
    """Return the deadlines (UTC) that the trainer released, by module; None is no deadline.

    A file that is missing or damaged gives an empty dict: deadlines are not known then.
    """
    try:
        content = json.loads((course.folder / DEADLINES).read_text(encoding="utf-8"))
        return {
            str(module): datetime.fromisoformat(text).astimezone(UTC) if text else None
            for module, text in content["deadlines"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def newest_hand_in(course: TaughtCourse, module: str) -> HandIn | None:
    """Return the newest copy that nbgrader kept when the learner handed in, None before that.

    nbgrader names each copy learner+module+time, the time in UTC unless its settings say else.
    """
    found = []
    for folder in (course.cache / course.course_id).glob(f"*+{module}+*"):
        learner, _, stamp = folder.name.split("+", 2)
        if folder.is_dir() and course.learner in (ANY_LEARNER, learner):
            found.append((stamp, folder))
    if not found:
        return None
    stamp, folder = max(found)
    return HandIn(folder, _moment(stamp))


def has_feedback(course: TaughtCourse, hand_in: HandIn) -> bool:
    """Say whether the exchange holds a feedback page for every notebook of a hand-in.

    nbgrader names a page after the secret that only this hand-in knows, and the notebook.
    """
    try:
        secret = (hand_in.folder / "submission_secret.txt").read_text(encoding="utf-8")
        pages = [
            course.folder / "feedback" / f"{_page_name(secret, path.stem)}.html"
            for path in hand_in.folder.glob("*.ipynb")
        ]
        return bool(pages) and all(page.is_file() for page in pages)
    except OSError:
        return False


def _settings() -> dict[str, Any]:
    """Load nbgrader_config.py from Jupyter's folders, as nbgrader does: the learner's own wins."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config.loader import Config, PyFileConfigLoader

    settings = Config()
    for folder in reversed(jupyter_config_path()):
        if (Path(folder) / CONFIG).is_file():
            settings.merge(PyFileConfigLoader(CONFIG, path=folder).load_config())
    return dict(settings)


def _words(
    course: TaughtCourse, module: str, deadlines: dict[str, datetime | None], now: datetime
) -> str:
    zone = learner_zone()
    hand_in = newest_hand_in(course, module)
    deadline = deadlines.get(module)
    if hand_in is None:
        # Unlike Path.is_dir, this also answers for a folder behind a closed one.
        if not os.path.isdir(course.exchange):
            return f"not known: the exchange {course.exchange} cannot be reached"
        if not os.path.isdir(course.folder / "outbound" / module):
            return "not released"
        state = "fetched" if _is_fetched(course, module) else "released"
        due = due_words(deadline, now, zone) if deadline else _without(module, deadlines)
        return f"{state}; {due}"
    when = clock_words(hand_in.moment, zone) if hand_in.moment else "a time that cannot be read"
    late = deadline and hand_in.moment and hand_in.moment > deadline
    words = [f"handed in on {when}" + (", after the deadline" if late else "")]
    words += ["feedback is there"] if has_feedback(course, hand_in) else []
    words += [
        f"deadline {clock_words(deadline, zone)}" if deadline else _without(module, deadlines)
    ]
    return "; ".join(words)


def _without(module: str, deadlines: dict[str, datetime | None]) -> str:
    return "no deadline" if module in deadlines else "deadline not known"


def _is_fetched(course: TaughtCourse, module: str) -> bool:
    """Look for <course>/<module> where JupyterLab was started: here or in a folder above."""
    if course.here is None:
        return False
    places = (course.here, *course.here.parents)
    return any(os.path.isdir(place / course.course_id / module) for place in places)


def _moment(stamp: str) -> datetime | None:
    clock, _, zone = stamp.rpartition(" ")
    try:
        return datetime.fromisoformat(clock).replace(tzinfo=UTC) if zone == "UTC" else None
    except ValueError:
        return None


def _page_name(secret: str, notebook: str) -> str:
    # A name, not a protection: nbgrader takes MD5 here.
    return hashlib.md5((secret + notebook).encode("utf-8"), usedforsecurity=False).hexdigest()
