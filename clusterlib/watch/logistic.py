"""The S-curve, and an honest answer to whether its ceiling can be seen yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import some_of
from clusterlib.watch._series import by_year, year_name

_FASTEST = 60.0  # growth over the whole observed span, in logarithms
_LOWEST_CEILING = 0.25  # of the largest value seen; noise can lift single values above a ceiling


@dataclass(frozen=True)
class Logistic:
    """An S-curve: `ceiling` with its interval, and `identified`, whether the data can tell it."""

    ceiling: float
    ceiling_low: float
    ceiling_high: float
    level: float
    rate: float
    midpoint: float
    identified: bool
    note: str
    fitted: pd.Series[float]
    r_squared: float


def fit_logistic(series: pd.Series[float], level: float = 0.95) -> Logistic:
    """Fit y = K / (1 + exp(-r (t - t0))) and say whether the ceiling K is known at all.

    Args:
        series: amounts by year, zero or more, at least 5 years; blanks are left out of the fit.
        level: of the interval around the ceiling, between 0 and 1.
    Returns:
        `Logistic`: `ceiling` (infinite if plain exponential growth fits best), `ceiling_low`,
        `ceiling_high` (infinite if the data do not rule out growth without end), `rate` r a year,
        `midpoint` t0 (the turning point), `identified`, `note`, `fitted` by year, `r_squared`.
    Raises:
        ValueError: fewer than 5 years, negative amounts, or a series that does not grow.
    Convention:
        Least squares; the interval is the set of ceilings whose best curve fits about as well
        (profile, F test), because the usual plus-or-minus is misleading here. `identified` needs
        both: the turning point lies within the observed years, and the upper end of the interval
        is at most twice its lower end. The interval is not searched below a quarter of the largest
        value.
    Reference:
        Fisher and Pry (1971) for logistic substitution.

    >>> users = pd.Series([2, 4, 9, 17, 30, 44, 58, 67, 73, 76], index=range(2010, 2020))
    >>> result = fit_logistic(users)
    >>> round(result.ceiling), round(result.midpoint, 1), result.identified
    (79, 2014.7, True)
    >>> early = fit_logistic(users.loc[:2013])
    Traceback (most recent call last):
    ValueError: an S-curve has three unknowns and needs at least 5 years; you gave 4
    >>> fit_logistic(users.loc[:2014]).identified
    False
    """
    from scipy.stats import f as fisher

    if not 0 < level < 1:
        raise ValueError(f"level is a share between 0 and 1, such as 0.95; you gave {level}")
    known, _ = by_year(series)
    if len(known) < 5:
        raise ValueError(
            f"an S-curve has three unknowns and needs at least 5 years; you gave {len(known)}"
        )
    years, values = known.index.to_numpy(dtype=float), known.to_numpy(dtype=float)
    top, span = values.max(), years[-1] - years[0]
    if np.ptp(values) == 0 or np.polyfit((years - years[0]) / span, values / top, 1)[0] <= 0:
        raise ValueError("the series does not grow, so it is no S-curve: plot it first")
    time, height = (years - years[0]) / span, values / top

    curve, error = _best(time, height)
    allowed = error * (1 + fisher.ppf(level, 1, len(known) - 3) / (len(known) - 3)) + 1e-12
    narrow, wide = _interval(time, height, curve, float(allowed))
    start, rise, closeness = (float(part) for part in curve)
    # A ceiling a billion times above all that was seen is no ceiling.
    closeness = closeness if closeness > 1e-9 else 0.0
    ceiling = top / closeness if closeness > 0 else float("inf")
    midpoint = float("inf")
    if closeness > 0:
        midpoint = years[0] - span * (np.log(closeness) + start) / rise
    low, high = top / wide, top / narrow if narrow > 0 else float("inf")
    note = _note(midpoint, years[-1], low, high)
    fitted = top * _height(curve, time)
    return Logistic(
        ceiling=float(ceiling),
        ceiling_low=float(low),
        ceiling_high=float(high),
        level=level,
        rate=rise / span,
        midpoint=float(midpoint),
        identified=not note,
        note=note,
        fitted=pd.Series(fitted, index=known.index, name="fitted"),
        r_squared=float(1 - error / ((height - height.mean()) ** 2).sum()),
    )


def _height(curve: np.ndarray, time: np.ndarray) -> np.ndarray:
    """S-curve as 1 / (exp(-(start + rise t)) + u): u is 1/ceiling, and 0 is plain exponential."""
    start, rise, closeness = curve
    return np.asarray(1 / (np.exp(np.clip(-(start + rise * time), -700, 700)) + closeness))


def _fit(
    time: np.ndarray, height: np.ndarray, guess: np.ndarray, closeness: float | None
) -> tuple[np.ndarray, float]:
    """Best curve from a first guess; with `closeness` given, only start and rise move."""
    from scipy.optimize import least_squares

    low, high = [-300.0, 0.0, 0.0], [300.0, _FASTEST, 1 / _LOWEST_CEILING]
    free = 3 if closeness is None else 2
    tail = np.array([]) if closeness is None else np.array([closeness])
    result = least_squares(
        lambda part: _height(np.r_[part, tail], time) - height,
        np.clip(guess[:free], np.array(low[:free]) + 1e-9, np.array(high[:free]) - 1e-9),
        bounds=(low[:free], high[:free]),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    return np.r_[result.x, tail], 2 * float(result.cost)


def _best(time: np.ndarray, height: np.ndarray) -> tuple[np.ndarray, float]:
    """Try ceilings from just above the data to none at all, then let all three unknowns move."""
    tries = []
    for ceiling in (1.01, 1.2, 2.0, 5.0, 25.0):
        share = np.clip(height / ceiling, 1e-3, 1 - 1e-3)
        rise, start = np.polyfit(time, np.log(share / (1 - share)), 1)
        guess = np.array([start + np.log(ceiling), max(rise, 0.1), 1 / ceiling])
        tries.append(_fit(time, height, guess, None))
    tries.append(_fit(time, height, tries[-1][0], 0.0))
    return min(tries, key=lambda one: one[1])


def _interval(
    time: np.ndarray, height: np.ndarray, curve: np.ndarray, allowed: float
) -> tuple[float, float]:
    """Lowest and highest u (1/ceiling) whose best curve keeps its error within `allowed`."""
    from scipy.optimize import brentq

    def excess(closeness: float) -> float:
        return _fit(time, height, curve, closeness)[1] - allowed

    middle = float(curve[2])
    largest = 1 / _LOWEST_CEILING
    narrow = 0.0 if middle == 0 or excess(0.0) <= 0 else float(brentq(excess, 0, middle, xtol=1e-7))
    step = max(middle, 1e-3)
    outer = middle + step
    while outer < largest and excess(outer) <= 0:
        step *= 2
        outer = min(middle + step, largest)
    if excess(outer) <= 0:
        return narrow, largest
    return narrow, float(brentq(excess, middle, outer, xtol=1e-7))


def _note(midpoint: float, last: float, low: float, high: float) -> str:
    """Why the ceiling is not known, in words; empty if it is."""
    reasons = []
    if midpoint > last:
        reasons.append(f"the turning point has not been seen by {year_name(last)}")
    if not np.isfinite(high):
        reasons.append("growth without end fits about as well")
    elif high > 2 * low:
        reasons.append(f"any ceiling from {low:.3g} to {high:.3g} fits about as well")
    if not reasons:
        return ""
    return f"the ceiling is not known: {' and '.join(reasons)}; do not plan with it"


def fisher_pry(series: pd.Series[float], ceiling: float) -> pd.Series[float]:
    """Straighten an S-curve: the logarithm of what is reached over what is left.

    Args:
        series: amounts by year, above 0 and below `ceiling`; blanks stay blank.
        ceiling: the level that is assumed, in the same unit.
    Returns:
        Series ln(f / (1 - f)) with f = amount / ceiling; a straight line means logistic growth.
    Raises:
        ValueError: an amount of 0 or at the ceiling or above.
    Convention:
        A straight line for one ceiling does not prove that ceiling: try others.
    Reference:
        Fisher and Pry (1971).

    >>> fisher_pry(pd.Series({2020: 20.0, 2021: 50.0}), ceiling=100).round(3).to_dict()
    {2020.0: -1.386, 2021.0: 0.0}
    """
    known, _ = by_year(series)
    outside = known.index[(known <= 0) | (known >= ceiling)]
    if len(outside):
        raise ValueError(
            f"amounts must lie above 0 and below the ceiling {ceiling:g}; not so in "
            f"{some_of(year_name(year) for year in outside)}"
        )
    odds = known / (ceiling - known)
    return odds.map(np.log)
