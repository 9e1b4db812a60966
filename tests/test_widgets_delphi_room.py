"""The Delphi room without a browser: its model, its controls, its words and its chart."""

import pytest

from clusterlib import charts, consensus, data, widgets
from clusterlib.widgets.delphi_room import DelphiRoomModel

LIMITS = {"share_limit": 0.75, "iqr_limit": 1.8, "change_limit": 0.15}


@pytest.fixture(scope="module")
def panel():
    return data.vision_panel(2027)


@pytest.fixture
def room(panel):
    explorer = widgets.delphi_room(panel, {"round": 3})
    yield explorer
    explorer.close()


def test_model_judges_as_the_method_does(panel):
    session = DelphiRoomModel(panel).read(3, "reasons", "case", True, **LIMITS)
    _, second, third = panel.run(3)
    expected = consensus.stopping(second, third, low=7, high=9, scale=(1, 9))
    assert session.verdicts["status"].tolist() == expected["status"].tolist()
    assert session.silent == {"S03": ["P07", "P17"]}
    assert session.only_by_silence == ["S03"]


def test_with_nobody_silent_the_statement_is_not_agreed(panel):
    session = DelphiRoomModel(panel).read(3, "reasons", "case", False, **LIMITS)
    assert session.silent == {}
    assert session.only_by_silence == []
    assert not session.verdicts.loc["S03", "consensus"]


def test_a_panel_of_followers_agrees_more_and_learns_nothing(panel):
    model = DelphiRoomModel(panel)
    agreed = {
        mix: model.read(6, "median", mix, True, **LIMITS).verdicts["iqr"].mean()
        for mix in ("followers", "keepers")
    }
    assert agreed["followers"] < agreed["keepers"]


def test_controls_move_words_picture_and_table(room):
    before = room._picture.value, room.reading.headline, room.reading.table
    room._panel.controls["round"].value = 4
    assert room._picture.value != before[0]
    assert room.reading.headline != before[1]
    assert room.reading.table != before[2]
    assert "Round 4" in room.reading.alt
    room._panel.controls["silence"].value = False
    assert "Everybody who answered in round 1 still answers" in room.reading.summary


def test_first_round_says_that_stability_is_unknown(room):
    room.value = {"round": 1.0}
    assert "one round says nothing about stability" in room.reading.headline
    assert "not known" in room.reading.table


def test_silence_and_camps_are_said_in_words(room):
    assert "two camps on: Anchor first" in room.reading.headline
    assert "P07 and P17" in room.reading.summary
    assert "Agreed only because they are silent: One roof" in room.reading.summary


def test_a_stricter_rule_agrees_on_less(room):
    def agreed():
        return int(room.reading.headline.split(": ")[1].split()[0])

    usual = agreed()
    room.value = {"share_limit": 95.0, "iqr_limit": 0.5}
    assert agreed() < usual


def test_every_way_to_run_the_room_draws(room):
    for feedback in ("reasons", "median", "none"):
        for mix in ("case", "followers", "keepers"):
            room.value = {"feedback": feedback, "panel": mix, "round": 6.0}
            assert "Round 6" in room.reading.headline


def test_settings_reproduce_the_room(panel, room):
    room.value = {"feedback": "median", "share_limit": 80.0}
    copied = {}
    exec(room.code, copied)
    again = widgets.delphi_room(panel, copied["settings"])
    assert again.reading == room.reading
    again.close()


def test_charts_say_what_they_show(panel):
    _, second, third = panel.run(3)
    verdicts = consensus.stopping(second, third, low=7, high=9, scale=(1, 9))
    names = panel.statements["name"]
    figure, summary = charts.delphi_round(third, verdicts, names)
    assert "Two camps: Anchor first." in summary
    assert "2 answers are missing." in summary
    assert figure.axes[0].get_title(loc="left")
    _, fields = charts.consensus_stability(verdicts, 1.8, names=names)
    assert "Far apart and at rest: Anchor first" in fields
    assert "Close together and moving" in fields
    with pytest.raises(ValueError, match="one order"):
        charts.delphi_round(third, verdicts.iloc[::-1])
    with pytest.raises(ValueError, match="two rounds"):
        charts.consensus_stability(
            consensus.stopping(None, third, low=7, high=9, scale=(1, 9)), 1.8
        )
