"""The items of a questionnaire: what is asked, and whether an answer can be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clusterlib.widgets.questions import read_number

KINDS = ("likert", "number", "choice", "text")
_YES = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
Words = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """One question of a form; `options` are (words on the screen, value that is kept) pairs."""

    id: str
    kind: str
    question: str
    help: str
    required: bool
    low: float | None
    high: float | None
    options: tuple[tuple[str, object], ...]

    def read(self, given: object, words: Words) -> object:
        """Return the answer to keep, None for no answer.

        Raises:
            ValueError: a number that cannot be read or lies outside, in the words of the form.
        """
        if given is None or (isinstance(given, str) and not given.strip()):
            return None
        if self.kind == "text":
            return str(given).strip()
        if self.kind != "number":
            return given
        try:
            number = read_number(given)
        except ValueError:
            raise ValueError(
                words["not_number"].format(question=self.question, given=given)
            ) from None
        too_low = self.low is not None and number < self.low
        if too_low or (self.high is not None and number > self.high):
            low, high = (_end(end) for end in (self.low, self.high))
            raise ValueError(
                words["outside"].format(question=self.question, given=given, low=low, high=high)
            )
        return number


def read_items(table: pd.DataFrame | Sequence[Mapping[str, Any]], language: str) -> list[Item]:
    """Return the items of a table, in its order.

    Args:
        table: one row an item. Columns id, kind ("likert", "number", "choice" or "text") and
            question; as far as wanted help, required (yes, no), low and high (ends of a number or
            a Likert scale, 1 to 5 unless given), options (choices, or names of the Likert points,
            with semicolons). question_de, help_de, options_de and so on hold translations.
        language: such as "en"; an item without a translation is shown as it is.

    Raises:
        ValueError: every fault of the table, item by item.

    Example:
        >>> read_items([{"id": "q1", "kind": "likert", "question": "Trust"}], "en")[0].options[-1]
        ('5', 5)
    """
    rows: list[Mapping[Any, Any]] = (
        list(table.to_dict("records")) if isinstance(table, pd.DataFrame) else list(table)
    )
    items: list[Item] = []
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells = {str(name): cell for name, cell in row.items() if not _blank(cell)}
        name = str(cells.get("id", f"number {number}"))
        try:
            items.append(_item(cells, language))
        except (KeyError, ValueError) as fault:
            lacks = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
            faults.append(f"item {name}: {lacks}")
    ids = [item.id for item in items]
    faults += [f"item {one}: the id stands twice" for one in dict.fromkeys(ids)
               if ids.count(one) > 1]  # fmt: skip
    if faults or not items:
        raise ValueError("; ".join(faults) or "the table has no items")
    return items


def _item(cells: Mapping[str, Any], language: str) -> Item:
    kind = str(cells["kind"]).strip().casefold()
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: choose one of {', '.join(KINDS)}")
    name = str(cells["id"]).strip()
    if name in ("respondent", "complete"):
        raise ValueError("this id is taken by the form: choose another")
    low, high = (float(cells[end]) if end in cells else None for end in ("low", "high"))
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low {low:g} is not below high {high:g}")
    return Item(
        id=name,
        kind=kind,
        question=str(_in(cells, "question", language)),
        help=str(_in(cells, "help", language) if "help" in cells else ""),
        required=_yes(cells.get("required", False)),
        low=low,
        high=high,
        options=_options(kind, cells, language, low, high),
    )


def _options(
    kind: str, cells: Mapping[str, Any], language: str, low: float | None, high: float | None
) -> tuple[tuple[str, object], ...]:
    kept = _split(cells.get("options", ()))
    shown = _split(_in(cells, "options", language)) if kept else []
    if kind == "choice":
        if len(kept) < 2 or len(set(kept)) < len(kept):
            raise ValueError("a choice needs two or more different options")
        if len(shown) != len(kept):
            raise ValueError(f"{len(shown)} options in {language}, {len(kept)} as they are kept")
        return tuple(zip(shown, kept, strict=True))
    if kind != "likert":
        return ()
    first, last = int(1 if low is None else low), int(5 if high is None else high)
    points = list(range(first, last + 1))
    if shown and len(shown) != len(points):
        raise ValueError(f"{len(shown)} names for {len(points)} points from {first} to {last}")
    names = [f"{point} {name}" for point, name in zip(points, shown, strict=False)]
    return tuple(zip(names or [str(point) for point in points], points, strict=True))


def _in(cells: Mapping[str, Any], column: str, language: str) -> Any:
    return cells.get(f"{column}_{language}", cells[column])


def _split(cell: object) -> list[str]:
    parts = cell.split(";") if isinstance(cell, str) else cell
    return [str(part).strip() for part in parts if str(part).strip()]  # type: ignore[attr-defined]


def _yes(cell: object) -> bool:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().casefold().removesuffix(".0")
    if word not in _YES:
        raise ValueError(f"required is {cell!r}: write yes or no")
    return _YES[word]


def _blank(cell: object) -> bool:
    return cell is None or (not isinstance(cell, list | tuple) and bool(pd.isna(cell)))  # type: ignore[call-overload]


def _end(end: float | None) -> str:
    return "…" if end is None else f"{end:g}"
