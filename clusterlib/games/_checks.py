"""Checks that both games share."""

import pandas as pd

from clusterlib.validation import some_of


def check_rounds(rounds: int, noise: float) -> None:
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, yours is {rounds}")
    if not 0 <= noise <= 1:
        raise ValueError(f"noise is a chance from 0 to 1, yours is {noise}")


def check_log(log: pd.DataFrame, allowed: tuple[str, str]) -> None:
    if log.empty:
        raise ValueError("the game log is empty: it needs at least one round")
    wrong = log.index[~log.isin(allowed).all(axis=1)]
    if len(wrong):
        raise ValueError(
            f"choices other than {allowed[0]} and {allowed[1]} in rounds {some_of(wrong)}: "
            "correct these cells; a blank is not a choice"
        )
