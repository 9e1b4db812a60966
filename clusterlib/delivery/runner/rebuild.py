"""Puts a learner's answers into the master: copied, split, moved and lost cells do no harm.

Everything that nbgrader knows comes from the master; from the learner come the text of the answer
cells, found by name, and the cells they added, each at its place between the cells around it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from clusterlib.delivery.runner.master import Master, MasterCell
from clusterlib.delivery.runner.names import names_set, plain_python
from clusterlib.delivery.runner.submitted import Cell, Submitted
from clusterlib.delivery.runner.verdicts import Report, Verdict

START = ""
PYTHONS = ("python", "pyodide", "xpython")


@dataclass
class Step:
    """One cell of the rebuilt notebook.

    `by` says whose text it is: master or learner. `pieces` are what is run in the box, one after
    the other: more than one when a learner copied or split the cell.
    """

    role: str
    kind: str
    source: str
    by: str
    name: str | None = None
    pieces: list[str] = field(default_factory=list)
    master: MasterCell | None = None


def rebuild(master: Master, submitted: Submitted, report: Report) -> list[Step]:
    """Return the rebuilt notebook; remember in the report what was strange."""
    named = master.named
    cells = _with_names(master, submitted.cells)
    _look_for_tampering(named, submitted, report)
    answers = _answers(named, cells)
    free = _free_by_anchor(master, cells)
    present = {cell.id for cell in submitted.cells if cell.id}
    texts = {_same(cell.source) for cell in submitted.cells}
    steps: list[Step] = []
    waiting: list[MasterCell] = []
    groups = _groups(master)
    for place, (anchor, own) in enumerate(groups):
        if anchor is not None and anchor not in waiting:
            steps.append(_named_step(anchor, answers))
        # A lost answer's empty form must not run after what the learner wrote in its stead.
        for following, _ in groups[place + 1 :]:
            if following is None or following.role != "answer" or answers.get(following.name or ""):
                break
            if following not in waiting:
                waiting.append(following)
                steps.append(_named_step(following, answers))
        added = free.get(anchor.name if anchor and anchor.name else START, [])
        steps += _free_steps(anchor, own, added, present, texts, master)
    _rescue_essays(steps)
    return steps


def untouched(master: Master) -> list[Step]:
    """Return the master with no answer in it, for a file that cannot be read."""
    return [Step(c.role, c.kind, c.test, "master", c.name, [], c) for c in master.cells]


def _groups(master: Master) -> list[tuple[MasterCell | None, list[MasterCell]]]:
    """Return every cell that nbgrader knows with the other cells below it."""
    groups: list[tuple[MasterCell | None, list[MasterCell]]] = [(None, [])]
    for cell in master.cells:
        if cell.name is None:
            groups[-1][1].append(cell)
        else:
            groups.append((cell, []))
    return groups


def _with_names(master: Master, cells: list[Cell]) -> list[tuple[str | None, Cell]]:
    """Return each cell with its name; one that lost its settings is known by id or by text."""
    named = master.named
    by_id = {cell.id: cell.name for cell in master.cells if cell.name and cell.id}
    by_text = {
        (cell.kind, _same(cell.source)): cell.name
        for cell in master.cells
        if cell.name and cell.role in ("test", "locked", "task")
    }
    claimed = {cell.grade_id for cell in cells}
    found: list[tuple[str | None, Cell]] = []
    for cell in cells:
        name = cell.grade_id if cell.grade_id in named else None
        if name is None:
            known = by_id.get(cell.id) or by_text.get((cell.kind, _same(cell.source)))
            name = known if known not in claimed else None
        found.append((name, cell))
    return found


def _look_for_tampering(named: dict[str, MasterCell], submitted: Submitted, report: Report) -> None:
    for cell in submitted.cells:
        known = named.get(cell.grade_id or "")
        if known is None:
            if cell.grading.get("grade") is True:
                report.add(Verdict.TAMPERED, "a graded cell was added; it counts nothing")
            continue
        own = known.metadata["nbgrader"]
        changed = [
            key
            for key in ("grade", "solution", "task", "points")
            if key in cell.grading and key in own and cell.grading[key] != own[key]
        ]
        version = cell.grading.get("schema_version")
        if changed or (isinstance(version, int) and version > 3):
            what = ", ".join(changed or ["schema"])
            report.add(Verdict.TAMPERED, f'settings of "{cell.grade_id}" were changed: {what}')
        elif known.role in ("test", "locked") and not _is_master_text(cell, known):
            note = f'"{cell.grade_id}" was changed and is restored'
            if note not in report.notes:
                report.notes.append(note)
    if submitted.kernel and not submitted.kernel.lower().startswith(
        ("python", "pyodide", "xpython")
    ):
        report.notes.append("another kernel was named; the master's is used")


def _answers(
    named: dict[str, MasterCell], cells: list[tuple[str | None, Cell]]
) -> dict[str, list[str]]:
    """Return the learner's text for each answer: without empty copies when another is filled."""
    parts: dict[str, list[str]] = {}
    for name, cell in cells:
        if name is not None and named[name].role in ("answer", "essay"):
            texts = parts.setdefault(name, [])
            if cell.source not in texts:
                texts.append(cell.source)
    for name, texts in parts.items():
        empty = _same(named[name].source)
        filled = [text for text in texts if text.strip() and _same(text) != empty]
        parts[name] = filled or texts[:1]
    return parts


