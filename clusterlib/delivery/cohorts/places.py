"""Where a cohort lives: one folder and one nbgrader course for each cohort and audience."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from clusterlib.delivery.cli import CommandError

WORK = "course/work"
SETTINGS = "cohort.toml"


@dataclass(frozen=True)
class Cohort:
    """One cohort and audience, that is one nbgrader course; paths hang on the root of the course.

    `seed` is that of its case, None for the course's own; with `own_figures` each learner has a
    case of their own, from the seed and their id.

    Example:
        >>> group = Cohort(Path("/srv/course"), "debrecen-2027", "ngo", "Europe/Budapest",
        ...                Path("/srv/exchange"), database="")
        >>> group.course_id, group.work
        ('debrecen-2027-ngo', 'course/work/debrecen-2027/ngo')
    """

    root: Path
    name: str
    audience: str
    timezone: str
    exchange: Path
    database: str
    seed: int | None = None
    own_figures: bool = False

    @property
    def course_id(self) -> str:
        """The name that nbgrader knows."""
        return f"{self.name}-{self.audience}"

    @property
    def case(self) -> tuple[int | None, bool]:
        """The seed, and whether each learner has a case of their own."""
        return self.seed, self.own_figures

    @property
    def work(self) -> str:
        """Folder of everything that grading writes, from the root, as nbgrader wants it."""
        return f"{WORK}/{self.name}/{self.audience}"

    @property
    def folder(self) -> Path:
        """The same folder as a path."""
        return self.root / self.work

    @property
    def database_url(self) -> str:
        """Where the gradebook is: the given database, else gradebook.db in the folder."""
        return self.database or f"sqlite:///{self.folder / 'gradebook.db'}"

    @property
    def database_shown(self) -> str:
        """The same for the screen, without the password."""
        return re.sub(r"://([^:/@]+):[^@]*@", r"://\1:***@", self.database_url)

    @property
    def zone(self) -> ZoneInfo:
        """The cohort's time zone."""
        return ZoneInfo(self.timezone)

    def solution(self, module: str) -> Path:
        """The notebook with model answers, hidden tests and mark schemes."""
        return self.root / "solutions" / self.audience / module / f"{module}.ipynb"

    def exercise(self, module: str) -> Path:
        """The notebook that learners get, as the build made it."""
        return self.root / "exercises" / self.audience / module / f"{module}.ipynb"


def write_cohort(cohort: Cohort) -> None:
    """Save a cohort's settings for its owner's eyes: a database URL can hold a password."""
    rows: dict[str, str | int] = {
        "cohort": cohort.name,
        "audience": cohort.audience,
        "timezone": cohort.timezone,
        "exchange": str(cohort.exchange),
        "database": cohort.database,
    }
    if cohort.seed is not None:
        rows |= {"seed": cohort.seed, "own_figures": cohort.own_figures}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows.items()]
    path = cohort.folder / SETTINGS
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_cohort(root: Path, path: Path) -> Cohort:
    """Read one cohort.toml; CommandError when it is damaged or was moved to another folder."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        cohort = Cohort(
            root=root,
            name=rows["cohort"],
            audience=rows["audience"],
            timezone=rows["timezone"],
            exchange=Path(rows["exchange"]),
            database=rows["database"],
            seed=None if rows.get("seed") is None else int(rows["seed"]),
            own_figures=rows.get("own_figures", False) is True,
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, OSError) as error:
        raise CommandError(f"{path} cannot be read ({error}): mend it or restore it") from error
    if cohort.folder.resolve() != path.parent.resolve():
        raise CommandError(f"{path} belongs in {cohort.work}: move the folder back")
    return cohort


def all_cohorts(root: Path) -> list[Cohort]:
    """Return every cohort and audience under course/work, by name."""
    return [read_cohort(root, path) for path in sorted((root / WORK).glob(f"*/*/{SETTINGS}"))]


def chosen_cohorts(root: Path, name: str, audience: str | None = None) -> list[Cohort]:
    """Return the cohort's audiences, or the one asked for; CommandError names what there is."""
    known = all_cohorts(root)
    found = [
        cohort for cohort in known if cohort.name == name and audience in (None, cohort.audience)
    ]
    if not found:
        wanted = f'"{name}"' if audience is None else f'"{name}" for {audience}'
        there = ", ".join(cohort.course_id for cohort in known) or "none yet"
        raise CommandError(f"there is no cohort {wanted}; known are: {there}")
    return found


def active_cohort(root: Path, environment: Mapping[str, str], here: Path) -> Cohort | None:
    """Return the cohort that plain nbgrader shall work on, None when none is named.

    Args:
        root: root of the course.
        environment: CLUSTER_COHORT in it names `<cohort>-<audience>` and wins.
        here: current folder; a cohort.toml in it or above it counts next.
    """
    wanted = environment.get("CLUSTER_COHORT")
    if wanted:
        known = all_cohorts(root)
        for cohort in known:
            if cohort.course_id == wanted:
                return cohort
        there = ", ".join(cohort.course_id for cohort in known) or "none yet"
        raise CommandError(f'CLUSTER_COHORT names "{wanted}", but known are: {there}')
    work = (root / WORK).resolve()
    for folder in (here.resolve(), *here.resolve().parents):
        if work in folder.parents and (folder / SETTINGS).is_file():
            return read_cohort(root, folder / SETTINGS)
    return None
