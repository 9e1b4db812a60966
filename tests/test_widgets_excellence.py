"""The self-check as an explorer, the stage of a cluster, the entry file and their document."""

from datetime import date

import docx
import openpyxl
import pandas as pd
import pytest
from explorer_tools import check_all_change, check_nothing_is_left, everything, move
from hypothesis import given, settings
from hypothesis import strategies as st

import clusterlib
from clusterlib import charts, documents, labels, widgets
from clusterlib.charts.picture import png
from clusterlib.data import entry_file
from clusterlib.documents.setting import AUDIENCES, DELIVERABLES
from clusterlib.widgets.excellence_model import SelfCheckModel

CLUSTERS = {
    "Aldermark devices": "growth",
    "Brennholm furniture": "decline",
    "Corvale photonics": "emergence",
    "Dunmere ceramics": "sustainment",
    "Eastfen food": "undetermined",
    "Farrow Coast energy": "undetermined",
}


@pytest.fixture(scope="module")
def papers():
    return entry_file(2027)


@pytest.fixture
def check(papers):
    opened = widgets.excellence_check(papers.self_check, papers.eccp, papers.accreditation)
    yield opened
    opened.close()


# --- the stage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [2027, 1, 2, 77, 4096])
def test_planted_stages_are_found_and_mixed_signals_stay_open(seed):
    papers = entry_file(seed)
    stages = {
        cluster: labels.life_cycle(papers.years.xs(cluster), papers.specialisms.xs(cluster)).stage
        for cluster in CLUSTERS
    }
    assert stages == CLUSTERS


def test_growth_is_compound_and_newcomers_are_counted_for_a_hundred():
    years = pd.DataFrame(
        {"firms": [100, 110, 121], "employment": [100, 80, 64], "entries": [0, 15, 22],
         "exits": [0, 5, 11]},
        index=[2020, 2021, 2022],
    )  # fmt: skip
    result = labels.life_cycle(years)
    value = result.signals["value"]
    assert value["firms"] == pytest.approx(10)
    assert value["employment"] == pytest.approx(-20)
    assert value["newcomers"] == pytest.approx((15 + 20) / 2)
    assert result.signals.loc["variety", "direction"] == "unknown"
    assert result.stage == "undetermined"
    assert "3 years are known, 5 needed" in result.reason


def test_evenness_is_one_for_equal_specialisms_and_falls_with_one_that_leads(papers):
    years = papers.years.xs("Dunmere ceramics")
    even = pd.DataFrame(10, index=years.index, columns=["glaze", "kilns"])
    assert labels.life_cycle(years, even).signals.loc["variety", "value"] == 0
    one_leads = even.copy()
    one_leads.loc[years.index[-3:], "glaze"] = 100
    changed = labels.life_cycle(years, one_leads).signals.loc["variety"]
    assert changed["value"] < -0.3
    assert changed["direction"] == "down"


def test_exactly_the_band_is_still_and_a_vanished_cluster_declines():
    index = range(2020, 2025)
    steady = pd.DataFrame({"firms": 100, "employment": 1.0, "entries": 1, "exits": 1}, index=index)
    steady["employment"] = [1000 * 1.02**age for age in range(5)]
    assert labels.life_cycle(steady, band=2.001).signals.loc["employment", "direction"] == "still"
    assert labels.life_cycle(steady, band=1.9).signals.loc["employment", "direction"] == "up"
    gone = pd.DataFrame(
        {
            "firms": [40, 30, 20, 10, 0],
            "employment": [400, 300, 200, 100, 0],
            "entries": 0,
            "exits": 10,
        },
        index=index,
    )
    assert labels.life_cycle(gone).stage == "decline"


def test_blanks_never_count_as_zero(papers):
    years = papers.years.xs("Aldermark devices").astype(float)
    years.loc[years.index[-1], ["firms", "employment"]] = None
    result = labels.life_cycle(years, papers.specialisms.xs("Aldermark devices"))
    assert result.stage == "growth"
    years["employment"] = float("nan")
    assert labels.life_cycle(years).signals.loc["employment", "direction"] == "unknown"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="exits"), "years without exits"),
        (lambda t: pd.concat([t, t]), "2015"),
        (lambda t: -t, "below 0"),
    ],
)
def test_wrong_years_are_refused_with_the_mend(papers, change, message):
    with pytest.raises(ValueError, match=message):
        labels.life_cycle(change(papers.years.xs("Dunmere ceramics")))
    with pytest.raises(ValueError, match="0 or more per cent"):
        labels.life_cycle(papers.years.xs("Dunmere ceramics"), band=-1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 900), st.integers(0, 20)),
        min_size=1, max_size=9,
    ),
    st.floats(0, 20),
)  # fmt: skip
def test_a_named_stage_always_has_three_signals_and_five_years(rows, band):
    years = pd.DataFrame(rows, columns=["firms", "employment", "entries"]).assign(exits=0)
    result = labels.life_cycle(years, band=band)
    assert 0 <= result.confidence <= 1
    if result.stage != "undetermined":
        assert result.confidence >= 0.75
        assert len(years) >= 5
    assert "heuristic" in result.note


