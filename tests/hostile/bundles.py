"""Attacks that come before anything is run: folders in the exchange, archives, a request.

Each builds its trap in a small cohort and says afterwards whether the attacker won. Bela's honest
hand-in stands beside, so it shows whether the class goes on.
"""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from cohort_tree import MODULE, fill_in
from nbformat.v4 import new_code_cell, new_notebook

from clusterlib.delivery.cohorts.places import Cohort

RIGHT = {"top-need": 'top_need = "C04"', "share": "share = 24 / 60"}
# Only root can make files that belong to somebody else.
MAY_GIVE_AWAY = hasattr(os, "geteuid") and os.geteuid() == 0
SECRET = "what only the trainer may read"
NAMED = r".*/(?P<student_id>[a-z]+)_\d+/(?:.*/)?(?P<file_id>[^/]+\.ipynb)"


@dataclass(frozen=True)
class Class:
    """A released probe for anna, bela and an account that other files can belong to."""

    cohort: Cohort
    secrets: Path

    @property
    def inbound(self) -> Path:
        return self.cohort.exchange / self.cohort.course_id / "inbound"

    @property
    def archive(self) -> Path:
        """Where a trainer puts what was downloaded from another platform."""
        folder = self.cohort.root / "downloaded" / MODULE / "archive"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def collected(self, learner: str) -> Path:
        return self.cohort.folder / "submitted" / learner / MODULE


def moment(minutes: float = 5) -> str:
    """Return a time so long ago, as nbgrader writes it."""
    return f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S.%f} UTC"


