"""When things go wrong in a cohort: one bad hand-in, a stop in the middle, a stale exercise."""

from __future__ import annotations

import copy
import math
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from cohort_tree import MODULE, fill_in, make_course, roster, write_probe

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.grading import marks
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.delivery.runner import arrivals

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)
RIGHT = {"top-need": 'top_need = "C04"', "share": "share = 24 / 60"}
DUE = "2027-03-28 23:59"


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A released probe for anna and bela."""
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(tmp_path / "r.csv", "anna,Anna,Kis,", "bela,Béla,Nagy,"))
    new = ["cohort", "new", "d-27", "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    assert main(["release", "d-27", MODULE, "--due", DUE]) == 0
    return all_cohorts(root)[0]


def ago(minutes: float) -> str:
    """Return a moment as nbgrader writes it; further than 15 minutes from now none is believed."""
    return f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S.%f}"


def hand_in(cohort: Cohort, learner: str, answers: dict[str, str], at: str | None = None) -> Path:
    """Put work into the exchange as `nbgrader submit` does."""
    at = at or ago(10)
    inbound = cohort.exchange / cohort.course_id / "inbound"
    folder = inbound / f"{learner}+{MODULE}+{at} UTC+random"
    folder.mkdir()
    target = folder / f"{MODULE}.ipynb"
    target.write_bytes(cohort.exercise(MODULE).read_bytes())
    fill_in(target, answers)
    (folder / "timestamp.txt").write_text(f"{at} UTC", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(f"secret of {learner}", encoding="utf-8")
    return folder


def collect_and_grade() -> tuple[int, int]:
    return main(["collect", "d-27", MODULE]), main(["grade", "d-27", MODULE])


def test_a_link_to_a_folder_stops_one_hand_in_not_the_class(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (hand_in(cohort, "anna", RIGHT) / "data").symlink_to(secrets)
    (hand_in(cohort, "mallory", RIGHT) / "x").symlink_to("/etc/passwd")
    hand_in(cohort, "bela", RIGHT)
    assert main(["collect", "d-27", MODULE]) == 1
    told = capsys.readouterr()
    assert "anna: NOT TAKEN: holds a link or special file, data" in told.out
    assert "bela: collected" in told.out
    assert "not on the roster, not taken: mallory" in told.out
    assert "1 not done (anna)" in told.err
    assert sorted(path.name for path in (cohort.folder / "submitted").iterdir()) == ["bela"]


def test_work_from_another_learners_account_is_not_taken(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(cohort, "anna", RIGHT)
    owner = arrivals.pwd.getpwuid(os.getuid())
    row = type(owner)(("bela", *owner[1:]))
    monkeypatch.setattr(arrivals.pwd, "getpwuid", lambda number: row)
    assert main(["collect", "d-27", MODULE]) == 1
    assert "was handed in by bela under this name" in capsys.readouterr().out


@pytest.mark.parametrize(
    "claimed", ["2001-01-01 10:00:00.000000", "2100-01-01 10:00:00.000000", "soon"]
)
def test_a_forged_time_does_not_count(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], claimed: str
) -> None:
    hand_in(cohort, "anna", RIGHT, at=claimed)
    assert main(["collect", "d-27", MODULE]) == 0
    assert "it says another time than it arrived" in capsys.readouterr().out
    stamp = cohort.folder / "submitted" / "anna" / MODULE / "timestamp.txt"
    assert stamp.read_text(encoding="utf-8")[:10] == datetime.now(UTC).strftime("%Y-%m-%d")
    assert main(["collect", "d-27", MODULE]) == 0
    assert "nothing newer" in capsys.readouterr().out


def test_a_restored_exchange_does_not_make_collected_work_late(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "TOLERATED", timedelta(0))
    folder = hand_in(cohort, "anna", RIGHT)
    assert main(["collect", "d-27", MODULE]) == 0
    stamp = cohort.folder / "submitted" / "anna" / MODULE / "timestamp.txt"
    before = stamp.read_text(encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o640)
    capsys.readouterr()
    assert main(["collect", "d-27", MODULE]) == 0
    assert "nothing newer" in capsys.readouterr().out
    assert stamp.read_text(encoding="utf-8") == before
    fill_in(folder / f"{MODULE}.ipynb", {"share": "share = 0.4"})
    assert main(["collect", "d-27", MODULE]) == 0
    assert stamp.read_text(encoding="utf-8") > before


def test_one_broken_notebook_does_not_stop_the_others(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    (hand_in(cohort, "anna", RIGHT) / f"{MODULE}.ipynb").write_text("{ broken", encoding="utf-8")
    hand_in(cohort, "bela", RIGHT)
    assert collect_and_grade() == (0, 0)
    told = capsys.readouterr()
    assert "anna: MALFORMED, 0 of 14 points" in told.out
    assert "the file is no notebook" in told.out
    assert "bela: PASS, 5 of 14 points" in told.out
    assert marks(cohort, MODULE, "bela").score == 5
    # Once mended and handed in anew, the same two commands finish the class.
    hand_in(cohort, "anna", RIGHT, at=ago(1))
    assert collect_and_grade() == (0, 0)
    assert marks(cohort, MODULE, "anna").score == 5


def test_what_stopped_nbgrader_gets_the_marks_that_its_sound_parts_deserve(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(cohort, "anna", {"top-need": "import os\nos._exit(1)"})
    path = hand_in(cohort, "bela", RIGHT) / f"{MODULE}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(copy.deepcopy(notebook.cells[2]))
    notebook.cells[-1].id = "copied"
    nbformat.write(notebook, path)
    assert collect_and_grade() == (0, 0)
    told = capsys.readouterr().out
    assert "anna: CRASH, 0 of 14 points, 1 to mark by hand; the code ended Python" in told
    assert "bela: PASS, 5 of 14 points" in told


def test_files_handed_in_beside_the_notebook_are_there_for_its_cells(cohort: Cohort) -> None:
    reads = "share = float(open('survey.csv').read())"
    (hand_in(cohort, "anna", RIGHT | {"share": reads}) / "survey.csv").write_text("0.4")
    (hand_in(cohort, "bela", RIGHT | {"share": reads}) / ".survey.csv").write_text("0.4")
    assert collect_and_grade() == (0, 0)
    assert marks(cohort, MODULE, "anna").score == 5
    assert marks(cohort, MODULE, "bela").score == 2


def test_feedback_on_work_that_came_by_letter_says_what_to_send(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = cohort.folder / "submitted" / "anna" / MODULE
    folder.mkdir(parents=True)
    shutil.copy(cohort.exercise(MODULE), folder)
    assert main(["grade", "d-27", MODULE]) == 0
    assert main(["feedback", "d-27", MODULE, "--early"]) == 1
    page = cohort.folder / "feedback" / "anna" / MODULE / f"{MODULE}.html"
    assert page.is_file()
    assert f"send them {page}" in capsys.readouterr().out


def test_audiences_without_the_module_are_left_out(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_probe(cohort.root, "academic")
    listed = str(roster(tmp_path / "a.csv", "cili,Cili,Kis,"))
    new = ["cohort", "new", "d-27", "--audience", "academic", "--roster", listed]
    assert main(new) == 0
    hand_in(cohort, "anna", RIGHT)
    assert collect_and_grade() == (0, 0)
    assert f"d-27-academic: {MODULE} is not released, left out" in capsys.readouterr().out
    assert marks(cohort, MODULE, "anna").score == 5
    assert main(["export", "d-27", "--to", str(tmp_path)]) == 0
    table = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert f"academic,cili,Kis,Cili,{',' * 6}" in table


def test_a_newer_version_is_graded_and_a_late_one_is_shown(
    cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(cohort, "anna", {}, at=ago(9))
    assert collect_and_grade() == (0, 0)
    due = (datetime.now(UTC) - timedelta(minutes=5)).replace(second=0, microsecond=0)
    assert main(["release", "d-27", MODULE, "--due", due.isoformat()]) == 0
    at = ago(0)
    hand_in(cohort, "anna", RIGHT, at=at)
    capsys.readouterr()
    assert main(["collect", "d-27", MODULE, "--on-time"]) == 0
    assert "nothing newer" in capsys.readouterr().out
    assert collect_and_grade() == (0, 0)
    assert marks(cohort, MODULE, "anna").score == 5
    assert main(["export", "d-27", "--to", str(tmp_path)]) == 0
    row = (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()[1].split(",")
    # Started minutes count.
    late = datetime.fromisoformat(f"{at}+00:00") - due
    assert row[-2] == str(math.ceil(late / timedelta(minutes=1)))


def test_a_stopped_run_leaves_nothing_half_graded_and_goes_on(cohort: Cohort) -> None:
    hand_in(cohort, "anna", RIGHT)
    hand_in(cohort, "bela", RIGHT | {"share": "import time\nshare = 0.4\ntime.sleep(60)"})
    assert main(["collect", "d-27", MODULE]) == 0
    command = [sys.executable, "-m", "clusterlib.delivery.cli", "grade", "d-27", MODULE]
    run = subprocess.Popen(
        [sys.executable, "-c", f"import sys; from clusterlib.delivery.cli import main; "
         f"sys.exit(main({command[3:]!r}))"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    assert "2 to grade" in run.stdout.readline()
    assert "1 to go, about" in run.stdout.readline()
    # Bela's cells are at work as soon as the graded copy is begun.
    aside = cohort.folder / "grading" / "bela" / MODULE / "timestamp.txt"
    while not aside.exists():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors
    assert "stopped; run the same command again" in errors
    assert [path.parent.name for path in (cohort.folder / "autograded").glob(f"*/{MODULE}")] == [
        "anna"
    ]
    assert not (cohort.folder / "grading").exists()
    hand_in(cohort, "bela", RIGHT, at=ago(1))
    assert collect_and_grade() == (0, 0)
    assert marks(cohort, MODULE, "bela").score == 5


def test_a_stale_exercise_is_not_released(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    old = cohort.exercise(MODULE).read_bytes()
    write_probe(cohort.root, "government", extra=" (corrected)")
    new = cohort.exercise(MODULE).read_bytes()
    cohort.exercise(MODULE).write_bytes(old)
    assert main(["release", "d-27", MODULE]) == 1
    assert "run cluster-course build, then release again" in capsys.readouterr().err
    with open_gradebook(cohort) as gradebook:
        cells = gradebook.find_notebook(MODULE, MODULE).source_cells
        assert "corrected" not in "".join(cell.source for cell in cells)
    cohort.exercise(MODULE).write_bytes(new)
    assert main(["release", "d-27", MODULE]) == 0
    assert "replaced in the exchange" in capsys.readouterr().out


def test_the_deadline_moves_without_touching_the_release(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["release", "d-27", MODULE, "--due", "2027-04-02T12:00+02:00"]) == 0
    told = capsys.readouterr().out
    assert "unchanged" in told
    assert "2027-04-02 10:00 UTC" in told
    assert main(["release", "d-27", MODULE]) == 0
    with open_gradebook(cohort) as gradebook:
        assert str(gradebook.find_assignment(MODULE).duedate) == "2027-04-02 10:00:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["release", "d-27", "07-prob"], 'did you mean "07-probe"?'),
        (["release", "d-27", MODULE, "--due", "28.3.2027"], "is not clear"),
        (["release", "d-27", MODULE, "--audience", "ngo"], 'no cohort "d-27" for ngo'),
        (["collect", "d-27", "02-needs"], 'd-27 has not released "02-needs"'),
        (["grade", "d-27", "02-needs"], "released: 07-probe"),
        (["feedback", "d-28", MODULE], "known are: d-27-government"),
        (["export", "d-28"], "known are: d-27-government"),
    ],
)
def test_mistakes_are_told_in_one_line(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    capsys.readouterr()
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["Copy of 07-probe", "answers"])
def test_a_second_notebook_beside_the_solution_stops_the_release(
    cohort: Cohort, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    stray = cohort.solution(MODULE).with_name(f"{name}.ipynb")
    stray.write_bytes(cohort.solution(MODULE).read_bytes())
    assert main(["release", "d-27", MODULE]) == 1
    assert f"holds another notebook, {name}.ipynb" in capsys.readouterr().err


def test_cells_cannot_change_once_somebody_handed_in(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(cohort, "anna", RIGHT)
    assert collect_and_grade() == (0, 0)
    write_probe(cohort.root, "government", share_test="part-test")
    assert main(["release", "d-27", MODULE]) == 1
    error = capsys.readouterr().err
    assert "because there are submissions associated with it" in error
    assert error.count("\n") == 1
    assert marks(cohort, MODULE, "anna").score == 5


def test_every_command_explains_itself_with_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("cohort", "release", "collect", "grade", "feedback", "export"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        assert f"  cluster-course {command} " in capsys.readouterr().out
