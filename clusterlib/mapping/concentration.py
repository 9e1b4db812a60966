"""How specialised a region is, and how concentrated an industry is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib import validation


def _jobs(values: "pd.Series[float]", what: str) -> "pd.Series[float]":
    clean = validation.no_missing(
        validation.numeric_series(values, what), what, "estimate it, or compare without it"
    )
    if clean.sum() <= 0:
        raise ValueError(f"{what} add up to zero: a share of nothing is not defined")
    return clean


def _shares(
    one: "pd.Series[float]", other: "pd.Series[float]", names: tuple[str, str]
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    first, second = _jobs(one, names[0]), _jobs(other, names[1])
    validation.same_labels(first.index, second.index, "industries")
    return first / first.sum(), second.reindex(first.index) / second.sum()


def krugman_index(a: "pd.Series[float]", b: "pd.Series[float]") -> float:
    """Add up the differences between the industry shares of two areas: 0 same, 2 nothing shared.

    Args:
        a: jobs (or shares) by industry in one area.
        b: the same industries in the other area, the nation, or the mean of other areas' shares.
    Returns:
        Index from 0 to 2. Some software halves it (0 to 1): say which when you compare.
    Raises:
        ValueError: industries that differ, blanks, negatives, no jobs.

    Reference: Krugman (1991).

    >>> round(krugman_index(pd.Series({"food": 60, "it": 40}), pd.Series({"food": 5, "it": 5})), 6)
    0.2
    """
    first, second = _shares(a, b, ("jobs of the first area", "jobs of the second area"))
    return float((first - second).abs().sum())


def herfindahl(values: "pd.Series[float]", normalised: bool = False) -> float:
    """Add up squared shares: how far a few hold it all.

    Args:
        values: jobs, sales or money by industry, firm or funder; not negative.
        normalised: rescale so that equal shares give 0: (H - 1/n) / (1 - 1/n).
    Returns:
        1/n (equal shares) to 1 (one holds all); normalised 0 to 1. Competition authorities multiply
        by 10,000: 0.25 here is 2,500 there.
    Raises:
        ValueError: blanks, negatives, nothing to share; normalised with a single entry.

    n counts every entry listed, those with 0 included: listing empty ones changes the normalised
    form only.

    >>> round(herfindahl([20, 50, 20, 10]), 2), round(herfindahl([20, 50, 20, 10], True), 2)
    (0.34, 0.12)
    """
    jobs = _jobs(values, "values")
    index = float(((jobs / jobs.sum()) ** 2).sum())
    if not normalised:
        return index
    if len(jobs) == 1:
        raise ValueError("the normalised index needs two entries or more: yours lists one")
    return (index - 1 / len(jobs)) / (1 - 1 / len(jobs))


def equivalent_number(values: "pd.Series[float]") -> float:
    """Say how many equal holders would be as concentrated: 1 / Herfindahl.

    Args:
        values: as in `herfindahl`.
    Returns:
        1 to n.
    Raises:
        ValueError: as `herfindahl`.

    >>> round(equivalent_number([20, 50, 20, 10]), 2)
    2.94
    """
    return 1 / herfindahl(values)


def gini_specialisation(region: "pd.Series[float]", reference: "pd.Series[float]") -> float:
    """Measure how unevenly a region's location quotients are spread over industries.

    Args:
        region: jobs by industry in the region.
        reference: jobs by industry in the reference area.
    Returns:
        0 (the reference's own mix) to (n-1)/n (all jobs in one industry), n industries.
    Raises:
        ValueError: industries that differ, blanks, negatives, an industry the reference lacks.

    Computed on the quotients themselves, each industry counting once whatever its size.

    Reference: Krugman (1991, ch. 2).

    >>> region = pd.Series({"food": 10, "biotech": 30})
    >>> round(gini_specialisation(region, pd.Series({"food": 50, "biotech": 50})), 3)
    0.25
    """
    own, other = _shares(region, reference, ("region's jobs", "reference's jobs"))
    lacking = other.index[other == 0]
    if len(lacking):
        raise ValueError(
            f"the reference has no jobs in {validation.some_of(lacking)}: "
            "leave these industries out"
        )
    quotients = np.sort((own / other).to_numpy())
    n = len(quotients)
    mean = quotients.mean()
    return float(2 / (n**2 * mean) * (np.arange(1, n + 1) * (quotients - mean)).sum())


@dataclass(frozen=True)
class EllisonGlaeser:
    """Concentration of one industry: index, raw concentration, plant concentration."""

    gamma: float
    g: float
    h: float
    reason: str = ""  # why gamma is not defined; empty where it is


def ellison_glaeser(plants: pd.DataFrame, region_totals: "pd.Series[float]") -> EllisonGlaeser:
    """Measure an industry's concentration beyond what its plant sizes alone would give.

    Args:
        plants: one row a plant of one industry, with columns region and employment (jobs).
        region_totals: all jobs by region, regions without a plant included.
    Returns:
        .gamma, .g (sum of squared differences between the industry's and all jobs' regional
        shares), .h (Herfindahl of plant sizes), .reason.
    Raises:
        ValueError: no such column, several industries, plants in unknown regions, blanks.

    gamma = (g - (1 - sum x^2) h) / ((1 - sum x^2) (1 - h)), with x the regions' shares of all
    jobs. Near 0: as if plants had thrown darts; above: they stand together; below: apart. There is
    no upper limit of 1: many jobs in a region with few of all jobs can pass it. With a
    single plant (h = 1), or all jobs in one region, gamma is not defined: it is returned
    blank (NaN) with the reason in words. Plant sizes are often confidential: size-class midpoints
    bias h.

    Reference: Ellison and Glaeser (1997).

    >>> plants = pd.DataFrame({"region": ["Aldermark"], "employment": [900]})
    >>> ellison_glaeser(plants, pd.Series({"Aldermark": 5000, "Brennholm": 5000})).reason
    'one plant holds all jobs: its place is no sign that plants seek each other'
    """
    absent = [column for column in ("region", "employment") if column not in plants.columns]
    if absent:
        raise ValueError(f"the list of plants has no column {validation.some_of(absent)}")
    if "industry" in plants.columns and plants["industry"].nunique(dropna=False) > 1:
        named = validation.some_of(plants["industry"].unique())
        raise ValueError(f"plants of several industries ({named}): give one industry at a time")
    totals = _jobs(region_totals, "region totals")
    size = _jobs(plants["employment"].reset_index(drop=True), "plants' jobs")
    place = plants["region"].reset_index(drop=True)
    unknown = place[~place.isin(totals.index)].unique()
    if len(unknown):
        raise ValueError(
            f"plants in regions without a total: {validation.some_of(unknown)}: "
            "add the region or correct its name"
        )
    share = size.groupby(place).sum().reindex(totals.index, fill_value=0.0) / size.sum()
    all_jobs = totals / totals.sum()
    g = float(((share - all_jobs) ** 2).sum())
    h = herfindahl(size)
    room = 1 - float((all_jobs**2).sum())
    if h > 1 - 1e-12:
        reason = "one plant holds all jobs: its place is no sign that plants seek each other"
    elif room < 1e-12:
        reason = "all jobs are in one region: there is nowhere else to be"
    else:
        return EllisonGlaeser((g - room * h) / (room * (1 - h)), g, h)
    return EllisonGlaeser(float("nan"), g, h, reason)
