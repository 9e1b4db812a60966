"""The figures of a whole network: networkx on random networks, and what never changes them."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_examples import graph
from network_examples import networks as any_network

from clusterlib import networks


@settings(max_examples=60, deadline=None)
@given(any_network(), st.booleans())
def test_summary_equals_networkx(network, directed):
    edges, actors = network
    found = networks.summary(edges, actors, directed=directed)
    made = graph(edges, actors, directed)
    loose = made.to_undirected()
    assert found["nodes"] == len(made)
    assert found["ties"] == made.number_of_edges()
    assert found["isolates"] == nx.number_of_isolates(made)
    assert found["density"] == pytest.approx(nx.density(made))
    pieces = [len(piece) for piece in nx.connected_components(loose)]
    assert (found["components"], found["largest_component"]) == (len(pieces), max(pieces))
    assert found["bridges"] == len(list(nx.bridges(loose)))
    assert found["mean_degree"] == pytest.approx(np.mean([degree for _, degree in made.degree]))
    if directed and len(edges):
        assert found["reciprocity"] == pytest.approx(nx.overall_reciprocity(made))
    between = np.array(list(nx.betweenness_centrality(made).values()))
    # Freeman's index: the distance to the highest, over that distance in a star.
    expected = (between.max() - between).sum() / (len(made) - 1)
    assert found["betweenness_centralisation"] == pytest.approx(expected)
    assert 0 <= found["degree_centralisation"] <= 1 + 1e-12


@settings(max_examples=60, deadline=None)
@given(any_network(), st.booleans(), st.randoms(use_true_random=False))
def test_summary_knows_no_names_no_order_and_no_repeated_rows(network, directed, random):
    edges, actors = network
    found = networks.summary(edges, actors, directed=directed)
    names = random.sample([f"actor {number}" for number in actors], len(actors))
    renamed = edges.map(lambda actor: names[actor]).astype("str")
    doubled = pd.concat([renamed, renamed.sample(frac=1, random_state=1)])
    if not directed:
        doubled = doubled.rename(columns={"source": "target", "target": "source"})
    again = networks.summary(doubled, random.sample(names, len(names)), directed=directed)
    pd.testing.assert_series_equal(again, found)
    # A newcomer without ties: the same ties, a thinner network, one more piece.
    more = networks.summary(renamed, [*names, "newcomer"], directed=directed, replied=names)
    assert (more["ties"], more["isolates"]) == (found["ties"], found["isolates"] + 1)
    assert more["components"] == found["components"] + 1
    assert more["density"] <= found["density"]
    assert more["response_rate"] == pytest.approx(len(names) / (len(names) + 1))


@settings(max_examples=40, deadline=None)
@given(any_network(), st.sampled_from(["degree", "betweenness", "closeness", "eigenvector"]))
def test_an_isolate_is_never_central_and_moves_nobody_but_by_its_share(network, measure):
    edges, actors = network
    found = networks.centrality(edges, measure, nodes=actors)
    more = networks.centrality(edges, measure, nodes=[*actors, 99])
    assert more[99] == 0
    shrink = (len(actors) - 1) / len(actors) if measure == "closeness" else 1
    np.testing.assert_allclose(more[actors], found * shrink, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(any_network(), st.data())
def test_reconciled_ties_are_those_that_enough_sides_named(network, data):
    edges, actors = network
    replied = [*edges["source"], *data.draw(st.lists(st.sampled_from(actors)))]
    said = set(edges.itertuples(index=False, name=None))
    pairs = {tuple(sorted(pair)) for pair in said}
    wanted = {
        "either": pairs,
        "both": {
            (a, b)
            for a, b in pairs
            if all((x, y) in said or x not in replied for x, y in ((a, b), (b, a)))
        },
    }
    for rule, expected in wanted.items():
        if edges.empty:
            continue
        kept = networks.reconcile(edges, rule, replied)
        assert set(zip(kept["source"], kept["target"], strict=True)) == expected
        answers = [((a, b) in said) + ((b, a) in said) for a, b in kept.to_numpy()[:, :2].tolist()]
        assert kept["answers"].tolist() == answers
