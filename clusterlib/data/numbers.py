"""Reading figures as people type them: 1 234,5 and 1.234,5 and "5150 d" and ":" and "12:00 AM".

One rule decides what "1.234" means: the other figures of the same table. If one of them shows the
decimal mark beyond doubt ("12,5" or "1.234.567"), the whole table is read with that mark and a
note says so. If none does, or they contradict each other, the figure is refused, not guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isfinite, nan

# Flags of European statistical tables: a letter that explains a figure or stands in its place.
FLAGS = {
    ":": "not available",
    "b": "break in the series",
    "c": "confidential",
    "d": "definition differs",
    "e": "estimated",
    "f": "forecast",
    "n": "not significant",
    "p": "provisional",
    "r": "revised",
    "s": "estimated by Eurostat",
    "u": "low reliability",
    "z": "not applicable",
}
MISSING_WORDS = {"", ".", "..", "...", "na", "n/a", "n.a.", "nan", "null", "none", "<na>"}
EXCEL_ERRORS = {"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!"}
_SPACES = "\u00a0\u202f\u2009\u2007 "
_FLAGGED = re.compile(r"^(?P<body>.*?)\s*(?P<flag>(?::\s*)?[bcdefnprsuz]{1,3}|:)$", re.IGNORECASE)
_DIGITS = re.compile(r"^[+-]?\d+$")
_MARKED = re.compile(r"^[+-]?(?P<left>\d+)(?P<mark>[.,])(?P<right>\d+)$")
_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})+$")
_BOTH = re.compile(r"^[+-]?[1-9]\d{0,2}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})*(?P<mark>[.,])\d+$")
_SPACED = re.compile(r"^[+-]?\d{1,3}(?: \d{3})+(?=$|[.,])")
_CLOCK = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?\s*([ap]\.?m\.?)?$", re.IGNORECASE)
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\.?$")


@dataclass(frozen=True)
class Reading:
    """What a cell says: a value (NaN when missing), a flag, and a problem with its mend."""

    value: float = nan
    flag: str = ""
    problem: str = ""
    mend: str = ""


def read_number(cell: object, decimal: str | None = None) -> Reading:
    """Read one cell as a number.

    cell: what stands in the cell; decimal: "," or "." if the table's decimal mark is known.
    Returns a Reading. Blank, ":" and a flag alone are missing, never 0. A dash is refused: offices
    write it for "none" and people for "unknown". Nothing is raised: the problem is in the Reading.

    >>> read_number("5150 d")
    Reading(value=5150.0, flag='d', problem='', mend='')
    >>> read_number("1.234").problem
    '1.234 can mean 1234 or 1 and a fraction'
    >>> read_number("1.234", decimal=",").value
    1234.0
    """
    if cell is None:
        return Reading()
    if isinstance(cell, (bool, date, datetime, time)):
        return _not_a_number(str(cell), "is a date, a time or a yes/no")
    if not isinstance(cell, str):
        return _from_number(cell)
    text = _tidy(cell)
    if text.lower() in MISSING_WORDS:
        return Reading(flag=":" if text else "")
    unreadable = _known_trouble(text)
    if unreadable:
        return unreadable
    flag = ""
    match = _FLAGGED.match(text)
    if match and _tidy(match["body"]).lower() in MISSING_WORDS | {":"}:
        return Reading(flag=_letters(match["flag"]))
    if match and any(sign.isdigit() for sign in match["body"]):
        text, flag = match["body"].strip(), _letters(match["flag"])
    return _read_digits(text, flag, decimal)


def decimal_evidence(cells: Iterable[object]) -> set[str]:
    """Collect the decimal marks that a table's figures show beyond doubt.

    Returns a set: empty (no figure tells), one mark, or both (the figures contradict each other).

    >>> decimal_evidence(["1.234", "12,5"])
    {','}
    """
    found: set[str] = set()
    for cell in cells:
        if isinstance(cell, str):
            text = _ungroup(_FLAGGED.sub(r"\g<body>", _tidy(cell)).strip())
            if (both := _BOTH.match(text)) and both["group"] != both["mark"]:
                found.add(both["mark"])
            elif grouped := _GROUPED.match(text):
                found.add("," if grouped["mark"] == "." else ".")
            elif (marked := _MARKED.match(text)) and not _ambiguous(marked):
                found.add(marked["mark"])
    return found


def _tidy(text: str) -> str:
    for space in _SPACES:
        text = text.replace(space, " ")
    # Apostrophes group thousands in Switzerland; the long minus comes from word processors.
    text = text.replace("\u2212", "-").replace("\ufeff", "").strip()
    return re.sub(r"(?<=\d)['\u2019](?=\d{3})", " ", text)


def _letters(flag: str) -> str:
    letters = flag.replace(":", "").replace(" ", "").lower()
    return letters or ":"


def _not_a_number(
    text: str, why: str, mend: str = "type the number again as plain digits"
) -> Reading:
    return Reading(problem=f"{text!r} {why}", mend=mend)


def _from_number(cell: object) -> Reading:
    try:
        value = float(cell)  # type: ignore[arg-type]  # a number of any kind, or refused below
    except (TypeError, ValueError):
        return (
            Reading() if str(cell) in {"<NA>", "NaT"} else _not_a_number(str(cell), "is no number")
        )
    if value != value:
        return Reading()
    return Reading(value) if isfinite(value) else _not_a_number(str(cell), "is infinite")


def _known_trouble(text: str) -> Reading | None:
    if text.lower() in EXCEL_ERRORS:
        return _not_a_number(text, "is an Excel error", "mend the formula, or leave the cell blank")
    if text in {"-", "–", "—"}:
        return _not_a_number(text, "can mean none or unknown", "write 0 for none, : for unknown")
    if _CLOCK.match(text):
        mend = "the spreadsheet has turned it into a time: look it up again, or leave it blank"
        return _not_a_number(text, "is a time of day", mend)
    if text.endswith("%"):
        return _not_a_number(text, "is a percentage", "give the number itself, not a share")
    if re.match(r"^[+-]?\d[\d.,]*e[+-]?\d+$", text, re.IGNORECASE):
        mend = "the spreadsheet has shortened it: widen the column and save again"
        return _not_a_number(text, "has lost digits", mend)
    if re.match(r"^\(\s*[\d.,\s]+\)$", text):
        return _not_a_number(text, "is in brackets", "write -5 if it is negative, else drop them")
    if _DATE.match(text) and not _GROUPED.match(text):
        return _not_a_number(text, "is a date", "type the number again as plain digits")
    return None


def _ungroup(text: str) -> str:
    return text.replace(" ", "") if _SPACED.match(text) else text


def _ambiguous(marked: re.Match[str]) -> bool:
    left, right = marked["left"], marked["right"]
    return len(right) == 3 and len(left) <= 3 and not left.startswith("0")


def _read_digits(text: str, flag: str, decimal: str | None) -> Reading:
    spaced = bool(_SPACED.match(text))
    plain = _ungroup(text)
    if _DIGITS.match(plain):
        return Reading(float(plain), flag)
    both = _BOTH.match(plain)
    if both and both["group"] != both["mark"]:
        return _with_mark(plain, both["mark"], text, flag, decimal)
    if grouped := _GROUPED.match(plain):
        return _with_mark(plain, "," if grouped["mark"] == "." else ".", text, flag, decimal)
    if marked := _MARKED.match(plain):
        if not spaced and _ambiguous(marked):
            if decimal is None:
                digits = plain.replace(marked["mark"], "")
                return Reading(
                    flag=flag,
                    problem=f"{text} can mean {digits} or {marked['left']} and a fraction",
                    mend='say which: load_table(..., decimal=",") or load_table(..., decimal=".")',
                )
            return _with_mark(plain, decimal, text, flag, decimal)
        return _with_mark(plain, marked["mark"], text, flag, decimal)
    return _not_a_number(
        text, "is no number", "type digits only; words and units go in the heading"
    )


def _with_mark(plain: str, mark: str, text: str, flag: str, decimal: str | None) -> Reading:
    if decimal is not None and mark != decimal:
        mend = "write every figure of the table with the same decimal mark"
        return _not_a_number(text, f"does not fit a table whose decimal mark is {decimal!r}", mend)
    group = "." if mark == "," else ","
    return Reading(float(plain.replace(group, "").replace(mark, ".")), flag)
