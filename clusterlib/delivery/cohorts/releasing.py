"""Release one module to a cohort: cells into the gradebook, the exercise into the exchange."""

from __future__ import annotations

import difflib
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.announcing import write_deadlines
from clusterlib.delivery.cohorts.gradebook import learner_ids, open_gradebook
from clusterlib.delivery.cohorts.mended import gradebook_cells, solution_cells
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.seeds import learners_copy, prove_solvable
from clusterlib.delivery.cohorts.session import Session, StepFailed


def release(session: Session, module: str, due: datetime | None) -> str:
    """Release a module, or release it anew, and return what happened in a few words.

    The exercise is published byte for byte as the build made it, with a seed in the cell that loads
    the case where the cohort has one; nbgrader's own copy is made aside, only to fill the
    gradebook, and removed. The deadlines go beside it, for learners.

    Args:
        session: nbgrader for one cohort.
        module: for example "02-needs".
        due: deadline in UTC, None keeps the one the gradebook has.
    """
    cohort = session.cohort
    check_files(cohort, module)
    mended = _mended_tests(cohort, module)
    proved = prove_solvable(session, module, learner_ids(cohort))
    _fill_gradebook(session, module)
    if due:
        with open_gradebook(cohort) as gradebook:
            # nbgrader's gradebook keeps deadlines as UTC without saying so.
            gradebook.update_or_create_assignment(module, duedate=due.replace(tzinfo=None))
    published = cohort.exchange / cohort.course_id / "outbound" / module
    copy = learners_copy(cohort, module)
    unchanged = _same_bytes(published, module, copy)
    again = published.exists()
    if not unchanged:
        _publish(session, module, copy)
    write_deadlines(cohort)
    hint = proved + (_hint(cohort, module) if mended else "")
    if unchanged:
        return f"already in the exchange, unchanged{hint}"
    return f"replaced in the exchange{hint}" if again else f"released{hint}"


def _mended_tests(cohort: Cohort, module: str) -> list[str]:
    """Return the tests with another text than marked hand-ins met; refuse other points for them."""
    with open_gradebook(cohort) as gradebook:
        if not any(
            assignment.name == module and assignment.submissions
            for assignment in gradebook.assignments
        ):
            return []
        before = {cell.name: cell for cell in gradebook_cells(gradebook, module)}
    now = [cell for cell in solution_cells(cohort.solution(module)) if cell.name in before]
    if any(cell.points != before[cell.name].points for cell in now):
        raise CommandError(
            f"{cohort.course_id}: {module} gives other points than when hand-ins were marked: "
            f"cluster-course regrade {cohort.name} {module} shows what that changes, and writes it"
        )
    return [
        cell.name for cell in now if cell.role == "test" and cell.source != before[cell.name].source
    ]


def _hint(cohort: Cohort, module: str) -> str:
    return (
        "; tests changed since hand-ins were marked: who gains and who loses is shown by "
        f"cluster-course regrade {cohort.name} {module}"
    )


def check_files(cohort: Cohort, module: str) -> None:
    """Make sure that solution and exercise are there and fit; CommandError says what does not."""
    folder = cohort.root / "solutions" / cohort.audience
    modules = sorted(
        path.stem for path in folder.glob("*/*.ipynb") if path.stem == path.parent.name
    )
    if module not in modules:
        near = difflib.get_close_matches(module, modules, n=1)
        there = f"there are: {', '.join(modules) or 'none'}"
        hint = f'did you mean "{near[0]}"?' if near else there
        raise CommandError(f'{cohort.audience} has no module "{module}": {hint}')
    for notebook in (cohort.solution(module), cohort.exercise(module)):
        if not notebook.is_file():
            place = notebook.relative_to(cohort.root)
            raise CommandError(f"{place} is missing: run cluster-course build")
        extra = [path.name for path in notebook.parent.glob("*.ipynb") if path != notebook]
        if extra:
            place = notebook.parent.relative_to(cohort.root)
            raise CommandError(f"{place} holds another notebook, {extra[0]}: move it away")
    if _released_cells(cohort.solution(module)) != _cells(cohort.exercise(module)):
        raise CommandError(
            f"exercises/{cohort.audience}/{module} does not fit solutions/{cohort.audience}/"
            f"{module}: run cluster-course build, then release again"
        )


def _fill_gradebook(session: Session, module: str) -> None:
    """Write the module's cells into the gradebook; nbgrader's release copy goes aside."""
    from nbgrader.converters import GenerateAssignment

    cohort = session.cohort
    aside = cohort.folder / "release"
    directory = session.directory(
        module, app="GenerateAssignmentApp", release_directory=f"{cohort.work}/release"
    )
    shutil.rmtree(aside, ignore_errors=True)
    try:
        session.run(GenerateAssignment, directory, force=True, create_assignment=True)
    except StepFailed as error:
        raise CommandError(f"{cohort.course_id}: {module} cannot be released: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _released_cells(solution: Path) -> list[Any]:
    """Return the cells that the build would give to learners."""
    from clusterlib.delivery.building.release import release as release_as_built

    return list(release_as_built(_notebook(solution)).cells)


def _cells(notebook: Path) -> list[Any]:
    return list(_notebook(notebook).cells)


def _notebook(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _same_bytes(published: Path, module: str, copy: bytes) -> bool:
    """Say whether the exchange holds just this notebook."""
    files = [path for path in published.rglob("*") if path.is_file()]
    return [path.name for path in files] == [f"{module}.ipynb"] and files[0].read_bytes() == copy


def _publish(session: Session, module: str, copy: bytes) -> None:
    """Put the learners' copy into the exchange, through nbgrader and a place aside."""
    from nbgrader.exchange.default import ExchangeReleaseAssignment

    cohort = session.cohort
    aside = cohort.folder / "release"
    directory = session.directory(
        module, app="ReleaseAssignmentApp", release_directory=f"{cohort.work}/release"
    )
    shutil.rmtree(aside, ignore_errors=True)
    try:
        (aside / module).mkdir(parents=True)
        (aside / module / f"{module}.ipynb").write_bytes(copy)
        session.run(ExchangeReleaseAssignment, directory, force=True)
    except StepFailed as error:
        raise CommandError(f"{cohort.course_id}: {module}: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