def _free_by_anchor(master: Master, cells: list[tuple[str | None, Cell]]) -> dict[str, list[Cell]]:
    """Return the learner's other cells, by the cell above them that was not moved itself."""
    order = {name: place for place, name in enumerate(master.named)}
    first: dict[str, int] = {}
    for place, (name, _) in enumerate(cells):
        if name is not None:
            first.setdefault(name, place)
    still = _longest_rising(sorted(first, key=lambda name: first[name]), order)
    anchor = START
    free: dict[str, list[Cell]] = {}
    for name, cell in cells:
        if name is None:
            free.setdefault(anchor, []).append(cell)
        elif name in still:
            anchor = name
    return free


def _longest_rising(names: list[str], order: dict[str, int]) -> set[str]:
    """Return the longest run of names that stand in the master's order: the others were moved."""
    best: list[tuple[int, int]] = []
    for place, name in enumerate(names):
        before = [
            (best[earlier][0], earlier)
            for earlier in range(place)
            if order[names[earlier]] < order[name]
        ]
        length, last = max(before, default=(0, -1))
        best.append((length + 1, last))
    kept: set[str] = set()
    place = max(range(len(best)), key=lambda n: best[n][0], default=-1)
    while place >= 0:
        kept.add(names[place])
        place = best[place][1]
    return kept


def _named_step(cell: MasterCell, answers: dict[str, list[str]]) -> Step:
    if cell.role not in ("answer", "essay"):
        source = cell.test
        pieces = [cell.source] if cell.kind == "code" else []
        return Step(cell.role, cell.kind, source, "master", cell.name, pieces, cell)
    parts = answers.get(cell.name or "")
    if not parts:
        pieces = [cell.source] if cell.kind == "code" else []
        return Step(cell.role, cell.kind, cell.source, "master", cell.name, pieces, cell)
    pieces = _pieces(parts) if cell.kind == "code" else []
    joined = "\n\n".join(parts) if pieces != ["\n".join(parts)] else pieces[0]
    return Step(cell.role, cell.kind, joined, "learner", cell.name, pieces, cell)


def _pieces(parts: list[str]) -> list[str]:
    """Return what to run: a cell split in the middle of a statement is put together again."""
    joined = "\n".join(parts)
    if len(parts) > 1 and not all(map(_compiles, parts)) and _compiles(joined):
        return [joined]
    return parts


def _compiles(source: str) -> bool:
    try:
        ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _free_steps(
    anchor: MasterCell | None,
    own: list[MasterCell],
    added: list[Cell],
    present: set[str],
    texts: set[str],
    master: Master,
) -> list[Step]:
    """Return the cells below a named one: the master's that are lost, then what stands there."""
    masters = {_same(cell.source) for cell in master.cells if cell.name is None}
    below_task = anchor is not None and anchor.role == "task" and bool(added)
    set_here = {name for cell in added for name in names_set(cell.source)}
    steps = []
    for cell in own:
        if _same(cell.source) in texts:
            continue
        if cell.kind == "code":
            wanted = bool(names_set(cell.source) - set_here)
        else:
            wanted = cell.id not in present and not below_task
        if wanted:
            steps.append(_free_step(cell.kind, cell.source, "master"))
    for found in added:
        by = "master" if _same(found.source) in masters else "learner"
        if found.source.strip():
            steps.append(_free_step(found.kind, found.source, by))
    return steps


def _free_step(kind: str, source: str, by: str) -> Step:
    return Step("free", kind, source, by, None, [source] if kind == "code" else [])


def _rescue_essays(steps: list[Step]) -> None:
    """Move what a learner wrote beside an untouched or lost essay cell into it."""
    for place, step in enumerate(steps):
        if step.role != "essay" or step.kind != "markdown" or step.master is None:
            continue
        if _same(step.source) != _same(step.master.source):
            continue
        beside = [*_own_text(steps, place, 1), *_own_text(steps, place, -1)]
        if beside:
            step.source = "\n\n".join(steps[number].source for number in sorted(beside))
            step.by = "learner"
            for number in beside:
                steps[number].source = ""
    steps[:] = [step for step in steps if step.source or step.name]


def _own_text(steps: list[Step], place: int, direction: int) -> list[int]:
    """Return the places of a learner's free text just above or below; a task's text stays its."""
    found = []
    place += direction
    while 0 <= place < len(steps) and steps[place].role == "free":
        if steps[place].by == "learner" and steps[place].kind == "markdown":
            found.append(place)
        elif direction < 0:
            return found
        place += direction
    belongs_to_task = direction < 0 and place >= 0 and steps[place].role == "task"
    return [] if belongs_to_task else found


def _is_master_text(cell: Cell, known: MasterCell) -> bool:
    return _same(cell.source) in (_same(known.source), _same(known.test))


def _same(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
