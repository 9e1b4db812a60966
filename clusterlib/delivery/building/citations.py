"""Citations by key: numbered links in the text, and the list of sources at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from clusterlib.delivery.building.problems import BuildFailed, Problem
from clusterlib.delivery.building.source import SourceCell

BIBLIOGRAPHY = "course/references.bib"
UNDATED = "no date"
CITATION = re.compile(r"\[(@[a-z0-9_-]+(?:\s*;\s*@[a-z0-9_-]+)*)\]", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """One entry of the bibliography in plain text; empty where the entry says nothing."""

    names: tuple[str, ...]
    written_names: str
    year: str
    title: str
    venue: str
    link: str

    @property
    def short(self) -> str:
        """Author and year, as a reader looks for them in the list."""
        if len(self.names) > 2:
            return f"{self.names[0]} and others, {self.year}"
        return f"{' and '.join(self.names)}, {self.year}"

    @property
    def missing(self) -> str:
        """What a reader needs to find the work again and the entry does not say."""
        wanted = {
            "an author or body": self.written_names,
            # A page of the web may bear no date; then its address is what finds it again.
            "a year": self.year != UNDATED or self.link,
            "a title": self.title,
        }
        return " and ".join(name for name, value in wanted.items() if not value)

    @property
    def entry(self) -> str:
        """The line of the list; the link's text says where it goes."""
        parts = [f"{self.written_names} ({self.year}). {self.title.rstrip('.')}."]
        if self.venue:
            parts.append(f"{self.venue}.")
        if self.link:
            place = self.link.split("/")[2].removeprefix("www.")
            parts.append(f"[{self.short} at {place}]({self.link})")
        return " ".join(parts)


@lru_cache(maxsize=4)
def _parse(text: str) -> dict[str, Reference]:
    from pybtex.database import parse_string

    # pybtex would take the "@" of a commented example for an entry; empty lines keep the numbers.
    database = parse_string(re.sub(r"(?m)^%.*$", "", text), "bibtex")
    return {key: _reference(entry) for key, entry in database.entries.items()}


def read_bibliography(root: Path) -> dict[str, Reference]:
    """Return the entries of course/references.bib by key."""
    from pybtex.exceptions import PybtexError

    if not (root / BIBLIOGRAPHY).exists():
        raise BuildFailed([Problem(BIBLIOGRAPHY, 1, "is missing: citations are looked up there")])
    text = (root / BIBLIOGRAPHY).read_text(encoding="utf-8")
    try:
        return _parse(text)
    except PybtexError as error:
        raise BuildFailed([Problem(BIBLIOGRAPHY, 1, f"cannot be read: {error}")]) from error


def _reference(entry: Any) -> Reference:
    from pybtex.richtext import Text

    def plain(name: str) -> str:
        return " ".join(str(Text.from_latex(entry.fields.get(name, ""))).split())

    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(str(part) for part in person.rich_last_names) for person in people]
    initials = [
        " ".join(f"{str(part)[0]}." for part in person.rich_first_names + person.rich_middle_names)
        for person in people
    ]
    written = [f"{n}, {i}" if i else n for n, i in zip(names, initials, strict=True)]
    if not names:
        body = plain("organization") or plain("institution") or plain("publisher")
        names = written = [body] if body else []
    written = ["others" if name == "others" else name for name in written]
    pages = plain("pages").replace("--", "–")
    number = f"({plain('number')})" if plain("number") else ""
    where = plain("journal") or plain("booktitle")
    volume = f" {plain('volume')}{number}" if plain("volume") else ""
    venue = f"{where}{volume}{f', {pages}' if pages else ''}" if where else ""
    if not venue:
        venue = ", ".join(v for v in map(plain, ("publisher", "institution", "howpublished")) if v)
    doi = plain("doi")
    link = f"https://doi.org/{doi}" if doi else plain("url")
    return Reference(
        names=tuple(names),
        written_names=_joined(written),
        year=plain("year") or UNDATED,
        title=plain("title"),
        venue=venue,
        link=link,
    )


def _joined(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def citation_keys(text: str) -> Iterator[tuple[str, int]]:
    """Yield each cited key and its position in the text."""
    for found in CITATION.finditer(text):
        for key in re.finditer(r"@([a-z0-9_-]+)", found[1], re.IGNORECASE):
            yield key[1], found.start(1) + key.start()


def citation_problems(cell: SourceCell, references: dict[str, Reference]) -> Iterator[Problem]:
    """Yield every key that the bibliography does not hold, or holds incompletely."""
    if cell.kind == "markdown":
        for key, position in citation_keys(cell.text):
            if key not in references:
                message = f'unknown citation key "{key}"; {BIBLIOGRAPHY} does not hold it'
                yield cell.problem(message, position)
            elif missing := references[key].missing:
                message = f'citation key "{key}" lacks {missing} in {BIBLIOGRAPHY}'
                yield cell.problem(message, position)


def spell_out_citations(text: str, references: dict[str, Reference]) -> str:
    """Return the text with author, year and link in the place of each key.

    Trainer notes are not in the release, so they must not add to its numbered list.
    """

    def spell(found: re.Match[str]) -> str:
        cited = [references[key] for key, _ in citation_keys(found[0])]
        return f"({'; '.join(f'[{c.short}]({c.link})' if c.link else c.short for c in cited)})"

    return CITATION.sub(spell, text)


def number_citations(
    texts: list[str], references: dict[str, Reference]
) -> tuple[list[str], str | None]:
    """Return the texts with numbered links, and the text of the "Sources" cell (None: no citation).

    Numbers follow the first use in the notebook.
    """
    numbers: dict[str, int] = {}

    def link(found: re.Match[str]) -> str:
        links = []
        for key, _ in citation_keys(found[0]):
            number = numbers.setdefault(key, len(numbers) + 1)
            links.append(f"[\\[{number}\\] {references[key].short}](#Sources)")
        return f"({'; '.join(links)})"

    numbered = [CITATION.sub(link, text) for text in texts]
    if not numbers:
        return numbered, None
    entries = [f"{number}. {references[key].entry}" for key, number in numbers.items()]
    return numbered, "\n".join(["## Sources", "", *entries])
