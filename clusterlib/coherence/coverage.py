"""Two-sided coverage of a strategy, and overlaps and gaps in a policy mix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from clusterlib.validation import numeric_series, some_of, unique_labels


@dataclass(frozen=True)
class Coverage:
    """Two shares that a strategy needs both, and the names behind them."""

    covered_share: float
    grounded_share: float
    covered: list[object]
    gaps: list[object]
    ungrounded: list[object]
    unknown: list[object]


def coverage(
    specialisation: pd.Series[float],
    priorities: pd.Series[bool] | Iterable[object],
    threshold: float = 1.0,
) -> Coverage:
    """Check a strategy from both sides: strengths without a priority, priorities without strength.

    Args:
        specialisation: location quotient of the region by activity (or yes/no); blanks where a
            figure is confidential.
        priorities: names of the activities the strategy puts first, or yes/no by activity.
        threshold: an activity is a specialisation strictly above it.
    Returns:
        `Coverage`: `covered_share` (of the specialisations, how many are priorities),
        `grounded_share` (of the priorities, how many are specialisations), `covered`, `gaps`,
        `ungrounded` (priorities without a specialisation), `unknown` (activities with no figure).
    Raises:
        ValueError: an activity twice, a negative or infinite quotient, a priority that is not in
            the table or left open between yes and no, or no priority at all.
    Convention:
        Exactly at the threshold is average, not specialised. Activities with no figure count on
        neither side. A share of nothing (no specialisation, or no priority with a figure) is
        blank (NaN).

    >>> quotient = pd.Series({"medical devices": 2.1, "tourism": 0.8, "food": 1.4, "drones": None})
    >>> result = coverage(quotient, ["medical devices", "tourism", "drones"])
    >>> result.covered_share, result.grounded_share, result.gaps, result.unknown
    (0.5, 0.5, ['food'], ['drones'])
    """
    figures = numeric_series(pd.Series(specialisation, dtype=object), "specialisation")
    yes_no = pd.api.types.is_bool_dtype(specialisation)
    special = figures > (0.5 if yes_no else threshold)
    chosen = _chosen(priorities, figures.index)
    known = figures.notna()
    covered = list(figures.index[special & chosen])
    gaps = list(figures.index[special & ~chosen])
    ungrounded = list(figures.index[known & chosen & ~special])
    return Coverage(
        covered_share=_share(len(covered), len(covered) + len(gaps)),
        grounded_share=_share(len(covered), len(covered) + len(ungrounded)),
        covered=covered,
        gaps=gaps,
        ungrounded=ungrounded,
        unknown=list(figures.index[~known]),
    )


def _chosen(priorities: pd.Series[bool] | Iterable[object], names: pd.Index) -> pd.Series[bool]:
    """Mark the activities that are priorities."""
    if (
        isinstance(priorities, pd.Series)
        and pd.api.types.infer_dtype(priorities, skipna=True) == "boolean"
    ):
        unique_labels(priorities.index, "priorities")
        open_ones = priorities.index[priorities.isna()]
        if len(open_ones):
            raise ValueError(
                f"neither yes nor no for {some_of(open_ones)}: decide on each priority"
            )
        labels = list(priorities.index[priorities.astype(bool)])
    else:
        labels = list(dict.fromkeys(priorities))
    strange = [label for label in labels if label not in names]
    if strange:
        raise ValueError(
            f"priorities that are not in the table of activities: {some_of(strange)}: "
            "use the same names, or add the activity with its figure (blank if unknown)"
        )
    if not labels:
        raise ValueError("no priority is named: coverage has two sides and needs both")
    return pd.Series(names.isin(labels), index=names)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def policy_mix(
    policies: pd.DataFrame, by: Sequence[str] = ("target_group", "territory")
) -> pd.DataFrame:
    """Show where several instruments serve the same need, and where none does.

    Args:
        policies: one row for each instrument (index its name), with the columns named in `by`; a
            cell may hold several values separated by ";". Blanks are not allowed.
        by: the columns whose combinations are counted, such as target group, territory, year.
    Returns:
        One row for each combination of the values found: the columns of `by`, `instruments` (how
        many), `names`, and `finding`: "gap" (none), "single", or "overlap" (two or more).
    Raises:
        ValueError: a column missing, an instrument twice, a blank.
    Convention:
        A gap is a combination of values that stand in the table but never together: a group that
        no policy names at all cannot appear. An overlap is a question, not yet a fault.

    >>> mix = pd.DataFrame({"target_group": ["SME", "SME;NGO"], "territory": ["county", "city"]},
    ...                    index=["voucher", "club"])
    >>> policy_mix(mix)[["target_group", "territory", "instruments", "finding"]]
      target_group territory  instruments finding
    0          SME    county            1  single
    1          SME      city            1  single
    2          NGO    county            0     gap
    3          NGO      city            1  single
    """
    keys = list(by)
    absent = [key for key in keys if key not in policies.columns]
    if absent or not keys:
        raise ValueError(f"the table of policies needs the columns {some_of(absent or ['by'])}")
    unique_labels(policies.index, "instruments")
    blank = policies.index[policies[keys].isna().any(axis=1)]
    if len(blank) or policies.empty:
        raise ValueError(
            f"blank {' or '.join(map(str, keys))} for {some_of(blank) or 'every instrument'}: "
            'write "all" if it serves everybody'
        )
    parts = policies[keys].copy()
    for key in keys:
        cut = [[word.strip() for word in str(cell).split(";")] for cell in parts[key]]
        parts[key] = pd.Series(cut, index=parts.index, dtype=object)
        parts = parts.explode(key)
    parts = parts.astype(str).assign(name=parts.index.astype(str)).drop_duplicates()
    served = parts.groupby(keys, sort=False)["name"].agg(list)
    combinations = pd.MultiIndex.from_product([parts[key].unique() for key in keys], names=keys)
    names = [served.get(one if len(keys) > 1 else one[0], []) for one in combinations]
    result = combinations.to_frame(index=False)
    result["instruments"] = [len(each) for each in names]
    result["names"] = ["; ".join(each) for each in names]
    result["finding"] = [("gap", "single", "overlap")[min(len(each), 2)] for each in names]
    return result
