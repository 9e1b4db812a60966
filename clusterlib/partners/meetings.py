"""A timetable for meetings in pairs: nobody in two places at once, as few slots as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import some_of

Pair = tuple[str, str]


@dataclass(frozen=True)
class Schedule:
    """`meetings` (slot, source, target), `unplaced` with the reason, and slots that are needed."""

    meetings: pd.DataFrame
    unplaced: pd.DataFrame
    slots_needed: int
    complete: bool


def schedule_meetings(
    pairs: pd.DataFrame | Iterable[Pair],
    slots: int | Sequence[str],
    *,
    tables: int | None = None,
) -> Schedule:
    """Give each meeting a slot so that nobody has two meetings at once.

    Args:
        pairs: `edges` with source and target (and `weight`: how much a meeting matters), or a list
            of pairs of names.
        slots: how many slots there are, or their names in time order ("10:00", "10:20").
        tables: how many meetings can run at once, if that is limited.
    Returns:
        `Schedule`: `meetings` in slot order; `unplaced` (source, target, reason); `slots_needed`,
        the fewest slots that could hold all pairs (the busiest person, or tables); `complete`.
    Raises:
        ValueError: no slots or tables, a pair of somebody with themselves, a pair twice, a blank.
    Convention:
        Between two sides (offers and demands) as many meetings as possible are placed: everyone's
        limit is met exactly, and all fit as soon as there are `slots_needed` slots (edge colouring
        of a bipartite graph). Within one crowd one slot more can be needed, and a pair may stay
        without a slot though a cleverer timetable exists; then the reason says so. If meetings
        must go, the sum of the weights kept is the largest possible; among equals the choice is
        arbitrary but repeatable. Meetings are spread evenly over the slots.

    >>> wishes = [("lab", "SME"), ("lab", "clinic"), ("school", "SME")]
    >>> result = schedule_meetings(wishes, ["10:00", "10:20"])
    >>> result.complete, result.slots_needed
    (True, 2)
    >>> result.meetings["slot"].tolist()
    ['10:00', '10:20', '10:20']
    """
    names = (
        [f"slot {number}" for number in range(1, slots + 1)]
        if isinstance(slots, int | np.integer)
        else list(slots)
    )
    if isinstance(slots, str) or not names or len(set(names)) < len(names):
        raise ValueError("give a number of slots from 1 up, or a list of different slot names")
    if tables is not None and tables < 1:
        raise ValueError(f"at least one table is needed; you gave {tables}")
    wished, weights = _read(pairs)
    busy = Counter(name for pair in wished for name in pair)
    needed = max(busy.values(), default=0)
    if tables is not None:
        needed = max(needed, -(-len(wished) // tables))
    fits = wished
    if needed > len(names):
        fits = _largest_part(wished, weights, len(names), tables)
    colours, stuck = _colour(fits, len(names))
    _spread(colours, len(names))
    place = {pair: number for number, pair in enumerate(wished)}
    rows = sorted((slot, place[pair], pair) for pair, slot in colours.items())
    kept = set(fits)
    reasons = [
        (one, other, "more meetings than slots or tables")
        for one, other in wished
        if (one, other) not in kept
    ]
    reasons += [
        (one, other, "no free slot found for both; one slot more will do") for one, other in stuck
    ]
    return Schedule(
        meetings=pd.DataFrame(
            [(names[slot], *pair) for slot, _, pair in rows], columns=["slot", "source", "target"]
        ),
        unplaced=pd.DataFrame(reasons, columns=["source", "target", "reason"]),
        slots_needed=needed,
        complete=not reasons,
    )


def _read(pairs: pd.DataFrame | Iterable[Pair]) -> tuple[list[Pair], np.ndarray]:
    """Return the pairs and their weights, after refusing what cannot be scheduled."""
    weights = None
    if isinstance(pairs, pd.DataFrame):
        absent = [name for name in ("source", "target") if name not in pairs.columns]
        if absent:
            raise ValueError(f"the pairs need the columns {some_of(absent)}")
        if "weight" in pairs.columns:
            weights = pairs["weight"].to_numpy(dtype=float)
        pairs = zip(pairs["source"], pairs["target"], strict=True)
    wished = [(one, other) for one, other in pairs]
    if any(pd.isna(name) for pair in wished for name in pair):
        raise ValueError("a pair without a name: fill it in or take the row out")
    alone = [one for one, other in wished if one == other]
    if alone:
        raise ValueError(f"{some_of(alone)} cannot meet themselves")
    seen = Counter(frozenset(pair) for pair in wished)
    twice = ["/".join(map(str, pair)) for pair in wished if seen[frozenset(pair)] > 1]
    if twice:
        raise ValueError(f"pairs that stand twice: {some_of(dict.fromkeys(twice))}: keep one row")
    if weights is None:
        weights = np.ones(len(wished))
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("weights of meetings must be numbers from 0 up, without blanks")
    return wished, weights


def _largest_part(
    pairs: list[Pair], weights: np.ndarray, slots: int, tables: int | None
) -> list[Pair]:
    """Most valuable meetings such that nobody has more of them than there are slots."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    people = {name: row for row, name in enumerate(dict.fromkeys(n for p in pairs for n in p))}
    rows = [people[name] for pair in pairs for name in pair]
    columns = [number for number in range(len(pairs)) for _ in range(2)]
    shape = (len(people), len(pairs))
    limits = [LinearConstraint(csr_array((np.ones(len(rows)), (rows, columns)), shape), 0, slots)]
    if tables is not None:
        limits.append(LinearConstraint(np.ones((1, len(pairs))), 0, slots * tables))
    whole, most = np.ones(len(pairs)), weights / (weights.max() or 1.0)

    def best(gain: np.ndarray) -> np.ndarray:
        solved = milp(
            -gain,
            integrality=whole,
            bounds=Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": 0.0},
        )
        return np.asarray(solved.x > 0.5)

    taken = best(most)
    if (weights == 0).any():
        # Meetings without weight take what is free, but never the place of one with weight.
        limits.append(LinearConstraint(most[None, :], float(most[taken].sum()) - 1e-7, np.inf))
        taken = best(whole)
    return [pair for pair, kept in zip(pairs, taken, strict=True) if kept]


