"""The course home: what a trainee sees of her way through the course, and the links in it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

import clusterlib
from clusterlib.delivery.cohorts.opening import LEARNER_CONFIG
from clusterlib.portfolio import Portfolio
from clusterlib.portfolio.progress import STEPS
from clusterlib.widgets.course_home import CourseHome, course_home

AUDIENCES = ("academic", "enterprise", "government", "ngo")


@pytest.fixture(autouse=True)
def portfolio(monkeypatch, tmp_path) -> Portfolio:
    monkeypatch.setenv("CLUSTER_PORTFOLIO", str(tmp_path / "mine"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return Portfolio.open()


class Page(HTMLParser):
    """Collects links, table heads and the caption, and checks that tags close."""

    def __init__(self, home: CourseHome) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scopes: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(home._bundle()["text/html"])

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.tags.append(tag)
        if tag == "a":
            self.links.append(known["href"])
        if tag == "th":
            self.scopes.append(known["scope"])

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_links_lead_to_the_other_homes_and_to_each_module(audience):
    links = Page(course_home(audience)).links
    for other in AUDIENCES:
        assert (f"../{other}/00-start-here.ipynb" in links) == (other != audience)
    for slug in clusterlib.list_modules()["slug"]:
        assert f"{slug}.ipynb" in links
    assert not [link for link in links if link.startswith(("/", "http"))]


def test_the_table_can_be_walked_by_a_screen_reader():
    page = Page(course_home("ngo"))
    modules = clusterlib.list_modules()
    assert page.scopes == ["col"] * 6 + ["row"] * len(modules)
    assert page.tags.count("caption") == 1
    assert "Modules of the course and your progress" in page.words


def test_every_module_shows_minutes_and_outcomes():
    words = " ".join(Page(course_home("ngo")).words)
    for module in clusterlib.list_modules().to_dict("records"):
        assert f"{module['minutes_lesson']} + {module['minutes_exercise']}" in words
        assert all(outcome in words for outcome in module["outcomes"])


def test_text_twin_says_the_same_without_a_browser():
    text = course_home("ngo")._bundle()["text/plain"]
    for module in clusterlib.list_modules().to_dict("records"):
        assert module["title"] in text
        assert all(outcome in text for outcome in module["outcomes"])
    assert text.endswith("Your next step: Read part 1: 00-start-here.ipynb")


def join_course(tmp_path, exchange) -> None:
    """Give the learner nbgrader settings as `cluster-course cohort new` prints them."""
    (tmp_path / "jupyter").mkdir()
    (tmp_path / "jupyter" / "nbgrader_config.py").write_text(
        LEARNER_CONFIG.format(course_id="d-27-ngo", exchange=str(exchange)), encoding="utf-8"
    )


def test_a_taught_course_adds_a_column_with_status_and_deadline(monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTER_TIMEZONE", "Asia/Kathmandu")
    join_course(tmp_path, tmp_path / "exchange")
    (tmp_path / "exchange" / "d-27-ngo" / "outbound" / "02-needs").mkdir(parents=True)
    deadlines = tmp_path / "exchange" / "d-27-ngo" / "deadlines.json"
    deadlines.write_text('{"deadlines": {"02-needs": "2020-03-28T21:59:00+00:00"}}')
    home = course_home("ngo")
    modules = clusterlib.list_modules()
    page = Page(home)
    assert page.scopes == ["col"] * 7 + ["row"] * len(modules)
    assert page.tags.count("td") == 6 * len(modules)
    words = "released; overdue, was due Sun 29 Mar 2020 03:44 (Asia/Kathmandu, UTC+05:45)"
    assert {"Exercise", words, "not released"} <= set(page.words)
    assert f"Exercise: {words}." in home._bundle()["text/plain"]


def test_the_column_follows_when_the_trainer_releases(tmp_path):
    join_course(tmp_path, tmp_path / "exchange")
    home = course_home("ngo")
    assert "not known: the exchange" in " ".join(Page(home).words)
    (tmp_path / "exchange" / "d-27-ngo" / "outbound" / "02-needs").mkdir(parents=True)
    home._root.children[3].children[1].click()
    assert "released; deadline not known" in Page(home).words


def test_without_a_taught_course_there_is_no_word_of_it():
    bundle = course_home("ngo")._bundle()
    assert "Exercise</th>" not in bundle["text/html"]
    assert "Exercise:" not in bundle["text/plain"]


def test_depth_follows_the_audience():
    depth = {row.slug: row.depth for row in course_home("academic")._rows}
    assert depth["03-mapping"] == "in full"
    assert {row.slug: row.depth for row in course_home("ngo")._rows}["03-mapping"] != "in full"


def test_progress_comes_from_the_portfolio_and_refreshes(portfolio):
    home = course_home("government")
    assert home.value == {
        "audience": "government", "module": "00-start-here", "step": "Read part 1", "done": 0,
    }  # fmt: skip
    portfolio.record_attempt("02-needs", "crosshair", True, "mean")
    portfolio.save_document("needs-report.docx", b"report", "02-needs")
    for step in STEPS:
        portfolio.mark_done("00-start-here", step)
    home.refresh()
    following = clusterlib.list_modules()["slug"].iloc[1]
    assert (home.value["done"], home.value["module"]) == (1, following)
    words = " ".join(Page(home).words)
    assert "1 right" in words
    assert "1 document saved" in words
    assert "Finished" in words


def test_the_buttons_mark_a_part_and_say_so(portfolio):
    home = course_home("ngo")
    home._module.value, home._part.value = "02-needs", "2"
    mark, refresh, collect = home._root.children[3].children
    collect.click()
    assert "portfolio.docx" in home._said.value
    assert (portfolio.folder / "portfolio.zip").is_file()
    mark.click()
    assert "Part 2 of" in home._said.value
    assert Portfolio.open().progress().loc["02-needs", "parts_done"] == 1
    refresh.click()
    assert "0 of them done" in home._said.value


def test_when_all_is_done_the_home_says_so(portfolio):
    for slug in clusterlib.list_modules()["slug"]:
        for step in STEPS:
            portfolio.mark_done(slug, step)
    home = course_home("ngo")
    assert home.value["module"] is None
    assert "You have done every module" in home._bundle()["text/plain"]


def test_a_portfolio_that_cannot_be_written_is_said_on_the_page(monkeypatch):
    home = course_home("ngo")

    def full(self, module, part):
        raise OSError("disk full")

    monkeypatch.setattr(Portfolio, "mark_done", full)
    home._root.children[3].children[0].click()
    assert "was not kept: disk full" in home._said.value


def test_an_unknown_audience_lists_the_four():
    with pytest.raises(ValueError, match="academic, enterprise, government, ngo"):
        course_home("press")


def test_controls_have_full_words():
    home = course_home("ngo")
    assert [control.description for control in home._root.children[1:3]] == ["Module", "Part"]
    buttons = home._root.children[3].children
    assert all(len(button.description.split()) >= 3 for button in buttons)
    home.close()
