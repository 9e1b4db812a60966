"""Relatedness and complexity: the toy of the founders, signs, diagonals, size."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from mapping_examples import TOY

from clusterlib import mapping

# The four countries and four products of Hidalgo and Hausmann (2009); numbers below from a run of
# the Python package ecomplexity (MIT) and an independent computation that agree.
HH = pd.DataFrame(
    [[1, 1, 1, 1], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]],
    index=["C1", "C2", "C3", "C4"],
    columns=["P1", "P2", "P3", "P4"],
)

yes_no = st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=4, max_size=8).map(
    lambda rows: pd.DataFrame(rows, columns=list("vwxyz"))
)


def test_complexity_of_the_toy():
    # Trap T3: population, not sample, standard deviation.
    result = mapping.complexity(HH)
    assert result.places.tolist() == pytest.approx(
        [-0.07535309, -1.60291607, 0.7477882, 0.93048095], abs=5e-8
    )
    assert result.eigenvalues == pytest.approx((1, 0.54213371, 0.1901543, 0.10104532), abs=5e-8)
    assert result.places.std(ddof=0) == pytest.approx(1)
    assert result.activities.std(ddof=0) == pytest.approx(1)


def test_sign_follows_diversity_and_caution_says_when_it_hardly_does():
    # Trap T3: an eigenvector has no sign of its own.
    result = mapping.complexity(HH)
    assert np.corrcoef(result.places, HH.sum(axis=1))[0, 1] > 0
    assert result.diversity_correlation == pytest.approx(0.1065, abs=5e-5)
    assert "near to a toss" in result.caution
    assert result.places["C4"] > result.places["C1"]  # one rare product tops four products


def test_activities_follow_the_places_that_have_them():
    result = mapping.complexity(HH)
    means = HH.T.dot(result.places) / HH.sum()
    assert np.corrcoef(result.activities, means)[0, 1] == pytest.approx(1)


@given(advantage=yes_no, seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_order_does_not_change_scores(advantage, seed):
    assume((advantage.sum() > 0).all())
    assume((advantage.sum(axis=1) > 0).all())
    try:
        plain = mapping.complexity(advantage)
    except ValueError as fault:
        if "too regular" not in str(fault):
            raise
        reject()
    assume(not plain.caution)
    mixed = advantage.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    moved = mapping.complexity(mixed)
    np.testing.assert_allclose(moved.places[plain.places.index], plain.places, atol=1e-6)
    np.testing.assert_allclose(
        moved.activities[plain.activities.index], plain.activities, atol=1e-6
    )


def test_unconnected_parts_and_equal_diversity_are_cautioned():
    parts = pd.DataFrame(np.kron(np.eye(2), np.ones((2, 2))))
    result = mapping.complexity(parts)
    assert "unconnected parts" in result.caution
    assert "near to a toss" in result.caution
    assert result.places.iloc[0] == -result.places.iloc[3]


def test_alike_eigenvalues_are_cautioned():
    # Trap T3: nearly equal eigenvalues.
    circle = pd.DataFrame(np.eye(5) + np.roll(np.eye(5), 1, axis=1))
    assert "eigenvalue are alike" in mapping.complexity(circle).caution


def test_complexity_faults():
    with pytest.raises(ValueError, match="no advantage at all: C2, P2"):
        mapping.complexity(HH.assign(P2=0))
    with pytest.raises(ValueError, match="three places"):
        mapping.complexity(HH.iloc[[0, 2]])
    with pytest.raises(ValueError, match="too regular"):
        mapping.complexity(HH * 0 + 1)
    with pytest.raises(ValueError, match="True or False, look at C1 / P1"):
        mapping.complexity(HH * 0.5)


def test_quotient_of_exactly_one_is_an_advantage():
    # Trap T17: exactly 1 counts as an advantage.
    quotients = mapping.location_quotient(TOY)
    advantage = mapping.revealed_advantage(quotients)
    assert advantage.loc["C", "wood"]
    assert advantage.loc["C", "biotech"]
    assert not advantage.loc["B", "wood"]
    assert not mapping.revealed_advantage(quotients, threshold=1.25).loc["C", "wood"]
    assert mapping.revealed_advantage(quotients, threshold=1.25).loc["D", "wood"]


def test_equality_survives_shares_that_are_not_exact():
    one_mix = pd.DataFrame([[0.1, 0.4], [0.3, 1.2], [0.7, 2.8]])
    assert mapping.revealed_advantage(mapping.location_quotient(one_mix)).all(axis=None)
    assert not mapping.revealed_advantage(pd.DataFrame([[0.999999]])).any(axis=None)


def test_only_region_with_an_industry_has_the_advantage():
    quotients = mapping.location_quotient(TOY, exclude_self=True)
    assert np.isinf(quotients.loc["A", "food"])
    assert mapping.revealed_advantage(quotients).loc["A", "food"]


def test_a_yes_or_no_cannot_be_left_blank():
    with pytest.raises(ValueError, match=r"missing at A / space.*a blank is not a zero"):
        mapping.revealed_advantage(mapping.location_quotient(TOY.assign(space=0)))


def test_proximity_of_the_toy():
    near = mapping.proximity(HH)
    assert near.loc["P3", "P4"] == pytest.approx(2 / 3)
    assert near.loc["P1", "P4"] == pytest.approx(1 / 3)
    assert np.diag(near).tolist() == [1, 1, 1, 1]


@given(advantage=yes_no)
@settings(max_examples=60, deadline=None)
def test_proximity_is_the_smaller_chance_and_density_a_share(advantage):
    near = mapping.proximity(advantage)
    has = advantage.to_numpy().astype(bool)
    for i in range(5):
        for j in range(5):
            both, one, other = (has[:, i] & has[:, j]).sum(), has[:, i].sum(), has[:, j].sum()
            chance = min(both / one, both / other) if one and other else 0
            assert near.iloc[i, j] == pytest.approx(chance)
    density = mapping.relatedness_density(advantage, near)
    assert ((density >= 0) & (density <= 1 + 1e-12) | density.isna()).all(axis=None)


def test_density_does_not_count_the_activity_itself():
    # Trap T3: with the diagonal left in, an activity would be a reason for itself.
    density = mapping.relatedness_density(HH, mapping.proximity(HH))
    assert density.loc["C2", "P2"] == 0  # with the diagonal left in it would be 0.4286
    assert density.loc["C1"].tolist() == pytest.approx([1, 1, 1, 1])
    assert density.loc["C4", "P3"] == pytest.approx((2 / 3) / (2 / 3 + 1 / 2 + 1 / 2))


def test_density_lines_up_activities_by_name():
    near = mapping.proximity(HH)
    turned = near.iloc[::-1, ::-1]
    pd.testing.assert_frame_equal(
        mapping.relatedness_density(HH, turned), mapping.relatedness_density(HH, near)
    )
    with pytest.raises(ValueError, match=r"activities that stand in only one .* P4"):
        mapping.relatedness_density(HH[["P1", "P2", "P3"]], near)


def test_activity_near_to_none_is_blank():
    advantage = HH.assign(P5=0)
    assert mapping.relatedness_density(advantage, mapping.proximity(advantage))["P5"].isna().all()


def test_five_hundred_regions_and_eight_hundred_industries():
    table = pd.DataFrame(np.random.default_rng(1).lognormal(3, 2, (500, 800)))
    start = time.perf_counter()
    advantage = mapping.revealed_advantage(mapping.location_quotient(table))
    density = mapping.relatedness_density(advantage, mapping.proximity(advantage))
    result = mapping.complexity(advantage)
    took = time.perf_counter() - start
    assert density.shape == (500, 800)
    assert len(result.places) == 500
    assert took < 20  # about a second when the machine is idle; loops would take minutes
