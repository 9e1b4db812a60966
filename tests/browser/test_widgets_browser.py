"""The widgets in a real JupyterLab: moved by keyboard, read by name, nothing asked from outside."""

from pathlib import Path

import pytest
from latency import LIMIT, quickest_median

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET_UP = (
    'import clusterlib\nfrom clusterlib import widgets\ncase = clusterlib.load_case("government")'
)
MATRIX = 'widgets.needs_matrix(case.importance, case.ability, case.competences["name"])'
PROFILE = "widgets.regional_profile(case.employment_start, case.employment)"
DELPHI = "widgets.delphi_room(clusterlib.data.vision_panel(case))"
PICTURE = ".cl-root img.cl-picture"


def wait_for_change(page, selector, old):
    page.wait_for_function(
        "([s, old]) => document.querySelector(s)?.textContent.trim() !== old", arg=[selector, old]
    )


def test_a_slider_moved_by_keyboard_changes_picture_words_and_nothing_else(
    page, lab, visit, run_notebook
):
    run_notebook(page, lab.write("matrix.ipynb", [SET_UP, MATRIX]))
    page.wait_for_selector(PICTURE)
    before = page.get_attribute(PICTURE, "src")
    words = page.inner_text(".cl-words")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    slider = page.get_by_role("slider", name="Your own line for importance (scale points)")
    slider.focus()
    headline = page.inner_text(".cl-headline").strip()
    page.keyboard.press("ArrowRight")
    wait_for_change(page, ".cl-headline", headline)
    for _ in range(3):
        headline = page.inner_text(".cl-headline").strip()
        page.keyboard.press("ArrowRight")
        wait_for_change(page, ".cl-headline", headline)
    assert page.get_attribute(PICTURE, "src") != before
    assert page.inner_text(".cl-words") != words
    assert "your own lines" in page.get_attribute(PICTURE, "alt")
    page.keyboard.press("b")  # would insert a cell below if the shield were missing
    page.keyboard.press("Tab")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert page.locator(".cl-headline").get_attribute("role") == "status"
    assert visit.errors == []
    assert visit.outside == []


def test_copy_shows_a_selected_line_and_save_says_saved(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("copy.ipynb", [SET_UP, MATRIX]))
    page.wait_for_selector(PICTURE)
    assert page.inner_text(".cl-saved").strip() == "Not saved yet"
    page.get_by_role("button", name="Copy my settings").press("Enter")
    page.wait_for_function(
        "() => document.activeElement?.classList.contains('cl-copy')"
        " && String(document.activeElement.value).startsWith('settings = {')"
    )
    page.get_by_role("button", name="Save to my portfolio").press("Enter")
    wait_for_change(page, ".cl-saved", "Not saved yet")
    assert page.inner_text(".cl-saved").strip() == "Saved"
    assert visit.errors == []


def test_regional_profile_by_keyboard(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("profile.ipynb", [SET_UP, PROFILE]))
    page.wait_for_selector(PICTURE)
    headline = page.inner_text(".cl-headline").strip()
    page.get_by_label("What to look at").select_option("Change: shift-share by industry")
    wait_for_change(page, ".cl-headline", headline)
    assert "Why did jobs in Aldermark change?" in page.get_attribute(PICTURE, "alt")
    before = page.get_attribute(PICTURE, "src")
    page.get_by_role("slider", name="Leave out industries with fewer jobs than").focus()
    page.keyboard.press("PageUp")
    page.wait_for_function(
        "([s, old]) => document.querySelector(s).src !== old", arg=[PICTURE, before]
    )
    assert visit.errors == []
    assert visit.outside == []


@pytest.mark.parametrize(
    ("cell", "slider"),
    [
        (MATRIX, "Your own line for ability (scale points)"),
        (PROFILE, "Level of the intervals"),
        (DELPHI, "Round"),
    ],
    ids=["needs-matrix", "regional-profile", "delphi-room"],
)
def test_a_slider_step_shows_its_picture_quickly(page, lab, run_notebook, cell, slider):
    run_notebook(page, lab.write("speed.ipynb", [SET_UP, cell]))
    page.wait_for_selector(PICTURE)
    page.wait_for_function(
        "(name) => [...document.querySelectorAll('.cl-root [role=slider]')]"
        ".some(node => (node.getAttribute('aria-label') || '').startsWith(name))",
        arg=slider,
    )
    handle = f'.cl-root [role=slider][aria-label^="{slider}"]'
    assert quickest_median(page, handle, slider) < LIMIT


def test_self_checks_by_keyboard(page, lab, visit, run_notebook, tmp_path):
    course = tmp_path / "course"
    folder = course / "sources" / "02-needs"
    folder.mkdir(parents=True)
    (course / "course.toml").write_text("[course]\n", encoding="utf-8")
    example = Path(__file__).parent / "checks_example.toml"
    (folder / "checks.toml").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    cells = [
        f"import os\nos.environ['CLUSTER_COURSE'] = {str(course)!r}",
        "from clusterlib import widgets",
        'widgets.check("02-needs", "crosshair")',
        'widgets.check("02-needs", "mwds")',
        'widgets.check("02-needs", "steps")',
    ]
    run_notebook(page, lab.write("checks.ipynb", cells))
    choice = page.locator(".cl-root").nth(0)
    choice.get_by_role("radiogroup").wait_for()
    choice.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    assert choice.get_by_role("radio").nth(1).is_checked()
    choice.get_by_role("button", name="Check my answer").press("Enter")
    choice.get_by_text("Right.").wait_for()
    number = page.locator(".cl-root").nth(1)
    number.get_by_label("Your answer (points):").fill("2,3")
    number.get_by_role("button", name="Check my answer").press("Enter")
    number.get_by_text("plain gap").wait_for()
    order = page.locator(".cl-root").nth(2)
    order.get_by_role("button", name="Move up: Send the survey").press("Enter")
    order.get_by_text("Send the survey is now 2 of 3.").wait_for()
    # Focus goes with the item, so the same key moves it on.
    page.wait_for_function("() => document.activeElement?.title === 'Move up: Send the survey'")
    page.keyboard.press("Enter")
    order.get_by_text("Send the survey is now 1 of 3.").wait_for()
    page.wait_for_function("() => document.activeElement?.title === 'Move down: Send the survey'")
    for root in (choice, number, order):
        assert root.locator(".cl-live").last.get_attribute("aria-live") == "polite"
    assert visit.errors == []
    assert visit.outside == []


def test_delphi_room_by_keyboard(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("delphi.ipynb", [SET_UP, DELPHI]))
    page.wait_for_selector(PICTURE)
    before, words = page.get_attribute(PICTURE, "src"), page.inner_text(".cl-words")
    page.get_by_role("slider", name="Round", exact=True).focus()
    for number in (2, 3):
        headline = page.inner_text(".cl-headline").strip()
        page.keyboard.press("ArrowRight")
        wait_for_change(page, ".cl-headline", headline)
        assert page.inner_text(".cl-headline").startswith(f"Round {number}:")
    assert page.get_attribute(PICTURE, "src") != before
    assert page.inner_text(".cl-words") != words
    assert "two camps on: Anchor first" in page.get_attribute(PICTURE, "alt")
    quiet = page.get_by_label("Quiet members stop answering when they stand alone")
    quiet.focus()
    headline = page.inner_text(".cl-headline").strip()
    page.keyboard.press("Space")
    wait_for_change(page, ".cl-headline", headline)
    assert "Everybody who answered in round 1 still answers" in page.inner_text(".cl-words")
    assert visit.errors == []
    assert visit.outside == []
