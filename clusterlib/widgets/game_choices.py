"""What both games share: choices kept as a line of words, one a round, that can be typed too."""

from collections.abc import Sequence

from clusterlib.charts.wording import listed
from clusterlib.widgets.parameters import Line, Settings, Slider, Switch

NEW_GAME = "Start a new game"
RECORD = "Record this round"
MANY_GAMES = 50


def choices_line() -> Line:
    """Return the parameter that holds the choices."""
    return Line("choices", "Choices so far (you can type here too)")


def game_number() -> Slider:
    """Return the parameter that numbers the games: the same number brings the same luck."""
    return Slider("game", "Game number (same number, same luck)", 1, MANY_GAMES, 1, 1, ".0f")


def player_switches(players: Sequence[str], does: str) -> tuple[Switch, ...]:
    """Return one switch for each player at the table: `does` says what ticking means."""
    return tuple(
        Switch(f"player_{number}", f"{player} {does} this round", True)
        for number, player in enumerate(players, start=1)
    )


def read_rounds(line: str, words: tuple[str, str], players: int, rounds: int) -> list[list[str]]:
    """Read a line of choices: a word for each round, and a stroke between players at a table.

    Raises:
        ValueError: another word, too many rounds, or a round without a choice of every player.

    Example:
        >>> read_rounds("pay/keep keep/keep", ("pay", "keep"), 2, 10)
        [['pay', 'keep'], ['keep', 'keep']]
    """
    played = [part.split("/") for part in line.split()]
    strange = [word for choices in played for word in choices if word not in words]
    if strange:
        raise ValueError(f"{listed(strange[:3])} is no choice: write {words[0]} or {words[1]}")
    if any(len(choices) != players for choices in played):
        raise ValueError(f"each round needs {players} choices with strokes between them")
    if len(played) > rounds:
        raise ValueError(f"the game has {rounds} rounds, you wrote {len(played)}")
    return played


def add_round(settings: Settings, choices: Sequence[str], rounds: int) -> Settings:
    """Return the settings with one more round, or as they are when the game is over."""
    line = str(settings["choices"]).split()
    if len(line) >= rounds:
        return settings
    return {**settings, "choices": " ".join([*line, "/".join(choices)])}


def new_game(settings: Settings) -> Settings:
    """Return the settings for the next game: no choices, and other luck."""
    number = int(settings.get("game", 1)) % MANY_GAMES + 1
    return {**settings, "choices": "", **({"game": float(number)} if "game" in settings else {})}


def table_choices(settings: Settings, players: Sequence[str], words: tuple[str, str]) -> list[str]:
    """Return what the switches of the players say: the first word if ticked, else the second."""
    return [
        words[0] if settings[f"player_{number}"] else words[1]
        for number in range(1, len(players) + 1)
    ]
