"""The stage of a cluster: signals by hand, gaps in the record, and ties that stay open."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import labels

YEARS = range(2018, 2024)


def record(firms: list[float], jobs: list[float], entries: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"firms": firms, "employment": jobs, "entries": entries, "exits": 0},
        index=range(2018, 2018 + len(firms)),
    )


def mix(first: list[int], last: list[int]) -> pd.DataFrame:
    """Six years of two specialisms: three alike at first, three alike at the end."""
    return pd.DataFrame([first] * 3 + [last] * 3, index=YEARS, columns=["tools", "software"])


@pytest.mark.parametrize(
    ("firms", "jobs", "entries", "specialisms", "stage"),
    [
        ([10, 12, 14, 17, 20, 24], [50, 55, 60, 66, 73, 80], [2] * 6, ([9, 1], [5, 5]),
         "emergence"),
        ([80, 88, 97, 107, 118, 130], [400, 440, 480, 530, 580, 640], [12] * 6, ([5, 5], [9, 1]),
         "growth"),
        ([100] * 6, [900] * 6, [6] * 6, ([5, 5], [5, 5]), "sustainment"),
        ([100, 92, 85, 78, 71, 65], [900, 820, 750, 680, 620, 560], [1] * 6, ([5, 5], [5, 5]),
         "decline"),
    ],
)  # fmt: skip
def test_each_stage_by_hand(firms, jobs, entries, specialisms, stage):
    found = labels.life_cycle(record(firms, jobs, entries), mix(*specialisms))
    assert (found.stage, found.confidence) == (stage, 1.0)
    assert found.reason.startswith(f"4 of 4 signals fit {stage}")


def test_variety_is_the_entropy_over_its_maximum():
    # Nine to one: -(.9 ln .9 + .1 ln .1) / ln 2 = 0.468996; even halves: 1.
    table = record([100] * 6, [900] * 6, [6] * 6)
    variety = labels.life_cycle(table, mix([9, 1], [5, 5])).signals.loc["variety"]
    assert variety["value"] == pytest.approx(1 - 0.4689956, abs=1e-6)
    assert variety["direction"] == "up"
    one_column = mix([9, 1], [5, 5])[["tools"]]
    assert labels.life_cycle(table, one_column).signals.loc["variety", "direction"] == "unknown"
    short = mix([9, 1], [5, 5]).iloc[:2]
    assert labels.life_cycle(table, short).signals.loc["variety", "direction"] == "unknown"
    blank = mix([9, 1], [5, 5]).astype(float)
    blank.iloc[0, 0] = np.nan  # a year that is not known in full has no evenness
    assert labels.life_cycle(table, blank).signals.loc["variety", "value"] == pytest.approx(
        variety["value"]
    )


def test_signals_that_fit_two_stages_alike_stay_open():
    # Firms, jobs and newcomers up and no word on variety, from 20 firms: emergence or growth.
    found = labels.life_cycle(record([20, 23, 26, 30, 34, 39], [50, 60, 70, 80, 95, 110], [3] * 6))
    assert found.stage == "undetermined"
    assert found.reason == "3 of 4 signals fit emergence and growth alike"
    assert found.fits["emergence"] == found.fits["growth"] == 0.75


def test_too_little_is_known_to_name_a_stage():
    nothing = record([0, 0, 0, 0, 0], [np.nan] * 5, [np.nan] * 5)
    found = labels.life_cycle(nothing)
    assert found.signals["direction"].tolist() == ["unknown"] * 4
    assert found.reason == "no stage fits more than 0 of 4 signals; 4 unknown"


def test_a_missing_year_is_a_gap_and_not_the_year_before():
    whole = record([100, 110, 120, 130, 140, 150], [900] * 6, [10] * 6)
    gap = whole.drop(index=2020)
    # The newcomers of 2021 have no known start of the year: four years are left of five.
    rates = 10 / np.array([100, 110, 120, 130, 140]) * 100
    value = labels.life_cycle(whole).signals.loc["newcomers", "value"]
    assert value == pytest.approx(rates.mean())
    without = labels.life_cycle(gap).signals.loc["newcomers", "value"]
    assert without == pytest.approx(rates[[0, 3, 4]].mean())
    assert labels.life_cycle(gap).signals.loc["firms", "value"] == pytest.approx(
        100 * (1.5 ** (1 / 5) - 1)
    )


def test_years_may_be_text_and_in_any_order_but_must_be_years():
    table = record([100, 92, 85, 78, 71, 65], [900, 820, 750, 680, 620, 560], [1] * 6)
    typed = table.set_axis(table.index.astype(str), axis=0)[::-1]
    assert labels.life_cycle(typed).signals.equals(labels.life_cycle(table).signals)
    with pytest.raises(ValueError, match="years that are no years: first, 2019"):
        labels.life_cycle(table.set_axis(["first", "2019.5", *range(2020, 2024)], axis=0))
    with pytest.raises(ValueError, match="years of the specialisms that are no years"):
        labels.life_cycle(table, mix([5, 5], [5, 5]).set_axis(list("abcdef"), axis=0))


def test_few_years_missing_columns_and_a_band_below_zero():
    table = record([100, 92, 85, 78], [900, 820, 750, 680], [1] * 4)
    assert labels.life_cycle(table).reason == "4 years are known, 5 needed"
    with pytest.raises(ValueError, match="years without exits: leave cells blank"):
        labels.life_cycle(table.drop(columns="exits"))
    with pytest.raises(ValueError, match="0 or more per cent a year, not -1"):
        labels.life_cycle(table, band=-1)


counts = st.lists(
    st.tuples(st.integers(1, 90), st.integers(1, 900), st.integers(0, 20)), min_size=5, max_size=9
)


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(0, 20))
def test_a_stage_hangs_on_neither_the_order_of_rows_nor_the_unit_of_jobs(rows, shift):
    table = record(*[[row[column] for row in rows] for column in range(3)])
    found = labels.life_cycle(table)
    moved = table.assign(employment=table["employment"] * 3).set_axis(table.index + shift, axis=0)
    again = labels.life_cycle(moved.iloc[::-1])
    assert (again.stage, again.reason) == (found.stage, found.reason)
    assert again.fits.to_dict() == found.fits.to_dict()
    if found.stage != "undetermined":
        assert found.confidence >= 0.75
        assert (found.fits == found.confidence).sum() == 1
    # A wider band never turns a still signal into a moving one.
    wider = labels.life_cycle(table, band=5).signals["direction"]
    narrow = labels.life_cycle(table, band=1).signals["direction"]
    assert not ((narrow == "still") & (wider != "still")).any()
