"""The stakeholder map and both games in a real JupyterLab, by keyboard alone."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET_UP = "from clusterlib import data, widgets\nscene = data.leadership_scene(2027)"
MAP = "widgets.stakeholder_map(scene.people)"
PICTURE = ".cl-root img.cl-picture"


def press_until_it_speaks(page, press):
    """Do `press` and wait until the sentence under the controls has changed."""
    before = page.inner_text(".cl-headline").strip()
    press()
    page.wait_for_function(
        "old => document.querySelector('.cl-headline')?.textContent.trim() !== old", arg=before
    )
    return page.inner_text(".cl-headline").strip()


def test_a_stakeholder_is_moved_by_keyboard(page, lab, visit, run_notebook):
    run_notebook(page, lab.write("map.ipynb", [SET_UP, MAP]))
    page.wait_for_selector(PICTURE)
    before = page.get_attribute(PICTURE, "src")
    chosen = page.get_by_label("Stakeholder to look at")
    said = press_until_it_speaks(page, lambda: chosen.select_option("Patients' Voice"))
    assert said.startswith("Patients' Voice: keep informed, a dependent stakeholder")
    page.get_by_role("slider", name="Power of this stakeholder (1 to 5)").focus()
    said = press_until_it_speaks(page, lambda: page.keyboard.press("End"))
    assert said.startswith("Patients' Voice: manage closely, a definitive stakeholder")
    assert page.get_attribute(PICTURE, "src") != before
    assert "Patients' Voice > power = 5.0" in page.get_by_label("Your changes").input_value()
    page.get_by_role("button", name="Save to my portfolio").press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.cl-saved')?.textContent.includes('stakeholder-map.csv')"
    )
    assert visit.errors == []
    assert visit.outside == []


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("widgets.trust_game(rounds=2)", ("Share our results", "Hold back")),
        ("widgets.fee_game(rounds=2)", ("Pay the fee", "Keep the money")),
    ],
    ids=["trust-game", "fee-game"],
)
def test_a_game_is_played_by_keyboard(page, lab, visit, run_notebook, cell, words):
    run_notebook(page, lab.write("game.ipynb", [SET_UP, cell]))
    page.wait_for_selector(PICTURE)
    before = page.get_attribute(PICTURE, "src")
    for number, word in enumerate(words, start=1):
        name = page.get_by_role("button", name=word)
        said = press_until_it_speaks(page, lambda button=name: button.press("Enter"))
        assert said.startswith(f"Round {number}:")
    assert "The game is over" in said
    assert page.get_attribute(PICTURE, "src") != before
    page.get_by_role("button", name="Save to my portfolio").press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.cl-saved')?.textContent.includes('-log.csv')"
    )
    assert visit.errors == []
    assert visit.outside == []
