"""A membership fee that pays for services which everyone enjoys: who pays, who rides free?"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.games._checks import check_log, check_rounds
from clusterlib.validation import choice as one_of

PAY, KEEP = "pay", "keep"


class FeeGame:
    """A membership fee that finances services for all, round by round; made by `fee_game`."""

    def __init__(
        self,
        members: Sequence[str],
        habits: Sequence[str],
        rounds: int,
        fee: float,
        multiplier: float,
        fine: float,
        exclude: bool,
        noise: float,
        seed: int | None,
    ) -> None:
        self.members, self.rounds, self.fee, self.multiplier = (
            list(members),
            rounds,
            fee,
            multiplier,
        )
        self.fine, self.exclude, self.noise = fine, exclude, noise
        self._habits = list(habits)
        self._rng = np.random.default_rng(seed)
        self._paid: list[list[bool]] = []
        self._points: list[list[float]] = []

    @property
    def over(self) -> bool:
        """Whether all rounds have been played."""
        return len(self._paid) >= self.rounds

    @property
    def history(self) -> pd.DataFrame:
        """One row a round: each member's choice, and share_paying (0..1)."""
        index = pd.RangeIndex(1, len(self._paid) + 1, name="round")
        words = [[PAY if paid else KEEP for paid in row] for row in self._paid]
        table = pd.DataFrame(words, index=index, columns=self.members, dtype=object)
        return table.assign(share_paying=[float(np.mean(row)) for row in self._paid])

    @property
    def payoffs(self) -> "pd.Series[float]":
        """What each member has gained (or lost) so far, in the fee's currency."""
        rows = np.array(self._points, dtype=float).reshape(-1, len(self.members))
        return pd.Series(rows.sum(axis=0), self.members, name="payoff")

    def play(self, choice: str) -> "pd.Series[Any]":
        """Play one round as the first member ("pay" or "keep"); return its row of the history."""
        one_of(choice, (PAY, KEEP), "choice")
        # One draw a member whatever is chosen, so that the same seed always brings the same luck.
        slips = self._rng.random(len(self.members)) < self.noise
        paid = [choice == PAY]
        for place, habit in enumerate(self._habits, start=1):
            paid.append(bool(self._would_pay(place, habit) != slips[place]))
        return self._record(paid)

    def _would_pay(self, place: int, habit: str) -> bool:
        if habit != "conditional":
            return habit == "payer"
        if not self._paid:
            return True
        others = [paid for member, paid in enumerate(self._paid[-1]) if member != place]
        return 2 * sum(others) >= len(others)

    def _record(self, paid: list[bool]) -> "pd.Series[Any]":
        if self.over:
            raise ValueError(f"the game is over after {self.rounds} rounds: start a new one")
        payers = sum(paid)
        served = payers if self.exclude else len(paid)
        share = self.multiplier * self.fee * payers / served if served else 0.0
        self._paid.append(paid)
        self._points.append(
            [
                share - self.fee if pays else (0.0 if self.exclude else share) - self.fine
                for pays in paid
            ]
        )
        words = {name: PAY if pays else KEEP for name, pays in zip(self.members, paid, strict=True)}
        return pd.Series(
            {**words, "share_paying": payers / len(paid)}, dtype=object, name=len(self._paid)
        )


HABITS = ("payer", "free_rider", "conditional")


def fee_game(
    others: Sequence[str] = ("payer", "conditional", "conditional", "conditional", "free_rider"),
    rounds: int = 10,
    fee: float = 100.0,
    multiplier: float = 2.0,
    fine: float = 0.0,
    exclude: bool = False,
    noise: float = 0.0,
    choices: pd.DataFrame | Iterable[str] | None = None,
    seed: int | None = None,
) -> FeeGame:
    """Start a game of membership fees: all enjoy the services, whoever pays.

    Args:
        others: habit of each other member: payer, free_rider, or conditional (pays in the first
            round, then if at least half of the others paid in the round before).
        rounds: how many rounds.
        fee: the fee of a round, in EUR.
        multiplier: worth of the services that one euro of fees creates for all together.
        fine: what a member who does not pay loses each round, in EUR.
        exclude: True serves only those who pay (a club); False serves all.
        noise: chance (0..1) that another member does the opposite of their habit.
        choices: play these at once: a list of your choices, or a logged game as a table (rows
            rounds, columns members), which is only counted.
        seed: makes noise repeatable.
    Returns:
        A `FeeGame` with .play(choice), .history, .payoffs and .over. Choices are "pay" and "keep";
        you are the first member, "you".
    Raises:
        ValueError: unknown habit or choice, a multiplier that makes no dilemma, negative amounts,
            noise outside 0..1, more choices than rounds, a log with fewer than two members.

    A dilemma needs a multiplier above 1 (paying is good for all) and below the number of members
    (not paying is good for oneself). Without sanctions payments fade; here fines cost the
    payers nothing, in real life they do.

    Reference: Fehr and Gächter (2000).

    >>> game = fee_game(others=["payer", "payer", "free_rider"], rounds=1, fee=100, multiplier=2)
    >>> round_1 = game.play("pay")
    >>> game.payoffs.tolist()
    [50.0, 50.0, 50.0, 150.0]
    """
    for habit in others:
        one_of(habit, HABITS, "habit")
    check_rounds(rounds, noise)
    logged = isinstance(choices, pd.DataFrame)
    names = ["you", *(f"member {number}" for number in range(2, len(others) + 2))]
    if isinstance(choices, pd.DataFrame):
        names = [str(name) for name in choices.columns]
        check_log(choices, (PAY, KEEP))
        rounds, noise = len(choices), 0.0
    _check_money(len(names), fee, multiplier, fine)
    game = FeeGame(
        names, [] if logged else others, rounds, fee, multiplier, fine, exclude, noise, seed
    )
    if isinstance(choices, pd.DataFrame):
        for row in choices.to_numpy():
            game._record([word == PAY for word in row])
        return game
    for mine in choices or []:
        game.play(mine)
    return game


def _check_money(members: int, fee: float, multiplier: float, fine: float) -> None:
    if members < 2:
        raise ValueError("a fee game needs at least two members")
    if not fee > 0 or not np.isfinite(fee) or not fine >= 0 or not np.isfinite(fine):
        raise ValueError(f"the fee must be above 0 and the fine 0 or more, not {fee} and {fine}")
    if not 1 < multiplier < members:
        raise ValueError(
            f"multiplier must be above 1 and below the {members} members, yours is {multiplier}: "
            "else nobody should pay, or everybody would"
        )