def hand_in(group: Class, learner: str, at: str | None = None) -> Path:
    """Put right work into the exchange as `nbgrader submit` does."""
    at = at or moment()
    folder = group.inbound / f"{learner}+{MODULE}+{at}+random"
    folder.mkdir()
    work = folder / f"{MODULE}.ipynb"
    work.write_bytes(group.cohort.exercise(MODULE).read_bytes())
    fill_in(work, RIGHT)
    (folder / "timestamp.txt").write_text(at, encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {learner}", encoding="utf-8")
    return folder


def upload(group: Class, name: str, files: dict[str, bytes]) -> None:
    """Put a zip archive where `nbgrader zip_collect` looks."""
    with zipfile.ZipFile(group.archive / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)


Harm = Callable[[], bool]


def _holds(folder: Path, text: str) -> bool:
    """Say whether any file below has the text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return any(text.encode() in path.read_bytes() for path in files)


def _says(group: Class, text: str) -> bool:
    stamp = group.collected("anna") / "timestamp.txt"
    return stamp.is_file() and stamp.read_text(encoding="utf-8").startswith(text)


def link_to_a_folder(group: Class) -> Harm:
    (hand_in(group, "anna") / "data").symlink_to(group.secrets)
    return lambda: _holds(group.collected("anna"), SECRET)


def link_to_a_folder_of_the_system(group: Class) -> Harm:
    (hand_in(group, "anna") / "data").symlink_to("/etc")
    return lambda: (group.collected("anna") / "data" / "hostname").exists()


def folder_is_a_link(group: Class) -> Harm:
    (group.secrets / "submission_secret.txt").write_text("x", encoding="utf-8")
    (group.inbound / f"anna+{MODULE}+{moment()}+random").symlink_to(group.secrets)
    return lambda: _holds(group.collected("anna"), SECRET)


def another_learners_name(group: Class) -> Harm:
    folder = hand_in(group, "anna")
    (folder / "from.txt").write_text("not by anna", encoding="utf-8")
    for path in [folder, *folder.iterdir()]:
        os.chown(path, 65534, 65534)
    return lambda: _holds(group.collected("anna"), "not by anna")


def a_time_in_the_future(group: Class) -> Harm:
    hand_in(group, "anna", "2100-01-01 10:00:00.000000 UTC")
    return lambda: _says(group, "2100")


def forged_time(group: Class) -> Harm:
    stamp = hand_in(group, "anna") / "timestamp.txt"
    stamp.write_text("2001-01-01 10:00:00.000000 UTC", encoding="utf-8")
    return lambda: _says(group, "2001")


def no_time(group: Class) -> Harm:
    (hand_in(group, "anna") / "timestamp.txt").unlink()

    def never_late() -> bool:
        folder = group.collected("anna")
        return folder.is_dir() and not (folder / "timestamp.txt").exists()

    return never_late


def name_without_a_time(group: Class) -> Harm:
    hand_in(group, "anna", "soon")
    return lambda: _says(group, "soon")


def time_is_a_pipe(group: Class) -> Harm:
    stamp = hand_in(group, "anna") / "timestamp.txt"
    stamp.unlink()
    os.mkfifo(stamp)
    return lambda: False


def file_that_swells(group: Class) -> Harm:
    folder = hand_in(group, "anna")
    for number in range(40):
        (folder / f"{number}.csv").touch()
        os.truncate(folder / f"{number}.csv", 90_000_000)
    return lambda: group.collected("anna").is_dir()


def work(group: Class) -> bytes:
    """Return right work."""
    path = group.cohort.root / "work.ipynb"
    path.write_bytes(group.cohort.exercise(MODULE).read_bytes())
    fill_in(path, RIGHT)
    return path.read_bytes()


def clear(group: Class, learner: str) -> None:
    """Forget what a learner handed in, for another try."""
    shutil.rmtree(group.cohort.folder / "submitted" / learner, ignore_errors=True)
    for path in group.inbound.glob(f"{learner}+*"):
        path.unlink() if path.is_symlink() else shutil.rmtree(path)


def environment(folder: Path, settings: str) -> dict[str, str]:
    """Return the environment of a learner whose home is this folder."""
    own = {"HOME": str(folder / "home"), "JUPYTER_CONFIG_DIR": str(folder / "home" / ".jupyter")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return os.environ | own | {"JUPYTER_CONFIG_PATH": settings, "PATH": path}


def path_out_of_the_course(folder: Path) -> list[str]:
    """Put a notebook that leaves a trace outside the served folder; return ways to ask for it."""
    trap = new_notebook(cells=[new_code_cell(f"open({str(folder / 'ran')!r}, 'w').close()")])
    (folder / "outside" / "trap.ipynb").write_text(nbformat.writes(trap), encoding="utf-8")
    (folder / "home" / "link").symlink_to(folder / "outside")
    (folder / "home-too").mkdir()
    shutil.copy(folder / "outside" / "trap.ipynb", folder / "home-too")
    return [
        "../outside/trap.ipynb",
        "x/../../outside/trap.ipynb",
        str(folder / "outside" / "trap.ipynb"),
        "link/trap.ipynb",
        "../home-too/trap.ipynb",
    ]


def path_that_leaves(group: Class) -> Harm:
    files = {"../../../../planted.ipynb": b"{}", f"{MODULE}.ipynb": work(group)}
    upload(group, "anna_1.zip", files)
    above = group.cohort.root.parent
    return lambda: any(
        "extracted" not in path.parts and "submitted" not in path.parts
        for path in above.rglob("planted.ipynb")
    )


def zip_that_swells(group: Class) -> Harm:
    upload(group, "anna_1.zip", {f"{MODULE}.ipynb": bytes(300_000_000)})
    root = group.cohort.root
    return lambda: any(p.stat().st_size > 10**8 for p in root.rglob("*.ipynb") if p.is_file())


def name_inside_an_archive(group: Class) -> Harm:
    """The last name in a path wins with an ordinary expression: the learner writes that part."""
    upload(group, "anna_1.zip", {f"bela_2/{MODULE}.ipynb": b'{"by": "anna"}'})
    return lambda: _holds(group.collected("bela"), '"by": "anna"')


def same_name_twice(group: Class) -> Harm:
    upload(group, "anna_1.zip", {f"a/{MODULE}.ipynb": b"{}", f"b/{MODULE}.ipynb": b"{}"})
    return lambda: False
