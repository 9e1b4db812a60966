"""The invented vision panel: 18 people, 10 statements, and rounds that can be run again."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import Floats, bell, shuffled, stream
from clusterlib.data.tables import fixed_table

FEEDBACKS = ("reasons", "median", "none")
MIXES = ("case", "followers", "keepers")
_PART = 41  # names the panel's own streams, so that no table of the case changes
_JUMP = 0.9  # how much of the way to the median a follower goes at once
_STEP = 0.2  # and a weigher when reasons are first read; read again, they weigh half as much
_EAR = 3.0  # points: further away, reasons do not reach a weigher
_ALONE = 4.0  # points from the median at which a quiet person stops to answer
_REMOTE_START = 2.0  # what the quiet people first give to the statement that moves services away
_STORY_ROUND = 3  # the story told in round 2 is read before round 3
_SORT_PLACES = (-2, -1, -1, 0, 0, 0, 0, 1, 1, 2)


@dataclass(frozen=True, eq=False)
class VisionPanel:
    """A Delphi panel whose members are simulated; made by `vision_panel`, never by hand.

    Tables: statements (index code: name, statement), people (index person: kind, seat, district,
    fee in EUR a year, temperament, quiet), reasons (what each said on S04, and the interest behind
    it), submissions (the consultation record), ideas (places that nine people gave to seven ideas,
    1 is best), sorts (statements x people, places -2 to +2). `run` gives the rounds.
    """

    seed: int
    synthetic_note: str
    statements: pd.DataFrame
    people: pd.DataFrame
    reasons: pd.DataFrame
    submissions: pd.DataFrame
    ideas: pd.DataFrame
    sorts: pd.DataFrame
    start: pd.DataFrame

    def run(
        self, rounds: int = 3, feedback: str = "reasons", mix: str = "case", silence: bool = True
    ) -> list[pd.DataFrame]:
        """Run the Delphi and return one table for each round, ratings 1 to 9.

        rounds: 1 to 8; feedback: what people see between rounds: "reasons" (median and reasons),
        "median" or "none"; mix: "case" (six of each temperament), "followers" (weighers follow
        too) or "keepers" (followers keep too); silence: whether quiet people stop to answer a
        statement once the median stood four points or more away from them.

        Returns tables statements x people; a person who did not answer is a blank, never a number.
        Raises ValueError for another number of rounds, feedback or mix.

        A follower goes to the median. A weigher moves when there are reasons, each time
        by half the step before, and not towards a median three points away or more. A keeper stays.

        >>> first, second, third = vision_panel(2027).run(3)
        >>> first.shape, int(first.isna().sum().sum()), int(third.isna().sum().sum())
        ((10, 18), 0, 2)
        """
        _check_run(rounds, feedback, mix)
        temper = _temperaments(self.people["temperament"], mix)
        story = fixed_table("vision_statements", "code")["story"].to_numpy(dtype=float)
        place = self.start.to_numpy(dtype=float).copy()
        quiet = self.people["quiet"].to_numpy(dtype=bool)
        answers = _ticked(place)
        tables = [answers]
        for number in range(2, rounds + 1):
            median = np.nanmedian(answers, axis=1, keepdims=True)
            if feedback != "none":
                step = _STEP / 2 ** (number - 2) if feedback == "reasons" else 0.0
                place = _moved(place, median, temper, step)
                if feedback == "reasons" and number == _STORY_ROUND:
                    place = place + story[:, None] * (temper == "weigher")
                place = np.clip(place, 1.0, 9.0)
            given = _ticked(place)
            if silence and feedback != "none":
                alone = quiet & (np.abs(place - median) >= _ALONE)
                given = np.where(alone | np.isnan(answers), np.nan, given)
            tables.append(given)
            answers = given
        return [self._table(table) for table in tables]

    def _table(self, answers: Floats) -> pd.DataFrame:
        return pd.DataFrame(answers, self.statements.index, self.people.index)


def vision_panel(source: Case | int) -> VisionPanel:
    """Make the vision panel of a case.

    source: a case, or a seed. The seed changes the ratings, the votes and the sorts, not the
    people, the statements or what was said. All of it is invented.

    Returns a VisionPanel.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> panel = vision_panel(2027)
    >>> panel.statements.loc["S02", "name"], len(panel.people)
    ('Open laboratory', 18)
    """
    seed = source.seed if isinstance(source, Case) else int(source)
    draws = stream(seed, _PART)
    drawn = fixed_table("vision_statements", "code")
    people = fixed_table("vision_people", "person")
    people["quiet"] = people["quiet"].eq("yes")
    submissions = fixed_table("vision_submissions", "number")
    for column in ("answered", "reason_given", "text_changed"):
        submissions[column] = submissions[column].eq("yes")
    start = _first_opinions(draws, drawn, people)
    return VisionPanel(
        seed=seed,
        synthetic_note=f"Synthetic data: the panel, its ratings and its words are invented "
        f"(seed {seed}).",
        statements=drawn[["name", "statement"]],
        people=people.drop(columns="camp"),
        reasons=fixed_table("vision_reasons", "person"),
        submissions=submissions,
        ideas=_idea_votes(stream(seed, _PART, 1)),
        sorts=_card_sorts(stream(seed, _PART, 2), drawn, people),
        start=start,
    )


def _check_run(rounds: int, feedback: str, mix: str) -> None:
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not 1 <= rounds <= 8:
        raise ValueError(f"A Delphi here has 1 to 8 rounds; you asked for {rounds!r}.")
    if feedback not in FEEDBACKS:
        raise ValueError(f"feedback is one of {', '.join(FEEDBACKS)}; yours is {feedback!r}.")
    if mix not in MIXES:
        raise ValueError(f"mix is one of {', '.join(MIXES)}; yours is {mix!r}.")


def _first_opinions(
    draws: np.random.Generator, drawn: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """Draw what everybody thinks before the first round; remote people doubt S03."""
    lean = np.outer(drawn["lean"], people["camp"])
    noise = drawn["spread"].to_numpy()[:, None] * (2 * draws.random(lean.shape) - 1)
    place = pd.DataFrame(
        np.clip(drawn["base"].to_numpy()[:, None] + lean + noise, 1.0, 9.0),
        drawn.index,
        people.index,
    )
    place.loc["S03", people["quiet"]] = _REMOTE_START
    return place


def _temperaments(given: "pd.Series[str]", mix: str) -> np.ndarray:
    turned = {"followers": {"weigher": "follower"}, "keepers": {"follower": "keeper"}}
    return given.replace(turned.get(mix, {})).to_numpy(dtype=object)


def _moved(place: Floats, median: Floats, temper: np.ndarray, step: float) -> Floats:
    gap = median - place
    listens = (temper == "weigher") & (np.abs(gap) < _EAR)
    pull = np.where(temper == "follower", _JUMP, np.where(listens, step, 0.0))
    return np.asarray(place + pull * gap, dtype=np.float64)


def _ticked(place: Floats) -> Floats:
    """Round to the points of the scale, halves upwards."""
    return np.asarray(np.floor(place + 0.5), dtype=np.float64)


def _idea_votes(draws: np.random.Generator) -> pd.DataFrame:
    """Draw nine ballots: the idea with most first places is last for all others."""
    loud, bridge = "Flagship tower", "Shared apprentices"
    rest = ["Export club", "Buying group", "Night laboratory", "Village bus", "Patient school"]
    ballots = {}
    for voter in range(1, 10):
        others = shuffled(draws, rest)
        order = [loud, bridge, *others] if voter <= 4 else [others[0], bridge, *others[1:], loud]
        ballots[f"G{voter}"] = {idea: place for place, idea in enumerate(order, 1)}
    return pd.DataFrame(ballots).sort_index()


def _card_sorts(
    draws: np.random.Generator, drawn: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """Draw how each person lays ten cards from "least like my wish" to "most like my wish"."""
    wish = 0.25 * drawn["base"].to_numpy()[:, None] + np.outer(drawn["card"], people["camp"])
    wish = wish + 0.5 * bell(draws, *wish.shape)
    places = np.empty(wish.shape, dtype=int)
    for column in range(wish.shape[1]):
        places[np.argsort(wish[:, column], kind="stable"), column] = _SORT_PLACES
    return pd.DataFrame(places, drawn.index, people.index)
