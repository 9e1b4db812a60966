"""The ledger with several programs at work: processes at once, a kill, a server, plain nbgrader."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cohort_learners import serve, stop
from cohort_tree import MODULE, fill_in
from ledger_scene import (
    ESSAY,
    NAME,
    PLACES,
    TEST,
    changes,
    check_written_together,
    copied,
    give,
    hand_in,
    make_cohort,
    rows_of,
    write_marks,
    write_together,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.ledger.marks import read_marks
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    cohort = make_cohort(tmp_path_factory.mktemp("together") / "tree")
    hand_in(cohort, "anna", "bela")
    return cohort


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Two learners with marks by tests, and a ledger of seven rows."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    return found


def test_two_processes_write_one_chain(cohort: Cohort) -> None:
    start = len(rows_of(cohort))
    write_together(cohort)
    check_written_together(cohort, start)


def hold_a_mark(root: Path, moment: str, reached: Any) -> None:
    """Change a mark and stop before or after it is saved."""
    with open_gradebook(all_cohorts(root)[0]) as gradebook:
        give(gradebook, "anna", TEST, manual_score=1.0)
        gradebook.db.flush()
        if moment == "saved":
            gradebook.db.commit()
        reached.set()
        signal.pause()


@pytest.mark.parametrize(("moment", "more"), [("written", 0), ("saved", 1)])
def test_a_kill_leaves_mark_and_row_or_neither(cohort: Cohort, moment: str, more: int) -> None:
    start, reached = len(rows_of(cohort)), PLACES.Event()
    worker = PLACES.Process(target=hold_a_mark, args=(cohort.root, moment, reached))
    worker.start()
    assert reached.wait(60)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join(30)
    assert len(rows_of(cohort)) == start + more
    with open_gradebook(cohort) as gradebook:
        grade = gradebook.find_grade(TEST, MODULE, MODULE, "anna")
        assert grade.manual_score == (1 if more else None)
    assert main(["audit", NAME, "--check"]) == 0


def test_a_kill_at_any_moment_leaves_a_sound_ledger(cohort: Cohort) -> None:
    for rows in (1, 7, 30):
        start, ready = len(rows_of(cohort)) + rows, PLACES.Barrier(1)
        worker = PLACES.Process(target=write_marks, args=(cohort.root, "anna", 10**6, ready))
        worker.start()
        with closing(sqlite3.connect(cohort.folder / "gradebook.db")) as looking:
            while looking.execute("SELECT max(number) FROM mark_ledger").fetchone()[0] < start:
                assert worker.is_alive()
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join(30)
        assert main(["audit", NAME, "--check"]) == 0


def _put(address: str, values: dict[str, Any]) -> None:
    request = urllib.request.Request(
        address,
        method="PUT",
        data=json.dumps(values).encode(),
        headers={"Authorization": "token t", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()


def _formgrader(
    cohort: Cohort, folder: Path, environment: dict[str, str], *options: str
) -> tuple[subprocess.Popen[bytes], str]:
    return serve(
        folder / "server.log",
        sys.executable,
        f"--ServerApp.root_dir={cohort.root}",
        *options,
        cwd=cohort.folder,
        env=os.environ | environment,
    )


# What a hub does: whoever holds the key is the person that signed in.
SIGNED_IN = """
from jupyter_server.auth import PasswordIdentityProvider, User


class Hub(PasswordIdentityProvider):
    async def _get_user(self, handler):
        known = await super()._get_user(handler)
        return User(username="mara") if known else None


c.ServerApp.identity_provider_class = Hub
c.Hub.token = "t"
"""


def test_graders_who_share_a_formgrader_on_a_hub_are_told_apart(
    cohort: Cohort, tmp_path: Path
) -> None:
    with open_gradebook(cohort) as gradebook:
        essay = gradebook.find_grade(ESSAY, MODULE, MODULE, "anna").id
    config = tmp_path / "hub_config.py"
    config.write_text(SIGNED_IN, encoding="utf-8")
    hub = {"JUPYTERHUB_SERVICE_NAME": "d-27", "LOGNAME": "grader-d-27"}
    server, address = _formgrader(cohort, tmp_path, hub, f"--config={config}")
    try:
        _put(f"{address}/formgrader/api/grade/{essay}", {"manual_score": 4.5})
    finally:
        stop(server)
    row = rows_of(cohort)[-1]
    assert (row.who, row.command, row.after) == ("mara", "formgrader", "4.5")


def test_the_formgraders_own_page_and_plain_nbgrader_write_rows(
    cohort: Cohort, tmp_path: Path
) -> None:
    folder = cohort.folder / "submitted" / "anna" / MODULE
    folder.mkdir(parents=True)
    (folder / f"{MODULE}.ipynb").write_bytes(cohort.exercise(MODULE).read_bytes())
    fill_in(folder / f"{MODULE}.ipynb", {"top-need": 'top_need = "C05"', ESSAY: "I would ask."})
    (folder / "timestamp.txt").write_text("2027-03-01 10:00:00 UTC", encoding="utf-8")
    start = len(rows_of(cohort))
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "CLUSTER_WHY": "new hand-in",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", MODULE, "--student", "anna"],
        cwd=cohort.folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    rows = rows_of(cohort)[start:]
    assert ("anna", TEST, "auto_score", "2", "0") in changes(rows)
    assert {(row.command, row.why) for row in rows} == {("nbgrader autograde", "new hand-in")}

    start += len(rows)
    with open_gradebook(cohort) as gradebook:
        essay = gradebook.find_grade(ESSAY, MODULE, MODULE, "anna").id
        comment = gradebook.find_comment(ESSAY, MODULE, MODULE, "anna").id
    server, address = _formgrader(cohort, tmp_path, {"LOGNAME": "mara"})
    try:
        page = f"{address}/formgrader/api"
        _put(f"{page}/grade/{essay}", {"manual_score": 4.5, "extra_credit": 1})
        _put(f"{page}/comment/{comment}", {"manual_comment": "Whom first?"})
    finally:
        stop(server)
    rows = rows_of(cohort)[start:]
    assert changes(rows) == [
        ("anna", ESSAY, "extra_credit", None, "1"),
        ("anna", ESSAY, "manual_score", None, "4.5"),
        ("anna", ESSAY, "manual_comment", None, "Whom first?"),
    ]
    assert {(row.who, row.command) for row in rows} == {("mara", "formgrader")}
    assert marks(cohort, MODULE, "anna").score == 5.5
    with open_gradebook(cohort) as gradebook, gradebook.engine.connect() as connection:
        assert read_marks(connection)
    assert main(["audit", NAME, "--check"]) == 0
