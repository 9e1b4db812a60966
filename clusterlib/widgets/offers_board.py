"""The board of offers and demands: match texts and codes, pair, and plan the meetings."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.offers import Pair, PairBoard, pair_axes, pairs_summary
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import listed
from clusterlib.partners import (
    Schedule,
    blocking_pairs,
    match_texts,
    schedule_meetings,
    stable_match,
)
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, Switch

ENGLISH = ("a", "an", "and", "at", "before", "by", "for", "from", "in", "of", "on", "or", "the",
           "to", "with")  # fmt: skip
_RULES = {
    "offers": "stable: offers ask, demands answer",
    "demands": "stable: demands ask, offers answer",
    "queue": "first come, first served, in the order of the demands",
}
_PREFER = {"fit": "the best fit", "budget": "the largest budget"}


@dataclass(frozen=True)
class Board:
    """The pairs that fit, those that do not, who is paired, who would swap, and the timetable."""

    fits: pd.DataFrame
    weak: list[Pair]
    pairs: list[Pair]
    blocking: list[Pair]
    schedule: Schedule


class OffersModel:
    """Offers and demands whose texts are compared once and paired under any rule."""

    def __init__(
        self, offers: pd.DataFrame, demands: pd.DataFrame, stop_words: Sequence[str] = ENGLISH
    ) -> None:
        """Compare every offer with every demand; tables as `partners.match_texts` needs them."""
        both = [str(one) for one in offers.index if one in demands.index]
        if both:
            raise ValueError(f"{listed(both)} is an offer and a demand: give them different codes")
        self.offers, self.demands = offers, demands
        table = match_texts(offers, demands, top=len(offers), stop_words=stop_words)
        self.matches = table[table["offer"].notna()].reset_index(drop=True)
        self.by_budget = "budget" in demands.columns

    def read(
        self, threshold: float, code_is_enough: bool, rule: str, prefer: str, slots: int,
        tables: int,
    ) -> Board:  # fmt: skip
        """Pair what reaches the threshold (0 to 1) and give the meetings their slots."""
        strong = self.matches["score"] >= threshold
        if code_is_enough:
            strong |= self.matches["same_code"]
        fits, rest = self.matches[strong], self.matches[~strong]
        ask, answer = self._wishes(fits, prefer)
        match = self._paired(ask, answer, rule)
        pairs = [(offer, demand) for offer, demand in match.items() if demand is not None]
        wanted = fits[["offer", "demand"]].set_axis(["source", "target"], axis=1)
        # Those who are paired meet first, then the best fits.
        chosen = [both in pairs for both in zip(fits["offer"], fits["demand"], strict=True)]
        wanted["weight"] = fits["score"].fillna(0.0) + fits["same_code"] + 2.0 * np.array(chosen)
        return Board(
            fits=fits,
            weak=list(zip(rest["offer"], rest["demand"], strict=True)),
            pairs=pairs,
            blocking=blocking_pairs(match, ask, answer),
            schedule=schedule_meetings(wanted, slots, tables=tables),
        )

    def _wishes(
        self, fits: pd.DataFrame, prefer: str
    ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Order what each side accepts: shared code and score first, or the money for offers."""
        by_fit = fits.sort_values(["same_code", "score"], ascending=False, kind="stable")
        answer = _lists(self.demands.index, by_fit["demand"], by_fit["offer"])
        if prefer == "budget":
            money = fits["demand"].map(self.demands["budget"])
            by_fit = fits.assign(money=money).sort_values("money", ascending=False, kind="stable")
        return _lists(self.offers.index, by_fit["offer"], by_fit["demand"]), answer

    def _paired(
        self, ask: dict[str, list[str]], answer: dict[str, list[str]], rule: str
    ) -> dict[str, str | None]:
        if rule == "offers":
            return stable_match(ask, answer)
        pairs: dict[str, str | None] = dict.fromkeys(ask)
        if rule == "demands":
            found = stable_match(answer, ask)
            pairs.update({offer: demand for demand, offer in found.items() if offer is not None})
            return pairs
        for demand, wishes in answer.items():
            free = next((offer for offer in wishes if pairs[offer] is None), None)
            if free is not None:
                pairs[free] = demand
        return pairs


def _lists(own: pd.Index, first: pd.Series, second: pd.Series) -> dict[str, list[str]]:
    """Return for each name of `own` the names beside it, in the order of the rows."""
    lists: dict[str, list[str]] = {str(one): [] for one in own}
    for one, other in zip(first, second, strict=True):
        lists[str(one)].append(str(other))
    return lists


