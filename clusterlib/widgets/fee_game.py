"""The game of fees: services for all, paid by those who choose to pay."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import games
from clusterlib.charts.games import FeeTrack
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.widgets.explorer import Reading
from clusterlib.widgets.game_choices import (
    NEW_GAME,
    RECORD,
    add_round,
    choices_line,
    game_number,
    new_game,
    player_switches,
    read_rounds,
    table_choices,
)
from clusterlib.widgets.logged import LoggedExplorer
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider

WORDS = ("pay", "keep")
PAY, KEEP = "Pay the fee", "Keep the money"
FEE, WORTH, FINE = 100.0, 2.0, 80.0  # EUR, worth of the services per euro, EUR
COMPANIES = {
    "mixed": ("payer", "conditional", "conditional", "conditional", "free_rider"),
    "watchful": ("conditional",) * 5,
    "two_riders": ("payer", "conditional", "conditional", "free_rider", "free_rider"),
}
_COMPANY_WORDS = {
    "mixed": "One who always pays, three who watch, one who never pays",
    "watchful": "Five who pay as long as half of the others do",
    "two_riders": "One who always pays, two who watch, two who never pay",
}
_RULES = {
    "open": "Services for all, whoever pays",
    "fine": f"Who keeps the money pays a fine of {FINE:.0f} EUR",
    "club": "Services only for those who pay",
}


class FeeGameModel:
    """A game of fees among invented members, or among players at one table."""

    def __init__(self, rounds: int, players: Sequence[str] | None, seed: int) -> None:
        """Keep the rules; `players` are the people at a table, None plays with habits."""
        if players is not None and (len(players) < 3 or len(set(players)) < len(players)):
            raise ValueError("a game of fees at a table needs at least three players, each once")
        games.fee_game(rounds=rounds)
        self.rounds, self.seed = rounds, seed
        self.players = list(players) if players is not None else None

    def play(self, line: str, company: str, rule: str, noise: float, number: int) -> games.FeeGame:
        """Return the game after the choices in `line`; `number` is the number of the game."""
        count = len(self.players) if self.players else 1
        played = read_rounds(line, WORDS, count, self.rounds)
        fine, club = FINE if rule == "fine" else 0.0, rule == "club"
        if self.players and played:
            log = pd.DataFrame(played, columns=self.players)
            return games.fee_game((), self.rounds, FEE, WORTH, fine, club, choices=log)
        if self.players:  # nothing played yet: an empty game with as many members
            others = ["payer"] * (count - 1)
            return games.fee_game(others, self.rounds, FEE, WORTH, fine, club)
        return games.fee_game(
            COMPANIES[company], self.rounds, FEE, WORTH, fine, club, noise,
            choices=[one for one, *_ in played], seed=1000 * self.seed + number,
        )  # fmt: skip


class FeeGameStudy:
    """The game of fees as an explorer sees it."""

    name = "fee-game-log"
    title = "Fee game: 100 EUR buys services worth 200, shared by all. Do you pay?"

    def __init__(self, model: FeeGameModel) -> None:
        """Draw the empty track."""
        self.model = model
        rule = Choice("rule", "Rule", tuple((words, one) for one, words in _RULES.items()), "open")
        start: tuple[Parameter, ...]
        if model.players:
            start = (rule, *player_switches(model.players, "pays"))
            self.actions: Sequence[tuple[str, str]] = (
                (RECORD, "Add the choices ticked above as one round"),
            )
        else:
            start = (
                Choice("company", "Who else is a member",
                       tuple((words, one) for one, words in _COMPANY_WORDS.items()), "mixed"),
                rule,
                Slider("noise", "Chance that another member slips (per cent)",
                       0, 30, 5, 10, ".0f"),
                game_number(),
            )  # fmt: skip
            self.actions = (
                (PAY, "Play this round: pay 100 EUR"),
                (KEEP, "Play this round: pay nothing"),
            )
        self.actions = (*self.actions, (NEW_GAME, "Throw the choices away and begin again"))
        self.parameters = (*start, choices_line())
        self.figure = new_figure(8, 5)
        members = model.players or ["you", *(f"member {number}" for number in range(2, 7))]
        self._picture = FeeTrack(
            self.figure, model.rounds, members, "Who pays, and who gains?", "you"
        )

    @property
    def moving(self) -> Sequence[Artist]:
        """The line of payments and the bars."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """The scale of the gains."""
        return self._picture.frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Begin anew when the company, the rule, the chance or the game changes."""
        anew = name in ("company", "rule", "noise", "game")
        return {**settings, "choices": ""} if anew else settings

    def act(self, words: str, settings: Settings) -> Settings:
        """Play a round, or begin a new game."""
        if words == NEW_GAME:
            return new_game(settings)
        if words == RECORD:
            chosen = table_choices(settings, self.model.players or [], WORDS)
        else:
            chosen = ["pay" if words == PAY else "keep"]
        return add_round(settings, chosen, self.model.rounds)

    def log(self, settings: Settings) -> pd.DataFrame:
        """Return the log: every member's choice, the share paying, and the rule."""
        game = self._game(settings, str(settings["choices"]))
        return game.history.assign(rule=settings["rule"])

    def update(self, settings: Settings) -> Reading:
        """Show the rounds so far and say what happened."""
        fault = ""
        try:
            game = self._game(settings, str(settings["choices"]))
        except ValueError as problem:
            game, fault = self._game(settings, ""), str(problem)
        share, gains = game.history["share_paying"].astype(float), game.payoffs
        self._picture.update(share, gains)
        rule = _RULES[str(settings["rule"])]
        return Reading(
            alt=f"Share who paid in {len(share)} of {self.model.rounds} rounds, and gain of "
            f"{len(gains)} members. Rule: {rule}.",
            headline=fault or self._headline(share, gains),
            summary=f"<p>{escape(_words(share, gains, rule))}</p>",
            table=_table(game),
        )

    def _game(self, settings: Settings, line: str) -> games.FeeGame:
        return self.model.play(
            line,
            str(settings.get("company", "mixed")),
            str(settings["rule"]),
            float(settings.get("noise", 0.0)) / 100,
            int(settings.get("game", 1)),
        )

    def _headline(self, share: pd.Series, gains: pd.Series) -> str:
        if share.empty:
            return f"Round 1 of {self.model.rounds}: choose."
        words = f"Round {len(share)}: {share.iloc[-1]:.0%} paid."
        if not self.model.players:
            words += f" You stand at {gains.iloc[0]:,.0f} EUR."
        if len(share) >= self.model.rounds:
            return f"{words} The game is over: save it, or start a new one."
        return f"{words} Now round {len(share) + 1} of {self.model.rounds}."


