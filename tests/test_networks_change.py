"""Joint projects, answers from both sides, a broker who leaves, and new introductions."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_examples import FAMILIES, MARRIAGES, TEN, TEN_KINDS, graph
from network_examples import networks as any_network

from clusterlib import networks

CORDIS = Path(__file__).parents[2] / "shared" / "data" / "cordis-h2020" / "h2020.csv.gz"
quick = settings(max_examples=50, deadline=None)


def pairs_by_counting(table, project, member):
    total = Counter()
    for _, rows in table.groupby(project):
        counts = Counter(rows[member])
        for one, other in combinations(sorted(counts), 2):
            total[one, other] += counts[one] * counts[other]
    return dict(total)


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["EL", "HU", "NA", "UK"]))))
def test_co_participation_counts_pairs_of_participations(rows):
    table = pd.DataFrame(rows, columns=["grant", "country"]).astype({"country": "str"})
    found = networks.co_participation(table, "grant", "country")
    ours = {(row.source, row.target): row.weight for row in found.itertuples()}
    assert ours == pairs_by_counting(table, "grant", "country")
    assert len(ours) == len(found)
    assert (found["source"] < found["target"]).all()


@pytest.mark.skipif(not CORDIS.exists(), reason="the CORDIS snapshot is not on this machine")
def test_co_participation_of_countries_in_horizon_2020():
    table = pd.read_csv(CORDIS, keep_default_na=False, usecols=["rcn", "country"])
    assert len(table) == 144_726
    found = networks.co_participation(table, "rcn", "country")
    assert not found.duplicated(["source", "target"]).any()
    assert (found["source"] < found["target"]).all()
    codes = set(found["source"]) | set(found["target"])
    assert {"NA", "EL", "UK"} <= codes
    assert not {"GR", "GB"} & codes
    some = table[table["rcn"].isin(table["rcn"].unique()[:300])]
    ours = networks.co_participation(some, "rcn", "country")
    counted = {(row.source, row.target): row.weight for row in ours.itertuples()}
    assert counted == pairs_by_counting(some, "rcn", "country")


def test_namibia_read_as_a_blank_is_reported_not_dropped():
    table = pd.DataFrame({"grant": ["P1", "P1"], "country": ["HU", None]})
    with pytest.raises(ValueError, match=r"1 participations .* rows 1: .*Namibia"):
        networks.co_participation(table, "grant", "country")
    with pytest.raises(ValueError, match="no column land"):
        networks.co_participation(table, "grant", "land")


def test_reconcile_states_its_rule():
    said = pd.DataFrame(
        {"source": ["lab", "firm", "lab", "firm"], "target": ["firm", "lab", "clinic", "agency"]}
    )
    assert len(networks.reconcile(said)) == 3
    assert networks.reconcile(said, "both")[["source", "target"]].to_numpy().tolist() == [
        ["firm", "lab"]
    ]
    # The clinic did not answer, so the laboratory's word is enough; the agency did and said no.
    kept = networks.reconcile(said, "both", replied=["lab", "firm", "agency"])
    assert kept[["source", "target"]].to_numpy().tolist() == [["clinic", "lab"], ["firm", "lab"]]
    with pytest.raises(ValueError, match="not in replied: lab"):
        networks.reconcile(said, "both", replied=["firm"])
    with pytest.raises(ValueError, match="choose one of either, both"):
        networks.reconcile(said, "union")


@quick
@given(any_network())
def test_broker_loss_equals_taking_each_actor_out(network):
    ties, actors = network
    found = networks.broker_loss(ties, nodes=actors)
    whole = graph(ties, actors)
    reach = nx.transitive_closure(whole.to_directed())
    for actor in actors:
        rest = whole.subgraph([other for other in actors if other != actor])
        pieces = [len(piece) for piece in nx.connected_components(rest)]
        before = sum(a < b and reach.has_edge(a, b) for a in rest for b in rest)
        cut = before - sum(size * (size - 1) // 2 for size in pieces)
        row = found.loc[actor]
        assert (row["components"], row["largest_component"]) == (len(pieces), max(pieces))
        assert row["pairs_cut"] == cut
        assert row["share_cut"] == pytest.approx(cut / before if before else 0)


def test_the_medici_hold_the_network_together():
    found = networks.broker_loss(MARRIAGES, nodes=FAMILIES)
    assert found.index[0] == "Medici"
    assert found.loc["Medici", "betweenness"] == pytest.approx(47.5)
    assert (
        networks.broker_loss(pd.DataFrame({"source": [], "target": []}), nodes=["a"]).loc[
            "a", "components"
        ]
        == 0
    )


def nearness(ties, extra, actors):
    made = graph(ties, actors)
    made.add_edges_from(extra)
    return nx.global_efficiency(made)


@settings(max_examples=25, deadline=None)
@given(any_network(most=6))
def test_each_introduction_is_the_best_single_one(network):
    ties, actors = network
    whole = graph(ties, actors)
    open_pairs = list(nx.non_edges(whole))
    found = networks.propose_ties(ties, budget=1, nodes=actors)
    if not open_pairs:
        assert found.empty
        return
    best = max(nearness(ties, [pair], actors) for pair in open_pairs)
    assert found["nearness"][0] == pytest.approx(best)
    assert found["gain"][0] == pytest.approx(best - nearness(ties, [], actors))
    made = whole.copy()
    made.add_edge(found["source"][0], found["target"][0])
    joined = [sum(len(c) * (len(c) - 1) // 2 for c in nx.connected_components(g))
              for g in (whole, made)]  # fmt: skip
    assert found["newly_connected"][0] == joined[1] - joined[0]


def test_step_by_step_against_trying_all_sets():
    rng = np.random.default_rng(9)
    shares = []
    for _ in range(8):
        made = nx.gnm_random_graph(8, 8, seed=int(rng.integers(1000)))
        ties, actors = nx.to_pandas_edgelist(made), list(made)
        found = networks.propose_ties(ties, budget=2, nodes=actors)
        sets = combinations(nx.non_edges(made), 2)
        best = max(nearness(ties, extra, actors) for extra in sets)
        assert found["nearness"].iloc[-1] <= best + 1e-12
        shares.append(found["gain"].sum() / (best - nearness(ties, [], actors)))
    assert min(shares) > 0.8


def test_with_groups_only_bridges_between_groups_are_proposed():
    found = networks.propose_ties(TEN, TEN_KINDS, budget=3)
    assert len(found) == 3
    for row in found.itertuples():
        assert TEN_KINDS[row.source] != TEN_KINDS[row.target]
    pd.testing.assert_frame_equal(found, networks.propose_ties(TEN, dict(TEN_KINDS), budget=3))
    assert networks.propose_ties(TEN, dict.fromkeys(range(1, 11), "A")).empty


def test_proposals_that_cannot_be_made():
    with pytest.raises(ValueError, match="at least 1 introduction"):
        networks.propose_ties(TEN, budget=0)
    with pytest.raises(ValueError, match="too many to try"):
        networks.propose_ties(TEN, nodes=range(1, 300))
    with pytest.raises(ValueError, match="without a group: 3"):
        networks.propose_ties(TEN, TEN_KINDS.drop(3))
    with pytest.raises(ValueError, match="without a group: 11"):
        networks.propose_ties(TEN, TEN_KINDS, nodes=range(1, 12))
    with pytest.raises(ValueError, match="more than once: 1"):
        networks.propose_ties(TEN, pd.concat([TEN_KINDS, TEN_KINDS.loc[[1]]]))
