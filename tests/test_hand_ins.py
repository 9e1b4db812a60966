"""What learners see of exercises and deadlines, from the files that nbgrader really writes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cohort_tree import MODULE, fill_in, make_course, roster
from hypothesis import given
from hypothesis import strategies as st

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.opening import LEARNER_CONFIG, learner_config
from clusterlib.delivery.cohorts.places import Cohort, all_cohorts
from clusterlib.portfolio import local_time
from clusterlib.portfolio.hand_ins import (
    TaughtCourse,
    exercise_words,
    newest_hand_in,
    read_deadlines,
    taught_course,
)
from clusterlib.portfolio.local_time import clock_words, due_words, learner_zone

BUDAPEST = ZoneInfo("Europe/Budapest")
DUE = "Sun 28 Mar 2027 23:59 (Europe/Budapest, UTC+02:00)"
NOW = datetime(2027, 3, 25, 9, tzinfo=UTC)
needs_exchange = pytest.mark.skipif(
    sys.platform == "win32", reason="nbgrader's exchange does not exist on Windows"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's home folder, with Jupyter's folders in it and Jupyter started there."""
    folder = tmp_path / "anna"
    (folder / ".jupyter").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder / ".jupyter"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("CLUSTER_TIMEZONE", "Europe/Budapest")
    monkeypatch.chdir(folder)
    return folder


def write_settings(home: Path, text: str) -> None:
    (home / ".jupyter" / "nbgrader_config.py").write_text(text, encoding="utf-8")


def join(home: Path, tmp_path: Path) -> TaughtCourse:
    """Return the course of ordinary settings, with an empty exchange."""
    exchange = tmp_path / "exchange"
    (exchange / "d-27-ngo").mkdir(parents=True)
    write_settings(home, LEARNER_CONFIG.format(course_id="d-27-ngo", exchange=str(exchange)))
    course = taught_course()
    assert course is not None
    return course


