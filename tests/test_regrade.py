"""A hidden test was wrong: who gains and who loses is shown before any mark changes."""

from __future__ import annotations

import csv
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import test_cohort_postgresql as postgresql
from cohort_tree import MODULE, fill_in, make_course, roster, write_probe
from nbformat.v4 import new_code_cell, new_markdown_cell

from clusterlib.delivery.building.release import release
from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)
# The released test asks for C04, and 24 of 60; the truth is C07, and 0.4 rounded or not.
ANSWERS = {
    "anna": {"top-need": 'top_need = "C04"', "share": "share = 24 / 60"},
    "bela": {"top-need": 'top_need = "C07"', "share": "share = 24 / 60", "reflection": "I asked."},
    "cili": {"top-need": 'top_need = "C01"', "share": "share = 0.4001"},
}
address = postgresql.address
REGRADE = ["regrade", "d-27", MODULE]
LEDGER = "SELECT learner, cell, field, before, after, why FROM mark_ledger"


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A probe that anna, bela and cili handed in, graded with the faulty test."""
    return marked_cohort(tmp_path, monkeypatch)


def marked_cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Cohort:
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    rows = [f"{name},{name.title()},Kis," for name in (*ANSWERS, "dora")]
    new = ["cohort", "new", "d-27", "--audience", "government"]
    new += ["--roster", str(roster(tmp_path / "r.csv", *rows)), "--timezone", "Europe/Budapest"]
    assert main([*new, *options]) == 0
    assert main(["release", "d-27", MODULE]) == 0
    cohort = all_cohorts(root)[0]
    for name, answers in ANSWERS.items():
        hand_in(cohort, name, answers)
    grade_all()
    return cohort


def hand_in(
    cohort: Cohort, name: str, answers: dict[str, str], at: str = "2027-03-01 10:00:00.0"
) -> None:
    inbound = cohort.exchange / cohort.course_id / "inbound"
    folder = inbound / f"{name}+{MODULE}+{at} UTC+random"
    folder.mkdir()
    target = folder / f"{MODULE}.ipynb"
    target.write_bytes(cohort.exercise(MODULE).read_bytes())
    fill_in(target, answers)
    (folder / "timestamp.txt").write_text(f"{at} UTC", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {name}", encoding="utf-8")


def grade_all() -> None:
    assert main(["collect", "d-27", MODULE]) == 0
    assert main(["grade", "d-27", MODULE]) == 0


def mend(cohort: Cohort, change: Callable[[dict[str, Any], Any], None]) -> None:
    """Change the solution, as mending its source and building it does."""
    path = cohort.solution(MODULE)
    notebook = nbformat.read(path, as_version=4)
    named = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    change(named, notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    text = nbformat.writes(release(notebook)) + "\n"
    cohort.exercise(MODULE).write_text(text, encoding="utf-8")


def ask_for_c07(named: dict[str, Any], _: Any) -> None:
    """bela gains 2, anna loses 2, cili stays."""
    named["top-need-test"].source = named["top-need-test"].source.replace("C04", "C07")


def take_both(named: dict[str, Any], _: Any) -> None:
    """bela gains 2, nobody loses."""
    source = named["top-need-test"].source
    named["top-need-test"].source = source.replace('== "C04"', 'in ("C04", "C07")')


def marks(cohort: Cohort) -> dict[str, dict[str, tuple[float | None, float | None, bool]]]:
    """Return test mark, mark by hand and "waits for a person" of every cell, by learner."""
    with open_gradebook(cohort) as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.find_assignment(MODULE).submissions
        }


def everything(cohort: Cohort) -> dict[str, str]:
    """Return the digest of every file of the cohort but logs and what a database keeps beside."""
    passing = (".log", "-wal", "-shm", ".lock")
    return {
        str(path.relative_to(cohort.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(cohort.folder.rglob("*"))
        if path.is_file() and not path.name.endswith(passing) and path.name != "gradebook.db"
    }


def rows_of(cohort: Cohort, question: str) -> list[tuple[Any, ...]]:
    from sqlalchemy import text

    with open_gradebook(cohort) as gradebook:
        return [tuple(row) for row in gradebook.db.execute(text(question))]


def whole_gradebook(cohort: Cohort) -> dict[str, list[tuple[Any, ...]]]:
    names = [
        name for (name,) in rows_of(cohort, "SELECT name FROM sqlite_master WHERE type='table'")
    ]
    return {name: sorted(map(repr, rows_of(cohort, f"SELECT * FROM {name}"))) for name in names}


def test_looking_writes_nothing_and_says_who_gains_and_who_loses(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(cohort, ask_for_c07)
    files, book = everything(cohort), whole_gradebook(cohort)
    capsys.readouterr()
    assert main([*REGRADE, "--csv", str(tmp_path / "table.csv")]) == 0
    told = capsys.readouterr().out
    assert everything(cohort) == files
    assert whole_gradebook(cohort) == book
    assert 'mended: test "top-need-test"' in told
    # The trainer mended the test and forgot the model answer.
    assert "CAUTION: its model answer fails top-need-test" in told
    loss, table = told.index("LOSES: anna loses 2 points (5, now 3;"), told.index("learner  cell")
    assert loss < table
    assert '  top-need-test: 2, now 0: "the largest gap is C04"'.replace("C04", "C07") in told
    assert "bela     top-need-test  0     2   +2          gains" in told
    assert "gain 1, lose 1, stay 1; sum of points 8, now 8 (+0)" in told
    assert "Nothing was written" in told
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    found = {(row["learner"], row["cell"]): row for row in rows}
    assert found["anna", "top-need-test"]["difference"] == "-2"
    assert found["bela", "(total)"]["verdict"] == "gains"
    assert found["cili", "(total)"]["verdict"] == "stays"
    assert found["cili", "share-test"]["test mended"] == "no"


def test_nobody_loses_unless_the_trainer_says_so(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(cohort, ask_for_c07)
    before = marks(cohort)
    assert main([*REGRADE, "--apply"]) == 1
    error = capsys.readouterr().err
    assert "nothing was written: anna would lose" in error
    assert "--keep-better" in error
    assert "--also-losers" in error
    assert marks(cohort) == before
    assert main([*REGRADE, "--apply", "--keep-better", "--why", "the survey says C07"]) == 0
    after = marks(cohort)
    assert after["anna"]["top-need-test"] == (0, 2, False)
    assert after["bela"]["top-need-test"] == (2, None, False)
    assert after["cili"] == before["cili"]
    written = [row for row in rows_of(cohort, LEDGER) if row[5]]
    reasons = {row[5] for row in written if "regrade" in row[5]}
    assert reasons == {'the survey says C07 (regrade: test "top-need-test")'}
    changes = {row[:3] for row in written if row[5] in reasons}
    assert ("bela", "top-need-test", "auto_score") in changes
    assert ("anna", "top-need-test", "manual_score") in changes
    assert not any(learner == "cili" for learner, *_ in changes)
    # It is the trainer's mark now, so it outlives grading anew, and a second regrade is quiet.
    assert main(["grade", "d-27", MODULE, "--again"]) == 0
    assert marks(cohort)["anna"]["top-need-test"][:2] == (0, 2)
    capsys.readouterr()
    assert main(REGRADE) == 0
    assert "nothing changes" in capsys.readouterr().out


def test_lower_marks_are_written_where_the_trainer_wants_them(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", "d-27", MODULE, "--early"]) == 0
    mend(cohort, ask_for_c07)
    assert main([*REGRADE, "--apply", "--also-losers"]) == 0
    capsys.readouterr()
    assert main(["feedback", "d-27", MODULE, "--early"]) == 0
    assert "bela: feedback given, 5 of 14 points" in capsys.readouterr().out
    assert marks(cohort)["anna"]["top-need-test"] == (0, None, False)
    assert marks(cohort)["bela"]["top-need-test"] == (2, None, False)
    graded = cohort.folder / "autograded" / "bela" / MODULE / f"{MODULE}.ipynb"
    assert '\\"C07\\", \\"the largest' in graded.read_text(encoding="utf-8")
    assert not os.access(graded, os.W_OK) or os.geteuid() == 0
    capsys.readouterr()
    book = whole_gradebook(cohort)
    assert main([*REGRADE, "--apply", "--also-losers"]) == 0
    assert "nothing changes" in capsys.readouterr().out
    assert whole_gradebook(cohort) == book


def test_marks_by_hand_comments_and_everybody_else_stay(cohort: Cohort, tmp_path: Path) -> None:
    write_probe(cohort.root, "ngo")
    new = ["cohort", "new", "d-27", "--audience", "ngo"]
    assert main([*new, "--roster", str(roster(tmp_path / "n.csv", "eva,Eva,Kis,"))]) == 0
    assert main(["release", "d-27", MODULE, "--audience", "ngo"]) == 0
    (ngo,) = [one for one in all_cohorts(cohort.root) if one.audience == "ngo"]
    hand_in(ngo, "eva", ANSWERS["anna"])
    grade_all()
    ngo_before = everything(ngo), whole_gradebook(ngo)
    with open_gradebook(cohort) as gradebook:
        for learner, points in (("anna", 3.5), ("bela", 1.0)):
            task = gradebook.find_grade("who-is-missing", MODULE, MODULE, learner)
            task.manual_score, task.needs_manual_grade = points, False
            comment = gradebook.find_comment("who-is-missing", MODULE, MODULE, learner)
            comment.manual_comment = "Say who."
        essay = gradebook.find_grade("reflection", MODULE, MODULE, "bela")
        essay.manual_score, essay.needs_manual_grade = 4, False
        override = gradebook.find_grade("top-need-test", MODULE, MODULE, "anna")
        override.manual_score = 1.5
        gradebook.db.commit()
    mend(cohort, ask_for_c07)
    # Anna's mark is her trainer's, so she loses nothing.
    assert main([*REGRADE, "--apply", "--audience", "government"]) == 0
    after = marks(cohort)
    assert after["anna"]["who-is-missing"] == (None, 3.5, False)
    assert after["bela"]["who-is-missing"] == (None, 1.0, False)
    assert after["bela"]["reflection"] == (None, 4.0, False)
    assert after["bela"]["top-need-test"] == (2, None, False)
    # She may want another look from her trainer: the test says something else now.
    assert after["anna"]["top-need-test"] == (0, 1.5, True)
    with open_gradebook(cohort) as gradebook:
        comment = gradebook.find_comment("who-is-missing", MODULE, MODULE, "anna")
        assert comment.manual_comment == "Say who."
    assert (everything(ngo), whole_gradebook(ngo)) == ngo_before


def test_one_learner_first(cohort: Cohort, capsys: pytest.CaptureFixture[str]) -> None:
    mend(cohort, ask_for_c07)
    before = marks(cohort)
    assert main([*REGRADE, "--learner", "bela", "--apply", "--workers", "1"]) == 0
    assert "2 others were not looked at" in capsys.readouterr().out
    after = marks(cohort)
    assert after["bela"]["top-need-test"][0] == 2
    assert after["anna"] == before["anna"]
    assert main(REGRADE) == 0
    assert "LOSES: anna" in capsys.readouterr().out
    assert main([*REGRADE, "--learner", "nobody"]) == 1
    assert "no graded 07-probe of nobody" in capsys.readouterr().err


def test_later_hand_ins_meet_the_mended_test(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(cohort, take_both)
    hand_in(cohort, "dora", ANSWERS["bela"])
    hand_in(cohort, "anna", ANSWERS["bela"], at="2027-03-02 10:00:00.0")
    assert main(["collect", "d-27", MODULE]) == 0
    capsys.readouterr()
    assert main([*REGRADE, "--apply"]) == 0
    told = capsys.readouterr().out
    assert "left to cluster-course grade, not graded yet or handed in anew: anna, dora" in told
    assert main(["grade", "d-27", MODULE]) == 0
    found = {learner: cells["top-need-test"][0] for learner, cells in marks(cohort).items()}
    assert found == {"anna": 2, "bela": 2, "cili": 0, "dora": 2}


def test_a_release_after_the_build_does_not_hide_what_changes(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    mend(cohort, ask_for_c07)
    assert main(["release", "d-27", MODULE]) == 0
    assert f"cluster-course regrade d-27 {MODULE}" in capsys.readouterr().out
    assert main(REGRADE) == 0
    told = capsys.readouterr().out
    assert 'mended: test "top-need-test"' in told
    assert "LOSES: anna loses 2 points" in told
    assert "gives another result each time" not in told


def test_other_points(cohort: Cohort, capsys: pytest.CaptureFixture[str]) -> None:
    def change(named: dict[str, Any], _: Any) -> None:
        named["top-need-test"].metadata.nbgrader["points"] = 4

    mend(cohort, change)
    # Until the change is written, the gradebook's points count for all.
    hand_in(cohort, "dora", ANSWERS["anna"])
    grade_all()
    assert marks(cohort)["dora"]["top-need-test"][0] == 2
    assert main(["release", "d-27", MODULE]) == 1
    assert "cluster-course regrade" in capsys.readouterr().err
    assert main([*REGRADE, "--learner", "anna", "--apply"]) == 1
    assert "leave --learner out" in capsys.readouterr().err
    assert main([*REGRADE, "--apply", "--keep-better"]) == 1
    told = capsys.readouterr()
    # Who failed the test has the same points of more: a lower share.
    assert "LOSES: bela has a lower share (3, now 3; 21 % of what can be reached" in told.out
    assert "nothing was written: bela would lose all the same" in told.err
    assert main([*REGRADE, "--apply", "--also-losers"]) == 0
    assert marks(cohort)["anna"]["top-need-test"][0] == 4
    with open_gradebook(cohort) as gradebook:
        assert gradebook.find_assignment(MODULE).max_score == 16
    assert marks(cohort)["dora"]["top-need-test"][0] == 4
    assert main(["release", "d-27", MODULE]) == 0


def test_a_new_test_of_an_old_answer(cohort: Cohort, capsys: pytest.CaptureFixture[str]) -> None:
    def change(named: dict[str, Any], notebook: Any) -> None:
        settings = dict(named["share-test"].metadata.nbgrader) | {"grade_id": "kind-test"}
        settings["points"] = 1
        cell = new_code_cell(
            "# Checks the kind.\nassert share < 1", metadata={"nbgrader": settings}
        )
        cell.id = "probe-new"
        notebook.cells.insert(notebook.cells.index(named["share-test"]), cell)

    mend(cohort, change)
    hand_in(cohort, "dora", ANSWERS["anna"])
    assert main(["collect", "d-27", MODULE]) == 0
    assert main(["grade", "d-27", MODULE]) == 1
    assert "rebuilt with other graded cells than the gradebook has" in capsys.readouterr().out
    assert main(REGRADE) == 0
    assert '"kind-test" is new (1 points)' in capsys.readouterr().out
    assert main([*REGRADE, "--apply"]) == 0
    found = {learner: cells["kind-test"][0] for learner, cells in marks(cohort).items()}
    assert {found[learner] for learner in ANSWERS} == {1}
    capsys.readouterr()
    assert main(REGRADE) == 0
    assert "nothing changes" in capsys.readouterr().out
    assert main(["release", "d-27", MODULE]) == 0
    assert main(["grade", "d-27", MODULE]) == 0
    assert marks(cohort)["dora"]["kind-test"][0] == 1


def _rename(named: dict[str, Any], _: Any) -> None:
    named["share-test"].metadata.nbgrader["grade_id"] = "part-test"


def _remove(named: dict[str, Any], notebook: Any) -> None:
    notebook.cells.remove(named["share-test"])


def _ask_more(named: dict[str, Any], notebook: Any) -> None:
    settings = dict(named["reflection"].metadata.nbgrader) | {"grade_id": "second"}
    cell = new_markdown_cell(named["reflection"].source, metadata={"nbgrader": settings})
    cell.id = "probe-more"
    notebook.cells.append(cell)


def _mark_no_longer(named: dict[str, Any], _: Any) -> None:
    named["share-test"].metadata.nbgrader["grade"] = False


def _worth_less(named: dict[str, Any], _: Any) -> None:
    named["who-is-missing"].metadata.nbgrader["points"] = 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_rename, '"share-test" is gone and "part-test" is new: if it has a new name'),
        (_remove, "leave its hidden tests empty"),
        (_ask_more, '"second" (essay) is new, and those who handed in have never seen it'),
        (_mark_no_longer, '"share-test" had the role test (code), now locked (code)'),
        (_worth_less, '"who-is-missing" gives 2 points now, less than the mark by hand of anna'),
    ],
)
def test_what_would_lose_marks_or_answers_is_refused_with_what_to_do(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], change: Any, words: str
) -> None:
    with open_gradebook(cohort) as gradebook:
        gradebook.find_grade("who-is-missing", MODULE, MODULE, "anna").manual_score = 3.5
        gradebook.db.commit()
    mend(cohort, change)
    book = whole_gradebook(cohort)
    assert main([*REGRADE, "--apply", "--also-losers"]) == 1
    assert words in capsys.readouterr().err
    assert whole_gradebook(cohort) == book


def test_a_stale_exercise_is_not_regraded(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    old = cohort.exercise(MODULE).read_bytes()

    def change(named: dict[str, Any], _: Any) -> None:
        named["share-test"].source += "\n# and a word more"

    mend(cohort, change)
    cohort.exercise(MODULE).write_bytes(old)
    assert main(REGRADE) == 1
    assert "run cluster-course build" in capsys.readouterr().err


def test_what_was_found_out_of_order_at_the_first_grading_stays_in_the_report(
    cohort: Cohort,
) -> None:
    hand_in(cohort, "dora", ANSWERS["bela"])
    assert main(["collect", "d-27", MODULE]) == 0
    folder = cohort.folder / "submitted" / "dora" / MODULE
    (folder / "data.csv").symlink_to("/etc/passwd")
    assert main(["grade", "d-27", MODULE]) == 0
    mend(cohort, ask_for_c07)
    assert main([*REGRADE, "--apply", "--also-losers"]) == 0
    graded = cohort.folder / "autograded" / "dora" / MODULE / f"{MODULE}.ipynb"
    report = nbformat.read(graded, as_version=4).metadata.grading
    assert report.verdict == "TAMPERED"
    assert marks(cohort)["dora"]["top-need-test"][0] == 2


KILL = """
import os, signal, sys
from clusterlib.delivery.cohorts import rewriting
from clusterlib.delivery.cli import main
kept, calls = rewriting.{name}, []
def killing(*arguments):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return kept(*arguments)
rewriting.{name} = killing
sys.exit(main({words!r}))
"""


@pytest.mark.parametrize(
    ("name", "written"), [("_write_marks", False), ("_replace_notebook", True)]
)
def test_a_killed_run_leaves_all_marks_or_none_and_the_next_goes_on(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], name: str, written: bool
) -> None:
    mend(cohort, ask_for_c07)
    before = marks(cohort)
    words = [*REGRADE, "--apply", "--also-losers"]
    done = subprocess.run(
        [sys.executable, "-c", KILL.format(name=name, words=words)], capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    between = marks(cohort)
    assert (between != before) is written
    if written:
        assert [cells["top-need-test"][0] for cells in between.values()] == [0, 2, 0]
    assert main(words) == 0
    assert [cells["top-need-test"][0] for cells in marks(cohort).values()] == [0, 2, 0]
    for learner in ANSWERS:
        graded = cohort.folder / "autograded" / learner / MODULE / f"{MODULE}.ipynb"
        tests = nbformat.read(graded, as_version=4).cells
        assert any('== "C07"' in cell.source for cell in tests), learner
    capsys.readouterr()
    assert main(words) == 0
    assert "nothing changes" in capsys.readouterr().out


@postgresql.pytestmark[0]
@postgresql.pytestmark[1]
def test_a_gradebook_in_postgresql_is_regraded(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cohort = marked_cohort(tmp_path, monkeypatch, "--db", f"{address}/d27")
    mend(cohort, ask_for_c07)
    assert main([*REGRADE, "--apply", "--keep-better"]) == 0
    assert marks(cohort)["anna"]["top-need-test"] == (0, 2, False)
    assert marks(cohort)["bela"]["top-need-test"] == (2, None, False)
    capsys.readouterr()
    assert main(REGRADE) == 0
    assert "nothing changes" in capsys.readouterr().out
