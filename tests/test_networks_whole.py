"""The network at a glance, centrality, core and periphery, and comparing two networks."""

from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_examples import BUSINESS, FAMILIES, MARRIAGES, TEN, graph, matrix
from network_examples import networks as any_network

from clusterlib import networks

quick = settings(max_examples=50, deadline=None)


def test_summary_of_the_florentine_marriages_with_the_isolate():
    # R sna 2.7-2 with Pucci; without it the density is networkx's 0.19047619.
    found = networks.summary(MARRIAGES, nodes=FAMILIES)
    assert found.density == pytest.approx(0.1666667, abs=5e-8)
    assert found.degree_centralisation == pytest.approx(0.2666667, abs=5e-8)
    assert found.betweenness_centralisation == pytest.approx(0.3834921, abs=5e-8)
    assert (found.nodes, found.ties, found.isolates, found.components) == (16, 20, 1, 2)
    assert found.largest_component == 15
    assert networks.summary(MARRIAGES).density == pytest.approx(0.19047619, abs=5e-9)


def test_summary_of_the_directed_ten_actor_network():
    found = networks.summary(TEN, directed=True, replied=range(1, 9))
    assert found.density == pytest.approx(0.17777778, abs=5e-9)  # networkx
    assert found.reciprocity == 0
    assert found.response_rate == 0.8
    both = pd.concat([TEN, pd.DataFrame({"source": [4], "target": [1]})], ignore_index=True)
    assert networks.summary(both, directed=True).reciprocity == pytest.approx(2 / 17)
    assert networks.summary(both).ties == 16


def test_a_star_is_fully_centralised_and_a_ring_not_at_all():
    star = pd.DataFrame({"source": ["hub"] * 4, "target": list("abcd")})
    ring = pd.DataFrame({"source": list("abcd"), "target": list("bcda")})
    both_ways = pd.concat([star, star.rename(columns={"source": "target", "target": "source"})])
    for found in (networks.summary(star), networks.summary(both_ways, directed=True)):
        assert found.degree_centralisation == pytest.approx(1)
        assert found.betweenness_centralisation == pytest.approx(1)
    assert networks.summary(ring).degree_centralisation == 0
    assert networks.summary(star).bridges == 4
    assert networks.summary(ring).bridges == 0


def test_tiny_networks_say_what_cannot_be_known():
    nothing = pd.DataFrame({"source": [], "target": []})
    alone = networks.summary(nothing, nodes=["Aldermark"])
    assert np.isnan(alone.density)
    assert alone.isolates == 1
    pair = networks.summary(nothing, nodes=["Aldermark", "Brennholm"], directed=True)
    assert pair.density == 0
    assert np.isnan([pair.reciprocity, pair.degree_centralisation]).all()
    with pytest.raises(ValueError, match="not listed: Zug"):
        networks.summary(TEN, replied=["Zug"])


def test_betweenness_of_known_networks():
    # networkx, igraph and sna agree.
    expected = [8.7, 5.3333333, 0, 8.4, 3.7, 1.5, 1.7333333, 5.4, 0.8333333, 4.4]
    np.testing.assert_allclose(networks.centrality(TEN, "betweenness"), expected, atol=5e-8)
    families = networks.centrality(MARRIAGES, "betweenness", nodes=FAMILIES)
    assert families["Medici"] == pytest.approx(47.5)
    assert families["Guadagni"] == pytest.approx(23.17, abs=5e-3)
    assert families["Albizzi"] == pytest.approx(19.33, abs=5e-3)
    assert families["Pucci"] == 0


def test_closeness_in_pieces_follows_wasserman_and_faust():
    # Trap T10: in a network in pieces some packages give 0 to nearly all.
    # Two of four actors within one step: nearness 1, times 1 of 3 others reached.
    ties = pd.DataFrame({"source": ["a"], "target": ["b"]})
    found = networks.centrality(ties, "closeness", nodes=list("abcd"))
    assert found.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 0])


@quick
@given(any_network())
def test_closeness_reaches_out_along_the_ties(network):
    ties, actors = network
    reversed_graph = graph(ties, actors, directed=True).reverse()
    expected = nx.closeness_centrality(reversed_graph)
    found = networks.centrality(ties, "closeness", nodes=actors, directed=True)
    np.testing.assert_allclose(found, [expected[actor] for actor in actors])


def test_a_strong_tie_is_a_short_way():
    ties = pd.DataFrame(
        {"source": ["a", "a", "b"], "target": ["b", "c", "c"], "weight": [4.0, 1.0, 4.0]}
    )
    assert networks.centrality(ties, "betweenness")["b"] == 0
    assert networks.centrality(ties, "betweenness", weight="weight")["b"] == 1
    assert networks.centrality(ties, "degree", weight="weight")["b"] == 8
    assert networks.centrality(ties, "degree", directed=True)["b"] == 2


def test_eigenvector_equals_networkx_and_leaves_small_pieces_at_zero():
    expected = nx.eigenvector_centrality_numpy(graph(MARRIAGES, []))
    found = networks.centrality(MARRIAGES, "eigenvector", nodes=FAMILIES)
    np.testing.assert_allclose(found.drop("Pucci"), [expected[f] for f in FAMILIES if f != "Pucci"])
    assert found["Pucci"] == 0
    twins = pd.DataFrame({"source": ["a", "c"], "target": ["b", "d"]})
    np.testing.assert_allclose(networks.centrality(twins, "eigenvector"), 0.5)
    assert (networks.centrality(twins.iloc[:0], "eigenvector", nodes=["a"]) == 0).all()


