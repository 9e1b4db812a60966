"""The invented choice of the cluster office: four actions, five criteria, and doing nothing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import jitter, stream

_PART = 44  # names the table's own stream, so that no table of the case changes
_CRITERIA = {
    "New jobs": ("jobs in three years", True),
    "Small firms served": ("members a year", True),
    "Reach in Upper Tarn": ("members a year", True),
    "Yearly cost": ("thousand EUR", False),
    "Wait for a first result": ("months", False),
}
_OPTIONS = {
    "Shared cleanroom": (48, 9, 1, 420, 24),
    "Apprentice pool": (26, 21, 6, 150, 14),
    "Regulatory helpdesk": (12, 33, 5, 95, 4),
    "Export club": (19, 14, 2, 70, 9),
    "Do nothing": (0, 0, 0, 0, 0),
}
# Judged by one person after a long meeting: the last pair contradicts the others.
_JUDGEMENTS = (
    (1, 2, 4, 3, 5),
    (1 / 2, 1, 2, 1, 3),
    (1 / 4, 1 / 2, 1, 1 / 2, 3),
    (1 / 3, 1, 2, 1, 1 / 3),
    (1 / 5, 1 / 3, 1 / 3, 3, 1),
)
_WEIGHTS = (0.3, 0.25, 0.1, 0.2, 0.15)


@dataclass(frozen=True, eq=False)
class ActionChoice:
    """Actions to choose from; made by `action_choice`, never by hand.

    criteria: index criterion; unit, benefit (more is better), weight (share of 1). scores: options
    x criteria in those units, the last option is to do nothing. judgements: criteria x criteria,
    how many times the row matters more than the column.
    """

    seed: int
    synthetic_note: str
    criteria: pd.DataFrame
    scores: pd.DataFrame
    judgements: pd.DataFrame


def action_choice(source: Case | int) -> ActionChoice:
    """Make the choice between actions of a case.

    source: a case, or a seed. The seed moves the scores by a few per cent; criteria, weights and
    judgements stay. All of it is invented.

    Returns an ActionChoice.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> choice = action_choice(2027)
    >>> list(choice.scores.index)[-1], choice.scores.shape
    ('Do nothing', (5, 5))
    """
    seed = source.seed if isinstance(source, Case) else source
    names = list(_CRITERIA)
    typical = pd.DataFrame(_OPTIONS, index=names).T
    moved = typical.to_numpy(dtype=float) * jitter(stream(seed, _PART), 0.08, *typical.shape)
    criteria = pd.DataFrame(_CRITERIA, index=["unit", "benefit"]).T
    criteria["benefit"] = criteria["benefit"].astype(bool)
    criteria["weight"] = list(_WEIGHTS)
    return ActionChoice(
        seed=int(seed),
        synthetic_note=f"Synthetic data: actions and all figures are invented (seed {seed}).",
        criteria=criteria.rename_axis("criterion"),
        scores=pd.DataFrame(np.round(moved), typical.index, names).rename_axis("option"),
        judgements=pd.DataFrame(_JUDGEMENTS, names, names),
    )
