"""Leadership: the scene, the office, the map and the two games without a browser, the plan."""

from datetime import date

import docx
import ipywidgets
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusterlib
from clusterlib import charts, data, documents, games, office, stakeholders, widgets
from clusterlib.documents.setting import AUDIENCES
from clusterlib.portfolio import Portfolio
from clusterlib.widgets.stakeholder_map import StakeholderMapModel

SEEDS = [0, 7, 2027]


@pytest.fixture(scope="module")
def scene():
    return data.leadership_scene(2027)


@pytest.fixture
def map_(scene):
    explorer = widgets.stakeholder_map(scene.people)
    yield explorer
    explorer.close()


def everything(widget):
    return [widget, *(w for child in getattr(widget, "children", ()) for w in everything(child))]


def button(explorer, words):
    return next(
        one
        for one in everything(explorer._root)
        if isinstance(one, ipywidgets.Button) and one.description == words
    )


# The scene


@pytest.mark.parametrize("seed", SEEDS)
def test_scene_is_synthetic_seeded_and_holds_its_difficulties(seed):
    scene, again = data.leadership_scene(seed), data.leadership_scene(seed)
    assert f"seed {seed}" in repr(scene)
    assert "Synthetic" in scene.synthetic_note
    pd.testing.assert_frame_equal(scene.people, again.people)
    pd.testing.assert_frame_equal(scene.fee_log, again.fee_log)
    assert len(scene.people) == 20
    assert scene.people["stance"].isin(["supports", "neutral", "opposes"]).all()
    assert scene.people[["power", "interest", "legitimacy", "urgency"]].stack().between(1, 5).all()
    placed = stakeholders.power_interest(scene.people)
    assert placed.loc["Aldermark Courier", "on_boundary"]
    assert placed.loc["Tarnwell Pharma", "power"] > 4
    assert stakeholders.combine_raters(scene.ratings)["interest_spread"].max() >= 1
    assert int(scene.board["minutes"].sum()) == 120
    assert (office.workload(scene.office_year, scene.capacity) > 1).any().any()
    assert (office.raci_faults(scene.responsibilities)["fault"] != "").sum() == 4
    assert set(office.agenda_caution(scene.agenda_items)["caution"]) == {
        "take off", "ask first", "may stay",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_one_slip_echoes_until_somebody_forgives(seed):
    log = data.leadership_scene(seed).game_log
    assert len(log) == 12
    broken = log.index[(log == "defect").any(axis=1)]
    assert log.loc[broken[0], "rival"] == "defect"
    assert (log.loc[broken] == "defect").sum(axis=1).eq(1).all()  # never both at once
    assert list(broken) == list(range(broken[0], broken[-1] + 1))  # an unbroken echo
    assert 4 <= len(broken) <= 8
    assert broken[-1] < 12


def test_the_case_itself_does_not_change():
    before, after = clusterlib.load_case("ngo"), clusterlib.load_case("ngo")
    data.leadership_scene(before)
    pd.testing.assert_frame_equal(before.importance, after.importance)


# The office


def test_faults_of_responsibilities():
    table = pd.DataFrame(
        {"manager": ["A/R", "a", "", "A"], "chair": ["I", "A", "R", None]},
        index=["minutes", "events", "proposals", "claims"],
    )
    found = office.raci_faults(table)
    assert found["fault"].tolist() == [
        "", "2 accountable; nobody responsible", "nobody accountable", "nobody responsible",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="for chair in minutes: write one of the four"):
        office.raci_faults(table.assign(chair=["X", "A", "R", ""]))
    with pytest.raises(ValueError, match="more than once: events"):
        office.raci_faults(table.rename(index={"minutes": "events"}))


def test_workload_adds_up_by_person_and_full_is_not_over():
    tasks = pd.DataFrame(
        {"part": "x", "person": ["manager", "assistant", "manager"], "jan": [60, 30, 60]},
        index=["visits", "fees", "board"],
    )
    load = office.workload(tasks, pd.Series({"manager": 120, "assistant": 60}))
    assert load.loc["jan"].tolist() == [1.0, 0.5]
    assert "nobody" in charts.office_load(load)[1]
    with pytest.raises(ValueError, match="no hours available for assistant"):
        office.workload(tasks, pd.Series({"manager": 120}))
    with pytest.raises(ValueError, match="no column person"):
        office.workload(tasks.drop(columns="person"), pd.Series({"manager": 120}))
    with pytest.raises(ValueError, match="no column with hours"):
        office.workload(tasks.drop(columns="jan"), pd.Series({"manager": 120}))


def test_agenda_rule_is_all_three_or_ask():
    rows = [
        ("prices", "future", "single firms", "take off"),
        ("prices", "past", "single firms", "ask first"),
        ("capacity", "future", "whole industry", "ask first"),
        ("demand", "past", "published", "may stay"),
        ("training", "future", "single firms", "may stay"),
    ]
    items = pd.DataFrame([row[:3] for row in rows], columns=["topic", "time", "level"])
    assert office.agenda_caution(items)["caution"].tolist() == [row[3] for row in rows]
    with pytest.raises(ValueError, match="no column level"):
        office.agenda_caution(items.drop(columns="level"))
    with pytest.raises(ValueError, match="blank topic, time or level in 0"):
        office.agenda_caution(items.assign(time=[None, *items["time"][1:]]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.sampled_from([1 / 2, 2 / 3, 3 / 4]))
def test_blocking_seats_are_the_fewest_that_block(counts, needed):
    seats = pd.Series(counts)
    if not sum(counts):
        with pytest.raises(ValueError, match="at least one seat"):
            office.seats_to_block(seats, needed)
        return
    block, total = office.seats_to_block(seats, needed), sum(counts)
    assert total - block < needed * total - 1e-9
    assert total - (block - 1) >= needed * total - 1e-9


def test_allies_counts_what_is_lacking(scene):
    seats = scene.board["seats"]
    assert office.allies(seats, "civil society") == 4
    assert office.allies(seats, ["civil society", "small firms"]) == 0
    with pytest.raises(ValueError, match="no group press"):
        office.allies(seats, "press")
    with pytest.raises(ValueError, match="above 0 and up to 1"):
        office.seats_to_block(seats, 1.2)


# The map


def test_a_moved_slider_becomes_a_change_that_stays_when_another_is_chosen(map_, scene):
    controls = map_._panel.controls
    controls["who"].value = "Patients' Voice"
    assert controls["urgency"].value == scene.people.loc["Patients' Voice", "urgency"]
    controls["power"].value = 4.5
    controls["stance"].value = "supports"
    controls["who"].value = "Ministry of Economy"
    assert controls["power"].value == scene.people.loc["Ministry of Economy", "power"]
    assert map_.table.loc["Patients' Voice", "salience_class"] == "definitive"
    assert map_.table.loc["Patients' Voice", "stance"] == "supports"
    assert "Patients&#x27; Voice: dependent at first, definitive now" in map_.reading.summary
    controls["who"].value = "Patients' Voice"
    controls["power"].value = scene.people.loc["Patients' Voice", "power"]
    assert "power" not in map_.value["changes"]


def test_typed_changes_are_read_and_faults_are_told(map_, scene):
    map_._panel.controls["changes"].value = "Chamber of Commerce > power = 5"
    assert map_.table.loc["Chamber of Commerce", "power"] == 5
    map_._panel.controls["changes"].value = "Chamber of Commerce > power = 9"
    assert "cannot be read" in map_.reading.headline
    map_._panel.controls["changes"].value = "Nobody > power = 3"
    assert "no stakeholder 'Nobody'" in map_.reading.headline
    with pytest.raises(ValueError, match="stance of Chamber of Commerce"):
        StakeholderMapModel(scene.people.replace({"stance": {"supports": "loves it"}}).iloc[17:18])
    with pytest.raises(ValueError, match="no column stance"):
        StakeholderMapModel(scene.people.drop(columns="stance"))


def test_the_line_decides_who_is_high(map_):
    assert "Aldermark Courier: keep satisfied" not in map_.reading.summary
    map_.value = {"boundary": 3.1}
    assert "Aldermark Courier: keep satisfied at first, monitor now" in map_.reading.summary


def test_a_blank_score_is_said_and_not_drawn(scene):
    people = scene.people.copy()
    people.loc["City of Alderport", ["power", "stance"]] = [float("nan"), None]
    figure, summary = charts.stakeholder_map(people)
    assert "A score is missing: City of Alderport." in summary
    names = [t.get_text() for t in figure.axes[0].texts if t.get_visible()]
    assert "City of Alderport" not in names
    assert "Ministry of Economy" in names


def test_no_name_covers_another(scene):
    figure, _ = charts.stakeholder_map(scene.people)
    renderer = figure.canvas.get_renderer()
    people = set(scene.people.index)
    boxes = [t.get_window_extent(renderer) for t in figure.axes[0].texts if t.get_text() in people]
    assert len(boxes) == 20
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_copied_settings_bring_the_map_back(map_, scene):
    map_._panel.controls["who"].value = "Development Agency"
    map_._panel.controls["interest"].value = 1.0
    scope: dict = {}
    exec(map_.code, scope)
    again = widgets.stakeholder_map(scene.people, settings=scope["settings"])
    pd.testing.assert_frame_equal(again.table, map_.table)
    assert again.value == map_.value
    again.close()


def test_saving_the_map_writes_a_table_that_a_plain_cell_reads(map_, tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    map_._panel.controls["power"].value = 2.0
    button(map_, "Save to my portfolio").click()
    assert map_._saved.value == "Saved, with the table stakeholder-map.csv"
    back = Portfolio.open().load_table("stakeholder-map")
    assert back.loc["Tarnwell Pharma", "power"] == 2.0
    assert set(stakeholders.salience(back)["stance"]) == {"supports", "neutral", "opposes"}


# The games


def test_a_game_of_trust_by_buttons_is_the_game_of_the_method():
    game = widgets.trust_game(rounds=4)
    for words in ("Share our results", "Hold back", "Share our results", "Share our results"):
        button(game, words).click()
    expected = games.trust_game(rounds=4, choices=["cooperate", "defect", "cooperate", "cooperate"])
    assert game.table["your_points"].tolist() == expected.history["your_points"].tolist()
    assert "The game is over" in game.reading.headline
    assert "does what you did the round before" in game.reading.summary
    button(game, "Hold back").click()  # after the end nothing is added
    assert len(game.table) == 4
    button(game, "Start a new game").click()
    assert game.table.empty
    assert game.value["game"] == 2
    game.close()


def test_the_habit_is_not_told_before_the_end():
    game = widgets.trust_game(settings={"choices": "share share"})
    assert "habit of" not in game.reading.summary
    assert "Osterby" in game.reading.headline
    game.close()


def test_another_rival_or_luck_begins_anew_and_same_number_brings_same_luck():
    game = widgets.trust_game(settings={"noise": 30.0, "choices": "share " * 12})
    first = game.table["you"].tolist()
    assert "defect" in game.table["you"].tolist() + game.table["rival"].tolist()
    game.value = {"choices": ""}
    game.value = {"choices": "share " * 12}
    assert game.table["you"].tolist() == first
    game._panel.controls["rival"].value = "random"
    assert game.value["choices"] == ""
    game.close()


def test_two_sides_at_a_table():
    game = widgets.trust_game(rounds=3, players=("Table A", "Table B"))
    button(game, "Record this round").click()
    game._panel.controls["player_2"].value = False
    button(game, "Record this round").click()
    assert game.table["your_points"].tolist() == [3, 0]
    assert "Table A shared, Table B held back" in game.reading.headline
    assert game.table["side_two"].unique().tolist() == ["Table B"]
    game.close()
    with pytest.raises(ValueError, match="needs two sides"):
        widgets.trust_game(players=("one",))


def test_a_game_of_fees_by_buttons_is_the_game_of_the_method():
    game = widgets.fee_game(rounds=3, settings={"noise": 0.0})
    for words in ("Pay the fee", "Keep the money", "Pay the fee"):
        button(game, words).click()
    expected = games.fee_game(rounds=3, choices=["pay", "keep", "pay"])
    assert game.table["share_paying"].tolist() == expected.history["share_paying"].tolist()
    assert f"{expected.payoffs['you']:,.0f} EUR" in game.reading.headline
    game._panel.controls["rule"].value = "club"
    assert game.table.empty
    game.close()


def test_a_table_of_payers_with_fine_and_club():
    names = ["Anna", "Ben", "Chloé"]
    for rule, kept in (("open", 400 / 3), ("fine", 400 / 3 - 80), ("club", 0.0)):
        game = widgets.fee_game(players=names, settings={"rule": rule, "choices": "pay/keep/pay"})
        gains = game._study._game(game.value, game.value["choices"]).payoffs
        assert gains["Ben"] == pytest.approx(kept)
        assert game.table["Chloé"].tolist() == ["pay"]
        game.close()
    with pytest.raises(ValueError, match="at least three players"):
        widgets.fee_game(players=["Anna", "Anna", "Ben"])


@pytest.mark.parametrize(
    ("line", "message"),
    [("give", "is no choice"), ("share/hold", "needs 1 choices"), ("share " * 13, "has 12 rounds")],
)
def test_typed_choices_that_cannot_be_read_are_told(line, message):
    game = widgets.trust_game(settings={"choices": line})
    assert message in game.reading.headline
    game.close()


@pytest.mark.parametrize(
    ("open_game", "name"),
    [(widgets.trust_game, "trust-game-log"), (widgets.fee_game, "fee-game-log")],
)
def test_a_saved_game_is_a_plain_table(open_game, name, tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path))
    game = open_game(rounds=2)
    button(game, "Save to my portfolio").click()
    assert "nothing has been played" in game._saved.value
    game.act(game._logged.actions[0][0])
    assert game._saved.value == "Not saved yet"
    button(game, "Save to my portfolio").click()
    back = Portfolio.open().load_table(name)
    assert (tmp_path / f"{name}.csv").exists()
    assert back.index.tolist() == [1]
    game.close()


def test_pictures_are_updated_and_never_replaced():
    game = widgets.trust_game()
    artists = len(game._study.figure.findobj())
    for _ in range(12):
        game.act("Share our results")
    assert len(game._study.figure.findobj()) == artists
    assert [
        one.description for one in everything(game._root) if isinstance(one, ipywidgets.Button)
    ][:3] == ["Share our results", "Hold back", "Start a new game"]
    game.close()


def test_logs_are_drawn_with_their_words(scene):
    _, words = charts.game_log(scene.game_log, ("Mellin", "Osterby"))
    lost = 72 - games.trust_game(choices=scene.game_log).payoffs.sum()
    assert f"Together {72 - lost:g} of the 72 points" in words
    _, words = charts.fee_log(scene.fee_log)
    assert words.startswith("10 rounds, 6 members.")


# The plan


def write(audience, folder, scene, **changes):
    given = {
        "about": clusterlib.load_case(audience),
        "people": stakeholders.salience(stakeholders.power_interest(scene.people)),
        "moves": {"Tarnwell Pharma": "Ask what must stay closed", "Patients' Voice": "Visit!"},
        "agenda": [(10, "Needs"), (50, "Pairs")],
        "responsibilities": scene.responsibilities,
        "tasks": scene.office_year,
        "capacity": scene.capacity,
        "audience": audience,
        "folder": folder,
        "on": date(2026, 3, 4),
    }
    return documents.leadership_plan(**(given | changes))


FIRST = {
    "academic": "Question and short answer",
    "enterprise": "We ask the board to decide",
    "government": "Recommendation",
    "ngo": "Who has a stake, and who has a seat",
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_plan_speaks_in_the_voice_of_its_audience(audience, scene, tmp_path):
    document, book = write(audience, tmp_path, scene, question="Which laboratory?")
    word = docx.Document(str(document))
    headings = [p.text for p in word.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == FIRST[audience]
    text = "\n".join(p.text for p in word.paragraphs)
    assert "1. Tarnwell Pharma: Ask what must stay closed." in text
    assert "not legal advice" in text
    assert "coordinator in feb (121 %)" in text
    assert openpyxl.load_workbook(book).sheetnames == [
        "Read me", "Stakeholders", "Responsibilities", "Year", "Agenda",
    ]  # fmt: skip
    again = write(audience, tmp_path / "again", scene, question="Which laboratory?")
    assert again[0].read_bytes() == document.read_bytes()


def test_workbook_checks_and_adds_with_formulas(scene, tmp_path):
    _, path = write("ngo", tmp_path, scene)
    book = openpyxl.load_workbook(path)
    duties, year = book["Responsibilities"], book["Year"]
    assert duties["G2"].value == '=COUNTIF(B2:F2,"*A*")'
    assert "one A, please" in duties["H2"].value
    last = len(scene.office_year) + 1
    assert year[f"A{last + 2}"].value == "manager: hours planned"
    assert year[f"C{last + 2}"].value == f'=SUMIF($B$2:$B${last},"manager",C$2:C${last})'


def test_plan_refuses_strangers_and_an_empty_evening(scene, tmp_path):
    with pytest.raises(ValueError, match="not in the table of stakeholders: Nobody"):
        write("ngo", tmp_path, scene, moves={"Nobody": "Call"})
    with pytest.raises(ValueError, match="no agenda yet"):
        write("ngo", tmp_path, scene, agenda=[])
