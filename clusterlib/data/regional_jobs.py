"""Jobs by region and industry from Eurostat, or the invented ones when it cannot be reached."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from clusterlib.data.case import load_case
from clusterlib.data.eurostat import Answer, EurostatClient, EurostatError, Filters

# Persons employed in local units. Seen in published requests to this table; for any other table
# the indicator has to be given.
INDICATORS = {"sbs_r_nuts2021": ("indic_sbs", "EMP_LOC_NR")}
_REGION, _INDUSTRY = "geo", "nace_r2"


class RegionalJobs(NamedTuple):
    """Jobs (regions x industries), their flags (same shape), and where they come from."""

    jobs: pd.DataFrame
    flags: pd.DataFrame
    provenance: str


def regional_employment(
    client: EurostatClient | None,
    nuts2: Sequence[str],
    nace: Sequence[str],
    year: int,
    table: str = "sbs_r_nuts2021",
    indicator: tuple[str, str] | None = None,
    filters: Filters | None = None,
    offline_case: bool = True,
) -> RegionalJobs:
    """Get jobs by region and industry in one year.

    client: an EurostatClient, or None for the usual one; nuts2: region codes such as "HU31";
    nace: industry codes such as "C21"; year; table: code of the table; indicator: dimension and
    code for persons employed, if the table is not the usual one; filters: further dimensions to
    fix; offline_case: when Eurostat cannot be reached, print a warning and return the synthetic
    case table (other regions and industries than asked for).

    Returns jobs, flags and the provenance, which says "Synthetic" when the figures are invented.
    Raises EurostatError for a question that Eurostat cannot answer, and ValueError when a
    dimension is left open. Cells that Eurostat does not give are missing with flag ":".
    """
    if not nuts2 or not nace:
        raise ValueError("Name at least one region (such as HU31) and one industry (such as C21).")
    if indicator is None and table not in INDICATORS:
        raise ValueError(
            f"Say which indicator of {table} counts persons employed, such as "
            'indicator=("indic_sbs", "EMP_LOC_NR"): see the table in Eurostat\'s data browser.'
        )
    dimension, code = indicator or INDICATORS[table]
    question: Filters = {
        _REGION: list(nuts2),
        _INDUSTRY: list(nace),
        dimension: code,
        "time": year,
        **(filters or {}),
    }
    try:
        answer = (client or EurostatClient()).get(table, question)
    except EurostatError as error:
        if not (error.unreachable and offline_case):
            raise
        return _from_case(str(error))
    return _from_answer(answer, list(nuts2), list(nace), dimension)


def _from_answer(answer: Answer, nuts2: list[str], nace: list[str], indicator: str) -> RegionalJobs:
    long = answer.table
    lacking = [name for name in (_REGION, _INDUSTRY) if name not in long.columns]
    if lacking:
        raise ValueError(f"The table has no dimension {', '.join(lacking)}: take another table.")
    fixed = long.columns.difference([_REGION, _INDUSTRY, "value", "flag"])
    open_ones = {name: sorted(long[name].unique()) for name in fixed if long[name].nunique() > 1}
    if open_ones:
        listed = "; ".join(f"{name}: {', '.join(codes[:6])}" for name, codes in open_ones.items())
        raise ValueError(f"Choose one code in filters for each of these dimensions: {listed}.")
    if long["value"].isna().all():
        raise EurostatError(
            f"Eurostat has no figure for these regions, industries and this year ({indicator}): "
            "check the codes."
        )
    jobs = long.pivot(index=_REGION, columns=_INDUSTRY, values="value")
    flags = long.pivot(index=_REGION, columns=_INDUSTRY, values="flag")
    jobs = jobs.reindex(index=nuts2, columns=nace).rename_axis(index="region", columns="industry")
    flags = flags.reindex(index=nuts2, columns=nace).rename_axis(index="region", columns="industry")
    flags = flags.fillna(":").mask(jobs.isna() & (flags == ""), ":")
    missing = int(jobs.isna().sum().sum())
    provenance = answer.provenance
    if missing:
        provenance += f" {missing} of {jobs.size} cells are missing; they are not zero."
    return RegionalJobs(jobs, flags, provenance)


def _from_case(reason: str) -> RegionalJobs:
    case = load_case("academic")
    provenance = (
        f"Synthetic figures of the case for {case.years[1]}, not Eurostat's and not of the regions "
        f"asked for. {reason}"
    )
    print(f"WARNING: {provenance}")  # text on the page: a logged warning would go unread
    return RegionalJobs(case.employment.copy(), case.employment_flags.copy(), provenance)
