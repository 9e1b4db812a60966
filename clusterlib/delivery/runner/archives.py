"""Unpacks what learners uploaded: bounded in size and number, only ordinary files, only inside.

`nbgrader zip_collect` calls it as its `extractor_plugin`, and `RosterCollector` says whose a file
is.
"""

from __future__ import annotations

import re
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import parse_utc

MAX_FILES = 300
MAX_BYTES = 100_000_000
PIECE = 1 << 20


class Refused(Exception):
    """An archive is not unpacked; says why."""


class BoundedExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks each archive into a folder of its own; one that is refused does not stop the rest."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive below a folder; other ordinary files are copied."""
        source, target = Path(archive_path), Path(extracted_path)
        for path in sorted(source.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            folder = target / path.parent.relative_to(source)
            folder.mkdir(parents=True, exist_ok=True)
            if path.suffix in self.zip_ext:
                try:
                    unpack(path, folder / path.name.split(".")[0])
                except Refused as reason:
                    self.log.error("%s was not unpacked: %s", path.name, reason)
            else:
                shutil.copyfile(path, folder / path.name)


class RosterCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Says whose a file is: a learner on the roster, and no other learner named in its path.

    A part of the path is the learner's own choice, so a second name in it may be an attempt to be
    taken for somebody else.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen: set[tuple[str, str]] = set()
        directory = self.parent.coursedir
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            self._roster = {str(student.id) for student in gradebook.students}
        app = self.parent
        self._base = Path(app._format_collect_path(app.extracted_directory))

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Return what nbgrader reads from a path, None with a line in the log to leave it out."""
        found: dict[str, Any] | None = super().collect(submitted_file)
        if not found:
            return None
        path = str(Path(submitted_file).relative_to(self._base))
        named = {name for name in self._roster if _names(path, name)}
        if found["student_id"] not in self._roster:
            self._leave_out(path, f"{found['student_id']} is not on the roster")
            return None
        if named != {found["student_id"]}:
            self._leave_out(path, f"it names {' and '.join(sorted(named)) or 'nobody'}")
            return None
        try:
            parse_utc(found.get("timestamp") or None)
        except ValueError:
            found["timestamp"] = None
        one = (found["student_id"], Path(found["file_id"]).stem)
        if one in self._seen and not found.get("timestamp"):
            self._leave_out(path, "there is another file of this name, none says its time")
            return None
        self._seen.add(one)
        return found

    def _leave_out(self, path: str, why: str) -> None:
        self.log.error("%s: not taken: %s", path, why)


def _names(path: str, learner: str) -> bool:
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(learner)}(?![A-Za-z0-9])", path))


def unpack(archive: Path, folder: Path) -> None:
    """Unpack one archive, or nothing of it.

    Raises:
        Refused: too many or too large files, a path that leaves the folder, no archive at all.
    """
    left, count = MAX_BYTES, 0
    try:
        for name, content in _members(archive):
            count += 1
            if count > MAX_FILES:
                raise Refused(f"more than {MAX_FILES} files")
            left = _write(content, _inside(folder, name), left)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Refused(f"it is damaged ({error})") from error
    except Refused:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of the ordinary files; links and devices are passed over."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as found:
            for entry in found.infolist():
                link = (entry.external_attr >> 28) == 0o12
                if not entry.is_dir() and not link:
                    with found.open(entry) as content:
                        yield entry.filename, content
        return
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                regular = packed.extractfile(member) if member.isreg() else None
                if regular is not None:
                    yield member.name, regular
    except tarfile.TarError as error:
        raise Refused("it is no archive") from error


def _inside(folder: Path, name: str) -> Path:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise Refused(f"{name} leads out of the folder")
    return folder.joinpath(*path.parts)


def _write(content: IO[Any], target: Path, left: int) -> int:
    """Write a file piece by piece, whatever size the archive claims; return what is left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as written:
        while piece := content.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Refused(f"more than {MAX_BYTES // 1_000_000} MB when unpacked")
            written.write(piece)
    return left