def _words(share: pd.Series, gains: pd.Series, rule: str) -> str:
    if share.empty:
        return f"No round played yet. Rule: {rule}."
    return (
        f"Rule: {rule}. {len(share)} rounds: {share.iloc[0]:.0%} paid in the first, "
        f"{share.iloc[-1]:.0%} in the last. All members together gained {gains.sum():,.0f} EUR; "
        f"the most by one is {gains.max():,.0f} EUR, the least {gains.min():,.0f} EUR."
    )


def _table(game: games.FeeGame) -> str:
    table = game.history.copy()
    table["share_paying"] = [f"{float(one):.0%}" for one in table["share_paying"]]
    return html_table(
        table.rename(columns={"share_paying": "share who paid"}), "Choices by round and member"
    )


def fee_game(
    rounds: int = 10,
    players: Sequence[str] | None = None,
    seed: int = 1,
    settings: Mapping[str, object] | None = None,
) -> LoggedExplorer:
    """Play the game of fees by buttons: with invented members, or as a table of players.

    Args:
        rounds: how many rounds.
        players: names of three people or more; they show their cards at the same time and one
            person ticks who paid. None plays with five invented members.
        seed: whole number behind the slips of the others.
        settings: a line copied with "Copy my settings"; opens the game as it was.

    Returns:
        The explorer; `.table` is the log, saved as fee-game-log.csv.

    Raises:
        ValueError: too few players, no round, a setting that does not exist.

    Reference: Fehr and Gächter (2000).

    Example:
        >>> game = fee_game(settings={"choices": "pay keep", "noise": 0})
        >>> game.table["you"].tolist()
        ['pay', 'keep']
        >>> game.close()
    """
    return LoggedExplorer(FeeGameStudy(FeeGameModel(rounds, players, seed)), settings)
