"""Agreement of a whole panel in one number: Kendall's W, intraclass correlation, alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import no_missing, numeric_table, some_of

_COMPLETE = "leave out this rater or this item, or ask again"


@dataclass(frozen=True)
class Concordance:
    """Kendall's W of a panel: `w` with ties corrected, `w_untied` without, and its test."""

    w: float
    w_untied: float
    chi2: float
    df: int
    p: float
    items: int
    raters: int


def kendall_w(ratings: pd.DataFrame) -> Concordance:
    """Measure how alike several raters order the same items: 0 no agreement, 1 the same order.

    Args:
        ratings: rows items, columns raters; ranks or ratings, no blanks. Only the order within
            each rater counts, so ratings from 1 to 5 and ranks may be given alike.
    Returns:
        `Concordance`: `w` (tie-corrected), `w_untied`, `chi2`, `df` (items - 1), `p`, and sizes.
    Raises:
        ValueError: a blank, fewer than 2 items or 2 raters, or no rater tells any items apart.
    Convention:
        W = 12 S / (m²(n³ - n) - m T), T summing t³ - t over every group of tied items of every
        rater; tied items share the mean rank. `p` is the chi-square approximation, rough below
        about 7 items. W says nothing about why people agree, nor whether they rate high or low.
    Reference:
        Kendall and Babington Smith (1939).

    >>> goals = ["talent", "testing lab", "export club", "shared buying", "green label"]
    >>> panel = pd.DataFrame({"university": [1, 5, 7, 2, 8], "SME": [1, 6, 8, 3, 6],
    ...                       "county": [2, 5, 4, 2, 5]}, index=goals)
    >>> result = kendall_w(panel)
    >>> round(result.w, 4), round(result.chi2, 4), round(result.p, 4)
    (0.8363, 10.0351, 0.0398)
    """
    clean = no_missing(numeric_table(ratings, "ratings", minimum=None), "ratings", _COMPLETE)
    items, raters = clean.shape
    if items < 2 or raters < 2:
        raise ValueError(
            f"concordance needs at least 2 items and 2 raters; you gave {items} and {raters}: "
            "rows are items, columns are raters"
        )
    ranks = clean.rank()
    squares = float(((ranks.sum(axis=1) - raters * (items + 1) / 2) ** 2).sum())
    ties = 0
    for rater in ranks.columns:
        sizes = ranks[rater].value_counts().to_numpy()
        ties += int((sizes**3 - sizes).sum())
    untied = raters**2 * (items**3 - items)
    spread = untied - raters * ties
    if spread == 0:
        raise ValueError(
            "every rater gave all items the same rating, so nobody puts them in an order: "
            "ask the panel to rank, or use a finer scale"
        )
    from scipy.stats import chi2 as chi_square

    w = 12 * squares / spread
    statistic = raters * (items - 1) * w
    return Concordance(
        w=w,
        w_untied=12 * squares / untied,
        chi2=statistic,
        df=items - 1,
        p=float(chi_square.sf(statistic, items - 1)),
        items=items,
        raters=raters,
    )


def intraclass(ratings: pd.DataFrame) -> pd.Series[float]:
    """Give the six intraclass correlations: choose one by the design of the panel, and say which.

    Args:
        ratings: rows items, columns raters, no blanks; the values themselves count, not only
            their order.
    Returns:
        Series with index "1,1" (other raters for each item), "2,1" (raters are a sample),
        "3,1" (only these raters matter), and "1,k", "2,k", "3,k" for the mean of all raters.
    Raises:
        ValueError: a blank, fewer than 2 items or raters, or all ratings equal.
    Convention:
        From the two-way analysis of variance; a value can be negative, and stays so. A form whose
        denominator is 0 is blank.
    Reference:
        Shrout and Fleiss (1979).

    >>> judges = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
    ...                        [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> intraclass(judges).round(2).to_dict()
    {'1,1': 0.17, '2,1': 0.29, '3,1': 0.71, '1,k': 0.44, '2,k': 0.62, '3,k': 0.91}
    """
    clean = no_missing(numeric_table(ratings, "ratings", minimum=None), "ratings", _COMPLETE)
    n, k = clean.shape
    if n < 2 or k < 2:
        raise ValueError(
            f"an intraclass correlation needs at least 2 items and 2 raters; you gave {n} and {k}"
        )
    values = clean.to_numpy()
    if np.ptp(values) == 0:
        raise ValueError("all ratings are equal: there is no difference between items to measure")
    values = values - values.mean()
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    between = k * float((rows**2).sum()) / (n - 1)
    judges = n * float((columns**2).sum()) / (k - 1)
    left = float(((values - rows[:, None] - columns) ** 2).sum()) / ((n - 1) * (k - 1))
    within = (judges + (n - 1) * left) / n
    forms = {
        "1,1": (between - within, between + (k - 1) * within),
        "2,1": (between - left, between + (k - 1) * left + k * (judges - left) / n),
        "3,1": (between - left, between + (k - 1) * left),
        "1,k": (between - within, between),
        "2,k": (between - left, between + (judges - left) / n),
        "3,k": (between - left, between),
    }
    return pd.Series(
        {form: top / bottom if bottom > 1e-12 else np.nan for form, (top, bottom) in forms.items()},
        name="intraclass correlation",
    )


def krippendorff_alpha(ratings: pd.DataFrame) -> float:
    """Measure agreement on the values themselves when some answers are blank (interval scale).

    Args:
        ratings: rows items, columns raters; blanks allowed, read as "did not answer".
    Returns:
        1 for perfect agreement, 0 for what chance would give, below 0 for less than chance.
    Raises:
        ValueError: no item has 2 answers, or all paired answers are equal.
    Convention:
        Items with a single answer cannot be paired and do not count.

    >>> judges = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
    ...                        [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(krippendorff_alpha(judges), 4)
    0.1473
    """
    clean = numeric_table(ratings, "ratings", minimum=None)
    paired = clean[clean.notna().sum(axis=1) >= 2]
    if paired.empty:
        raise ValueError(
            f"no item was rated by two people ({some_of(clean.index)}): agreement needs pairs"
        )
    values = paired.to_numpy()
    answers = values[~np.isnan(values)]
    expected = float(answers.var(ddof=1))
    if expected == 0:
        raise ValueError("all paired ratings are equal: alpha is not defined without differences")
    counts = (~np.isnan(values)).sum(axis=1)
    observed = float((np.nanvar(values, axis=1, ddof=1) * counts).sum() / counts.sum())
    return 1 - observed / expected
