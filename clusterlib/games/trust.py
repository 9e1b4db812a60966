"""A repeated game of trust between rivals who could share know-how, or hold it back."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from clusterlib.games._checks import check_log, check_rounds
from clusterlib.validation import choice as one_of
from clusterlib.validation import some_of

COOPERATE, DEFECT = "cooperate", "defect"

# A strategy sees its own and the other's past choices and a random number from 0 to 1.
Strategy: TypeAlias = Callable[[list[str], list[str], float], str]


def _tit_for_tat(own: list[str], other: list[str], luck: float) -> str:
    return other[-1] if other else COOPERATE


def _generous(own: list[str], other: list[str], luck: float) -> str:
    return COOPERATE if not other or other[-1] == COOPERATE or luck < 1 / 3 else DEFECT


def _unforgiving(own: list[str], other: list[str], luck: float) -> str:
    return DEFECT if DEFECT in other else COOPERATE


def _win_stay(own: list[str], other: list[str], luck: float) -> str:
    return COOPERATE if not own or own[-1] == other[-1] else DEFECT


STRATEGIES: dict[str, Strategy] = {
    "always_cooperate": lambda own, other, luck: COOPERATE,
    "always_defect": lambda own, other, luck: DEFECT,
    "tit_for_tat": _tit_for_tat,
    "generous": _generous,
    "unforgiving": _unforgiving,
    "win_stay": _win_stay,
    "random": lambda own, other, luck: COOPERATE if luck < 0.5 else DEFECT,
}


class TrustGame:
    """A repeated prisoner's dilemma, round by round; made by `trust_game`."""

    def __init__(
        self, rival: str, rounds: int, noise: float, points: Sequence[float], seed: int | None
    ) -> None:
        self.rival, self.rounds, self.noise = rival, rounds, noise
        temptation, reward, punishment, sucker = points
        self._points = {
            (COOPERATE, COOPERATE): (reward, reward),
            (COOPERATE, DEFECT): (sucker, temptation),
            (DEFECT, COOPERATE): (temptation, sucker),
            (DEFECT, DEFECT): (punishment, punishment),
        }
        self._rng = np.random.default_rng(seed)
        self._rows: list[dict[str, Any]] = []
        self._you: list[str] = []
        self._rival: list[str] = []

    @property
    def over(self) -> bool:
        """Whether all rounds have been played."""
        return len(self._rows) >= self.rounds

    @property
    def history(self) -> pd.DataFrame:
        """One row a round: what each meant, what was seen, and the points."""
        columns = ["you_meant", "rival_meant", "you", "rival", "your_points", "rival_points"]
        index = pd.RangeIndex(1, len(self._rows) + 1, name="round")
        return pd.DataFrame(self._rows, index=index, columns=columns)

    @property
    def payoffs(self) -> "pd.Series[float]":
        """Points so far of you and of the rival."""
        table = self.history[["your_points", "rival_points"]].astype(float)
        return pd.Series(table.sum().to_numpy(), ["you", "rival"], name="points")

    def play(self, choice: str) -> "pd.Series[Any]":
        """Play one round ("cooperate" or "defect") and return its row of the history."""
        one_of(choice, (COOPERATE, DEFECT), "choice")
        # Three draws whatever is chosen, so that the same seed always brings the same luck.
        luck, slip_you, slip_rival = self._rng.random(3)
        answer = STRATEGIES[self.rival](self._rival, self._you, float(luck))
        return self._record(choice, answer, slip_you < self.noise, slip_rival < self.noise)

    def _record(self, you: str, rival: str, slip_you: bool, slip_rival: bool) -> "pd.Series[Any]":
        if self.over:
            raise ValueError(f"the game is over after {self.rounds} rounds: start a new one")
        seen_you = _other(you) if slip_you else you
        seen_rival = _other(rival) if slip_rival else rival
        yours, theirs = self._points[(seen_you, seen_rival)]
        self._you.append(seen_you)
        self._rival.append(seen_rival)
        self._rows.append(
            {
                "you_meant": you,
                "rival_meant": rival,
                "you": seen_you,
                "rival": seen_rival,
                "your_points": yours,
                "rival_points": theirs,
            }
        )
        return pd.Series(self._rows[-1], name=len(self._rows))


def _other(choice: str) -> str:
    return DEFECT if choice == COOPERATE else COOPERATE


