"""Charts of a game played round by round, and of an office's year."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from clusterlib.charts.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LOOKS,
    ORANGE,
    SKY,
    TEXT_SIZE,
    VERMILION,
    ask,
    dress,
    new_figure,
)
from clusterlib.charts.wording import listed
from clusterlib.games import TrustGame, fee_game, trust_game

TRUST_WORDS = {"cooperate": "shared", "defect": "held back"}


class TrustTrack:
    """Two rows of choices above two lines of points; `update` adds the rounds."""

    def __init__(self, figure: Figure, rounds: int, sides: Sequence[str], title: str) -> None:
        """Draw the frame for `rounds` rounds and two sides."""
        self.figure = figure
        self._above = figure.add_axes((0.2, 0.64, 0.77, 0.25))
        self._below = figure.add_axes((0.2, 0.1, 0.77, 0.42))
        ask(self._above, title)
        self._above.set_ylim(-0.6, 1.6)
        self._above.set_yticks([1, 0], list(sides), fontsize=TEXT_SIZE)
        dress(self._below, "", "Round", "Points so far")
        self._below.set_ylim(0, 5 * rounds)
        for axes in (self._above, self._below):
            axes.set_xlim(0.4, rounds + 0.6)
            axes.set_xticks(range(1, rounds + 1))
            axes.spines[["top", "right"]].set_visible(False)
        looks = {"cooperate": GREEN, "defect": VERMILION}
        self._marks = {
            choice: self._above.scatter(
                [], [], s=110, marker=look.marker, color=look.colour, edgecolor=INK,
                label=TRUST_WORDS[choice],
            )
            for choice, look in looks.items()
        }  # fmt: skip
        self._slips = self._above.scatter(
            [], [], s=330, facecolor="none", edgecolor=INK, linestyle=":", linewidth=1.5,
            label="came out as the opposite",
        )  # fmt: skip
        self._above.legend(
            loc="upper left", bbox_to_anchor=(-0.02, -0.14), ncols=3, frameon=False,
            fontsize=TEXT_SIZE, handletextpad=0.2,
        )  # fmt: skip
        self._lines = [
            self._below.plot([], [], style, marker=look.marker, color=look.colour, label=side)[0]
            for side, look, style in zip(sides, (BLUE, ORANGE), ("-", "--"), strict=True)
        ]
        self._below.legend(loc="upper left", frameon=False, fontsize=TEXT_SIZE)

    @property
    def moving(self) -> Sequence[Artist]:
        """Choices, slips and points."""
        return (self._slips, *self._marks.values(), *self._lines)

    def update(self, history: pd.DataFrame) -> None:
        """Show the rounds of a `TrustGame.history`."""
        heights = {"you": 1.0, "rival": 0.0}
        for choice, marks in self._marks.items():
            spots = [
                (float(number), heights[side])
                for side in heights
                for number in history.index[history[side] == choice]
            ]
            marks.set_offsets(np.array(spots).reshape(-1, 2))
        slips = [
            (float(number), heights[side])
            for side in heights
            for number in history.index[history[side] != history[f"{side}_meant"]]
        ]
        self._slips.set_offsets(np.array(slips).reshape(-1, 2))
        for line, side in zip(self._lines, ("your_points", "rival_points"), strict=True):
            line.set_data(history.index.to_numpy(), history[side].astype(float).cumsum().to_numpy())


class FeeTrack:
    """The share who paid in each round, above what each member has gained; `update` adds rounds."""

    def __init__(
        self, figure: Figure, rounds: int, members: Sequence[str], title: str, own: str = ""
    ) -> None:
        """Draw the frame for `rounds` rounds and the members; the bar of `own` stands out."""
        self.figure = figure
        self._above = figure.add_axes((0.22, 0.62, 0.75, 0.29))
        self._below = figure.add_axes((0.22, 0.1, 0.75, 0.38))
        dress(self._above, title, "Round", "Paid (per cent)")
        self._above.set_xlim(0.4, rounds + 0.6)
        self._above.set_xticks(range(1, rounds + 1))
        self._above.set_ylim(-6, 106)
        (self._line,) = self._above.plot([], [], marker=BLUE.marker, color=BLUE.colour)
        dress(self._below, "", "Gain so far (EUR)", "")
        self._below.set_yticks(range(len(members)), list(members)[::-1], fontsize=TEXT_SIZE)
        self._below.set_ylim(-0.6, len(members) - 0.4)
        self._below.axvline(0, color=FAINT, linewidth=1)
        self._bars = self._below.barh(range(len(members)), 0.0, height=0.6, edgecolor=INK)
        for member, bar in zip(list(members)[::-1], self._bars, strict=True):
            bar.set_facecolor(BLUE.colour if member == own else SKY.colour)
            bar.set_hatch("" if member == own else "...")

    @property
    def moving(self) -> Sequence[Artist]:
        """The line of payments and the bars."""
        return (self._line, *self._bars)

    @property
    def frame(self) -> tuple[float, float]:
        """The scale of the gains, which grows with the game."""
        low, high = self._below.get_xlim()
        return (float(low), float(high))

    def update(self, share: pd.Series, gains: pd.Series) -> None:
        """Show the share paying by round (0..1) and the gain of each member in EUR."""
        self._line.set_data(share.index.to_numpy(), 100 * share.astype(float).to_numpy())
        for bar, gain in zip(self._bars, gains.to_numpy(dtype=float)[::-1], strict=True):
            bar.set_width(gain)
        reach = max(500.0, 500.0 * np.ceil(float(np.abs(gains).max()) / 500.0))
        self._below.set_xlim(-reach if (gains < 0).any() else -0.05 * reach, reach)


def trust_words(game: TrustGame, sides: Sequence[str]) -> str:
    """Say in words what happened between two sides so far."""
    history = game.history
    if history.empty:
        return f"No round played yet; {game.rounds} rounds to play."
    both = int((history[["you", "rival"]] == "cooperate").all(axis=1).sum())
    parts = [f"{len(history)} of {game.rounds} rounds played; both shared in {both}."]
    points = game.payoffs
    parts.append(f"Points: {sides[0]} {points['you']:g}, {sides[1]} {points['rival']:g}.")
    broken = history.index[(history[["you", "rival"]] == "defect").any(axis=1)]
    if len(broken):
        first = history.loc[broken[0]]
        who = [s for s, k in zip(sides, ("you", "rival"), strict=True) if first[k] == "defect"]
        parts.append(f"First held back in round {broken[0]}: {listed(who)}.")
    best = 3 * 2 * len(history)
    parts.append(f"Together {points.sum():g} of the {best} points of always sharing.")
    return " ".join(parts)


def game_log(
    log: pd.DataFrame,
    sides: Sequence[str] = ("You", "Rival"),
    title: str = "What happened between the two, round by round?",
) -> tuple[Figure, str]:
    """Draw a logged game of trust: choices in two rows, points below.

    Args:
        log: index round, columns you and rival ("cooperate" or "defect").
        sides: how the two are called in the picture.
        title: the question the chart answers.

    Returns:
        The figure, and a summary with points and the first break.

    Raises:
        ValueError: as `games.trust_game` for a logged game.

    Example:
        >>> log = pd.DataFrame({"you": ["cooperate"] * 2, "rival": ["cooperate", "defect"]})
        >>> "First held back in round 2: Rival." in game_log(log)[1]
        True
    """
    game = trust_game(choices=log)
    figure = new_figure(8, 5)
    TrustTrack(figure, game.rounds, sides, title).update(game.history)
    return figure, trust_words(game, sides)


def fee_log(
    log: pd.DataFrame, title: str = "Who paid the voluntary fee, and who gained?"
) -> tuple[Figure, str]:
    """Draw a logged game of fees: share paying by round, gain by member.

    Args:
        log: rows rounds, columns members, "pay" or "keep".
        title: the question the chart answers.

    Returns:
        The figure, and a summary.

    Raises:
        ValueError: as `games.fee_game` for a logged game.

    The fee is 100 EUR and each euro creates services worth two, shared by all members.

    Example:
        >>> log = pd.DataFrame({"A": ["pay", "keep"], "B": ["pay", "pay"], "C": ["keep", "keep"]})
        >>> fee_log(log)[1].startswith("2 rounds, 3 members. 67 per cent paid in the first")
        True
    """
    game = fee_game(choices=log)
    share, gains = game.history["share_paying"].astype(float), game.payoffs
    figure = new_figure(8, 5)
    FeeTrack(figure, len(log), game.members, title).update(share, gains)
    most = [str(who) for who in gains.index[gains == gains.max()]]
    return figure, (
        f"{len(log)} rounds, {len(game.members)} members. {100 * share.iloc[0]:.0f} per cent paid "
        f"in the first round, {100 * share.iloc[-1]:.0f} in the last. Gained most: {listed(most)}, "
        f"{gains.max():,.0f} EUR."
    )


def office_load(
    load: pd.DataFrame, title: str = "In which months has the office more work than hours?"
) -> tuple[Figure, str]:
    """Draw the load of each person by month, with the line at which the hours are full.

    Args:
        load: index month, one column a person, hours planned divided by hours available.
        title: the question the chart answers.

    Returns:
        The figure, and a summary that names months above full.

    Example:
        >>> load = pd.DataFrame({"manager": [0.9, 1.2]}, index=["jan", "feb"])
        >>> office_load(load)[1]
        'Above full hours: manager in feb (120 per cent).'
    """
    figure = new_figure(8, 4.4)
    axes = figure.add_axes((0.09, 0.22, 0.89, 0.66))
    dress(axes, title, "", "Load (per cent of hours)")
    width = 0.8 / max(1, len(load.columns))
    for number, (who, look) in enumerate(zip(load.columns, LOOKS, strict=False)):
        places = np.arange(len(load)) + (number - (len(load.columns) - 1) / 2) * width
        axes.bar(
            places, 100 * load[who].to_numpy(), width, color=look.colour, hatch=look.hatch,
            edgecolor=INK, linewidth=0.6, label=str(who),
        )  # fmt: skip
    axes.axhline(100, color=INK, linestyle="--", linewidth=1.3)
    axes.set_xticks(range(len(load)), [str(month).capitalize() for month in load.index])
    axes.legend(
        loc="upper left", bbox_to_anchor=(-0.01, -0.09), ncols=4, frameon=False, fontsize=TEXT_SIZE
    )
    over = [
        f"{who} in {month} ({100 * share:.0f} per cent)"
        for month, row in load.iterrows()
        for who, share in row.items()
        if round(float(share), 4) > 1
    ]
    return figure, f"Above full hours: {listed(over, 'nobody')}."
