"""Watch: rates, ceilings that cannot be known, bursts and word maps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit
from scipy.stats import linregress
from scipy.stats import t as student

from clusterlib import watch

YEARS = range(2008, 2023)
FOUND = pd.Series([0, 2, 1, 6, 7, 2, 8, 5, 6, 2, 1, 0, 0, 0, 0], index=YEARS)
READ = pd.Series([9, 11, 12, 10, 10, 8, 12, 10, 13, 11, 9, 10, 11, 9, 11], index=YEARS)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.5, 2), st.floats(0.1, 1e6), st.integers(2, 15))
def test_growth_of_a_geometric_series(rate, start, n):
    series = pd.Series(start * (1 + rate) ** np.arange(n), index=range(2000, 2000 + n))
    result = watch.growth(series)
    assert result.cagr == pytest.approx(rate, abs=1e-9)
    assert result.trend == pytest.approx(rate, abs=1e-9)


def test_growth_interval_is_that_of_the_regression():
    series = pd.Series([10, 12, 13, 17, 20], index=range(2018, 2023))
    line = linregress(series.index, np.log(series))
    reach = student.ppf(0.975, 3) * line.stderr
    result = watch.growth(series)
    assert (result.trend, result.low, result.high) == pytest.approx(
        tuple(np.expm1([line.slope, line.slope - reach, line.slope + reach]))
    )


def test_growth_counts_years_not_rows_and_takes_dates():
    gap = pd.Series([200, 100, None], index=[2024, 2020, 2022])
    result = watch.growth(gap)
    assert result.cagr == pytest.approx(2 ** (1 / 4) - 1)
    assert (result.missing, result.points) == (1, 2)
    assert "no interval from two points" in result.note
    assert np.isnan(result.low)
    dated = pd.Series([1.0, 2.0], index=pd.to_datetime(["2020-12-31", "2021-12-31"]))
    assert watch.growth(dated).cagr == pytest.approx(1)
    period = pd.Series([1.0, 2.0], index=pd.period_range("2020", periods=2, freq="Y"))
    assert watch.growth(period).cagr == pytest.approx(1)
    text = pd.Series([1.0, 2.0], index=pd.Index(["2020", "2021"]))
    assert watch.growth(text).cagr == pytest.approx(1)


def test_growth_of_very_large_and_small_numbers():
    steep = watch.growth(pd.Series([1e-300, 1e300], index=[2000, 3000]))
    assert steep.cagr == pytest.approx(10**0.6 - 1)


def test_growth_with_a_zero_inside_has_no_trend():
    result = watch.growth(pd.Series([4, 0, 9], index=[2020, 2021, 2022]))
    assert result.cagr == pytest.approx(0.5)
    assert np.isnan(result.trend)
    assert "0 in 2021" in result.note


@pytest.mark.parametrize(
    ("values", "index", "words"),
    [
        ([0, 5, 9], [2020, 2021, 2022], "starts at 0 in 2020"),
        ([5, 9, 0], [2020, 2021, 2022], "ends at 0 in 2022"),
        ([5], [2020], "at least two years"),
        ([5, None], [2020, 2021], "at least two years"),
        ([5, -1], [2020, 2021], "below 0"),
        ([5, 6], [2020, 2020], "more than once"),
        ([5, 6], ["early", "late"], "not years: early, late"),
        ([5, np.inf], [2020, 2021], "infinite"),
    ],
)
def test_growth_refuses(values, index, words):
    # Trap T23: no compound rate from zero or to zero.
    with pytest.raises(ValueError, match=words):
        watch.growth(pd.Series(values, index=index))


def test_growth_refuses_lists_and_odd_levels():
    with pytest.raises(ValueError, match="labelled by year"):
        watch.growth([1, 2])
    with pytest.raises(ValueError, match="share between 0 and 1"):
        watch.growth(pd.Series([1, 2], index=[2020, 2021]), level=95)


def _curve(ceiling, midpoint, years, noise=0.0, seed=1):
    years = np.array(years)
    clean = ceiling / (1 + np.exp(-0.5 * (years - midpoint)))
    noisy = clean + np.random.default_rng(seed).normal(0, noise, len(years))
    return pd.Series(np.clip(noisy, 0, None), index=years)


@pytest.mark.parametrize("ceiling", [1e-3, 100, 1e9])
def test_logistic_recovers_a_full_curve(ceiling):
    result = watch.fit_logistic(_curve(ceiling, 2010, range(2000, 2021)))
    assert result.ceiling == pytest.approx(ceiling, rel=1e-4)
    assert result.midpoint == pytest.approx(2010, abs=1e-2)
    assert result.rate == pytest.approx(0.5, abs=1e-3)
    assert result.identified
    assert result.note == ""
    assert result.r_squared == pytest.approx(1)


def test_logistic_equals_plain_least_squares():
    series = pd.Series([2, 4, 9, 17, 30, 44, 58, 67, 73, 76], index=range(2010, 2020))
    plain, _ = curve_fit(
        lambda year, top, rate, middle: top / (1 + np.exp(-rate * (year - middle))),
        series.index.to_numpy(), series.to_numpy(), p0=(80, 0.6, 2014),
    )  # fmt: skip
    result = watch.fit_logistic(series)
    assert (result.ceiling, result.rate, result.midpoint) == pytest.approx(tuple(plain), rel=1e-4)
    assert result.ceiling_low < result.ceiling < result.ceiling_high
    assert watch.fit_logistic(series, level=0.5).ceiling_high < result.ceiling_high


@pytest.mark.parametrize("seed", range(5))
def test_logistic_before_the_turning_point_is_not_identified(seed):
    # Trap T24: no ceiling is known before the turning point.
    early = _curve(100, 2025, range(2005, 2021), noise=0.3, seed=seed)
    result = watch.fit_logistic(early)
    assert not result.identified
    assert "the ceiling is not known" in result.note
    assert result.ceiling_high > 2 * result.ceiling_low


@pytest.mark.parametrize("seed", [4, 5, 7, 9])
def test_logistic_of_mere_noise_claims_nothing(seed):
    noise = _curve(100, 2025, range(2000, 2015), noise=1, seed=seed)
    result = watch.fit_logistic(noise)
    assert not result.identified
    assert result.ceiling_high == np.inf
    assert result.ceiling_low == pytest.approx(noise.max() / 4)
    assert result.ceiling == np.inf or result.ceiling < 10 * noise.max()


def test_logistic_of_plain_exponential_growth_has_no_upper_limit():
    growing = pd.Series(2.0 ** np.arange(10), index=range(2010, 2020))
    result = watch.fit_logistic(growing)
    assert result.ceiling_high == np.inf
    assert not result.identified
    # Clean figures do not help: the turning point has still not been seen.
    clean = watch.fit_logistic(_curve(100, 2025, range(2005, 2021)))
    assert not clean.identified
    assert "turning point has not been seen by 2020" in clean.note


def test_logistic_covers_the_true_ceiling_about_as_often_as_it_says():
    hits = 0
    for seed in range(10):
        noisy = watch.fit_logistic(_curve(100, 2012, range(2000, 2021), noise=2, seed=seed))
        hits += noisy.ceiling_low <= 100 <= noisy.ceiling_high
    assert hits >= 8


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 3, 4], "at least 5 years"),
        ([5, 5, 5, 5, 5], "does not grow"),
        ([9, 7, 5, 3, 1], "does not grow"),
        ([1, 2, -3, 4, 5], "below 0"),
    ],
)
def test_logistic_refuses(values, words):
    with pytest.raises(ValueError, match=words):
        watch.fit_logistic(pd.Series(values, index=range(2000, 2000 + len(values))))
    with pytest.raises(ValueError, match="share between 0 and 1"):
        watch.fit_logistic(pd.Series(range(6), index=range(6)), level=1)


def test_fisher_pry_is_a_straight_line():
    straight = watch.fisher_pry(_curve(100, 2010, range(2000, 2021)), ceiling=100)
    assert np.diff(straight).tolist() == pytest.approx([0.5] * 20)
    with pytest.raises(ValueError, match="below the ceiling 50; not so in"):
        watch.fisher_pry(pd.Series([10.0, 50.0], index=[2020, 2021]), ceiling=50)


def test_bursts_reference_run():
    # Two-state batched model, s = 2: independent dynamic programme gave weight 11.304155.
    for gamma in (0.5, 1, 2):
        result = watch.bursts(FOUND, READ, gamma=gamma)
        assert result.states.tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
        assert result.weight == pytest.approx(11.3041555, abs=1e-6)
    assert result.base_rate == pytest.approx(0.2564102564)
    assert result.burst_rate == pytest.approx(0.5128205128)
    assert watch.bursts(FOUND, READ, gamma=6).intervals.empty


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_bursts_are_the_cheapest_of_all_paths(data):
    n = data.draw(st.integers(1, 8))
    read = data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    hits = [data.draw(st.integers(0, total)) for total in read]
    gamma = data.draw(st.floats(0, 3))
    if not sum(read) or sum(hits) * 2 >= sum(read) or not sum(hits):
        return
    result = watch.bursts(pd.Series(hits), pd.Series(read), gamma=gamma)
    base = sum(hits) / sum(read)

    def cost(path):
        total, before = 0.0, 0
        for state, r, d in zip(path, hits, read, strict=True):
            rate = base * 2**state
            total -= r * np.log(rate) + (d - r) * np.log(1 - rate)
            total += gamma * np.log(n) * (state > before)
            before = state
        return total

    paths = [[(code >> place) & 1 for place in range(n)] for code in range(2**n)]
    assert cost(result.states) == pytest.approx(min(cost(path) for path in paths))


def test_bursts_with_empty_periods_and_no_topic():
    silent = watch.bursts(FOUND * 0, READ)
    assert silent.states.sum() == 0
    assert silent.intervals.empty
    nothing_read = READ.copy()
    nothing_read[2008] = 0
    assert watch.bursts(FOUND, nothing_read).states[2008] == 0
    ends_in_burst = watch.bursts(pd.Series([0, 0, 0, 9]), pd.Series([20, 20, 20, 20]))
    assert ends_in_burst.intervals.loc[0, ["start", "end", "periods"]].tolist() == [3, 3, 1]


@pytest.mark.parametrize(
    ("found", "read", "options", "words"),
    [
        ([6, 6], [10, 10], {}, "scale below 1.67"),
        ([5, 5], [10, 10], {}, "scale below 2"),
        ([1, 9], [10, 8], {}, "more documents on the topic"),
        ([1, None], [10, 10], {}, "missing at 1"),
        ([0, 0], [0, 0], {}, "no documents in any period"),
        ([1, 1], [10, 10], {"scale": 1}, "above 1"),
        ([1, 1], [10, 10], {"gamma": -1}, "0 or more"),
        ([1, 1], [10, 10, 10], {}, "only one of the two"),
    ],
)
def test_bursts_refuse(found, read, options, words):
    with pytest.raises(ValueError, match=words):
        watch.bursts(pd.Series(found), pd.Series(read), **options)


PAPERS = [
    ["Gene therapy", "vector"], ["gene  therapy", "Vector", "vector"], ["sensor", "wearable"],
    "sensor; wearable; gene therapy", ["sensor", "implant"], ["implant", "polymer"],
    ["polymer", "implant"], ["implant"], ["wearable", "sensor"], None, "", ["rare"],
]  # fmt: skip
THEMES = {"gene therapy": "gene", "vector": "gene", "sensor": "body", "wearable": "body",
          "implant": "material", "polymer": "material"}  # fmt: skip


def test_cowords_equivalence_centrality_and_density_by_hand():
    result = watch.cowords(PAPERS, themes=THEMES)
    assert (result.documents, result.empty) == (12, 2)
    assert result.frequencies["gene therapy"] == 3
    link = result.equivalence
    assert link.loc["gene therapy", "vector"] == pytest.approx(4 / 6)
    assert link.loc["sensor", "gene therapy"] == pytest.approx(1 / 12)
    assert link.loc["sensor", "implant"] == pytest.approx(1 / 16)
    themes = result.themes
    assert themes["density"].to_dict() == pytest.approx(
        {"body": 9 / 12, "gene": 4 / 6, "material": 4 / 8}
    )
    assert themes["centrality"].to_dict() == pytest.approx(
        {"body": 1 / 12 + 1 / 9 + 1 / 16, "gene": 1 / 12 + 1 / 9, "material": 1 / 16}
    )
    assert themes["quadrant"].to_dict() == {
        "body": "motor", "gene": "emerging or declining", "material": "emerging or declining",
    }  # fmt: skip


def test_cowords_grow_themes_up_to_a_size():
    grown = watch.cowords(PAPERS, max_size=2)
    assert set(grown.themes["words"]) == {
        "gene therapy; vector", "sensor; wearable", "implant; polymer"
    }  # fmt: skip
    assert grown.words["vector"] == "gene therapy"
    whole = watch.cowords(PAPERS, max_size=10)
    assert len(whole.themes) == 1
    assert whole.themes["quadrant"].tolist() == ["undetermined"]
    again = watch.cowords(list(reversed(PAPERS)), max_size=2)
    pd.testing.assert_frame_equal(again.themes, grown.themes)


def test_cowords_all_level_is_undetermined_and_alone_has_no_density():
    level = watch.cowords([["a", "b"], ["a", "b"], ["c", "d"], ["c", "d"]])
    assert set(level.themes["quadrant"]) == {"undetermined"}
    alone = watch.cowords(["a", "a", "b; c", "b; c"])
    assert alone.themes.loc["a", "density"] == 0


@pytest.mark.parametrize(
    ("papers", "options", "words"),
    [
        ([["a"], ["b"]], {}, "no keyword stands in 2"),
        ([], {}, "no keyword"),
        ([["a"]], {"minimum": 0}, "1 or more"),
        ([["a"], ["a"]], {"themes": {"z": "t"}}, "not on the map: z"),
        ([["a"], ["a"]], {"themes": {}}, "no word"),
        ([5], {}, "must be a list or a text"),
    ],
)
def test_cowords_refuse(papers, options, words):
    with pytest.raises(ValueError, match=words):
        watch.cowords(papers, **options)


def test_cowords_read_a_pandas_text_column():
    column = pd.Series(["a; b", "a; b", None], dtype="str")
    assert watch.cowords(column).empty == 1
