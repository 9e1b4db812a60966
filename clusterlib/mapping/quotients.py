"""Location quotients, and how sure one can be of them."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib import validation

MOST_REDRAWN_CELLS = 20_000_000  # about a gigabyte at the peak of the bootstrap


@dataclass(frozen=True)
class Totals:
    """Jobs by cell, with the totals they are compared with."""

    jobs: pd.DataFrame
    region: "pd.Series[float]"
    industry: "pd.Series[float]"


def known_totals(
    employment: pd.DataFrame,
    reference: "pd.Series[float] | None" = None,
    region_totals: "pd.Series[float] | None" = None,
    missing: str = "raise",
) -> Totals:
    """Read jobs and their totals; a total that would miss a confidential cell is never guessed.

    Args:
        employment: regions x industries, jobs; confidential cells blank.
        reference: jobs by industry in the reference area; None adds up the regions.
        region_totals: jobs by region with confidential cells in; None adds up the industries.
        missing: "raise" refuses a sum that misses a cell, "skip" adds up the known cells.
    Raises:
        ValueError: bad cells or labels, a total that misses a cell, a region without jobs.

    >>> jobs = pd.DataFrame({"food": [10, 20], "biotech": [5, None]}, ["Aldermark", "Brennholm"])
    >>> known_totals(jobs, missing="skip").industry.to_dict()
    {'food': 30.0, 'biotech': 5.0}
    """
    validation.choice(missing, ("raise", "skip"), "missing")
    jobs = validation.numeric_table(employment, "employment")
    if missing == "raise":
        for given, mend in (
            (reference, "reference= (jobs by industry)"),
            (region_totals, "region_totals= (jobs by region)"),
        ):
            if given is None:
                validation.no_missing(
                    jobs,
                    "jobs",
                    f"its totals are not known: give {mend}, "
                    'or missing="skip" to count only what is known',
                )
    industry = (
        jobs.sum()
        if reference is None
        else _given(reference, jobs.columns, "industries", "reference")
    )
    region = (
        jobs.sum(axis=1)
        if region_totals is None
        else _given(region_totals, jobs.index, "regions", "region totals")
    )
    empty = region.index[region <= 0]
    if len(empty):
        raise ValueError(
            f"no jobs at all in {validation.some_of(empty)}: a share of nothing is not defined; "
            "leave these regions out"
        )
    if industry.sum() <= 0:
        raise ValueError("the reference has no jobs at all: check the reference column")
    return Totals(jobs, region, industry)


def _given(
    totals: "pd.Series[float]", labels: pd.Index, what: str, name: str
) -> "pd.Series[float]":
    clean = validation.numeric_series(totals, name)
    validation.same_labels(labels, clean.index, what)
    return validation.no_missing(clean.reindex(labels), name, "a total must be complete")


def location_quotient(
    employment: pd.DataFrame,
    reference: "pd.Series[float] | None" = None,
    exclude_self: bool = False,
    *,
    region_totals: "pd.Series[float] | None" = None,
    missing: str = "raise",
) -> pd.DataFrame:
    """Divide an industry's share of a region's jobs by its share of the reference area's jobs.

    Args:
        employment: regions x industries, jobs; confidential cells blank.
        reference: jobs by industry in the reference area, such as the nation; None adds up the
            regions of the table.
        exclude_self: compare each region with the rest of the reference, itself taken out.
        region_totals: published jobs by region; needed where a cell of the region is confidential.
        missing: "raise" (default) refuses totals that miss a cell; "skip" counts known cells only.
    Returns:
        Regions x industries, ratio; 1 means the same share as in the reference.
    Raises:
        ValueError: bad cells or labels, a total that misses a confidential cell, a region without
            jobs; with exclude_self, a region larger than its reference.

    A confidential cell stays blank, whatever the totals. An industry that nobody has is blank
    (0/0). With exclude_self, an industry found only in this region gives infinity. A region that
    makes up much of the reference pulls its own quotient towards 1: exclude_self mends that. Small
    regions reach large quotients with few jobs: read it beside `location_quotient_interval`.

    Reference: Guimarães, Figueiredo and Woodward (2009) on why it is an estimate.

    >>> jobs = pd.DataFrame(
    ...     {"biotech": [30, 10], "food": [70, 90]}, index=["Aldermark", "Brennholm"]
    ... )
    >>> location_quotient(jobs)
               biotech   food
    Aldermark      1.5  0.875
    Brennholm      0.5  1.125
    """
    totals = known_totals(employment, reference, region_totals, missing)
    jobs = totals.jobs.to_numpy()
    region = totals.region.to_numpy()[:, None]
    industry = totals.industry.to_numpy()[None, :]
    whole = industry.sum()
    if exclude_self:
        larger = totals.jobs.gt(totals.industry, axis=1)
        beyond = totals.region.index[(region >= whole).ravel()]
        if larger.to_numpy().any() or len(beyond):
            where = validation.some_of([*validation.cells(larger), *beyond])
            raise ValueError(
                f"no rest of the reference is left for {where}: "
                "is the region part of the reference, and are the years the same?"
            )
        industry, whole = industry - jobs, whole - region
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = (jobs * whole) / (region * industry)  # whole numbers stay exact
    return pd.DataFrame(quotient, totals.jobs.index, totals.jobs.columns)


def location_quotient_interval(
    employment: pd.DataFrame,
    level: float = 0.95,
    method: str = "delta",
    seed: int | None = None,
    *,
    draws: int = 1000,
    missing: str = "raise",
) -> pd.DataFrame:
    """Give each location quotient a range, from how few jobs it may rest on.

    Args:
        employment: regions x industries, jobs; the regions added up are the reference.
        level: share of ranges that should hold the true value, between 0 and 1.
        method: "delta" (formula on the logarithm) or "bootstrap" (multinomial redraws of all jobs).
        seed: start of the random numbers of the bootstrap, for a result that can be repeated.
        draws: number of redraws.
        missing: as in `location_quotient`.
    Returns:
        One row a cell: region, industry, lq, low, high, jobs.
    Raises:
        ValueError: as `location_quotient`; level outside 0 to 1, unknown method, more redraws than
            fit into memory.

    Give jobs, not thousands of jobs: the range rests on how many there are.
    Delta: variance of log LQ = 1/E[r,i] - 1/E[r] + 1/E[i] - 1/E. Jobs are treated as independent
    draws; they come in plants, so true ranges are wider, and a region nested in its reference makes
    the formula approximate. A cell with no jobs has lq 0, low 0 and an upper bound alone: the
    largest quotient under which drawing none still has probability 1 - level. A confidential cell
    stays blank, and so does an industry without jobs.

    Reference: Tian (2013) for the bootstrap idea; Guimarães, Figueiredo and Woodward (2009).

    >>> jobs = pd.DataFrame({"biotech": [30, 10], "food": [70, 90]}, ["Aldermark", "Brennholm"])
    >>> location_quotient_interval(jobs).round(2).head(2)
          region industry    lq   low  high  jobs
    0  Aldermark  biotech  1.50  1.00  2.26  30.0
    1  Aldermark     food  0.88  0.76  1.01  70.0
    """
    validation.choice(method, ("delta", "bootstrap"), "method")
    if not 0 < level < 1:
        raise ValueError(f"level is {level:g}: give a share between 0 and 1, such as 0.95")
    totals = known_totals(employment, missing=missing)
    quotient = location_quotient(employment, missing=missing).to_numpy()
    if method == "delta":
        low, high = _delta_range(totals, quotient, level)
    else:
        low, high = _bootstrap_range(totals, quotient, level, draws, seed)
    # No jobs seen: the formula is undefined and every redraw is 0, so state an upper bound.
    none = (totals.jobs.to_numpy() == 0) & ~np.isnan(quotient)
    share = totals.industry.to_numpy() / totals.industry.sum()
    most = 1 - (1 - level) ** (1 / totals.region.to_numpy())
    with np.errstate(divide="ignore"):
        bound = most[:, None] / share[None, :]
    regions, industries = totals.jobs.shape
    return pd.DataFrame(
        {
            "region": np.repeat(totals.jobs.index, industries),
            "industry": np.tile(totals.jobs.columns, regions),
            "lq": quotient.ravel(),
            "low": np.where(none, 0.0, low).ravel(),
            "high": np.where(none, bound, high).ravel(),
            "jobs": totals.jobs.to_numpy().ravel(),
        }
    )


Range = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _delta_range(totals: Totals, quotient: npt.NDArray[np.float64], level: float) -> Range:
    region, industry = totals.region.to_numpy()[:, None], totals.industry.to_numpy()[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (
            1 / totals.jobs.to_numpy() - 1 / region + 1 / industry - 1 / totals.industry.sum()
        )
        spread = np.exp(NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(variance.clip(min=0)))
        return quotient / spread, quotient * spread


def _bootstrap_range(
    totals: Totals, quotient: npt.NDArray[np.float64], level: float, draws: int, seed: int | None
) -> Range:
    if draws * quotient.size > MOST_REDRAWN_CELLS:
        raise ValueError(
            f"{draws} redraws of {quotient.size} cells do not fit into memory: "
            'ask for fewer draws or regions, or use method="delta"'
        )
    jobs = np.nan_to_num(totals.jobs.to_numpy())  # only under missing="skip"; blanked again below
    whole = round(jobs.sum())
    drawn = np.random.default_rng(seed).multinomial(whole, jobs.ravel() / jobs.sum(), size=draws)
    drawn = drawn.reshape(draws, *jobs.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = drawn / drawn.sum(axis=2, keepdims=True)
        redrawn = shares / (drawn.sum(axis=1, keepdims=True) / whole)
    # A redraw can leave an industry or region without jobs (0/0): such draws say nothing of it.
    with np.errstate(invalid="ignore"):
        tails = np.nanquantile(
            np.where(np.isnan(quotient), 0.0, redrawn), [(1 - level) / 2, (1 + level) / 2], axis=0
        )
    blank = np.isnan(quotient)
    return np.where(blank, np.nan, tails[0]), np.where(blank, np.nan, tails[1])
