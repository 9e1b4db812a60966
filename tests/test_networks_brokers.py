"""Constraint, effective size, broker roles and the E-I index."""

from itertools import permutations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_examples import FAMILIES, MARRIAGES, TEN, TEN_KINDS, graph
from network_examples import networks as any_network

from clusterlib import networks
from clusterlib.networks import holes

quick = settings(max_examples=60, deadline=None)


def test_constraint_of_the_ten_actor_network():
    # networkx and igraph agree on these values.
    expected = [0.33333, 0.33333, 1, 0.33377, 0.41753, 0.45833, 0.33333, 0.25, 0.45833, 0.33377]
    assert networks.constraint(TEN).round(5).tolist() == expected


def test_constraint_of_the_florentine_families():
    # networkx; the isolate Pucci has no value, not a value of zero.
    found = networks.constraint(MARRIAGES, nodes=FAMILIES)
    assert found["Medici"] == pytest.approx(0.2098765, abs=5e-8)
    assert found["Guadagni"] == pytest.approx(0.25)
    assert found["Peruzzi"] == pytest.approx(0.6558642, abs=5e-8)
    assert np.isnan(found["Pucci"])
    assert list(found.index) == FAMILIES


def test_constraint_of_the_karate_club_depends_on_the_weights():
    # networkx's karate club carries weights now: 0.1554 without and 0.1906 with them.
    club = nx.karate_club_graph()
    ties = nx.to_pandas_edgelist(club)
    assert networks.constraint(ties)[0] == pytest.approx(0.1554, abs=5e-5)
    assert networks.constraint(ties, weight="weight")[0] == pytest.approx(0.1906, abs=5e-5)


@quick
@given(any_network(), st.data())
def test_constraint_equals_networkx(network, data):
    ties, actors = network
    weights = data.draw(st.lists(st.integers(1, 9), min_size=len(ties), max_size=len(ties)))
    ties = ties.assign(weight=weights)
    summed = graph(ties, actors)
    for a, b in summed.edges:
        of_pair = ties["source"].isin([a, b]) & ties["target"].isin([a, b])
        summed[a][b]["weight"] = ties.loc[of_pair, "weight"].sum()
    plain = nx.constraint(graph(ties, actors), nodes=actors)
    weighted = nx.constraint(summed, nodes=actors, weight="weight")
    ours = networks.constraint(ties, nodes=actors)
    np.testing.assert_allclose(ours, [plain[actor] for actor in actors], atol=1e-9)
    ours = networks.constraint(ties, weight="weight", nodes=actors)
    np.testing.assert_allclose(ours, [weighted[actor] for actor in actors], atol=1e-9)


@quick
@given(any_network())
def test_effective_size_equals_networkx(network):
    ties, actors = network
    expected = nx.effective_size(graph(ties, actors))
    ours = networks.effective_size(ties, nodes=actors)
    np.testing.assert_allclose(ours, [expected[actor] for actor in actors], atol=1e-9)


def test_small_portions_give_the_same_answer(monkeypatch):
    whole = networks.constraint(MARRIAGES)
    monkeypatch.setattr(holes, "LOOKED_UP_AT_A_TIME", 3)
    pd.testing.assert_series_equal(networks.constraint(MARRIAGES), whole)


def test_naming_a_tie_twice_or_backwards_changes_nothing():
    again = pd.concat([TEN, TEN, TEN.rename(columns={"source": "target", "target": "source"})])
    pd.testing.assert_series_equal(networks.constraint(again), networks.constraint(TEN))
    pd.testing.assert_series_equal(networks.effective_size(again), networks.effective_size(TEN))


ROWS_OF_TEN = [
    [1, 0, 1, 0, 0, 2], [0, 0, 1, 0, 1, 2], [0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 1, 4],
    [1, 0, 1, 1, 1, 4], [2, 0, 0, 0, 0, 2], [0, 0, 1, 0, 1, 2], [0, 1, 0, 2, 1, 4],
    [0, 0, 1, 0, 1, 2], [0, 0, 0, 0, 4, 4],
]  # fmt: skip


