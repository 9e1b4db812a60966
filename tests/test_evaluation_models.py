"""Effects beside statsmodels, run on the same panels, and what must hold for any panel."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as models
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import evaluation

STATISTICS = ["effect", "standard_error", "low", "high", "p"]


def panel_of(seed: int, firms: int = 12, years: int = 6, gaps: int = 0) -> pd.DataFrame:
    """Firms seen year by year, some of them supported from 2018 on; `gaps` outcomes are blank."""
    rng = np.random.default_rng(seed)
    firm, year = np.repeat(np.arange(firms), years), np.tile(np.arange(2015, 2015 + years), firms)
    member = (firm < max(2, firms // 3)).astype(int)
    later = (year >= 2018).astype(int)
    jobs = rng.normal(0, 1, firms)[firm] + 0.3 * (year - 2015) + 1.5 * member * later
    jobs = jobs + rng.normal(0, 0.5, len(firm))
    jobs[rng.choice(len(firm), gaps, replace=False)] = np.nan
    return pd.DataFrame({"firm": firm, "year": year, "member": member, "later": later, "y": jobs})


def by_statsmodels(panel: pd.DataFrame, unit: str | None) -> list[float]:
    """Effect, error, 95 % interval and p of member x later, as statsmodels gives them."""
    known = panel.dropna(subset="y")
    groups = known[unit] if unit else pd.Series(range(len(known)), known.index)
    model = models.ols("y ~ member * later", known)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    low, high = fit.conf_int().loc["member:later"]
    name = "member:later"
    return [fit.params[name], fit.bse[name], low, high, fit.pvalues[name]]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("unit", ["firm", None])
def test_effect_error_interval_and_p_equal_statsmodels(seed, unit):
    panel = panel_of(seed, firms=6 + seed, gaps=seed)
    found = evaluation.difference_in_differences(panel, "y", "member", "later", unit=unit)
    ours = [getattr(found, name) for name in STATISTICS]
    assert ours == pytest.approx(by_statsmodels(panel, unit), rel=1e-9)
    assert len(found.left_out) == seed
    if unit is None:
        # Each row its own cluster is the error that economists know as HC1.
        fit = models.ols("y ~ member * later", panel.dropna()).fit(cov_type="HC1")
        assert found.standard_error == pytest.approx(fit.bse["member:later"])


def test_every_pretended_start_and_every_period_equals_statsmodels():
    panel = panel_of(20261123)
    tried = evaluation.placebo(panel, "y", "member", "year", start=2018, unit="firm")
    assert tried.index.tolist() == [2016, 2017]
    for year, row in tried.iterrows():
        early = panel[panel["year"] < 2018].assign(later=lambda table, y=year: table["year"] >= y)
        expected = by_statsmodels(early.astype({"later": int}), "firm")
        assert row[STATISTICS].tolist() == pytest.approx(expected, rel=1e-9)
    study = evaluation.event_study(panel, "y", "member", "year", start=2018, unit="firm")
    for year in (2015, 2016, 2018, 2019, 2020):
        two = panel[panel["year"].isin([2017, year])]
        expected = by_statsmodels(two.assign(later=(two["year"] == year).astype(int)), "firm")
        assert study.loc[year, STATISTICS].tolist() == pytest.approx(expected, rel=1e-9)
    # The whole study in one regression with a dummy for each firm and year: the same effects, since
    # every firm is seen in every year.
    terms = [f"m{year}" for year in study.index if year != 2017]
    wide = panel.assign(**{
        f"m{year}": panel["member"] * (panel["year"] == year) for year in study.index
    })  # fmt: skip
    fit = models.ols(f"y ~ C(firm) + C(year) + {' + '.join(terms)}", wide).fit()
    assert study["effect"].drop(2017).tolist() == pytest.approx(fit.params[terms].tolist())


seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(-50, 50), st.floats(-9, 9), st.sampled_from([0.01, 3, 1000]))
def test_levels_common_shocks_and_units_do_not_move_a_placebo(seed, level, shock, unit):
    panel = panel_of(seed, firms=7)
    found = evaluation.placebo(panel, "y", "member", "year", start=2019, unit="firm")
    moved = panel.assign(
        y=unit * (panel["y"] + level * panel["member"] + shock * (panel["year"] - 2015) ** 2)
    )
    other = evaluation.placebo(moved, "y", "member", "year", start=2019, unit="firm")
    assert other["effect"].tolist() == pytest.approx((unit * found["effect"]).tolist(), abs=1e-6)
    assert other[["rows", "clusters"]].equals(found[["rows", "clusters"]])
    # What happened from the true start on is out of its sight.
    late = panel.assign(y=panel["y"].where(panel["year"] < 2019, 1e6))
    again = evaluation.placebo(late, "y", "member", "year", start=2019, unit="firm")
    pd.testing.assert_frame_equal(again, found)
    # Swapping who is called supported turns the sign and nothing else.
    swapped = evaluation.placebo(
        panel.assign(member=1 - panel["member"]).sample(frac=1, random_state=seed),
        "y", "member", "year", start=2019, unit="firm",
    )  # fmt: skip
    assert swapped["effect"].tolist() == pytest.approx((-found["effect"]).tolist())
    assert swapped["p"].tolist() == pytest.approx(found["p"].tolist())


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(0.5, 5))
def test_groups_that_drift_apart_by_a_constant_step_show_that_step(seed, step):
    # Without noise: supported firms gain `step` a year on the others, programme or not.
    panel = panel_of(seed, firms=6)
    steady = panel.assign(y=panel["firm"] + step * panel["member"] * (panel["year"] - 2015.0))
    tried = evaluation.placebo(steady, "y", "member", "year", start=2018, unit="firm")
    # From 2015-2016 to 2016-2017 on average: half the span of three years, whichever the cut.
    assert tried["effect"].tolist() == pytest.approx([1.5 * step, 1.5 * step])
    study = evaluation.event_study(steady, "y", "member", "year", start=2018, unit="firm")
    expected = [step * (year - 2017) for year in study.index]
    assert study["effect"].tolist() == pytest.approx(expected, abs=1e-9)
    assert study["standard_error"].drop(2017).tolist() == [0.0] * 5
    assert study[["low", "high", "p"]].isna().all(axis=None)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(3, 20), st.integers(2, 5))
def test_item_analysis_equals_numpy_and_knows_no_order(seed, learners, questions):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.integers(0, 4, (learners, questions))).add_prefix("q")
    found = evaluation.item_analysis(scores, maximum=3)
    again = evaluation.item_analysis(
        scores.sample(frac=1, random_state=seed).iloc[:, ::-1] * 5, maximum=15
    )
    pd.testing.assert_frame_equal(again.items.loc[scores.columns], found.items)
    assert again.alpha == pytest.approx(found.alpha, nan_ok=True)
    assert found.items["difficulty"].between(0, 1).all()
    if np.isnan(found.alpha):
        return
    # Alpha by way of the mean covariance, as textbooks also write it.
    covariance = np.cov(scores.T)
    mean = (covariance.sum() - np.trace(covariance)) / (questions * (questions - 1))
    assert found.alpha == pytest.approx(questions**2 * mean / covariance.sum())
