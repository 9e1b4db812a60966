"""Coverage, scorers and second order: other tools on the same tables, and properties."""

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterlib import coherence, mapping

NAMES = list("abcd")
scored = hnp.arrays(int, (4, 4), elements=st.integers(-3, 3)).map(
    lambda values: pd.DataFrame(values, NAMES, NAMES)
)
# Employment of the Freiburg region and of Germany, 2014, nine sections; the quotients that the R
# package REAT gives for them.
REGION = [12121, 3154, 25484, 4798, 3372, 1059, 14837, 42931, 6673]
NATION = [7155807, 1696961, 6674652, 925648, 996498, 232167, 3992230, 7127512, 1123004]
QUOTIENTS = [
    0.442965933, 0.486049301, 0.998457225, 1.355516698, 0.884915149, 1.192850359, 0.971898782,
    1.575155895, 1.553925941,
]  # fmt: skip


def test_coverage_of_published_quotients():
    # Four sections stand above 1: numbers 3, 5, 7 and 8. A plan for 2, 3, 7 and 8 reaches three of
    # them, and one of its four has no specialisation behind it, though 0.998 is nearly one.
    found = coherence.coverage(pd.Series(QUOTIENTS), [2, 3, 7, 8])
    assert (found.covered_share, found.grounded_share) == (0.75, 0.75)
    assert (found.gaps, found.ungrounded) == ([5], [2])
    # The same from the jobs themselves.
    jobs = pd.DataFrame([REGION], ["Freiburg"])
    again = coherence.coverage(
        mapping.location_quotient(jobs, pd.Series(NATION)).loc["Freiburg"], [2, 3, 7, 8]
    )
    assert again == found


activities = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 1.0, 1.2, 3.0, None]), st.booleans()),
    min_size=1, max_size=9,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(activities, st.randoms(use_true_random=False))
def test_coverage_is_a_cross_table_read_along_both_margins(rows, random):
    table = pd.DataFrame(rows, columns=["quotient", "priority"])
    table["quotient"] = table["quotient"].astype(float)
    if not table["priority"].any():
        with pytest.raises(ValueError, match="no priority is named"):
            coherence.coverage(table["quotient"], table["priority"])
        return
    found = coherence.coverage(table["quotient"], table["priority"])
    known = table.dropna()
    cross = pd.crosstab(known["quotient"] > 1, known["priority"]).reindex(
        index=[True, False], columns=[True, False], fill_value=0
    )
    both = cross.loc[True, True]
    for share, whole in (
        (found.covered_share, cross.loc[True].sum()),
        (found.grounded_share, cross[True].sum()),
    ):
        assert share == pytest.approx(both / whole if whole else np.nan, nan_ok=True)
    listed = [*found.covered, *found.gaps, *found.ungrounded]
    neither = int(cross.loc[False, False])
    assert len(listed) + neither + len(found.unknown) == len(table)
    # Order, names as a list or as yes and no, and a doubled scale change nothing.
    order = random.sample(list(table.index), len(table))
    names = [place for place in order if table.loc[place, "priority"]]
    again = coherence.coverage(2 * table["quotient"].loc[order], names, threshold=2)
    assert again.covered_share == pytest.approx(found.covered_share, nan_ok=True)
    assert again.grounded_share == pytest.approx(found.grounded_share, nan_ok=True)
    assert sorted(again.gaps) == found.gaps


def test_coverage_with_yes_and_no_left_open():
    quotient = pd.Series([2.0, 0.5, 3.0], ["devices", "food", "drones"])
    for kind in ("boolean", object):
        chosen = pd.Series([True, None, False], quotient.index, dtype=kind)
        with pytest.raises(ValueError, match="neither yes nor no for food"):
            coherence.coverage(quotient, chosen)
    special = pd.Series([True, pd.NA, False], quotient.index, dtype="boolean")
    found = coherence.coverage(special, ["devices", "drones"])
    assert (found.covered_share, found.grounded_share) == (1.0, 0.5)
    assert found.unknown == ["food"]


