"""Amounts in EUR: one convention of rounding for all of `resources`.

Amounts are counted in whole cents, half a cent goes up, as a bookkeeper does; a ceiling that must
not be passed is rounded down to the cent. Sums are taken before rounding, never after.
"""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def amount(value: float, what: str) -> Decimal:
    """Return an amount of money as an exact decimal, or raise if it is none.

    Args:
        value: EUR, 0 or more.
        what: what the money is for, in the reader's words.
    Raises:
        ValueError: no number, blank, infinite, negative.

    >>> amount(0.1, "direct costs") + amount(0.2, "direct costs")
    Decimal('0.3')
    """
    try:
        number = float(value)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"{what} must be an amount in EUR, not {value!r}") from fault
    if math.isnan(number):
        raise ValueError(f"{what} is blank: a blank is not a zero: enter the amount")
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{what} must be 0 EUR or more, not {value}")
    return Decimal(str(number))


def cents(value: Decimal) -> float:
    """Round an amount to cents; half a cent goes up.

    >>> cents(Decimal("0.125")), cents(Decimal("87.5"))
    (0.13, 87.5)
    """
    return float(value.quantize(CENT, ROUND_HALF_UP))


def at_most(value: Decimal) -> float:
    """Round a ceiling down to the cent, so that what fits under it is allowed.

    >>> at_most(Decimal("0.129"))
    0.12
    """
    return float(value.quantize(CENT, ROUND_DOWN))


def percent_of(percent: float, value: Decimal) -> Decimal:
    """Take so many per cent of an amount, exactly.

    >>> percent_of(70, Decimal("125"))
    Decimal('87.5')
    """
    return Decimal(str(percent)) * value / 100
