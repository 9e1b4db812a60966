"""The baseline: the same corpus through plain nbgrader, with the outcome that each header tells.

Minutes of work, so it runs when asked: CLUSTER_BASELINE=1. Everything happens in a throw-away
course, inside bubblewrap with processes of its own, limits, and an account without rights.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
import test_bundles
from attacks import Row, read_rows
from decoys import BOUND, MARKER, TOKEN, Trainer, make_trainer, prepare, tells_hidden_tests
from exam import NAME, POINTS, RIGHT, filled, hand_in, solution

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("CLUSTER_BASELINE") != "1",
        reason="minutes of plain nbgrader on every attack: make test-baseline",
    ),
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("bwrap") is None or os.geteuid() != 0,
        reason="these attacks are let loose only inside bubblewrap and under another account",
    ),
]
ROWS = read_rows()
BIN = Path(sys.executable).parent
CHECKOUT = Path(__file__).resolve().parents[2]
ACCOUNT = 64321
# These end the grader's whole run, or wait for ever, or need more time: each has a run of its own.
ALONE = ("07-leave-a-process", "20-much-memory", "20-much-memory-in-parts", "25-schema-1",
         "25-schema-99", "29-copied-cells", "36-pipe", "43-fork-bomb",
         "own-01-forge-the-channel", "own-09-fill-the-disk",
         "own-10-kill-everybody", "own-14-close-everything")  # fmt: skip
HONEST = "zz-honest"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.Execute.timeout = {seconds}
"""
PLAIN_COLLECT = """
load_subconfig({config!r})
c = get_config()
c.ExchangeFactory.collect = "nbgrader.exchange.default.ExchangeCollect"
c.ZipCollectApp.extractor_plugin = "nbgrader.plugins.ExtractorPlugin"
c.ZipCollectApp.collector_plugin = "nbgrader.plugins.FileNameCollectorPlugin"
"""
AFTER = """
timeout -s KILL {seconds} nice -n 19 python -m nbgrader autograde {name} > log.txt 2>&1
echo $? > code.txt
cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' > left.txt
df -k --output=used /tmp /var/tmp /dev/shm | tail -n 3 > disk.txt
"""


@dataclass
class Run:
    """A throw-away course of plain nbgrader, and who hands in what."""

    folder: Path
    trainers: dict[str, Trainer] = field(default_factory=dict)
    before: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def course(self) -> Path:
        return self.folder / "course"

    def read(self, name: str) -> str:
        path = self.course / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def jail(folder: Path) -> list[str]:
    """Return the command that lets nothing out: its folder is the only one that can be changed."""
    command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    command += ["--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"]
    for place in ("/tmp", "/var/tmp", "/dev/shm"):
        command += ["--size", "300000000", "--perms", "1777", "--tmpfs", place]
    # The course and its Python may lie below one of these.
    for place in (CHECKOUT, Path(sys.prefix)):
        for parent in reversed(place.parents):
            if parent.is_relative_to("/tmp") or parent.is_relative_to("/var/tmp"):
                command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", str(place), str(place)]
    command += ["--bind", str(folder), str(folder), "--chdir", str(folder / "course")]
    command += [
        "--clearenv",
        "--setenv",
        "HOME",
        str(folder / "home"),
        "--setenv",
        "LANG",
        "C.UTF-8",
    ]
    command += ["--setenv", "PATH", f"{BIN}:/usr/bin:/bin", "--cap-drop", "ALL"]
    command += ["--setenv", "JUPYTERHUB_API_TOKEN", TOKEN]
    for right in ("SETUID", "SETGID", "SETPCAP", "DAC_READ_SEARCH"):
        command += ["--cap-add", f"CAP_{right}"]
    # Reading is all that the account needs beside its own folder, which stands in a closed one.
    command += ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]
    command += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    limits = ["--nproc=300", f"--as={8 * 10**9}", f"--fsize={500 * 10**6}", "--core=0"]
    return [*command, "prlimit", *limits, "--"]


