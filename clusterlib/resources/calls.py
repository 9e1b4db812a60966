"""What a call's own numbers imply: sizes of projects, lump sums of visits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from clusterlib import rules, validation
from clusterlib.resources.money import amount, cents, percent_of
from clusterlib.rules.facts import read_day

CALLS = ("ginop_1_3_2_15", "ginop_plusz_1_1_6_25")


def project_size_bounds(call: str, *, on: date | str | None = None) -> tuple[float, float]:
    """Say which project sizes the grant limits and the intensity of a Hungarian call imply.

    Args:
        call: "ginop_1_3_2_15" or "ginop_plusz_1_1_6_25".
        on: the day, None for today.
    Returns:
        Eligible costs in HUF: smallest (least grant at the highest intensity) and
        largest (highest grant at the lowest intensity) that use the call within its limits.
    Raises:
        ValueError: unknown call.
        NoVerifiedRule: no rule known for that day.

    Where a call names no lowest intensity, its highest stands for both ends. A larger project is
    possible, but its grant stays at the limit, so its intensity falls below the lowest.

    >>> project_size_bounds("ginop_1_3_2_15", on="2016-01-01")
    (6666666.67, 100000000.0)
    """
    validation.choice(call, CALLS, "call")
    day = read_day(on)
    grant = rules.fact("ginop", f"{call}_grant", on=day).numbers
    percent = rules.fact("ginop", f"{call}_intensity", on=day).numbers
    lowest = percent.get("minimum", percent["maximum"])
    return (
        cents(Decimal(str(grant["minimum"])) * 100 / Decimal(str(percent["maximum"]))),
        cents(Decimal(str(grant["maximum"])) * 100 / Decimal(str(lowest))),
    )


def exchange_visit_lump_sum(
    lump_sum: float, working_days: int, kilometres: float, *, on: date | str | None = None
) -> float:
    """Work out the lump sum of a ClusterXchange visit: short or near visits get half.

    Args:
        lump_sum: EUR, the full sum for the host's country: the table of countries was not read.
        working_days: length of the visit.
        kilometres: distance of the visit, as the scheme counts it.
        on: the day of the visit, None for today.
    Returns:
        EUR: half if the visit is shorter, or the way nearer, than the scheme asks; both
        together still give half.
    Raises:
        ValueError: a visit shorter than the scheme allows, amounts that are none.
        NoVerifiedRule: a day outside the pilot scheme.

    Reference: European Cluster Collaboration Platform, About ClusterXchange.

    >>> [exchange_visit_lump_sum(780, days, 900, on="2022-05-02") for days in (3, 5)]
    [390.0, 780.0]
    """
    day = read_day(on)
    stay = rules.fact("clusterxchange", "stay", on=day).numbers
    halving = rules.fact("clusterxchange", "halving", on=day).numbers
    if working_days < stay["working_days_at_least"]:
        raise ValueError(
            f"a visit of {working_days} working days is too short: "
            f"{stay['working_days_at_least']:g} are the least"
        )
    if not kilometres >= 0:
        raise ValueError(f"the distance must be 0 kilometres or more, not {kilometres}")
    full = amount(lump_sum, "lump sum")
    short = working_days < halving["working_days_below"] or kilometres < halving["kilometres_below"]
    return cents(percent_of(halving["percent"], full) if short else full)
