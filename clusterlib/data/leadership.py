"""The case for leadership: who has a stake, a game between rivals, fees, the office and a conflict.

Fixed tables hold the story; the seed moves the raters' marks, the slips and who pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from clusterlib.data.draw import bell, stream
from clusterlib.data.tables import fixed_table

RATERS = ("cluster office", "small firm", "outside observer")
SCORES = ("power", "interest")
CAPACITY = {"manager": 120, "coordinator": 120, "assistant": 60}
ON_THE_LINE = "Aldermark Courier"
ROUNDS = 12
FIRST_MEETING = 12  # points proposed for it; the others are for the next
YEARS = 10
PAYERS = {
    "Mellin Diagnostics": 1.1,
    "Quayside Implants": 1.0,
    "Corrie Cleanrooms": 0.95,
    "Ravensill Sensors": 0.8,
    "Belwether Apps": 0.7,
    "Oxbow Lane Textiles": 0.25,
}
FADING = 0.06  # of the chance to pay, each year
STREAM = 60
COOPERATE, DEFECT = "cooperate", "defect"
SYNTHETIC_NOTE = (
    "Synthetic data: the stakeholders, their marks, the logs, the office and the conflict are "
    "invented (seed {seed})."
)


class HasSeed(Protocol):
    """Anything with a seed, such as a case."""

    @property
    def seed(self) -> int:
        """The whole number its figures were drawn with."""


@dataclass(frozen=True, repr=False, eq=False)
class LeadershipScene:
    """A plan for a shared test laboratory, the people it concerns and the office that carries it.

    people, index stakeholder (20): kind, power and interest (mean marks of the raters), legitimacy,
    urgency (1 to 5), stance (supports, neutral, opposes), wants. ratings, one row a stakeholder and
    rater. game_log, index round 1 to 12: you and rival ("cooperate" or "defect"). fee_log, index
    year 1 to 10, one column a member ("pay" or "keep"). agenda_items and next_agenda,
    index item: title, topic, time, level. office_year, index task: part, person, hours in twelve
    months. capacity, hours a month by person. responsibilities, index task, one column a person: R,
    A, C, I or "". board, index group: seats, minutes spoken (of 120). conflict, index
    code: moment, you_say, what_follows, what_it_shows.
    """

    seed: int
    synthetic_note: str
    people: pd.DataFrame
    ratings: pd.DataFrame
    game_log: pd.DataFrame
    fee_log: pd.DataFrame
    agenda_items: pd.DataFrame
    next_agenda: pd.DataFrame
    office_year: pd.DataFrame
    capacity: pd.Series[int]
    responsibilities: pd.DataFrame
    board: pd.DataFrame
    conflict: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"A shared test laboratory: {len(self.people)} stakeholders, a game log of "
            f"{len(self.game_log)} rounds, {len(self.fee_log)} years of fees, an office of "
            f"{len(self.capacity)}.\n{self.synthetic_note}"
        )


def leadership_scene(case: HasSeed | int) -> LeadershipScene:
    """Make the scene in which module 06 is played.

    case: a case, or a seed. Returns a LeadershipScene. Each table draws from a stream of its own,
    and no table of the case changes.

    >>> scene = leadership_scene(2027)
    >>> len(scene.people), len(scene.game_log)
    (20, 12)
    """
    seed = case if isinstance(case, int) else case.seed
    ratings, proposed = _ratings(seed), fixed_table("agenda_items", "item")
    return LeadershipScene(
        seed=seed,
        synthetic_note=SYNTHETIC_NOTE.format(seed=seed),
        people=_people(ratings),
        ratings=ratings,
        game_log=_game_log(seed),
        fee_log=_fee_log(seed),
        agenda_items=proposed.iloc[:FIRST_MEETING],
        next_agenda=proposed.iloc[FIRST_MEETING:],
        office_year=fixed_table("office_year", "task"),
        capacity=pd.Series(CAPACITY, name="hours a month"),
        responsibilities=fixed_table("responsibilities", "task").fillna(""),
        board=_board(seed),
        conflict=fixed_table("conflict", "code"),
    )


def _ratings(seed: int) -> pd.DataFrame:
    """Make the marks of three raters, in halves; one stakeholder gets 3 for power from all."""
    fixed = fixed_table("stakeholders", "stakeholder")
    noise = 0.45 * bell(stream(seed, STREAM), len(fixed), len(RATERS), len(SCORES))
    marks = fixed[list(SCORES)].to_numpy()[:, None, :] + noise
    halves = np.clip(np.round(2 * marks) / 2, 1.0, 5.0)
    halves[list(fixed.index).index(ON_THE_LINE), :, 0] = 3.0
    rows = [(who, rater) for who in fixed.index for rater in RATERS]
    table = pd.DataFrame(rows, columns=["stakeholder", "rater"])
    table[list(SCORES)] = halves.reshape(-1, len(SCORES))
    return table


def _people(ratings: pd.DataFrame) -> pd.DataFrame:
    fixed = fixed_table("stakeholders", "stakeholder")
    means = ratings.groupby("stakeholder", sort=False)[list(SCORES)].mean().round(1)
    return fixed.assign(**{name: means[name] for name in SCORES})


def _game_log(seed: int) -> pd.DataFrame:
    """Let both answer like with like; one slip echoes back and forth until one side forgives."""
    draws = stream(seed, STREAM, 1)
    slip = int(draws.integers(3, 5))
    forgiven = slip + 1 + 2 * int(draws.integers(2, 4))
    you, rival = [COOPERATE], [COOPERATE]
    for month in range(2, ROUNDS + 1):
        mine = COOPERATE if month == forgiven else rival[-1]
        theirs = DEFECT if month == slip else you[-1]
        you.append(mine)
        rival.append(theirs)
    index = pd.RangeIndex(1, ROUNDS + 1, name="round")
    return pd.DataFrame({"you": you, "rival": rival}, index=index)


def _fee_log(seed: int) -> pd.DataFrame:
    """Let payment fade, as it does in experiments without sanctions."""
    years = np.arange(YEARS)[:, None]
    chance = np.array(list(PAYERS.values())) - FADING * years
    paid = stream(seed, STREAM, 2).random((YEARS, len(PAYERS))) < chance
    index = pd.RangeIndex(1, YEARS + 1, name="year")
    return pd.DataFrame(np.where(paid, "pay", "keep"), index=index, columns=list(PAYERS))


def _board(seed: int) -> pd.DataFrame:
    fixed = fixed_table("board_seats", "group")
    weight = fixed["talk"] * (0.85 + 0.3 * stream(seed, STREAM, 3).random(len(fixed)))
    minutes = (120 * weight / weight.sum()).round().astype(int)
    minutes.iloc[0] += 120 - int(minutes.sum())
    return fixed[["seats"]].assign(minutes=minutes)
