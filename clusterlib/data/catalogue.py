"""The course catalogue: where the course folder is, its audiences and its modules."""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = Path(__file__).resolve().parents[1]


def course_path() -> Path:
    """Find the course folder, which holds `course.toml`, `cases/` and `sources/`.

    Looked for in this order: the folder named by the environment variable `CLUSTER_COURSE`; the
    `course` folder beside the package, as in a checkout; the copy inside an installed package.

    Returns the folder.
    Raises ValueError when no folder holds a `course.toml`; a `CLUSTER_COURSE` that points to a
    wrong folder is an error, never passed over.

    >>> (course_path() / "course.toml").is_file()
    True
    """
    chosen = os.environ.get("CLUSTER_COURSE")
    if chosen:
        candidates = [Path(chosen).expanduser()]
    else:
        candidates = [_PACKAGE.parent / "course", _PACKAGE / "_course"]
    for folder in candidates:
        if (folder / "course.toml").is_file():
            return folder
    places = " or ".join(str(folder) for folder in candidates)
    mend = (
        "set CLUSTER_COURSE to the course folder, or clear it to use the one that is installed"
        if chosen
        else "set CLUSTER_COURSE to the course folder, or install clusterlib again"
    )
    raise ValueError(f"No course.toml in {places}: {mend}.")


def read_catalogue() -> dict[str, Any]:
    """Read `course.toml` as it stands.

    Returns a dictionary with `course` (title, version, audiences) and `module` (a list).
    Raises ValueError when the file cannot be read, with the line that is wrong.

    >>> read_catalogue()["course"]["title"]
    'Managing business clusters'
    """
    path = course_path() / "course.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} cannot be read: {error}. Mend that line.") from error


def list_audiences() -> list[str]:
    """List the audiences for which the course exists, in the order of the catalogue.

    >>> list_audiences()
    ['academic', 'enterprise', 'government', 'ngo']
    """
    return [str(name) for name in read_catalogue()["course"]["audiences"]]


def list_modules() -> "pd.DataFrame":
    """List the modules in teaching order.

    Returns a DataFrame, one row a module: slug, title, minutes_lesson, minutes_exercise, points,
    pass_percent, prerequisites, deep_for, serves, artefact, outcomes (the last lists of words).

    >>> list_modules().loc[0, "slug"]
    '00-start-here'
    """
    import pandas as pd

    return pd.DataFrame(read_catalogue().get("module", []))
