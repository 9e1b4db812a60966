"""The game of trust between two rivals: share, or hold back, round after round."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import games
from clusterlib.charts.games import TrustTrack, trust_words
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

WORDS = ("share", "hold")
MEANING = {"share": "cooperate", "hold": "defect"}
SHARE, HOLD = "Share our results", "Hold back"
# Invented firms of the case; the habit is told when the game is over.
RIVALS = {
    "tit_for_tat": ("Osterby Sterile Systems", "does what you did the round before"),
    "generous": ("Quayside Implants", "as you did, but forgives one time in three"),
    "unforgiving": ("Harrowfen Catheters", "holds back for ever once you did"),
    "win_stay": ("Lumaro Imaging", "changes after a bad round, else stays"),
    "always_defect": ("Ferrin Precision Parts", "always holds back"),
    "always_cooperate": ("Corrie Cleanrooms", "always shares"),
    "random": ("Belwether Apps", "tosses a coin"),
}


class TrustGameModel:
    """A game of trust against a rival's habit, or between two sides at one table."""

    def __init__(self, rounds: int, players: Sequence[str] | None, seed: int) -> None:
        """Keep the rules; `players` are the two sides at a table, None plays against a habit."""
        if players is not None and len(players) != 2:
            raise ValueError(f"a game of trust needs two sides, yours has {len(players)}")
        games.trust_game(rounds=rounds)
        self.rounds, self.seed = rounds, seed
        self.players = list(players) if players is not None else None

    def play(self, line: str, rival: str, noise: float, number: int) -> games.TrustGame:
        """Return the game after the choices in `line`; `number` is the number of the game."""
        played = read_rounds(line, WORDS, 2 if self.players else 1, self.rounds)
        meant = [[MEANING[word] for word in choices] for choices in played]
        if self.players and meant:
            return games.trust_game(choices=pd.DataFrame(meant, columns=["you", "rival"]))
        return games.trust_game(
            rival, self.rounds, noise, choices=[one for one, *_ in meant],
            seed=1000 * self.seed + number,
        )  # fmt: skip