@pytest.fixture
def cohort(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """A cohort that was opened and has nothing released; anna has its settings."""
    root = make_course(tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    listed = str(roster(tmp_path / "r.csv", "anna,Anna,Kis,"))
    new = ["cohort", "new", "d-27", "--audience", "government", "--roster", listed]
    assert main([*new, "--timezone", "Europe/Budapest"]) == 0
    cohort = all_cohorts(root)[0]
    settings = learner_config(cohort).read_text(encoding="utf-8")
    write_settings(home, settings + 'c.CourseDirectory.student_id = "anna"\n')
    return cohort


def nbgrader(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def words() -> str:
    course = taught_course()
    assert course is not None
    return exercise_words(course, [MODULE], NOW)[MODULE]


@needs_exchange
def test_an_exercise_from_release_to_feedback(cohort: Cohort, home: Path) -> None:
    assert words() == "not released"
    assert main(["release", "d-27", MODULE, "--due", "2027-03-28 23:59"]) == 0
    assert words() == f"released; due in 3 days, {DUE}"
    nbgrader("fetch_assignment", MODULE)
    assert words() == f"fetched; due in 3 days, {DUE}"
    os.chdir(home / cohort.course_id)
    assert words().startswith("fetched")
    os.chdir(home)
    fill_in(home / cohort.course_id / MODULE / f"{MODULE}.ipynb", {"top-need": 'top_need = "C04"'})
    before = datetime.now(UTC)
    nbgrader("submit", MODULE)
    course = taught_course()
    assert course is not None
    hand_in = newest_hand_in(course, MODULE)
    assert hand_in is not None
    assert hand_in.moment is not None
    assert before <= hand_in.moment <= datetime.now(UTC)
    late = (
        ", after the deadline" if hand_in.moment > datetime(2027, 3, 28, 21, 59, tzinfo=UTC) else ""
    )
    handed_in = f"handed in on {clock_words(hand_in.moment, BUDAPEST)}{late}"
    assert words() == f"{handed_in}; deadline {DUE}"
    assert main(["collect", "d-27", MODULE]) == 0
    assert main(["grade", "d-27", MODULE]) == 0
    assert main(["feedback", "d-27", MODULE, "--early"]) == 0
    assert words() == f"{handed_in}; feedback is there; deadline {DUE}"
    # Feedback on older work says nothing of what was handed in since.
    nbgrader("submit", MODULE)
    assert "feedback" not in words()


@needs_exchange
def test_release_writes_deadlines_for_learners_and_leaves_exercises_alone(cohort: Cohort) -> None:
    before = os.umask(0o077)
    try:
        assert main(["release", "d-27", MODULE]) == 0
        path = cohort.exchange / cohort.course_id / "deadlines.json"
        assert json.loads(path.read_text()) == {
            "course": "d-27-government",
            "timezone": "Europe/Budapest",
            "deadlines": {MODULE: None},
        }
        assert words() == "released; no deadline"
        released = sorted((path.parent / "outbound").rglob("*.*"))
        assert [file.read_bytes() for file in released] == [cohort.exercise(MODULE).read_bytes()]
        assert main(["release", "d-27", MODULE, "--due", "2027-10-31 02:30"]) == 0
    finally:
        os.umask(before)
    assert json.loads(path.read_text())["deadlines"] == {MODULE: "2027-10-31T01:30:00+00:00"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "deadlines.json", "inbound", "outbound",
    ]  # fmt: skip
    assert sorted((path.parent / "outbound").rglob("*.*")) == released


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "c = get_config(\n",
        "raise SystemExit('no cohort')",
        "import a_package_that_is_not_there",
        "c = get_config()\nc.Exchange.root = '/srv/exchange'\n",
        "c = get_config()\nc.CourseDirectory.course_id = ''\n",
        "c = get_config()\nc.CourseDirectory.course_id = 5\n",
    ],
)
def test_settings_that_are_missing_or_broken_mean_no_taught_course(home: Path, text) -> None:
    if text is not None:
        write_settings(home, text)
    assert taught_course() is None


def test_a_hosts_settings_count_and_the_learners_own_win(home, tmp_path, monkeypatch) -> None:
    host = tmp_path / "host"
    host.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(host))
    (host / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'host'\nc.Exchange.root = '/srv/ex'\n"
        "c.Exchange.cache = '/srv/cache'\n"
    )
    write_settings(home, "c = get_config()\n")
    course = taught_course()
    assert course is not None
    assert (course.course_id, course.cache) == ("host", Path("/srv/cache"))
    monkeypatch.delenv("JUPYTER_CONFIG_PATH")
    assert taught_course() is None
    write_settings(home, "c = get_config()\nc.CourseDirectory.course_id = 'own'\n")
    course = taught_course()
    assert course is not None
    assert course.exchange == Path("/usr/local/share/nbgrader/exchange")
    assert course.cache == home / "data" / "nbgrader_cache"


@pytest.mark.parametrize("place", ["not-there", "x" * 300])
def test_an_exchange_that_cannot_be_reached_is_said(home: Path, tmp_path: Path, place) -> None:
    exchange = str(tmp_path / place)
    write_settings(home, LEARNER_CONFIG.format(course_id="d-27-ngo", exchange=exchange))
    assert words() == f"not known: the exchange {exchange} cannot be reached"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"deadlines": []}', '{"deadlines": {"02-needs": "soon"}}', "\xff"]
)
def test_damaged_deadlines_are_said_to_be_unknown(home: Path, tmp_path: Path, text: str) -> None:
    course = join(home, tmp_path)
    (course.folder / "deadlines.json").write_text(text, encoding="latin-1")
    (course.folder / "outbound" / "02-needs").mkdir(parents=True)
    assert read_deadlines(course) == {}
    assert exercise_words(course, ["02-needs"])["02-needs"] == "released; deadline not known"


