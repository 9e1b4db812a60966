"""The coherence matrix in a real JupyterLab: a cell is changed by keyboard alone."""

import pytest
from latency import LIMIT, quickest_median

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from clusterlib import data, widgets\nplan = data.policy_plan(2027)",
    "widgets.coherence_matrix(plan.first_scores, plan.links, plan.second_scores, plan.names)",
]
PICTURE = ".cl-root img.cl-picture"


def press_and_wait(page, key):
    """Press a key and wait until the line that is read aloud says something else."""
    before = page.inner_text(".cl-headline").strip()
    page.keyboard.press(key)
    page.wait_for_function(
        "(old) => document.querySelector('.cl-headline').textContent.trim() !== old", arg=before
    )


def test_a_cell_is_chosen_and_scored_by_keyboard(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("coherence.ipynb", CELLS))
    page.wait_for_selector(PICTURE)
    before = page.get_attribute(PICTURE, "src")
    page.get_by_label("What acts").focus()
    press_and_wait(page, "ArrowDown")  # the grant for large sites
    page.keyboard.press("Tab")
    press_and_wait(page, "ArrowDown")
    press_and_wait(page, "ArrowDown")  # small firms do research
    assert "I2 on O3: direct +1" in page.inner_text(".cl-headline")
    page.keyboard.press("Tab")
    press_and_wait(page, "ArrowUp")
    press_and_wait(page, "ArrowUp")  # the list begins with +3
    assert "Hidden conflicts: 2 (3 before" in page.inner_text(".cl-headline")
    assert page.get_by_label("Your changes").input_value() == "I2 > O3 = 3"
    assert page.get_attribute(PICTURE, "src") != before
    assert "I2 on O3 is now +3" in page.inner_text(".cl-words")
    line = page.get_by_label("Your changes")
    line.fill("O1 > O3 = 0")
    press_and_wait(page, "Enter")
    assert "Hidden conflicts: 1 (3 before" in page.inner_text(".cl-headline")
    assert visit.errors == []
    assert visit.outside == []


def test_a_step_of_the_weight_shows_its_picture_quickly(page, lab, run_notebook):
    name = "Weight of effects at second hand"
    cell = CELLS[1].replace("plan.names)", 'plan.names, {"view": "total"})')
    run_notebook(page, lab.write("speed.ipynb", [CELLS[0], cell]))
    page.wait_for_selector(PICTURE)
    slider = f'.cl-root [role=slider][aria-label^="{name}"]'
    page.wait_for_selector(slider)
    assert quickest_median(page, slider, name) < LIMIT
