"""Form of lessons and exercises: what a reader finds in the same place in every module."""

import re
import statistics
from collections import defaultdict
from itertools import pairwise

import pytest
from course_content import (
    AUDIENCES,
    EDITIONS,
    ROOT,
    SLUGS,
    TEMPLATE,
    built,
    code_cells,
    exercise,
    lesson,
    prose_cells,
    running_text,
    sentences,
    text,
    word_counts,
    words,
)

SECTIONS = ["Your situation", "With your own", "Field sheet", "Key points", "Next step"]
UNSEEN_VERBS = ("understand", "know", "learn", "appreciate", "be aware", "be familiar", "realise")
EMPTY_LINKS = {"here", "link", "this", "this link", "click here", "more", "read more", "source"}
# Known to every reader of the course, or no acronym at all.
PLAIN_CAPITALS = {"EU", "EUR", "USA", "UK", "US", "CC", "BY", "BSD", "PDF", "CSV", "XLSX", "ID"}
ACRONYM = re.compile(r"(?<![\w./-])([A-Z]{2,}[A-Za-z]?)(?![\w-])")


def headings(notebook):
    """Return (level, title) of each heading, in order."""
    prose = [text(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    found = re.findall(r"^(#+) (.+)$", "\n".join(prose), flags=re.MULTILINE)
    return [(len(marks), title.strip()) for marks, title in found]


def list_items(markdown):
    """Return the lists of a cell, each as its items."""
    found, current = [], []
    for line in markdown.splitlines():
        item = re.match(r"(?:[-*]|\d+\.) (.+)", line)
        if item:
            current.append(item[1])
        elif current and line and not line.startswith(" "):
            found.append(current)
            current = []
    return [*found, current] if current else found


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_first_cell_says_what_for_whom_and_how_long(slug, audience):
    first = text(lesson(slug, audience)["cells"][0])
    assert first.startswith("# ")
    assert "**Audience" in first
    assert "**Minutes" in first
    assert "**The decision" in first
    *_, questions, outcomes = list_items(first)
    assert 2 <= len(questions) <= 3
    assert all("?" in question for question in questions)
    assert 3 <= len(outcomes) <= 5
    assert not [o for o in outcomes if o.lower().startswith(UNSEEN_VERBS)]


@pytest.mark.parametrize("make", [lesson, exercise])
@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_one_title_and_no_skipped_heading_level(slug, audience, make):
    levels = [level for level, _ in headings(make(slug, audience))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    if make is lesson:
        assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_sections_stand_in_their_order(slug, audience):
    notebook = lesson(slug, audience)
    titles = [title for level, title in headings(notebook) if level == 2]
    # A lesson may have further sections, and may say "With your own region".
    standing = [section for title in titles for section in SECTIONS if title.startswith(section)]
    assert standing == SECTIONS
    parts = [title for title in titles if title.startswith("Part ")]
    assert [part.split(":")[0] for part in parts] == ["Part 1", "Part 2", "Part 3"]
    assert "Generated from" in text(notebook["cells"][-1])
    cited = any("](#Sources)" in text(cell) for cell in notebook["cells"])
    assert titles[-1] == ("Sources" if cited else "Next step")
    assert cited, "a lesson names its sources"


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_three_self_checks_and_something_to_move(slug, audience):
    code = "\n".join(code_cells(lesson(slug, audience)))
    called = re.findall(r"widgets\.(\w+)\(", code)
    assert called.count("check") >= 3
    if slug != TEMPLATE:
        assert set(called) - {"check"}, "a lesson has an interactive widget"


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_code_is_short_and_introduced(slug, audience):
    for code in code_cells(lesson(slug, audience)):
        assert len([line for line in code.splitlines() if line.strip()]) <= 12, code
    kinds = "".join(cell["cell_type"][0] for cell in lesson(slug, audience)["cells"])
    # A line to fill and the cell that uses it may share one sentence; three in a row may not.
    assert "ccc" not in kinds
    assert kinds.startswith("m")


@pytest.mark.parametrize("make", [lesson, exercise])
@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_code_reads_nothing_from_the_net_and_installs_nothing(slug, audience, make):
    for code in code_cells(make(slug, audience)):
        assert not re.search(r"https?://|pip install|urlopen|requests\.", code), code


@pytest.mark.parametrize("make", [lesson, exercise])
@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_links_say_where_they_go_and_images_what_they_show(slug, audience, make):
    for cell in make(slug, audience)["cells"]:
        shown = text(cell)
        if cell["cell_type"] == "markdown":
            links = re.findall(r"(?<!!)\[((?:\\.|[^\]\\])+)\]\(([^)]+)\)", shown)
            bad = [t for t, _ in links if t.lower().strip() in EMPTY_LINKS or "://" in t]
            assert bad == []
            assert all(alt.strip() for alt in re.findall(r"!\[([^\]]*)\]\(", shown))
            assert not re.search(r"(?<![(<\"])https?://", shown), "a bare address is no link text"


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_acronyms_are_expanded_at_first_use(slug, audience):
    prose = "\n".join(running_text(cell) for cell in prose_cells(lesson(slug, audience)))
    seen, bare = set(), []
    for found in ACRONYM.finditer(prose):
        name = found[1].rstrip("s")
        if name in seen | PLAIN_CAPITALS:
            continue
        seen.add(name)
        before, after = prose[: found.start()], prose[found.end() :]
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", before)[-2 - len(name) :])
        spelled = name.lower() in initials.lower()
        if not (spelled or before.endswith("(") or after.startswith((" (", "s ("))):
            bare.append(f"{name}: {before[-40:]}{name}{after[:20]}")
    assert bare == []


def glossary():
    """Return the terms of the glossary."""
    page = (ROOT / "course/glossary.md").read_text(encoding="utf-8")
    return {term.lower() for term in re.findall(r"^\*\*(.+?)\*\*:", page, flags=re.MULTILINE)}


def marked_terms(slug):
    """Return the *terms* that a module's lesson marks, over all audiences."""
    found = set()
    for audience in AUDIENCES:
        for cell in prose_cells(lesson(slug, audience)):
            plain = re.sub(r"```.*?```|`[^`]*`", "", cell, flags=re.DOTALL)
            found |= set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", plain))
    return {term.lower() for term in found}


@pytest.mark.parametrize("slug", [*SLUGS, TEMPLATE])
def test_marked_terms_stand_in_the_glossary(slug):
    assert marked_terms(slug) - glossary() == set()


def test_every_term_of_the_glossary_is_used():
    assert glossary()
    assert glossary() - set().union(*(marked_terms(slug) for slug in SLUGS)) == set()


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_median_sentence_has_20_words_or_fewer(slug, audience):
    for notebook in (lesson(slug, audience), exercise(slug, audience)):
        assert statistics.median(words(sentence) for sentence in sentences(notebook)) <= 20


def test_no_long_sentence_stands_in_two_modules():
    standing = defaultdict(set)
    for slug in SLUGS:
        for notebook in built(slug).values():
            for sentence in sentences(notebook):
                if words(sentence) >= 12:
                    standing[sentence].add(slug)
    assert {s: sorted(where) for s, where in standing.items() if len(where) > 1} == {}


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug >= "02"])
def test_every_audience_reads_its_own_course_beside_the_common_one(slug):
    for audience, (alone, common) in word_counts(slug).items():
        assert alone >= 350, f"{audience} reads {alone} words that nobody else reads"
        assert common >= 2500, f"{audience} reads {common} words that all read"