def trust_game(
    rival: str = "tit_for_tat",
    rounds: int = 12,
    noise: float = 0.0,
    points: Sequence[float] = (5, 3, 1, 0),
    choices: pd.DataFrame | Iterable[str] | None = None,
    seed: int | None = None,
) -> TrustGame:
    """Start a game of trust with a rival: share know-how, or hold it back, round after round.

    Args:
        rival: how the rival plays: always_cooperate, always_defect, tit_for_tat (does what you
            did), generous (forgives one time in three), unforgiving (never again), win_stay
            (changes after a bad round) or random.
        rounds: how many rounds.
        noise: chance (0..1) that a choice comes out, and is seen, as its opposite.
        points: temptation, reward, punishment, sucker: for holding back alone, both sharing, both
            holding back, sharing alone.
        choices: play these at once: a list of your choices, or a logged game as a table with
            columns you and rival, which is only counted (its own rival, no noise).
        seed: makes noise and chance repeatable.
    Returns:
        A `TrustGame` with .play(choice), .history, .payoffs and .over. Choices are "cooperate" and
        "defect".
    Raises:
        ValueError: unknown rival or choice, noise outside 0..1, points that make no dilemma, a log
            without the two columns, more choices than rounds.

    A dilemma needs temptation > reward > punishment > sucker and 2 x reward > temptation + sucker.
    Results hold for two players who will meet again; noise and more players change them.

    Reference: Axelrod and Hamilton (1981).

    >>> game = trust_game("tit_for_tat", rounds=3)
    >>> for mine in ["cooperate", "defect", "cooperate"]:
    ...     seen = game.play(mine)
    >>> game.payoffs.tolist()
    [8.0, 8.0]
    """
    one_of(rival, list(STRATEGIES), "rival")
    check_rounds(rounds, noise)
    _check_dilemma(points)
    if isinstance(choices, pd.DataFrame):
        lacking = [name for name in ("you", "rival") if name not in choices.columns]
        if lacking:
            raise ValueError(f"the game log has no column {some_of(lacking)}")
        check_log(choices[["you", "rival"]], (COOPERATE, DEFECT))
        game = TrustGame(rival, len(choices), 0.0, points, seed)
        for you, answer in zip(choices["you"], choices["rival"], strict=True):
            game._record(you, answer, False, False)
        return game
    game = TrustGame(rival, rounds, noise, points, seed)
    for mine in choices or []:
        game.play(mine)
    return game


def trust_tournament(
    strategies: Sequence[str] = tuple(STRATEGIES),
    rounds: int = 50,
    noise: float = 0.0,
    points: Sequence[float] = (5, 3, 1, 0),
    seed: int | None = None,
) -> pd.DataFrame:
    """Let strategies play each other in pairs, and rank them by points a round.

    Args:
        strategies: names as for `trust_game`, each once, at least two.
        rounds, noise, points, seed: as for `trust_game`.
    Returns:
        Index strategy, best first; columns mean_points (a round, over all rivals, not itself) and
        cooperation (share of its choices seen as cooperation, 0..1).
    Raises:
        ValueError: as `trust_game`; fewer than two strategies, or one named twice.

    Who wins depends on who takes part: change the field before you trust a ranking.

    Reference: Axelrod and Hamilton (1981).

    >>> trust_tournament(["always_cooperate", "always_defect"], rounds=10)["mean_points"].tolist()
    [5.0, 0.0]
    """
    names = list(strategies)
    for name in names:
        one_of(name, list(STRATEGIES), "strategy")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError("a tournament needs at least two strategies, each named once")
    check_rounds(rounds, noise)
    _check_dilemma(points)
    rng = np.random.default_rng(seed)
    earned: dict[str, list[float]] = {name: [] for name in names}
    shared: dict[str, list[float]] = {name: [] for name in names}
    for one, other in combinations(names, 2):
        game = TrustGame(other, rounds, noise, points, int(rng.integers(2**32)))
        for _ in range(rounds):
            game.play(STRATEGIES[one](game._you, game._rival, float(rng.random())))
        history = game.history
        for name, side, score in ((one, "you", "your_points"), (other, "rival", "rival_points")):
            earned[name].append(float(history[score].mean()))
            shared[name].append(float((history[side] == COOPERATE).mean()))
    table = pd.DataFrame(
        {
            "mean_points": [np.mean(earned[name]) for name in names],
            "cooperation": [np.mean(shared[name]) for name in names],
        },
        index=pd.Index(names, name="strategy"),
    )
    return table.sort_values("mean_points", ascending=False, kind="stable")


def _check_dilemma(points: Sequence[float]) -> None:
    if len(points) != 4 or not np.isfinite(points).all():
        raise ValueError("points must be four numbers: temptation, reward, punishment, sucker")
    temptation, reward, punishment, sucker = points
    if not (temptation > reward > punishment > sucker and 2 * reward > temptation + sucker):
        raise ValueError(
            "these points make no dilemma: temptation > reward > punishment > sucker, and twice "
            "the reward must beat temptation and sucker together"
        )
