"""Self-check questions: what they ask, and what they say to each answer."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and why."""

    right: bool
    why: str


@dataclass(frozen=True)
class ChoiceQuestion:
    """One right option among several; each option explains itself. Options: (text, right, why)."""

    id: str
    question: str
    options: tuple[tuple[str, bool, str], ...]

    def judge(self, answer: object) -> Verdict:
        """Return the verdict on the text of an option."""
        for text, right, why in self.options:
            if text == answer:
                return Verdict(right, why)
        raise ValueError(f"{answer!r} is not one of the options; pick one of them first")


@dataclass(frozen=True)
class NumberQuestion:
    """A number within a tolerance; typical wrong numbers get their own explanation."""

    id: str
    question: str
    answer: float
    tolerance: float
    unit: str
    why_right: str
    why_wrong: str
    hints: tuple[tuple[float, str], ...] = ()

    def judge(self, answer: object) -> Verdict:
        """Return the verdict on a number, or on its text with a point or a comma."""
        given = read_number(answer)
        if self._near(given, self.answer):
            return Verdict(True, self.why_right)
        for value, why in self.hints:
            if self._near(given, value):
                return Verdict(False, why)
        return Verdict(False, self.why_wrong)

    def _near(self, given: float, wanted: float) -> bool:
        # A hair is added so that 10.13 passes for 10.12 with tolerance 0.01.
        return abs(given - wanted) <= self.tolerance or isclose(
            abs(given - wanted), self.tolerance, rel_tol=1e-6, abs_tol=1e-9
        )


@dataclass(frozen=True)
class OrderQuestion:
    """Items to be put in the right order, which is the order they are stored in."""

    id: str
    question: str
    items: tuple[str, ...]
    why_right: str
    why_wrong: str

    def judge(self, answer: object) -> Verdict:
        """Return the verdict on a list of all items."""
        if not isinstance(answer, list | tuple) or sorted(answer) != sorted(self.items):
            raise ValueError("an order must hold each of the items once")
        right = tuple(answer) == self.items
        if right:
            return Verdict(True, self.why_right)
        fitting = sum(a == b for a, b in zip(answer, self.items, strict=True))
        return Verdict(False, f"{fitting} of {len(self.items)} stand right. {self.why_wrong}")

    def mixed(self) -> list[str]:
        """Return a first order that is never the right one and the same in every session."""
        by_text = sorted(self.items)
        return by_text if tuple(by_text) != self.items else by_text[1:] + by_text[:1]


Question = ChoiceQuestion | NumberQuestion | OrderQuestion


def read_number(text: object) -> float:
    """Return a number typed with a decimal point or comma and with or without spaces.

    Raises:
        ValueError: the text is no number, or says neither clearly.

    Example:
        >>> read_number("10,12"), read_number("1 250.5"), read_number("25 %")
        (10.12, 1250.5, 25.0)
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    plain = "".join(str(text).split()).replace("\N{MINUS SIGN}", "-").rstrip("%€")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        raise ValueError(f"{text!r} is not a number: type it like 10.12") from None


def load_questions(path: Path) -> dict[str, Question]:
    """Return the questions of a checks.toml file by their id, in file order.

    Raises:
        ValueError: a question lacks a field, has no right option or an unknown kind.
    """
    with path.open("rb") as file:
        entries: Sequence[dict[str, Any]] = tomllib.load(file).get("check", [])
    questions: dict[str, Question] = {}
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id", f"number {number}")
        try:
            question = _read(entry)
        except KeyError as missing:
            raise ValueError(f"{path.name}: question {name!r} lacks the field {missing}") from None
        if question.id in questions:
            raise ValueError(f"{path.name}: two questions have the id {name!r}; rename one")
        questions[question.id] = question
    return questions


def _read(entry: dict[str, Any]) -> Question:
    """Return one question from its table in checks.toml."""
    kind = entry["kind"]
    if kind == "choice":
        options = tuple(
            (o["text"], bool(o.get("right", False)), o["why"]) for o in entry["options"]
        )
        if sum(right for _, right, _ in options) != 1:
            raise ValueError(f"question {entry['id']!r} needs exactly one option with right = true")
        return ChoiceQuestion(entry["id"], entry["question"], options)
    if kind == "number":
        return NumberQuestion(
            entry["id"],
            entry["question"],
            float(entry["answer"]),
            float(entry["tolerance"]),
            entry.get("unit", ""),
            entry["why_right"],
            entry["why_wrong"],
            tuple((float(hint["value"]), hint["why"]) for hint in entry.get("hints", [])),
        )
    if kind == "order":
        items = tuple(entry["items"])
        if len(set(items)) != len(items) or len(items) < 2:
            raise ValueError(f"question {entry['id']!r} needs two or more different items")
        return OrderQuestion(
            entry["id"], entry["question"], items, entry["why_right"], entry["why_wrong"]
        )
    raise ValueError(
        f"question {entry['id']!r} has kind {kind!r}; there are choice, number and order"
    )
