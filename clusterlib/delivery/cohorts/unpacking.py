"""Open a backup: everything is compared with the list of hashes in it before it is believed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.backup import FORMAT, MANIFEST, PIECE

SHOWN = 5


def unpack(backup: Path, target: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder and return its manifest.

    Args:
        backup: the file.
        target: for its owner alone.

    Raises:
        CommandError: it cannot be read, is not one of ours, or is not as it was written.
    """
    found: dict[str, dict[str, Any]] = {}
    try:
        with gzip.open(backup) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            for member in tar:
                _unpack_member(tar, member, target, found)
            # The sum over the whole file stands at its very end.
            while stream.read(PIECE):
                pass
    except FileNotFoundError as error:
        raise CommandError(f"there is no file {backup}") from error
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise CommandError(f"{backup} is damaged or no backup: {error}") from error
    return _manifest(backup, target, found)


def _unpack_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, found: dict[str, dict[str, Any]]
) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or "\0" in member.name or member.name in found:
        raise tarfile.TarError(f"it names a strange path, {member.name!r}")
    path = target.joinpath(*name.parts)
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(member.mode & 0o7777 | 0o700)
        return
    source = tar.extractfile(member) if member.isreg() else None
    if source is None:
        raise tarfile.TarError(f"it holds a link or special file, {member.name!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as written:
        while piece := source.read(PIECE):
            digest.update(piece)
            written.write(piece)
    path.chmod(member.mode & 0o777 | 0o600)
    os.utime(path, (member.mtime, member.mtime))
    found[member.name] = {"size": member.size, "sha256": digest.hexdigest()}


def _manifest(backup: Path, target: Path, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if found.pop(MANIFEST, None) is None:
        raise CommandError(f"{backup} is no backup of a cohort, or its end is missing")
    try:
        manifest: dict[str, Any] = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        known, version = manifest["files"], manifest["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{backup} has a list of contents that cannot be read") from error
    if version != FORMAT:
        raise CommandError(
            f"{backup} was made by clusterlib {manifest.get('clusterlib')} in format {version}; "
            f"this one reads format {FORMAT}"
        )
    wrong = sorted(
        name for name in known.keys() | found.keys() if known.get(name) != found.get(name)
    )
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise CommandError(
            f"{backup} is not as it was written: {', '.join(wrong[:SHOWN])}{more}; "
            "nothing was restored"
        )
    return manifest
