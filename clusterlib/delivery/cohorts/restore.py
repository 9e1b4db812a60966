"""Bring a cohort back from a backup: beside the present one first, then into its place at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.backup import private_folder, sync
from clusterlib.delivery.cohorts.gradebook_copy import (
    copy_from_file,
    head_of,
    rename_course,
    sqlite_file,
)
from clusterlib.delivery.cohorts.ledger.rows import Head
from clusterlib.delivery.cohorts.opening import LEARNER_CONFIG, NAME, learner_config
from clusterlib.delivery.cohorts.places import (
    SETTINGS,
    WORK,
    Cohort,
    all_cohorts,
    read_cohort,
    write_cohort,
)
from clusterlib.delivery.cohorts.swapping import swap
from clusterlib.delivery.cohorts.unpacking import unpack
from clusterlib.delivery.runner import arrivals

ASIDE = f"{WORK}/.aside"
FILE_INSTEAD = "sqlite"


@dataclass(frozen=True)
class Choice:
    """What the trainer asked for beside the file; blanks keep what the backup says.

    `databases` has a URL by audience, or "sqlite" for a file in the cohort's folder; `over` says
    that a present cohort of the name is to be replaced.
    """

    name: str = ""
    exchange: Path | None = None
    databases: Mapping[str, str] = field(default_factory=dict)
    over: bool = False


@dataclass(frozen=True)
class Restored:
    """The cohort's audiences, each one's head, and where a replaced cohort lies now."""

    cohorts: list[Cohort]
    heads: dict[str, Head]
    aside: Path | None


def verify(backup: Path, folder: Path) -> dict[str, Any]:
    """Compare a backup with its hashes and heads; return its manifest and leave no trace.

    Raises:
        CommandError: it is not as it was written.
    """
    with _told(backup):
        folder.mkdir(parents=True, exist_ok=True)
        with private_folder(folder, ".checking") as place:
            manifest = unpack(backup, place)
            _read_heads(place, manifest)
            return manifest


def restore(root: Path, backup: Path, choice: Choice) -> Restored:
    """Bring back a cohort with all its audiences.

    Args:
        root: of the course.
        backup: the file.
        choice: another name, exchange or database; whether a present cohort may be replaced.

    Raises:
        CommandError: the backup is not as it was written, or would write over something.
    """
    work = root / WORK
    with _told(backup):
        # As `cohort new` makes it: the exchange may lie below, and learners have to reach it.
        work.mkdir(parents=True, exist_ok=True)
        with private_folder(work, ".restoring") as place:
            manifest = unpack(backup, place)
            heads = _read_heads(place, manifest)
            name = choice.name or str(manifest["cohort"])
            _refuse(root, name, choice, manifest)
            made = place / WORK / name
            made.parent.mkdir(parents=True)
            os.rename(place / "work", made)
            cohorts = [
                _bring(root, place, made / audience, name, choice, manifest) for audience in heads
            ]
            aside = _put_in_place(made, work / name, root / ASIDE)
    return Restored(cohorts, heads, aside)


@contextlib.contextmanager
def _told(backup: Path) -> Iterator[None]:
    """Tell in one line what the disk or a database server has against it."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except OSError as error:
        raise CommandError(f"{backup} cannot be restored: {error}") from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = str(error.__cause__ or error).strip().splitlines()[0]
        raise CommandError(f"{backup} cannot be restored, a database fails: {said}") from error


def _read_heads(place: Path, manifest: dict[str, Any]) -> dict[str, Head]:
    """Return each audience's head, after a look whether its gradebook has it."""
    heads = {}
    for audience, said in sorted(manifest["audiences"].items()):
        head = Head(said["head"]["number"], said["head"]["hash"])
        if head_of(f"sqlite:///{place / 'gradebooks' / audience}.db") != head:
            raise CommandError(
                f"the gradebook for {audience} in the backup is not the one it names"
            )
        heads[audience] = head
    return heads


def _refuse(root: Path, name: str, choice: Choice, manifest: dict[str, Any]) -> None:
    if not NAME.fullmatch(name):
        raise CommandError(f'"{name}" cannot name a cohort: use a-z, 0-9 and hyphens')
    unknown = sorted(set(choice.databases) - set(manifest["audiences"]))
    if unknown:
        raise CommandError(
            f"the backup has no audience {unknown[0]}: {', '.join(manifest['audiences'])}"
        )
    if (root / WORK / name).exists() and not choice.over:
        raise CommandError(
            f"there is a cohort {name} already: take --as ANOTHER-NAME, or --replace to put the "
            "backup in its place (the present one is kept aside)"
        )


