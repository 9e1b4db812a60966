"""Charts of a region's industries: quotients with intervals, shift-share, stars."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from clusterlib import mapping
from clusterlib.charts.rows import PLACE, QuotientDots, ShiftShareBars, StarBoard
from clusterlib.charts.style import new_figure
from clusterlib.charts.wording import listed

STAR_COLUMNS = {
    "observatory": ("size", "specialisation", "focus"),
    "panorama": ("size", "specialisation", "productivity"),
}


@dataclass(frozen=True)
class Profile:
    """Rows ready to draw or print, and what they say: one sentence, then all."""

    rows: pd.DataFrame
    headline: str
    summary: str


def star_labels() -> list[str]:
    """Return the column heads of the star table: preset above measure."""
    return [
        f"{preset.capitalize()}\n{measure}"
        for preset, measures in STAR_COLUMNS.items()
        for measure in measures
    ]


def quotient_profile(
    employment: pd.DataFrame, region: str, level: float = 0.95, minimum_jobs: float = 0.0
) -> Profile:
    """Return a region's quotients, the highest first, confidential and empty industries last."""
    _known_region(employment, region)
    long = mapping.location_quotient_interval(employment, level, missing="skip")
    rows = long[long["region"] == region].set_index("industry").drop(columns="region")
    small = list(rows.index[rows["jobs"] < minimum_jobs])
    rows = rows.drop(index=small)
    rows["verdict"] = np.select(
        [rows["low"] > 1, rows["high"] < 1, rows["lq"].notna()],
        ["above 1", "below 1", "not told apart"],
        "",
    )
    rows["word"] = [_word(jobs, lq) for jobs, lq in zip(rows["jobs"], rows["lq"], strict=True)]
    drawn = rows[rows["word"] == ""].sort_values("lq", ascending=False)
    rows = pd.concat([drawn, rows[rows["word"] != ""]])
    above = [
        _with_number(drawn, industry) for industry in drawn.index[drawn["verdict"] == "above 1"]
    ]
    unsure = [str(name) for name in drawn.index[drawn["verdict"] == "not told apart"]]
    headline = (
        f"{region}, {level:.0%} intervals: {len(above)} of {len(drawn)} industries surely above 1, "
        f"{len(unsure)} not told apart from 1."
    )
    parts = [headline, f"Surely above: {listed(above)}."]
    if len(drawn):
        parts.append(f"Lowest: {_with_number(drawn, drawn.index[-1])}.")
    parts.append(f"Not told apart from 1: {listed(unsure)}.")
    parts += _gaps(employment, rows)
    if small:
        names = listed([str(name) for name in small])
        parts.append(f"Left out, fewer than {minimum_jobs:,.0f} jobs: {names}.")
    return Profile(rows, headline, " ".join(parts))


def shift_share_profile(
    employment_start: pd.DataFrame, employment: pd.DataFrame, region: str, minimum_jobs: float = 0.0
) -> Profile:
    """Return the parts of a region's job change, greatest gain first.

    An industry with a confidential cell anywhere has no known reference total: it is left out of
    the sums and shown with its reason.
    """
    _known_region(employment, region)
    known = employment.notna().all() & employment_start.notna().all()
    kept = known.index[known]
    start_jobs, end_jobs = employment_start.T[region], employment.T[region]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = mapping.shift_share(
            start_jobs[kept],
            end_jobs[kept],
            employment_start[kept].sum(),
            employment[kept].sum(),
        )
    total = table.T["total"]
    rows = table.drop(index="total").sort_values("change", ascending=False)
    start = start_jobs[rows.index]
    small = [str(name) for name in rows.index[(start < minimum_jobs).to_numpy(dtype=bool)]]
    rows = rows.drop(index=small).assign(word="")
    for industry in known.index[~known]:
        rows.loc[industry, "word"] = "confidential in a region: no total to compare with"
    years = f"{region}: {_signed(total['change'])} jobs"
    headline = (
        f"{years} = national {_signed(total['national'])}, industry mix {_signed(total['mix'])}, "
        f"regional {_signed(total['regional'])}."
    )
    ranked = rows["regional"].dropna().sort_values()
    parts = [headline]
    if len(ranked):
        parts.append(
            f"Greatest regional part: {ranked.index[-1]} ({_signed(ranked.iloc[-1])}); "
            f"smallest: {ranked.index[0]} ({_signed(ranked.iloc[0])})."
        )
    parts.append(f"{len(kept)} industries in the sums.")
    if not known.all():
        hidden = listed([str(name) for name in known.index[~known]])
        parts.append(f"Left out of the sums, confidential in a region: {hidden}.")
    if small:
        parts.append(
            f"Not drawn, fewer than {minimum_jobs:,.0f} jobs at the start: {listed(small)}."
        )
    parts += [str(warning.message).capitalize() + "." for warning in caught]
    return Profile(rows, headline, " ".join(parts))


