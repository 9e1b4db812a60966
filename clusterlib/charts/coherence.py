"""Charts of a coherence matrix: direct scores, second order, two scorers, three levels."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from clusterlib import coherence
from clusterlib.charts.impact_grid import ImpactGrid, signed
from clusterlib.charts.style import new_figure
from clusterlib.charts.wording import Names, listed, named

Words = list[list[str]]


def cross_impact(
    scores: pd.DataFrame,
    names: Names = None,
    title: str = "Where do our instruments help, and where do they hinder?",
) -> tuple[Figure, str]:
    """Draw the direct scores of instruments (rows) on objectives (columns).

    Args:
        scores: -3 to +3, no blanks; the row acts on the column.
        names: names to show beside the codes.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: counts of helps and hindrances, the worst, the weakest objective.

    Raises:
        ValueError: as `coherence.cross_impact` does.

    Reference: Nilsson, Griggs and Visbeck (2016).

    Example:
        >>> table = pd.DataFrame([[3, -2], [0, 1]], ["grant", "loan"], ["jobs", "climate"])
        >>> cross_impact(table)[1].startswith("2 of 4 cells help, 1 hinders")
        True
    """
    result = coherence.cross_impact(scores)
    figure = _grid(result.matrix, direct_words(result.matrix), names, title)
    return figure, direct_summary(result, names)


def second_order(
    scores: pd.DataFrame,
    links: pd.DataFrame,
    weight: float = 0.5,
    names: Names = None,
    title: str = "What is left when effects at second hand are counted?",
) -> tuple[Figure, str]:
    """Draw direct plus indirect scores, and write "hidden" and "softened" into their cells.

    Args:
        scores: instruments x objectives, -3 to +3.
        links: objectives x objectives, -3 to +3.
        weight: how much an indirect effect counts beside a direct one.
        names: names to show beside the codes.
        title: the question the chart answers.

    Returns:
        The figure, and a summary that names the hidden conflicts with their stepping stones.

    Raises:
        ValueError: as `coherence.second_order` does.

    Reference: Weitz and others (2018).

    Example:
        >>> table = pd.DataFrame([[3, 0]], ["grant"], ["jobs", "research"])
        >>> steps = pd.DataFrame([[0, -2], [0, 0]], table.columns, table.columns)
        >>> second_order(table, steps)[1].split(" (")[0]
        '1 hidden conflict: grant on research, by way of jobs'
    """
    result = coherence.second_order(scores, weight, through=links)
    figure = _grid(result.total, total_words(result), names, title)
    return figure, hidden_summary(result, names)


def scorer_spread(
    first: pd.DataFrame,
    second: pd.DataFrame,
    names: Names = None,
    title: str = "Where do two scorers see different things?",
) -> tuple[Figure, str]:
    """Draw the scores of two people side by side in each cell, tinted by their mean.

    Args:
        first: instruments x objectives, -3 to +3.
        second: the same names.
        names: names to show beside the codes.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: share of equal cells and the cells with opposite signs.

    Raises:
        ValueError: as `coherence.compare_scorers` does.

    Example:
        >>> one = pd.DataFrame([[2, -1]], ["bonus"], ["skills", "districts"])
        >>> scorer_spread(one, -one)[1].startswith("0% of 2 cells are equal, 0% within one step")
        True
    """
    result = coherence.compare_scorers(first, second)
    figure = _grid(result.mean, spread_words(first, second), names, title)
    return figure, spread_summary(result, names)


def by_level(
    scores: pd.DataFrame,
    levels: pd.Series,
    names: Names = None,
    title: str = "Do the levels of government pull in one direction?",
) -> tuple[Figure, str]:
    """Draw the sum of the scores of each level of government on each objective.

    Args:
        scores: instruments x objectives, -3 to +3.
        levels: the level of each instrument, such as national, regional or local.
        names: names to show beside the codes of the objectives.
        title: the question the chart answers.

    Returns:
        The figure, and a summary that names the objectives on which two levels pull apart.

    Raises:
        ValueError: an instrument without a level.

    Example:
        >>> table = pd.DataFrame([[2], [-1]], ["grant", "rates"], ["districts"])
        >>> by_level(table, pd.Series({"grant": "national", "rates": "local"}))[1]
        'Levels pull apart on: districts (national +2, local −1).'
    """
    absent = scores.index.difference(levels.dropna().index)
    if len(absent):
        raise ValueError(f"no level is given for {listed([str(one) for one in absent])}")
    sums = scores.groupby(levels.reindex(scores.index), sort=False).sum()
    order = [level for level in ("national", "regional", "local") if level in sums.index]
    sums = sums.loc[[*order, *(level for level in sums.index if level not in order)]]
    figure = _grid(sums, direct_words(sums), names, title, "Sum of the scores of each level")
    apart = []
    for code, column in sums.items():
        if column.min() < 0 < column.max():
            told = [f"{level} {signed(value)}" for level, value in column.items() if value]
            apart.append(f"{_called(code, names)} ({', '.join(told)})")
    return figure, f"Levels pull apart on: {'; '.join(apart) or 'no objective'}."


def direct_words(scores: pd.DataFrame) -> Words:
    """Return the signed numbers of a table, row by row."""
    return [[signed(float(value)) for value in row] for row in scores.to_numpy()]


def total_words(result: coherence.SecondOrder) -> Words:
    """Return the totals, with "hidden" or "softened" under those that changed their sign."""
    words = direct_words(result.total)
    for cells, said in ((result.hidden_conflicts, "hidden"), (result.softened, "softened")):
        for source, target in zip(cells["source"], cells["target"], strict=True):
            row = list(result.total.index).index(source)
            column = list(result.total.columns).index(target)
            words[row][column] += f"\n{said}"
    return words


def spread_words(first: pd.DataFrame, second: pd.DataFrame) -> Words:
    """Return both scores where they differ, one where they agree; say where signs are opposite."""
    words = []
    for row in first.index:
        line = []
        for column in first.columns:
            one, two = float(first.loc[row, column]), float(second.loc[row, column])
            both = signed(one) if one == two else f"{signed(one)} / {signed(two)}"
            line.append(f"{both}\nopposite" if one * two < 0 else both)
        words.append(line)
    return words


def direct_summary(result: coherence.CrossImpact, names: Names = None) -> str:
    """Say in words what a table of direct scores shows."""
    cells = result.positive + result.negative + result.neutral
    parts = [
        f"{result.positive} of {cells} cells help, {result.negative} "
        f"{'hinders' if result.negative == 1 else 'hinder'}, {result.neutral} are consistent."
    ]
    if len(result.clashes):
        worst = result.clashes[result.clashes["score"] == result.clashes["score"].min()]
        told = [_pair(row, names) for _, row in worst.iterrows()]
        parts.append(f"Worst ({signed(float(worst['score'].iloc[0]))}): {listed(told)}.")
    lowest = result.influenced.idxmin()
    parts.append(
        f"The objective with the lowest sum is {_called(lowest, names)} "
        f"({signed(float(result.influenced.min()))})."
    )
    return " ".join(parts)


def hidden_summary(result: coherence.SecondOrder, names: Names = None) -> str:
    """Say in words which conflicts appear at second order, and which fade."""
    hidden = result.hidden_conflicts
    told = [
        f"{_pair(row, names)}, by way of {_called(row['via'], names)} "
        f"(direct {signed(float(row['direct']))}, together {signed(float(row['total']))})"
        for _, row in hidden.iterrows()
    ]
    count = f"{len(hidden)} hidden conflict{'' if len(hidden) == 1 else 's'}"
    soft = [_pair(row, names) for _, row in result.softened.iterrows()]
    return f"{count}{': ' + '; '.join(told) if told else ''}. Softened: {listed(soft)}."


def spread_summary(result: coherence.ScorerComparison, names: Names = None) -> str:
    """Say in words how far two scorers agree."""
    cells = result.mean.size
    told = [
        f"{_pair(row, names)} ({signed(float(row['first']))} against "
        f"{signed(float(row['second']))})"
        for _, row in result.differences.iterrows()
        if row["opposite"]
    ]
    return (
        f"{result.same:.0%} of {cells} cells are equal, {result.within_one:.0%} within one step. "
        f"Opposite signs: {'; '.join(told) or 'none'}."
    )


def _grid(
    values: pd.DataFrame,
    words: Sequence[Sequence[str]],
    names: Names,
    title: str,
    legend: str = "Score: minus hinders, plus helps. The row acts on the column.",
) -> Figure:
    figure = new_figure(8, max(3.2, 0.5 * len(values) + 2.0))
    grid = ImpactGrid(
        figure, titled(values.index, names), titled(values.columns, names), title, legend
    )
    grid.update(values, words)
    return figure


def titled(codes: pd.Index, names: Names) -> list[str]:
    """Return code and name together; a code without a name stays itself.

    Example:
        >>> titled(pd.Index(["I2", "I9"]), {"I2": "Grant for large sites"})
        ['I2 Grant for large sites', 'I9']
    """
    return [
        f"{code} {name}" if name != str(code) else name
        for code, name in zip(codes, named(codes, names), strict=True)
    ]


def _called(code: object, names: Names) -> str:
    return titled(pd.Index([code]), names)[0]


def _pair(row: pd.Series, names: Names) -> str:
    return f"{_called(row['source'], names)} on {_called(row['target'], names)}"