def _colour(pairs: list[Pair], slots: int) -> tuple[dict[Pair, int], list[Pair]]:
    """Place pair after pair; where no slot is free for both, swap two slots along a chain.

    Between two sides the swap always succeeds. Within one crowd it can fail.
    """
    taken: dict[str, dict[int, Pair]] = {name: {} for pair in pairs for name in pair}
    colours: dict[Pair, int] = {}
    stuck = []
    for pair in pairs:
        one, other = pair
        free_one = [slot for slot in range(slots) if slot not in taken[one]]
        free_other = [slot for slot in range(slots) if slot not in taken[other]]
        both = [slot for slot in free_one if slot in free_other]
        if both:
            _place(taken, colours, pair, both[0])
            continue
        for first in free_one:
            swapped = next(
                (last for last in free_other if _swap(taken, colours, other, one, first, last)),
                None,
            )
            if swapped is not None:
                _place(taken, colours, pair, first)
                break
        else:
            stuck.append(pair)
    return colours, stuck


def _place(
    taken: dict[str, dict[int, Pair]], colours: dict[Pair, int], pair: Pair, slot: int
) -> None:
    colours[pair] = slot
    for name in pair:
        taken[name][slot] = pair


def _swap(
    taken: dict[str, dict[int, Pair]],
    colours: dict[Pair, int],
    start: str,
    avoid: str,
    first: int,
    last: int,
) -> bool:
    """Swap slots `first` and `last` along the chain from `start`, unless it ends at `avoid`."""
    chain = []
    here, slot = start, first
    while slot in taken[here]:
        pair = taken[here][slot]
        chain.append(pair)
        here = pair[1] if pair[0] == here else pair[0]
        slot = last if slot == first else first
    if here == avoid:
        return False
    old = [(pair, colours[pair]) for pair in chain]
    for pair, was in old:
        for name in pair:
            del taken[name][was]
    for pair, was in old:
        _place(taken, colours, pair, last if was == first else first)
    return True


def _spread(colours: dict[Pair, int], slots: int) -> None:
    """Even out the slots, so that each holds nearly the same number of meetings."""
    while True:
        sizes = Counter(colours.values())
        fullest = max(range(slots), key=lambda slot: sizes[slot])
        emptiest = min(range(slots), key=lambda slot: sizes[slot])
        if sizes[fullest] - sizes[emptiest] <= 1:
            return
        taken: dict[str, dict[int, Pair]] = {name: {} for pair in colours for name in pair}
        for pair, slot in list(colours.items()):
            _place(taken, colours, pair, slot)
        _swap_longer_chain(taken, colours, fullest, emptiest)


def _swap_longer_chain(
    taken: dict[str, dict[int, Pair]], colours: dict[Pair, int], fullest: int, emptiest: int
) -> None:
    """Swap one chain that begins and ends in the fuller slot; there always is one."""
    for name, held in taken.items():
        if fullest not in held or emptiest in held:
            continue
        length, here, slot = 0, name, fullest
        while slot in taken[here]:
            pair = taken[here][slot]
            length += 1
            here = pair[1] if pair[0] == here else pair[0]
            slot = emptiest if slot == fullest else fullest
        if length % 2:
            _swap(taken, colours, name, "", fullest, emptiest)
            return
