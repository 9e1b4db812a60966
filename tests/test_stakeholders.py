"""Stakeholder maps, several raters, and the games of trust and fees."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import stakeholders

quick = settings(max_examples=60, deadline=None)
NAMES = ["power", "legitimacy", "urgency"]


def test_four_quadrants_with_the_boundary_counted_as_high():
    people = pd.DataFrame(
        {
            "power": [5, 3, 2, 1],
            "interest": [4, 1, 3, 2.9],
            "stance": ["for", "against", "?", None],
        },
        index=["ministry", "anchor firm", "patients", "press"],
    )
    found = stakeholders.power_interest(people)
    assert found["quadrant"].tolist() == [
        "manage closely", "keep satisfied", "keep informed", "monitor",
    ]  # fmt: skip
    assert found["on_boundary"].tolist() == [False, True, True, False]
    pd.testing.assert_series_equal(found["stance"], people["stance"])
    assert "quadrant" not in people.columns
    higher = stakeholders.power_interest(people, boundary=3.5)["quadrant"]
    assert higher.tolist() == ["manage closely", "monitor", "monitor", "monitor"]


def test_a_blank_score_is_undetermined_never_low():
    people = pd.DataFrame(
        {"power": [5, None], "interest": [None, 1], "legitimacy": 1, "urgency": 2}
    )
    assert set(stakeholders.power_interest(people)["quadrant"]) == {"undetermined"}
    found = stakeholders.salience(people)
    assert found["salience_class"].tolist() == ["dormant", "undetermined"]
    assert found["salience_level"].tolist() == ["latent", "undetermined"]
    no_or_blank = people.assign(power=[None, True], legitimacy=False, urgency=False)
    assert stakeholders.salience(no_or_blank)["salience_class"].tolist() == [
        "undetermined",
        "dormant",
    ]


def test_the_eight_classes_of_mitchell_agle_and_wood():
    # Mitchell, Agle and Wood (1997): seven types and those who are none.
    expected = {
        (1, 0, 0): ("dormant", "latent"),
        (0, 1, 0): ("discretionary", "latent"),
        (0, 0, 1): ("demanding", "latent"),
        (1, 1, 0): ("dominant", "expectant"),
        (1, 0, 1): ("dangerous", "expectant"),
        (0, 1, 1): ("dependent", "expectant"),
        (1, 1, 1): ("definitive", "definitive"),
        (0, 0, 0): ("non-stakeholder", "none"),
    }
    held = list(product([0, 1], repeat=3))
    for kind in (int, bool, float):
        found = stakeholders.salience(pd.DataFrame(held, columns=NAMES).astype(kind))
        classes = list(zip(found["salience_class"], found["salience_level"], strict=True))
        assert classes == [expected[row] for row in held]


@quick
@given(st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=1))
def test_scores_and_yes_or_no_give_the_same_class(rows):
    scores = pd.DataFrame(rows, columns=NAMES)
    scores.loc[len(scores)] = [5, 5, 5]
    plain = stakeholders.salience(scores >= 3)
    assert stakeholders.salience(scores)["salience_class"].equals(plain["salience_class"])


@pytest.mark.parametrize(
    ("people", "options", "message"),
    [
        ({"power": [1]}, {}, "no column interest"),
        ({"power": [6], "interest": [1]}, {}, "above 5 at 0 / power"),
        ({"power": ["much"], "interest": [1]}, {}, "not numbers"),
        ({"power": [1], "interest": [1]}, {"boundary": 9}, "off the scale"),
        ({"power": [1], "interest": [1]}, {"scale": (5, 1)}, "from low to high"),
        ({"power": [], "interest": []}, {}, "empty"),
    ],
)
def test_bad_scores_are_refused_in_words(people, options, message):
    with pytest.raises(ValueError, match=message):
        stakeholders.power_interest(pd.DataFrame(people), **options)


def test_a_stakeholder_stands_once():
    people = pd.DataFrame({"power": [1, 2], "interest": [1, 2]}, index=["press", "press"])
    with pytest.raises(ValueError, match="more than once: press"):
        stakeholders.power_interest(people)


def test_raters_are_combined_with_their_spread():
    given_scores = pd.DataFrame(
        [("press", "R1", 2, 5), ("press", "R2", 4, 5), ("press", "R3", None, 1),
         ("union", "R1", 3, 3), ("union", "R2", 3, 4)],
        columns=["stakeholder", "rater", "power", "interest"],
    )  # fmt: skip
    found = stakeholders.combine_raters(given_scores)
    assert found.loc["press"].tolist() == [3, 5, 2, 0, 2]
    assert found.loc["union", "interest"] == 3.5
    stakeholders.power_interest(found)


def test_one_rater_is_not_enough():
    one = pd.DataFrame(
        {"stakeholder": ["press", "press", "union"], "rater": ["R1", "R2", "R1"],
         "power": [1, 2, 3], "interest": [1, 2, 3]}
    )  # fmt: skip
    with pytest.raises(ValueError, match="fewer than two complete raters for union"):
        stakeholders.combine_raters(one)
    with pytest.raises(ValueError, match="press / R1"):
        stakeholders.combine_raters(pd.concat([one, one.iloc[:1]], ignore_index=True))
    with pytest.raises(ValueError, match="blank name in rows 0"):
        stakeholders.combine_raters(one.assign(rater=[None, "R1", "R2"]))
    with pytest.raises(ValueError, match="no column rater"):
        stakeholders.combine_raters(one.drop(columns="rater"))


def test_tit_for_tat_answers_in_kind():
    game = stakeholders.trust_game("tit_for_tat", rounds=4)
    for choice in ["cooperate", "defect", "defect", "cooperate"]:
        game.play(choice)
    assert game.history["rival"].tolist() == ["cooperate", "cooperate", "defect", "defect"]
    assert game.history["your_points"].tolist() == [3, 5, 1, 0]
    assert game.payoffs.to_dict() == {"you": 9, "rival": 9}
    assert game.over
    with pytest.raises(ValueError, match="over after 4 rounds"):
        game.play("cooperate")


@pytest.mark.parametrize(
    ("rival", "answers"),
    [
        ("always_cooperate", "ccccc"),
        ("always_defect", "ddddd"),
        ("unforgiving", "ccddd"),
        ("win_stay", "ccddc"),
        ("tit_for_tat", "ccdcc"),
    ],
)
def test_each_rival_keeps_to_its_rule(rival, answers):
    mine = ["cooperate", "defect", "cooperate", "cooperate", "cooperate"]
    if rival == "win_stay":
        # c, then exploited (d), changes; both hold back, changes again.
        mine = ["cooperate", "defect", "cooperate", "defect", "cooperate"]
    game = stakeholders.trust_game(rival, rounds=5, choices=mine)
    assert "".join(choice[0] for choice in game.history["rival"]) == answers


def test_a_generous_rival_forgives_one_time_in_three():
    game = stakeholders.trust_game("generous", rounds=3000, choices=["defect"] * 3000, seed=1)
    assert (game.history["rival"] == "cooperate").mean() == pytest.approx(1 / 3, abs=0.03)
    game = stakeholders.trust_game("random", rounds=3000, choices=["defect"] * 3000, seed=1)
    assert (game.history["rival"] == "cooperate").mean() == pytest.approx(1 / 2, abs=0.03)


def test_noise_turns_choices_round_and_the_seed_repeats_it():
    plays = [
        stakeholders.trust_game(rounds=500, noise=0.2, choices=["cooperate"] * 500, seed=seed)
        for seed in (7, 7, 8)
    ]
    first, again, other = (play.history for play in plays)
    assert first.equals(again)
    assert not first.equals(other)
    assert (first["you_meant"] == "cooperate").all()
    assert (first["you"] == "defect").mean() == pytest.approx(0.2, abs=0.05)


def test_a_logged_game_is_only_counted():
    log = pd.DataFrame({"you": ["cooperate", "defect"], "rival": ["defect", "defect"]})
    game = stakeholders.trust_game(choices=log)
    assert game.payoffs.to_dict() == {"you": 1, "rival": 6}
    assert game.over
    with pytest.raises(ValueError, match="in rounds 1: correct"):
        stakeholders.trust_game(choices=log.replace({"you": {"defect": None}}))
    with pytest.raises(ValueError, match="no column rival"):
        stakeholders.trust_game(choices=log[["you"]])
    with pytest.raises(ValueError, match="log is empty"):
        stakeholders.trust_game(choices=log[:0])


@quick
@given(
    st.lists(st.sampled_from(["cooperate", "defect"]), min_size=1, max_size=12), st.integers(0, 9)
)
def test_points_lie_between_the_worst_and_the_best(choices, seed):
    game = stakeholders.trust_game("random", rounds=12, noise=0.1, choices=choices, seed=seed)
    total = game.payoffs.sum()
    assert 2 * len(choices) <= total <= 6 * len(choices)
    assert len(game.history) == len(choices)


def test_an_empty_game_has_no_points_yet():
    game = stakeholders.trust_game()
    assert game.payoffs.tolist() == [0, 0]
    assert game.history.empty
    assert not game.over


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rival": "friend"}, "rival 'friend' is not known"),
        ({"rounds": 0}, "at least 1"),
        ({"noise": 1.5}, "from 0 to 1"),
        ({"points": (3, 5, 1, 0)}, "no dilemma"),
        ({"points": (7, 3, 1, 0)}, "no dilemma"),
        ({"points": (5, 3, 1)}, "four numbers"),
        ({"choices": ["share"]}, "choice 'share' is not known"),
        ({"rounds": 1, "choices": ["defect"] * 2}, "over after 1"),
    ],
)
def test_games_without_a_dilemma_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        stakeholders.trust_game(**options)


def test_tournament_by_hand():
    # Ten rounds: tit for tat loses only the first round against always_defect (0 + 9 x 1).
    found = stakeholders.trust_tournament(
        ["tit_for_tat", "always_defect", "always_cooperate"], rounds=10
    )
    assert found["mean_points"].to_dict() == pytest.approx(
        {"always_defect": (1.4 + 5) / 2, "tit_for_tat": (0.9 + 3) / 2, "always_cooperate": 1.5}
    )
    assert found.index[0] == "always_defect"
    assert found.loc["always_cooperate", "cooperation"] == 1
    full = stakeholders.trust_tournament(noise=0.05, seed=3)
    assert full.equals(stakeholders.trust_tournament(noise=0.05, seed=3))
    for names in (["random"], ["random", "random"]):
        with pytest.raises(ValueError, match="at least two"):
            stakeholders.trust_tournament(names)


def test_fees_by_hand():
    # Four members, fee 100, doubled: three pay, so each is served for 150.
    game = stakeholders.fee_game(["payer", "payer", "free_rider"], rounds=2)
    game.play("pay")
    assert game.payoffs.tolist() == [50, 50, 50, 150]
    game.play("keep")
    assert game.payoffs.tolist() == [150, 50, 50, 250]
    assert game.history["share_paying"].tolist() == [0.75, 0.5]
    with pytest.raises(ValueError, match="over after 2"):
        game.play("pay")


def test_conditional_members_leave_when_too_few_pay():
    game = stakeholders.fee_game(["conditional"] * 2 + ["free_rider"] * 2, rounds=3)
    for _ in range(3):
        game.play("keep")
    assert game.history["share_paying"].tolist() == [0.4, 0, 0]
    kept = stakeholders.fee_game(["conditional"] * 4, rounds=3, choices=["pay"] * 3)
    assert kept.history["share_paying"].tolist() == [1, 1, 1]


def test_a_fine_or_a_club_changes_what_pays():
    fined = stakeholders.fee_game(["payer", "payer", "free_rider"], fine=80, choices=["pay"])
    assert fined.payoffs.tolist() == [50, 50, 50, 70]
    club = stakeholders.fee_game(["payer", "payer", "free_rider"], exclude=True, choices=["pay"])
    assert club.payoffs.tolist() == [100, 100, 100, 0]
    nobody = stakeholders.fee_game(["free_rider"] * 2, exclude=True, choices=["keep"])
    assert nobody.payoffs.tolist() == [0, 0, 0]


@quick
@given(
    st.lists(st.lists(st.sampled_from(["pay", "keep"]), min_size=3, max_size=3), min_size=1),
    st.floats(1.1, 2.9),
)
def test_logged_fees_create_what_the_multiplier_says(rows, multiplier):
    log = pd.DataFrame(rows, columns=["lab", "firm", "agency"])
    game = stakeholders.fee_game(choices=log, fee=10, multiplier=multiplier)
    paid = int((log == "pay").sum().sum())
    assert game.payoffs.sum() == pytest.approx(10 * paid * (multiplier - 1))
    assert list(game.payoffs.index) == ["lab", "firm", "agency"]


def test_fee_noise_repeats_with_its_seed():
    plays = [
        stakeholders.fee_game(["payer"] * 5, rounds=200, noise=0.1, choices=["pay"] * 200, seed=s)
        for s in (1, 1)
    ]
    assert plays[0].history.equals(plays[1].history)
    share = (plays[0].history["member 2"] == "keep").mean()
    assert share == pytest.approx(0.1, abs=0.06)
    assert (plays[0].history["you"] == "pay").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"others": ["saint"]}, "habit 'saint'"),
        ({"others": []}, "at least two members"),
        ({"multiplier": 1.0}, "above 1 and below the 6 members"),
        ({"multiplier": 6.0}, "above 1 and below the 6 members"),
        ({"fee": 0}, "fee must be above 0"),
        ({"fine": np.nan}, "fine 0 or more"),
        ({"choices": ["share"]}, "choice 'share'"),
        ({"choices": pd.DataFrame({"a": ["pay", ""], "b": "keep"})}, "in rounds 1"),
    ],
)
def test_fee_games_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        stakeholders.fee_game(**options)
