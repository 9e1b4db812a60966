"""The Delphi room: run rounds with a simulated panel and decide when to stop."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import pandas as pd
from matplotlib.artist import Artist

from clusterlib import consensus
from clusterlib.charts.delphi import DelphiRows, delphi_axes, round_summary
from clusterlib.charts.style import new_figure
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import listed
from clusterlib.data.vision_panel import VisionPanel
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, Switch

LONGEST = 6  # rounds; real panels tire long before
_FEEDBACKS = {
    "reasons": "the median and the reasons people gave",
    "median": "the median alone",
    "none": "nothing: people are only asked again",
}
_MIXES = {
    "case": "six followers, six weighers, six keepers",
    "followers": "twelve followers, six keepers",
    "keepers": "twelve keepers, six weighers",
}


@dataclass(frozen=True)
class Session:
    """One round of the room: the ratings, the verdicts, and who has fallen silent since round 1."""

    ratings: pd.DataFrame
    verdicts: pd.DataFrame
    silent: dict[str, list[str]]
    only_by_silence: list[str]


class DelphiRoomModel:
    """A simulated panel whose rounds can be run with any feedback and judged by any rule."""

    def __init__(self, panel: VisionPanel) -> None:
        """Keep the panel; each way to run it is computed once."""
        self.panel = panel
        self.run = lru_cache(maxsize=None)(self._run)
        self.read = lru_cache(maxsize=256)(self._read)

    def _run(self, feedback: str, mix: str, silence: bool) -> list[pd.DataFrame]:
        return self.panel.run(LONGEST, feedback, mix, silence)

    def _read(
        self, number: int, feedback: str, mix: str, silence: bool,
        share_limit: float, iqr_limit: float, change_limit: float,
    ) -> Session:  # fmt: skip
        """Return round `number` (from 1) judged by three limits: shares, and points for the IQR."""
        rounds = self.run(feedback, mix, silence)
        now, before = rounds[number - 1], rounds[number - 2] if number > 1 else None

        def judge(last: pd.DataFrame | None, this: pd.DataFrame) -> pd.DataFrame:
            return consensus.stopping(
                last, this, low=7, high=9, scale=(1, 9),
                iqr_limit=iqr_limit, share_limit=share_limit, change_limit=change_limit,
            )  # fmt: skip

        verdicts = judge(before, now)
        gone = rounds[0].notna() & now.isna()
        silent = {
            str(code): [str(who) for who in gone.columns[gone.loc[code]]]
            for code in gone.index[gone.any(axis=1)]
        }
        doubtful = [code for code in silent if verdicts.loc[code, "consensus"]]
        if doubtful:
            last_word = now.loc[doubtful]
            for earlier in rounds[: number - 1][::-1]:
                last_word = last_word.fillna(earlier.loc[doubtful])
            counted = judge(None, last_word)["consensus"]
            doubtful = [code for code in doubtful if not counted[code]]
        return Session(now, verdicts, silent, doubtful)


class DelphiRoomStudy:
    """The Delphi room as an explorer sees it: parameters, figure, words."""

    name = "delphi-room"
    title = "Delphi room: ask, feed back, ask again. When do you stop?"

    def __init__(self, model: DelphiRoomModel) -> None:
        """Draw the frame for the statements of the panel."""
        self.model = model
        self.parameters: tuple[Parameter, ...] = (
            Slider("round", "Round", 1, LONGEST, 1, 1, ".0f"),
            Choice("feedback", "What people see between the rounds",
                   tuple((words.capitalize(), one) for one, words in _FEEDBACKS.items()),
                   "reasons"),
            Choice("panel", "Who sits on the panel",
                   tuple((words.capitalize(), one) for one, words in _MIXES.items()), "case"),
            Switch("silence", "Quiet members stop answering when they stand alone", True),
            Slider("share_limit", "Agreed if so many rate 7 to 9 (per cent)",
                   50, 95, 5, 75, ".0f"),
            Slider("iqr_limit", "and if the middle half spans at most (scale points)",
                   0.5, 4.0, 0.1, 1.8, ".1f"),
            Slider("change_limit", "Settled if fewer answers have moved than (per cent)",
                   5, 40, 5, 15, ".0f"),
        )  # fmt: skip
        self._labels = model.panel.statements["name"].astype(str).tolist()
        self.figure = new_figure(8.6, 5.6)
        self._picture = DelphiRows(
            delphi_axes(self.figure), self._labels, "Where does the panel stand?"
        )

    @property
    def moving(self) -> Sequence[Artist]:
        """Bubbles, bars, medians and verdicts."""
        return self._picture.moving

    @property
    def frame(self) -> Hashable:
        """Statements and scale stand still for good."""
        return "statements and scale"

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Leave the settings as they are: no control here moves another."""
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the round and say what may stop, what may not, and who is missing."""
        number = round(float(settings["round"]))
        session = self.model.read(
            number,
            str(settings["feedback"]),
            str(settings["panel"]),
            bool(settings["silence"]),
            float(settings["share_limit"]) / 100,
            float(settings["iqr_limit"]),
            float(settings["change_limit"]) / 100,
        )
        status = session.verdicts["status"].astype(str).tolist()
        self._picture.update(session.ratings, status)
        return self._words(number, session, status)

    def _words(self, number: int, session: Session, status: list[str]) -> Reading:
        agreed = int(session.verdicts["consensus"].sum())
        split = [one for one, word in zip(self._labels, status, strict=True) if word == "two camps"]
        again = sum(word in ("open", "agreed, still moving") for word in status)
        headline = f"Round {number}: {agreed} of {len(status)} statements agreed"
        headline += (
            "; one round says nothing about stability."
            if number == 1
            else f", {again} should be asked again, two camps on: {listed(split)}."
        )
        summary = round_summary(session.ratings, status, self._labels)
        return Reading(
            alt=f"Ratings of {len(status)} statements by {session.ratings.shape[1]} people. "
            f"{headline}",
            headline=headline,
            summary=f"<p>{escape(summary)}</p>{self._silent(session)}",
            table=self._table(session),
        )

    def _silent(self, session: Session) -> str:
        if not session.silent:
            return "<p>Everybody who answered in round 1 still answers.</p>"
        name = self.model.panel.statements["name"]
        gone = "; ".join(f"{name[code]}: {listed(who)}" for code, who in session.silent.items())
        words = f"<p>Answered in round 1 and not now: {escape(gone)}.</p>"
        if session.only_by_silence:
            lost = listed([str(name[code]) for code in session.only_by_silence])
            words += (
                f"<p>Agreed only because they are silent: {escape(lost)}. With their last answer "
                "counted, the rule would not be met.</p>"
            )
        return words

    def _table(self, session: Session) -> str:
        table = session.verdicts[
            ["answers", "median", "iqr", "share", "moved", "status", "advice"]
        ].copy()
        table["share"], table["moved"] = 100 * table["share"], 100 * table["moved"]
        table.index = pd.Index(self._labels, name="statement")
        table = table.rename(
            columns={"iqr": "spread (IQR)", "share": "rate 7 to 9, %", "moved": "moved, %"}
        )
        return html_table(
            table,
            "The round in numbers (ratings 1 to 9)",
            missing="not known",
            formats={"median": ".1f", "spread (IQR)": ".2f", "rate 7 to 9, %": ".0f",
                     "moved, %": ".0f"},
        )  # fmt: skip


def delphi_room(panel: VisionPanel, settings: Mapping[str, object] | None = None) -> Explorer:
    """Open the Delphi room: run rounds, change the feedback, and move the rules for stopping.

    Args:
        panel: what `data.vision_panel` returns; its people are simulated.
        settings: a line copied with "Copy my settings"; opens the room as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: a setting that does not exist or lies outside its range.

    Reference: Dalkey and Helmer (1963); Dajani, Sincoff and Talley (1979).

    Example:
        >>> from clusterlib import data
        >>> room = delphi_room(data.vision_panel(2027), {"round": 3})
        >>> "two camps on: Anchor first" in room.reading.headline
        True
        >>> room.close()
    """
    return Explorer(DelphiRoomStudy(DelphiRoomModel(panel)), settings)
