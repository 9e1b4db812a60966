"""Grid, raters and tournament: what holds for any scores, and a field that is known in full."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import stakeholders

quick = settings(max_examples=50, deadline=None)
scores = st.lists(
    st.tuples(*[st.sampled_from([1, 2, 2.5, 3, 3.5, 4, 5, None])] * 2), min_size=1, max_size=8
)
RANK = {"monitor": 0, "keep informed": 1, "keep satisfied": 1, "manage closely": 2}


@quick
@given(scores, st.randoms(use_true_random=False))
def test_the_grid_is_two_comparisons_and_knows_no_order_and_no_scale(rows, random):
    table = pd.DataFrame(rows, columns=["power", "interest"], dtype=float)
    found = stakeholders.power_interest(table)
    for (power, interest), row in zip(rows, found.itertuples(), strict=True):
        if power is None or interest is None:
            assert row.quadrant == "undetermined"
            continue
        word = stakeholders.QUADRANTS[(power >= 3, interest >= 3)]
        assert row.quadrant == word
        assert row.on_boundary == (power == 3 or interest == 3)
    order = random.sample(list(table.index), len(table))
    other = stakeholders.power_interest(2 * table.loc[order] + 10, scale=(12, 20))
    assert other["quadrant"].loc[table.index].tolist() == found["quadrant"].tolist()
    # The two axes are not the same question: turned round, satisfied and informed change places.
    turned = stakeholders.power_interest(
        table.rename(columns={"power": "interest", "interest": "power"})
    )
    swap = {"keep satisfied": "keep informed", "keep informed": "keep satisfied"}
    assert turned["quadrant"].tolist() == [swap.get(one, one) for one in found["quadrant"]]


@quick
@given(scores, st.floats(1, 5), st.floats(0, 2))
def test_a_higher_line_never_lifts_anybody(rows, line, more):
    table = pd.DataFrame(rows, columns=["power", "interest"], dtype=float).fillna(1.0)
    low = stakeholders.power_interest(table, boundary=line)["quadrant"].map(RANK)
    high = stakeholders.power_interest(table, boundary=min(line + more, 5))["quadrant"].map(RANK)
    assert (high <= low).all()


raters = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.booleans()), min_size=2, max_size=6
)


@quick
@given(st.lists(raters, min_size=1, max_size=4), st.integers(0, 99))
def test_raters_are_put_together_by_means_and_ranges(groups, seed):
    rows = [
        (f"S{who}", f"R{rater}", power, interest if full or rater < 2 else None)
        for who, given_scores in enumerate(groups)
        for rater, (power, interest, full) in enumerate(given_scores)
    ]
    table = pd.DataFrame(rows, columns=["stakeholder", "rater", "power", "interest"])
    found = stakeholders.combine_raters(table)
    full = table.dropna().groupby("stakeholder")
    assert found["raters"].to_dict() == full.size().to_dict()
    for name in ("power", "interest"):
        np.testing.assert_allclose(found[name], full[name].mean())
        np.testing.assert_allclose(found[f"{name}_spread"], full[name].agg(np.ptp))
    mixed = stakeholders.combine_raters(table.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(mixed.loc[found.index], found)


def test_ones_alone_are_a_yes_or_the_lowest_score():
    ones = pd.DataFrame(1, ["press", "union"], ["power", "legitimacy", "urgency"])
    with pytest.raises(ValueError, match="is that a yes, or the lowest score"):
        stakeholders.salience(ones)
    yes = stakeholders.salience(ones.astype(bool))
    assert set(yes["salience_class"]) == {"definitive"}
    assert stakeholders.salience(ones, scale=(0, 10)).equals(yes.assign(**ones))


def test_two_hundred_rounds_of_the_first_tournaments():
    # Axelrod's rounds: 200, with 5, 3, 1 and 0 points. Two who answer in kind score 600 each; one
    # who never shares takes 204 from one who answers in kind and leaves 199.
    points = {}
    for rival in ("tit_for_tat", "always_defect"):
        game = stakeholders.trust_game(rival, rounds=200)
        for _ in range(200):
            game.play("cooperate" if not len(game.history) else game.history["rival"].iloc[-1])
        points[rival] = game.payoffs.tolist()
    assert points == {"tit_for_tat": [600, 600], "always_defect": [199, 204]}


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.sampled_from(["always_cooperate", "always_defect", "tit_for_tat", "unforgiving"]),
        min_size=2, max_size=4, unique=True,
    ),
    st.integers(1, 12), st.sampled_from([0.5, 1, 10]),
)  # fmt: skip
def test_a_tournament_without_chance_knows_no_order_and_no_unit(names, rounds, unit):
    found = stakeholders.trust_tournament(names, rounds=rounds)
    points = tuple(unit * one for one in (5, 3, 1, 0))
    again = stakeholders.trust_tournament(names[::-1], rounds=rounds, points=points, seed=9)
    assert (again["mean_points"] / unit).to_dict() == pytest.approx(found["mean_points"].to_dict())
    assert again["cooperation"].to_dict() == pytest.approx(found["cooperation"].to_dict())
    # Two who share earn six a round together, two who hold back two, and nobody more or less.
    assert 1 - 1e-9 <= found["mean_points"].mean() <= 3 + 1e-9
    # In one pair nobody beats one who never shares.
    for rival in set(names) - {"always_defect"}:
        pair = stakeholders.trust_tournament(["always_defect", rival], rounds=rounds)
        assert pair.loc["always_defect", "mean_points"] >= pair.loc[rival, "mean_points"]
