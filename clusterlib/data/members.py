"""The sixty member organisations and who of them answered the survey."""

import numpy as np
import pandas as pd

from clusterlib.data.draw import jitter, stream
from clusterlib.data.tables import fixed_places, fixed_table

EMPLOYEES = {"micro": (2, 9), "small": (10, 49), "medium": (50, 249), "large": (250, 900)}
ANCHOR_EMPLOYEES = 2450
# Replies per stratum: the smallest firms and civil society answer least, as in most surveys.
REPLIES = {
    ("enterprise", "large"): 3,
    ("enterprise", "medium"): 6,
    ("enterprise", "small"): 7,
    ("enterprise", "micro"): 4,
    ("academic", None): 9,
    ("government", None): 6,
    ("ngo", None): 5,
}
WOMEN_LED = 21
REMOTE_REPLIES = ("enterprise", "ngo")  # one of each from the remote district: too few to show


def make_members(seed: int) -> pd.DataFrame:
    """Make the table of the 60 members.

    Returns a DataFrame, index member_id: name, kind, size_class, employees, district, joined,
    led_by (woman, man), replied. Names, kinds, sizes and districts are the same for every seed.

    >>> int(make_members(2027)["replied"].sum())
    40
    """
    members = fixed_table("members", "member_id")
    places = fixed_places()["places"]
    draws = stream(seed, 1)
    low, high = (
        np.array([EMPLOYEES[size][end] for size in members["size_class"]]) for end in (0, 1)
    )
    employees = draws.integers(low, high + 1)
    anchor = members["name"].eq(places["anchor_firm"]).to_numpy()
    employees[anchor] = np.round(ANCHOR_EMPLOYEES * jitter(draws, 0.06, 1)).astype(int)
    members.insert(3, "employees", employees)

    order = np.argsort(draws.random(len(members)), kind="stable")
    led_by = np.full(len(members), "man", dtype=object)
    led_by[order[:WOMEN_LED]] = "woman"
    members["led_by"] = led_by.astype(str)
    members["replied"] = _who_replied(members, places["remote_district"], draws)
    return members


def _who_replied(
    members: pd.DataFrame, remote: str, draws: np.random.Generator
) -> "pd.Series[bool]":
    queue = pd.Series(draws.random(len(members)), index=members.index)
    far = members["district"].eq(remote)
    queue += far  # a place in the queue behind everyone else of the same stratum
    for kind in REMOTE_REPLIES:
        smallest = members.index[far & members["kind"].eq(kind) & members["size_class"].eq("micro")]
        queue[smallest[int(draws.integers(len(smallest)))]] = -1.0
    replied = pd.Series(False, index=members.index)
    for (kind, size), number in REPLIES.items():
        stratum = members["kind"].eq(kind)
        if size is not None:
            stratum &= members["size_class"].eq(size)
        replied[queue[stratum].sort_values().index[:number]] = True
    return replied
