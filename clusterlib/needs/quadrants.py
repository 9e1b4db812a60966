"""Importance-performance analysis: four quadrants, and how they move with the cross-hair."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from clusterlib import validation
from clusterlib.needs.discrepancy import paired_answers

CROSSHAIRS = ("mean", "median", "scale")
Answers = pd.DataFrame | pd.Series  # respondents x items, or one mean an item


class Crosshair(NamedTuple):
    """Where the two lines of the grid stand."""

    importance: float
    performance: float


def _item_means(
    importance: Answers, performance: Answers
) -> tuple["pd.Series[float]", "pd.Series[float]", pd.Series]:
    if isinstance(importance, pd.DataFrame) and isinstance(performance, pd.DataFrame):
        asked, served = paired_answers(importance, performance, "performance")
        return asked.mean(), served.mean(), asked.notna().sum().astype("Int64")
    if isinstance(importance, pd.DataFrame) or isinstance(performance, pd.DataFrame):
        raise ValueError(
            "importance and performance must both be tables of answers or both be item means: "
            "one of yours is a table, the other is not"
        )
    asked_mean = validation.numeric_series(importance, "importance")
    served_mean = validation.numeric_series(performance, "performance")
    validation.same_labels(asked_mean.index, served_mean.index, "items")
    unknown = pd.Series(pd.NA, index=asked_mean.index, dtype="Int64")
    return asked_mean, served_mean.reindex(asked_mean.index), unknown


def crosshair_lines(
    importance: Answers,
    performance: Answers,
    rule: str = "mean",
    scale: tuple[float, float] = (1.0, 5.0),
) -> Crosshair:
    """Place the two lines of the grid by one rule.

    Args:
        importance: respondents x items, or a Series with one mean an item.
        performance: same shape and labels.
        rule: "mean" or "median" of the item means, or "scale" for the middle of the scale.
        scale: lowest and highest possible mark; used by "scale" alone.
    Returns:
        The importance line and the performance line, in scale points.
    Raises:
        ValueError: unknown rule, scale upside down, labels that differ.

    >>> means = pd.Series({"events": 4.0, "advice": 3.0, "web": 2.0})
    >>> crosshair_lines(means, means - 1, "median")
    Crosshair(importance=3.0, performance=2.0)
    """
    validation.choice(rule, CROSSHAIRS, "crosshair")
    asked, served, _ = _item_means(importance, performance)
    if rule == "scale":
        low, high = scale
        if not low < high:
            raise ValueError(f"scale runs from {low:g} to {high:g}: give the lowest mark first")
        return Crosshair((low + high) / 2, (low + high) / 2)
    if rule == "mean":
        return Crosshair(float(asked.mean()), float(served.mean()))
    return Crosshair(float(asked.median()), float(served.median()))


def importance_performance(
    importance: Answers,
    performance: Answers,
    crosshair: str = "mean",
    scale: tuple[float, float] = (1.0, 5.0),
) -> pd.DataFrame:
    """Put every item in one of four quadrants by importance and performance.

    Args:
        importance: respondents x items, or a Series with one mean an item.
        performance: same shape and labels.
        crosshair: "mean", "median" or "scale": see `crosshair_lines`.
        scale: lowest and highest possible mark; used by crosshair="scale" alone.
    Returns:
        One row an item: importance, performance, n (blank if means were given), quadrant
        ("concentrate here", "keep up the good work", "low priority", "possible overkill"), on_line.
    Raises:
        ValueError: labels that differ, a table beside a column, unknown rule.

    A value exactly on a line counts as high on that axis, and on_line says so: such an item is a
    close call. Only respondents who gave both marks count for an item; an item without any
    has a blank quadrant. The quadrant depends on where the lines stand: see `quadrant_flips`.

    Reference: Martilla and James (1977).

    >>> importance = pd.Series({"events": 4.5, "advice": 4.0, "web": 2.0, "parking": 1.5})
    >>> performance = pd.Series({"events": 2.0, "advice": 4.5, "web": 2.5, "parking": 4.0})
    >>> importance_performance(importance, performance)["quadrant"].tolist()
    ['concentrate here', 'keep up the good work', 'low priority', 'possible overkill']
    """
    asked, served, n = _item_means(importance, performance)
    lines = crosshair_lines(importance, performance, crosshair, scale)
    on_importance = np.isclose(asked, lines.importance, rtol=0, atol=1e-9)
    on_performance = np.isclose(served, lines.performance, rtol=0, atol=1e-9)
    matters = (asked > lines.importance) | on_importance
    performs = (served > lines.performance) | on_performance
    quadrant = pd.Series(
        np.select(
            [matters & ~performs, matters & performs, ~matters & ~performs],
            ["concentrate here", "keep up the good work", "low priority"],
            "possible overkill",
        ),
        index=asked.index,
    )
    return pd.DataFrame(
        {
            "importance": asked,
            "performance": served,
            "n": n,
            "quadrant": quadrant.where(asked.notna() & served.notna()),
            "on_line": on_importance | on_performance,
        }
    )


def quadrant_flips(
    importance: Answers,
    performance: Answers,
    one: str = "mean",
    other: str = "median",
    scale: tuple[float, float] = (1.0, 5.0),
) -> pd.DataFrame:
    """List the items whose quadrant changes between two cross-hairs.

    Args:
        importance: respondents x items, or a Series with one mean an item.
        performance: same shape and labels.
        one: first cross-hair rule; other: second rule; the two must differ.
        scale: lowest and highest possible mark, for the rule "scale".
    Returns:
        One row an item that flips, with a column for each rule; empty if none does.
    Raises:
        ValueError: unknown or equal rules, labels that differ.

    >>> importance = pd.Series({"events": 4.5, "advice": 3.6, "web": 3.4, "parking": 1.0})
    >>> performance = pd.Series({"events": 2.0, "advice": 4.5, "web": 2.5, "parking": 4.0})
    >>> quadrant_flips(importance, performance)["median"].to_dict()
    {'web': 'low priority'}
    """
    if one == other:
        raise ValueError(f"both cross-hairs are {one!r}: choose two different rules to compare")
    both = pd.DataFrame(
        {
            rule: importance_performance(importance, performance, rule, scale)["quadrant"]
            for rule in (one, other)
        }
    )
    return both[both[one].ne(both[other]) & both.notna().all(axis=1)]
