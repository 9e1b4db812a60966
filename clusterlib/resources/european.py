"""Grants of Horizon Europe, and how much the regional funds pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from clusterlib import rules, validation
from clusterlib.resources.money import amount, cents, percent_of
from clusterlib.rules.facts import read_day

ACTIONS = ("RIA", "IA", "CSA")
REGION_CLASSES = (
    "less_developed",
    "transition_was_less_developed",
    "transition",
    "more_developed_was_transition",
    "more_developed",
)


def indirect_costs(
    direct: float, subcontracting: float = 0.0, *, on: date | str | None = None
) -> float:
    """Work out the flat-rate indirect costs of a Horizon Europe project.

    Args:
        direct: eligible direct costs, EUR, subcontracting included.
        subcontracting: EUR of them that carry no indirect costs: subcontracts, support passed on to
            third parties, unit costs and lump sums that hold indirect costs already.
        on: the day whose rules hold, None for today.
    Returns:
        EUR, rounded to cents (half a cent goes up).
    Raises:
        ValueError: blanks, negatives, more subcontracting than direct costs.
        NoVerifiedRule: no rate known for that day.

    Reference: Regulation (EU) 2021/695, Art. 35 (European Parliament and Council, 2021).

    >>> [indirect_costs(100, subcontracting=free, on="2024-05-01") for free in (0, 20)]
    [25.0, 20.0]
    """
    return cents(_indirect(*_costs(direct, subcontracting), on))


def horizon_grant(
    direct: float,
    action: str = "RIA",
    non_profit: bool = False,
    subcontracting: float = 0.0,
    *,
    on: date | str | None = None,
) -> float:
    """Work out the largest grant of one partner in a Horizon Europe project.

    Args:
        direct: eligible direct costs, EUR, subcontracting included.
        action: "RIA" (research and innovation), "IA" (innovation), "CSA" (coordination, support).
        non_profit: True for a legal entity without profit: full rate in innovation actions too.
        subcontracting: EUR of `direct` that carry no indirect costs, see `indirect_costs`.
        on: the day whose rules hold, None for today.
    Returns:
        EUR, rounded to cents once, at the end.
    Raises:
        ValueError: unknown action, blanks, negatives, more subcontracting than direct costs.
        NoVerifiedRule: no rate known for that day.

    Subcontracts themselves are funded at the same rate; only their overhead is not. The rates are
    upper limits: a work programme may set lower ones.

    Reference: Regulation (EU) 2021/695, Art. 34 and 35 (European Parliament and Council, 2021).

    >>> [horizon_grant(100, action, on="2024-05-01") for action in ("RIA", "IA")]
    [125.0, 87.5]
    >>> horizon_grant(100, "IA", subcontracting=20, on="2024-05-01")
    84.0
    """
    validation.choice(action, ACTIONS, "action")
    whole, base_free = _costs(direct, subcontracting)
    rate = "general_rate"
    if action == "IA":
        rate = "innovation_rate_non_profit" if non_profit else "innovation_rate"
    percent = rules.fact("horizon_europe", rate, on=read_day(on)).number
    return cents(percent_of(percent, whole + _indirect(whole, base_free, on)))


def erdf_rate(region_class: str, *, on: date | str | None = None) -> float:
    """Look up the highest co-financing rate of the regional development fund.

    Args:
        region_class: less_developed (also outermost), transition_was_less_developed, transition,
            more_developed_was_transition or more_developed.
        on: the day whose rules hold, None for today.
    Returns:
        Per cent of the cost of a priority, at most; a call may give less.
    Raises:
        ValueError: unknown class.
        NoVerifiedRule: no rate known for that day.

    The class more_developed_was_transition is a decision listed for each region: do not work it out
    from regional income. Interreg has rates of its own: `rules.table("interreg", on=...)`.

    >>> erdf_rate("transition", on="2024-05-01")
    60.0
    """
    validation.choice(region_class, REGION_CLASSES, "class of region")
    return rules.fact("erdf", region_class, on=read_day(on)).number


def _costs(direct: float, subcontracting: float) -> tuple[Decimal, Decimal]:
    whole, base_free = amount(direct, "direct costs"), amount(subcontracting, "subcontracting")
    if base_free > whole:
        raise ValueError(
            f"subcontracting of {base_free} EUR is more than the direct costs of {whole} EUR: "
            "direct costs include it, so add it to them"
        )
    return whole, base_free


def _indirect(whole: Decimal, base_free: Decimal, on: date | str | None) -> Decimal:
    rate = rules.fact("horizon_europe", "indirect_costs", on=read_day(on)).number
    return percent_of(rate, whole - base_free)
