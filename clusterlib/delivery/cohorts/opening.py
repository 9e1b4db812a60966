"""Open a cohort: its folder, settings, gradebook, roster, exchange and the learners' file."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from clusterlib.delivery.building.course import read_course
from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.deadlines import read_zone
from clusterlib.delivery.cohorts.gradebook import enrol, released_modules
from clusterlib.delivery.cohorts.places import (
    SETTINGS,
    WORK,
    Cohort,
    all_cohorts,
    read_cohort,
    write_cohort,
)
from clusterlib.delivery.cohorts.roster import Person
from clusterlib.delivery.cohorts.seeds import read_seed, seed_words

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
CONFIG = "nbgrader_config.py"
TRAINER_CONFIG = """\
# Loads the one configuration of the course for this cohort.
from pathlib import Path

load_subconfig("nbgrader_config.py", path=str(Path(__file__).resolve().parents[3]))  # noqa: F821
"""
LEARNER_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = {course_id!r}
c.Exchange.root = {exchange!r}
c.Exchange.path_includes_course = True
try:
    # Validate and `nbgrader validate` say then what `cluster-course check` says.
    from clusterlib.delivery.runner.validating import use_the_check
except ImportError:
    pass
else:
    use_the_check()
"""


@dataclass(frozen=True)
class Wishes:
    """What the trainer asked for; None leaves what the cohort has, or the default."""

    timezone: str | None = None
    exchange: Path | None = None
    database: str | None = None
    seed: str | None = None


def open_cohort(
    root: Path, name: str, audience: str, people: list[Person], wishes: Wishes
) -> tuple[Cohort, int, int]:
    """Open a cohort for an audience, or add people to it; return it with (added, corrected).

    Raises:
        CommandError: a bad name, an unknown audience, or wishes against a cohort's settings.
    """
    if not NAME.fullmatch(name):
        raise CommandError(
            f'"{name}" cannot name a cohort: use a-z, 0-9 and hyphens, for example debrecen-2027'
        )
    if set("*?[") & set(str(root)):
        raise CommandError(f"nbgrader cannot work below {root}: rename the folder without * ? [")
    audiences = read_course(root).audiences
    if audience not in audiences:
        raise CommandError(f'there is no audience "{audience}": take {", ".join(audiences)}')
    path = root / WORK / name / audience / SETTINGS
    known = path.is_file()
    cohort = read_cohort(root, path) if known else _planned(root, name, audience, wishes)
    if known:
        _refuse_changes(cohort, wishes)
        cohort = _with_seed(cohort, wishes)
    else:
        _make_folder(cohort)
        _make_exchange(cohort.exchange)
    added, corrected = enrol(cohort, people)
    if not known:
        write_cohort(cohort)
    (cohort.folder / CONFIG).write_text(TRAINER_CONFIG, encoding="utf-8")
    learner_config(cohort).parent.mkdir(exist_ok=True)
    learner_config(cohort).write_text(
        LEARNER_CONFIG.format(course_id=cohort.course_id, exchange=str(cohort.exchange)),
        encoding="utf-8",
    )
    return cohort, added, corrected


def learner_config(cohort: Cohort) -> Path:
    """The file that learners save as ~/.jupyter/nbgrader_config.py."""
    return cohort.folder / "learner" / CONFIG


def _planned(root: Path, name: str, audience: str, wishes: Wishes) -> Cohort:
    """Return the new cohort; what is not asked for comes from its other audiences."""
    others = all_cohorts(root)
    siblings = [other for other in others if other.name == name]
    timezone = wishes.timezone or (siblings[0].timezone if siblings else "")
    if not timezone:
        raise CommandError("a new cohort needs a time zone: --timezone Europe/Budapest")
    read_zone(timezone)
    exchange = wishes.exchange or (siblings[0].exchange if siblings else root / WORK / "exchange")
    seed, own_figures = siblings[0].case if siblings else (None, False)
    if wishes.seed is not None:
        seed, own_figures = read_seed(wishes.seed, name)
    for other in others:
        if wishes.database and wishes.database == other.database:
            raise CommandError(f"the database is taken by {other.course_id}: make another one")
    return Cohort(
        root=root,
        name=name,
        audience=audience,
        timezone=timezone,
        exchange=exchange.expanduser().resolve(),
        database=wishes.database or "",
        seed=seed,
        own_figures=own_figures,
    )


def _with_seed(cohort: Cohort, wishes: Wishes) -> Cohort:
    """Return the cohort with another seed, which it may get as long as nothing is released."""
    if wishes.seed is None or read_seed(wishes.seed, cohort.name) == cohort.case:
        return cohort
    released = released_modules(cohort)
    if released:
        raise CommandError(
            f"{cohort.course_id} works on {', '.join(released)} with another case already "
            f"({seed_words(cohort)}): leave --seed out"
        )
    seed, own_figures = read_seed(wishes.seed, cohort.name)
    changed = dataclasses.replace(cohort, seed=seed, own_figures=own_figures)
    write_cohort(changed)
    return changed


def _refuse_changes(cohort: Cohort, wishes: Wishes) -> None:
    asked = {
        "--timezone": (wishes.timezone, cohort.timezone),
        "--exchange": (
            wishes.exchange and wishes.exchange.expanduser().resolve(),
            cohort.exchange,
        ),
        "--db": (wishes.database, cohort.database),
    }
    for option, (wish, present) in asked.items():
        if wish is not None and wish != present:
            raise CommandError(
                f"{cohort.course_id} exists with another {option}: "
                f"leave the option out, or change {cohort.work}/{SETTINGS}"
            )


def _make_folder(cohort: Cohort) -> None:
    """Make the cohort's folder for its owner's eyes alone: it holds work and marks of people."""
    try:
        for folder in (cohort.folder.parent, cohort.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(cohort.folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as error:
        raise CommandError(f"{cohort.folder} cannot be made: {error.strerror}") from error


def _make_exchange(exchange: Path) -> None:
    """Make the exchange: everyone may write into it, nobody may move what others own."""
    try:
        exchange.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(exchange.stat().st_mode) != 0o1777:
            exchange.chmod(0o1777)
    except OSError as error:
        raise CommandError(f"the exchange {exchange} cannot be made: {error.strerror}") from error


def closed_parent(exchange: Path) -> Path | None:
    """Return the first folder above the exchange that other accounts cannot pass, if any."""
    for folder in reversed(exchange.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