def test_the_newest_of_ones_own_copies_counts(home: Path, tmp_path: Path) -> None:
    course = join(home, tmp_path)
    copies = course.cache / course.course_id
    for name in (
        "anna+02-needs+2027-03-01 10:00:00.000000 UTC",
        "anna+02-needs+2027-03-29 10:00:00.000000 UTC",
        "anna+02-needs-more+2027-03-30 10:00:00.000000 UTC",
        "bela+02-needs+2027-03-31 10:00:00.000000 UTC",
    ):
        (copies / name).mkdir(parents=True)
    newest = newest_hand_in(course, "02-needs")
    assert newest is not None
    assert newest.folder.name.startswith("bela")
    write_settings(
        home,
        LEARNER_CONFIG.format(course_id="d-27-ngo", exchange=str(course.exchange))
        + "c.CourseDirectory.student_id = 'anna'\n",
    )
    (course.folder / "deadlines.json").write_text(
        '{"deadlines": {"02-needs": "2027-03-28T21:59:00+00:00"}}'
    )
    own = taught_course()
    assert own is not None
    assert exercise_words(own, ["02-needs"])["02-needs"] == (
        "handed in on Mon 29 Mar 2027 12:00 (Europe/Budapest, UTC+02:00), after the deadline; "
        f"deadline {DUE}"
    )


def test_a_time_in_an_unknown_zone_is_not_guessed(home: Path, tmp_path: Path) -> None:
    course = join(home, tmp_path)
    copy = course.cache / course.course_id / "anna+02-needs+2027-03-29 10:00:00.000000 CEST"
    copy.mkdir(parents=True)
    said = exercise_words(course, ["02-needs"])["02-needs"]
    assert said == "handed in on a time that cannot be read; deadline not known"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2027-03-25T22:30+00:00", "due in 3 days"),
        ("2027-03-26T23:30+00:00", "due tomorrow"),  # 00:30 on Saturday, winter time
        ("2027-03-27T22:30+00:00", "due tomorrow"),  # 23:30 on Saturday, winter time
        ("2027-03-27T23:30+00:00", "due today"),  # 00:30 on Sunday, before the clocks go forward
        ("2027-03-28T21:59+00:00", "due today"),
        ("2027-03-28T21:59:01+00:00", "overdue, was due"),
    ],
)
def test_days_are_those_of_the_learners_calendar(now: str, said: str) -> None:
    deadline = datetime(2027, 3, 28, 21, 59, tzinfo=UTC)
    assert due_words(deadline, datetime.fromisoformat(now), BUDAPEST).startswith(said)


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert clock_words(first, BUDAPEST) == "Sun 31 Oct 2027 02:30 (Europe/Budapest, UTC+02:00)"
    second = clock_words(first + timedelta(hours=1), BUDAPEST)
    assert second == "Sun 31 Oct 2027 02:30 (Europe/Budapest, UTC+01:00)"


@given(
    st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2035, 1, 1)),
    st.sampled_from(["Europe/Lisbon", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_the_words_name_the_very_moment(moment: datetime, zone: str) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    clock, _, rest = clock_words(moment, ZoneInfo(zone)).partition(" (")
    offset = rest.rstrip(")").rpartition("UTC")[2].replace(":", "")
    assert datetime.strptime(f"{clock} {offset}", "%a %d %b %Y %H:%M %z") == moment


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no zone by environment")
def test_the_zone_is_the_asked_for_one_else_that_of_the_computer(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CLUSTER_TIMEZONE", "Europe/Lisbon")
    monkeypatch.setenv("TZ", "America/New_York")
    assert str(learner_zone()) == "Europe/Lisbon"
    for wrong in ("Europe/Debrecen", "../etc", "/etc/passwd", " "):
        monkeypatch.setenv("CLUSTER_TIMEZONE", wrong)
        assert str(learner_zone()) == "America/New_York"
    monkeypatch.delenv("CLUSTER_TIMEZONE")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert learner_zone() is None
        said = clock_words(datetime(2027, 3, 28, 21, 59, tzinfo=UTC), learner_zone())
        assert said == "Sun 28 Mar 2027 23:59 (clock of this computer, UTC+02:00)"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    link = tmp_path / "localtime"
    link.symlink_to(tmp_path / "zoneinfo" / "Asia" / "Tokyo")
    monkeypatch.setattr(local_time, "SYSTEM_ZONE", link)
    assert str(learner_zone()) == "Asia/Tokyo"
    monkeypatch.setattr(local_time, "SYSTEM_ZONE", tmp_path / "none")
    assert learner_zone() is None
