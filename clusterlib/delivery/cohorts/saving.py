"""Marks of one notebook in one step: a run that is killed leaves the old ones or the new ones."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades


class SaveMarks(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own step, which would save cell after cell, in one transaction."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Save the marks that the graded notebook's outputs tell."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        with Gradebook(names["db_url"]) as self.gradebook:
            session = self.gradebook.db
            commit = session.commit
            session.commit = lambda: None
            with session.no_autoflush:
                for number, cell in enumerate(nb.cells):
                    nb.cells[number], resources = self.preprocess_cell(cell, resources, number)
            commit()
        return nb, resources
