"""Twins, peer scores and codes: another library's distances, and what holds for any table."""

from statistics import median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import pdist, squareform

from clusterlib import exchange

quick = settings(max_examples=40, deadline=None)
profiles = hnp.arrays(
    float, st.tuples(st.integers(2, 6), st.integers(2, 4)), elements=st.integers(0, 20)
).map(lambda values: pd.DataFrame(values, [f"cluster {n}" for n in range(len(values))]))


@quick
@given(profiles, st.data())
def test_distances_of_twins_are_weighted_city_blocks_over_ranges(table, data):
    weights = data.draw(st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=4, max_size=4))
    named = table.set_axis([f"i{n}" for n in table.columns], axis=1)
    ranges = (named.max() - named.min()).replace(0, 1)
    used = np.array(weights[: named.shape[1]])
    # Gower's distance of numbers, put together from scipy's city-block distance.
    expected = squareform(pdist(named / ranges, "cityblock", w=used / used.sum()))
    found = exchange.twins(named, top=9, weights=dict(zip(named.columns, weights, strict=False)))
    place = {name: number for number, name in enumerate(named.index)}
    for row in found.itertuples():
        assert row.distance == pytest.approx(expected[place[row.cluster], place[row.twin]])
    assert len(found) == len(named) * (len(named) - 1)
    # Indicators may be numbered as well as named: their weights must not get lost.
    numbered = dict(zip(table.columns, weights, strict=False))
    again = exchange.twins(table, top=9, weights=numbered)
    assert again["distance"].tolist() == pytest.approx(found["distance"].tolist())


@quick
@given(profiles)
def test_a_comparison_is_the_same_from_both_sides(table):
    one, other = table.index[0], table.index[-1]
    there = exchange.compare(table, one, other)
    back = exchange.compare(table, other, one)
    assert sorted(there.index) == sorted(table.columns)
    assert back["difference"].to_dict() == (-there["difference"]).to_dict()
    assert back["relative"].to_dict() == there["relative"].to_dict()
    assert there["relative"].between(0, 1).all()
    assert there["relative"].is_monotonic_decreasing


reviews = st.dictionaries(
    st.tuples(st.sampled_from(["Ada", "Ben", "Cleo", "Dan"]), st.sampled_from(["W1", "W2", "W3"])),
    st.one_of(st.none(), st.integers(0, 10)),
    min_size=1,
)


@quick
@given(reviews, st.integers(0, 4), st.randoms(use_true_random=False))
def test_one_figure_a_work_is_the_median_of_what_was_done(given_scores, limit, random):
    rows = [(*pair, score) for pair, score in given_scores.items()]
    random.shuffle(rows)
    table = pd.DataFrame(rows, columns=["reviewer", "author", "score"])
    found = exchange.aggregate_scores(table, spread=limit)
    for author in table["author"].unique():
        all_scores = [score for (_, work), score in given_scores.items() if work == author]
        done = [score for score in all_scores if score is not None]
        row = found.loc[author]
        assert (row["reviews"], row["not_done"]) == (len(done), len(all_scores) - len(done))
        assert row["median"] == pytest.approx(median(done) if done else np.nan, nan_ok=True)
        quarrel = len(done) < 2 or max(done) - min(done) > limit
        assert row["flagged"] == quarrel


@quick
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=4), st.integers(0, 999))
def test_reviewers_who_are_severe_by_a_constant_are_corrected_to_the_truth(leniency, seed):
    random = np.random.default_rng(seed)
    truth = pd.Series(random.uniform(2, 8, 5), ["G1", "G2", "W1", "W2", "W3"])
    rows = [
        (f"R{number}", work, value + extra)
        for number, extra in enumerate(leniency)
        for work, value in truth.items()
    ]
    table = pd.DataFrame(rows, columns=["reviewer", "author", "score"])
    scores, reviewers = exchange.calibrate(table, truth[["G1", "G2"]].to_dict())
    assert reviewers["leniency"].tolist() == pytest.approx(leniency)
    assert set(scores["author"]) == {"W1", "W2", "W3"}
    expected = truth[scores["author"]].to_numpy()
    np.testing.assert_allclose(scores["adjusted"], expected)


@quick
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=30, unique=True))
def test_codes_are_one_for_each_name_and_repeat_with_their_seed(names):
    codes = exchange.anonymise(names, seed=5)
    assert codes.is_unique
    assert list(codes.index) == names
    assert codes.str.len().nunique() == 1
    assert codes.equals(exchange.anonymise(names, seed=5))
