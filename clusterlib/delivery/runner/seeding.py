"""Another case for each cohort or learner: the seed stands in the cell that loads the case.

`load_case("ngo")` becomes `load_case("ngo", seed=2028)`, in the copy that learners get and in the
master that box and judge run. At grading the number always comes from the trainer's side: what a
learner wrote there is replaced with the rest of the cell.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.runner.master import Master, MasterCell
from clusterlib.delivery.runner.names import plain_python
from clusterlib.delivery.runner.submitted import Submitted
from clusterlib.delivery.runner.verdicts import Report

LOADS = "load_case"
OWN = "own_seed"
OTHER_CASE = (
    "the answers were worked out with the figures of another case; tests use the figures of the "
    "exercise that was released to this learner"
)


def shown_to_learners(seed: int, own_figures: bool) -> str:
    """Return what stands in the learners' copy: the number, or how each finds their own.

    Example:
        >>> shown_to_learners(2028, False), shown_to_learners(2028, True)
        ('2028', 'clusterlib.own_seed(2028)')
    """
    return f"clusterlib.{OWN}({seed})" if own_figures else str(seed)


def with_seed(source: str, seed: str) -> str:
    """Put a seed into every call of `load_case`; a seed that stands there already is replaced.

    Example:
        >>> with_seed('case = clusterlib.load_case("ngo")', "2028")
        'case = clusterlib.load_case("ngo", seed=2028)'
        >>> with_seed('case = clusterlib.load_case("ngo", seed=1)', "2028")
        'case = clusterlib.load_case("ngo", seed=2028)'
    """
    lines = [line.encode("utf-8") for line in without_seed(source).split("\n")]
    for call in reversed(_calls(b"\n".join(lines).decode("utf-8"))):
        last = call.args[-1]
        number, column = (last.end_lineno or 1) - 1, last.end_col_offset or 0
        line = lines[number]
        lines[number] = line[:column] + f", seed={seed}".encode() + line[column:]
    return b"\n".join(lines).decode("utf-8")


def without_seed(source: str) -> str:
    """Take the seed out of every call of `load_case`.

    Example:
        >>> without_seed('case = load_case("ngo", seed=clusterlib.own_seed(7))')
        'case = load_case("ngo")'
    """
    lines = [line.encode("utf-8") for line in source.split("\n")]
    for call in reversed(_calls(source)):
        for keyword in call.keywords:
            first, last = call.args[-1], keyword.value
            same_line = first.end_lineno == last.end_lineno
            if keyword.arg == "seed" and same_line and len(call.keywords) == 1:
                number = (last.end_lineno or 1) - 1
                line = lines[number]
                lines[number] = line[: first.end_col_offset] + line[last.end_col_offset :]
    return b"\n".join(lines).decode("utf-8")


def seed_in(source: str) -> str | None:
    """Return the seed that a cell gives to `load_case`, as it stands there; None without one."""
    for call in _calls(source):
        for keyword in call.keywords:
            if keyword.arg == "seed":
                return ast.unparse(keyword.value)
    return None


def _calls(source: str) -> list[ast.Call]:
    """Return the calls of `load_case` with an audience, in the order of the text."""
    if LOADS not in source:
        return []
    try:
        tree = ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 1]
    named = [
        call
        for call in calls
        if (isinstance(call.func, ast.Name) and call.func.id == LOADS)
        or (isinstance(call.func, ast.Attribute) and call.func.attr == LOADS)
    ]
    return sorted(named, key=lambda call: (call.lineno, call.col_offset))


def loads_a_case(sources: Iterable[str]) -> bool:
    """Say whether a module works on the case at all."""
    return any(_calls(source) for source in sources)


def seeded(master: Master, cohort_seed: int | None, learner: str | None = None) -> Master:
    """Return the master of a cohort's case, or of one learner's.

    Args:
        master: as built, or as its learners got it.
        cohort_seed: None leaves the case of the course.
        learner: id where each has a case of their own, None where the cohort shares one.
    """
    if cohort_seed is None:
        return master
    from clusterlib.portfolio.own_seed import learner_seed

    if learner is None:
        return _with(master, str(cohort_seed), shown_to_learners(cohort_seed, False))
    number = str(learner_seed(cohort_seed, learner))
    return _with(master, number, shown_to_learners(cohort_seed, True))


def _with(master: Master, seed: str, shown: str) -> Master:
    """Put a seed into every cell; `shown` is what stands there in the learners' copy."""
    cells = tuple(
        dataclasses.replace(
            cell, source=with_seed(cell.source, seed), test=with_seed(cell.test, seed)
        )
        if cell.kind == "code"
        else cell
        for cell in master.cells
    )
    pairs = zip(master.cells, cells, strict=True)
    return dataclasses.replace(
        master,
        cells=cells,
        published={
            _same(with_seed(old.source, shown)): new.source
            for old, new in pairs
            if old.source != new.source
        },
    )


def fitted(master: Master, submitted: Submitted, report: Report) -> Submitted:
    """Return a hand-in with the master's text where it bears the text of the learners' copy.

    A cell that loads the case with another seed is only told of here: it is restored as every
    locked cell is.
    """
    named = master.named
    for cell in submitted.cells:
        known = named.get(cell.grade_id or "")
        if known is not None and _of_another_case(known, cell.source, master.published):
            report.notes.append(OTHER_CASE)
            break
    cells = [
        dataclasses.replace(cell, source=master.published.get(_same(cell.source), cell.source))
        for cell in submitted.cells
    ]
    return dataclasses.replace(submitted, cells=cells)


def _of_another_case(known: MasterCell, source: str, published: Mapping[str, str]) -> bool:
    if known.role != "locked" or _same(source) in published:
        return False
    same_but_seed = _same(without_seed(source)) == _same(without_seed(known.source))
    return same_but_seed and seed_in(source) != seed_in(known.source)


def for_own_check(master: Master, submitted: Submitted) -> Master:
    """Return the master that a learner's own check runs, with the figures that they work with.

    The seed is that of the release where it has one, else that of the learner's file. A copy that
    the trainer made for this learner has a number where the release has a name to find out.

    Raises:
        CommandError: nothing tells whose figures they are.
    """
    from clusterlib.portfolio.own_seed import own_id

    known = {_same(without_seed(cell.source)) for cell in master.cells}
    own = [c.source for c in submitted.cells if _same(without_seed(c.source)) in known]
    released, worked_with = _first_seed(c.source for c in master.cells), _first_seed(own)
    if released is None or (OWN in released and worked_with and OWN not in worked_with):
        released = worked_with
    number = _number(released) if released is not None else None
    if number is None:
        return master
    try:
        return seeded(master, number, own_id() if OWN in str(released) else None)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _first_seed(sources: Iterable[str]) -> str | None:
    return next((seed for source in sources if (seed := seed_in(source)) is not None), None)


def _number(shown: str) -> int | None:
    """Return the whole number in a seed as it stands in a cell: `2028` or `own_seed(2028)`."""
    digits = shown.removeprefix(f"clusterlib.{OWN}(").removesuffix(")")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def seeded_notebook(notebook: Any, seed: str) -> Any:
    """Put a seed into a released notebook; nbgrader's checksums follow the text."""
    from nbgrader.utils import compute_checksum

    for cell in notebook.cells:
        if cell.cell_type == "code" and _calls(cell.source):
            cell.source = with_seed(cell.source, seed)
            if "checksum" in cell.metadata.get("nbgrader", {}):
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return notebook


def _same(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
