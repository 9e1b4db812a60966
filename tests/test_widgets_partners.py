"""Consortium builder, offers board, watch radar and impact panel: models, panels, example data."""

import gc

import ipywidgets
import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances

from clusterlib import charts, data, evaluation, partners, watch, widgets
from clusterlib.widgets.consortium_builder import ConsortiumModel
from clusterlib.widgets.impact_panel import ImpactModel
from clusterlib.widgets.offers_board import OffersModel
from clusterlib.widgets.watch_radar import RadarModel

SEARCH = data.partner_search(2027)
RECORD = data.watch_record(2027)
SUPPORT = data.support_record(2027)
CROSS = SEARCH.calls["cross-border"]
OPENERS = {
    "builder": lambda **more: widgets.consortium_builder(SEARCH.profiles, CROSS, **more),
    "board": lambda **more: widgets.offers_board(SEARCH.offers, SEARCH.demands, **more),
    "radar": lambda **more: widgets.watch_radar(RECORD.documents, **more),
    "impact": lambda **more: widgets.impact_panel(
        SUPPORT.panel, "supported", "year", "firm", SUPPORT.start, SUPPORT.marks, **more
    ),
}


def opened(name):
    explorer = OPENERS[name]()
    yield explorer
    explorer.close()


@pytest.fixture
def builder():
    yield from opened("builder")


@pytest.fixture
def board():
    yield from opened("board")


@pytest.fixture
def radar():
    yield from opened("radar")


@pytest.fixture
def impact():
    yield from opened("impact")


def everything(widget):
    return [widget, *(w for child in getattr(widget, "children", ()) for w in everything(child))]


def press(explorer, words):
    (button,) = [
        one
        for one in everything(explorer._root)
        if isinstance(one, ipywidgets.Button) and one.description == words
    ]
    button.click()


def ticked(explorer):
    return [name for name in SEARCH.profiles.index if explorer.value[name]]


# Consortium builder


def test_the_verdict_is_that_of_the_method():
    members = ["P06", "P08", "P17"]
    team = ConsortiumModel(SEARCH.profiles, CROSS).read(members, CROSS["budget"])
    expected = partners.check_eligibility(SEARCH.profiles.loc[members], CROSS)
    pd.testing.assert_frame_equal(team.verdict.rules, expected.rules)
    stays = 1 - SEARCH.profiles.loc[members, "risk"]
    assert team.risk == pytest.approx(1 - stays.iloc[0] * stays.iloc[1] * stays.iloc[2])
    assert team.cost == SEARCH.profiles.loc[members, "cost"].sum()


def test_a_tick_turns_a_rule_and_says_so_in_words_and_signs(builder):
    assert "✗ not met: <strong>competence sensors</strong>" in builder.reading.summary
    picture = builder._picture.value
    builder._panel.controls["P06"].value = True
    assert "✓ met: <strong>competence sensors</strong>, offered by P06" in builder.reading.summary
    assert builder._picture.value != picture
    assert "Ravensill Sensors" in builder.reading.table
    assert '<th scope="row">P06</th>' in builder.reading.table


@pytest.mark.parametrize(("words", "objective"), [("cheapest", "cost"), ("safest", "risk")])
def test_the_search_ticks_the_proven_optimum(builder, words, objective):
    press(builder, f"Show the {words}")
    best = partners.build_consortium(SEARCH.profiles, CROSS, objective=objective)
    assert ticked(builder) == best.members
    assert builder.reading.headline.endswith("Eligible.")
    press(builder, "Show the next alternative")
    assert ticked(builder) != best.members
    assert builder.reading.headline.endswith("Eligible.")


def test_the_search_can_keep_what_was_ticked(builder):
    builder.value = {"P28": True, "keep_ticked": True}
    press(builder, "Show the cheapest")
    assert "P28" in ticked(builder)


def test_a_clash_is_explained_and_leaves_the_ticks_alone(builder):
    builder.value = {"budget": 200_000.0, "P06": True}
    press(builder, "Show the cheapest")
    assert ticked(builder) == ["P06"]
    assert "cannot be met together" in builder.reading.summary
    assert "without a budget of 200,000 EUR" in builder.reading.summary
    builder._panel.controls["budget"].value = 500_000.0
    assert "cannot be met together" not in builder.reading.summary


def test_an_alternative_before_any_search_is_told_in_words(builder):
    press(builder, "Show the next alternative")
    assert builder._headline.value.startswith("Nothing has been found yet")


def test_candidates_without_risk_are_refused():
    with pytest.raises(ValueError, match="need the columns risk"):
        widgets.consortium_builder(SEARCH.profiles.drop(columns="risk"), CROSS)
    with pytest.raises(ValueError, match="cannot be called budget"):
        ConsortiumModel(SEARCH.profiles.rename(index={"P01": "budget"}), CROSS)


