"""Charts for the search for partners: does a consortium meet its call, and who suits whom."""

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from clusterlib.charts.style import (
    BLUE,
    GREEN,
    GRID,
    INK,
    ORANGE,
    TEXT_SIZE,
    VERMILION,
    ask,
    dress,
    new_figure,
)
from clusterlib.charts.wording import listed
from clusterlib.partners import Call, Eligibility, check_eligibility

NOTHING = np.empty((0, 2))
_STEP = 250_000.0  # EUR: the cost axis grows in whole steps, so that it seldom moves
_REASON = 64  # letters of a reason that fit into the picture


class ConsortiumBoard:
    """The rules of a call with a sign for each, beside cost and risk; `update` moves the marks."""

    def __init__(self, figure: Figure, rules: Sequence[str], budget: float | None) -> None:
        """Draw the frame for these rules on an empty figure."""
        self.rules = list(rules)
        self._board = figure.add_axes((0.03, 0.05, 0.55, 0.85))
        self._plane = figure.add_axes((0.69, 0.16, 0.27, 0.74))
        ask(self._board, "Which rules does the consortium meet?")
        self._board.axis("off")
        self._board.set(xlim=(0, 1), ylim=(len(rules) - 0.4, -0.6))
        for row, rule in enumerate(rules):
            self._board.text(
                0.085, row - 0.2, rule, va="center", fontsize=TEXT_SIZE, color=INK,
                fontweight="bold",
            )  # fmt: skip
        self._reasons = [
            self._board.text(0.085, row + 0.2, "", va="center", fontsize=TEXT_SIZE - 1.5, color=INK)
            for row in range(len(rules))
        ]
        self._met = self._board.scatter(
            [], [], s=150, marker=GREEN.marker, color=GREEN.colour, edgecolor=INK
        )
        self._unmet = self._board.scatter(
            [], [], s=120, marker="X", color=VERMILION.colour, edgecolor=INK
        )
        self._board.legend(
            [self._met, self._unmet], ["met", "not met, and why"], loc="lower right", ncols=2,
            bbox_to_anchor=(1.0, -0.06), frameon=False, fontsize=TEXT_SIZE - 1.5,
            handletextpad=0.3,
        )  # fmt: skip
        dress(self._plane, "At what cost and risk?", "Cost (thousand EUR)",
              "Chance that a partner drops out")  # fmt: skip
        ask(self._plane, "Cost and risk")
        self._plane.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1e3:,.0f}"))
        self._plane.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
        self._plane.set_ylim(0, 1)
        self._plane.grid(color=GRID)
        self._budget = self._plane.axvline(
            budget or 0.0, color=INK, linestyle="--", linewidth=1.3, visible=budget is not None
        )
        self._found = self._plane.scatter(
            [], [], s=70, marker=ORANGE.marker, color="white", edgecolor=INK, linewidths=1.4,
            zorder=3, label="found by the search",
        )  # fmt: skip
        self._team = self._plane.scatter(
            [], [], s=130, marker=BLUE.marker, color=BLUE.colour, edgecolor=INK, zorder=4,
            label="yours",
        )  # fmt: skip
        handles = [self._team, self._found] + [self._budget] * (budget is not None)
        words = ["yours", "found by the search"] + ["budget"] * (budget is not None)
        self._plane.legend(
            handles, words, loc="upper right", fontsize=TEXT_SIZE - 1.5, framealpha=0.9
        )
        self.moving = (
            *self._reasons, self._met, self._unmet, self._budget, self._found, self._team,
        )  # fmt: skip
        self.frame: object = 0.0

    def update(
        self,
        rules: pd.DataFrame,
        cost: float,
        risk: float,
        budget: float | None,
        found: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Show the verdicts, rows as `check_eligibility` gives them, and teams at (cost, risk)."""
        passed = rules["passed"].to_numpy(dtype=bool)
        for text, reason, met in zip(self._reasons, rules["reason"], passed, strict=True):
            # Letters are what takes time to draw, so a rule that is met says no more than that.
            text.set_text("met" if met else shorten(str(reason), _REASON, placeholder=" …"))
        self._met.set_offsets(_signs(np.flatnonzero(passed)))
        self._unmet.set_offsets(_signs(np.flatnonzero(~passed)))
        self._team.set_offsets([(cost, risk)])
        self._found.set_offsets(np.array(found) if len(found) else NOTHING)
        if budget is not None:
            self._budget.set_xdata([budget, budget])
        most = max(cost, 1.2 * (budget or 0.0), *(one for one, _ in found), _STEP / 2)
        self.frame = _STEP * ceil(1.05 * most / _STEP)
        self._plane.set_xlim(0, self.frame)


def _signs(rows: np.ndarray) -> np.ndarray:
    return np.column_stack([np.full(len(rows), 0.035), rows]) if len(rows) else NOTHING


def consortium_figure(rules: Sequence[str]) -> Figure:
    """Return an empty figure of the height that the rules need."""
    return new_figure(9.2, max(4.2, 0.43 * len(rules) + 0.9))


def dropout_risk(candidates: pd.DataFrame, members: Sequence[object]) -> float:
    """Return the chance that at least one member drops out, members independent of each other.

    Example:
        >>> dropout_risk(pd.DataFrame({"risk": [0.5, 0.5]}, ["P01", "P02"]), ["P01", "P02"])
        0.75
    """
    stays = 1 - candidates.loc[list(members), "risk"].astype(float)
    return 1 - float(np.prod(stays.to_numpy()))


def consortium_board(
    candidates: pd.DataFrame, call: Call | Mapping[str, Any], members: Sequence[object]
) -> tuple[Figure, str]:
    """Draw whether a set of partners meets a call, rule by rule, and what it costs and risks.

    Args:
        candidates: index partner; columns as `partners.check_eligibility` needs them, with cost
            (EUR) and risk (chance to drop out, 0 to below 1).
        call: a `partners.Call`, or a dict with its names.
        members: the partners that take part.

    Returns:
        The figure, and a summary that names every rule that is not met, with the reason.

    Raises:
        ValueError: a member who is not a candidate, or a missing column.

    Example:
        >>> pool = pd.DataFrame({"country": ["Norlund", "Sorrania"], "cost": [3e4, 5e4],
        ...                      "risk": [0.1, 0.2]}, index=["P01", "P02"])
        >>> figure, summary = consortium_board(pool, {"min_countries": 2}, ["P01"])
        >>> summary
        '1 partner, 30,000 EUR, 10 % chance that at least one drops out: 1 of 2 rules met. Not \
met: countries (1 countries (Norlund), 2 needed).'
    """
    needs_columns(candidates)
    strange = [str(one) for one in members if one not in candidates.index]
    if strange:
        raise ValueError(f"{listed(strange)} not among the candidates: check the names")
    team = candidates.loc[list(members)]
    verdict = check_eligibility(team, call)
    cost, risk = float(team["cost"].sum()), dropout_risk(candidates, members)
    rules = verdict.rules["rule"].tolist()
    figure = consortium_figure(rules)
    budget = call.budget if isinstance(call, Call) else call.get("budget")
    ConsortiumBoard(figure, rules, budget).update(verdict.rules, cost, risk, budget)
    return figure, consortium_summary(verdict, len(team), cost, risk)


def consortium_summary(verdict: Eligibility, partners: int, cost: float, risk: float) -> str:
    """Say in words how a consortium stands: size, cost, risk, and each rule that is not met."""
    unmet = verdict.rules[~verdict.rules["passed"].astype(bool)]
    words = (
        f"{partners} partner{'' if partners == 1 else 's'}, {cost:,.0f} EUR, {100 * risk:.0f} % "
        f"chance that at least one drops out: {len(verdict.rules) - len(unmet)} of "
        f"{len(verdict.rules)} rules met."
    )
    if unmet.empty:
        return words
    reasons = "; ".join(
        f"{rule} ({reason})" for rule, reason in zip(unmet["rule"], unmet["reason"], strict=True)
    )
    return f"{words} Not met: {reasons}."


def needs_columns(candidates: pd.DataFrame) -> None:
    """Refuse a table of candidates without cost or risk, which the picture needs."""
    absent = [name for name in ("cost", "risk") if name not in candidates.columns]
    if absent:
        raise ValueError(
            f"the candidates need the columns {listed(absent)}: cost in EUR, risk as a chance "
            "from 0 to below 1"
        )
