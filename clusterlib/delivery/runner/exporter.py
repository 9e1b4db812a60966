"""Where nbgrader's autograder meets the runner: its `exporter_class`, set in nbgrader_config.py.

nbgrader's Autograde reads each submitted notebook twice: to mend it, and to run it. Here the first
reading rebuilds the notebook from the master and has it graded behind the walls; the second only
saves the marks, with nbgrader's own steps. So `nbgrader autograde`, the button of the formgrader
and `cluster-course grade` all come through here.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict, validate
from nbformat.v4 import writes_json
from nbgrader.api import Gradebook
from traitlets import Bool, Float, Integer, Unicode

from clusterlib.delivery.runner import intake, pool
from clusterlib.delivery.runner.box import SAFE, Limits, measure
from clusterlib.delivery.runner.grading import Graded, HandIn, take
from clusterlib.delivery.runner.master import Master, read_master
from clusterlib.delivery.runner.pictures import shown_in
from clusterlib.delivery.runner.preflight import JUNK
from clusterlib.delivery.runner.rebuild import Step
from clusterlib.delivery.runner.seeding import seeded
from clusterlib.delivery.runner.shown import clean_markdown
from clusterlib.delivery.runner.verdicts import MEANING, Report, Verdict

_warned: set[str] = set()


class BoxedExporter(NotebookExporter):
    """Grades a submitted notebook behind walls instead of running it with the trainer's rights."""

    workers = Integer(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
        help="Submissions that are run at the same time; each may use memory_mb.",
    ).tag(config=True)
    cell_seconds = Float(30.0, help="Longest time for one cell.").tag(config=True)
    submission_seconds = Float(120.0, help="Longest time for one notebook.").tag(config=True)
    memory_mb = Integer(1000, help="Most memory for one submission.").tag(config=True)
    machines = Unicode("", help="Dask scheduler that knows other machines.").tag(config=True)
    seed = Integer(None, allow_none=True, help="Of the cohort's case.").tag(config=True)
    own_figures = Bool(False, help="Each learner has a case of their own.").tag(config=True)

    parent: Any
    _graded: Any
    _write: Any = staticmethod(writes_json)
    _named: Any = NotebookExporter._init_resources

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Return the notebook as text: graded when nbgrader mends, as it stands when it saves."""
        if not self.parent._sanitizing:
            return self._saved(resources)
        ids = resources["nbgrader"]
        directory = self.parent.coursedir
        with Gradebook(ids["db_url"], directory.course_id) as gradebook:
            master = self._master(gradebook, ids["assignment"], ids["notebook"])
            submission = gradebook.find_submission(ids["assignment"], ids["student"])
            late = float(submission.total_seconds_late or 0)
        shared = self.open_pool()
        reading = _Reading(master, directory, ids, self.master_of)
        graded = shared.result(Path(filename), reading)
        report = graded.report
        self._announce(report.level)
        if late > 0:
            report.add(Verdict.LATE, f"handed in {late / 60:.0f} minutes after the deadline")
        intake.tell(report, Path(filename).parent)
        self.log.info("%s: %s %s", ids["student"], report.verdict, "; ".join(report.notes))
        self._graded = as_notebook(self.master_of(master, Path(filename)), graded)
        return self._write(self._graded), self._named(resources)

    def _saved(self, resources: Any) -> Any:
        """Run nbgrader's steps that save marks on what was graded a moment ago.

        They only read the notebook, so it is neither read from the disk again nor copied, which
        costs nbconvert more time than the steps.
        """
        notebook, resources = self._graded, self._named(resources)
        for step in self._preprocessors:
            notebook, resources = step(notebook, resources)
        validate(notebook)
        return self._write(notebook), resources

    def master_of(self, master: Master, path: Path) -> Master:
        """Return the master for whoever handed in this file, which lies in <learner>/<module>/."""
        return seeded(master, self.seed, path.parent.parent.name if self.own_figures else None)

    def open_pool(self) -> pool.Pool:
        """Return the boxes of this process, started when first needed; weak ones are announced."""
        limits = Limits(
            cell_seconds=self.cell_seconds,
            submission_seconds=self.submission_seconds,
            memory_mb=self.memory_mb,
        )
        shared = pool.shared(limits, self.workers, self.machines)
        if not self.machines:
            self._announce(measure().name)
        waiting = getattr(self.parent, "assignments", {})
        if len(waiting) > 1 and not getattr(self, "_told", False):
            self._told = True
            shared.announce(self._to_do(waiting))
        return shared

    def _announce(self, level: str) -> None:
        """Say once that learners' code runs behind weak walls."""
        if level not in SAFE and level not in _warned:
            _warned.add(level)
            reason = "another machine has no better ones" if self.machines else measure().reason
            warning = f'learners\' code runs behind walls of level "{level}" only: {reason}'
            self.log.warning(warning)
            print(f"WARNING: {warning}", file=sys.stderr)

    def _to_do(self, waiting: dict[str, list[str]]) -> list[Path]:
        """Return the notebooks that nbgrader is going to grade, as far as one can tell before."""
        directory = self.parent.coursedir
        paths = []
        for folder in sorted(waiting):
            student, name = Path(folder).parent.name, Path(folder).name
            target = directory.format_path(directory.autograded_directory, student, name)
            if self.parent.force or not os.path.exists(target):
                paths.append(Path(folder, f"{name}.ipynb"))
        return paths

    def _master(self, gradebook: Any, assignment: str, notebook: str) -> Master:
        directory = self.parent.coursedir
        kept = gradebook.find_notebook(notebook, assignment)
        cells = {cell.name: cell for cell in kept.source_cells}
        marked = [*kept.grade_cells, *kept.task_cells]
        points = {cell.name: float(cell.max_score) for cell in marked}

        def path(folder: str) -> Path:
            return Path(directory.format_path(folder, ".", assignment), f"{notebook}.ipynb")

        master = read_master(
            path(directory.release_directory), path(directory.source_directory), cells, points
        )
        graded = {n for n, cell in master.named.items() if cell.role in ("essay", "test", "task")}
        if graded != points.keys():
            raise ValueError(
                f"{assignment} was rebuilt with other graded cells than the gradebook has: "
                "cluster-course regrade says what to do"
            )
        return master