def test_the_static_board_says_what_the_explorer_says(builder):
    builder.value = {"P06": True, "P17": True}
    figure, summary = charts.consortium_board(SEARCH.profiles, CROSS, ["P06", "P17"])
    assert summary.split(" Not met")[0] == builder.reading.headline.split(" Not met")[0]
    assert len(figure.axes) == 2
    with pytest.raises(ValueError, match="P99 not among"):
        charts.consortium_board(SEARCH.profiles, CROSS, ["P99"])


# Offers and demands


def test_pairs_are_those_of_the_methods_and_never_blocked_when_stable():
    model = OffersModel(SEARCH.offers, SEARCH.demands)
    for rule in ("offers", "demands"):
        for prefer in ("fit", "budget"):
            read = model.read(0.1, False, rule, prefer, 3, 6)
            assert read.blocking == []
    queue = model.read(0.1, False, "queue", "fit", 3, 6)
    assert queue.blocking
    assert len(queue.pairs) >= len(model.read(0.1, False, "offers", "fit", 3, 6).pairs)


def test_the_timetable_has_nobody_twice_in_a_slot_and_pairs_come_first():
    read = OffersModel(SEARCH.offers, SEARCH.demands).read(0.05, False, "offers", "fit", 2, 30)
    meetings = read.schedule.meetings
    for side in ("source", "target"):
        assert not meetings.duplicated(["slot", side]).any()
    placed = set(zip(meetings["source"], meetings["target"], strict=True))
    assert set(read.pairs) <= placed
    assert not read.schedule.complete


def test_a_higher_threshold_never_adds_a_pair(board):
    counts = []
    for threshold in (0.0, 0.1, 0.2, 0.4, 0.6):
        board.value = {"threshold": threshold}
        counts.append(len(board._study._board._fits.get_offsets()))
    assert counts == sorted(counts, reverse=True)
    board.value = {"threshold": 0.6, "code_is_enough": True}
    assert len(board._study._board._fits.get_offsets()) > counts[-1]


def test_blocking_pairs_are_named_and_drawn(board):
    board.value = {"rule": "queue"}
    drawn = len(board._study._board._blocking.get_offsets())
    assert drawn == board.reading.summary.count("would both leave") > 0
    assert "<caption>Timetable of the meeting day</caption>" in board.reading.table


def test_no_pair_at_all_still_draws():
    offers = pd.DataFrame({"text": ["polymer"]}, ["O1"])
    demands = pd.DataFrame({"text": ["legal advice"]}, ["D1"])
    board = widgets.offers_board(offers, demands)
    assert "0 pairs fit, 0 of 1 demands paired" in board.reading.headline
    board.close()
    with pytest.raises(ValueError, match="O1 is an offer and a demand"):
        widgets.offers_board(offers, demands.rename(index={"D1": "O1"}))


# Watch radar


def test_documents_are_counted_once_for_each_keyword():
    model = RadarModel(RECORD.documents)
    pd.testing.assert_frame_equal(model.counts, RECORD.counts, check_names=False, check_dtype=False)
    twice = pd.DataFrame({"year": [2020, 2021], "keywords": ["a; A ;b", None]})
    assert RadarModel(twice).counts.loc["a"].tolist() == [1, 0]


def test_bursts_are_those_of_the_method():
    found = watch.topic_bursts(RECORD.counts, RECORD.totals, 2.0, 1.0).dropna(subset="start")
    for topic, rows in found.groupby("topic"):
        one = watch.bursts(RECORD.counts.loc[topic], RECORD.totals, 2.0, 1.0).intervals
        assert rows["start"].tolist() == one["start"].tolist()
        assert rows["weight"].tolist() == pytest.approx(one["weight"].tolist())
    common = watch.topic_bursts(RECORD.counts, RECORD.totals, 3.5, 1.0).set_index("topic")
    assert "too common" in common.loc["health care", "note"]
    blank = RECORD.counts.astype(float)
    blank.iloc[2, 3] = np.nan
    with pytest.raises(ValueError, match="write 0 if you looked"):
        watch.topic_bursts(blank, RECORD.totals)


def test_a_dearer_burst_is_never_more_frequent(radar):
    counts = []
    for gamma in (0.0, 1.0, 2.0, 3.0):
        radar.value = {"gamma": gamma}
        counts.append(int(radar.reading.headline.split()[0]))
    assert counts == sorted(counts, reverse=True)


def test_rejected_words_leave_every_view_and_strange_ones_are_told(radar):
    for view in ("bursts", "growth", "themes"):
        radar.value = {"view": view, "reject": " Health  Care;unicorns"}
        assert "Left out: health care" in radar.reading.summary
        assert "Not found in the record: unicorns" in radar.reading.summary
        assert "health care" not in radar.reading.table


def test_growth_carries_its_interval_and_says_why_there_is_none(radar):
    radar.value = {"view": "growth", "minimum": 1}
    expected = watch.growth(RECORD.counts.loc["telecare"].astype(float), 0.95)
    assert f"{expected.low:+.1%}" in radar.reading.table
    assert "the value is 0" in radar.reading.table


def test_nothing_left_is_said_and_the_next_move_works(radar):
    radar.value = {"reject": ";".join(RECORD.counts.index)}
    assert radar.reading.headline.startswith("Nothing to show")
    radar.value = {"reject": ""}
    assert "bursts in" in radar.reading.headline