# --- the file ------------------------------------------------------------------------------------


def test_the_file_can_be_repeated_and_another_seed_moves_it(papers):
    again = entry_file(2027)
    assert papers.seat_log.equals(again.seat_log)
    assert papers.years.equals(again.years)
    assert not papers.joining.equals(entry_file(5).joining)
    assert "Synthetic" in papers.synthetic_note


@pytest.mark.parametrize("seed", [2027, 3, 8])
def test_applicants_stand_on_the_boundaries_and_appeals_change_two_of_them(seed):
    papers = entry_file(seed)
    answers = papers.applicants.drop(columns="name")
    first = {code: labels.eccp_check(row).verdict for code, row in answers.iterrows()}
    assert first == {
        "A1": "pass", "A2": "fail", "A3": "cannot be decided", "A4": "fail", "A5": "fail",
        "A6": "cannot be decided", "A7": "fail",
    }  # fmt: skip
    late = answers.astype(object)
    for code, appeal in papers.appeals.iterrows():
        late.loc[code, appeal["rule"]] = appeal["value"]
    after = {code: labels.eccp_check(row).verdict for code, row in late.iterrows()}
    assert [code for code in after if after[code] != first[code]] == ["A3", "A5", "A6"]


def test_firms_change_by_entries_minus_exits_and_nobody_leaves_twice(papers):
    for cluster in CLUSTERS:
        years = papers.years.xs(cluster)
        change = years["firms"].diff().dropna()
        assert (change == (years["entries"] - years["exits"]).loc[change.index]).all()
        assert (years["exits"] >= 0).all()
        assert (papers.specialisms.xs(cluster).sum(axis=1) == years["firms"]).all()


def test_the_title_is_kept_today_and_points_stay_open(papers):
    assert labels.accreditation_kept(papers.named_members, papers.current_members)
    points = labels.hungarian_points(papers.accreditation)
    assert points.points is None
    assert points.entry.verdict == "pass"


# --- charts --------------------------------------------------------------------------------------


def test_charts_say_what_is_open(papers):
    figure, summary = charts.self_check(
        labels.excellence_profile(papers.self_check),
        labels.eccp_check(papers.eccp),
        labels.hungarian_points(papers.accreditation),
    )
    assert png(figure).startswith(b"\x89PNG")
    assert "19 of 24 statements have evidence" in summary
    assert "not met or not known: English site" in summary
    years = papers.years.xs("Eastfen food")
    _, words = charts.life_cycle(
        years, labels.life_cycle(years, papers.specialisms.xs("Eastfen food"))
    )
    assert words.startswith("Stage undetermined (heuristic): no stage fits more than 2")


# --- the explorer --------------------------------------------------------------------------------


def test_a_level_without_evidence_is_undetermined(check):
    move(check, "item", "budget")
    assert check.value["evidence"] == "Budget of this year and comparison of 30 June"
    assert "Budget: done." in check.reading.headline
    move(check, "evidence", "")
    assert "Budget: undetermined. 18 of 24" in check.reading.headline
    assert check.value["changes"] == "budget = 2 :"
    move(check, "evidence", "Books; shown to the auditor")
    assert check.value["changes"] == "budget = 2 : Books, shown to the auditor"
    move(check, "level", "3")
    assert check.table.loc["budget"].tolist() == [3, "Books, shown to the auditor"]
    assert "done, reviewed and improved" in check.reading.headline


def test_taking_a_change_back_leaves_no_trace(check):
    first = check.value["level"]
    move(check, "level", "0")
    assert check.value["changes"]
    move(check, "level", first)
    assert check.value["changes"] == ""


def test_picture_headline_and_words_follow_every_kind_of_control(check):
    check_all_change(check, "level", "0")
    check_all_change(check, "english_site", "yes")
    assert "Platform entry: pass" in check.reading.headline
    check_all_change(check, "committed_members", "14")
    assert "Platform entry: fail" in check.reading.headline
    check_all_change(check, "international", "10")
    assert check.value["international"] == "10"


