"""Growth rates: from the two ends of a series, and from all of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import some_of
from clusterlib.watch._series import by_year, year_name


@dataclass(frozen=True)
class Growth:
    """Growth a year: `cagr` from the ends, `trend` with `low` and `high` from all years."""

    cagr: float
    trend: float
    low: float
    high: float
    level: float
    start: float
    end: float
    points: int
    missing: int
    note: str


def growth(series: pd.Series[float], level: float = 0.95) -> Growth:
    """Measure yearly growth twice: from first to last year, and as a trend through all years.

    Args:
        series: amounts by year (numbers, dates or periods as index, in any order); blanks allowed.
        level: of the interval around the trend, between 0 and 1.
    Returns:
        `Growth`, rates as shares a year (0.10 is 10 %): `cagr` = (last/first)^(1/years) - 1;
        `trend` = exp(slope of the logarithms) - 1 with `low` and `high`; first and last year with
        a value, `points`, `missing` years, and `note`, which says what could not be given.
    Raises:
        ValueError: fewer than two years, a start or an end of zero, negative amounts.
    Convention:
        Years between the ends count, not rows; a date counts by its calendar year alone. A zero
        between the ends leaves the trend blank (NaN), as a logarithm of zero does not exist; with
        two points the trend has no interval. The interval assumes independent deviations, so it is
        narrow for series with long swings.

    >>> patents = pd.Series([10, 12, 13, 17, 20], index=range(2018, 2023))
    >>> result = growth(patents)
    >>> round(result.cagr, 4), round(result.trend, 4), round(result.low, 4), round(result.high, 4)
    (0.1892, 0.1894, 0.1351, 0.2463)
    """
    if not 0 < level < 1:
        raise ValueError(f"level is a share between 0 and 1, such as 0.95; you gave {level}")
    known, missing = by_year(series)
    if len(known) < 2:
        raise ValueError(f"growth needs at least two years with a value; you gave {len(known)}")
    years, values = known.index.to_numpy(dtype=float), known.to_numpy(dtype=float)
    for place, name in ((0, "starts"), (-1, "ends")):
        if values[place] == 0:
            raise ValueError(
                f"the series {name} at 0 in {year_name(years[place])}: growth from or to nothing "
                "has no rate: choose another year, or report the change in numbers"
            )
    notes = [f"{missing} years without a value"] if missing else []
    cagr = float(np.expm1((np.log(values[-1]) - np.log(values[0])) / (years[-1] - years[0])))
    trend = low = high = float("nan")
    if (values == 0).any():
        zeros = some_of(year_name(year) for year in years[values == 0])
        notes.append(f"no trend, because the value is 0 in {zeros}")
    else:
        trend, low, high = _trend(years, np.log(values), level)
        if np.isnan(low):
            notes.append("no interval from two points")
    return Growth(
        cagr=cagr,
        trend=trend,
        low=low,
        high=high,
        level=level,
        start=float(years[0]),
        end=float(years[-1]),
        points=len(known),
        missing=missing,
        note="; ".join(notes),
    )


def _trend(years: np.ndarray, logs: np.ndarray, level: float) -> tuple[float, float, float]:
    """Slope of a line through the logarithms, as a rate, with its interval."""
    centred = years - years.mean()
    squares = float((centred**2).sum())
    slope = float((centred * logs).sum()) / squares
    if len(years) < 3:
        return float(np.expm1(slope)), float("nan"), float("nan")
    from scipy.stats import t as student

    left = logs - logs.mean() - slope * centred
    freedom = len(years) - 2
    reach = float(student.ppf((1 + level) / 2, freedom)) * float(
        np.sqrt((left**2).sum() / freedom / squares)
    )
    return float(np.expm1(slope)), float(np.expm1(slope - reach)), float(np.expm1(slope + reach))
