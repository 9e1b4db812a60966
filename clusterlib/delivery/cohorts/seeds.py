"""Another case for each cohort: the copy that learners get, and the proof that it can be solved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.mended import solution_cells
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.session import Session
from clusterlib.delivery.runner import intake, seeding
from clusterlib.delivery.runner.grading import take
from clusterlib.delivery.runner.master import Master, read_master

EACH = "learner"
PROVED = "solved-cases.json"


def read_seed(wish: str, name: str) -> tuple[int, bool]:
    """Return the cohort's seed, and whether each learner has a case of their own.

    Args:
        wish: "2028" for one case; "learner" or "learner:2028" for one a learner.
        name: of the cohort; it gives the number where none is said.

    Example:
        >>> read_seed("2028", "debrecen-2027"), read_seed("learner:2028", "debrecen-2027")
        ((2028, False), (2028, True))
        >>> read_seed("learner", "debrecen-2027")
        (1290554167, True)
    """
    kind, _, number = wish.strip().rpartition(":") if wish.strip() != EACH else (EACH, "", "")
    if kind not in ("", EACH) or not ((number.isascii() and number.isdigit()) or wish == EACH):
        raise CommandError(
            f'"{wish}" is no seed: write a whole number, for example --seed 2028, or '
            "--seed learner to give each learner a case of their own"
        )
    if len(number) > 12:
        raise CommandError(f"the seed {number} is too long: take at most 12 digits")
    if number:
        return int(number), kind == EACH
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:4], "big"), True


def seed_words(cohort: Cohort) -> str:
    """Say which case a cohort works on."""
    if cohort.seed is None:
        return "that of the course"
    return f"seed {cohort.seed}" + (", each learner their own" if cohort.own_figures else "")


def learners_copy(cohort: Cohort, module: str, learner: str | None = None) -> bytes:
    """Return the exercise as this cohort gets it, or with the figures of one learner in it.

    Without a seed it is byte for byte what the build made.
    """
    from clusterlib.portfolio.own_seed import learner_seed

    path = cohort.exercise(module)
    if cohort.seed is None:
        return path.read_bytes()
    if learner is not None and cohort.own_figures:
        return seeded_bytes(path, str(learner_seed(cohort.seed, learner)))
    return seeded_bytes(path, seeding.shown_to_learners(cohort.seed, cohort.own_figures))


def seeded_bytes(path: Path, seed: str) -> bytes:
    """Return a released notebook with a seed in the cell that loads the case."""
    import nbformat

    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    text = nbformat.writes(seeding.seeded_notebook(notebook, seed))  # type: ignore[no-untyped-call]
    return (str(text) + "\n").encode("utf-8")


def write_copies(cohort: Cohort, module: str, learners: Iterable[str], folder: Path) -> list[Path]:
    """Write the exercise for those who work at home; with own figures, one for each learner."""
    from clusterlib.portfolio.files import PortfolioError, write_atomic

    wanted = list(learners) if cohort.own_figures else [None]
    paths = []
    for learner in wanted:
        path = folder / cohort.course_id / (learner or "") / module / f"{module}.ipynb"
        try:
            write_atomic(path, learners_copy(cohort, module, learner))
        except (OSError, PortfolioError) as error:
            raise CommandError(f"{path} cannot be written: {error}") from error
        paths.append(path)
    return paths


def prove_solvable(session: Session, module: str, learners: Iterable[str]) -> str:
    """Grade the model answer under every seed that will count; return what was found in words.

    An exercise may hold a figure that is right for the course's own case alone; with other figures
    right answers would be marked wrong. So a module is released with a seed only when its model
    answer earns every point of its tests under it.

    Raises:
        CommandError: it does not; the message names the test and what it says.
    """
    cohort = session.cohort
    if cohort.seed is None:
        return ""
    if not seeding.loads_a_case(cell.source for cell in _master(cohort, module).cells):
        return "; it does not use the case, so the seed changes nothing in it"
    people = sorted(learners) if cohort.own_figures else [""]
    loss = first_loss(session, module, people, remember=True)
    if loss:
        raise CommandError(
            f"{cohort.course_id}: {module} cannot be released with its figures "
            f"({seed_words(cohort)}): {loss}. Mend the test, or choose another seed with "
            "cohort new --seed, as long as nothing is released"
        )
    return f"; the model answer earns every point under {len(people)} seed(s)"


def first_loss(
    session: Session, module: str, learners: Iterable[str], remember: bool = False
) -> str:
    """Return in words the first test that a model answer fails, "" when it earns every point.

    It is graded under the cohort's seed, or under that of each of these learners. With `remember`
    what was proved is written down, and holds as long as module and seed stay the same.
    """
    cohort = session.cohort
    people = sorted(learners) if cohort.own_figures else [""]
    proof = Proof(cohort, module)
    people_left = [person for person in people if person not in proof.people]
    if not people_left:
        return ""
    master, path = _master(cohort, module), cohort.solution(module)
    ignore = list(session.directory(module).ignore)
    files = intake.files_beside(path.parent, ignore)
    pool = _exporter()(config=session.config).open_pool()

    def marks(person: str) -> Any:
        own = seeding.seeded(master, cohort.seed, person or None)
        return pool.place.grade(take(own, path, ignore, files)).report.marks

    with ThreadPoolExecutor(pool.workers) as threads:
        for person, found in zip(people_left, threads.map(marks, people_left), strict=True):
            for mark in found:
                if mark.points < mark.maximum:
                    whose = f" with the figures of {person}" if person else ""
                    return f'its model answer{whose} fails {mark.cell} ("{mark.message}")'
            proof.people.add(person)
    if remember:
        proof.keep()
    return ""


def _exporter() -> Any:
    from clusterlib.delivery.runner.exporter import BoxedExporter

    return BoxedExporter


def _master(cohort: Cohort, module: str) -> Master:
    """Return the master as rebuilt, whatever the gradebook holds."""
    solution = cohort.solution(module)
    cells = {cell.name: cell for cell in solution_cells(solution)}
    return read_master(cohort.exercise(module), solution, dict(cells))


class Proof:
    """Whose figures a module was proved with, as long as its solution and the seed stay."""

    def __init__(self, cohort: Cohort, module: str) -> None:
        self.path, self.module = cohort.folder / PROVED, module
        content = cohort.solution(module).read_bytes() + cohort.exercise(module).read_bytes()
        self.digest = hashlib.sha256(repr(cohort.case).encode() + content).hexdigest()
        try:
            self.all = dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self.all = {}
        known = self.all.get(module, {})
        same = isinstance(known, dict) and known.get("solution") == self.digest
        self.people = set(known.get("proved", [])) if same else set()

    def keep(self) -> None:
        """Write down what was proved."""
        from clusterlib.portfolio.files import write_atomic

        self.all[self.module] = {"solution": self.digest, "proved": sorted(self.people)}
        text = json.dumps(self.all, ensure_ascii=False, indent=2) + "\n"
        write_atomic(self.path, text.encode("utf-8"))
