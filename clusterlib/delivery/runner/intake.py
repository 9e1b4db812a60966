"""What may come in: ordinary files of ordinary size; links, devices and traps stay outside.

nbgrader copies whatever lies beside a notebook, with the trainer's rights. It calls `make_safe`
before, as its `pre_convert_hook`.
"""

from __future__ import annotations

import base64
import fnmatch
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clusterlib.delivery.runner.submitted import Unreadable, read
from clusterlib.delivery.runner.verdicts import Report, Verdict

MAX_FILES = 200
MAX_BYTES = 20_000_000
OWN = ("timestamp.txt", "submission_secret.txt", "*.ipynb")
# What was taken out of a folder in this process: told in the report of the submission.
taken_out: dict[Path, list[str]] = {}


def make_safe(assignment: str, student: str, notebooks: list[str]) -> None:
    """Clear a submitted folder of traps and find the notebook under another name.

    Args:
        assignment: nbgrader's name of the module; the notebook bears it too.
        student: id, or "*" when nbgrader grades all.
        notebooks: paths that nbgrader found, all in one folder; corrected in place.
    """
    if not notebooks:
        return
    folder = Path(notebooks[0]).parent
    removed = remove_traps(folder)
    if removed:
        taken_out[folder.resolve()] = removed
    expected = folder / f"{folder.name}.ipynb"
    if not expected.exists() and str(expected) not in notebooks:
        found = likeliest([Path(name) for name in notebooks])
        if found is not None:
            shutil.copyfile(found, expected, follow_symlinks=False)
            notebooks.append(str(expected))


def tell(report: Report, folder: Path) -> None:
    """Add what was taken out of a submitted folder to its report."""
    for note in taken_out.pop(folder.resolve(), []):
        report.add(Verdict.TAMPERED, note)


def remove_traps(folder: Path) -> list[str]:
    """Remove links, devices and pipes, and what exceeds the size; return what was removed."""
    traps = find_traps(folder)
    for path, _ in traps:
        path.unlink()
    return [f"{path.name}{why} and was left out" for path, why in traps]


def find_traps(folder: Path, ignore: Sequence[str] = ()) -> list[tuple[Path, str]]:
    """Return links, devices and pipes, and what exceeds the size, each with the reason.

    Args:
        folder: of the submission.
        ignore: patterns of names that are never handed over.
    """
    found: list[tuple[Path, str]] = []
    size = count = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _ignored(name, ignore)]
        for name in sorted([*folders, *files]):
            path = Path(parent, name)
            state = path.lstat()
            if stat.S_ISDIR(state.st_mode) or _ignored(name, ignore):
                continue
            if not stat.S_ISREG(state.st_mode):
                found.append((path, " is a link or special file"))
            elif path.suffix != ".ipynb":
                size, count = size + state.st_size, count + 1
                if size > MAX_BYTES or count > MAX_FILES:
                    found.append((path, " is more than the files beside a notebook may hold"))
    return found


def likeliest(notebooks: Sequence[Path]) -> Path | None:
    """Return the notebook with most answers; of equal ones most graded cells, then the newest.

    What cannot be read comes last; links never count.
    """
    ranked = []
    for path in notebooks:
        if path.is_symlink() or not path.is_file():
            continue
        try:
            found = read(path)
            known = {cell.grade_id for cell in found.cells if cell.grade_id}
            rank = (found.answers if known else 0, len(known))
        except (Unreadable, OSError):
            rank = (0, 0)
        ranked.append((rank, path.stat().st_mtime, path))
    return max(ranked)[2] if ranked else None


def files_beside(folder: Path, ignore: Sequence[str]) -> dict[str, str]:
    """Return the ordinary files below a folder, by relative path, for the box (base64).

    Args:
        folder: of the submission, or of the master.
        ignore: patterns of names that nbgrader leaves out too.
    """
    found: dict[str, str] = {}
    size = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _ignored(name, ignore)]
        for name in sorted(files):
            path = Path(parent, name)
            state = path.lstat()
            if not stat.S_ISREG(state.st_mode) or _ignored(name, [*ignore, *OWN]):
                continue
            size += state.st_size
            if size > MAX_BYTES or len(found) >= MAX_FILES:
                return found
            found[str(path.relative_to(folder))] = base64.b64encode(path.read_bytes()).decode()
    return found


def _ignored(name: str, patterns: Sequence[Any]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