def _bring(
    root: Path, place: Path, folder: Path, name: str, choice: Choice, manifest: dict[str, Any]
) -> Cohort:
    """Complete one audience in the folder that is made; return how it stands when in place."""
    old_name, old_root = str(manifest["cohort"]), Path(manifest["root"])
    old = read_cohort(place, _named(folder / SETTINGS, old_name, name))
    exchange = choice.exchange or old.exchange
    if choice.exchange is None and old.exchange.is_relative_to(old_root):
        exchange = root / old.exchange.relative_to(old_root)
    database = _database(root, old, choice)
    cohort = replace(old, exchange=exchange, database=database)
    copy = place / "gradebooks" / f"{cohort.audience}.db"
    if name != old_name:
        rename_course(copy, f"{old_name}-{cohort.audience}", cohort.course_id)
    if database:
        copy_from_file(copy, database)
    else:
        shutil.move(copy, cohort.folder / "gradebook.db")
        sync(cohort.folder / "gradebook.db")
    write_cohort(cohort)
    learner_config(cohort).parent.mkdir(exist_ok=True)
    learner_config(cohort).write_text(
        LEARNER_CONFIG.format(course_id=cohort.course_id, exchange=str(exchange)), encoding="utf-8"
    )
    _fill_exchange(place, cohort, manifest["audiences"][cohort.audience]["arrivals"])
    return replace(cohort, root=root)


def _named(settings: Path, old: str, new: str) -> Path:
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(f'cohort = "{old}"\n', f'cohort = "{new}"\n', 1), "utf-8")
    return settings


def _database(root: Path, old: Cohort, choice: Choice) -> str:
    """Return the database that the restored gradebook goes into, "" for a file in the folder."""
    chosen = choice.databases.get(old.audience, old.database)
    if chosen in ("", FILE_INSTEAD):
        return ""
    taken = {other.database: other.course_id for other in all_cohorts(root) if other.database}
    file = sqlite_file(chosen)
    if chosen in taken or (file is not None and file.exists()):
        whose = f" of {taken[chosen]}" if chosen in taken else ""
        raise CommandError(
            f"the marks for {old.audience} were in a database{whose} that is in use: name an empty "
            f"one with --db {old.audience}=URL, or a file in the cohort's folder with "
            f"--db {old.audience}={FILE_INSTEAD}"
        )
    return chosen


def _fill_exchange(place: Path, cohort: Cohort, came: Mapping[str, str]) -> None:
    """Put back what is missing in the exchange; what is there stays as it is."""
    source = place / "exchange" / cohort.audience
    if not source.is_dir():
        return
    if not cohort.exchange.is_dir():
        cohort.exchange.mkdir(parents=True)
        cohort.exchange.chmod(0o1777)
    course = cohort.exchange / cohort.course_id
    if not course.is_dir():
        course.mkdir()
        course.chmod(0o755)
    with private_folder(course, ".restoring") as aside:
        _add_missing(source, course, aside, {"outbound", "feedback", "inbound"}, {})
        for part in ("outbound", "feedback", "inbound"):
            if (source / part).is_dir():
                if not (course / part).is_dir():
                    (course / part).mkdir()
                    (course / part).chmod((source / part).stat().st_mode & 0o7777)
                _add_missing(source / part, course / part, aside, set(), came)


def _add_missing(
    source: Path, target: Path, aside: Path, but: set[str], came: Mapping[str, str]
) -> None:
    """Move what the target lacks: to its disk first, then into place with one step each."""
    names = sorted(path.name for path in source.iterdir() if path.name not in but)
    missing = [name for name in names if not (target / name).exists()]
    for name in missing:
        shutil.move(source / name, aside / name)
    if target.name == "inbound":
        arrivals.remember(target, {aside / name: came[name] for name in missing})
    for name in missing:
        os.rename(aside / name, target / name)


def _put_in_place(made: Path, target: Path, beside: Path) -> Path | None:
    """Move the finished cohort to its place; return where a present one is kept now."""
    # All of it is on the disk before anything of it can be seen.
    os.sync()
    if not target.exists():
        os.rename(made, target)
        sync(target.parent)
        return None
    beside.mkdir(mode=0o700, exist_ok=True)
    kept = beside / f"{target.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    os.rename(made, kept)
    swap(kept, target)
    sync(target.parent)
    return kept
