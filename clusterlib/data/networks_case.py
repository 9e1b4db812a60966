"""The invented cooperation survey: who of the sixty members works with whom."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import Floats, stream
from clusterlib.data.members import make_members
from clusterlib.data.tables import fixed_places

_PART = 43  # names the survey's own streams, so that no table of the case changes
_NAMED = (2, 4)  # how many partners a member names, at least and at most
_HUBS = {"M01": 5.0, "M35": 3.0, "M39": 3.0, "M43": 4.0, "M45": 5.0, "M52": 4.0}
_SAME_KIND, _SAME_DISTRICT = 2.5, 2.0
_DOOR = "M60"  # the one member of the remote district whom the others work with
_CONTACT = "M45"


@dataclass(frozen=True, eq=False)
class Cooperation:
    """Who named whom as a partner; made by `cooperation`, never by hand.

    edges: one row an answer: source (who named), target (who was named), member ids. groups: kind
    of each of the 60 members by id, also of those whom nobody named. names: member names by id.
    replied: ids of those who answered; the others can only be named.
    """

    seed: int
    synthetic_note: str
    edges: pd.DataFrame
    groups: "pd.Series[str]"
    names: "pd.Series[str]"
    replied: tuple[str, ...]


def cooperation(source: Case | int) -> Cooperation:
    """Make the cooperation survey of a case: the 40 members who answer name their partners.

    source: a case, or a seed. The seed changes who names whom; that the remote district hangs on
    one member is part of the story and stays. All of it is invented.

    Returns a Cooperation.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> survey = cooperation(2027)
    >>> len(survey.groups), len(survey.replied)
    (60, 40)
    """
    seed = source.seed if isinstance(source, Case) else source
    draws = stream(seed, _PART)
    members = make_members(seed)
    far = members["district"].eq(fixed_places()["places"]["remote_district"])
    pull = _pull(members)
    rows: list[tuple[str, str]] = [(_CONTACT, _DOOR)]
    for place, (member, one) in enumerate(members.iterrows()):
        wanted = int(draws.integers(_NAMED[0], _NAMED[1] + 1))
        keys = draws.random(len(members))
        if not one["replied"]:
            continue
        if far.iloc[place] and member != _DOOR:
            rows.append((str(member), _DOOR))
        here = far.to_numpy() if far.iloc[place] else ~far.to_numpy()
        weight = np.where(here & (members.index != member), pull[place], 0.0)
        rows += [(str(member), str(other)) for other in members.index[_drawn(keys, weight, wanted)]]
    edges = pd.DataFrame(rows, columns=["source", "target"]).drop_duplicates(ignore_index=True)
    return Cooperation(
        seed=int(seed),
        synthetic_note=f"Synthetic data: the members and all answers are invented (seed {seed}).",
        edges=edges,
        groups=members["kind"],
        names=members["name"],
        replied=tuple(str(member) for member in members.index[members["replied"]]),
    )


def _pull(members: pd.DataFrame) -> Floats:
    """Return members x members: how likely the row is to name the column, in no unit."""
    kind, district = (members[column].to_numpy() for column in ("kind", "district"))
    pull = np.where(kind[:, None] == kind[None, :], _SAME_KIND, 1.0)
    pull = pull * np.where(district[:, None] == district[None, :], _SAME_DISTRICT, 1.0)
    known = members.index.map(lambda member: _HUBS.get(str(member), 1.0))
    return np.asarray(pull * known.to_numpy(dtype=float)[None, :], dtype=np.float64)


def _drawn(
    keys: Floats, weight: Floats, wanted: int
) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Draw positions without repeats, each with a chance that follows its weight."""
    with np.errstate(divide="ignore"):
        race = np.where(weight > 0, -np.log(np.clip(keys, 1e-12, None)) / weight, np.inf)
    return np.argsort(race, kind="stable")[: min(wanted, int((weight > 0).sum()))]
