"""Small helpers for the words in charts and their summaries."""

from collections.abc import Mapping, Sequence

import pandas as pd

Names = Mapping[str, str] | pd.Series | None


def named(codes: pd.Index, names: Names) -> list[str]:
    """Return the reader's name of each code; a code without a name stays itself.

    Example:
        >>> named(pd.Index(["C01", "C02"]), {"C01": "Grant writing"})
        ['Grant writing', 'C02']
    """
    known = dict(names.items()) if names is not None else {}
    return [str(known.get(code, code)) for code in codes]


def listed(words: Sequence[str], none: str = "none") -> str:
    """Join names as a sentence does.

    Example:
        >>> listed(["Grants", "Branding", "Finance"])
        'Grants, Branding and Finance'
    """
    if not words:
        return none
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