@settings(max_examples=60, deadline=None)
@given(scored, st.floats(0, 2))
def test_second_order_adds_every_way_by_one_stepping_stone(matrix, weight):
    # All simple ways of two steps, listed by networkx.
    graph = networkx.DiGraph()
    graph.add_nodes_from(NAMES)
    for one in NAMES:
        for other in NAMES:
            if one != other and matrix.loc[one, other]:
                graph.add_edge(one, other, score=int(matrix.loc[one, other]))
    found = coherence.second_order(matrix, weight)
    for one in NAMES:
        for other in NAMES:
            ways = []
            if one != other:
                ways = networkx.all_simple_edge_paths(graph, one, other, cutoff=2)
            indirect = sum(
                graph.edges[way[0]]["score"] * graph.edges[way[1]]["score"]
                for way in ways
                if len(way) == 2
            )
            assert found.indirect.loc[one, other] == indirect
            direct = matrix.loc[one, other] if one != other else 0
            assert found.total.loc[one, other] == pytest.approx(direct + weight * indirect)
    # Without weight nothing is hidden, and turning the arrows round turns the table.
    assert coherence.second_order(matrix, 0).hidden_conflicts.empty
    turned = coherence.second_order(matrix.T, weight)
    pd.testing.assert_frame_equal(turned.total, found.total.T)
    assert turned.influence.tolist() == pytest.approx(found.influenced.tolist())
    for row in found.hidden_conflicts.itertuples():
        through = {
            stone: matrix.loc[row.source, stone] * matrix.loc[stone, row.target]
            for stone in NAMES
            if stone not in (row.source, row.target)
        }
        assert through[row.via] == min(through.values())


@settings(max_examples=40, deadline=None)
@given(scored)
def test_sums_of_a_cross_impact_are_weighted_degrees(matrix):
    graph = networkx.from_pandas_adjacency(matrix, create_using=networkx.DiGraph)
    graph.remove_edges_from([(name, name) for name in NAMES])
    found = coherence.cross_impact(matrix)
    assert found.influence.to_dict() == dict(graph.out_degree(weight="weight"))
    assert found.influenced.to_dict() == dict(graph.in_degree(weight="weight"))
    scores = [score for _, _, score in graph.edges(data="weight")]
    assert found.negative == sum(score < 0 for score in scores) == len(found.clashes)
    assert found.positive + found.negative + found.neutral == 12


@settings(max_examples=60, deadline=None)
@given(scored, scored)
def test_two_scorers_are_compared_cell_by_cell_whoever_comes_first(one, two):
    found = coherence.compare_scorers(one, two)
    back = coherence.compare_scorers(two.iloc[::-1, ::-1], one)
    off = ~np.eye(4, dtype=bool)
    gap = np.abs(one.to_numpy() - two.to_numpy())[off]
    assert found.same == pytest.approx((gap == 0).mean())
    assert found.mean_gap == pytest.approx(gap.mean()) == pytest.approx(back.mean_gap)
    assert found.sign_conflicts == back.sign_conflicts
    assert found.same <= found.within_one <= 1
    assert len(found.differences) == (gap > 0).sum()
    itself = coherence.compare_scorers(one, one)
    assert (itself.same, itself.mean_gap, itself.sign_conflicts) == (1, 0, 0)


mixes = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["SME", "NGO", "school"]), min_size=1, max_size=3),
        st.lists(st.sampled_from(["county", "city"]), min_size=1, max_size=2),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(mixes)
def test_a_policy_mix_counts_every_instrument_once_in_each_of_its_fields(rows):
    cells = [("; ".join(groups), ";".join(places)) for groups, places in rows]
    table = pd.DataFrame(cells, columns=["target_group", "territory"])
    found = coherence.policy_mix(table)
    groups = {name for one, _ in rows for name in one}
    places = {name for _, one in rows for name in one}
    assert len(found) == len(groups) * len(places)
    expected = {
        (group, place): sum(group in one and place in other for one, other in rows)
        for group in groups
        for place in places
    }
    counted = found.set_index(["target_group", "territory"])["instruments"].to_dict()
    assert counted == expected
    words = {0: "gap", 1: "single"}
    assert found["finding"].tolist() == [
        words.get(count, "overlap") for count in found["instruments"]
    ]
