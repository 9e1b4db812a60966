"""Whether to ask again: consensus and stability read together."""

from __future__ import annotations

import pandas as pd

from clusterlib.consensus.delphi import agreement, stability

_SLACK = 1e-9
ADVICE = {
    "agreed and settled": "stop, and write it down",
    "agreed, still moving": "ask once more",
    "settled against": "stop, and leave it out",
    "two camps": "stop voting, and bring the camps together",
    "settled, not agreed": "stop; do not claim agreement",
    "open": "ask once more",
    "one round only": "run a second round",
}


def stopping(
    before: pd.DataFrame | None,
    after: pd.DataFrame,
    *,
    low: float | None = None,
    high: float | None = None,
    scale: tuple[float, float] = (1, 5),
    rule: str = "both",
    iqr_limit: float | None = None,
    share_limit: float | None = None,
    change_limit: float = 0.15,
) -> pd.DataFrame:
    """Judge item by item whether a Delphi may stop: agreed is one question, settled another.

    Args:
        before, after: two rounds in a row, rows items, columns panel members, blanks allowed;
            `before` is None after round one.
        low, high, scale, rule, iqr_limit, share_limit: as in `agreement`.
        change_limit: the `limit` of `stability`.
    Returns:
        One row for each item: answers, median, iqr, share, opposed, consensus, stable (blank after
        round one), moved (share of answers that changed place), left (who answered before and not
        now), status and advice.
    Raises:
        ValueError: as `agreement` and `stability`.
    Convention:
        "two camps" and "settled against" (as large a share in the lowest third as `share_limit`
        asks in favour, and a small spread) need stability too; without it an item is "open". People
        who left are named by `left`, and an item can look agreed only because they left.
    Reference:
        Dajani, Sincoff and Talley (1979); Diamond and others (2014).

    >>> one = pd.DataFrame([[4, 5, 4, 4], [1, 5, 1, 5]], index=["talent", "science park"])
    >>> stopping(one, one)["status"].tolist()
    ['agreed and settled', 'two camps']
    """
    now = agreement(
        after, low, high, scale=scale, rule=rule, iqr_limit=iqr_limit, share_limit=share_limit
    )
    result = now[["answers", "median", "iqr", "share", "opposed", "consensus"]].copy()
    if before is None:
        result["stable"] = pd.Series(pd.NA, index=result.index, dtype="boolean")
        result["moved"], result["left"] = float("nan"), 0
        result["status"] = "one round only"
    else:
        change = stability(before, after, scale=scale, limit=change_limit).loc[now.index]
        result["stable"] = change["stable"].astype("boolean")
        result["moved"], result["left"] = change["histogram_change"], change["left"]
        enough = share_limit if share_limit is not None else 0.70 if rule == "heap" else 0.75
        points = scale[1] - scale[0] + 1
        narrow = now["iqr"] <= (0.2 * points if iqr_limit is None else iqr_limit) + _SLACK
        against = narrow & (now["opposed"] >= enough - _SLACK)
        columns = (now["consensus"], change["stable"], now["polarised"], against)
        result["status"] = [_status(*marks) for marks in zip(*columns, strict=True)]
    result["advice"] = result["status"].map(ADVICE)
    return result


def _status(consensus: bool, stable: bool, polarised: bool, against: bool) -> str:
    if consensus:
        return "agreed and settled" if stable else "agreed, still moving"
    if not stable:
        return "open"
    if polarised:
        return "two camps"
    return "settled against" if against else "settled, not agreed"
