"""Star ratings: thresholds in the open, ties, small categories, confidential cells."""

import numpy as np
import pandas as pd
import pytest

from clusterlib import mapping

REGIONS = [f"R{i:02d}" for i in range(20)]
JOBS = pd.DataFrame(
    {"biotech": np.arange(20) * 10 + 10, "food": np.full(20, 300), "rest": np.full(20, 5000)},
    index=REGIONS,
)


def stars_of(result, category, column="stars"):
    return result[result["category"] == category].set_index("region")[column]


def test_every_preset_rule_is_dated_sourced_and_says_whether_it_was_verified():
    rules = mapping.star_presets()
    assert (
        rules[["value", "unit", "valid_from", "valid_to", "source", "verified"]]
        .notna()
        .all(axis=None)
    )
    assert set(rules["preset"]) == {"observatory", "panorama"}
    assert rules.loc[rules["verified"] == "yes", "measure"].tolist() == ["size"]
    with pytest.raises(ValueError, match="preset 'michelin' is not known"):
        mapping.star_presets("michelin")


def test_top_ten_per_cent_of_twenty_is_two():
    result = mapping.star_rating(JOBS)
    assert list(stars_of(result, "biotech", "size_star").loc[lambda x: x].index) == ["R18", "R19"]
    assert list(stars_of(result, "biotech", "focus_star").loc[lambda x: x].index) == ["R18", "R19"]


def test_tie_at_the_edge_lets_all_of_the_tied_in():
    tied = JOBS.copy()
    tied.loc[["R16", "R17"], "biotech"] = tied.loc["R18", "biotech"]
    size = stars_of(mapping.star_rating(tied), "biotech", "size_star")
    assert list(size[size].index) == ["R16", "R17", "R18", "R19"]
    assert stars_of(mapping.star_rating(JOBS), "food", "size_star").all()


def test_no_jobs_never_earn_a_star():
    none = JOBS.assign(space=0)
    none.loc["R00", "space"] = 3
    size = stars_of(mapping.star_rating(none), "space", "size_star")
    assert list(size[size].index) == ["R00"]


def test_quotient_exactly_at_the_threshold_counts():
    jobs = pd.DataFrame({"a": [2, 0], "b": [2, 4]}, index=["one", "two"])
    result = mapping.star_rating(jobs)
    assert result.loc[0, "lq"] == 2
    assert result.loc[0, "specialisation_star"]
    strict = mapping.star_rating(jobs, thresholds={"specialisation": 2.01})
    assert not strict.loc[0, "specialisation_star"]


def test_small_categories_are_flagged():
    assert not mapping.star_rating(JOBS)["small_category"].any()
    assert mapping.star_rating(JOBS.iloc[:9])["small_category"].all()


def test_confidential_cell_has_no_stars_and_is_not_among_the_known():
    # Trap T25: confidential is not zero.
    hidden = JOBS.astype(float)
    hidden.loc["R19", "biotech"] = np.nan
    with pytest.raises(ValueError, match="missing at R19 / biotech"):
        mapping.star_rating(hidden)
    result = mapping.star_rating(hidden, reference=JOBS.sum(), region_totals=JOBS.sum(axis=1))
    stars = stars_of(result, "biotech")
    assert pd.isna(stars["R19"])
    size = stars_of(result, "biotech", "size_star")
    assert pd.isna(size["R19"])
    assert list(size.index[size.fillna(False)]) == ["R17", "R18"]  # 1.9 of 19: fewer than two ahead
    counted = result[["size_star", "specialisation_star", "focus_star"]].sum(axis=1)
    assert (result["stars"] == counted).loc[result["jobs"].notna()].all()


def test_panorama_needs_a_minimum_quotient_and_productivity_for_its_third_star():
    result = mapping.star_rating(JOBS, "panorama")
    assert result["productivity_star"].isna().all()
    size = stars_of(result, "biotech", "size_star")
    assert list(size[size].index) == ["R16", "R17", "R18", "R19"]
    assert not stars_of(result, "food", "size_star").any()  # quotient near 1, below 1.5
    assert stars_of(result, "biotech").max() == 2
    productive = mapping.star_rating(JOBS, "panorama", productivity=JOBS)
    assert stars_of(productive, "biotech").max() == 3
    lower = mapping.star_rating(JOBS, "panorama", thresholds={"minimum_quotient": 0})
    assert stars_of(lower, "food", "size_star").all()


def test_faults():
    with pytest.raises(ValueError, match="threshold for 'focus' is not known"):
        mapping.star_rating(JOBS, "panorama", thresholds={"focus": 5})
    with pytest.raises(ValueError, match='use preset="panorama"'):
        mapping.star_rating(JOBS, productivity=JOBS)
    with pytest.raises(ValueError, match=r"regions that stand in only one .* R19"):
        mapping.star_rating(JOBS, "panorama", productivity=JOBS.iloc[:19])
    with pytest.raises(ValueError, match=r"categories that stand in only one .* rest"):
        mapping.star_rating(JOBS, "panorama", productivity=JOBS.drop(columns="rest"))
