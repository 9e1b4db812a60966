"""Shift-share: the textbook split, and parts that always add up."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import mapping

# Farhauer and Kroell (2013), data as printed in the manual of the R package REAT; run of REAT.
INDUSTRY = ["one", "two", "three", "four"]
NATION = [pd.Series(x, INDUSTRY) for x in ([400, 150, 150, 400], [440, 210, 135, 480])]
A = [pd.Series(x, INDUSTRY) for x in ([90, 20, 10, 60], [100, 40, 10, 55])]
B = [pd.Series(x, INDUSTRY) for x in ([60, 30, 30, 40], [85, 55, 40, 35])]


@pytest.mark.parametrize(
    ("region", "parts", "esteban"),
    [
        (A, (25, 27, 1, -3), (-0.636363636, -2.363636364)),
        (B, (55, 24, -1, 32), (18.4242424, 13.5757576)),
    ],
)
def test_textbook_regions(region, parts, esteban):
    classic = mapping.shift_share(*region, *NATION)
    assert list(classic.columns) == ["change", "national", "mix", "regional"]
    assert list(classic.index) == [*INDUSTRY, "total"]
    assert tuple(classic.loc["total"]) == pytest.approx(parts)
    other = mapping.shift_share(*region, *NATION, method="esteban-marquillas")
    assert tuple(other.loc["total", ["regional", "allocation"]]) == pytest.approx(esteban, abs=5e-8)
    assert tuple(other.loc["total", ["change", "national", "mix"]]) == pytest.approx(parts[:3])


jobs = st.lists(st.integers(0, 5000), min_size=5, max_size=5)


@given(
    start=jobs,
    end=jobs,
    extra=jobs,
    later=jobs,
    method=st.sampled_from(["classic", "esteban-marquillas"]),
)
@settings(max_examples=80, deadline=None)
def test_parts_add_up_in_every_row(start, end, extra, later, method):
    before = np.array(start) + np.array(extra) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # industries that start from zero are meant
        table = mapping.shift_share(start, end, before, np.array(later), method=method)
    np.testing.assert_allclose(table.drop(columns="change").sum(axis=1), table["change"], atol=1e-8)
    np.testing.assert_allclose(table.iloc[:-1].sum(), table.loc["total"], atol=1e-8)
    assert table.loc["total", "change"] == sum(end) - sum(start)


def test_order_of_industries_does_not_matter():
    mixed = [NATION[0].iloc[::-1], NATION[1].sample(frac=1, random_state=1)]
    pd.testing.assert_frame_equal(mapping.shift_share(*A, *mixed), mapping.shift_share(*A, *NATION))


@pytest.mark.parametrize("method", ["classic", "esteban-marquillas"])
def test_new_industry_goes_to_the_regional_part_and_is_announced(method):
    # Trap T18: growth from zero has no rate.
    start = A[0].copy()
    start["three"] = 0
    with pytest.warns(UserWarning, match=r"no jobs at the start in three: .* counted as regional"):
        row = mapping.shift_share(start, A[1], *NATION, method=method).loc["three"]
    assert row["change"] == row["regional"] == 10
    assert row["national"] == row["mix"] == row.get("allocation", 0) == 0


def test_industry_that_nobody_ever_had_changes_nothing():
    start, end = (x.reindex([*INDUSTRY, "space"], fill_value=0) for x in A)
    before, after = (x.reindex([*INDUSTRY, "space"], fill_value=0) for x in NATION)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = mapping.shift_share(start, end, before, after)
    assert table.loc["space"].eq(0).all()


def test_faults():
    with pytest.raises(ValueError, match="jobs in three, the reference has none"):
        mapping.shift_share(
            *A, NATION[0].replace(150, 0).where(lambda x: x.index != "two", 9), NATION[1]
        )
    with pytest.raises(ValueError, match="reference has no jobs at the start"):
        mapping.shift_share(*A, NATION[0] * 0, NATION[1])
    with pytest.raises(ValueError, match=r"industries that stand in only one .* four"):
        mapping.shift_share(A[0], A[1].drop("four"), *NATION)
    with pytest.raises(ValueError, match="region at the end missing at one"):
        mapping.shift_share(A[0], A[1].where(A[1] != 100), *NATION)
    summed = [x.rename({"four": "total"}) for x in (*A, *NATION)]
    with pytest.raises(ValueError, match="is a sum still in the table"):
        mapping.shift_share(*summed)
    with pytest.raises(ValueError, match="method 'dynamic' is not known"):
        mapping.shift_share(*A, *NATION, method="dynamic")
