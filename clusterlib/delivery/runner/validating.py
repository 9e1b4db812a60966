"""Puts the learner's check behind the Validate button of JupyterLab and `nbgrader validate`.

nbgrader has no setting for its validator. `cluster-course start` loads this module as an extension
of the Jupyter server; the settings that learners of a cohort get, which are a program, call
`use_the_check`. Notebooks that are no exercise of a course are left to nbgrader.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError


def use_the_check() -> None:
    """Let nbgrader's validator in this process say what `cluster-course check` says.

    Nothing happens where nbgrader's validator is not in use, as when only the settings are read.
    """
    loaded = sys.modules.get("nbgrader.validator")
    if loaded is None or getattr(loaded.Validator, "checks_like_the_grader", False):
        return
    validator = loaded.Validator
    plain = validator.validate

    def validate(self: Any, filename: str) -> dict[str, Any]:
        try:
            code, failed = _failures(Path(filename)) if not self.invert else (0, None)
        except CommandError as problem:
            self.log.warning("%s", problem)
            code, failed = 0, None
        if failed is None:
            found: dict[str, Any] = plain(self, filename)
            return found
        validator.worst_code = max(validator.worst_code, code)
        return {"failed": failed} if failed else {}

    validator.validate, validator.checks_like_the_grader = validate, True
    validator.worst_code = 0
    _give_exit_codes(validator)


def _failures(path: Path) -> tuple[int, list[dict[str, str]] | None]:
    """Return the exit code and what is open or refused, in the form that nbgrader shows."""
    from clusterlib.delivery.runner.preflight import check_file

    checked = check_file(path)
    if checked is None:
        return 0, None
    said = [(path.name, reason) for reason in checked.refused]
    said += [(t.title, t.words) for t in checked.tasks if not (t.answered and t.passed)]
    said += [("note", note) for note in checked.advice] if said else []
    rows = [{"source": s, "error": html.escape(words), "raw_error": words} for s, words in said]
    return checked.code, rows


def _give_exit_codes(validator: Any) -> None:
    """Let `nbgrader validate` end with the check's exit code; nbgrader's own is always 0."""
    loaded = sys.modules.get("nbgrader.apps.validateapp")
    if loaded is None:
        return
    plain = loaded.ValidateApp.start

    def start(self: Any) -> None:
        plain(self)
        if validator.worst_code:
            sys.exit(validator.worst_code)

    loaded.ValidateApp.start = start


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    import nbgrader.validator

    use_the_check()
    app.log.info("Validate says what the grader will say (%s)", nbgrader.validator.__name__)
