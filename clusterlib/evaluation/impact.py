"""What a programme changed: supported and other firms, before and after."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib.validation import some_of

Numbers: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class DifferenceInDifferences:
    """`effect` with standard error, 95 % interval (`low`, `high`) and two-sided `p`.

    `cells` has the four means (rows treated False and True; columns before, after and change).
    `rows` were used, in `clusters` independent units; `left_out` names the rows without an outcome.
    """

    effect: float
    standard_error: float
    low: float
    high: float
    p: float
    cells: pd.DataFrame
    rows: int
    clusters: int
    left_out: list[Any]


def difference_in_differences(
    panel: pd.DataFrame, outcome: str, treated: str, after: str, unit: str | None = None
) -> DifferenceInDifferences:
    """Compare the change of supported units with the change of the others.

    Args:
        panel: one row an observation.
        outcome: column with the result, a number; rows without it are left out and named.
        treated: column, True (or 1) for units that the programme supports, in all their rows.
        after: column, True (or 1) once the programme runs, for supported and others alike.
        unit: column that names the firm or region observed again and again; None takes every row
            as independent, which makes a panel look far surer than it is.
    Returns:
        A `DifferenceInDifferences`; the effect is in the outcome's unit.
    Raises:
        ValueError: column missing, blanks in treated, after or unit, other values than yes and no,
            a unit that changes group, or one of the four groups without a row.

    Effect = (treated after - before) - (others after - before), as the least-squares coefficient of
    treated x after. Errors are clustered by unit, with the usual small-sample factor
    G / (G - 1) x (N - 1) / (N - 4) and G - 1 degrees of freedom; NaN if there are too few rows. If
    no unit changes otherwise than its group, the error is 0, and interval and p are NaN.
    With fewer than about 40 units even these are too small. The effect stands only if both groups
    would have moved alike without the programme: look at `placebo` and `event_study`. If units
    join in different years this simple form can mislead.

    References: Card and Krueger (1994); Bertrand, Duflo and Mullainathan (2004); Goodman-Bacon
        (2021).

    >>> panel = pd.DataFrame({"jobs": [20.44, 21.03, 23.33, 21.17], "state": [1, 1, 0, 0],
    ...                       "later": [0, 1, 0, 1]})
    >>> round(difference_in_differences(panel, "jobs", "state", "later").effect, 2)
    2.75
    """
    _has_columns(panel, [outcome, treated, after, *([unit] if unit is not None else [])])
    group, period = _yes_no(panel, treated), _yes_no(panel, after)
    values = _outcome(panel, outcome)
    if unit is not None:
        _one_group_a_unit(panel, unit, group)
    known = values.notna().to_numpy()
    y = values.to_numpy(dtype=np.float64)[known]
    t, a = group[known].astype(np.float64), period[known].astype(np.float64)
    cells = _cells(y, t, a)
    codes = np.arange(len(y)) if unit is None else pd.factorize(panel.loc[known, unit])[0]
    design = np.column_stack([np.ones(len(y)), t, a, t * a])
    effect, error, clusters = _clustered(design, y, codes)
    low, high, p = _inference(effect, error, clusters - 1)
    return DifferenceInDifferences(
        effect, error, low, high, p, cells, len(y), clusters, list(panel.index[~known])
    )


def placebo(
    panel: pd.DataFrame,
    outcome: str,
    treated: str,
    time: str,
    start: float,
    unit: str | None = None,
) -> pd.DataFrame:
    """Pretend that the programme began earlier than it did: an honest design finds nothing there.

    Args:
        panel, outcome, treated, unit: as for `difference_in_differences`.
        time: column with the period, a number such as the year.
        start: first period in which the programme ran. Only rows before it are used.
    Returns:
        Index pretended start (each period before the true start but the first); columns effect,
        standard_error, low, high, p, rows, clusters.
    Raises:
        ValueError: fewer than two periods before the start, otherwise as
            `difference_in_differences`.

    One small p among several pretended starts can be chance; a run of effects in one direction
    means that the groups were drifting apart before. No finding is no proof.

    Reference: Bertrand, Duflo and Mullainathan (2004).

    >>> panel = pd.DataFrame({"firm": list("aaabbb"), "year": [2019, 2020, 2021] * 2,
    ...                       "member": [1] * 3 + [0] * 3, "jobs": [5, 6, 9, 3, 4, 5]})
    >>> placebo(panel, "jobs", "member", "year", start=2021)["effect"].round(9).tolist()
    [0.0]
    """
    periods = _periods(panel, time)
    before = panel[periods < start]
    pretended = sorted(periods[periods < start].unique())[1:]
    if not pretended:
        raise ValueError(
            f"a placebo needs at least two periods before {start:g}: the table has too few"
        )
    rows = {
        year: _row(before, outcome, treated, periods.loc[before.index] >= year, unit)
        for year in pretended
    }
    return _table(rows, "pretended_start")


def event_study(
    panel: pd.DataFrame,
    outcome: str,
    treated: str,
    time: str,
    start: float,
    unit: str | None = None,
) -> pd.DataFrame:
    """Show the gap between the groups period by period, against the last one before the start.

    Args:
        panel, outcome, treated, time, start, unit: as for `placebo`.
    Returns:
        Index period; columns as `placebo`, plus before (True ahead of the start). The last period
        before the start has effect 0 by definition and no error.
    Raises:
        ValueError: no period before the start, otherwise as `difference_in_differences`.

    Each row is a difference-in-differences of that period and the reference period alone. Before
    the start the effects should hover around 0.

    Reference: Bertrand, Duflo and Mullainathan (2004).

    >>> panel = pd.DataFrame({"firm": list("aaabbb"), "year": [2019, 2020, 2021] * 2,
    ...                       "member": [1] * 3 + [0] * 3, "jobs": [5, 6, 9, 3, 4, 5]})
    >>> event_study(panel, "jobs", "member", "year", start=2021)["effect"].round(9).tolist()
    [0.0, 0.0, 2.0]
    """
    periods = _periods(panel, time)
    years = sorted(periods.unique())
    earlier = [year for year in years if year < start]
    if not earlier:
        raise ValueError(f"no period before {start:g}: there is nothing to compare with")
    base = earlier[-1]
    rows: dict[Hashable, dict[str, float]] = {}
    for year in years:
        if year == base:
            rows[year] = {"effect": 0.0}
            continue
        both = panel[periods.isin([base, year])]
        rows[year] = _row(both, outcome, treated, periods.loc[both.index] == year, unit)
    table = _table(rows, "period")
    return table.assign(before=[year < start for year in years])


COLUMNS = ["effect", "standard_error", "low", "high", "p", "rows", "clusters"]


def _row(
    panel: pd.DataFrame, outcome: str, treated: str, after: "pd.Series[bool]", unit: str | None
) -> dict[str, float]:
    # A name of its own, so that no column of the table is overwritten.
    name = "after the (pretended) start"
    result = difference_in_differences(panel.assign(**{name: after}), outcome, treated, name, unit)
    return {column: getattr(result, column) for column in COLUMNS}


def _table(rows: dict[Hashable, dict[str, float]], name: str) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=None).reindex(columns=COLUMNS)
    return table.astype({"rows": "Int64", "clusters": "Int64"}).rename_axis(name)


def _has_columns(panel: pd.DataFrame, names: list[str]) -> None:
    lacking = [name for name in names if name not in panel.columns]
    if lacking:
        raise ValueError(f"the panel has no column {some_of(lacking)}")


def _yes_no(panel: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    column = panel[name]
    wrong = panel.index[~column.isin([0, 1])]
    if len(wrong):
        raise ValueError(
            f"{name} must be yes or no (True and False, or 1 and 0); look at rows "
            f"{some_of(wrong)}: fill in blanks, they are not a no"
        )
    answer: npt.NDArray[np.bool_] = column.astype(float).to_numpy() == 1
    return answer


def _outcome(panel: pd.DataFrame, name: str) -> "pd.Series[float]":
    values = pd.to_numeric(panel[name], errors="coerce").astype(float)
    wrong = panel.index[(values.isna() & panel[name].notna()) | np.isinf(values)]
    if len(wrong):
        raise ValueError(f"{name} is not a number in rows {some_of(wrong)}: correct these cells")
    return values


def _periods(panel: pd.DataFrame, time: str) -> "pd.Series[float]":
    _has_columns(panel, [time])
    if not panel.index.is_unique:
        raise ValueError("rows of the panel share a label: call reset_index(drop=True) first")
    periods = pd.to_numeric(panel[time], errors="coerce")
    blank = panel.index[periods.isna()]
    if len(blank):
        raise ValueError(f"{time} is not a number in rows {some_of(blank)}: fill in the period")
    return periods


def _one_group_a_unit(panel: pd.DataFrame, unit: str, group: npt.NDArray[np.bool_]) -> None:
    blank = panel.index[panel[unit].isna()]
    if len(blank):
        raise ValueError(f"{unit} is blank in rows {some_of(blank)}: name the unit of each row")
    kinds = pd.Series(group).groupby(panel[unit].to_numpy()).nunique()
    mixed = kinds.index[kinds > 1]
    if len(mixed):
        raise ValueError(
            f"{some_of(mixed)} counted as supported in some rows and not in others: a unit stays "
            "in one group, before and after; when the programme runs belongs in the other column"
        )


def _cells(y: Numbers, treated: Numbers, after: Numbers) -> pd.DataFrame:
    means = np.full((2, 2), np.nan)
    for row in (0, 1):
        for column in (0, 1):
            inside = (treated == row) & (after == column)
            if not inside.any():
                raise ValueError(
                    f"no row with an outcome for the {'supported' if row else 'other'} units "
                    f"{'after' if column else 'before'} the start: all four groups are needed"
                )
            means[row, column] = y[inside].mean()
    table = pd.DataFrame(means, pd.Index([False, True], name="treated"), ["before", "after"])
    return table.assign(change=table["after"] - table["before"])


def _clustered(design: Numbers, y: Numbers, unit: Any) -> tuple[float, float, int]:
    """Least squares: the last coefficient, its error clustered by unit, and how many units."""
    rows, terms = design.shape
    clusters = int(unit.max()) + 1
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ y
    if rows <= terms or clusters < 2:
        return float(coefficients[-1]), float("nan"), clusters
    pulls = np.zeros((clusters, terms))
    np.add.at(pulls, unit, design * (y - design @ coefficients)[:, None])
    factor = clusters / (clusters - 1) * (rows - 1) / (rows - terms)
    covariance = factor * bread @ pulls.T @ pulls @ bread
    error = float(np.sqrt(max(covariance[-1, -1], 0.0)))
    # Where units do not differ in their change, what is left is rounding: nothing to test with.
    if error <= 1e-12 * float(np.abs(y).max()):
        error = 0.0
    return float(coefficients[-1]), error, clusters


def _inference(effect: float, error: float, degrees: int) -> tuple[float, float, float]:
    from scipy.stats import t

    if not error > 0:
        return float("nan"), float("nan"), float("nan")
    reach = float(t.ppf(0.975, degrees)) * error
    return effect - reach, effect + reach, float(2 * t.sf(abs(effect) / error, degrees))
