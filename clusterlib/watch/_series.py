"""Checks for a count or amount by year, shared by the growth methods."""

from __future__ import annotations

import pandas as pd

from clusterlib.validation import numeric_series, some_of, unique_labels


def by_year(series: pd.Series[float], what: str = "series") -> tuple[pd.Series[float], int]:
    """Return the known values with years as numbers, in order, and how many years were blank."""
    if not isinstance(series, pd.Series):
        raise ValueError(f"{what} must be labelled by year: pd.Series(values, index=years)")
    clean = numeric_series(series, what)
    if isinstance(clean.index, (pd.DatetimeIndex, pd.PeriodIndex)):
        years = pd.Index(clean.index.year)
    else:
        years = pd.Index(pd.to_numeric(pd.Series(clean.index), errors="coerce"))
    if years.isna().any():
        wrong = [label for label, bad in zip(series.index, years.isna(), strict=True) if bad]
        raise ValueError(f"labels that are not years: {some_of(wrong)}: use numbers such as 2019")
    unique_labels(years, f"{what}: years")
    ordered = clean.set_axis(years.astype(float), axis=0).sort_index()
    known = ordered.dropna()
    return known, len(ordered) - len(known)


def year_name(year: float) -> str:
    """Write a year as people do.

    >>> year_name(2019.0)
    '2019'
    """
    return f"{year:g}" if year != int(year) else str(int(year))