def test_broker_roles_of_the_ten_actor_network():
    # Trap T9: sna calls the gatekeeper b_OI and the representative b_IO.
    # R sna 2.7-2 brokerage(): w_I, w_O, b_IO, b_OI, b_O, t, for every actor.
    found = networks.brokerage(TEN, TEN_KINDS)
    assert list(found.columns) == [
        "coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total",
    ]  # fmt: skip
    assert found.to_numpy().tolist() == ROWS_OF_TEN
    assert found.sum().tolist() == [5, 1, 6, 4, 10, 26]


def test_broker_roles_of_the_sna_example():
    # R sna 2.7-2 on a graph of four actors in two groups.
    ties = pd.DataFrame(
        [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 0)], columns=["source", "target"]
    )
    found = networks.brokerage(ties, {0: 1, 1: 1, 2: 2, 3: 2})
    assert found.to_numpy().tolist() == [
        [0, 1, 0, 1, 0, 2], [0, 0, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 2],
    ]  # fmt: skip


def roles_by_definition(ties, group):
    named = set(ties[["source", "target"]].itertuples(index=False, name=None))
    table = {actor: dict.fromkeys(
        ["coordinator", "itinerant", "representative", "gatekeeper", "liaison"], 0
    ) for actor in group}  # fmt: skip
    for a, v in named:
        for w, b in named:
            if w != v or a == b or (a, b) in named:
                continue
            first, own, last = group[a], group[v], group[b]
            if first == own == last:
                role = "coordinator"
            elif first == last:
                role = "itinerant"
            elif first == own:
                role = "representative"
            elif own == last:
                role = "gatekeeper"
            else:
                role = "liaison"
            table[v][role] += 1
    return pd.DataFrame.from_dict(table, orient="index")


@quick
@given(any_network(), st.data())
def test_broker_roles_follow_the_definition(network, data):
    ties, actors = network
    kinds = {actor: data.draw(st.sampled_from("AFGN")) for actor in actors}
    found = networks.brokerage(ties, kinds)
    expected = roles_by_definition(ties, kinds)
    assert found[list(expected.columns)].to_numpy().tolist() == expected.to_numpy().tolist()
    assert (found["total"] == expected.sum(axis=1)).all()


def test_undirected_ties_make_representative_and_gatekeeper_the_same():
    # Trap T9: the roles were made for directed ties.
    found = networks.brokerage(TEN, TEN_KINDS, directed=False)
    assert (found["representative"] == found["gatekeeper"]).all()
    assert (found.drop(columns="total") % 2 == 0)[["coordinator", "itinerant", "liaison"]].all(
        axis=None
    )


def test_ei_index_of_the_ten_actor_network():
    # Trap T11: group sizes restrict the range of the index.
    # 9 ties between kinds and 7 within: (9 - 7) / 16.
    found = networks.ei_index(TEN, TEN_KINDS)
    assert (found.external, found.internal, found.index, float(found)) == (9, 7, 0.125, 0.125)
    assert np.isnan(found.p)
    # 10 of 45 pairs lie within a kind: at most 10 of the 16 ties can be internal, or none.
    assert (found.low, found.high, found.rescaled) == (-0.25, 1.0, pytest.approx(-0.4))
    assert found.expected == pytest.approx(1 - 2 * 10 / 45)