def star_profile(
    employment: pd.DataFrame,
    region: str,
    productivity: pd.DataFrame | None = None,
    minimum_jobs: float = 0.0,
) -> Profile:
    """Return the stars of a region's industries under both presets, most stars first."""
    _known_region(employment, region)
    columns: dict[str, pd.Series] = {}
    jobs = employment.T[region]
    for preset, measures in STAR_COLUMNS.items():
        given = productivity if preset == "panorama" else None
        table = mapping.star_rating(employment, preset, productivity=given, missing="skip")
        here = table[table["region"] == region].set_index("category")
        for measure in measures:
            columns[f"{preset.capitalize()} {measure}"] = here[f"{measure}_star"]
    rows = pd.DataFrame(columns)
    small = [str(name) for name in rows.index[(jobs < minimum_jobs).to_numpy(dtype=bool)]]
    rows = rows.drop(index=small)
    count = rows.fillna(False).sum(axis=1).astype(int)
    count = count.sort_values(ascending=False, kind="stable")
    most, rows = count.head(3), rows.loc[count.index]
    first, second = (
        rows[[column for column in columns if column.startswith(preset.capitalize())]]
        .fillna(False)
        .sum(axis=1)
        .astype(int)
        for preset in STAR_COLUMNS
    )
    differ = [str(name) for name in rows.index[(first != second).to_numpy(dtype=bool)]]
    headline = (
        f"{region}: {int(first.sum())} stars by the Observatory rules, {int(second.sum())} by the "
        f"Panorama rules; {len(differ)} of {len(rows)} industries rated differently."
    )
    lead = [f"{name} ({number})" for name, number in most.items() if number > 0]
    parts = [headline, f"Most stars: {listed(lead)}.", f"Rated differently: {listed(differ)}."]
    if productivity is None:
        parts.append("No productivity figures were given, so that star is not known.")
    parts += _gaps(employment, jobs.to_frame("jobs").loc[rows.index])
    if small:
        parts.append(f"Left out, fewer than {minimum_jobs:,.0f} jobs: {listed(small)}.")
    parts.append("Stars count jobs, not ties between firms.")
    return Profile(rows, headline, " ".join(parts))


def location_quotients(
    employment: pd.DataFrame, region: str, level: float = 0.95, minimum_jobs: float = 0.0
) -> tuple[Figure, str]:
    """Draw a region's location quotients with their intervals, the highest first.

    Args:
        employment: regions x industries, jobs; confidential cells blank.
        region: the region to show.
        level: level of the intervals, for example 0.95.
        minimum_jobs: industries with fewer jobs are left out and named.

    Returns:
        The figure, and a summary: surely above, lowest, not told apart from 1, confidential.

    Raises:
        ValueError: an unknown region, or as `mapping.location_quotient_interval` does.

    Totals count known cells only. A confidential cell is written out, never drawn as zero. The
    axis is a ratio scale: 2 lies as far from 1 as 0.5 does.

    Example:
        >>> jobs = pd.DataFrame({"Pharma": [300, 100], "Food": [700, 900]}, ["Here", "There"])
        >>> location_quotients(jobs, "Here")[1].split(". ")[1]
        'Surely above: Pharma (1.50)'
    """
    profile = quotient_profile(employment, region, level, minimum_jobs)
    figure = _row_figure(len(profile.rows))
    axes = figure.add_axes(PLACE)
    title = f"What is {region} specialised in, and how sure is it?"
    QuotientDots(axes, len(profile.rows), title).update(profile.rows)
    return figure, profile.summary


