"""Shift-share: how much of a region's change came from the nation, its mix, and itself."""

import warnings

import numpy as np
import pandas as pd

from clusterlib import validation


def shift_share(
    region_start: "pd.Series[float]",
    region_end: "pd.Series[float]",
    reference_start: "pd.Series[float]",
    reference_end: "pd.Series[float]",
    method: str = "classic",
) -> pd.DataFrame:
    """Split a region's change in jobs into national, mix and regional parts that add up.

    Args:
        region_start, region_end: jobs by industry in the region, in the first and last year.
        reference_start, reference_end: the same industries in the reference area (the nation).
        method: "classic" or "esteban-marquillas" (takes the allocation part out of the regional).
    Returns:
        Rows industries and "total"; columns change, national, mix, regional, and with
        "esteban-marquillas" also allocation; jobs. In each row the parts add up to the change.
    Raises:
        ValueError: industries that differ, blanks, negatives, an industry that the region
            had at the start and the reference did not, an industry called "total".
    Warns:
        UserWarning: an industry without jobs in the region at the start has no growth rate: its
            whole change is counted as regional, and the warning names it.

    national = start x growth of all reference jobs; mix = start x (growth of the industry there -
    growth of all); regional = the rest. Esteban-Marquillas computes the regional part on the jobs
    the region would have with the reference's mix; allocation is what is left. An accounting
    identity, not a cause: other end years or another classification give other parts.

    Reference: Dunn (1960); Esteban-Marquillas (1972).

    >>> industry = ["food", "biotech"]
    >>> table = shift_share(
    ...     pd.Series([60, 40], industry), pd.Series([66, 70], industry),
    ...     pd.Series([800, 200], industry), pd.Series([800, 300], industry),
    ... )
    >>> table.round(1)
             change  national   mix  regional
    food        6.0       6.0  -6.0       6.0
    biotech    30.0       4.0  16.0      10.0
    total      36.0      10.0  10.0      16.0
    """
    validation.choice(method, ("classic", "esteban-marquillas"), "method")
    start, end, before, after = _four_columns(
        {
            "region at the start": region_start,
            "region at the end": region_end,
            "reference at the start": reference_start,
            "reference at the end": reference_end,
        }
    )
    growth = float(after.sum() / before.sum() - 1)
    # Where neither had the industry, nothing grows from nothing: the mix part is start x 0 = 0.
    industry_growth = (after / before.where(before > 0) - 1).fillna(growth)
    change = end - start
    national = start * growth
    mix = start * (industry_growth - growth)
    regional = change - national - mix
    parts = pd.DataFrame({"change": change, "national": national, "mix": mix})
    born = (start == 0) & (end > 0)
    if born.any():
        names = validation.some_of(start.index[born])
        warnings.warn(
            f"no jobs at the start in {names}: growth from zero is not defined, "
            "so the whole change is counted as regional",
            stacklevel=2,
        )
    if method == "classic":
        parts["regional"] = regional
    else:
        homothetic = start.sum() * before / before.sum()
        per_job = (regional / start.where(start > 0, np.nan)).fillna(0.0)
        parts["regional"] = (homothetic * per_job).where(start > 0, regional)
        parts["allocation"] = regional - parts["regional"]
    parts.loc["total"] = parts.sum()
    return parts


def _four_columns(columns: dict[str, "pd.Series[float]"]) -> list["pd.Series[float]"]:
    clean: list[pd.Series[float]] = []
    for what, values in columns.items():
        jobs = validation.no_missing(
            validation.numeric_series(values, what), what, "estimate it or leave the industry out"
        )
        if clean:
            validation.same_labels(clean[0].index, jobs.index, "industries")
            jobs = jobs.reindex(clean[0].index)
        clean.append(jobs)
    start, _, before, _ = clean
    if "total" in start.index:
        raise ValueError('an industry is called "total": is a sum still in the table? Take it out')
    if before.sum() <= 0:
        raise ValueError("the reference has no jobs at the start: check its first year")
    beyond = start.index[(start > 0) & (before == 0)]
    if len(beyond):
        raise ValueError(
            f"the region has jobs in {validation.some_of(beyond)}, the reference has none: "
            "is the region part of the reference, and is the classification the same?"
        )
    return clean
