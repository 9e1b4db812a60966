"""When to stop a Delphi: agreement within a round, and stability between two rounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterlib.validation import (
    choice,
    numeric_table,
    same_labels,
    some_of,
)

_RULES = ("both", "iqr", "share", "heap")
_CAMP = 0.3  # share of the panel that makes a camp at one end of the scale
_SLACK = 1e-9  # so that a limit met exactly is not missed by the last binary digit


def _rounds(ratings: pd.DataFrame, scale: tuple[float, float], what: str) -> pd.DataFrame:
    """Return checked ratings; every item needs two answers or more."""
    if not scale[0] < scale[1]:
        raise ValueError(f"the scale must run from low to high; you gave {scale[0]} to {scale[1]}")
    clean = numeric_table(ratings, what, minimum=scale[0], maximum=scale[1])
    few = clean.index[clean.notna().sum(axis=1) < 2]
    if len(few):
        raise ValueError(
            f"fewer than 2 answers in {what} for {some_of(few)}: "
            "take these items out, or wait for the panel"
        )
    return clean


def _share(clean: pd.DataFrame, low: float, high: float) -> pd.Series[float]:
    """Share of the answers given that lie from low to high, both ends counted."""
    values = clean.to_numpy(dtype=float)  # plain arrays: explorers ask for this at every move
    inside = ((values >= low) & (values <= high)).sum(axis=1)
    return pd.Series(inside / (~np.isnan(values)).sum(axis=1), index=clean.index)


def _camps(
    clean: pd.DataFrame, scale: tuple[float, float]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Shares of the answers in the lowest and in the highest third of the scale's points."""
    points = max(1, int((scale[1] - scale[0] + 1) // 3))
    bottom = _share(clean, scale[0], scale[0] + points - 1)
    return bottom, _share(clean, scale[1] - points + 1, scale[1])


def agreement(
    ratings: pd.DataFrame,
    low: float | None = None,
    high: float | None = None,
    *,
    scale: tuple[float, float] = (1, 5),
    rule: str = "both",
    iqr_limit: float | None = None,
    share_limit: float | None = None,
) -> pd.DataFrame:
    """Judge item by item whether one Delphi round has reached consensus.

    Args:
        ratings: rows items, columns panel members, whole points of `scale`; blanks allowed.
        low, high: the range that counts as "in favour", both ends included; by default the top
            two points of the scale (4-5 of 1-5), the top three under the "heap" rule (7-9 of 1-9).
        scale: lowest and highest point that could be ticked.
        rule: "iqr" (spread small), "share" (enough answers in range), "both", or "heap"
            (at least 70 % in range and less than 15 % in the lowest three points).
        iqr_limit: largest interquartile range; by default a fifth of the points (1 on 1-5).
        share_limit: smallest share in range; by default 0.75 (0.70 under "heap").
    Returns:
        One row for each item: answers, missing, median, iqr, share (in range), opposed (share in
        the lowest three points of the scale under "heap", else in its lowest third), polarised,
        consensus, note.
    Raises:
        ValueError: a rating outside the scale, an item with fewer than 2 answers, unknown rule, a
            range "in favour" that is the whole scale, limits that are no shares.
    Convention:
        Limits are met at equality: an IQR of exactly 1 on 1-5 is consensus. Quartiles by linear
        interpolation; other quartile rules can differ in panels below ten. Shares are of answers
        given; `missing` says how many did not answer. `polarised` means that the lowest and the
        highest third of the scale each hold 30 % of the answers or more.
    Reference:
        Diamond and others (2014): fix the rule before round one.

    >>> answers = pd.DataFrame([[4, 5, 4, 4], [1, 5, 1, 5]], index=["talent", "science park"])
    >>> agreement(answers)[["median", "iqr", "share", "polarised", "consensus"]]
                  median  iqr  share  polarised  consensus
    talent           4.0  0.25   1.0      False       True
    science park     3.0  4.00   0.5       True      False
    """
    choice(rule, _RULES, "rule")
    clean = _rounds(ratings, scale, "ratings")
    top = 3 if rule == "heap" else 2
    low = scale[1] - top + 1 if low is None else low
    high = scale[1] if high is None else high
    if not scale[0] <= low <= high <= scale[1]:
        raise ValueError(
            f"the range {low} to {high} must lie inside the scale {scale[0]} to {scale[1]}"
        )
    if rule != "iqr" and (low, high) == tuple(scale):
        raise ValueError(
            f"the whole scale, {low:g} to {high:g}, counts as in favour, so everything would be "
            "agreed: say from which mark on somebody is in favour (low)"
        )
    points = scale[1] - scale[0] + 1
    if rule == "heap" and points != 9:
        raise ValueError(f"the heap rule is made for nine points; your scale has {points:g}")
    iqr_limit = 0.2 * points if iqr_limit is None else iqr_limit
    share_limit = (0.70 if rule == "heap" else 0.75) if share_limit is None else share_limit
    if not (iqr_limit >= 0 and 0 < share_limit <= 1):
        raise ValueError(
            f"limits must be an iqr of 0 or more and a share above 0 and up to 1, not {iqr_limit} "
            f"and {share_limit}"
        )

    iqr = clean.quantile(0.75, axis=1) - clean.quantile(0.25, axis=1)
    share = _share(clean, low, high)
    bottom, upper = _camps(clean, scale)
    opposed = _share(clean, scale[0], scale[0] + 2) if rule == "heap" else bottom
    narrow, enough = iqr <= iqr_limit + _SLACK, share >= share_limit - _SLACK
    verdict = {
        "iqr": narrow,
        "share": enough,
        "both": narrow & enough,
        "heap": enough & (opposed < 0.15 - _SLACK),
    }[rule]
    polarised = (bottom >= _CAMP - _SLACK) & (upper >= _CAMP - _SLACK)
    return pd.DataFrame(
        {
            "answers": clean.notna().sum(axis=1),
            "missing": clean.isna().sum(axis=1),
            "median": clean.median(axis=1),
            "iqr": iqr,
            "share": share,
            "opposed": opposed,
            "polarised": polarised,
            "consensus": verdict,
            "note": [
                _camp_note(below, above) if two else ""
                for two, below, above in zip(polarised, bottom, upper, strict=True)
            ],
        }
    )


def _camp_note(bottom: float, top: float) -> str:
    return (
        f"two camps: {bottom:.0%} of the answers at the low end of the scale, {top:.0%} at the "
        "high end; the median hides both"
    )


def polarisation_note(ratings: pd.DataFrame, scale: tuple[float, float] = (1, 5)) -> str:
    """Say in one sentence which items split the panel into two camps.

    Args:
        ratings: rows items, columns panel members; blanks allowed.
        scale: lowest and highest point that could be ticked.
    Returns:
        A sentence for the minutes. A camp is 30 % of the answers in an outer third of the scale.
    Raises:
        ValueError: as `agreement`.

    >>> answers = pd.DataFrame([[4, 5, 4, 4], [1, 5, 1, 5]], index=["talent", "science park"])
    >>> polarisation_note(answers)
    'The panel is split into two camps on: science park. Hear both before you count again.'
    """
    judged = agreement(ratings, scale=scale)
    split = judged.index[judged["polarised"]]
    if not len(split):
        return "No item splits the panel into two camps."
    return (
        f"The panel is split into two camps on: {some_of(split, shown=len(split))}. "
        "Hear both before you count again."
    )


def stability(
    round_1: pd.DataFrame,
    round_2: pd.DataFrame,
    *,
    scale: tuple[float, float] = (1, 5),
    limit: float = 0.15,
) -> pd.DataFrame:
    """Judge item by item whether the answers have settled between two Delphi rounds.

    Args:
        round_1, round_2: rows the same items, columns panel members; blanks allowed; the panel
            may have changed.
        scale: lowest and highest point that could be ticked; it may not start below zero.
        limit: both changes must stay below it; 0.15 is the habit, not a law.
    Returns:
        One row for each item: cv_1, cv_2 (standard deviation over mean), cv_change (second minus
        first), histogram_change (share of the answers that would have to move to turn one
        histogram into the other), left (people who answered only in round 1), joined, stable.
    Raises:
        ValueError: different items, a rating outside the scale, an item with fewer than 2 answers,
            a limit that is no share.
    Convention:
        Sample standard deviation; an item that everybody rates 0 has a variation of 0. Stable is
        strictly below the limit on both measures. Stable is not agreed: two camps can be stable.
    Reference:
        Dajani, Sincoff and Talley (1979) for the idea of stopping on stability.

    >>> first = pd.DataFrame([[2, 3, 5, 4]], index=["talent"], columns=list("abcd"))
    >>> second = pd.DataFrame([[4, 4, 5, 4]], index=["talent"], columns=list("abcd"))
    >>> stability(first, second)[["cv_change", "histogram_change", "stable"]].round(3)
            cv_change  histogram_change  stable
    talent     -0.251               0.5   False
    """
    if not 0 < limit <= 1:
        raise ValueError(f"the limit is a share above 0 and up to 1, such as 0.15, not {limit}")
    if scale[0] < 0:
        raise ValueError("the coefficient of variation needs a scale that starts at 0 or above")
    one = _rounds(round_1, scale, "round 1")
    two = _rounds(round_2, scale, "round 2")
    same_labels(one.index, two.index, "items")
    two = two.loc[list(one.index)]
    cv = [(table.std(axis=1) / table.mean(axis=1)).fillna(0.0) for table in (one, two)]
    ticked = np.unique(np.concatenate([one.to_numpy().ravel(), two.to_numpy().ravel()]))
    ticked = ticked[~np.isnan(ticked)]
    moved = sum((_share(one, point, point) - _share(two, point, point)).abs() for point in ticked)
    everyone = one.columns.union(two.columns, sort=False)
    before = one.reindex(columns=everyone).notna()
    after = two.reindex(columns=everyone).notna()
    result = pd.DataFrame(
        {
            "cv_1": cv[0],
            "cv_2": cv[1],
            "cv_change": cv[1] - cv[0],
            "histogram_change": moved / 2,
            "left": (before & ~after).sum(axis=1),
            "joined": (after & ~before).sum(axis=1),
        }
    )
    changes = result[["cv_change", "histogram_change"]].abs()
    result["stable"] = (changes < limit - _SLACK).all(axis=1)
    return result