def shift_share(
    employment_start: pd.DataFrame, employment: pd.DataFrame, region: str
) -> tuple[Figure, str]:
    """Draw the national, mix and regional parts of a region's job change by industry.

    Args:
        employment_start: regions x industries, jobs in the first year.
        employment: the same in the last year.
        region: the region to show; the reference is all regions together.

    Returns:
        The figure, and a summary: the parts of the total, greatest and smallest regional part.

    Raises:
        ValueError: an unknown region, or as `mapping.shift_share` does.

    An industry that is confidential in any region is left out of the sums and named.

    Reference: Dunn (1960).

    Example:
        >>> start = pd.DataFrame({"Food": [80, 720], "Bio": [20, 180]}, ["Aldermark", "Corvale"])
        >>> end = pd.DataFrame({"Food": [80, 720], "Bio": [40, 260]}, ["Aldermark", "Corvale"])
        >>> shift_share(start, end, "Aldermark")[1].split(". ")[0]
        'Aldermark: +20 jobs = national +10, industry mix 0, regional +10'
    """
    profile = shift_share_profile(employment_start, employment, region)
    figure = _row_figure(len(profile.rows))
    axes = figure.add_axes(PLACE)
    title = f"Why did jobs in {region} change?"
    ShiftShareBars(axes, len(profile.rows), title).update(profile.rows)
    return figure, profile.summary


def stars(
    employment: pd.DataFrame, region: str, productivity: pd.DataFrame | None = None
) -> tuple[Figure, str]:
    """Draw a region's stars under two sets of rules as a table.

    Args:
        employment: regions x industries, jobs; confidential cells blank.
        region: the region to show.
        productivity: same shape, any unit; without it the Panorama's third star is not known.

    Returns:
        The figure, and a summary: stars by each set of rules and where they differ.

    Raises:
        ValueError: an unknown region, or as `mapping.star_rating` does.

    Most thresholds behind the stars are not verified: see `mapping.star_presets`.

    Example:
        >>> jobs = pd.DataFrame({"Pharma": [300, 50], "Food": [700, 900]}, ["Aldermark", "Corvale"])
        >>> stars(jobs, "Aldermark")[1].startswith("Aldermark: ")
        True
    """
    profile = star_profile(employment, region, productivity)
    figure = _row_figure(len(profile.rows))
    axes = figure.add_axes(PLACE)
    title = f"How many stars has {region}, and by whose rules?"
    StarBoard(axes, len(profile.rows), title, star_labels()).update(profile.rows)
    return figure, profile.summary


def _row_figure(count: int) -> Figure:
    return new_figure(8, max(3.0, 0.36 * count + 1.4))


def _known_region(employment: pd.DataFrame, region: str) -> None:
    if region not in employment.index:
        there = listed([str(name) for name in employment.index])
        raise ValueError(f"there is no region {region!r} in the table; there are: {there}")


def _signed(jobs: float) -> str:
    """Return a change in jobs with its sign; no change is 0, whatever the rounding left."""
    return f"{round(jobs):+,d}" if round(jobs) else "0"


def _word(jobs: Any, quotient: Any) -> str:
    """Return what stands in place of a dot: a confidential cell is not an empty one."""
    if pd.isna(jobs):
        return "confidential"
    if jobs == 0:
        return "no jobs"
    return "" if pd.notna(quotient) else "no reference"


def _with_number(rows: pd.DataFrame, industry: object) -> str:
    return f"{industry} ({float(rows['lq'].to_dict()[industry]):.2f})"


def _gaps(employment: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Name the confidential cells of the region, and say what the totals count."""
    hidden = [str(name) for name in rows.index[rows["jobs"].isna()]]
    parts = [f"Confidential: {listed(hidden)}."] if hidden else []
    if bool(employment.isna().to_numpy().any()):
        cells = int(employment.isna().to_numpy().sum())
        parts.append(f"Totals count known cells only; {cells} confidential in the whole table.")
    return parts
