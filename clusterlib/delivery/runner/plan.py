"""Who runs what: cells for the box, cells for the judge, and the names that tests fetch."""

from __future__ import annotations

import builtins
import itertools
from dataclasses import dataclass

from clusterlib.delivery.runner.master import Master
from clusterlib.delivery.runner.names import names_read, names_set
from clusterlib.delivery.runner.rebuild import Step

BUILTIN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Task:
    """What happens at one step: the judge's own cells, and the names that come from the box."""

    step: int
    judge_runs: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The set-up that box and judge share (the code of the first `skip` steps), and the tasks."""

    setup: tuple[str, ...]
    skip: int
    tasks: tuple[Task, ...]


def make_plan(master: Master, steps: list[Step], whole_opening: bool = False) -> Plan:
    """Plan a run.

    Args:
        master: the exercise.
        steps: the rebuilt notebook.
        whole_opening: all code of the master before a learner's first cell is shared set-up, not
            only the locked cells, where the learner left it as it was.

    A name that the master's own cells set is computed by the judge anew, from the master; the
    learner's value of it is never asked for, unless model answers set it too.
    """
    skip, setup = _shared_setup(steps, ("locked",))
    if whole_opening:
        longer = _shared_setup(steps, ("locked", "free"))
        if longer[1] == opening_code(master):
            skip, setup = longer
    known: set[str] = set()
    for source in setup:
        known |= names_set(source)
    wanted = {name for step in steps if step.role == "test" for name in names_read(step.source)}
    tasks = []
    pending: list[str] = []
    for number, step in enumerate(steps[skip:], skip):
        if step.role == "test" and step.kind == "code":
            reads = names_read(step.source)
            strange = sorted(name for name in reads if name not in known - master.answer_names)
            fetch = [name for name in strange if name not in master.imported]
            own = [master.imported[name] for name in strange if name in master.imported]
            tasks.append(Task(number, tuple(dict.fromkeys([*pending, *own])), tuple(fetch)))
            pending = []
            known |= names_set(step.source)
        elif step.kind == "code" and step.by == "master" and step.role in ("locked", "free"):
            if step.role == "locked" or _helps_tests(step, wanted, known, master):
                pending.append(step.source)
                known |= names_set(step.source)
            tasks.append(Task(number))
        elif step.pieces:
            tasks.append(Task(number))
    return Plan(tuple(setup), skip, tuple(tasks))


def _shared_setup(steps: list[Step], roles: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return how many first steps are the master's own, and the code of these roles in them."""
    setup: list[str] = []
    for number, step in enumerate(steps):
        if step.kind != "code":
            continue
        if step.role not in roles or step.by != "master":
            return number, setup
        setup.append(step.source)
    return len(steps), setup


def opening_code(master: Master) -> list[str]:
    """Return the code of a module before the first cell that learners fill or that tests them."""
    cells = [cell for cell in master.cells if cell.kind == "code"]
    free = itertools.takewhile(lambda cell: cell.role in ("locked", "free"), cells)
    return [cell.source for cell in free]


def _helps_tests(step: Step, wanted: set[str], known: set[str], master: Master) -> bool:
    """Say whether an open cell of the master sets what tests read, from its own names alone."""
    if not names_set(step.source) & (wanted - master.answer_names):
        return False
    return names_read(step.source) <= known | set(master.imported) | BUILTIN