def give(folder: Path) -> None:
    """Give a folder to the account without rights."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, ACCOUNT, ACCOUNT, follow_symlinks=False)


@contextlib.contextmanager
def run(folder: Path, rows: list[Row], seconds: int) -> Iterator[Run]:
    """Let these attacks loose on one `nbgrader autograde`."""
    made = Run(folder)
    (folder / "home").mkdir(parents=True)
    source = made.course / "source" / NAME
    source.mkdir(parents=True)
    nbformat.write(solution(), source / f"{NAME}.ipynb")
    cell_seconds = 60 if any(row.seconds > 20 for row in rows) and len(rows) == 1 else 10
    config = CONFIG.format(seconds=cell_seconds)
    (made.course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    honest = made.course / "submitted" / HONEST
    honest.mkdir(parents=True)
    shutil.move(hand_in(folder / "made" / HONEST, filled(RIGHT)), honest)
    with contextlib.ExitStack() as stack:
        for row in rows:
            decoy = folder / "decoys" / row.name
            decoy.mkdir(parents=True)
            trainer = stack.enter_context(make_trainer(decoy))
            place = prepare(row, trainer, folder / "made" / row.name)
            target = made.course / "submitted" / row.name / NAME
            target.parent.mkdir(parents=True)
            shutil.move(place, target)
            made.trainers[row.name], made.before[row.name] = trainer, trainer.state()
        give(folder)
        walls = jail(folder)
        generate = [*walls, "python", "-m", "nbgrader", "generate_assignment", NAME]
        done = subprocess.run(generate, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        script = AFTER.format(seconds=seconds, name=NAME)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run([*walls, "sh", "-c", script], timeout=seconds + 60, check=False)
        yield made


def graded(made: Run, name: str) -> tuple[dict[str, float | None] | None, Any]:
    """Return the marks that the gradebook holds and the graded notebook, None where it lacks."""
    from nbgrader.api import Gradebook, MissingEntry

    path = made.course / "autograded" / name / NAME / f"{NAME}.ipynb"
    with Gradebook(f"sqlite:///{made.course}/gradebook.db", "plain") as gradebook:
        try:
            grades = gradebook.find_submission(NAME, name).notebooks[0].grades
        except (MissingEntry, IndexError):
            return None, None
        found = {grade.name: grade.auto_score for grade in grades}
    if not path.exists():
        return None, None
    return {name: found.get(f"{name}-test") for name in POINTS}, json.loads(path.read_text("utf-8"))


def harms(made: Run, row: Row) -> list[str]:
    """Return what the attacker won."""
    trainer, before = made.trainers[row.name], made.before[row.name]
    marks, notebook = graded(made, row.name)
    won = []
    if marks is not None and not row.fair:
        won += [f"marks of {n}" for n, m in marks.items() if m is not None and m > row.earned[n]]
    if trainer.state() != before:
        won.append("the trainer's files changed")
    if trainer.visits:
        won.append("the network was reached")
    if f"sleep {MARKER}" in made.read("left.txt"):
        won.append("a process stayed alive")
    filled = sum(int(line) for line in made.read("disk.txt").splitlines())
    if row.name in ALONE and filled > 100_000:
        won.append("the disk was filled")
    return won + _shown(notebook) + _copied(made, row)


def _shown(notebook: Any) -> list[str]:
    won = []
    for found in notebook["cells"] if notebook else []:
        own = found["metadata"].get("nbgrader", {}).get("grade_id", "")
        shown = json.dumps(found.get("outputs", []))
        if found["cell_type"] == "markdown":
            shown = found["source"] = "".join(found["source"]).lower()
        if "<script" in shown or "](javascript" in shown or "onerror=" in shown:
            won.append("a script reaches the grader's page")
        if TOKEN in shown:
            won.append("the token was read")
        said = [out for out in found.get("outputs", []) if out["output_type"] == "stream"]
        # The error of a test shows the test; what a learner's code prints must not.
        hidden = tells_hidden_tests(json.dumps(said) if own.endswith("-test") else shown)
        if hidden and found["cell_type"] == "code":
            won.append("hidden tests were read")
    if notebook and len(json.dumps(notebook)) > BOUND:
        won.append("the grader's page swells")
    return won


def _copied(made: Run, row: Row) -> list[str]:
    """Look for the trainer's files in what was graded."""
    secret = set(made.before[row.name].values())
    folder = made.course / "autograded" / row.name
    copied = Trainer(folder, 0, []).state() if folder.is_dir() else {}
    return ["the trainer's files were copied"] if secret & set(copied.values()) else []


def outcome(made: Run, row: Row) -> str:
    """Return the word of the table, and why."""
    won = harms(made, row)
    marks, _ = graded(made, row.name)
    innocent = row.attack.startswith("innocent")
    if won:
        return f"broken: {', '.join(dict.fromkeys(won))}"
    if marks is None:
        class_too = "" if graded(made, HONEST)[0] else ", and the class stops"
        return f"{'honest-loss' if innocent else 'blocks'}: ungraded{class_too}"
    lost = [name for name, mark in marks.items() if (mark or 0) < row.earned[name]]
    if innocent and lost:
        return f"honest-loss: {', '.join(lost)}"
    return "safe"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """The attacks that can share a run of the autograder: those of the table, and our own."""
    rows = [row for row in ROWS if not row.bundle and row.name not in ALONE]
    with contextlib.ExitStack() as stack:
        made = {}
        for kind in ("table", "own"):
            some = [row for row in rows if row.name.startswith("own-") == (kind == "own")]
            folder = tmp_path_factory.mktemp(kind)
            made[kind] = stack.enter_context(run(folder, some, 1200))
        yield made


def test_the_shared_runs_came_to_their_end(runs: dict[str, Run]) -> None:
    for kind, made in runs.items():
        assert graded(made, HONEST)[0], kind


@pytest.mark.parametrize("row", [r for r in ROWS if not r.bundle], ids=lambda row: row.name)
def test_how_plain_nbgrader_fares(row: Row, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if row.name not in ALONE:
        kind = "own" if row.name.startswith("own-") else "table"
        seen = outcome(request.getfixturevalue("runs")[kind], row)
    else:
        with run(tmp_path / "alone", [row], 120) as made:
            seen = outcome(made, row)
            if made.read("code.txt").strip() not in ("0", "1"):
                seen = "broken: the grader's own run was ended"
    print(f"SEEN {row.name}: {seen}")
    assert seen.split(":")[0] in row.plain.split(" or "), seen


@pytest.mark.parametrize("row", test_bundles.BUNDLES, ids=lambda row: row.name)
def test_how_plain_nbgrader_brings_work_in(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = test_bundles.make_class(tmp_path, monkeypatch)
    folder = group.cohort.folder / "plain"
    folder.mkdir()
    config = str(group.cohort.root / "course" / "nbgrader_config.py")
    text = PLAIN_COLLECT.format(config=config)
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")
    seen = test_bundles.attack(row, group, test_bundles.commands(row)[-1], folder)
    print(f"SEEN {row.name}: {seen.word}")
    assert seen.word == row.plain, seen.said