def test_ei_permutation_p_counts_itself_and_repeats_with_its_seed():
    # Trap T12: p = (1 + count) / (1 + permutations), never 0.
    far = networks.ei_index(TEN, TEN_KINDS, permutations=99, seed=5)
    assert far.p == networks.ei_index(TEN, TEN_KINDS, permutations=99, seed=5).p
    assert (far.p * 100) == pytest.approx(round(far.p * 100))
    two = pd.DataFrame({"source": range(0, 40, 2), "target": range(1, 40, 2)})
    halves = {actor: actor // 2 for actor in range(40)}
    assert networks.ei_index(two, halves, permutations=9, seed=1).p == pytest.approx(1 / 10)


def test_ei_expected_is_the_mean_over_all_deals():
    ties = pd.DataFrame({"source": [0, 0, 1, 2], "target": [1, 2, 2, 3]})
    kinds = ["A", "A", "B", "B"]
    deals = [networks.ei_index(ties, dict(enumerate(deal))).index for deal in permutations(kinds)]
    found = networks.ei_index(ties, dict(enumerate(kinds)), permutations=4000, seed=3)
    assert found.expected == pytest.approx(np.mean(deals))
    exact = np.mean(np.abs(np.array(deals) - found.expected) >= abs(found.index - found.expected))
    assert found.p == pytest.approx(exact, abs=0.03)


@quick
@given(any_network(least_ties=1), st.data())
def test_ei_stays_in_its_range(network, data):
    ties, actors = network
    kinds = {actor: data.draw(st.sampled_from("AFG")) for actor in actors}
    found = networks.ei_index(ties, kinds)
    assert found.low - 1e-12 <= found.index <= found.high + 1e-12
    assert np.isnan(found.rescaled) or -1 - 1e-9 <= found.rescaled <= 1 + 1e-9
    tied = set(ties["source"]) | set(ties["target"])
    assert set(found.by_actor.dropna().index) == tied


def test_ei_by_group_and_with_weights():
    ties = pd.DataFrame(
        {"source": ["a", "a", "b"], "target": ["b", "c", "a"], "weight": [2.0, 1.0, 3.0]}
    )
    kinds = {"a": "lab", "b": "lab", "c": "firm", "d": "agency"}
    found = networks.ei_index(ties, kinds, weight="weight")
    assert (found.internal, found.external) == (5, 1)
    assert found.by_group["lab"] == pytest.approx((1 - 5) / 6)
    assert found.by_group["firm"] == 1
    assert np.isnan(found.by_group["agency"])
    assert np.isnan([found.low, found.high, found.rescaled]).all()


BAD_TIES = {
    "no column target": (pd.DataFrame({"source": ["a"]}), None),
    "blank name in rows 1": (pd.DataFrame({"source": ["a", "b"], "target": ["b", None]}), None),
    "with itself in rows 0": (pd.DataFrame({"source": ["a"], "target": ["a"]}), None),
    "not listed: z": (pd.DataFrame({"source": ["a"], "target": ["z"]}), ["a", "b"]),
    "more than once: a": (pd.DataFrame({"source": ["a"], "target": ["b"]}), ["a", "a", "b"]),
    "no ties and no actors": (pd.DataFrame({"source": [], "target": []}), None),
    "must be a table": ([("a", "b")], None),
}


@pytest.mark.parametrize("message", BAD_TIES)
def test_bad_ties_are_refused_in_words(message):
    ties, actors = BAD_TIES[message]
    with pytest.raises(ValueError, match=message):
        networks.constraint(ties, nodes=actors)


@pytest.mark.parametrize("value", [0, -1, None, float("inf"), "strong"])
def test_weights_must_be_numbers_above_zero(value):
    ties = pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": [1, value]})
    with pytest.raises(ValueError, match="above 0 in rows 1"):
        networks.constraint(ties, weight="weight")


def test_groups_must_cover_everybody():
    with pytest.raises(ValueError, match="actors without a group: 10"):
        networks.brokerage(TEN, TEN_KINDS.drop(10))
    with pytest.raises(ValueError, match="actors without a group: 3"):
        networks.ei_index(TEN, TEN_KINDS.where(TEN_KINDS.index != 3))
    with pytest.raises(ValueError, match="named more than once: 1"):
        networks.brokerage(TEN, pd.concat([TEN_KINDS, TEN_KINDS.loc[[1]]]))
    with pytest.raises(ValueError, match="at least one"):
        networks.ei_index(TEN.iloc[:0], TEN_KINDS)
    with pytest.raises(ValueError, match="0 or more"):
        networks.ei_index(TEN, TEN_KINDS, permutations=-1)


def test_names_may_be_any_kind_of_text():
    # pandas 3 keeps text in Arrow arrays; categories and mixed labels come from spreadsheets.
    text = TEN.astype(str)
    for kind in ("str", "object", "category"):
        found = networks.constraint(text.astype(kind), nodes=[str(n) for n in range(1, 11)])
        np.testing.assert_allclose(found, networks.constraint(TEN))
    mixed = pd.DataFrame({"source": ["lab", 7], "target": [7, "firm"]}, dtype=object)
    assert networks.effective_size(mixed)[7] == 2
