"""Rank needs by the distance between how much a skill matters and how well it is mastered."""

import numpy as np
import pandas as pd

from clusterlib import validation


def paired_answers(
    importance: pd.DataFrame, ability: pd.DataFrame, second: str = "ability"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Line up two answer tables and blank every cell that only one of them answers.

    >>> one, two = paired_answers(pd.DataFrame({"C01": [5, 4]}), pd.DataFrame({"C01": [2, None]}))
    >>> one["C01"].tolist()
    [5.0, nan]
    """
    asked = validation.numeric_table(importance, "importance")
    mastered = validation.numeric_table(ability, second)
    validation.same_labels(asked.columns, mastered.columns, "items")
    validation.same_labels(asked.index, mastered.index, "respondents")
    mastered = mastered.reindex(index=asked.index, columns=asked.columns)
    both = asked.notna() & mastered.notna()
    return asked.where(both), mastered.where(both)


def _ranked(table: pd.DataFrame, by: str, ascending: bool) -> pd.DataFrame:
    # Rounding first: equal scores must share a rank though sums were added in another order.
    rank = table[by].round(9).rank(method="min", ascending=ascending)
    return table.assign(rank=rank.astype("Int64")).sort_values("rank", kind="stable")


def borich(importance: pd.DataFrame, ability: pd.DataFrame) -> pd.DataFrame:
    """Rank items by the mean weighted discrepancy score (MWDS) of Borich.

    Args:
        importance: respondents x items, marks on one scale (such as 1 to 5); blanks allowed.
        ability: same respondents and items, marks on the same scale.
    Returns:
        One row an item, the greatest need first: mwds, mean_importance, mean_ability, n, rank.
    Raises:
        ValueError: respondents or items that differ, text or negative marks.

    MWDS = mean over respondents of (importance - ability) x the item's mean importance: the
    weight is the item's mean, not each respondent's own mark. A respondent who left one of the two
    marks blank is left out of that item alone, so n differs by item. Equal scores share the better
    rank; an item without a complete pair has a blank score and rank and stands last. The score
    averages ordinal marks and carries no uncertainty: with n under 5 read it as an anecdote.

    Reference: Borich (1980); calculator: McKim and Saucier (2011).

    >>> importance = pd.DataFrame({"grant writing": [5, 5, 4, 5, 4], "web": [3, 4, 3, 2, 3]})
    >>> ability = pd.DataFrame({"grant writing": [2, 3, 2, 3, 2], "web": [2, 3, 3, 2, 2]})
    >>> borich(importance, ability)[["mwds", "n", "rank"]].round(2)
                    mwds  n  rank
    grant writing  10.12  5     1
    web             1.80  5     2
    """
    asked, mastered = paired_answers(importance, ability)
    mean_importance = asked.mean()
    table = pd.DataFrame(
        {
            "mwds": (asked - mastered).mean() * mean_importance,
            "mean_importance": mean_importance,
            "mean_ability": mastered.mean(),
            "n": asked.notna().sum(),
        }
    )
    return _ranked(table, "mwds", ascending=False)


def ranked_discrepancy(importance: pd.DataFrame, ability: pd.DataFrame) -> pd.DataFrame:
    """Rank items by the share of people below and above what they need (no averaging of marks).

    Args:
        importance: respondents x items, marks on one scale; blanks allowed.
        ability: same respondents and items, marks on the same scale.
    Returns:
        One row an item, the greatest need first: NR, PR, TR (per cent of n whose ability is below,
        above, equal to importance), score (-100 to 100), n, rank.
    Raises:
        ValueError: respondents or items that differ, text or negative marks.

    Sign convention: score = PR - NR, so the more negative, the more people are below what they
    need; -100 means everybody is. Rank 1 is the most negative. Blanks, ties and items without a
    complete pair are treated as in `borich`.

    Reference: Narine and Harder (2021).

    >>> importance = pd.DataFrame({"grant writing": [5, 5, 4, 5], "web": [3, 4, 3, 2]})
    >>> ability = pd.DataFrame({"grant writing": [2, 3, 4, 3], "web": [4, 3, 3, 2]})
    >>> ranked_discrepancy(importance, ability)
                     NR    PR    TR  score  n  rank
    grant writing  75.0   0.0  25.0  -75.0  4     1
    web            25.0  25.0  50.0    0.0  4     2
    """
    asked, mastered = paired_answers(importance, ability)
    n = asked.notna().sum()
    percent = 100.0 / n.where(n > 0, np.nan)
    table = pd.DataFrame(
        {
            "NR": (mastered < asked).sum() * percent,
            "PR": (mastered > asked).sum() * percent,
            "TR": (mastered == asked).sum() * percent,
        }
    )
    return _ranked(table.assign(score=table["PR"] - table["NR"], n=n), "score", ascending=True)