def test_eigenvector_of_a_larger_network():
    ring = nx.connected_watts_strogatz_graph(300, 6, 0.1, seed=4)
    ties = nx.to_pandas_edgelist(ring)
    expected = nx.eigenvector_centrality_numpy(ring)
    found = networks.centrality(ties, "eigenvector")
    np.testing.assert_allclose(found, [expected[actor] for actor in found.index], atol=1e-6)


def test_unknown_measures_are_refused():
    with pytest.raises(ValueError, match="choose one of degree"):
        networks.centrality(TEN, "fame")
    with pytest.raises(ValueError, match="undirected"):
        networks.centrality(TEN, "eigenvector", directed=True)


def test_coreness_of_the_ten_actor_network():
    # igraph and networkx agree.
    assert networks.core_periphery(TEN).coreness.tolist() == [2, 2, 1, 3, 3, 3, 3, 3, 3, 3]


def test_an_ideal_core_is_found():
    core = ["hub", "lab", "firm"]
    ties = [(a, b) for a in core for b in core if a < b]
    ties += [(a, b) for a in core for b in ["p", "q", "r", "s"]]
    found = networks.core_periphery(pd.DataFrame(ties, columns=["source", "target"]))
    assert sorted(found.core.index[found.core]) == sorted(core)
    assert found.fit == pytest.approx(1)


def best_fit(ties, count):
    cells = np.triu_indices(count, k=1)
    tied = matrix(ties, list(range(count))).to_numpy()[cells]
    best = -1.0
    for split in product([False, True], repeat=count):
        core = np.array(split)
        ideal = (core[:, None] | core[None, :])[cells].astype(float)
        if ideal.std() > 0 and tied.std() > 0:
            best = max(best, float(np.corrcoef(tied, ideal)[0, 1]))
    return best


@quick
@given(any_network(most=7, least_ties=1))
def test_the_core_is_the_best_of_all_splits(network):
    ties, actors = network
    found = networks.core_periphery(ties, nodes=actors)
    if np.isnan(found.fit):
        assert not found.core.any()
    else:
        assert found.fit == pytest.approx(best_fit(ties, len(actors)), abs=1e-9)


def test_the_core_of_an_empty_or_full_network_is_not_defined():
    full = pd.DataFrame({"source": list("aab"), "target": list("bcc")})
    for found in (networks.core_periphery(full), networks.core_periphery(full[:0], nodes=[1, 2])):
        assert np.isnan(found.fit)
        assert not found.core.any()


def test_qap_of_florentine_marriage_and_business():
    # R sna 2.7-2 qaptest: r = 0.3718679, p about 0.0008.
    marriage, business = matrix(MARRIAGES, FAMILIES), matrix(BUSINESS, FAMILIES)
    found = networks.qap(marriage, business, permutations=5000, seed=1)
    assert found.r == pytest.approx(0.3718679, abs=5e-8)
    assert found.p == pytest.approx(0.0008, abs=0.001)
    assert found.p <= found.p_two_sided


def test_qap_p_counts_itself_and_order_does_not_matter():
    # Trap T12: p = (1 + count) / (1 + permutations), never 0.
    marriage = matrix(MARRIAGES, FAMILIES)
    mixed = marriage.iloc[::-1, ::-1]
    found = networks.qap(marriage, mixed, permutations=19, seed=2)
    assert found.r == pytest.approx(1)
    assert found.p == pytest.approx(1 / 20)
    assert found == networks.qap(marriage, mixed, permutations=19, seed=2)


@quick
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_qap_p_is_never_zero_and_a_multiple_of_its_step(seed, turns):
    rng = np.random.default_rng(seed)
    one, other = (pd.DataFrame(rng.random((5, 5))) for _ in range(2))
    found = networks.qap(one, other, permutations=turns, seed=seed)
    assert 1 / (turns + 1) <= found.p <= 1
    assert found.r == pytest.approx(networks.qap(other, one, permutations=1).r)


def test_qap_refuses_what_it_cannot_compare():
    one = matrix(MARRIAGES, FAMILIES)
    with pytest.raises(ValueError, match="only one of the two"):
        networks.qap(one, one.drop(index="Pucci", columns="Pucci"))
    with pytest.raises(ValueError, match="all cells of the second network are equal"):
        networks.qap(one, one * 0)
    with pytest.raises(ValueError, match="at least three"):
        networks.qap(one.iloc[:2, :2], one.iloc[:2, :2])
    with pytest.raises(ValueError, match="at least 1"):
        networks.qap(one, one, permutations=0)
    hole = one.copy()
    hole.loc["Medici", "Pucci"] = np.nan
    with pytest.raises(ValueError, match="Medici / Pucci: a blank is not a zero"):
        networks.qap(one, hole)
    hole = one.copy()
    hole.loc["Medici", "Medici"] = np.nan
    assert networks.qap(one, hole, permutations=1, seed=0).r == pytest.approx(1)
