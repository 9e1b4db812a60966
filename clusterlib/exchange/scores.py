"""Reading peer scores: one fair figure a work, severe and mild reviewers, and hidden names."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.validation import some_of, unique_labels


def aggregate_scores(scores: pd.DataFrame, spread: float = 2.0) -> pd.DataFrame:
    """Give each work the median of its scores, and flag those its reviewers disagree on.

    Args:
        scores: one row a review; columns reviewer, author and score. A blank score is a review that
            was not done.
        spread: works whose highest and lowest score differ by more than this are flagged.
    Returns:
        Index author; columns median, reviews (done), not_done, spread (highest less lowest) and
        flagged (True: a trainer reads it). A work without any score has a blank median, and
        is flagged.
    Raises:
        ValueError: column missing, blank names, a score that is no number, a review twice.

    The median, because one careless reviewer must not decide. A spread of exactly the limit is not
    flagged; a single review cannot show disagreement, so its spread is blank and it is flagged.

    Reference: Topping (1998).

    >>> scores = pd.DataFrame({"reviewer": ["Ada", "Ben", "Cleo"], "author": ["Dan"] * 3,
    ...                        "score": [4, 5, 1]})
    >>> aggregate_scores(scores)[["median", "flagged"]]
            median  flagged
    author
    Dan        4.0     True
    """
    if not spread >= 0:
        raise ValueError(f"spread must be 0 or more, yours is {spread}")
    clean = _read(scores)
    works = clean.groupby("author", sort=False)["score"]
    done = works.count()
    gap = (works.max() - works.min()).where(done > 1)
    return pd.DataFrame(
        {
            "median": works.median(),
            "reviews": done,
            "not_done": works.size() - done,
            "spread": gap,
            "flagged": (gap > spread) | gap.isna(),
        }
    )


def calibrate(scores: pd.DataFrame, gold: Mapping[Any, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Correct severe and mild reviewers by works whose score the trainers agreed on beforehand.

    Args:
        scores: one row a review; columns reviewer, author and score.
        gold: agreed score of at least two works, by author.
    Returns:
        Two tables. Scores: the other works only, with one more column, adjusted (score less the
        reviewer's leniency). Reviewers: index reviewer; columns leniency (mean of score less agreed
        score; above 0 is mild) and gold_reviews. A reviewer who scored fewer than two of the agreed
        works has blank leniency, and blank adjusted scores: use their plain scores knowingly.
    Raises:
        ValueError: fewer than two agreed works, one that nobody scored, otherwise as
            `aggregate_scores`.

    Adjusted scores may leave the scale; do not cut them before taking the median.

    >>> scores = pd.DataFrame({"reviewer": ["Ada"] * 3, "author": ["G1", "G2", "Dan"],
    ...                        "score": [3, 4, 2]})
    >>> calibrate(scores, {"G1": 4, "G2": 5})[0]["adjusted"].tolist()
    [3.0]
    """
    clean = _read(scores)
    agreed = pd.Series(dict(gold), dtype=float)
    unread = [work for work in agreed.index if work not in set(clean["author"])]
    if len(agreed) < 2 or unread or not np.isfinite(agreed).all():
        raise ValueError(
            "calibration needs at least two works with an agreed score, each scored by reviewers"
            + (f"; nobody scored {some_of(unread)}" if unread else "")
        )
    on_gold = clean["author"].isin(agreed.index)
    known = clean[on_gold]
    over = (known["score"] - known["author"].map(agreed)).groupby(known["reviewer"], sort=False)
    reviewers = pd.Index(clean["reviewer"].unique(), name="reviewer")
    count = over.count().reindex(reviewers, fill_value=0)
    leniency = over.mean().reindex(reviewers).where(count >= 2)
    others = clean[~on_gold]
    adjusted = others["score"] - others["reviewer"].map(leniency).astype(float)
    return (
        others.assign(adjusted=adjusted),
        pd.DataFrame({"leniency": leniency, "gold_reviews": count}),
    )


def anonymise(names: Iterable[Any], prefix: str = "W", seed: int | None = None) -> "pd.Series[str]":
    """Give every name a code that says nothing about the name or its place in the list.

    Args:
        names: persons or works, each once.
        prefix: how the codes begin.
        seed: makes the codes repeatable: keep it secret, it is the key.
    Returns:
        Codes such as W07, index the names. Keep this table apart from the reviews.
    Raises:
        ValueError: a name twice.

    This hides names from readers; it is not anonymity in law, since the table leads back.

    >>> sorted(anonymise(["Ada", "Ben", "Cleo"], seed=1))
    ['W1', 'W2', 'W3']
    """
    index = pd.Index(list(names))
    unique_labels(index, "names")
    order = np.random.default_rng(seed).permutation(len(index)) + 1
    width = len(str(len(index)))
    return pd.Series([f"{prefix}{number:0{width}d}" for number in order], index, name="code")


def _read(scores: pd.DataFrame) -> pd.DataFrame:
    lacking = [name for name in ("reviewer", "author", "score") if name not in scores.columns]
    if lacking:
        raise ValueError(f"the table of scores has no column {some_of(lacking)}")
    blank = scores.index[scores[["reviewer", "author"]].isna().any(axis=1)]
    if len(blank):
        raise ValueError(f"scores with a blank name in rows {some_of(blank)}: fill them in")
    numbers = pd.to_numeric(scores["score"], errors="coerce").astype(float)
    wrong = scores.index[(numbers.isna() & scores["score"].notna()) | np.isinf(numbers)]
    if len(wrong):
        raise ValueError(f"scores that are no numbers in rows {some_of(wrong)}: correct them")
    twice = scores.index[scores.duplicated(["reviewer", "author"])]
    if len(twice):
        raise ValueError(
            f"the same reviewer scored the same work again in rows {some_of(twice)}: keep one"
        )
    return scores.assign(score=numbers)
