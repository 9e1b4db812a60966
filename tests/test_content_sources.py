"""Sources: every key is in the bibliography, every entry can be found again and is used."""

import re

import pytest
from course_content import EDITIONS, ROOT, SLUGS, lesson, text

from clusterlib.delivery.building.citations import citation_keys, read_bibliography

REFERENCES = read_bibliography(ROOT)


def test_every_entry_has_author_or_body_year_and_title():
    """Only a page of the web may be without a date; the build refuses any other."""
    assert REFERENCES
    for key, reference in REFERENCES.items():
        assert reference.missing == "", key
        assert re.fullmatch(r"(19|20)\d\d|no date", reference.year), key


def test_entries_are_shown_without_markup():
    for key, reference in REFERENCES.items():
        assert not re.search(r"[{}\\]|--", reference.entry.replace(reference.link, "")), key


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_list_and_text_name_the_same_sources(slug, audience):
    cells = [text(cell) for cell in lesson(slug, audience)["cells"]]
    listed = next(cell for cell in cells if cell.startswith("## Sources")).splitlines()[2:]
    used = re.findall(r"\[\\\[(\d+)\\\] ", "\n".join(cells))
    assert [line.split(".")[0] for line in listed] == list(dict.fromkeys(used))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_key_of_a_source_is_in_the_bibliography(slug):
    keys = set()
    for name in ("lesson.md", "exercise.md"):
        source = (ROOT / "course/sources" / slug / name).read_text(encoding="utf-8")
        keys |= {key for key, _ in citation_keys(source)}
    assert keys
    assert keys - set(REFERENCES) == set()
