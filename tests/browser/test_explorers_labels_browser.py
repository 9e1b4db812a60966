"""The self-check in a real JupyterLab, by keyboard alone."""

import statistics

import pytest
from latency import LATENCY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from clusterlib import data, widgets\npapers = data.entry_file(2027)",
    "widgets.excellence_check(papers.self_check, papers.eccp, papers.accreditation)",
]
LEVEL = '.cl-root [role=slider][aria-label^="How far it is done"]'


def test_levels_evidence_and_entry_rules_follow_the_keyboard(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("labels.ipynb", CELLS))
    picture, headline = page.locator(".cl-root img.cl-picture"), page.locator(".cl-headline")
    picture.wait_for()
    page.locator(LEVEL).wait_for()
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    before = picture.get_attribute("src"), page.locator(".cl-words").inner_text()
    page.locator(LEVEL).focus()
    page.keyboard.press("End")
    headline.filter(has_text="Membership list: done, reviewed and improved").wait_for()
    assert picture.get_attribute("src") != before[0]
    assert page.locator(".cl-words").inner_text() != before[1]
    paper = page.get_by_label("What shows it (left empty: undetermined)")
    paper.fill("")
    paper.press("Tab")
    headline.filter(has_text="Membership list: undetermined. 18 of 24").wait_for()
    page.get_by_label("Entry: a site in English").select_option("Yes")
    headline.filter(has_text="Platform entry: pass").wait_for()
    assert "Platform entry: pass" in picture.get_attribute("alt")
    page.get_by_role("button", name="Save to my portfolio").press("Enter")
    page.locator(".cl-saved").filter(has_text="excellence-check.csv").wait_for()
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert visit.errors == []
    assert visit.outside == []


def test_a_step_of_the_slider_shows_its_picture_quickly(page, lab, run_notebook):
    run_notebook(page, lab.write("labels_speed.ipynb", CELLS))
    page.locator(LEVEL).wait_for()
    times = page.evaluate(LATENCY, [LEVEL, 13])
    median = statistics.median(times[1:])
    print(f"level to picture: median {median:.0f} ms, {min(times):.0f} to {max(times):.0f} ms")
    assert median < 150
