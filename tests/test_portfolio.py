"""The portfolio keeps what a learner saved: across crashes, tabs, languages and systems."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib.portfolio import Portfolio, PortfolioError, default_folder, plain_name
from clusterlib.portfolio.files import RESERVED, locked, remove_leftovers
from clusterlib.portfolio.progress import next_step, progress_table
from clusterlib.portfolio.store import SECTIONS, _put


@pytest.fixture
def mine(tmp_path: Path) -> Portfolio:
    return Portfolio.open(tmp_path / "my portfolio")


def test_the_folder_comes_from_the_environment_or_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "chosen"))
    assert default_folder() == tmp_path / "chosen"
    assert Portfolio.open().folder == (tmp_path / "chosen").resolve()
    monkeypatch.delenv("CLUSTER_PORTFOLIO")
    assert default_folder() == Path.home() / "cluster-portfolio"


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(PortfolioError, match="CLUSTER_PORTFOLIO"):
        Portfolio.open(tmp_path / "file" / "inside")


def test_settings_come_back_with_numpy_and_missing_values(mine):
    mine.save_settings("needs", {"top": np.int64(3), "gap": float("nan"), "codes": ("C01", "Őr")})
    assert mine.load_settings("needs") == {"top": 3, "gap": None, "codes": ["C01", "Őr"]}
    assert mine.load_settings("never saved") == {}
    with pytest.raises(PortfolioError, match="not object"):
        mine.save_settings("needs", {"thing": object()})
    assert mine.load_settings("needs")["top"] == 3


def test_opening_for_reading_writes_no_file(mine):
    mine.load_settings("needs")
    assert list(mine.folder.iterdir()) == []


def test_tables_keep_index_blanks_and_accents(mine):
    survey = pd.DataFrame(
        {"name": ["Győri Műhely", 'Zs, "quoted"'], "score": [4.5, np.nan]},
        index=pd.Index(["M01", "M02"], name="member_id"),
    )
    path = mine.save_table("Needs_Survey", survey)
    assert path.name == "needs_survey.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # Excel reads accents only with this mark
    pd.testing.assert_frame_equal(mine.load_table("needs_survey.csv"), survey)


def test_tables_keep_two_index_levels_and_plain_ones(mine):
    plain = pd.DataFrame({"region": ["Aldermark"], "jobs": [12]})
    mine.save_table("plain.csv", plain)
    pd.testing.assert_frame_equal(mine.load_table("plain.csv"), plain)
    deep = plain.assign(industry="medtech").set_index(["region", "industry"])
    mine.save_table("deep.csv", deep)
    pd.testing.assert_frame_equal(mine.load_table("deep.csv"), deep)


def test_a_table_from_a_european_spreadsheet_is_understood(mine):
    (mine.folder / "fees.csv").write_text("member;fee\nM01;1200,50\n", encoding="utf-8")
    assert mine.load_table("fees")["fee"].tolist() == [1200.5]


def test_a_missing_table_lists_those_there_are(mine):
    mine.save_table("needs.csv", pd.DataFrame({"a": [1]}))
    with pytest.raises(PortfolioError, match=r"needs\.csv"):
        mine.load_table("profile.csv")


def test_attempts_are_all_kept_in_order(mine):
    mine.record_attempt("02-needs", "crosshair", False, "mean")
    mine.record_attempt("02-needs", "crosshair", True, np.float64(2.5))
    attempts = mine.attempts("02-needs")
    assert attempts["right"].tolist() == [False, True]
    assert attempts["answer"].tolist() == ["mean", 2.5]
    assert mine.attempts("03-mapping").empty


def test_two_tabs_both_keep_their_work(mine):
    other = Portfolio.open(mine.folder)
    mine.save_settings("needs", {"tab": 1})
    other.save_settings("mapping", {"tab": 2})
    other.save_settings("needs", {"tab": 2})
    assert mine.load_settings("needs") == {"tab": 2}
    assert mine.load_settings("mapping") == {"tab": 2}


def test_many_writers_at_once_lose_nothing(mine):
    def answer(writer: int) -> None:
        for turn in range(10):
            Portfolio.open(mine.folder).record_attempt("02-needs", f"w{writer}", True, turn)

    writers = [threading.Thread(target=answer, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (
        mine.attempts("02-needs").groupby("check")["answer"].apply(list).map(sorted).tolist()
        == [list(range(10))] * 6
    )


def test_the_later_save_wins_whoever_gets_the_lock_first():
    section: dict[str, dict[str, object]] = {}
    assert _put(section, "needs", {"value": "late"}, "2026-03-01T10:00:02+00:00")
    assert not _put(section, "needs", {"value": "early"}, "2026-03-01T10:00:01+00:00")
    assert section["needs"]["value"] == "late"


def test_a_stamp_from_the_future_cannot_lock_a_setting_for_ever():
    section = {"needs": {"value": "wrong clock", "saved": "2999-01-01T00:00:00+00:00"}}
    assert _put(section, "needs", {"value": "now"}, "2026-03-01T10:00:00+00:00")


def test_a_busy_folder_is_said_and_a_dead_owner_leaves_no_lock(mine):
    with (
        locked(mine.folder),
        pytest.raises(PortfolioError, match="busy"),
        locked(mine.folder, patience=0.05),
    ):
        pass
    assert (mine.folder / ".lock").exists()
    mine.save_settings("needs", {"saved": True})  # the file that stays behind locks nobody out


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork a process")
def test_a_hundred_kills_lose_no_finished_save(mine):
    """A child saves and reports each finished save; it is killed in the middle of its work."""
    mine.save_settings("before", {"kept": True})
    randomness = np.random.default_rng(7)
    in_the_middle = 0
    for round_number in range(100):
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            for turn in range(10_000):
                mine.save_settings(
                    "needs", {"round": round_number, "turn": turn, "pad": "x" * 9000}
                )
                mine.save_table("needs.csv", pd.DataFrame({"turn": [turn] * 200}))
                os.write(send, b".")
            os._exit(0)
        os.close(send)
        # In three rounds of four the kill waits for a first save, however busy the machine is.
        seen = len(os.read(receive, 1)) if round_number % 4 else 0
        time.sleep(float(randomness.uniform(0.0, 0.02)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        finished = seen + len(os.read(receive, 100_000))
        os.close(receive)
        in_the_middle += bool(finished)
        stored = json.loads((mine.folder / "portfolio.json").read_text(encoding="utf-8"))[
            "settings"
        ]
        assert stored["before"]["value"] == {"kept": True}
        if finished:
            saved = stored["needs"]["value"]
            assert saved["round"] == round_number
            assert saved["turn"] in (finished - 1, finished)
            assert len(saved["pad"]) == 9000
            assert len(mine.load_table("needs.csv")) == 200
    assert in_the_middle >= 75  # else the test killed nobody at work
    assert not list(mine.folder.glob("portfolio.broken-*"))


def test_drafts_of_a_killed_program_are_removed_after_an_hour(tmp_path):
    old, fresh = tmp_path / ".needs.csv.ab12.tmp", tmp_path / ".needs.csv.cd34.tmp"
    old.write_text("half")
    fresh.write_text("half")
    os.utime(old, (time.time() - 7200,) * 2)
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [fresh.name]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"schema": "one"}',
        b'{"schema": 1, "settings": []}',
        b'{"schema": 1, "attempts": {"02-needs": {}}}',
    ],
)
def test_a_broken_file_is_kept_and_said_never_overwritten(mine, broken):
    (mine.folder / "portfolio.json").write_bytes(broken)
    with pytest.warns(UserWarning, match="kept as portfolio.broken-"):
        mine.save_settings("needs", {"after": True})
    (kept,) = mine.folder.glob("portfolio.broken-*.json")
    assert kept.read_bytes() == broken
    assert mine.load_settings("needs") == {"after": True}


def test_a_newer_portfolio_is_left_alone(mine):
    newer = json.dumps({"schema": 99, "settings": {}})
    (mine.folder / "portfolio.json").write_text(newer)
    with pytest.raises(PortfolioError, match="newer version"):
        mine.save_settings("needs", {})
    assert (mine.folder / "portfolio.json").read_text() == newer


def test_the_file_holds_only_what_was_typed(mine):
    mine.save_settings("needs", {"top_need": "C04"})
    text = (mine.folder / "portfolio.json").read_text()
    assert set(json.loads(text)) == {"schema", *SECTIONS}
    assert str(Path.home()) not in text


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_every_name_is_taken_or_refused_with_one_that_works(name):
    try:
        accepted = plain_name(name, ".csv")
    except PortfolioError as problem:
        accepted = plain_name(str(problem).rsplit('try "', 1)[1].removesuffix('".'), ".csv")
    assert accepted.endswith(".csv")
    assert accepted.split(".")[0] not in RESERVED
    assert not set(accepted) & set('<>:"/\\|?*\0')
    assert len(accepted) <= 80


@pytest.mark.parametrize("name", ["../secret", "a/b", "CON", "nul.csv", "what?.csv", ".hidden", ""])
def test_names_that_fail_on_windows_or_leave_the_folder_are_refused(name):
    with pytest.raises(PortfolioError, match="try"):
        plain_name(name, ".csv")


MODULES = pd.DataFrame({"slug": ["00-start-here", "02-needs"], "title": ["Start here", "Needs"]})


def test_progress_counts_the_latest_answer_and_finds_the_next_step(mine):
    mine.record_attempt("02-needs", "crosshair", True, "mean")
    mine.record_attempt("02-needs", "crosshair", False, "scale")
    mine.record_attempt("02-needs", "gap", True, 2.5)
    mine.save_document("needs-report.docx", b"report", module="02-needs")
    for part in (1, 2, 3, "exercise"):
        mine.mark_done("00-start-here", part)
    mine.mark_done("02-needs", 1)
    table = progress_table(MODULES, mine._read())
    needs = table.loc["02-needs"]
    assert (needs["checks_answered"], needs["checks_right"]) == (2, 1)
    assert (needs["parts_done"], needs["artefacts"], needs["state"]) == (1, 1, "under way")
    assert table.loc["00-start-here", "state"] == "done"
    assert next_step(table) == ("02-needs", "Read part 2")
    for part in (2, 3):
        mine.mark_done("02-needs", part)
    assert next_step(progress_table(MODULES, mine._read())) == ("02-needs", "Do the exercise")
    mine.mark_done("02-needs", "exercise")
    assert next_step(progress_table(MODULES, mine._read())) is None


def test_progress_reads_the_real_catalogue(mine):
    progress = mine.progress()
    assert progress.index[0] == "00-start-here"
    assert (progress["state"] == "not started").all()


def test_artefacts_list_files_and_their_module(mine):
    mine.save_table("needs.csv", pd.DataFrame({"a": [1]}))
    mine.save_document("needs-report.docx", b"report", module="02-needs")
    artefacts = mine.artefacts().set_index("file")
    assert sorted(artefacts.index) == ["needs-report.docx", "needs.csv"]
    assert artefacts.loc["needs-report.docx", "module"] == "02-needs"


def test_the_zip_holds_every_file_and_not_itself(mine):
    mine.save_table("needs.csv", pd.DataFrame({"a": [1]}))
    for _ in range(2):
        path = mine.export_zip(mine.folder / "portfolio.zip")
    assert zipfile.ZipFile(path).testzip() is None
    assert zipfile.ZipFile(path).namelist() == ["needs.csv", "portfolio.json"]
