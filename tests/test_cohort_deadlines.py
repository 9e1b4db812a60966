"""Deadlines: right in UTC, or refused. nbgrader 0.9.6 gets half of these spellings wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.deadlines import read_deadline, read_zone, show_deadline

BUDAPEST = ZoneInfo("Europe/Budapest")


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-28T23:59:00+02:00",
        "2027-03-28 23:59:00+02:00",
        "2027-03-28T21:59Z",
        "2027-03-28 23:59:00 Europe/Budapest",
        "2027-03-28 23:59 Europe/Budapest",
        "2027-03-28 21:59 UTC",
        "2027-03-28 22:59 Europe/Lisbon",
        "2027-03-28 23:59",
        " 2027-03-28T23:59:00 ",
    ],
)
def test_clear_spellings_mean_21_59_utc(text: str) -> None:
    assert read_deadline(text, BUDAPEST) == datetime(2027, 3, 28, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-28 23:59:00 +0200",  # nbgrader: 23:55:40 UTC, silently
        "2027-03-28 23:59:00 CEST",  # nbgrader: 23:59 UTC, silently
        "2027-03-28 23:59:00 PST",
        "2027-03-28 23:59:00 CET",  # right by luck only
        "2027-03-28 23:59+0200",
        "2027-03-28",
        "28.03.2027 23:59",
        "28/03/2027 23:59",
        "03/04/2027 23:59",
        "2027-03-28 11:59 PM",
        "tomorrow",
        "",
        "2027-13-28 23:59",
        "2027-02-30 23:59",
        "2027-03-28 24:30",
        "2027-03-28 23:59 Europe/Debrecen",
        "2027-03-28T23:59+02:00 Europe/Budapest",
        "2027-03-28 23:59 ../../etc/passwd",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match=r"deadline|no time zone"):
        read_deadline(text, BUDAPEST)


def test_an_hour_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match=r"clocks go forward.*take 2027-03-28 03:30"):
        read_deadline("2027-03-28 02:30", BUDAPEST)


def test_an_hour_that_comes_twice_is_the_later_one() -> None:
    moment = read_deadline("2027-10-31 02:30", BUDAPEST)
    assert moment == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert "UTC+01:00" in show_deadline(moment, BUDAPEST)


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2035, 1, 1)))
def test_reading_what_is_shown_by_the_clock_gives_the_moment_back(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    local = moment.astimezone(BUDAPEST)
    assert read_deadline(local.isoformat(), ZoneInfo("Asia/Tokyo")) == moment
    if local.replace(fold=1).astimezone(UTC) == moment:
        assert read_deadline(f"{local:%Y-%m-%d %H:%M}", BUDAPEST) == moment


@pytest.mark.parametrize("name", ["CET", "Budapest", "Europe/Nowhere", "../UTC", "UTC+2", ""])
def test_zones_are_area_and_city(name: str) -> None:
    with pytest.raises(CommandError, match="no time zone"):
        read_zone(name)