def test_exactly_enough_passes_and_an_unknown_stays_open(check):
    check.value = {"staff_fte": "0.5", "committed_members": "15", "member_types": "2",
                   "english_site": "yes"}  # fmt: skip
    assert "Platform entry: pass" in check.reading.headline
    assert "no evidence attached: staff_fte, committed_members" in check.reading.summary
    move(check, "staff_fte", "")
    assert "Platform entry: cannot be decided" in check.reading.headline


def test_points_are_a_range_until_every_area_is_known(check):
    assert "Points: 47 to 80 of 100" in check.reading.headline
    check.value = {"cooperation": "15", "international": "12", "innovation": "15"}
    assert "Points: 64 of 100" in check.reading.headline


def test_typed_nonsense_is_answered_in_words_and_changes_nothing(check):
    before = check.reading.table
    move(check, "changes", "strategy = 5 : a medal")
    assert "cannot be read" in check.reading.headline
    assert check.reading.table == before


def test_frame_of_the_explorer(papers, tmp_path, monkeypatch):
    def again(chosen):
        return widgets.excellence_check(
            papers.self_check, papers.eccp, papers.accreditation, chosen
        )

    check = again({"changes": "roles = 1 : Draft of May", "item": "roles", "active": "no"})
    assert check.value["level"] == "1"
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    check._save(None)
    assert "with the table excellence-check.csv" in check._saved.value
    assert "not affiliated" in check.reading.summary.lower()
    assert [w for w in everything(check._root) if getattr(w, "description", "") == "Reset"]
    check.close()


def test_settings_copied_open_the_same_check(papers):
    check = widgets.excellence_check(papers.self_check, papers.eccp, papers.accreditation)
    move(check, "item", "cash_plan")
    move(check, "level", "2")
    scope: dict = {}
    exec(check.code, scope)
    twin = widgets.excellence_check(
        papers.self_check, papers.eccp, papers.accreditation, scope["settings"]
    )
    assert twin.reading == check.reading
    assert twin.value == check.value
    twin.close()
    check.close()


def test_closing_leaves_nothing_behind(papers):
    check_nothing_is_left(
        lambda: widgets.excellence_check(papers.self_check, papers.eccp, papers.accreditation), 8
    )


def test_an_empty_check_is_open_throughout():
    check = widgets.excellence_check({})
    assert "0 of 24 statements with evidence" in check.reading.headline
    assert "Points: 0 to 100 of 100" in check.reading.headline
    check.close()


def test_changes_are_written_as_they_are_read(papers):
    model = SelfCheckModel(papers.self_check, papers.eccp, papers.accreditation)
    changes = {"roles": ("", "Statutes: article 7"), "strategy": ("0", "")}
    assert model.parse(model.write(changes)) == changes


# --- the document --------------------------------------------------------------------------------


def write(audience, folder, papers, statement="We join for one year. Ask us again in March"):
    return documents.self_assessment(
        clusterlib.load_case(audience),
        labels.excellence_profile(papers.self_check),
        labels.eccp_check(papers.eccp),
        labels.hungarian_points(papers.accreditation),
        statement,
        audience,
        folder=folder,
        on=date(2026, 3, 4),
    )


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_document_speaks_in_its_voice_and_names_what_is_open(audience, tmp_path, papers):
    path, _ = write(audience, tmp_path, papers)
    document = docx.Document(str(path))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    text = "\n".join([p.text for p in document.paragraphs] + cells)
    assert DELIVERABLES[audience] in document.core_properties.subject
    assert "We join for one year. Ask us again in March." in text
    assert "19 of 24 statements come with evidence" in text
    assert "Platform entry, not known: Site in English." in text
    assert "Not affiliated with ESCA" in text
    assert text.count("To attach:") == 5


def test_the_workbook_adds_up_and_a_level_alone_does_not_count(tmp_path, papers):
    _, path = write("government", tmp_path, papers)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Read me", "Statements", "Dimensions", "Platform entry", "Points"]
    assert book["Statements"].max_row == 25
    assert "LEN(TRIM(E2))" in book["Statements"]["F2"].value
    assert book["Dimensions"]["D2"].value.startswith("=SUMIFS(")
    assert book["Points"]["C6"].value == "=SUM(C2:C5)"


def test_an_empty_statement_is_refused(tmp_path, papers):
    with pytest.raises(ValueError, match="the statement is empty"):
        write("ngo", tmp_path, papers, statement="...")
