"""Points of view behind card sorts: the R package's own numbers, another solver, and refusals."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.factor_rotation import rotate_factors
from statsmodels.multivariate.pca import PCA

from clusterlib import consensus

# Nine sorts of 33 statements (Lipset's value patterns, after Brown): products of their places, each
# sort's own being 160; and the loadings that qmethod 1.8.4 prints for them (three components,
# varimax). R's rotation stops at a change of 1e-5, hence the tolerance.
SORTERS = ["US1", "US2", "US3", "US4", "JP5", "CA6", "UK7", "US8", "FR9"]
PRODUCTS = [
    [160, 86, 33, 36, 16, -36, -51, 38, 8],
    [86, 160, -12, 14, 28, -4, -26, 61, 11],
    [33, -12, 160, 64, -87, 14, 8, -15, 18],
    [36, 14, 64, 160, -90, 44, 27, 9, 4],
    [16, 28, -87, -90, 160, -10, -21, 3, -5],
    [-36, -4, 14, 44, -10, 160, 99, -59, -34],
    [-51, -26, 8, 27, -21, 99, 160, -46, -5],
    [38, 61, -15, 9, 3, -59, -46, 160, -34],
    [8, 11, 18, 4, -5, -34, -5, -34, 160],
]
PRINTED = [
    [0.190900, 0.765831, -0.168299],
    [-0.065524, 0.825785, 0.106744],
    [0.810739, -0.016421, -0.092943],
    [0.775649, 0.229836, 0.271155],
    [-0.833453, 0.154382, 0.025541],
    [0.146058, -0.184522, 0.884875],
    [0.141311, -0.348622, 0.739003],
    [-0.089066, 0.662526, -0.170488],
    [0.203772, -0.182841, -0.448139],
]


def _sorts_with(products: list[list[int]], statements: int) -> pd.DataFrame:
    """Make sorts of mean 0 with these products: loadings hang on the correlations alone."""
    root = np.linalg.cholesky(np.array(products, dtype=float))
    noise = np.random.default_rng(0).normal(size=(statements, len(products)))
    axes = np.linalg.qr(noise - noise.mean(axis=0))[0]
    return pd.DataFrame(axes @ root.T, columns=SORTERS)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Largest difference of two tables of loadings, whatever the order and sign of factors."""
    factors = range(one.shape[1])
    return min(
        max(
            min(np.abs(one[:, a] - sign * other[:, b]).max() for sign in (1, -1))
            for a, b in zip(factors, order, strict=True)
        )
        for order in permutations(factors)
    )


def test_q_factors_print_the_loadings_and_flags_of_the_r_package():
    sorts = _sorts_with(PRODUCTS, 33)
    np.testing.assert_allclose(sorts.corr(), np.array(PRODUCTS) / 160, atol=1e-12)
    result = consensus.q_factors(sorts, n_factors=3)
    np.testing.assert_allclose(result.loadings, PRINTED, atol=1e-4)
    camps = [list(result.flagged.index[result.flagged[factor]]) for factor in result.flagged]
    assert camps == [["US3", "US4", "JP5"], ["US1", "US2", "US8"], ["CA6", "UK7", "FR9"]]


def _by_statsmodels(sorts: pd.DataFrame, factors: int) -> np.ndarray:
    """Components of the correlations and Kaiser's varimax by another package's code."""
    components = PCA(sorts, ncomp=factors, standardize=True, method="eig")
    loadings = components.loadings.to_numpy() * np.sqrt(components.eigenvals.to_numpy()[:factors])
    loadings = loadings / np.sqrt(len(sorts))
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    turned, _ = rotate_factors(loadings / length, "varimax", tol=1e-12, max_tries=5000)
    return turned * length


@pytest.mark.parametrize("factors", [2, 3])
def test_q_factors_equal_statsmodels(factors):
    sorts = _two_views(seed=7, noise=2.0)
    ours = consensus.q_factors(sorts, n_factors=factors).loadings.to_numpy()
    assert _apart(_by_statsmodels(sorts, factors), ours) < 1e-6


