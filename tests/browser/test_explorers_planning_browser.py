"""Network, judgements, ranking and finance plan in a real JupyterLab, by keyboard alone."""

import pytest
from latency import LIMIT, quickest_median

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from clusterlib import data, widgets",
    "survey = data.cooperation(2027)\n"
    "widgets.network_explorer(survey.edges, survey.groups, survey.names)",
    "choice = data.action_choice(2027)",
    "widgets.ahp(list(choice.criteria.index), choice.judgements)",
    "widgets.topsis(choice.scores, choice.criteria['weight'], choice.criteria['benefit'])",
    "widgets.finance_plan(data.finance_case(2027))",
]
# Explorer, the slider that is moved, the key, words of the headline that must come.
MOVES = [
    ("Network explorer", "Introductions to make", "ArrowRight", "1 introduction:"),
    ("Pairwise comparison", "Yearly cost or Wait", "Home", "Yearly cost 9 times"),
    ("Ranking options", "Weight of New jobs", "Home", "Shared cleanroom 4 to 5"),
    ("Finance plan", "Grants are paid later by", "PageUp", "The plan falls below zero"),
]


@pytest.fixture
def notebook(page, lab, run_notebook):
    run_notebook(page, lab.write("planning.ipynb", CELLS))
    page.wait_for_function(
        f"() => document.querySelectorAll('.cl-root img.cl-picture').length === {len(MOVES)}"
    )
    return page


def explorer(page, title):
    return page.locator(".cl-root").filter(has_text=title)


def test_each_explorer_follows_the_keyboard_and_shows_its_picture_quickly(notebook, visit):
    cells = notebook.locator(".jp-Notebook .jp-Cell").count()
    for title, slider, key, words in MOVES:
        root = explorer(notebook, title)
        moved = root.locator(f'[role=slider][aria-label^="{slider}"]')
        moved.wait_for()
        picture = root.locator("img.cl-picture")
        before, told = picture.get_attribute("src"), root.locator(".cl-words")
        old = told.inner_text()
        moved.focus()
        notebook.keyboard.press(key)
        root.locator(".cl-headline").filter(has_text=words).wait_for()
        notebook.wait_for_function(
            "([node, old]) => node.innerText !== old", arg=[told.element_handle(), old]
        )
        assert picture.get_attribute("src") != before, title
        assert words in picture.get_attribute("alt"), title
        handle = f'.cl-root [role=slider][aria-label^="{slider}"]'
        assert quickest_median(notebook, handle, title) < LIMIT, title
        root.get_by_role("button", name="Reset").press("Enter")
        root.locator(".cl-headline").filter(has_not_text=words).wait_for()
    assert notebook.locator(".jp-Notebook .jp-Cell").count() == cells
    assert visit.errors == []
    assert visit.outside == []


def test_a_judgement_is_read_out_in_words(notebook):
    handle = notebook.locator('[role=slider][aria-label^="Yearly cost or Wait"]')
    handle.focus()
    notebook.keyboard.press("Home")
    notebook.wait_for_function(
        "(node) => node.getAttribute('aria-valuetext') === 'Yearly cost 9 times, extremely more'",
        arg=handle.element_handle(),
    )


LARGE = (
    "import numpy, pandas\n"
    "from clusterlib import widgets\n"
    "pairs = numpy.random.default_rng(1).integers(0, 100, (180, 2))\n"
    "ties = pandas.DataFrame(pairs[pairs[:, 0] != pairs[:, 1]], columns=['source', 'target'])\n"
    "widgets.network_explorer(ties, {actor: f'group {actor % 4}' for actor in range(100)})"
)
SEEN_WORKING = """
() => new Promise((done) => {
  const root = document.querySelector('.cl-root');
  const end = performance.now() + 10000;
  const look = () => {
    const sign = getComputedStyle(root, '::after');
    const seen = sign.content.includes('Working') && sign.visibility === 'visible';
    if (seen || performance.now() > end) done(seen); else requestAnimationFrame(look);
  };
  document.querySelector('.cl-root [role=slider]').dispatchEvent(
    new KeyboardEvent('keydown', {key: 'End', bubbles: true}));
  look();
})
"""


def test_a_long_recompute_says_that_it_is_working(page, lab, run_notebook):
    run_notebook(page, lab.write("large.ipynb", [LARGE]))
    page.wait_for_selector(".cl-root img.cl-picture")
    page.wait_for_selector(".cl-root [role=slider][aria-label]")
    assert page.evaluate(SEEN_WORKING)
    page.locator(".cl-headline").filter(has_text="5 introductions:").wait_for()
    page.wait_for_function("() => !document.querySelector('.cl-root.cl-busy')")
