"""Where a cluster stands in its life: a heuristic of our own that may answer "undetermined"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib import validation

UNDETERMINED = "undetermined"
UP, STILL, DOWN, UNKNOWN = "up", "still", "down", "unknown"
FEW_FIRMS = 25
FEWEST_YEARS = 5
STEADY_VARIETY = 0.03  # change of the evenness of specialisms that still counts as none
NEWCOMERS = (4.0, 8.0)  # new firms a year for every hundred: below is down, above is up
COUNTS = ("firms", "employment", "entries", "exits")
PATTERNS = {
    "emergence": {
        "firms": (UP,), "employment": (UP, STILL), "newcomers": (UP,), "variety": (UP,),
    },
    "growth": {
        "firms": (UP,), "employment": (UP,), "newcomers": (UP,), "variety": (STILL, DOWN),
    },
    "sustainment": {
        "firms": (STILL,), "employment": (UP, STILL), "newcomers": (STILL,),
        "variety": (UP, STILL),
    },
    "decline": {
        "firms": (DOWN,), "employment": (DOWN,), "newcomers": (DOWN,), "variety": (STILL, DOWN),
    },
}  # fmt: skip
NEEDED = 3  # of four signals
NOTE = (
    "A teaching heuristic of our own, not a published test: thresholds and patterns are "
    "conventions, and a cluster need not pass through stages at all."
)


@dataclass(frozen=True)
class LifeCycle:
    """A stage with the signals behind it, how many of them fit, and what this is not."""

    stage: str  # emergence, growth, sustainment, decline or undetermined
    confidence: float  # signals that fit the best stage, as a share of all four
    signals: pd.DataFrame  # signal x value, unit, direction
    fits: pd.Series[float]  # stage -> share of the four signals that fit it
    reason: str
    note: str = NOTE


def life_cycle(
    years: pd.DataFrame,
    specialisms: pd.DataFrame | None = None,
    *,
    band: float = 2.0,
) -> LifeCycle:
    """Guess the stage of a cluster from four signals, or say that they do not agree.

    Args:
        years: index year, as a whole number; firms and employment at the end of the year, entries
            and exits in it (counts; blanks and missing years allowed).
        specialisms: index year, one column a specialism: firms in it; None if not known.
        band: change of firms or jobs, in per cent a year, that still counts as none.
    Returns:
        A `LifeCycle`: stage, confidence, signals, fits, reason, note.
    Raises:
        ValueError: a column missing, a year twice or no whole number, negative counts, a band
            below 0.

    Signals: growth of firms and of employment (compound, first to last known year), newcomers
    (entries for every hundred firms at the end of the year before), and variety (evenness of the
    specialisms from 0 to 1, mean of the last third of the years minus mean of the first). Each is
    up, still or down. A stage is named if three of the four signals fit its pattern, more than fit
    any other, and five years are known; emergence also needs fewer than 25 firms in the first
    year, for a stage that starts small. All else is undetermined. Net entry is left out on
    purpose: without moves and mergers it is the growth of firms once more.

    Reference: stages and the part of variety, Menzel and Fornahl (2007); doubts about any fixed
    order, Martin and Sunley (2011). Thresholds are our own.

    >>> years = pd.DataFrame(
    ...     {"firms": [90, 86, 82, 77, 72], "employment": [4000, 3850, 3700, 3500, 3300],
    ...      "entries": [2, 1, 2, 1, 2], "exits": [5, 5, 6, 6, 7]},
    ...     index=range(2020, 2025))
    >>> result = life_cycle(years)
    >>> result.stage, result.confidence
    ('decline', 0.75)
    """
    if not band >= 0:
        raise ValueError(f"the band must be 0 or more per cent a year, not {band}")
    table = _read(years)
    values = {
        "firms": _growth(table["firms"]),
        "employment": _growth(table["employment"]),
        "newcomers": _newcomers(table),
        "variety": _variety_change(specialisms),
    }
    limits = {
        "firms": (-band, band),
        "employment": (-band, band),
        "newcomers": NEWCOMERS,
        "variety": (-STEADY_VARIETY, STEADY_VARIETY),
    }
    signals = pd.DataFrame(
        {
            "value": pd.Series(values, dtype=float),
            "unit": [
                "% a year", "% a year", "new firms a year for every 100", "evenness, last - first",
            ],
            "direction": [_direction(values[name], *limits[name]) for name in values],
        }
    ).rename_axis("signal")  # fmt: skip
    fits = _fits(signals["direction"], _starts_small(table["firms"]))
    stage, reason = _stage(fits, signals["direction"], int(table["firms"].notna().sum()))
    return LifeCycle(stage, float(fits.max()), signals, fits, reason)


def _read(years: pd.DataFrame) -> pd.DataFrame:
    absent = [name for name in COUNTS if name not in years.columns]
    if absent:
        raise ValueError(f"years without {validation.some_of(absent)}: leave cells blank, not out")
    return _in_order(validation.numeric_table(years[list(COUNTS)], "counts of the years"), "years")


def _in_order(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the table with its years as whole numbers, the earliest first."""
    numbers = pd.to_numeric(pd.Series(table.index), errors="coerce")
    wrong = table.index[(numbers.isna() | (numbers % 1 != 0)).to_numpy()]
    if len(wrong):
        raise ValueError(f"{what} that are no years: {validation.some_of(wrong)}: write 2024")
    return table.set_axis(pd.Index(numbers.astype(int)), axis=0).sort_index()


