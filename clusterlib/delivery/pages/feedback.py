"""The page that a learner gets back: one file, no script, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters import Exporter
from traitlets import Bool, default

from clusterlib.delivery.pages.cells import Shown, shown_cells
from clusterlib.delivery.pages.policy import feedback_policy

TEMPLATES = Path(__file__).parent / "templates"


class FeedbackExporter(Exporter):
    """Writes feedback pages; nbgrader's GenerateFeedback takes it as its `exporter_class`."""

    show_hidden_tests = Bool(
        False,
        help="Whether learners see hidden tests in their feedback. They may pass them on.",
    ).tag(config=True)

    output_mimetype = "text/html"

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """Return the page for a graded notebook, after nbgrader's steps put the marks into it."""
        read: Any = super().from_notebook_node
        notebook, resources = read(nb, resources, **options)
        cells = shown_cells(notebook, hide=not self.show_hidden_tests)
        return page(cells, resources["nbgrader"]), resources


def page(cells: list[Shown], grading: dict[str, Any]) -> str:
    """Return the feedback page.

    Args:
        cells: what to show.
        grading: notebook, score, max_score and late_penalty, as nbgrader's GetGrades gives them.
    """
    environment, style = _environment()
    # A line after the opening tag would count for the policy's digest.
    return environment.get_template("feedback.html.j2").render(
        cells=cells,
        listed=[cell for cell in cells if cell.graded],
        grading=grading,
        policy=feedback_policy(style),
        style=Markup(style),
    )


@cache
def _environment() -> tuple[Environment, str]:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["marks"] = marks
    return environment, (TEMPLATES / "page.css").read_text(encoding="utf-8")


def marks(number: float | None) -> str:
    """Return points as one writes them.

    Example:
        >>> marks(2.0), marks(3.5), marks(None)
        ('2', '3.5', '0')
    """
    return f"{round(number or 0.0, 2):g}"
