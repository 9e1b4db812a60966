"""Write what a regrade found: the mended cells and all marks in one step, then the notebooks."""

from __future__ import annotations

import contextlib
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.claims import claim
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.ledger import reason
from clusterlib.delivery.cohorts.ledger.table import lock
from clusterlib.delivery.cohorts.mended import KeptCell, Mending
from clusterlib.delivery.cohorts.places import Cohort
from clusterlib.delivery.cohorts.regrading import Regraded, notebook_path


def write_regrade(
    cohort: Cohort,
    module: str,
    mending: Mending,
    regraded: list[Regraded],
    keep_better: bool,
    why: str,
) -> None:
    """Write the mended cells and all marks in one step, then the graded notebooks one by one.

    A run that is killed has written all marks or none. Notebooks that it did not come to are found
    by the next run.

    Args:
        cohort, module: whose marks.
        mending: what changed in the solution.
        regraded: the learners whose marks are written.
        keep_better: where a test gives less than before, the old mark stays as a mark by hand.
        why: the reason that the ledger keeps beside every change.

    Raises:
        CommandError: marks changed since they were looked at; nothing is written then.
    """
    with contextlib.ExitStack() as stack:
        for found in regraded:
            if not stack.enter_context(claim(cohort, module, found.learner)):
                raise CommandError(
                    f"{found.learner} is being graded just now, nothing was written: wait for the "
                    "other run, then run the command again"
                )
        stack.enter_context(reason(why))
        _write_gradebook(cohort, module, mending, regraded, keep_better)
        for found in regraded:
            if found.stale:
                _replace_notebook(cohort, module, found)


def _write_gradebook(
    cohort: Cohort, module: str, mending: Mending, regraded: list[Regraded], keep_better: bool
) -> None:
    with open_gradebook(cohort) as gradebook:
        try:
            # Every other writer waits: what is compared must still be true when it is written.
            lock(gradebook.db.connection())
            notebook = gradebook.find_notebook(module, module)
            _write_cells(gradebook, notebook, mending)
            for found in regraded:
                _write_marks(gradebook, module, found, keep_better)
            gradebook.db.commit()
        except BaseException:
            gradebook.db.rollback()
            raise


def _write_cells(gradebook: Any, notebook: Any, mending: Mending) -> None:
    """Bring the gradebook's cells up to date; the cells stay the same rows, marks hang on them."""
    from nbgrader.api import GradeCell, SourceCell

    kept = {cell.name: cell for cell in notebook.source_cells}
    marked = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    for name, cell in mending.cells.items():
        source = kept.get(name)
        if source is None:
            source = SourceCell(name=name, notebook=notebook)
            gradebook.db.add(source)
        for field_name, value in _source_fields(cell).items():
            if getattr(source, field_name) != value:
                setattr(source, field_name, value)
        if cell.points is None:
            continue
        if name not in marked:
            new = GradeCell(
                name=name, notebook=notebook, max_score=cell.points, cell_type=cell.kind
            )
            gradebook.db.add(new)
        elif float(marked[name].max_score) != cell.points:
            marked[name].max_score = cell.points
    gradebook.db.flush()
    _add_marks(gradebook, notebook, mending)


def _add_marks(gradebook: Any, notebook: Any, mending: Mending) -> None:
    """Give every hand-in a row for each new test; who is not regraded yet has it open."""
    from nbgrader.api import Grade, GradeCell

    for name in mending.added:
        cells = gradebook.db.query(GradeCell).filter(GradeCell.notebook_id == notebook.id)
        cell = cells.filter(GradeCell.name == name).one()
        have = {grade.notebook_id for grade in cell.grades}
        for submission in notebook.submissions:
            if submission.id not in have:
                gradebook.db.add(Grade(cell_id=cell.id, notebook=submission))
    gradebook.db.flush()


def _source_fields(cell: KeptCell) -> dict[str, Any]:
    return {
        "cell_type": cell.kind,
        "locked": cell.locked,
        "source": cell.source,
        "checksum": cell.checksum,
    }


def _write_marks(gradebook: Any, module: str, found: Regraded, keep_better: bool) -> None:
    submission = gradebook.find_submission(module, found.learner)
    (notebook,) = submission.notebooks
    grades = {grade.name: grade for grade in notebook.grades}
    for change in found.changes:
        grade = grades[change.cell]
        if (grade.auto_score, grade.manual_score) != (change.before, change.by_hand):
            raise CommandError(
                f"the mark of {found.learner} in {change.cell} was changed by somebody else just "
                "now; nothing was written: run the command again"
            )
        if not change.differs:
            continue
        grade.auto_score = change.after
        if keep_better and change.verdict == "loses" and change.keepable:
            grade.manual_score = change.before
        # A mark by hand on a test whose result is another now is for its trainer to look at.
        grade.needs_manual_grade = change.after is None or change.by_hand is not None
    empty = _empty_answers(found.notebook)
    for comment in notebook.comments:
        if comment.name in empty and comment.auto_comment != empty[comment.name]:
            comment.auto_comment = empty[comment.name]


def _empty_answers(notebook: Any) -> dict[str, str | None]:
    """Return nbgrader's own remark on each answer: "No response." for one that was not touched."""
    from nbgrader.utils import compute_checksum, is_solution, is_task

    found: dict[str, str | None] = {}
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            settings = cell.metadata.nbgrader
            same = settings.get("checksum") == compute_checksum(cell) and not is_task(cell)
            found[settings.grade_id] = "No response." if same else None
    return found


def _replace_notebook(cohort: Cohort, module: str, found: Regraded) -> None:
    import nbformat

    from clusterlib.portfolio.files import write_atomic

    path = notebook_path(cohort, module, found.learner)
    text = nbformat.writes(found.notebook)  # type: ignore[no-untyped-call]
    write_atomic(path, (text + "\n").encode("utf-8"))
    # As nbgrader leaves it: to be read, not edited.
    path.chmod(0o444)
