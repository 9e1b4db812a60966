"""nbgrader's own steps inside this process: one import, one configuration, one log file."""

from __future__ import annotations

import contextlib
import copy
import importlib
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from clusterlib.delivery.cohorts.places import Cohort

SLOW_OPTIONAL = "rfc3987_syntax"
LOG = "nbgrader.log"
# What nbgrader writes to its log, and what it means for a trainer.
KNOWN_REASONS = {
    "NotJSONError": "the file is no notebook (damaged or empty): ask for a new hand-in",
    "DeadKernelError": "its code ended Python, or ran out of memory: look into the notebook",
    "unresponsive and we could not interrupt": "its code would not stop: look into the notebook",
    "old version": "a graded cell was copied or its settings changed: ask for a new hand-in",
}


class StepFailed(Exception):
    """A step of nbgrader failed; the message is its reason in one line, details its log."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


def import_nbgrader() -> ModuleType:
    """Import nbgrader without the grammar that one optional check of jsonschema builds (3 s).

    The check (international web addresses) plays no part in notebooks, and only the import of
    jsonschema looks for it, so it is hidden for this import alone.
    """
    if "jsonschema" not in sys.modules and SLOW_OPTIONAL not in sys.modules:
        sys.modules[SLOW_OPTIONAL] = None  # type: ignore[assignment]
        try:
            importlib.import_module("jsonschema")
        finally:
            del sys.modules[SLOW_OPTIONAL]
    import nbgrader.converters
    import nbgrader.exchange.default

    return nbgrader  # type: ignore[no-any-return]


@contextlib.contextmanager
def chosen_in_environment(cohort: Cohort) -> Iterator[None]:
    """Name the cohort in CLUSTER_COHORT, where the configuration looks first."""
    before = os.environ.get("CLUSTER_COHORT")
    os.environ["CLUSTER_COHORT"] = cohort.course_id
    try:
        yield
    finally:
        if before is None:
            del os.environ["CLUSTER_COHORT"]
        else:
            os.environ["CLUSTER_COHORT"] = before


class Session:
    """Runs nbgrader's converters and exchange classes for one cohort."""

    def __init__(self, cohort: Cohort) -> None:
        import_nbgrader()
        from traitlets.config.loader import PyFileConfigLoader

        self.cohort = cohort
        with chosen_in_environment(cohort):
            loader = PyFileConfigLoader("nbgrader_config.py", str(cohort.root / "course"))
            self.config = loader.load_config()
        self.log = logging.getLogger(f"cluster-course.{cohort.course_id}")
        self.log.setLevel(logging.INFO)
        self.log.propagate = False
        # A lost connection is told in one line; what the layers below say goes to the log file.
        self.below = [logging.getLogger(name) for name in ("sqlalchemy", "tornado.application")]
        for layer in self.below:
            if not layer.handlers:
                layer.addHandler(logging.NullHandler())

    def directory(self, module: str, learner: str = "*", app: str = "", **changes: str) -> Any:
        """Return nbgrader's CourseDirectory for one module.

        Args:
            module: the assignment.
            learner: id, or "*" for all.
            app: nbgrader's command whose own settings count, for example "ReleaseAssignmentApp".
            changes: folders to use instead of the configured ones.
        """
        from nbgrader.coursedir import CourseDirectory

        config = copy.deepcopy(self.config)
        if app:
            config.CourseDirectory.merge(self.config[app].CourseDirectory)
        directory = CourseDirectory(config=config, log=self.log)
        directory.assignment_id = module
        directory.student_id = learner
        for name, value in changes.items():
            setattr(directory, name, value)
        return directory

    def run(self, step: type, directory: Any, **options: Any) -> None:
        """Run one step, for example nbgrader.converters.Autograde; StepFailed says why not."""
        from sqlalchemy.exc import SAWarning

        config = copy.deepcopy(self.config)
        if step.__name__ == "GenerateFeedback":
            config.HTMLExporter.template_name = "feedback"
        job = step(coursedir=directory, config=config, log=self.log)
        for name, value in options.items():
            setattr(job, name, value)
        with self._written_log() as errors, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            try:
                job.start()
            except (Exception, SystemExit) as error:
                raise StepFailed(_reason(errors, error), "\n".join(errors)) from error

    @contextlib.contextmanager
    def _written_log(self) -> Iterator[list[str]]:
        errors = _Errors()
        written = _Written(self.cohort.folder / LOG, encoding="utf-8")
        written.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self.log.addHandler(errors)
        for logger in (self.log, *self.below):
            logger.addHandler(written)
        try:
            yield errors.texts
        finally:
            self.log.removeHandler(errors)
            for logger in (self.log, *self.below):
                logger.removeHandler(written)
            written.close()


class _Written(logging.FileHandler):
    """A log that cannot be written, as on a full disk, stops nothing; the step's error is told."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Close the file, though what was not written stays unwritten."""
        with contextlib.suppress(OSError):
            super().close()


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _reason(errors: list[str], error: BaseException) -> str:
    """Return what went wrong in one line: nbgrader hides it at the end of a logged traceback."""
    for sign, words in KNOWN_REASONS.items():
        if any(sign in text for text in (*errors, str(error))):
            return words
    tracebacks = [text for text in errors if text.startswith("Traceback")]
    text = tracebacks[-1] if tracebacks else str(error)
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return re.sub(r"^[\w.]+(Error|Exception): ", "", lines[-1]) if lines else type(error).__name__
