"""Location quotients: textbook numbers, the totals that are not known, and the ranges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mapping_examples import TOY

from clusterlib import mapping

TOY_LQ = [
    [5, 0, 0, 0, 0],
    [0, 0.75, 0.25, 3.5, 0.5],
    [0, 1, 0.5, 1, 2.5],
    [0, 1.25, 1.5, 0.25, 2],
    [0, 2, 2.75, 0.25, 0],
]

tables = st.lists(
    st.lists(st.integers(0, 500), min_size=4, max_size=4), min_size=3, max_size=6
).map(lambda rows: pd.DataFrame(rows, columns=list("wxyz")))


def test_textbook_quotient():
    # Farhauer and Kroell (2013), as printed in the manual of the R package REAT: 0.3847623.
    region = pd.DataFrame({"one": [1714], "rest": [879213 - 1714]})
    nation = pd.Series({"one": 79006, "rest": 15593224 - 79006})
    # Order of the four published numbers: industry in region, industry, region, all jobs.
    assert mapping.location_quotient(region, nation).loc[0, "one"] == pytest.approx(
        0.384762342, abs=5e-10
    )


def test_freiburg_against_germany():
    # Official employment 2014, nine sections; quotients from a run of the R package REAT.
    region = [12121, 3154, 25484, 4798, 3372, 1059, 14837, 42931, 6673]
    nation = [7155807, 1696961, 6674652, 925648, 996498, 232167, 3992230, 7127512, 1123004]
    published = [
        0.442965933,
        0.486049301,
        0.998457225,
        1.355516698,
        0.884915149,
        1.192850359,
        0.971898782,
        1.575155895,
        1.553925941,
    ]
    result = mapping.location_quotient(pd.DataFrame([region]), pd.Series(nation))
    assert result.loc[0].tolist() == pytest.approx(published, abs=5e-9)


def test_toy_matrix():
    np.testing.assert_allclose(mapping.location_quotient(TOY), TOY_LQ)


def test_rest_of_the_reference():
    result = mapping.location_quotient(TOY, exclude_self=True)
    assert result.loc["B", "biotech"] == pytest.approx((70 / 100) / (30 / 400))
    assert np.isinf(result.loc["A", "food"])  # nobody else has it
    given_sum = mapping.location_quotient(TOY, TOY.sum(), exclude_self=True)
    pd.testing.assert_frame_equal(result, given_sum)


def test_region_larger_than_its_reference():
    with pytest.raises(ValueError, match="no rest of the reference is left for B / biotech"):
        mapping.location_quotient(TOY, TOY.sum() - [0, 0, 0, 60, 0], exclude_self=True)
    with pytest.raises(ValueError, match="no rest of the reference is left for A"):
        mapping.location_quotient(TOY.loc[["A"]], exclude_self=True)


def confidential():
    table = TOY.astype(float)
    table.loc["B", "biotech"] = np.nan
    return table


def test_confidential_cell_is_announced():
    with pytest.raises(ValueError, match=r'missing at B / biotech.*reference=.*missing="skip"'):
        mapping.location_quotient(confidential())
    with pytest.raises(ValueError, match="region_totals="):
        mapping.location_quotient(confidential(), TOY.sum())


def test_confidential_cell_stays_blank_and_published_totals_keep_the_rest_right():
    # Trap T25: confidential is not zero.
    result = mapping.location_quotient(confidential(), TOY.sum(), region_totals=TOY.sum(axis=1))
    assert np.isnan(result.loc["B", "biotech"])
    expected = mapping.location_quotient(TOY)
    expected.loc["B", "biotech"] = np.nan
    pd.testing.assert_frame_equal(result, expected)


def test_skip_counts_known_cells_only_and_leaves_the_blank():
    result = mapping.location_quotient(confidential(), missing="skip")
    assert np.isnan(result.loc["B", "biotech"])
    assert result.loc["B", "wood"] == pytest.approx((15 / 30) / (100 / 430))


def test_unknown_is_not_the_same_as_none():
    zero = confidential().fillna(0)
    assert mapping.location_quotient(zero).loc["B", "biotech"] == 0


def test_faults_in_totals():
    with pytest.raises(ValueError, match="no jobs at all in A"):
        mapping.location_quotient(TOY.assign(food=0))
    with pytest.raises(ValueError, match="reference has no jobs at all"):
        mapping.location_quotient(TOY, TOY.sum() * 0)
    with pytest.raises(ValueError, match=r"industries that stand in only one .* food"):
        mapping.location_quotient(TOY, TOY.sum().drop("food"))
    with pytest.raises(ValueError, match="a total must be complete"):
        mapping.location_quotient(TOY, TOY.sum().astype(float).replace(100.0, np.nan))
    with pytest.raises(ValueError, match="missing 'guess' is not known"):
        mapping.location_quotient(TOY, missing="guess")


def test_industry_that_nobody_has_is_blank():
    result = mapping.location_quotient(TOY.assign(space=0))
    assert result["space"].isna().all()
    ranges = mapping.location_quotient_interval(TOY.assign(space=0), method="bootstrap", seed=1)
    assert ranges.loc[ranges["industry"] == "space", ["lq", "low", "high"]].isna().all(axis=None)


@given(table=tables)
@settings(max_examples=50, deadline=None)
def test_mean_over_industries_weighted_by_reference_jobs_is_one(table):
    assume((table.sum(axis=1) > 0).all())
    weights = table.sum() / table.to_numpy().sum()
    means = (mapping.location_quotient(table) * weights).sum(axis=1)
    np.testing.assert_allclose(means, 1.0)


@given(table=tables, factor=st.sampled_from([0.5, 3, 1000]), seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_unit_and_order_do_not_matter(table, factor, seed):
    assume((table.sum(axis=1) > 0).all())
    plain = mapping.location_quotient(table)
    moved = mapping.location_quotient(
        table.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed) * factor
    )
    pd.testing.assert_frame_equal(plain, moved.loc[plain.index, plain.columns])


def test_delta_range_by_hand():
    jobs = pd.DataFrame({"biotech": [30, 10], "food": [70, 90]})
    row = mapping.location_quotient_interval(jobs, level=0.95).iloc[0]
    spread = np.exp(1.959963985 * np.sqrt(1 / 30 - 1 / 100 + 1 / 40 - 1 / 200))
    assert (row["low"], row["high"]) == pytest.approx((1.5 / spread, 1.5 * spread))
    assert list(row.index) == ["region", "industry", "lq", "low", "high", "jobs"]


def test_fewer_jobs_give_a_wider_range():
    wide = mapping.location_quotient_interval(TOY)
    narrow = mapping.location_quotient_interval(TOY * 100)
    some = (wide["jobs"] > 0) & (wide["industry"] != "food")
    assert (wide["high"] - wide["low"])[some].gt((narrow["high"] - narrow["low"])[some]).all()


def test_bootstrap_repeats_with_its_seed_and_agrees_with_delta_on_many_jobs():
    jobs = TOY * 50 + 500
    one = mapping.location_quotient_interval(jobs, method="bootstrap", seed=7)
    again = mapping.location_quotient_interval(jobs, method="bootstrap", seed=7)
    other = mapping.location_quotient_interval(jobs, method="bootstrap", seed=8)
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)
    # The region is part of its reference, so the formula is a little too wide: 0.02 is enough.
    delta = mapping.location_quotient_interval(jobs)
    large = jobs.to_numpy().ravel() < 3000
    np.testing.assert_allclose(one["low"][large], delta["low"][large], rtol=0.05)
    np.testing.assert_allclose(one["high"][large], delta["high"][large], rtol=0.05)


@pytest.mark.parametrize("method", ["delta", "bootstrap"])
def test_no_jobs_seen_gives_an_upper_bound_alone(method):
    result = mapping.location_quotient_interval(TOY, method=method, seed=3)
    row = result[(result["region"] == "E") & (result["industry"] == "tourism")].iloc[0]
    assert row["lq"] == row["low"] == 0
    # With this quotient, 100 draws miss the industry with probability 0.05.
    assert (1 - row["high"] * 100 / 500) ** 100 == pytest.approx(0.05)


@pytest.mark.parametrize("method", ["delta", "bootstrap"])
def test_confidential_cell_has_no_range(method):
    with pytest.raises(ValueError, match="missing at B / biotech"):
        mapping.location_quotient_interval(confidential(), method=method)
    result = mapping.location_quotient_interval(
        confidential(), method=method, seed=1, missing="skip"
    )
    blank = result[result["jobs"].isna()]
    assert len(blank) == 1
    assert blank[["lq", "low", "high"]].isna().all(axis=None)
    rest = result[result["jobs"].notna()]
    assert rest[["lq", "low", "high"]].notna().all(axis=None)


def test_delta_ranges_hold_the_truth_as_often_as_they_say():
    chances = (TOY + 20) / (TOY + 20).to_numpy().sum()
    truth = mapping.location_quotient(chances).to_numpy().ravel()
    rng = np.random.default_rng(5)
    held = []
    for _ in range(200):
        drawn = rng.multinomial(3000, chances.to_numpy().ravel()).reshape(chances.shape)
        ranges = mapping.location_quotient_interval(pd.DataFrame(drawn), level=0.9)
        held.append(((ranges["low"] <= truth) & (truth <= ranges["high"])).mean())
    # A little above 0.9: the region is part of its reference, which the formula leaves out.
    assert 0.89 < np.mean(held) < 0.98


def test_range_options_are_checked():
    with pytest.raises(ValueError, match="do not fit into memory"):
        mapping.location_quotient_interval(TOY, method="bootstrap", draws=10_000_000)
    with pytest.raises(ValueError, match="level is 95"):
        mapping.location_quotient_interval(TOY, level=95)
    with pytest.raises(ValueError, match="method 'exact' is not known"):
        mapping.location_quotient_interval(TOY, method="exact")