def test_counts_alone_have_no_themes():
    radar = widgets.watch_radar(RECORD.counts, RECORD.totals)
    assert [value for _, value in radar._study.parameters[0].options] == ["bursts", "growth"]
    radar.close()
    with pytest.raises(ValueError, match="year and keywords"):
        widgets.watch_radar(RECORD.counts)


# Impact panel


def test_the_effect_is_that_of_the_method():
    model = ImpactModel(SUPPORT.panel, "supported", "year", "firm", SUPPORT.start, None)
    read = model.read("jobs", SUPPORT.start, False, True)
    panel = SUPPORT.panel.assign(after=SUPPORT.panel["year"] >= SUPPORT.start)
    expected = evaluation.difference_in_differences(panel, "jobs", "supported", "after", "firm")
    assert read.result.effect == expected.effect
    assert read.result.low == expected.low
    tests = evaluation.placebo(SUPPORT.panel, "jobs", "supported", "year", SUPPORT.start, "firm")
    pretended = model.read("jobs", 2021, False, True)
    assert pretended.placebo
    assert pretended.result.effect == pytest.approx(tests.loc[2021, "effect"])
    naive = model.read("jobs", SUPPORT.start, False, False).result
    assert naive.standard_error != expected.standard_error


def test_the_placebo_warns_for_turnover_and_not_for_jobs(impact):
    impact.value = {"start": 2021}
    assert "✓ The placebo finds nothing" in impact.reading.summary
    impact.value = {"outcome": "turnover"}
    assert "✗ The placebo finds an effect" in impact.reading.summary


def test_views_change_picture_and_words(impact):
    seen = set()
    for view in ("effect", "years", "learning"):
        impact.value = {"view": view}
        seen.add((impact._picture.value, impact.reading.headline, impact.reading.table))
    assert len(seen) == 3
    gain = evaluation.learning_gain(SUPPORT.marks["pre"], SUPPORT.marks["post"])
    assert f"Class gain {gain.class_gain:.2f}" in impact.reading.headline
    assert f"normalised change {gain.normalised_change:.2f}" in impact.reading.headline


def test_per_cent_of_a_zero_is_refused_in_words():
    panel = SUPPORT.panel.assign(jobs=SUPPORT.panel["jobs"] - 10)
    impact = widgets.impact_panel(panel, "supported", "year", "firm", 2022)
    impact.value = {"per_cent": True}
    assert "per cent has no meaning" in impact.reading.headline
    impact.close()


@pytest.mark.parametrize("start", [2019, 2025])
def test_a_start_outside_the_years_is_refused(start):
    with pytest.raises(ValueError, match="must lie after 2019"):
        widgets.impact_panel(SUPPORT.panel, "supported", "year", "firm", start)


# All four


@pytest.mark.parametrize("name", OPENERS)
def test_every_explorer_is_described_repeatable_and_copies_its_settings(name):
    explorer = OPENERS[name]()
    for control in explorer._panel.controls.values():
        assert control.description[0].isupper()
    scope: dict = {}
    exec(explorer.code, scope)
    twin = OPENERS[name](settings=scope["settings"])
    assert repr(twin) == repr(explorer)
    assert "<caption>" in explorer.reading.table
    assert 'scope="col"' in explorer.reading.table
    assert explorer.reading.alt in explorer._static().replace("&#x27;", "'")
    twin.close()
    explorer.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", OPENERS)
def test_fifty_openings_leave_nothing_behind(name):
    OPENERS[name]().close()
    gc.collect()
    before = len(_instances)
    for _ in range(50):
        one = OPENERS[name]()
        one.close()
        one.close()
    assert len(_instances) == before


# Example data


@pytest.mark.parametrize("seed", [1, 2027, 99991])
def test_the_example_data_hold_for_every_seed(seed):
    search, record, support = (
        make(seed) for make in (data.partner_search, data.watch_record, data.support_record)
    )
    for made in (search, record, support):
        assert "invented" in made.synthetic_note
        assert str(seed) in repr(made)
    members = data.load_case("government").members["name"]
    known = search.profiles.dropna(subset="member_id")
    for code, row in known.iterrows():
        assert row["name"] in members[row["member_id"]], code
    for call in search.calls.values():
        assert partners.build_consortium(search.profiles, call).feasible
    assert (record.counts <= record.totals).all().all()
    assert support.panel["supported"].sum() == 20 * 6
    assert support.marks["post"].isna().sum() == 3


def test_the_seed_moves_figures_and_nothing_else():
    one, other = data.partner_search(1), data.partner_search(2)
    assert list(one.profiles.index) == list(other.profiles.index)
    assert not one.profiles["cost"].equals(other.profiles["cost"])
    assert one.profiles.drop(columns=["cost", "risk"]).equals(
        other.profiles.drop(columns=["cost", "risk"])
    )
    pd.testing.assert_frame_equal(data.support_record(5).panel, data.support_record(5).panel)
