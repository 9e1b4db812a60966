"""The gradebook in PostgreSQL, on a real server that the test starts and stops."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cohort_tree import MODULE, fill_in, make_course, roster
from postgres_server import NEEDS_SERVER, Server

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.places import all_cohorts

pytestmark = NEEDS_SERVER


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start a server on loopback with two databases; give the URL without their name."""
    server = Server()
    try:
        server.start()
        for name in ("d27", "other"):
            server.make_database(name)
        yield server.address
    finally:
        server.remove()


def test_a_cohort_is_graded_and_exported_from_postgresql(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from sqlalchemy import text

    root = make_course(tmp_path / "tree", ("government", "ngo"))
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(tmp_path / "r.csv", "anna,Anna,Őrségi,", "bela,Béla,Nagy,"))
    new = ["cohort", "new", "d-27", "--roster", listed, "--timezone", "UTC", "--audience"]
    assert main([*new, "government", "--db", f"{address}/d27"]) == 0
    cohort = all_cohorts(root)[0]
    assert main(["release", "d-27", MODULE, "--due", "2027-03-28 23:59"]) == 0
    inbound = cohort.exchange / cohort.course_id / "inbound"
    work = inbound / f"anna+{MODULE}+2027-03-01 10:00:00.0 UTC+random"
    shutil.copytree(cohort.exercise(MODULE).parent, work)
    fill_in(work / f"{MODULE}.ipynb", {"top-need": 'top_need = "C04"', "share": "share = 0.4"})
    (work / "timestamp.txt").write_text("2027-03-01 10:00:00.0 UTC", encoding="utf-8")
    (work / "submission_secret.txt").write_text("secret", encoding="utf-8")
    for command in ("collect", "grade"):
        assert main([command, "d-27", MODULE]) == 0
    assert marks(cohort, MODULE, "anna").score == 5
    assert not list(cohort.folder.glob("gradebook.db*"))
    assert main(["feedback", "d-27", MODULE, "--early"]) == 0
    assert main(["export", "d-27", "--to", str(tmp_path)]) == 0
    table = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert "government,anna,Őrségi,Anna,,5," in table
    with open_gradebook(cohort) as gradebook:
        stamps = gradebook.db.execute(text("SELECT version_num FROM alembic_version")).all()
    assert len(stamps) == 1
    # The same database for another audience would mix two groups' marks.
    assert main([*new, "ngo", "--db", f"{address}/d27?"]) == 1
    assert "belongs to d-27-government" in capsys.readouterr().err
    assert main([*new, "ngo", "--db", f"{address}/other"]) == 0


def test_a_server_that_does_not_answer_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    listed = str(roster(tmp_path / "r.csv", "anna,Anna,Kis,"))
    new = ["cohort", "new", "d-27", "--roster", listed, "--timezone", "UTC"]
    url = "postgresql+pg8000://trainer:s3cret@127.0.0.1:1/none"
    assert main([*new, "--audience", "government", "--db", url]) == 1
    error = capsys.readouterr().err
    assert "fails" in error
    assert "s3cret" not in error
    assert error.count("\n") == 1
