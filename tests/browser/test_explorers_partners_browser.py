"""Partners, watch, impact and questionnaire in a real JupyterLab, moved by keyboard."""

import os

import pytest
from latency import LIMIT, quickest_median

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET_UP = (
    "from clusterlib import data, widgets\n"
    "search = data.partner_search(2027)\n"
    "record = data.support_record(2027)\n"
    "read = data.watch_record(2027)\n"
    "items = [\n"
    "    {'id': 'trust', 'kind': 'likert', 'question': 'We trust each other', 'required': 'yes'},\n"
    "    {'id': 'staff', 'kind': 'number', 'question': 'Employees', 'low': 0, 'high': 5000,\n"
    "     'help': 'head count'},\n"
    "    {'id': 'field', 'kind': 'choice', 'question': 'Main field', 'options': 'devices;care'},\n"
    "    {'id': 'note', 'kind': 'text', 'question': 'What else?'},\n"
    "]"
)
CONSORTIUM = 'widgets.consortium_builder(search.profiles, search.calls["cross-border"])'
OFFERS = "widgets.offers_board(search.offers, search.demands)"
RADAR = "widgets.watch_radar(read.documents)"
IMPACT = (
    'widgets.impact_panel(record.panel, "supported", "year", "firm", record.start, record.marks)'
)
FORM = 'widgets.questionnaire(items, "members-survey")'
ROOT = ".cl-root"


@pytest.fixture
def opened(page, lab, visit, run_notebook):
    """A function that opens one notebook with these cells and waits for their widgets."""

    def run(*cells):
        run_notebook(page, lab.write("partners.ipynb", [SET_UP, *cells]))
        page.wait_for_function(
            "(count) => document.querySelectorAll('.cl-root[aria-label]').length === count",
            arg=len(cells),
        )
        return [page.locator(ROOT).nth(number) for number in range(len(cells))]

    yield run
    assert visit.errors == []
    assert visit.outside == []


def headline(root):
    return root.locator(".cl-headline").inner_text().strip()


def changed(page, root, act):
    """Do something and return the new headline, once it and the picture have changed."""
    before = root.locator("img.cl-picture").get_attribute("src")
    words = headline(root)
    act()
    page.wait_for_function(
        "([root, src, words]) => {"
        " const said = root.querySelector('.cl-headline').textContent.trim();"
        " return root.querySelector('img.cl-picture').src !== src && said !== words"
        " && !said.startsWith('Working'); }",
        arg=[root.element_handle(), before, words],
    )
    return headline(root)


def shots(page, name):
    """Keep pictures of the page at two widths where a folder for them is named."""
    folder = os.environ.get("CLUSTER_SHOTS")
    if not folder:
        return
    for width in (1280, 800):
        page.set_viewport_size({"width": width, "height": 1000})
        for number in range(page.locator(ROOT).count()):
            page.locator(ROOT).nth(number).screenshot(path=f"{folder}/{name}{number}-{width}.png")
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_four_explorers_by_keyboard(page, opened):
    builder, board, radar, impact = opened(CONSORTIUM, OFFERS, RADAR, IMPACT)

    partner = builder.get_by_label("P06 Ravensill Sensors", exact=False)
    partner.focus()
    assert "competence sensors" in headline(builder)
    said = changed(page, builder, lambda: page.keyboard.press("Space"))
    assert said.startswith("1 partner,")
    assert "competence sensors" not in said
    found = builder.get_by_role("button", name="Show the cheapest")
    said = changed(page, builder, lambda: found.press("Enter"))
    assert said.endswith("Eligible.")
    alternative = builder.get_by_role("button", name="Show the next alternative")
    changed(page, builder, lambda: alternative.press("Enter"))

    board.get_by_role("slider", name="Likeness a pair must reach").focus()
    said = changed(page, board, lambda: page.keyboard.press("PageUp"))
    assert not said.startswith("Threshold 0.10")
    rule = board.get_by_label("How pairs are made")
    said = changed(page, board, lambda: rule.select_option(index=2))
    assert "blocking pairs: 0" not in said
    assert "will break the plan" in board.inner_text()

    radar.get_by_role("slider", name="Burst: how many times").focus()
    changed(page, radar, lambda: page.keyboard.press("PageUp"))
    reject = radar.get_by_label("Leave out these words")
    reject.fill("health care; telecare")
    changed(page, radar, lambda: reject.press("Enter"))
    assert "Left out: health care and telecare" in radar.inner_text()

    impact.get_by_role("slider", name="First year counted as after").focus()
    said = changed(page, impact, lambda: page.keyboard.press("ArrowLeft"))
    assert said.startswith("Placebo with start 2021")
    view = impact.get_by_label("What to look at")
    said = changed(page, impact, lambda: view.select_option("What the learners gained"))
    assert said.startswith("Class gain")
    shots(page, "explorer")


def test_a_form_tells_all_faults_and_resumes_by_keyboard(page, opened):
    (form,) = opened(FORM)
    form.get_by_label("Employees").fill("many")
    form.get_by_role("button", name="Check and finish").press("Enter")
    form.get_by_text("is not a number").wait_for()
    assert form.locator("li").count() == 3  # code, required mark, number: all at once
    page.wait_for_function(
        "() => document.activeElement?.closest('.cl-control')?.textContent.startsWith('Code of')"
    )
    page.keyboard.type("R07")
    page.keyboard.press("Tab")
    form.get_by_text("No answers of R07 are kept yet.").wait_for()
    assert form.get_by_role("radio").first.evaluate("node => node === document.activeElement")
    page.keyboard.press("ArrowRight")  # from the first mark to the second
    form.get_by_text("Not saved yet.").wait_for()
    form.get_by_label("Employees").fill("12,5")
    shots(page, "form")
    form.get_by_role("button", name="Check and finish").press("Enter")
    form.get_by_text("Finished: the answers of R07 are kept in members-survey.csv.").wait_for()
    (again,) = opened(FORM)
    again.get_by_label("Code of the person").fill("R07")
    page.keyboard.press("Tab")
    again.get_by_text("The answers of R07 were read").wait_for()
    assert again.get_by_role("radio").nth(1).is_checked()
    assert again.get_by_label("Employees").input_value() == "12.5"


# Each stands where one step shows: 0.12 to 0.13 takes a pair off the board.
MOVES = {
    "offers": (OFFERS.replace(")", ", {'threshold': 0.12})"), "Likeness a pair must reach"),
    "bursts": (RADAR.replace(")", ", settings={'scale': 1.9})"), "Burst: how many times"),
    "growth": (RADAR.replace(")", ", settings={'view': 'growth'})"), "Growth: level"),
    "themes": (RADAR.replace(")", ", settings={'view': 'themes'})"), "Themes: most words"),
    "impact": (IMPACT, "First year counted as after"),
    "consortium": (CONSORTIUM, "Budget of the call"),
}


def test_a_slider_step_shows_its_picture_quickly(page, opened):
    roots = opened(*(cell for cell, _ in MOVES.values()))
    medians = {}
    for (name, (_, slider)), root in zip(MOVES.items(), roots, strict=True):
        handle = root.get_by_role("slider", name=slider)
        handle.evaluate("node => node.setAttribute('data-move', '1')")
        medians[name] = quickest_median(page, '[data-move="1"]', name, presses=9)
        handle.evaluate("node => node.removeAttribute('data-move')")
    slow = {name: time for name, time in medians.items() if time >= LIMIT}
    assert not slow
