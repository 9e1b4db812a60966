"""Word maps, bursts of many topics and S-curves: another library's figures, and properties."""

from itertools import combinations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms import bipartite

from clusterlib import watch

WORDS = ["gene therapy", "vector", "sensor", "wearable", "implant", "polymer"]
documents = st.lists(st.lists(st.sampled_from(WORDS), max_size=4), min_size=1, max_size=15)


def _by_networkx(papers: list[list[str]]) -> tuple[networkx.Graph, networkx.Graph]:
    """Documents and their words as a bipartite graph, folded onto the words."""
    graph = networkx.Graph()
    for number, words in enumerate(papers):
        graph.add_edges_from((("document", number), word) for word in words)
    kept = {node for node in graph if not isinstance(node, tuple)}
    return bipartite.weighted_projected_graph(graph, kept), graph


@settings(max_examples=60, deadline=None)
@given(documents)
def test_equivalence_is_that_of_a_folded_network(papers):
    # Callon, Courtial and Laville (1991): the square of the joint count over the product of both.
    if not any(papers):
        return
    folded, graph = _by_networkx(papers)
    found = watch.cowords(papers, minimum=1)
    assert set(found.equivalence.index) == set(folded)
    for one, other in combinations(found.equivalence.index, 2):
        joint = folded.edges[one, other]["weight"] if folded.has_edge(one, other) else 0
        expected = joint**2 / (graph.degree(one) * graph.degree(other))
        assert found.equivalence.loc[one, other] == pytest.approx(expected)
        assert found.equivalence.loc[other, one] == pytest.approx(expected)
    # On two words the equivalence is the square of their cosine.
    table = pd.DataFrame([[word in set(words) for word in found.equivalence] for words in papers])
    vectors = table.to_numpy(dtype=float) / np.sqrt(table.sum()).to_numpy()
    np.testing.assert_allclose(found.equivalence, (vectors.T @ vectors) ** 2, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(documents, st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_word_map_hangs_on_neither_order_nor_spelling_and_loses_no_link(papers, size, random):
    if not any(papers):
        return
    found = watch.cowords(papers, minimum=1, max_size=size)
    typed = ["; ".join(word.upper() for word in [*words, *words]) for words in papers]
    random.shuffle(typed)
    again = watch.cowords(typed, minimum=1, max_size=size)
    pd.testing.assert_frame_equal(again.themes, found.themes)
    assert (found.themes["size"] <= size).all()
    assert found.themes["size"].sum() == len(found.words) == len(found.frequencies)
    assert found.themes["density"].between(0, 1 + 1e-12).all()
    # Every link is inside one theme or between two: together they give all links back.
    inside = found.themes["density"] * found.themes["size"] * (found.themes["size"] - 1) / 2
    links = np.triu(found.equivalence, 1).sum()
    assert inside.sum() + found.themes["centrality"].sum() / 2 == pytest.approx(links)
    # The same themes given by hand give the same diagram.
    given_themes = watch.cowords(papers, minimum=1, themes=found.words.to_dict()).themes
    pd.testing.assert_frame_equal(given_themes, found.themes, check_like=True)


def test_quadrants_by_hand():
    # Inner links 1, 1, 1/3 and 1/3; x with p, the two themes' only link, is 2² / (4 x 4).
    papers = ["x; y", "x; y", "x; y; p; q", "x; y; p", "p; q", "p", "n; m", "b"]
    found = watch.cowords(papers, minimum=1, themes={
        "x": "one", "y": "one", "p": "two", "q": "two", "n": "three", "m": "three", "b": "four",
    }).themes  # fmt: skip
    assert found.loc["one", "density"] == found.loc["three", "density"] == 1
    assert found.loc["two", "density"] == pytest.approx(2**2 / (4 * 2))
    links = 2 * 2**2 / (4 * 4) + 2 * 1 / (4 * 2)
    assert found.loc["one", "centrality"] == pytest.approx(links)
    assert found.loc["two", "centrality"] == pytest.approx(links)
    assert found["quadrant"].to_dict() == {
        "one": "motor", "two": "basic", "three": "niche", "four": "emerging or declining",
    }  # fmt: skip


def test_words_without_a_theme_stay_on_the_map_with_a_blank():
    found = watch.cowords(["a; b", "a; b; c", "c"], themes={"a": "first"})
    assert found.words.isna().to_dict() == {"a": False, "b": True, "c": True}
    assert found.themes["words"].to_dict() == {"first": "a"}
    with pytest.raises(ValueError, match="two themes for a: choose one"):
        watch.cowords(["a", "a"], themes={"a": "first", " A ": "second"})


def test_a_blank_inside_a_list_is_no_keyword():
    found = watch.cowords([["sensor", None], ["sensor", float("nan"), ""]])
    assert found.frequencies.to_dict() == {"sensor": 2}


COUNTS = pd.DataFrame(
    [[1, 1, 8, 9, 1, 1], [0, 0, 0, 0, 0, 0], [20, 25, 20, 25, 20, 25]],
    ["telecare", "quiet", "common"], range(2019, 2025),
)  # fmt: skip
READ = pd.Series(30, COUNTS.columns)


def test_many_topics_are_searched_as_each_alone():
    found = watch.topic_bursts(COUNTS, READ).set_index("topic")
    alone = watch.bursts(COUNTS.loc["telecare"], READ).intervals.loc[0]
    assert found.loc["telecare", ["start", "end", "periods", "weight"]].tolist() == alone.tolist()
    assert found["note"].to_dict() == {
        "telecare": "", "quiet": "no burst", "common": "in 75% of all documents: too common",
    }  # fmt: skip
    assert found.loc[["quiet", "common"], "periods"].isna().all()
    with pytest.raises(ValueError, match="counts missing for quiet: write 0 if you looked"):
        watch.topic_bursts(COUNTS.astype(float).replace(0, np.nan), READ)
    with pytest.raises(
        ValueError, match="more documents on the topic than documents in 2019, 2021"
    ):
        watch.topic_bursts(COUNTS.replace(20, 31), READ)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 3))
