"""How long a plan takes, which tasks decide it, and how much time the others can lose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from clusterlib.validation import no_missing, numeric_series, some_of, unique_labels


@dataclass(frozen=True)
class CriticalPath:
    """The plan's `duration`, its `path` (one chain of critical tasks) and `schedule` by task."""

    duration: float
    path: list[object]
    critical: list[object]
    schedule: pd.DataFrame


def critical_path(tasks: pd.DataFrame) -> CriticalPath:
    """Compute start and finish, early and late, of every task, and the chain that sets the end.

    Args:
        tasks: one row for each task (index its name); `duration` in any one unit (0 for a
            milestone) and `after`: names of the tasks it waits for, as a list or separated by ";"
            (blank for none).
    Returns:
        `CriticalPath`: `duration`, `path`, `critical` (all tasks with no float; there can be
        several paths), `schedule` with duration, early_start, early_finish, late_start,
        late_finish, total_float (delay that does not move the end), free_float (delay that moves
        no other task), critical.
    Raises:
        ValueError: a task twice, a duration missing or negative, an unknown predecessor, or tasks
            that wait for each other in a circle (the circle is named).
    Convention:
        Time starts at 0; a task can start at the moment its last predecessor ends. Durations are
        taken as known: the path says nothing about risk.
    Reference:
        Kelley and Walker (1959).

    >>> plan = pd.DataFrame({"duration": [2, 4, 1, 3],
    ...                      "after": ["", "survey", "survey", "design; permit"]},
    ...                     index=["survey", "design", "permit", "build"])
    >>> result = critical_path(plan)
    >>> result.duration, result.path, result.schedule["total_float"].tolist()
    (9.0, ['survey', 'design', 'build'], [0.0, 0.0, 3.0, 0.0])
    """
    absent = [name for name in ("duration", "after") if name not in tasks.columns]
    if absent:
        raise ValueError(f"the plan needs the columns {some_of(absent)}")
    unique_labels(tasks.index, "tasks")
    lengths = no_missing(
        numeric_series(tasks["duration"], "duration"), "duration", "estimate it, 0 for a milestone"
    ).to_dict()
    before = {task: _names(cell) for task, cell in zip(tasks.index, tasks["after"], strict=True)}
    unknown = [(task, one) for task, names in before.items() for one in names if one not in lengths]
    if unknown:
        raise ValueError(
            f"tasks wait for something that is not in the plan: {some_of(unknown)} "
            "(task / waits for): add it or correct its name"
        )
    order = _order(before)
    following: dict[object, list[object]] = {task: [] for task in order}
    for task in order:
        for one in before[task]:
            following[one].append(task)

    start: dict[object, float] = {}
    for task in order:
        start[task] = max((start[one] + lengths[one] for one in before[task]), default=0.0)
    end = max(start[task] + lengths[task] for task in order)
    late: dict[object, float] = {}
    for task in reversed(order):
        late[task] = min((late[one] for one in following[task]), default=end) - lengths[task]

    slack = 1e-9 * max(1.0, end)
    rows = {}
    for task in tasks.index:
        finish = start[task] + lengths[task]
        spare = max(0.0, late[task] - start[task])
        free = min((start[one] for one in following[task]), default=end) - finish
        rows[task] = (
            lengths[task],
            start[task],
            finish,
            late[task],
            late[task] + lengths[task],
            0.0 if spare <= slack else spare,
            0.0 if free <= slack else free,
        )
    schedule = pd.DataFrame(
        list(rows.values()),
        index=tasks.index,
        columns=[
            "duration",
            "early_start",
            "early_finish",
            "late_start",
            "late_finish",
            "total_float",
            "free_float",
        ],
    )
    schedule["critical"] = schedule["total_float"] == 0
    members = set(schedule.index[schedule["critical"]])
    critical = [task for task in order if task in members]
    path = _chain(critical, before, start, lengths, end, slack)
    return CriticalPath(end, path, critical, schedule)


def _names(cell: object) -> list[object]:
    """Read a list of task names, or a text with names between semicolons; blank is none."""
    if isinstance(cell, str):
        return list(dict.fromkeys(word.strip() for word in cell.split(";") if word.strip()))
    if isinstance(cell, Iterable):
        return list(dict.fromkeys(cell))
    return [] if pd.isna(cell) else [cell]  # type: ignore[call-overload]


def _order(before: dict[object, list[object]]) -> list[object]:
    """Put every task after the tasks it waits for, or name the circle that forbids it."""
    done: list[object] = []
    placed: set[object] = set()
    left = dict(before)
    while left:
        ready = [task for task, names in left.items() if all(one in placed for one in names)]
        if not ready:
            raise ValueError(
                f"tasks wait for each other in a circle: {' -> '.join(map(str, _circle(left)))}: "
                "cut one of these links"
            )
        for task in ready:
            del left[task]
        done += ready
        placed.update(ready)
    return done


def _circle(left: dict[object, list[object]]) -> list[object]:
    """Walk back from any waiting task until one comes round again; told in order of work."""
    walk = [next(iter(left))]
    while True:
        one = next(name for name in left[walk[-1]] if name in left)
        if one in walk:
            return [one, *reversed(walk[walk.index(one) :])]
        walk.append(one)


def _chain(
    critical: list[object],
    before: dict[object, list[object]],
    start: dict[object, float],
    lengths: dict[object, float],
    end: float,
    slack: float,
) -> list[object]:
    """Follow critical tasks back from the end of the plan; one path of possibly several."""
    members = set(critical)
    # The last one, so that a closing milestone ends the chain.
    ending = [task for task in critical if start[task] + lengths[task] >= end - slack]
    here = ending[-1]
    path = [here]
    while True:
        earlier = [
            one
            for one in before[path[-1]]
            if one in members and start[one] + lengths[one] >= start[path[-1]] - slack
        ]
        if not earlier:
            return path[::-1]
        path.append(earlier[0])
