"""Attacks before anything is run: through the commands of the course, with its configuration.

Each file of rows/ that has a `bundle` is one: its header says what the trainer is told.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bundles
import pytest
from attacks import Row, read_rows
from bundles import NAMED, SECRET, Class, hand_in, upload
from cohort_learners import serve, stop
from cohort_tree import MODULE, make_course, roster

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.places import all_cohorts
from clusterlib.delivery.commands import start

BUNDLES = [row for row in read_rows() if row.bundle in ("inbound", "zip")]
REQUESTS = [row for row in read_rows() if row.bundle == "request"]


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A released probe for anna, bela and cili; the trainer's secrets lie beside the course."""
    return make_class(tmp_path, monkeypatch)


def make_class(folder: Path, patch: pytest.MonkeyPatch) -> Class:
    root = make_course(folder / "tree")
    patch.setenv("CLUSTER_COURSE", str(root / "course"))
    patch.delenv("CLUSTER_COHORT", raising=False)
    people = ("anna,Anna,Kis,", "bela,Béla,Nagy,", "cili,Cili,Tóth,", "nobody,No,Body,")
    listed = str(roster(folder / "r.csv", *people))
    new = ["cohort", "new", "d-27", "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    assert main(["release", "d-27", MODULE]) == 0
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / f"{MODULE}.ipynb").write_text(SECRET, encoding="utf-8")
    return Class(all_cohorts(root)[0], secrets)


@dataclass(frozen=True)
class Outcome:
    """What came of an attack: did the attacker win, did the class go on, what was said."""

    harm: bool
    goes_on: bool
    said: str

    @property
    def word(self) -> str:
        return "broken" if self.harm else "safe" if self.goes_on else "blocks"


def attack(row: Row, group: Class, command: list[str], folder: Path) -> Outcome:
    """Spring a trap: the attack, cili's honest work beside it, and the trainer's command."""
    harm = getattr(bundles, row.shape)(group)
    if row.bundle == "zip":
        upload(group, "cili_1.zip", {f"{MODULE}.ipynb": bundles.work(group)})
    else:
        hand_in(group, "cili")
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, timeout=300, errors="replace"
    )
    said = done.stdout + done.stderr
    goes_on = (group.collected("cili") / f"{MODULE}.ipynb").is_file() and "Traceback" not in said
    return Outcome(harm(), goes_on, said)


def commands(row: Row) -> list[list[str]]:
    """Return every way in which a trainer brings such work in."""
    nbgrader = [sys.executable, "-m", "nbgrader"]
    if row.bundle == "zip":
        return [
            [*nbgrader, "zip_collect", MODULE, f"--FileNameCollectorPlugin.named_regexp={NAMED}"]
        ]
    own = "import sys; from clusterlib.delivery.cli import main; sys.exit(main(sys.argv[1:]))"
    return [
        [sys.executable, "-c", own, "collect", "d-27", MODULE],
        [*nbgrader, "collect", MODULE, "--update"],
    ]


@pytest.mark.parametrize("row", BUNDLES, ids=lambda row: row.name)
def test_what_comes_in_gains_nothing_and_stops_nobody(row: Row, group: Class) -> None:
    for command in commands(row):
        if row.shape == "another_learners_name" and not bundles.MAY_GIVE_AWAY:
            pytest.skip("only root can make files of another account")
        outcome = attack(row, group, command, group.cohort.folder)
        assert outcome.word == "safe", outcome.said
        assert row.expect in outcome.said, outcome.said
        for learner in ("anna", "bela", "cili"):
            bundles.clear(group, learner)


def test_the_programming_interface_behind_the_formgrader_collects_the_same_way(
    group: Class,
) -> None:
    row = next(row for row in BUNDLES if row.shape == "link_to_a_folder")
    program = (
        "from traitlets.config.loader import PyFileConfigLoader\n"
        "from nbgrader.apps import NbGraderAPI\n"
        "config = PyFileConfigLoader('nbgrader_config.py', '.').load_config()\n"
        f"print(NbGraderAPI(config=config).collect({MODULE!r}))"
    )
    outcome = attack(row, group, [sys.executable, "-c", program], group.cohort.folder)
    assert not outcome.harm
    assert (group.collected("cili") / f"{MODULE}.ipynb").is_file(), outcome.said
    assert row.expect in outcome.said
    assert not group.collected("anna").exists()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A Jupyter server as `cluster-course start` sets it up, and a folder beside its own."""
    folder = tmp_path_factory.mktemp("served")
    for name in ("home", "outside"):
        (folder / name).mkdir()
    process, address = serve(
        folder / "log.txt", sys.executable, f"--ServerApp.root_dir={folder / 'home'}",
        cwd=folder / "home", env=bundles.environment(folder, str(start.TRAINEE_LAB)),
    )  # fmt: skip
    yield folder, address
    stop(process)


@pytest.mark.parametrize("row", REQUESTS, ids=lambda row: row.name)
def test_the_validate_button_runs_nothing_outside_the_served_folder(
    row: Row, place: tuple[Path, str]
) -> None:
    folder, address = place
    for path in bundles.path_out_of_the_course(folder):
        body = urllib.parse.urlencode({"path": path}).encode()
        request = urllib.request.Request(
            f"{address}/assignments/validate", body, {"Authorization": "token t"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        assert str(refused.value.code) == row.expect, path
    assert not (folder / "ran").exists()
    # Inside, the same notebook is run, so the trap would have worked.
    inside = folder / "home" / "trap.ipynb"
    inside.write_bytes((folder / "outside" / "trap.ipynb").read_bytes())
    body = urllib.parse.urlencode({"path": "trap.ipynb"}).encode()
    request = urllib.request.Request(
        f"{address}/assignments/validate", body, {"Authorization": "token t"}
    )
    assert urllib.request.urlopen(request, timeout=120).status == 200
    assert (folder / "ran").exists()
