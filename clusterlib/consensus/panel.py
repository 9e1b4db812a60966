"""The RAND/UCLA rule: median and disagreement of a panel that rates from 1 to 9."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import choice, numeric_series, numeric_table, some_of

_METHODS = ("linear", "weibull", "median_unbiased", "inverted_cdf")
_SLACK = 1e-9


@dataclass(frozen=True)
class PanelVerdict:
    """What a RAND/UCLA panel says on one item; `note` warns when the percentile rule decides."""

    raters: int
    missing: int
    median: float
    p30: float
    p70: float
    ipr: float
    asymmetry: float
    ipras: float
    disagreement: bool
    tertile_disagreement: bool
    verdict: str
    note: str


def rand_ucla(
    ratings: pd.Series[float] | list[float], *, percentile: str = "linear"
) -> PanelVerdict:
    """Read one item of a nine-point panel: its median, and whether the panel disagrees.

    Args:
        ratings: the ratings of one item, 1 (no) to 9 (yes), one for each panel member; blanks are
            people who did not answer and are counted in `missing`.
        percentile: how P30 and P70 lie between ratings: "linear" (spreadsheets and NumPy),
            "weibull", "median_unbiased" or "inverted_cdf" (always a rating that was given).
    Returns:
        `PanelVerdict` with the median, `p30`, `p70`, `ipr` = P70 - P30, `asymmetry`
        = |5 - (P30 + P70)/2|, `ipras` = 2.35 + 1.5 x asymmetry, `disagreement` (ipr above ipras),
        `tertile_disagreement` (a third or more in 1-3 and a third or more in 7-9), `verdict`.
    Raises:
        ValueError: a rating outside 1-9, fewer than 3 ratings, or an unknown percentile rule.
    Convention:
        Disagreement is strict: ipr equal to ipras is not disagreement. The verdict is "uncertain"
        under disagreement, else "appropriate" from a median of 6.5, "inappropriate" below 3.5.
        In panels below about ten the percentile rule can decide: `note` says when it does.
        The constant is 2.35; a table that prints 2.5 beside an IPRAS of 6.1 holds a slip.
    Reference:
        Fitch and others (2001).

    >>> votes = [4, 5, 6] + [7] * 5 + [8] * 5 + [9] * 2
    >>> result = rand_ucla(votes)
    >>> result.median, result.p30, result.p70, round(result.ipras, 2), result.verdict
    (7.0, 7.0, 8.0, 6.1, 'appropriate')
    """
    choice(percentile, _METHODS, "percentile rule")
    if getattr(ratings, "ndim", 1) != 1:
        raise ValueError("give the ratings of one item, or use rand_ucla_table for all items")
    clean = numeric_series(pd.Series(ratings, dtype=float), "ratings", minimum=1, maximum=9)
    votes = clean.dropna().to_numpy()
    if len(votes) < 3:
        raise ValueError(f"a panel needs at least 3 ratings; this item has {len(votes)}")
    spread = {method: _spread(votes, method) for method in _METHODS}
    p30, p70, asymmetry, ipras, disagreement = spread[percentile]
    median = float(np.median(votes))
    tertile = min((votes <= 3).mean(), (votes >= 7).mean()) >= 1 / 3 - _SLACK
    others = [method for method in _METHODS if spread[method][4] != disagreement]
    return PanelVerdict(
        raters=len(votes),
        missing=int(clean.isna().sum()),
        median=median,
        p30=p30,
        p70=p70,
        ipr=p70 - p30,
        asymmetry=asymmetry,
        ipras=ipras,
        disagreement=disagreement,
        tertile_disagreement=bool(tertile),
        verdict=_verdict(median, disagreement),
        note=(
            f"the answer hangs on the percentile rule: {some_of(others)} would say "
            f"{'no disagreement' if disagreement else 'disagreement'}"
            if others
            else ""
        ),
    )


def _spread(votes: np.ndarray, method: str) -> tuple[float, float, float, float, bool]:
    p30, p70 = (
        float(np.percentile(votes, share, method=method))  # type: ignore[call-overload]
        for share in (30, 70)
    )
    asymmetry = abs(5 - (p30 + p70) / 2)
    ipras = 2.35 + 1.5 * asymmetry
    return p30, p70, asymmetry, ipras, p70 - p30 > ipras + _SLACK


def _verdict(median: float, disagreement: bool) -> str:
    if disagreement or 3.5 <= median < 6.5:
        return "uncertain"
    return "appropriate" if median >= 6.5 else "inappropriate"


def rand_ucla_table(ratings: pd.DataFrame, *, percentile: str = "linear") -> pd.DataFrame:
    """Read every item of a nine-point panel with `rand_ucla`, one row for each item.

    Args:
        ratings: rows items, columns panel members, 1 to 9; blanks allowed.
        percentile: as in `rand_ucla`.
    Returns:
        Table with the fields of `PanelVerdict` as columns.
    Raises:
        ValueError: as `rand_ucla`, with the item named.

    >>> votes = pd.DataFrame([[7, 8, 9], [1, 5, 9]], index=["talent", "science park"])
    >>> rand_ucla_table(votes)[["median", "disagreement", "verdict"]]
                  median  disagreement      verdict
    talent           8.0         False  appropriate
    science park     5.0          True    uncertain
    """
    clean = numeric_table(ratings, "ratings", minimum=1, maximum=9)
    few = clean.index[clean.notna().sum(axis=1) < 3]
    if len(few):
        raise ValueError(f"fewer than 3 ratings for {some_of(few)}: take these items out or wait")
    return pd.DataFrame(
        [asdict(rand_ucla(row, percentile=percentile)) for _, row in clean.iterrows()],
        index=clean.index,
    )
