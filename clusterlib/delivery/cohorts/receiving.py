"""nbgrader's collect, made safe to kill and deaf to tricks; set in nbgrader_config.py for all ways.

Each hand-in is copied aside, checked, written to the disk and then moved into submitted/, so what
stands there is whole. One that is refused stops nobody else.
"""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect

from clusterlib.delivery.cohorts import whole
from clusterlib.delivery.cohorts.claims import claim_in
from clusterlib.delivery.runner import arrivals
from clusterlib.delivery.runner.arrivals import STAMP, Refused
from clusterlib.delivery.runner.preflight import JUNK

ASIDE = "collecting"
# Written last by `nbgrader submit`.
SECRET = "submission_secret.txt"


class CollectWhole(ExchangeCollect):  # type: ignore[misc]
    """Brings each learner's newest finished hand-in to submitted/."""

    def init_src(self) -> None:
        """Find the newest hand-in of each learner, by when it really arrived."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        inbound = Path(self.root, self.coursedir.course_id, "inbound")
        if not os.access(inbound, os.R_OK | os.X_OK):
            self.fail(f"Course not found, or no permission to read it: {inbound}")
        self.inbound_path = str(inbound)
        module, wanted = self.coursedir.assignment_id, self.coursedir.student_id or "*"
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            self.roster = {str(student.id) for student in gradebook.students}
            try:
                duedate = gradebook.find_assignment(module).duedate
            except MissingEntry:
                duedate = None
        self.refused: list[str] = []
        found: dict[str, list[dict[str, Any]]] = {}
        for learner, folder in arrivals.hand_ins(inbound, module):
            if fnmatch.fnmatchcase(learner, wanted):
                record = self._record(learner, folder)
                found.setdefault(learner, []).extend([record] if record else [])
        self.src_records = []
        for records in filter(None, found.values()):
            newest_first = self._sort_by_timestamp(records)
            early = [r for r in newest_first if duedate and r["timestamp"] <= duedate]
            self.src_records.append((early if self.before_duedate and early else newest_first)[0])

    def _record(self, learner: str, folder: Path) -> dict[str, Any] | None:
        try:
            arrival = arrivals.look_at(folder, learner, self.roster)
        except (Refused, OSError) as why:
            self._refuse(learner, str(why))
            return None
        moment = arrival.moment.replace(tzinfo=None)
        return {"username": learner, "filename": folder.name, "timestamp": moment} | {
            "believed": arrival.believed
        }

    def _refuse(self, learner: str, why: str) -> None:
        self.log.error("%s: not taken: %s", learner, why)
        self.refused.append(why)

    def _sort_by_timestamp(self, records: list[Any]) -> list[Any]:
        """Return the newest first, those that were handed in to the end before all others."""
        newest_first: list[Any] = super()._sort_by_timestamp(records)
        return sorted(newest_first, key=lambda record: not self._finished(record))

    def copy_files(self) -> None:
        """Bring every hand-in that is newer than what was collected."""
        anybody = self.coursedir.format_path(
            self.coursedir.submitted_directory, "x", self.coursedir.assignment_id
        )
        whole.sweep(Path(anybody).parents[2], ASIDE)
        for record in self.src_records:
            learner = record["username"]
            try:
                if learner not in self.roster:
                    raise Refused("is not on the roster")
                self._bring(record)
            except Refused as why:
                self._refuse(learner, str(why))
        if self.refused:
            one, count = len(self.refused) == 1, len(self.refused)
            self.fail(self.refused[0] if one else f"{count} hand-ins are not taken, see above")

    def _bring(self, record: dict[str, Any]) -> None:
        learner, module = record["username"], self.coursedir.assignment_id
        source = Path(self.inbound_path, record["filename"])
        target = Path(
            self.coursedir.format_path(self.coursedir.submitted_directory, learner, module)
        )
        folder = target.parents[2]
        if not self._finished(record):
            raise Refused("is not handed in to the end: try later, or ask for a new hand-in")
        with claim_in(folder, module, learner) as mine:
            if not mine:
                raise Refused("another run has it in hand: collect again later")
            if not self._wanted(record, target):
                self.log.info("No newer submission to collect: %s %s", learner, module)
                return
            with whole.aside(folder, ASIDE, learner, module) as made:
                # Not nbgrader's list: in the formgrader it would leave a learner's tables behind.
                arrivals.copy_in(source, made, JUNK)
                if not record["believed"] and arrivals.holds(target, made):
                    # Collected before; since then only the file system's time has changed.
                    self.log.info("No newer submission to collect: %s %s", learner, module)
                    return
                if not record["believed"]:
                    moment = record["timestamp"].strftime("%Y-%m-%d %H:%M:%S.%f UTC")
                    (made / STAMP).write_text(moment, encoding="utf-8")
                    said = "%s: it says another time than it arrived, %s counts"
                    self.log.warning(said, learner, moment)
                if self.coursedir.groupshared:
                    self.set_perms(made, 0o664, 0o2770)
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
    """Return the time that a hand-in says, as it says it; None for what is no ordinary file."""
    path = folder / STAMP
    if path.is_symlink() or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as stamp:
        return stamp.read(200)