def test_q_scores_follow_the_weights_of_the_r_package():
    # Weight of a flagged sort l / (1 - l²); the sum of the sorts as laid, then standardised with
    # the sample deviation: the steps of qmethod's qzscores, one statement after the other.
    free = _two_views(seed=3, noise=2.0)
    grid = np.repeat(np.arange(-4, 5), 3)
    places = free.rank(method="first").astype(int) - 1
    sorts = places.apply(lambda column: pd.Series(grid[column], free.index))
    result = consensus.q_factors(sorts)
    for factor in result.loadings:
        total = [
            sum(
                sorts.loc[card, who] * load / (1 - load**2)
                for who, load in result.loadings[factor].items()
                if result.flagged.loc[who, factor]
            )
            for card in sorts.index
        ]
        expected = (np.array(total) - np.mean(total)) / np.std(total, ddof=1)
        np.testing.assert_allclose(result.z_scores[factor], expected, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_q_factors_know_no_order_unit_or_sign_of_a_whole_study(seed, factors):
    random = np.random.default_rng(seed)
    sorts = _two_views(seed, noise=3.0).iloc[:, :6]
    found = consensus.q_factors(sorts, factors)
    # A person has at most all of their sort in common with the factors, and varimax keeps it.
    common = (found.loadings**2).sum(axis=1)
    assert (common <= 1 + 1e-9).all()
    assert found.flagged.sum(axis=1).max() <= 1
    assert found.explained.sum() == pytest.approx(common.mean())
    shuffled = sorts.iloc[random.permutation(len(sorts)), random.permutation(6)]
    again = consensus.q_factors(shuffled * 2.5 + 10, factors)
    assert _apart(found.loadings.to_numpy(), again.loadings.loc[sorts.columns].to_numpy()) < 1e-5
    # A sort laid upside down stands for the same factor with the other sign.
    turned = consensus.q_factors(sorts.assign(P0=-sorts["P0"]), factors).loadings.to_numpy(
        copy=True
    )
    turned[0] *= -1
    assert _apart(found.loadings.to_numpy(), turned) < 1e-5


def _two_views(seed: int = 4, noise: float = 0.6) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    views = random.permuted(np.tile(np.arange(-4, 5), (2, 3)), axis=1)
    sorts = {f"P{n}": np.rint(views[n % 2] + random.normal(0, noise, 27)) for n in range(8)}
    return pd.DataFrame(sorts, index=[f"S{n:02d}" for n in range(27)])


def test_q_factors_find_planted_points_of_view():
    sorts = _two_views()
    result = consensus.q_factors(sorts)
    camps = result.flagged.idxmax(axis=1)
    assert camps.iloc[::2].nunique() == camps.iloc[1::2].nunique() == 1
    assert camps.iloc[0] != camps.iloc[1]
    assert result.unflagged == []
    assert (result.loadings.sum() > 0).all()
    # Varimax turns axes: what a person has in common with all factors stays.
    correlation = sorts.corr().to_numpy()
    largest = np.sort(np.linalg.eigvalsh(correlation))[::-1]
    assert result.explained.sum() == pytest.approx(largest[:2].sum() / 8)
    assert result.z_scores.mean().abs().max() < 1e-12
    assert result.z_scores.std().to_list() == pytest.approx([1, 1])
    assert result.distinguishing["significant"].any()


def test_q_factors_full_rank_keeps_all_variance_and_unflagged_factor_is_blank():
    sorts = _two_views().iloc[:, :3]
    whole = consensus.q_factors(sorts, n_factors=3)
    assert (whole.loadings**2).sum(axis=1).to_list() == pytest.approx([1, 1, 1])
    twins = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]})
    result = consensus.q_factors(twins, n_factors=2)
    assert result.z_scores["f2"].isna().all()
    assert not result.distinguishing["significant"].any()


@pytest.mark.parametrize(
    ("sorts", "factors", "words"),
    [
        (pd.DataFrame({"a": [1, 2, 3], "b": [0, 0, 0]}), 1, "one place for b"),
        (pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}), 3, "1 to 2 factors"),
        (pd.DataFrame({"a": [1, 2], "b": [2, 1]}), 1, "at least 3 statements"),
        (pd.DataFrame({"a": [1, 2, None], "b": [2, 1, 3]}), 1, "missing at 2 / a"),
    ],
)
def test_q_factors_refuses(sorts, factors, words):
    with pytest.raises(ValueError, match=words):
        consensus.q_factors(sorts, n_factors=factors)