class _Reading:
    """Reads one notebook of a module with what lies beside it; called in a thread of the pool."""

    def __init__(
        self,
        master: Master,
        directory: Any,
        ids: dict[str, str],
        master_of: Callable[[Master, Path], Master],
    ) -> None:
        # Not nbgrader's list: in the formgrader it also keeps a learner's tables out of the box.
        self.master, self.master_of, self.ignore = master, master_of, list(JUNK)
        source = directory.format_path(directory.source_directory, ".", ids["assignment"])
        self.master_files = intake.files_beside(Path(source), self.ignore)

    def __call__(self, path: Path) -> HandIn:
        return take(self.master_of(self.master, path), path, self.ignore, self.master_files)


def as_notebook(master: Master, graded: Graded) -> Any:
    """Return the graded notebook: the master's settings, the learner's text, the judge's words."""
    metadata = dict(master.metadata) | {"grading": graded.report.as_metadata()}
    cells: list[dict[str, Any]] = [_verdict_cell(graded.report)]
    pictures = graded.pictures | master.pictures
    for number, (step, outputs) in enumerate(zip(graded.steps, graded.outputs, strict=True)):
        cell: dict[str, Any] = {
            "cell_type": step.kind,
            "id": _cell_id(step, number),
            "metadata": dict(step.master.metadata) if step.master is not None else {},
            "source": _text(step),
        }
        if step.kind == "code":
            cell |= {"execution_count": None, "outputs": outputs}
        elif attached := shown_in(cell["source"], pictures):
            cell["attachments"] = attached
        cells.append(cell)
    make: Any = from_dict
    return make({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _text(step: Step) -> str:
    safe = step.kind == "code" or step.by == "master"
    return step.source if safe else clean_markdown(step.source)


def _cell_id(step: Step, number: int) -> str:
    text = f"{number}\n{step.name}\n{step.source}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _verdict_cell(report: Report) -> dict[str, Any]:
    verdict = report.verdict
    earned = sum(mark.points for mark in report.marks)
    most = sum(mark.maximum for mark in report.marks)
    lines = [f"**{verdict}**: {MEANING[verdict]}. Tests: {earned:g} of {most:g} points."]
    lines += [f"- {clean_markdown(note)}" for note in report.notes]
    return {
        "cell_type": "markdown",
        "id": "grading-report",
        "metadata": {"editable": False, "deletable": False},
        "source": "\n".join([lines[0], "", *lines[1:]]).strip(),
    }
