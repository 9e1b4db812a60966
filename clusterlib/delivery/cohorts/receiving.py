"""nbgrader's collect, made safe to kill and deaf to tricks; set in nbgrader_config.py for all ways.

Each hand-in is copied aside, checked, written to the disk and then moved into submitted/, so what
stands there is whole. One that is refused stops nobody else.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.exchange.default import ExchangeCollect

from clusterlib.delivery.cohorts import whole
from clusterlib.delivery.cohorts.claims import claim_in

ASIDE = "collecting"
STAMP = "timestamp.txt"
# Written last by `nbgrader submit`.
SECRET = "submission_secret.txt"
# Between writing the time and copying the files `nbgrader submit` takes seconds, on a slow disk
# minutes.
TOLERATED = timedelta(minutes=15)


class Refused(Exception):
    """This hand-in is not taken; the message says why."""


class CollectWhole(ExchangeCollect):  # type: ignore[misc]
    """Brings each learner's newest finished hand-in to submitted/."""

    def _sort_by_timestamp(self, records: list[Any]) -> list[Any]:
        """Return the newest first, those that were handed in to the end before all others."""
        newest_first: list[Any] = super()._sort_by_timestamp(records)
        return sorted(newest_first, key=lambda record: not self._finished(record))

    def copy_files(self) -> None:
        """Bring every hand-in that is newer than what was collected."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            roster = {str(student.id) for student in gradebook.students}
        refused = []
        for record in self.src_records:
            learner = record["username"]
            try:
                if learner not in roster:
                    raise Refused("is not on the roster")
                self._bring(record, roster)
            except (Refused, RuntimeError, shutil.Error) as why:
                self.log.error("%s: not taken: %s", learner, why)
                refused.append(str(why))
        if refused:
            one = len(refused) == 1
            self.fail(refused[0] if one else f"{len(refused)} hand-ins are not taken, see above")

    def _bring(self, record: dict[str, Any], roster: set[str]) -> None:
        learner, module = record["username"], self.coursedir.assignment_id
        source = Path(self.inbound_path, record["filename"])
        target = Path(
            self.coursedir.format_path(self.coursedir.submitted_directory, learner, module)
        )
        folder = target.parents[2]
        if not self._finished(record):
            raise Refused("is not handed in to the end: try later, or ask for a new hand-in")
        refuse_traps(source)
        refuse_impostor(source, learner, roster)
        with claim_in(folder, module, learner) as mine:
            if not mine:
                raise Refused("another run has it in hand: collect again later")
            if not self._wanted(record, target):
                self.log.info("No newer submission to collect: %s %s", learner, module)
                return
            with whole.aside(folder, ASIDE, learner, module) as made:
                self.do_copy(str(source), str(made))
                let_arrival_count(source, made)
                whole.move(made, target)
            self.log.info("Collected: %s %s", learner, module)

    def _wanted(self, record: dict[str, Any], target: Path) -> bool:
        if not target.is_dir():
            return True
        before, now = self.coursedir.get_existing_timestamp(str(target)), record["timestamp"]
        if self.update and (before is None or now > before):
            return True
        return bool(self.before_duedate and before != now)

    def _finished(self, record: dict[str, Any]) -> bool:
        return Path(self.inbound_path, record["filename"], SECRET).is_file()


def stamp_of(folder: Path) -> str | None:
    """Return the time that a hand-in says, as it says it."""
    path = folder / STAMP
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def let_arrival_count(source: Path, made: Path) -> None:
    """Write the time of arrival into a copy where the hand-in claims one long before.

    The file's own time of change is the file system's word: the account that wrote it can set any
    other time, not this one.
    """
    claimed = stamp_of(source)
    if claimed is None:
        return
    arrived = datetime.fromtimestamp((source / STAMP).stat().st_ctime, UTC)
    try:
        said = datetime.fromisoformat(claimed.strip().replace(" UTC", "+00:00"))
    except ValueError:
        said = datetime.min.replace(tzinfo=UTC)
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    if arrived - said > TOLERATED:
        (made / STAMP).chmod(0o644)
        (made / STAMP).write_text(arrived.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")


def refuse_traps(folder: Path) -> None:
    """Refuse links and devices: copied with the trainer's rights they would fetch other files."""
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            mode = os.lstat(os.path.join(parent, name)).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise Refused(f"holds a link or special file, {name}: ask for a new hand-in")


def refuse_impostor(folder: Path, learner: str, roster: set[str]) -> None:
    """Refuse work that another learner's account handed in under this name."""
    try:
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    except KeyError:
        return
    if owner != learner and owner in roster:
        raise Refused(f"was handed in by {owner} under this name: not taken")
