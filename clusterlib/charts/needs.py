"""Charts of a needs survey: the grid, two rankings side by side, and who replied."""

import pandas as pd
from matplotlib.figure import Figure

from clusterlib import needs
from clusterlib.charts.grid import NeedsGrid
from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GRID,
    INK,
    TEXT_SIZE,
    VERMILION,
    dress,
    new_figure,
)
from clusterlib.charts.wording import Names, listed, named


def importance_performance(
    importance: pd.DataFrame,
    performance: pd.DataFrame,
    crosshair: str = "mean",
    names: Names = None,
    title: str = "Which needs come first?",
    performance_name: str = "ability",
) -> tuple[Figure, str]:
    """Draw the grid of importance against performance, with its four quadrants.

    Args:
        importance: respondents x items, marks on one scale.
        performance: the same shape; ability or satisfaction on the same scale.
        crosshair: "mean", "median" or "scale", see `needs.importance_performance`.
        names: names to show in place of the items' codes.
        title: the question the chart answers.
        performance_name: what the second table measures, in a word.

    Returns:
        The figure, and a summary that names the items of each quadrant.

    Raises:
        ValueError: as `needs.importance_performance` does.

    Items without a single pair of marks are left out of the picture and named in the summary.

    Reference: Martilla and James (1977).

    Example:
        >>> asked = pd.DataFrame({"Grants": [5, 5], "Branding": [3, 2]})
        >>> able = pd.DataFrame({"Grants": [2, 2], "Branding": [4, 3]})
        >>> figure, summary = importance_performance(asked, able)
        >>> summary.startswith("2 items, 2 respondents; lines at the mean")
        True
    """
    grid = needs.importance_performance(importance, performance, crosshair)
    lines = needs.crosshair_lines(importance, performance, crosshair)
    labels = named(grid.index, names)
    figure = new_figure(8, 6)
    grid_drawing = NeedsGrid(figure, labels, title, performance_name)
    grid_drawing.update(grid, (lines.importance, lines.performance))
    return figure, grid_summary(
        grid, lines, labels, len(importance), f"the {crosshair}", performance_name
    )


def grid_summary(
    grid: pd.DataFrame,
    lines: tuple[float, float],
    labels: list[str],
    respondents: int,
    rule: str,
    performance_name: str = "ability",
) -> str:
    """Say in words which items lie in which quadrant of a grid."""
    name = pd.Series(labels, index=grid.index)
    parts = [
        f"{len(grid)} items, {respondents} respondents; lines at {rule}: "
        f"importance {lines[0]:.2f}, {performance_name} {lines[1]:.2f}."
    ]
    for quadrant in ("concentrate here", "keep up the good work", "low priority"):
        inside = listed(list(name[grid["quadrant"] == quadrant]))
        parts.append(f"{quadrant.capitalize()}: {inside}.")
    parts.append(
        f"Possible overkill: {listed(list(name[grid['quadrant'] == 'possible overkill']))}."
    )
    if bool(grid["quadrant"].isna().any()):
        parts.append(f"Without a pair of marks: {listed(list(name[grid['quadrant'].isna()]))}.")
    return " ".join(parts)


def needs_ranking(
    importance: pd.DataFrame,
    ability: pd.DataFrame,
    names: Names = None,
    title: str = "Do two methods rank the same needs first?",
) -> tuple[Figure, str]:
    """Draw the ranks of Borich's score beside those of the ranked discrepancy, joined by lines.

    Args:
        importance: respondents x items, marks on one scale.
        ability: the same shape.
        names: names to show in place of the items' codes.
        title: the question the chart answers.

    Returns:
        The figure, and a summary: first three of each method, shared top five, greatest move.

    Raises:
        ValueError: as `needs.borich` does, or no item has a pair of marks.

    A move of three ranks or more is drawn thick and dashed. Equal ranks share a height.

    Reference: Borich (1980); Narine and Harder (2021).

    Example:
        >>> asked = pd.DataFrame({"Grants": [5, 5], "Branding": [3, 2]})
        >>> able = pd.DataFrame({"Grants": [2, 2], "Branding": [3, 2]})
        >>> needs_ranking(asked, able)[1].startswith("2 needs, 2 respondents.")
        True
    """
    left = needs.borich(importance, ability)
    right = needs.ranked_discrepancy(importance, ability)
    ranks = pd.DataFrame({"borich": left["rank"], "ranked": right["rank"]}).dropna().astype(int)
    if ranks.empty:
        raise ValueError("no item has a pair of marks: importance and ability are both needed")
    ranks = ranks.sort_values(["borich", "ranked"])
    ranks["name"] = named(ranks.index, names)
    ranks["move"] = ranks["borich"] - ranks["ranked"]
    figure = new_figure(8, 0.38 * len(ranks) + 1.4)
    axes = figure.add_axes((0.385, 0.03, 0.23, 0.83))
    dress(axes, title, "", "")
    axes.set_title("", loc="left")
    figure.text(0.02, 0.955, title, fontsize=13, fontweight="bold", color=INK, va="center")
    for _, row in ranks.iterrows():
        far = abs(int(row["move"])) >= 3
        look = VERMILION if far else BLUE
        axes.plot(
            [0, 1], [row["borich"], row["ranked"]], color=look.colour, marker=look.marker,
            linewidth=2.2 if far else 1.2, linestyle="--" if far else "-", markersize=7,
        )  # fmt: skip
    for column, place, across in (("borich", -0.06, "right"), ("ranked", 1.06, "left")):
        for rank, together in ranks.groupby(column)["name"]:
            words = " / ".join(together)
            text = f"{words}  {rank}" if column == "borich" else f"{rank}  {words}"
            axes.text(place, float(str(rank)), text, ha=across, va="center", fontsize=TEXT_SIZE)
    axes.set(xlim=(-0.05, 1.05), ylim=(len(ranks) + 0.6, 0.0))
    for place, head, across in (
        (0, "Rank by Borich's score", "right"),
        (1, "Rank by ranked discrepancy", "left"),
    ):
        axes.text(place, 0.15, head, ha=across, va="center", fontsize=TEXT_SIZE, fontweight="bold")
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, _ranking_summary(ranks, len(importance))


