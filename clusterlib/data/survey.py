"""The needs survey: who answered, how important each competence is, how able people feel."""

import numpy as np
import pandas as pd

from clusterlib.data.draw import Floats, bell, stream

BLANKS = 8
ATTEMPTS = 500
# Per competence: typical importance, typical ability, and the share of people who are far behind
# the rest. A few people far behind lift the Borich score; many a little behind lift the ranked one.
PROFILE = {
    "C01": (3.9, 3.3, 0.00),
    "C02": (3.5, 2.9, 0.00),
    "C03": (3.6, 3.3, 0.25),
    "C04": (4.1, 3.6, 0.45),
    "C05": (3.7, 3.7, 0.00),
    "C06": (2.9, 2.6, 0.00),
    "C07": (4.0, 2.9, 0.00),
    "C08": (3.9, 2.8, 0.10),
    "C09": (4.4, 2.7, 0.00),
    "C10": (3.6, 2.9, 0.00),
    "C11": (3.2, 2.4, 0.05),
    "C12": (3.8, 3.6, 0.10),
}
# How much more (or less) a kind of organisation cares: importance, ability.
KIND_SHIFT = {
    "academic": {"C02": (0.2, 0.4), "C04": (-0.5, -0.2), "C06": (0.3, 0.6)},
    "enterprise": {"C04": (0.3, 0.1), "C03": (0.2, 0.1), "C06": (-0.3, -0.2)},
    "government": {"C01": (0.3, 0.5), "C06": (0.5, 0.1), "C07": (0.2, 0.2), "C03": (-0.4, -0.2)},
    "ngo": {"C12": (0.4, 0.4), "C09": (0.2, 0.3), "C04": (-0.4, -0.4), "C07": (0.2, 0.5)},
}
FAR_BEHIND = 1.9


def make_respondents(members: pd.DataFrame) -> pd.DataFrame:
    """Make the table of the 40 people who answered, one for each member that replied.

    The head of the organisation answered, so gender follows `led_by`.
    Returns a DataFrame, index respondent: member_id, kind, size_class, district, gender.
    """
    replied = members[members["replied"]]
    labels = pd.Index([f"R{number:02d}" for number in range(1, len(replied) + 1)])
    table = replied[["kind", "size_class", "district", "led_by"]].reset_index()
    table = table.rename(columns={"led_by": "gender"})
    return table.set_index(labels.rename("respondent"))


def make_answers(seed: int, respondents: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the answers on importance and ability, 1 to 5, with blanks and one straight-liner.

    Draws again, from the same seed, until the answers show what the lesson is about: two or three
    competences that change quadrant with the crosshair, and two methods that part over the top.

    Returns importance and ability, respondents x competences, floats 1 to 5 with 8 blanks.
    """
    for attempt in range(ATTEMPTS):
        importance, ability = _draw_answers(stream(seed, 2, attempt), respondents)
        if _teaches(importance, ability):
            return importance, ability
    raise ValueError(
        f"Seed {seed} gives no survey with the features that the lesson needs: take another seed."
    )


def mean_weighted_discrepancy(
    importance: pd.DataFrame, ability: pd.DataFrame
) -> "pd.Series[float]":
    """Mean weighted discrepancy of each competence, over the pairs that are complete.

    Kept here only to make case tables (the national list); learners use `clusterlib.needs`.
    """
    gap = importance - ability
    return gap.mean() * importance.where(gap.notna()).mean()


def _draw_answers(
    draws: np.random.Generator, respondents: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    codes = list(PROFILE)
    people, items = len(respondents), len(codes)
    profile = np.array([PROFILE[code] for code in codes])
    shift = np.array(
        [[KIND_SHIFT[kind].get(code, (0.0, 0.0)) for code in codes] for kind in respondents["kind"]]
    )
    generous = 0.30 * bell(draws, people, 1)  # some people tick high throughout
    confident = 0.35 * bell(draws, people, 1)
    shared = bell(draws, people, items)  # who finds a thing important has often learned some of it
    behind = draws.random((people, items)) < profile[:, 2]
    importance = profile[:, 0] + shift[:, :, 0] + generous + 0.35 * shared
    importance += 0.55 * bell(draws, people, items)
    ability = profile[:, 1] + shift[:, :, 1] + confident + 0.25 * shared - FAR_BEHIND * behind
    ability += 0.60 * bell(draws, people, items)
    tables = [_to_scale(importance), _to_scale(ability)]
    straight_liner = int(draws.integers(people))
    for table in tables:
        table[straight_liner] = 5.0
    _leave_blanks(draws, tables, straight_liner)
    first, second = (
        pd.DataFrame(table, index=respondents.index, columns=pd.Index(codes, name="code"))
        for table in tables
    )
    return first, second


def _to_scale(latent: Floats) -> Floats:
    return np.clip(np.floor(latent + 0.5), 1.0, 5.0)


def _leave_blanks(draws: np.random.Generator, tables: list[Floats], straight_liner: int) -> None:
    people, items = tables[0].shape
    left = BLANKS
    while left:
        table = tables[int(draws.integers(2))]
        person, item = int(draws.integers(people)), int(draws.integers(items))
        if person != straight_liner and not np.isnan(table[person, item]):
            table[person, item] = np.nan
            left -= 1


def _teaches(importance: pd.DataFrame, ability: pd.DataFrame) -> bool:
    everything_same = (importance.nunique(axis=1).eq(1)) | (ability.nunique(axis=1).eq(1))
    borich = mean_weighted_discrepancy(importance, ability).sort_values(ascending=False)
    gap = importance - ability
    behind = (gap.gt(0).sum() - gap.lt(0).sum()) / gap.notna().sum()
    ranked = behind.sort_values(ascending=False)
    shared_top = len(set(borich.index[:5]) & set(ranked.index[:5]))
    clear_borders = (borich.iloc[4] - borich.iloc[5] > 0.15) and (
        ranked.iloc[4] - ranked.iloc[5] > 0.02
    )
    return bool(
        everything_same.sum() == 1
        and shared_top in (3, 4)
        and clear_borders
        and 2 <= _flips(importance.mean(), ability.mean()) <= 3
    )


def _flips(importance: "pd.Series[float]", ability: "pd.Series[float]") -> int:
    """Competences that change quadrant between mean and median crosshair; 0 if any is a tie."""
    changed = pd.Series(False, index=importance.index)
    for values in (importance, ability):
        crosshairs = (values.mean(), values.median())
        if min((values - crosshair).abs().min() for crosshair in crosshairs) < 0.004:
            return 0
        changed |= values.gt(crosshairs[0]) != values.gt(crosshairs[1])
    return int(changed.sum())