def _growth(counts: pd.Series[float]) -> float:
    """Return the compound growth in per cent a year, from the first to the last known year."""
    known = counts.dropna()
    if len(known) < 2 or known.iloc[0] == 0:
        return float("nan")
    span = float(known.index[-1] - known.index[0])
    return float(100 * ((known.iloc[-1] / known.iloc[0]) ** (1 / span) - 1))


def _newcomers(table: pd.DataFrame) -> float:
    """Return new firms for every hundred at the start of the year, as a mean over the years."""
    # The year before, not the row before: a year may be missing.
    start = table["firms"].reindex(table.index - 1).set_axis(table.index)
    rates = 100 * table["entries"] / start.where(start > 0)
    return float(rates.mean()) if rates.notna().any() else float("nan")


def _variety_change(specialisms: pd.DataFrame | None) -> float:
    if specialisms is None or specialisms.shape[1] < 2:
        return float("nan")
    counts = _in_order(
        validation.numeric_table(specialisms, "firms by specialism"), "years of the specialisms"
    )
    evenness = pd.Series([_evenness(row) for row in counts.to_numpy(dtype=float)], counts.index)
    known = evenness.dropna()
    third = len(known) // 3
    if third == 0:
        return float("nan")
    return float(known.iloc[-third:].mean() - known.iloc[:third].mean())


def _evenness(counts: np.ndarray) -> float:
    """Return the Shannon entropy over its maximum: 1 if all specialisms hold equally many firms."""
    if np.isnan(counts).any() or counts.sum() <= 0:
        return float("nan")
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(len(counts)))


def _direction(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return UNKNOWN
    return UP if value > high else DOWN if value < low else STILL


def _starts_small(firms: pd.Series[float]) -> bool:
    known = firms.dropna()
    return len(known) > 0 and float(known.iloc[0]) < FEW_FIRMS


def _fits(directions: pd.Series[str], small: bool) -> pd.Series[float]:
    shares = {
        stage: sum(directions[name] in wanted for name, wanted in pattern.items()) / len(pattern)
        for stage, pattern in PATTERNS.items()
    }
    if not small:
        shares["emergence"] = 0.0
    return pd.Series(shares, dtype=float, name="share of signals").rename_axis("stage")


def _stage(fits: pd.Series[float], directions: pd.Series[str], known: int) -> tuple[str, str]:
    if known < FEWEST_YEARS:
        return UNDETERMINED, f"{known} years are known, {FEWEST_YEARS} needed"
    order = fits.sort_values(ascending=False, kind="stable")
    best, first, second = str(order.index[0]), round(4 * order.iloc[0]), round(4 * order.iloc[1])
    if first < NEEDED:
        blank = int((directions == UNKNOWN).sum())
        unknown = f"; {blank} unknown" if blank else ""
        return UNDETERMINED, f"no stage fits more than {first} of 4 signals{unknown}"
    if first == second:
        return UNDETERMINED, f"{first} of 4 signals fit {best} and {order.index[1]} alike"
    return best, f"{first} of 4 signals fit {best}, {second} fit {order.index[1]}"
