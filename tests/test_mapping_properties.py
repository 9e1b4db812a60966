"""What must hold for any table of jobs: chance, unit, order, bounds, and counting one by one."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import percentileofscore
from statsmodels.stats.contingency_tables import Table2x2

from clusterlib import mapping

REGIONS = ["Aldermark", "Brennholm", "Corvale"]
sizes = st.lists(st.integers(1, 400), min_size=2, max_size=4)
shares = st.lists(st.integers(1, 50), min_size=3, max_size=3)


def _plants(jobs: list[int], places: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"region": list(places), "employment": jobs})


@settings(max_examples=12, deadline=None)
@given(sizes, shares)
def test_darts_thrown_at_random_have_an_ellison_glaeser_index_of_zero_on_average(jobs, totals):
    # The defining property (Ellison and Glaeser 1997): every plant takes region r with chance x_r.
    # All ways to place the plants are listed, so the mean is exact and no matter of luck.
    regions = pd.Series(totals, REGIONS, dtype=float)
    chance = (regions / regions.sum()).to_dict()
    mean = 0.0
    for places in product(REGIONS, repeat=len(jobs)):
        found = mapping.ellison_glaeser(_plants(jobs, places), regions)
        weight = np.prod([chance[place] for place in places])
        mean += weight * found.gamma
    assert mean == pytest.approx(0, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(REGIONS), st.integers(1, 400)), min_size=2, max_size=12),
    shares, st.sampled_from([0.5, 3, 1000]), st.integers(0, 99),
)  # fmt: skip
def test_ellison_glaeser_knows_no_unit_name_or_order(rows, totals, unit, seed):
    plants = pd.DataFrame(rows, columns=["region", "employment"])
    regions = pd.Series(totals, REGIONS, dtype=float)
    found = mapping.ellison_glaeser(plants, regions)
    names = {"Aldermark": "x", "Brennholm": "y", "Corvale": "z"}
    again = mapping.ellison_glaeser(
        plants.sample(frac=1, random_state=seed).assign(
            region=lambda table: table["region"].map(names),
            employment=lambda table: table["employment"] * unit,
        ),
        regions.rename(names)[::-1] * 7,
    )
    assert (again.gamma, again.g, again.h) == pytest.approx((found.gamma, found.g, found.h))
    # All in region r: 1 + ((1 - x_r)² + sum of other x² - room) / (room (1 - h)) at the most.
    x = (regions / regions.sum()).to_numpy()
    room = 1 - (x**2).sum()
    most = max((1 - one) ** 2 - one**2 for one in x) + (x**2).sum()
    if found.h < 1:
        assert found.gamma <= 1 + (most - room) / (room * (1 - found.h)) + 1e-9
    assert 1 / len(plants) - 1e-12 <= found.h <= 1
    assert 0 <= found.g <= 2


def test_one_giant_and_one_tiny_plant_are_still_two():
    plants = _plants([10_000_000, 20], ("Aldermark", "Brennholm"))
    found = mapping.ellison_glaeser(plants, pd.Series([1, 1, 1], REGIONS))
    assert found.reason == ""
    assert np.isfinite(found.gamma)


quotients = hnp.arrays(
    float, st.tuples(st.integers(1, 5), st.integers(1, 4)),
    elements=st.sampled_from([0, 0.5, 0.999, 1, 1.001, 1.25, 2, np.inf]),
).map(pd.DataFrame)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(quotients, st.sampled_from([0.5, 1, 1.25, 2, 3]), st.floats(0, 1))
def test_a_higher_threshold_never_gives_a_new_advantage(table, threshold, more):
    low = mapping.revealed_advantage(table, threshold)
    high = mapping.revealed_advantage(table, threshold + more)
    assert not (high & ~low).any(axis=None)
    expected = [[value >= threshold - 1e-9 for value in row] for row in table.to_numpy()]
    assert low.to_numpy().tolist() == expected
    turned = mapping.revealed_advantage(table.T.iloc[::-1], threshold)
    pd.testing.assert_frame_equal(turned, low.T.iloc[::-1])


tables = hnp.arrays(
    float, st.tuples(st.integers(2, 7), st.integers(1, 3)), elements=st.integers(0, 60)
).map(lambda values: pd.DataFrame(values).add_prefix("c").assign(rest=500.0))


@settings(max_examples=15, deadline=None)
@given(tables, st.sampled_from([1, 10, 20, 34, 50, 100]), st.integers(0, 99))
def test_stars_are_what_counting_regions_ahead_gives(jobs, percent, seed):
    limits = {"size": percent, "focus": percent, "specialisation": 1.5}
    assume((jobs.sum() > 0).all())  # the quotient of an industry that nobody has is blank
    found = mapping.star_rating(jobs, thresholds=limits).set_index(["region", "category"])
    totals, nation = jobs.sum(axis=1), jobs.sum()
    for region, category in found.index:
        # Per cent of regions ahead: all that are not at or below the value, as scipy counts them.
        ahead = 100 - percentileofscore(jobs[category], jobs.loc[region, category], kind="weak")
        size = ahead < percent - 1e-9 and jobs.loc[region, category] > 0
        share = jobs[category] / totals
        nearer = (share > share[region]).sum()
        focus = nearer < len(jobs) * percent / 100 and share[region] > 0
        special = share[region] * nation.sum() >= (1.5 - 1e-9) * nation[category] > 0
        row = found.loc[(region, category)]
        assert [row["size_star"], row["focus_star"], row["specialisation_star"]] == [
            size, focus, special,
        ]  # fmt: skip
        assert row["stars"] == sum(map(int, [size, focus, special]))
    mixed = jobs.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    again = mapping.star_rating(mixed * 3, thresholds=limits).set_index(["region", "category"])
    assert again["stars"].loc[found.index].equals(found["stars"])


@settings(max_examples=20, deadline=None)
@given(tables, st.floats(0.5, 0.98), st.sampled_from([2, 10, 100]))
def test_a_range_holds_its_quotient_and_narrows_with_more_jobs(jobs, level, times):
    found = mapping.location_quotient_interval(jobs, level=level)
    quotient = mapping.location_quotient(jobs).to_numpy().ravel()
    assert found["lq"].to_numpy() == pytest.approx(quotient, nan_ok=True)
    known = found["lq"].notna()
    assert (found["low"] <= found["lq"] + 1e-12)[known].all()
    assert (found["lq"] <= found["high"] + 1e-12)[known].all()
    wider = mapping.location_quotient_interval(jobs, level=(1 + level) / 2)
    assert (wider["high"] >= found["high"] - 1e-12)[known].all()
    assert (wider["low"] <= found["low"] + 1e-12)[known].all()
    more = mapping.location_quotient_interval(jobs * times, level=level)
    assert (more["high"] <= found["high"] + 1e-9)[known].all()
    assert (more["low"] >= found["low"] - 1e-9)[known].all()


def test_delta_ranges_are_the_risk_ratios_of_statsmodels():
    # Region and nation as two samples: the ratio of their shares with the textbook's range.
    jobs = pd.DataFrame([[30, 70, 15], [10, 90, 40], [300, 500, 20]], REGIONS, list("abc"))
    nation = jobs.sum()
    found = mapping.location_quotient_interval(jobs, level=0.9).set_index(["region", "industry"])
    for region, industry in found.index:
        here, own = jobs.loc[region, industry], jobs.loc[region].sum()
        there, whole = nation[industry], nation.sum()
        table = Table2x2([[here, own - here], [there, whole - there]])
        row = found.loc[(region, industry)]
        assert row["lq"] == pytest.approx(table.riskratio)
        expected = table.riskratio_confint(alpha=0.1)
        assert (row["low"], row["high"]) == pytest.approx(expected)


inputs = hnp.arrays(float, (4, 4), elements=st.integers(0, 5)).map(
    lambda values: pd.DataFrame(values / 24, list("abcd"), list("abcd"))
)


@settings(max_examples=30, deadline=None)
@given(inputs, st.lists(st.integers(1, 90), min_size=4, max_size=4), st.permutations("abcd"))
def test_linkages_know_no_order_and_average_to_one(coefficients, output, order):
    made = pd.Series(output, list("abcd"), dtype=float)
    found = mapping.linkages(coefficients)
    assert found["backward"].sum() == pytest.approx(found["forward"].sum())
    for column in ("backward_normalised", "forward_normalised"):
        assert found[column].mean() == pytest.approx(1)
    assert (found[["backward", "forward"]] >= 1).all(axis=None)
    # Turned round, who pulls becomes who pushes (the Leontief form).
    turned = mapping.linkages(coefficients.T)
    assert turned["backward"].tolist() == pytest.approx(found["forward"].tolist())
    # Ghosh's form is the Leontief form of the sales: its row sums, industry by industry.
    sold = coefficients.mul(made, axis=1).div(made, axis=0)
    assume(np.abs(np.linalg.eigvals(sold)).max() < 0.95)
    ghosh = mapping.linkages(coefficients, made)
    direct = np.linalg.solve(np.eye(4) - sold.to_numpy(), np.ones(4))
    assert ghosh["forward"].tolist() == pytest.approx(direct.tolist())
    mixed = mapping.linkages(coefficients.loc[order, order], made * 5)
    pd.testing.assert_frame_equal(mixed.loc[list("abcd")], ghosh)