class TrustGameStudy:
    """The game of trust as an explorer sees it."""

    name = "trust-game-log"
    title = "Trust game: you and a rival could share test results. Every round, both choose."

    def __init__(self, model: TrustGameModel) -> None:
        """Draw the empty track."""
        self.model = model
        start: tuple[Parameter, ...]
        if model.players:
            start = player_switches(model.players, "shares")
            self.actions: Sequence[tuple[str, str]] = (
                (RECORD, "Add the choices ticked above as one round"),
            )
        else:
            start = (
                Choice("rival", "Who you play with",
                       tuple((name, habit) for habit, (name, _) in RIVALS.items()), "tit_for_tat"),
                Slider("noise", "Chance that a choice comes out as its opposite (per cent)",
                       0, 30, 5, 0, ".0f"),
                game_number(),
            )  # fmt: skip
            self.actions = (
                (SHARE, "Play this round: share"),
                (HOLD, "Play this round: hold back"),
            )
        self.actions = (*self.actions, (NEW_GAME, "Throw the choices away and begin again"))
        self.parameters = (*start, choices_line())
        self.figure = new_figure(8, 5)
        sides = model.players or ["You", "Rival"]
        self._picture = TrustTrack(self.figure, model.rounds, sides, "Who shared, and who gained?")

    @property
    def moving(self) -> Sequence[Artist]:
        """Choices and points."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Rounds and sides stand still for good."""
        return "rounds and sides"

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Begin anew when another rival, another chance or another game is chosen."""
        return {**settings, "choices": ""} if name in ("rival", "noise", "game") else settings

    def act(self, words: str, settings: Settings) -> Settings:
        """Play a round, or begin a new game."""
        if words == NEW_GAME:
            return new_game(settings)
        if words == RECORD:
            chosen = table_choices(settings, self.model.players or [], WORDS)
        else:
            chosen = ["share" if words == SHARE else "hold"]
        return add_round(settings, chosen, self.model.rounds)

    def log(self, settings: Settings) -> pd.DataFrame:
        """Return the log: what was meant and seen, points, and the rules of the game."""
        history = self._game(settings, str(settings["choices"])).history
        if self.model.players:
            one, other = self.model.players
            return history.assign(side_one=one, side_two=other)
        return history.assign(habit=settings["rival"], noise=float(settings["noise"]) / 100)

    def update(self, settings: Settings) -> Reading:
        """Show the rounds so far and say what happened."""
        fault = ""
        try:
            game = self._game(settings, str(settings["choices"]))
        except ValueError as problem:
            game, fault = self._game(settings, ""), str(problem)
        self._picture.update(game.history)
        names = [one.replace("You", "you") for one in self._sides(settings)]
        words = trust_words(game, names)
        return Reading(
            alt=f"Choices and points of two sides, {len(game.history)} of {self.model.rounds} "
            "rounds played.",
            headline=fault or self._headline(game, names),
            summary=f"<p>{escape(words)}</p>{self._habit(game, settings)}",
            table=_table(game.history, self._sides(settings)),
        )

    def _game(self, settings: Settings, line: str) -> games.TrustGame:
        return self.model.play(
            line,
            str(settings.get("rival", "tit_for_tat")),
            float(settings.get("noise", 0.0)) / 100,
            int(settings.get("game", 1)),
        )

    def _sides(self, settings: Settings) -> list[str]:
        return self.model.players or ["You", RIVALS[str(settings["rival"])][0]]

    def _headline(self, game: games.TrustGame, sides: Sequence[str]) -> str:
        history = game.history
        if history.empty:
            return f"Round 1 of {self.model.rounds}: choose."
        last = history.iloc[-1]
        did = {"cooperate": "shared", "defect": "held back"}
        seen = f"{sides[0]} {did[last['you']]}, {sides[1]} {did[last['rival']]}"
        points = f"{last['your_points']} and {last['rival_points']} points"
        words = f"Round {len(history)}: {seen}; {points}."
        if last["you"] != last["you_meant"]:
            words += " Your choice came out as its opposite."
        if len(history) >= self.model.rounds:
            return f"{words} The game is over: save it, or start a new one."
        return f"{words} Now round {len(history) + 1} of {self.model.rounds}."

    def _habit(self, game: games.TrustGame, settings: Settings) -> str:
        if self.model.players or len(game.history) < self.model.rounds:
            return ""
        name, habit = RIVALS[str(settings["rival"])]
        return f"<p>The habit of {escape(name)}: {escape(habit)}.</p>"


def _table(history: pd.DataFrame, sides: Sequence[str]) -> str:
    did = {"cooperate": "shared", "defect": "held back"}
    table = pd.DataFrame(
        {
            sides[0]: history["you"].map(did),
            sides[1]: history["rival"].map(did),
            f"points of {sides[0]}": history["your_points"],
            f"points of {sides[1]}": history["rival_points"],
        },
        index=history.index,
    )
    return html_table(table, "The rounds as they were seen")


def trust_game(
    rounds: int = 12,
    players: Sequence[str] | None = None,
    seed: int = 1,
    settings: Mapping[str, object] | None = None,
) -> LoggedExplorer:
    """Play the game of trust by buttons: against a rival's habit, or two sides at a table.

    Args:
        rounds: how many rounds.
        players: names of two sides, such as ("Table A", "Table B"); they show their cards at the
            same time and one person ticks who shared. None plays against an invented rival.
        seed: whole number behind chance and misunderstandings.
        settings: a line copied with "Copy my settings"; opens the game as it was.

    Returns:
        The explorer; `.table` is the log, saved as trust-game-log.csv.

    Raises:
        ValueError: fewer or more than two sides, no round, a setting that does not exist.

    Both sharing brings 3 points each, both holding back 1; who holds back alone gets 5, the
    other 0.

    Reference: Axelrod and Hamilton (1981).

    Example:
        >>> game = trust_game(settings={"choices": "share share hold"})
        >>> game.table["rival"].tolist()
        ['cooperate', 'cooperate', 'cooperate']
        >>> game.act("Share our results")
        >>> game.table["rival"].tolist()[-1]
        'defect'
        >>> game.close()
    """
    return LoggedExplorer(TrustGameStudy(TrustGameModel(rounds, players, seed)), settings)
