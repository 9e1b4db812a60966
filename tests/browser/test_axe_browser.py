"""Every registered explorer under axe-core: no serious or critical fault in the widget area.

axe-core (MPL-2.0) is not part of the repository. It is taken from the file that CLUSTER_AXE names,
from node_modules beside this checkout, or installed by npm into a folder of the tests.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clusterlib import widgets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = Path(__file__).resolve().parents[2]
INSIDE = Path("node_modules") / "axe-core" / "axe.min.js"
NOT_EXPLORERS = {"access", "checks", "explorer", "parameters"}  # rooms of the package
SET_UP = (
    "import clusterlib\n"
    "from clusterlib import data, widgets\n"
    'case = clusterlib.load_case("government")\n'
    "plan = data.policy_plan(case)\n"
    "choice = data.action_choice(2027)\n"
    "survey = data.cooperation(2027)\n"
    "search = data.partner_search(2027)\n"
    "record = data.support_record(2027)\n"
    "items = [{'id': 'a', 'kind': 'likert', 'question': 'Trust', 'required': 'yes'},\n"
    "         {'id': 'b', 'kind': 'number', 'question': 'Employees'},\n"
    "         {'id': 'c', 'kind': 'choice', 'question': 'Field', 'options': 'devices;care'},\n"
    "         {'id': 'd', 'kind': 'text', 'question': 'What else?'}]"
)
CALLS = {
    "ahp": "widgets.ahp(list(choice.criteria.index), choice.judgements)",
    "check": 'widgets.check("02-needs", "silent")',
    "coherence_matrix": (
        "widgets.coherence_matrix(plan.first_scores, plan.links, plan.second_scores, plan.names)"
    ),
    "consortium_builder": (
        'widgets.consortium_builder(search.profiles, search.calls["cross-border"])'
    ),
    "course_home": 'widgets.course_home("government")',
    "delphi_room": "widgets.delphi_room(data.vision_panel(case))",
    "excellence_check": "widgets.excellence_check({})",
    "fee_game": "widgets.fee_game(rounds=2)",
    "finance_plan": "widgets.finance_plan(data.finance_case(2027))",
    "impact_panel": (
        'widgets.impact_panel(record.panel, "supported", "year", "firm", record.start, '
        "record.marks)"
    ),
    "needs_matrix": (
        'widgets.needs_matrix(case.importance, case.ability, case.competences["name"])'
    ),
    "network_explorer": "widgets.network_explorer(survey.edges, survey.groups, survey.names)",
    "offers_board": "widgets.offers_board(search.offers, search.demands)",
    "questionnaire": 'widgets.questionnaire(items, "members-survey")',
    "regional_profile": "widgets.regional_profile(case.employment_start, case.employment)",
    "stakeholder_map": "widgets.stakeholder_map(data.leadership_scene(2027).people)",
    "topsis": (
        "widgets.topsis(choice.scores, choice.criteria['weight'], choice.criteria['benefit'])"
    ),
    "trust_game": "widgets.trust_game(rounds=2)",
    "watch_radar": "widgets.watch_radar(data.watch_record(2027).documents)",
}
AUDIT = """
async (name) => {
  const found = await axe.run(document.querySelector(`[data-axe="${name}"]`), {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return found.violations.map((one) => [one.impact, one.id, one.nodes.length,
    one.nodes[0].html.slice(0, 160)]);
}
"""
# The cells stand in the order of CALLS; each output gets the name of what it shows. An output
# that is out of sight is not drawn by JupyterLab, so every cell is scrolled to.
MARK = """
([place, name]) => {
  const cell = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[place];
  const roots = cell ? cell.querySelectorAll('.cl-root') : [];
  const ready = roots.length && [...roots].every((root) => root.getAttribute('aria-label'));
  if (!ready) { cell?.scrollIntoView(); return false; }
  cell.querySelector('.jp-OutputArea').dataset.axe = name;
  return true;
}
"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of axe.min.js: named, beside the checkout, or installed by npm."""
    named = os.environ.get("CLUSTER_AXE")
    if named:
        if not Path(named).is_file():
            pytest.fail(f"CLUSTER_AXE names {named}, and there is no such file")
        return Path(named).read_text(encoding="utf-8")
    if (HERE / INSIDE).is_file():
        return (HERE / INSIDE).read_text(encoding="utf-8")
    npm = shutil.which("npm")
    if npm is None:
        _missing("axe-core needs npm, which is not installed; or name axe.min.js in CLUSTER_AXE")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [str(npm), "install", "--no-save", "--no-audit", "--no-fund", "axe-core@4"],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if not (folder / INSIDE).is_file():
        _missing(f"npm could not install axe-core: {done.stderr.strip()[-300:]}")
    return (folder / INSIDE).read_text(encoding="utf-8")


def _missing(reason: str) -> None:
    """Fail where the gate runs, skip with the reason on somebody's own machine."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def test_every_registered_explorer_is_in_the_walk() -> None:
    assert set(dir(widgets)) - NOT_EXPLORERS == set(CALLS)


def test_no_explorer_has_a_serious_or_critical_fault(page, lab, visit, run_notebook, axe) -> None:
    run_notebook(page, lab.write("axe.ipynb", [SET_UP, *CALLS.values()]))
    for place, name in enumerate(CALLS, start=1):
        page.wait_for_function(MARK, arg=[place, name])
    page.evaluate(axe)
    # What is folded away is hidden from axe as well.
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => one.open = true)")
    grave = []
    for name in CALLS:
        faults = page.evaluate(AUDIT, name)
        print(f"{name}: " + ("; ".join(f"{a} {b} x{n}" for a, b, n, _ in faults) or "none"))
        grave += [(name, *fault) for fault in faults if fault[0] in ("serious", "critical")]
    assert grave == []
    # The walk itself can fail: a nameless picture put into an area is found.
    page.evaluate(
        "(bad) => document.querySelector('[data-axe=topsis] .cl-root')"
        ".insertAdjacentHTML('beforeend', bad)",
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    )
    assert "image-alt" in [one[1] for one in page.evaluate(AUDIT, "topsis")]
    assert visit.errors == []
    assert visit.outside == []