def test_a_higher_price_never_brings_more_burst_periods(seed, gamma):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.integers(0, 8, (3, 8)), ["a", "b", "c"])
    read = pd.Series(random.integers(20, 30, 8))
    cheap, dear = (
        watch.topic_bursts(table, read, gamma=price).groupby("topic")[["periods", "weight"]].sum()
        for price in (gamma, gamma + 1)
    )
    assert (dear["weight"] <= cheap["weight"] + 1e-9).all()
    # Topics do not see each other.
    alone = watch.topic_bursts(table.loc[["b"]], read, gamma=gamma)
    both = watch.topic_bursts(table, read, gamma=gamma)
    pd.testing.assert_frame_equal(
        alone, both[both["topic"] == "b"].reset_index(drop=True), check_dtype=False
    )


curves = st.tuples(
    st.floats(50, 500), st.floats(0.3, 0.9), st.floats(2008, 2012), st.integers(0, 10_000)
)


@settings(max_examples=6, deadline=None)
@given(curves, st.sampled_from([0.01, 7.0, 1e6]), st.integers(-40, 40))
def test_a_logistic_fit_knows_no_unit_and_no_calendar(curve, unit, shift):
    ceiling, rate, middle, seed = curve
    years = np.arange(2000, 2021)
    clean = ceiling / (1 + np.exp(-rate * (years - middle)))
    noisy = clean + np.random.default_rng(seed).normal(0, ceiling / 100, len(years))
    series = pd.Series(np.clip(noisy, 0, None), index=years)
    found = watch.fit_logistic(series)
    other = watch.fit_logistic((series * unit).set_axis(years + shift, axis=0))
    assert other.ceiling == pytest.approx(unit * found.ceiling, rel=1e-3)
    assert other.midpoint == pytest.approx(found.midpoint + shift, abs=1e-2)
    assert other.rate == pytest.approx(found.rate, rel=1e-3)
    assert other.identified == found.identified
    assert found.ceiling_low <= found.ceiling <= found.ceiling_high
    # The three figures are those of the fitted curve, and no other curve near by fits better.
    curve = found.ceiling / (1 + np.exp(-found.rate * (years - found.midpoint)))
    np.testing.assert_allclose(found.fitted, curve, rtol=1e-6)
    error = ((found.fitted - series) ** 2).sum()
    for top, speed, turn in ((1.02, 1, 0), (0.98, 1, 0), (1, 1.05, 0), (1, 1, 0.3), (1, 1, -0.3)):
        near = top * found.ceiling / (
            1 + np.exp(-speed * found.rate * (years - found.midpoint - turn))
        )  # fmt: skip
        assert error <= ((near - series) ** 2).sum() + 1e-6
    assert found.r_squared == pytest.approx(1 - error / ((series - series.mean()) ** 2).sum())


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 1e6), st.floats(0.05, 2), st.floats(1995, 2025))
def test_fisher_pry_straightens_every_logistic_curve_with_its_own_ceiling(ceiling, rate, middle):
    years = np.arange(2006, 2015)
    series = pd.Series(ceiling / (1 + np.exp(-rate * (years - middle))), index=years)
    if series.min() < 1e-6 * ceiling or series.max() > (1 - 1e-6) * ceiling:
        return
    line = watch.fisher_pry(series, ceiling)
    np.testing.assert_allclose(line, rate * (years - middle), atol=1e-6)
