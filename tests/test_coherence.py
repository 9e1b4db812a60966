"""Coherence: sums, signs, powers that never settle, and coverage from both sides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterlib import coherence

NAMES = ["a", "b", "c", "d"]
# Four elements whose order alternates: sums by power computed exactly, by hand and by machine.
ALTERNATING = pd.DataFrame([[0, 3, 0, 1], [1, 0, 2, 0], [0, 0, 0, 3], [2, 0, 0, 0]], NAMES, NAMES)
signed = hnp.arrays(int, st.integers(2, 6).map(lambda n: (n, n)), elements=st.integers(-3, 3)).map(
    pd.DataFrame
)


@given(signed)
@settings(max_examples=40, deadline=None)
def test_cross_impact_ignores_the_diagonal(matrix):
    # Trap T27: an element does not act on itself.
    result = coherence.cross_impact(matrix)
    other = matrix.copy()
    for name in matrix.index:
        other.loc[name, name] = 3
    again = coherence.cross_impact(other)
    pd.testing.assert_series_equal(result.influence, again.influence)
    assert again.diagonal_ignored == list(matrix.index)
    n = len(matrix)
    assert result.positive + result.negative + result.neutral == n * (n - 1)
    assert result.influence.sum() == pytest.approx(result.influenced.sum())
    assert len(result.clashes) == result.negative


def test_cross_impact_direction_and_axis_order():
    matrix = pd.DataFrame([[0, -2], [1, 0]], ["x", "y"], ["x", "y"])
    result = coherence.cross_impact(matrix[["y", "x"]])
    assert result.influence.to_dict() == {"x": -2, "y": 1}
    assert result.influenced.to_dict() == {"x": 1, "y": -2}
    assert result.clashes.values.tolist() == [["x", "y", -2]]


def test_cross_impact_of_instruments_on_objectives():
    table = pd.DataFrame([[3, -1], [0, 2]], ["voucher", "park"], ["jobs", "climate"])
    result = coherence.cross_impact(table)
    assert result.influenced.to_dict() == {"jobs": 3, "climate": 1}
    assert result.neutral == 1


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (pd.DataFrame([[0, 4], [0, 0]], ["x", "y"], ["x", "y"]), "above 3 at x / y"),
        (pd.DataFrame([[0, None], [0, 0]], ["x", "y"], ["x", "y"]), "missing at x / y"),
        (pd.DataFrame([[0, 1], [0, 0]], ["x", "y"], ["x", "z"]), "only one of the two"),
        (pd.DataFrame(), "empty"),
        (pd.DataFrame([[0, 1], [0, 0]], ["x", "x"], ["x", "y"]), "more than once"),
    ],
)
def test_cross_impact_refuses(matrix, words):
    with pytest.raises(ValueError, match=words):
        coherence.cross_impact(matrix)


def test_second_order_is_a_plus_half_a_squared_without_the_diagonal():
    values = np.array([[0, 2, -1], [1, 0, -3], [0, 2, 0.0]])
    names = list("xyz")
    result = coherence.second_order(pd.DataFrame(values, names, names))
    expected = values + 0.5 * (values @ values)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(result.total, expected)
    assert (np.diag(result.indirect) == 0).all()


def test_second_order_sign_rule_hidden_and_softened():
    # Trap T27: hindering a hindrance helps.
    names = list("xyz")
    hindered_hindrance = pd.DataFrame([[0, -2, 0], [0, 0, -3], [0, 0, 0]], names, names)
    assert coherence.second_order(hindered_hindrance).total.loc["x", "z"] == 3
    hidden = pd.DataFrame([[0, 3, 1], [0, 0, -2], [0, 0, 0]], names, names)
    found = coherence.second_order(hidden).hidden_conflicts
    assert found.values.tolist() == [["x", "z", 1, -6, -2, "y"]]
    softened = pd.DataFrame([[0, 3, -1], [0, 0, 2], [0, 0, 0]], names, names)
    assert coherence.second_order(softened).softened["total"].tolist() == [2]
    assert coherence.second_order(hidden, weight=0).hidden_conflicts.empty
    # A total of exactly zero is not a conflict.
    level = pd.DataFrame([[0, 2, 1], [0, 0, -1], [0, 0, 0]], names, names)
    assert coherence.second_order(level).hidden_conflicts.empty


def test_second_order_of_instruments_through_objectives():
    table = pd.DataFrame([[3, 0]], ["voucher"], ["jobs", "climate"])
    between = pd.DataFrame([[0, -2], [0, 0]], ["jobs", "climate"], ["jobs", "climate"])
    result = coherence.second_order(table, through=between)
    assert result.hidden_conflicts["via"].tolist() == ["jobs"]
    assert result.total.loc["voucher", "climate"] == -3
    with pytest.raises(ValueError, match="square matrix"):
        coherence.second_order(table)
    with pytest.raises(ValueError, match="0 or more"):
        coherence.second_order(between, weight=-1)


def test_micmac_sums_by_power_and_no_settling():
    # Trap T13: an order that goes to and fro never settles.
    result = coherence.micmac(ALTERNATING)
    expected = {
        1: [4, 3, 3, 2], 2: [11, 10, 6, 8], 3: [38, 23, 24, 22],
        4: [91, 86, 66, 76], 5: [334, 223, 228, 182], 6: [851, 790, 546, 668],
    }  # fmt: skip
    assert {power: result.influence[power].tolist() for power in expected} == expected
    assert list(result.influence.columns) == list(range(1, 10))
    assert list(result.dependence.columns) == list(range(1, 10))
    assert not result.stable
    assert result.stable_from is None
    assert "to and fro" in result.note


def test_micmac_does_not_overflow():
    # Trap T13: sums of high powers leave the range of 64 bits.
    full = pd.DataFrame(3 * (1 - np.eye(20, dtype=int)))
    result = coherence.micmac(full, max_power=40)
    assert result.influence.loc[0, 40] == (3 * 19) ** 40
    assert result.stable
    assert result.stable_from == 1
    alternating = coherence.micmac(ALTERNATING, max_power=200)
    exact = np.linalg.matrix_power(ALTERNATING.to_numpy().astype(object), 200).sum(axis=1)
    assert alternating.influence[200].tolist() == exact.tolist()
    assert not alternating.stable


def test_micmac_with_fractions():
    result = coherence.micmac(ALTERNATING / 2, max_power=6)
    assert result.influence[6].tolist() == [value / 64 for value in (851, 790, 546, 668)]
    with pytest.raises(ValueError, match="range of numbers at power") as refusal:
        coherence.micmac(ALTERNATING + 0.5, max_power=2000)
    # The power named in the message is the last that works, though no look beyond it is possible.
    last = int(str(refusal.value).rsplit("=", 1)[1])
    assert np.isfinite(coherence.micmac(ALTERNATING + 0.5, max_power=last).influence[last]).all()


def test_micmac_settles_or_says_why_not():
    names = list("xyz")
    loop = pd.DataFrame([[0, 3, 1], [2, 0, 1], [1, 1, 0]], names, names)
    settled = coherence.micmac(loop)
    assert settled.stable
    assert settled.stable_from <= 7
    chain = pd.DataFrame([[0, 3, 1], [0, 0, 1], [0, 0, 0]], names, names)
    assert "died out at power 3" in coherence.micmac(chain).note
    assert not coherence.micmac(chain).stable
    assert "not known" in coherence.micmac(loop, max_power=2).note
    # This order rests from power 9 to 11 and moves again at 12.
    resting = pd.DataFrame([[0, 3, 0, 0], [0, 0, 3, 0], [0, 0, 0, 3], [1, 1, 1, 0]], NAMES, NAMES)
    assert not coherence.micmac(resting, max_power=11).stable
    assert "still changes" in coherence.micmac(resting, max_power=3).note


@given(
    hnp.arrays(int, st.integers(1, 5).map(lambda n: (n, n)), elements=st.integers(0, 3)),
    st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_micmac_equals_matrix_powers(values, power):
    values = values.copy()
    np.fill_diagonal(values, 0)
    result = coherence.micmac(pd.DataFrame(values), max_power=power)
    exact = np.linalg.matrix_power(values.astype(object), power)
    assert result.influence[power].tolist() == exact.sum(axis=1).tolist()
    assert result.dependence[power].tolist() == exact.sum(axis=0).tolist()
    assert result.stable == (result.stable_from is not None)


@pytest.mark.parametrize(
    ("matrix", "power", "words"),
    [
        (-ALTERNATING, 9, "below 0"),
        (ALTERNATING.where(ALTERNATING != 3), 9, "missing at"),
        (ALTERNATING, 0, "1 or more"),
    ],
)
def test_micmac_refuses(matrix, power, words):
    with pytest.raises(ValueError, match=words):
        coherence.micmac(matrix, max_power=power)


def test_coverage_is_two_sided():
    quotient = pd.Series({"devices": 2.0, "food": 1.3, "tourism": 0.7, "level": 1.0, "x": np.nan})
    result = coherence.coverage(quotient, ["devices", "tourism", "level", "x"])
    assert result.covered_share == 0.5
    assert result.grounded_share == pytest.approx(1 / 3)
    assert result.gaps == ["food"]
    assert result.ungrounded == ["tourism", "level"]
    assert result.unknown == ["x"]


def test_coverage_accepts_yes_and_no_and_refuses_strangers():
    special = pd.Series({"devices": True, "food": False})
    result = coherence.coverage(special, pd.Series({"devices": False, "food": True}))
    assert (result.covered_share, result.grounded_share) == (0, 0)
    nothing = coherence.coverage(pd.Series({"food": 0.5}), ["food"])
    assert np.isnan(nothing.covered_share)
    with pytest.raises(ValueError, match="not in the table of activities: drones"):
        coherence.coverage(special, ["drones"])
    with pytest.raises(ValueError, match="no priority"):
        coherence.coverage(special, [])
    with pytest.raises(ValueError, match="below 0"):
        coherence.coverage(pd.Series({"food": -1.0}), ["food"])


def test_two_scorers():
    one = pd.DataFrame([[0, 2, -1], [0, 0, 3], [1, 0, 0]], list("xyz"), list("xyz"))
    two = pd.DataFrame([[3, 2, 1], [0, 0, 1], [0, 0, 0]], list("xyz"), list("xyz"))
    result = coherence.compare_scorers(one, two.loc[list("zyx"), list("yxz")])
    assert result.same == pytest.approx(3 / 6)
    assert result.within_one == pytest.approx(4 / 6)
    assert result.mean_gap == pytest.approx(5 / 6)
    assert result.sign_conflicts == 1
    assert result.differences.iloc[0][["source", "target", "opposite"]].tolist() == ["x", "z", True]
    assert result.mean.loc["y", "z"] == 2
    with pytest.raises(ValueError, match="nothing to compare"):
        coherence.compare_scorers(one.loc[["x"], ["x"]], one.loc[["x"], ["x"]])


def test_policy_mix_overlaps_and_gaps():
    mix = pd.DataFrame(
        {"target_group": ["SME", "SME;NGO", "SME"], "territory": ["county", "city", "county"]},
        index=["voucher", "club", "loan"],
    )
    result = coherence.policy_mix(mix).set_index(["target_group", "territory"])
    assert result["finding"].to_dict() == {
        ("SME", "county"): "overlap", ("SME", "city"): "single",
        ("NGO", "county"): "gap", ("NGO", "city"): "single",
    }  # fmt: skip
    assert result.loc[("SME", "county"), "names"] == "voucher; loan"
    assert coherence.policy_mix(mix, by=["territory"])["instruments"].tolist() == [2, 1]
    with pytest.raises(ValueError, match="needs the columns year"):
        coherence.policy_mix(mix, by=["year"])
    with pytest.raises(ValueError, match="blank target_group or territory for loan"):
        coherence.policy_mix(mix.assign(territory=["county", "city", None]))