class OffersStudy:
    """The board as an explorer sees it: parameters, figure, words."""

    name = "offers-board"
    title = "Offers and demands: who suits whom, and who meets when?"

    def __init__(self, model: OffersModel) -> None:
        """Draw the frame for these offers and demands."""
        self.model = model
        prefer = tuple((words.capitalize(), one) for one, words in _PREFER.items())
        self.parameters: tuple[Parameter, ...] = (
            Slider("threshold", "Likeness a pair must reach (0 = nothing in common, 1 = same text)",
                   0.0, 0.6, 0.01, 0.1),
            Switch("code_is_enough", "A shared code is enough, whatever the words"),
            Choice("rule", "How pairs are made",
                   tuple((words.capitalize(), one) for one, words in _RULES.items()), "offers"),
            Choice("prefer", "What offers prefer",
                   prefer if model.by_budget else prefer[:1], "fit"),
            Slider("slots", "Slots on the meeting day", 1, 12, 1, 3, ".0f"),
            Slider("tables", "Tables (meetings at the same time)", 1, 20, 1, 6, ".0f"),
        )  # fmt: skip
        self._demands = [str(one) for one in model.demands.index]
        self.figure, axes = pair_axes(len(self._demands))
        names = [self._named(model.demands, code) for code in self._demands]
        self._board = PairBoard(
            axes, self._demands, [str(one) for one in model.offers.index], names
        )

    @property
    def moving(self) -> Sequence[Artist]:
        """Dots, squares, crosses and slot numbers."""
        return self._board.moving

    @property
    def frame(self) -> Hashable:
        """Offers and demands stand still for good."""
        return "offers and demands"

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the pairs and the timetable for the present rules."""
        board = self.model.read(
            float(settings["threshold"]), bool(settings["code_is_enough"]),
            str(settings["rule"]), str(settings["prefer"]),
            round(float(settings["slots"])), round(float(settings["tables"])),
        )  # fmt: skip
        meetings = board.schedule.meetings
        slots = {
            (str(source), str(target)): int(str(slot).removeprefix("slot "))
            for slot, source, target in meetings.itertuples(index=False)
        }
        self._board.update(board.fits, board.weak, board.pairs, board.blocking, slots)
        return self._words(board, float(settings["threshold"]))

    def _words(self, board: Board, threshold: float) -> Reading:
        placed, left = len(board.schedule.meetings), len(board.schedule.unplaced)
        headline = (
            f"Threshold {threshold:.2f}: {len(board.fits)} pairs fit, {len(board.pairs)} of "
            f"{len(self._demands)} demands paired, blocking pairs: {len(board.blocking)}, "
            f"{placed} meetings placed, {left} without a slot."
        )
        return Reading(
            alt=f"Board of {len(self._demands)} demands and {len(self.model.offers)} offers. "
            f"{headline}",
            headline=headline,
            summary=f"<p>{escape(pairs_summary(board.pairs, self._demands, board.blocking))}</p>"
            f"{self._blocking(board.blocking)}{self._day(board.schedule)}",
            table=self._pair_table(board) + self._timetable(board.schedule),
        )

    def _blocking(self, blocking: Sequence[Pair]) -> str:
        if not blocking:
            return "<p>The pairs are stable: nobody gains by breaking one off.</p>"
        items = "".join(
            f"<li>✗ {escape(self._named(self.model.offers, offer))} and "
            f"{escape(self._named(self.model.demands, demand))} would both leave what they got</li>"
            for offer, demand in blocking
        )
        return f"<p>Blocking pairs, which will break the plan:</p><ul>{items}</ul>"

    def _day(self, schedule: Schedule) -> str:
        if schedule.complete:
            return "<p>✓ Every pair that fits has a meeting.</p>"
        left = schedule.unplaced
        items = "".join(
            f"<li>{escape(str(reason))}: "
            + escape(listed([f"{one} with {other}" for one, other in
                             zip(rows["source"], rows["target"], strict=True)]))
            + "</li>"
            for reason, rows in left.groupby("reason", sort=False)
        )  # fmt: skip
        return (
            f"<p>✗ {schedule.slots_needed} slots would hold every meeting. Without a slot:</p>"
            f"<ul>{items}</ul>"
        )

    def _pair_table(self, board: Board) -> str:
        demand_of = set(board.pairs)
        table = board.fits.assign(
            paired=[pair in demand_of
                    for pair in zip(board.fits["offer"], board.fits["demand"], strict=True)],
            by=[self._named(self.model.offers, str(one)) for one in board.fits["offer"]],
            wanted=[self._named(self.model.demands, str(one)) for one in board.fits["demand"]],
        )  # fmt: skip
        shown = table.set_index("wanted")[["by", "score", "same_code", "shared_words", "paired"]]
        names = {"by": "offer", "same_code": "same code", "shared_words": "shared words"}
        return html_table(
            shown.rename(columns=names).rename_axis("demand"),
            "Pairs that reach the threshold (score 0 to 1)",
            missing="not compared",
            formats={"score": ".2f"},
        )

    def _timetable(self, schedule: Schedule) -> str:
        meetings = schedule.meetings.set_index("slot").rename_axis("slot")
        names = {"source": "offer", "target": "demand"}
        for column, table in (("source", self.model.offers), ("target", self.model.demands)):
            meetings[column] = [self._named(table, str(one)) for one in meetings[column]]
        return html_table(meetings.rename(columns=names), "Timetable of the meeting day")

    def _named(self, table: pd.DataFrame, code: str) -> str:
        return f"{code} {table['by'][code]}" if "by" in table.columns else code


def offers_board(
    offers: pd.DataFrame,
    demands: pd.DataFrame,
    settings: Mapping[str, object] | None = None,
    stop_words: Sequence[str] = ENGLISH,
) -> Explorer:
    """Open the board: match offers and demands, pair them, and plan the meeting day.

    Args:
        offers: index code; column text, and if given code (several separated by ";"), language,
            and by (who offers); as `data.partner_search(...).offers`.
        demands: the same, with budget (EUR) if offers may prefer money.
        settings: a line copied with "Copy my settings"; opens the board as it was.
        stop_words: words that tell nothing, left out of the comparison; English unless given.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: a blank text, an entry twice, or an unknown setting.

    Reference: Gale and Shapley (1962); Salton and Buckley (1988).

    Example:
        >>> from clusterlib import data
        >>> search = data.partner_search(2027)
        >>> board = offers_board(search.offers, search.demands, {"threshold": 0.3})
        >>> "blocking pairs: 0" in board.reading.headline
        True
        >>> board.close()
    """
    return Explorer(OffersStudy(OffersModel(offers, demands, stop_words)), settings)