def _ranking_summary(ranks: pd.DataFrame, respondents: int) -> str:
    """Name the first three of each method, the shared top five and the greatest move."""
    top = min(5, len(ranks))
    shared = int(((ranks["borich"] <= top) & (ranks["ranked"] <= top)).sum())
    first = listed(list(ranks.sort_values("borich")["name"].head(3)))
    second = listed(list(ranks.sort_values("ranked")["name"].head(3)))
    mover = ranks.iloc[int(ranks["move"].abs().argmax())]
    words = (
        f"{len(ranks)} needs, {respondents} respondents. First by Borich's score: {first}. "
        f"First by ranked discrepancy: {second}. The two share {shared} of their top {top}."
    )
    if int(mover["move"]) == 0:
        return f"{words} No need changes its rank."
    return (
        f"{words} The greatest move is {mover['name']}: rank {mover['borich']} by Borich, "
        f"{mover['ranked']} by ranked discrepancy."
    )


def response_rates(
    members: pd.DataFrame,
    by: str = "kind",
    replied: str = "replied",
    title: str = "Whose voice is missing?",
) -> tuple[Figure, str]:
    """Draw the share of members who replied, group by group, beside the share of all.

    Args:
        members: one row a member asked, those who did not reply included.
        by: column of groups, such as "kind", "size_class", "district" or "led_by".
        replied: column that says whether the member replied.
        title: the question the chart answers.

    Returns:
        The figure, and a summary with the lowest and the highest rate and all counts.

    Raises:
        ValueError: as `needs.non_response` does.

    Groups whose counts are too small to print are shown as "too few to print", never as zero.

    Reference: Groves (2006).

    Example:
        >>> roster = pd.DataFrame(
        ...     {"kind": ["firm"] * 10 + ["ngo"] * 10, "replied": [True] * 10 + [False] * 10}
        ... )
        >>> response_rates(roster)[1].split(". ")[0]
        '10 of 20 members replied (50%)'
    """
    table = needs.non_response(members, replied, by).iloc[::-1]
    answered, asked = int(members[replied].sum()), len(members)
    overall = 100 * answered / asked
    height = 0.5 * len(table) + 1.5
    figure = new_figure(8, height)
    axes = figure.add_axes((0.2, 0.65 / height, 0.77, 1 - 1.2 / height))
    dress(axes, title, "Members who replied (per cent of those asked)", "")
    places = range(len(table))
    rates = table["rate"].fillna(0.0).to_numpy(dtype=float)
    axes.barh(places, rates, color=BLUE.colour, edgecolor=INK, height=0.6)
    axes.axvline(overall, color=INK, linestyle="--", linewidth=1.4)
    axes.text(overall, len(table) - 0.45, f" all: {overall:.0f}%", fontsize=TEXT_SIZE, va="bottom")
    axes.set_yticks(places, [str(group) for group in table.index])
    axes.set(xlim=(0, 118), ylim=(-0.6, len(table) - 0.05))
    axes.set_xticks(range(0, 101, 20))
    axes.grid(axis="x", color=GRID)
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        hidden = bool(pd.isna(row["rate"]))
        text = (
            f"too few to print ({row['invited']:.0f} asked)"
            if hidden
            else f"{row['replied']:.0f} of {row['invited']:.0f}"
        )
        at = 1.0 if hidden else float(row["rate"]) + 1
        colour = FAINT if hidden else INK
        axes.text(
            at, place, text, va="center", fontsize=TEXT_SIZE, color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
        )  # fmt: skip
    return figure, _rates_summary(table.dropna(subset="rate"), answered, asked, len(table), by)


def _rates_summary(known: pd.DataFrame, answered: int, asked: int, groups: int, by: str) -> str:
    """Say who replied most and least, and how many groups are not printed."""
    parts = [f"{answered} of {asked} members replied ({answered / asked:.0%})."]
    if len(known) > 1:
        low, high = known.iloc[0], known.iloc[-1]
        if low["rate"] > high["rate"]:
            low, high = high, low
        parts.append(
            f"Lowest by {by.replace('_', ' ')}: {low.name} with {low['replied']:.0f} of "
            f"{low['invited']:.0f} ({low['rate']:.0f}%); highest: {high.name} with "
            f"{high['replied']:.0f} of {high['invited']:.0f} ({high['rate']:.0f}%)."
        )
    if groups > len(known):
        parts.append(f"Groups too small to print: {groups - len(known)}.")
    return " ".join(parts)
