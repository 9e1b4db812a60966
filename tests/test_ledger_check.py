"""Checking the ledger: what was forged is found, in the rows and in the marks."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_tree import MODULE
from hypothesis import given
from hypothesis import strategies as st
from ledger_scene import (
    NAME,
    OTHER_TEST,
    TEST,
    by_hand,
    copied,
    give,
    hand_in,
    make_cohort,
    rows_of,
)

from clusterlib.delivery.cli import main
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger.rows import START, Row, faults_of_chain
from clusterlib.delivery.cohorts.places import Cohort


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The cohort that each test gets a copy of."""
    cohort = make_cohort(tmp_path_factory.mktemp("ledger") / "tree")
    hand_in(cohort, "anna", "bela")
    return cohort


@pytest.fixture
def cohort(pattern: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Two learners with marks by tests, and a ledger of seven rows."""
    found = copied(pattern, tmp_path / "tree")
    monkeypatch.setenv("CLUSTER_COURSE", str(found.root / "course"))
    monkeypatch.delenv("CLUSTER_COHORT", raising=False)
    monkeypatch.delenv("CLUSTER_WHY", raising=False)
    return found


def audit(*options: str) -> int:
    return main(["audit", NAME, *options])


FORGERIES = {
    "a mark": (
        ["UPDATE grade SET auto_score = 9 WHERE auto_score = 2"],
        f"anna, {MODULE}, {TEST}: marks by tests is 9 in the gradebook, but row 3 says 2",
    ),
    "a new mark": (
        ["UPDATE grade SET manual_score = 9 WHERE auto_score = 2"],
        "marks by hand is 9 in the gradebook, but no row says so",
    ),
    "a mark removed": (
        ["DELETE FROM grade WHERE auto_score = 2"],
        "marks by tests is nothing in the gradebook, but row 3 says 2",
    ),
    "a hand-in's time": (
        ["UPDATE submitted_assignment SET timestamp = '2027-02-01 10:00:00.000000'"],
        "handed in (UTC) is 2027-02-01T10:00:00 in the gradebook, but row 2 says 2027-03-01",
    ),
    "a row and its mark": (
        [
            "UPDATE grade SET auto_score = 9 WHERE auto_score = 2",
            "UPDATE mark_ledger SET after = '9' WHERE field = 'auto_score' AND after = '2'",
        ],
        "row 3 was changed after it was written",
    ),
    "who": (["UPDATE mark_ledger SET who = 'mara' WHERE number = 4"], "row 4 was changed"),
    "a row removed": (["DELETE FROM mark_ledger WHERE number = 4"], "row 4 is missing"),
    "rows removed": (
        ["DELETE FROM mark_ledger WHERE number IN (1, 2, 3)"],
        "rows 1 to 3 are missing",
    ),
    "rows closed up": (
        [
            "DELETE FROM mark_ledger WHERE number = 4",
            "UPDATE mark_ledger SET number = number - 1 WHERE number > 4",
        ],
        "row 4 does not follow from the row before it",
    ),
    "the tail": (
        ["DELETE FROM mark_ledger WHERE number > 6"],
        f"bela, {MODULE}, {OTHER_TEST}: marks by tests is 3 in the gradebook, but no row says so",
    ),
    "bytes in a row": (
        ["UPDATE mark_ledger SET after = x'ff' WHERE number = 4"],
        "row 4 was changed",
    ),
    "text for a mark": (
        ["UPDATE grade SET auto_score = 'much' WHERE auto_score = 2"],
        "marks by tests is much in the gradebook, but row 3 says 2",
    ),
    "no time": (
        ["UPDATE submitted_assignment SET timestamp = 'soon'"],
        "the gradebook holds what nbgrader never writes",
    ),
    "all rows": (["DELETE FROM mark_ledger"], "the ledger is empty"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_each_forgery_is_found_and_named(
    cohort: Cohort, forgery: str, capsys: pytest.CaptureFixture[str]
) -> None:
    statements, words = FORGERIES[forgery]
    by_hand(cohort, *statements)
    assert audit("--check") == 1
    said = capsys.readouterr()
    assert words in said.out
    assert "faults" in said.err


def test_a_forged_mark_is_found_even_after_an_honest_change_over_it(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(cohort, "UPDATE grade SET auto_score = 9 WHERE auto_score = 2")
    with open_gradebook(cohort) as gradebook:
        give(gradebook, "anna", TEST, auto_score=1.0)
        give(gradebook, "bela", TEST, auto_score=1.0)
        gradebook.db.commit()
    assert audit("--check") == 1
    assert "found 9, but row 3 says 2: it was changed past the ledger" in capsys.readouterr().out


CUT = [
    "DELETE FROM mark_ledger WHERE number > 6",
    "UPDATE grade SET auto_score = NULL, needs_manual_grade = 1 WHERE auto_score = 3"
    " AND notebook_id = (SELECT id FROM submitted_notebook ORDER BY rowid DESC LIMIT 1)",
]


def test_a_tail_cut_off_with_its_marks_is_found_by_a_head_that_was_noted(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    head = rows_of(cohort)[-1].hash
    by_hand(cohort, *CUT)
    # Nothing is noted yet, and what is left is sound in itself.
    assert audit("--check") == 0
    assert audit("--check", "--head", head) == 1
    assert audit("--check", "--head", head[:12]) == 1
    assert f"the head {head[:12]} is not in the ledger" in capsys.readouterr().out
    assert audit("--check", "--head", rows_of(cohort)[2].hash) == 0


@pytest.mark.parametrize("command", [("audit", NAME, "--check"), ("export", NAME)])
def test_commands_note_the_head_and_later_checks_remember_it(
    cohort: Cohort, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(command)) == 0
    assert rows_of(cohort)[-1].hash in capsys.readouterr().out
    assert stat.S_IMODE((cohort.folder / "ledger-heads.txt").stat().st_mode) == 0o600
    by_hand(cohort, *CUT)
    assert audit("--check") == 1


def test_a_ledger_written_anew_is_found_by_a_head_that_was_noted(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit("--check") == 0
    by_hand(
        cohort, "DROP TABLE mark_ledger", "UPDATE grade SET auto_score = 9 WHERE auto_score = 2"
    )
    assert audit("--check") == 1
    assert "is not in the ledger" in capsys.readouterr().out


def test_options_that_do_not_go_together_are_refused(
    cohort: Cohort, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit("--head", "0" * 64) == 1
    assert audit("--check", "--learner", "anna") == 1
    assert audit("--check", "--head", "abc") == 1
    assert "--head goes with --check" in capsys.readouterr().err


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@st.composite
def chains(draw: st.DrawFn) -> list[Row]:
    """A sound ledger of a few marks that change."""
    rows: list[Row] = []
    stand: dict[str, str | None] = {}
    for number in range(1, draw(st.integers(2, 8)) + 1):
        cell = draw(st.sampled_from(["a", "b"]))
        after = draw(st.one_of(st.none(), TEXTS))
        row = Row(
            number, draw(TEXTS), draw(TEXTS), draw(TEXTS), "anna", "m", "m", cell, "auto_score",
            stand.get(cell), after, draw(st.one_of(st.none(), TEXTS)),
            rows[-1].hash if rows else START,
        ).sealed()  # fmt: skip
        stand[cell] = after
        rows.append(row)
    return rows


@given(rows=chains(), data=st.data())
def test_any_change_of_any_row_is_found(rows: list[Row], data: st.DataObject) -> None:
    assert list(faults_of_chain(rows)) == []
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(Row.__dataclass_fields__)))
    old = getattr(rows[place], column)
    numbers = st.integers(-3, 12)
    values = numbers if column == "number" else st.one_of(st.none(), TEXTS)
    if column not in ("before", "after", "why", "number"):
        values = TEXTS
    value = data.draw(values.filter(lambda drawn: drawn != old))
    forged = [*rows[:place], replace(rows[place], **{column: value}), *rows[place + 1 :]]
    assert list(faults_of_chain(sorted(forged, key=lambda row: row.number)))


@given(rows=chains(), data=st.data())
def test_any_row_taken_out_doubled_or_moved_is_found(rows: list[Row], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 2))
    assert list(faults_of_chain(rows[:place] + rows[place + 1 :]))
    assert list(faults_of_chain(rows[: place + 1] + rows[place:]))
    moved = [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]
    assert list(faults_of_chain(moved))
