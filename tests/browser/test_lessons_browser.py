"""Whole lessons in a real JupyterLab: run from top to bottom, explored by keyboard, offline."""

import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
# Each module for one audience; the cells of every audience run in the notebook tests.
LESSONS = [("00-start-here", "enterprise"), ("02-needs", "government"), ("03-mapping", "ngo")]
# Cells outside the window are not in the page, so the outputs are read from the notebook itself.
FAULTS = """
() => {
  const faults = [];
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells.get(i);
    if (cell.type !== 'code') continue;
    if (cell.executionCount === null) faults.push(`cell ${i} did not run`);
    for (let j = 0; j < cell.outputs.length; j++) {
      const output = cell.outputs.get(j).toJSON();
      if (output.output_type === 'error') faults.push(`cell ${i}: ${output.evalue}`);
      if (output.name === 'stderr') faults.push(`cell ${i} warns: ${output.text}`);
    }
  }
  return faults;
}
"""
SHOW_CELL = """
(words) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.model.cells;
  for (let i = 0; i < cells.length; i++) {
    if (cells.get(i).type === 'code' && cells.get(i).sharedModel.source.includes(words)) {
      panel.content.activeCellIndex = i;
      return panel.content.scrollToItem(i, 'start');
    }
  }
  throw new Error(`no cell with ${words}`);
}
"""


@pytest.fixture
def opened(page, lab, run_notebook):
    """A function that copies a lesson into the lab, opens it and runs it whole."""

    def open_lesson(slug: str, audience: str) -> None:
        folder = lab.root / "modules" / audience
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "modules" / audience / f"{slug}.ipynb", folder)
        run_notebook(page, f"modules/{audience}/{slug}.ipynb")

    return open_lesson


@pytest.mark.parametrize(("slug", "audience"), LESSONS)
def test_a_lesson_runs_whole_without_a_fault_or_a_word_to_the_outside(
    page, visit, opened, slug, audience
):
    opened(slug, audience)
    assert page.evaluate(FAULTS) == []
    assert visit.errors == []
    assert visit.outside == []


@pytest.mark.parametrize(
    ("slug", "call", "slider"),
    [
        ("02-needs", "widgets.needs_matrix", "Your own line for importance (scale points)"),
        ("03-mapping", "widgets.regional_profile", "Level of the intervals (per cent)"),
    ],
)
def test_the_explorer_of_a_lesson_moves_by_keyboard(page, visit, opened, slug, call, slider):
    opened(slug, "academic")
    page.evaluate(SHOW_CELL, call)
    picture = page.locator(".cl-root img.cl-picture").first
    picture.wait_for()
    before, words = picture.get_attribute("src"), page.locator(".cl-words").first.inner_text()
    page.get_by_role("slider", name=slider).first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([old]) => document.querySelector('.cl-root img.cl-picture').src !== old", arg=[before]
    )
    page.wait_for_function(
        "([old]) => document.querySelector('.cl-words').innerText !== old", arg=[words]
    )
    assert visit.errors == []
