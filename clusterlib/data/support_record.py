"""The invented record of a support programme: sixty firms over six years, and a course's tests."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import bell, stream

YEARS = range(2019, 2025)
START = 2022
FIRMS, TREATED = 60, 20
EFFECT = 2.4  # jobs a firm, once the programme runs
_PART = 47  # names the record's own streams, so that no table of the case changes
_LEARNERS = 24


@dataclass(frozen=True, repr=False, eq=False)
class SupportRecord:
    """What a voucher programme and a course left behind; made by `support_record`.

    panel, one row a firm and year: firm, year, supported (in all rows of a supported firm), jobs,
    turnover (thousand EUR); some cells blank. start: first year of the programme. marks, index
    learner: pre and post (0 to 100); a blank is a test not sat.
    """

    seed: int
    synthetic_note: str
    panel: pd.DataFrame
    start: int
    marks: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Support record: {FIRMS} firms ({TREATED} supported), {YEARS[0]} to {YEARS[-1]}, "
            f"programme from {self.start}; {len(self.marks)} learners.\n{self.synthetic_note}"
        )


def support_record(source: Case | int) -> SupportRecord:
    """Make the record of a support programme of a case.

    source: a case, or a seed. Jobs of both groups move alike before the programme; turnover of the
    supported firms was already drifting upwards, so that a placebo finds something. All invented.

    Returns a SupportRecord.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> record = support_record(2027)
    >>> len(record.panel), int(record.panel.groupby("firm")["supported"].first().sum())
    (360, 20)
    """
    seed = source.seed if isinstance(source, Case) else source
    return SupportRecord(
        seed=int(seed),
        synthetic_note=f"Synthetic data: the firms, the programme and the tests are invented "
        f"(seed {seed}).",
        panel=_panel(stream(seed, _PART)),
        start=START,
        marks=_marks(stream(seed, _PART, 1)),
    )


def _panel(draws: np.random.Generator) -> pd.DataFrame:
    """Draw jobs and turnover; supported firms are larger from the start, as they often are."""
    supported = np.arange(FIRMS) < TREATED
    age = np.arange(len(YEARS))
    runs = np.array([year >= START for year in YEARS])
    base = 18 + 6 * supported + 7 * bell(draws, FIRMS)
    jobs = (
        base[:, None] + 0.6 * age + EFFECT * np.outer(supported, runs)
        + 1.6 * bell(draws, FIRMS, len(YEARS))
    )  # fmt: skip
    drift = np.outer(1 + 1.5 * supported, 30 * age)
    sales = 95 * base[:, None] + drift + 90 * bell(draws, FIRMS, len(YEARS))
    silent = draws.random((FIRMS, len(YEARS))) < 0.02
    panel = pd.DataFrame(
        {
            "firm": np.repeat([f"F{number:02d}" for number in range(1, FIRMS + 1)], len(YEARS)),
            "year": np.tile(list(YEARS), FIRMS),
            "supported": np.repeat(supported, len(YEARS)),
            "jobs": np.clip(jobs, 1, None).round(1).ravel(),
            "turnover": np.clip(sales, 50, None).round(0).ravel(),
        }
    )
    panel.loc[silent.ravel(), ["jobs", "turnover"]] = np.nan
    return panel


def _marks(draws: np.random.Generator) -> pd.DataFrame:
    pre = np.clip(46 + 15 * bell(draws, _LEARNERS), 5, 96)
    post = np.clip(pre + 0.48 * (100 - pre) + 9 * bell(draws, _LEARNERS), 0, 100)
    index = pd.Index([f"L{number:02d}" for number in range(1, _LEARNERS + 1)], name="learner")
    marks = pd.DataFrame({"pre": pre.round(0), "post": post.round(0)}, index)
    marks.loc["L09"] = 92.0, 84.0  # a small loss near full marks, which weighs much in a mean
    marks.loc[["L05", "L17", "L21"], "post"] = np.nan  # left the course
    marks.loc["L11", "pre"] = np.nan  # came late
    return marks
