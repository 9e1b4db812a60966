"""Cuts hidden tests out of what a learner gets: their lines, and every place that quotes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# As nbgrader's ClearHiddenTests knows them.
BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
# Shorter lines, such as `)` or `else:`, tell nothing and stand everywhere.
SHORTEST = 6


def split(source: str) -> tuple[str, list[str]]:
    """Return the part of a test that learners know, and the hidden lines.

    A region that is never closed is hidden to its end.

    Example:
        >>> split("assert a\\n### BEGIN HIDDEN TESTS\\nassert a == 4\\n### END HIDDEN TESTS")
        ('assert a', ['assert a == 4'])
    """
    open_part: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in source.splitlines():
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        else:
            (hidden if inside else open_part).append(line)
    return "\n".join(open_part).strip("\n"), hidden


class Quotes:
    """Knows the hidden lines of a notebook and finds them in other text."""

    def __init__(self, sources: Iterable[str]) -> None:
        known: set[str] = set()
        secret: set[str] = set()
        for source in sources:
            open_part, hidden = split(source)
            known |= set(map(_bare, open_part.splitlines()))
            secret |= set(map(_bare, hidden))
        self.secret = [line for line in secret - known if len(line) >= SHORTEST]

    def without(self, text: str) -> str:
        """Return a text without the lines that quote a hidden test."""
        kept = [line for line in text.splitlines(keepends=True) if not self._quotes(line)]
        return "".join(kept)

    def _quotes(self, line: str) -> bool:
        bare = _bare(line)
        return any(secret in bare for secret in self.secret)

    def cut_outputs(self, outputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what a test showed, without quotations of what is hidden and without errors."""
        kept = []
        for output in outputs:
            kind = output.get("output_type")
            if kind == "stream":
                kept.append({**output, "text": self.without(str(output.get("text", "")))})
            elif kind in ("display_data", "execute_result"):
                data = {
                    name: self.without(value) if name.startswith("text/") else value
                    for name, value in output.get("data", {}).items()
                    if isinstance(value, str)
                }
                kept.append({**output, "data": data})
        return kept

    def message(self, outputs: Iterable[dict[str, Any]]) -> str | None:
        """Return in words why a test failed, None when it did not.

        The message of an assertion was written for learners and stays as it is. Of another error
        its name and what it says stay, without lines of the test.
        """
        errors = [output for output in outputs if output.get("output_type") == "error"]
        if not errors:
            return None
        name, said = str(errors[-1].get("ename", "")), str(errors[-1].get("evalue", "")).strip()
        if name == "AssertionError":
            return said or "A check did not hold."
        said = self.without(said).strip()
        if name in ("TestEnded", "Unreadable", "NotRun"):
            return said
        return f"{name}: {said}" if said else f"The test stopped with {name}."


def _bare(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()
