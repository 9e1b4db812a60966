"""Faults that no single cell shows: totals, shares, names spelt twice, rows that stand twice."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

from clusterlib.data.problems import Problem
from clusterlib.data.table_kinds import TableKind

_TOTAL = re.compile(
    r"(grand |sub-?)?totals?( .*)?|sum|sum of .*|overall|all (regions|industries|sectors|nace.*)"
    r"|gesamt|insgesamt|summe|osszesen|mindosszesen|celkem|spolu|razem|ogolem|ensemble|totale|skupaj"
)
_FOOTNOTE = re.compile(r"^(source|note|notes|quelle|forras|zrodlo|\*)\b", re.IGNORECASE)
_ONE_HUNDRED = ((1.0, 0.011), (100.0, 0.6))


def plain_form(name: str) -> str:
    """Reduce a name to what makes it the same: no accents, capitals, spaces or punctuation.

    >>> plain_form("  Farrow-COAST ") == plain_form("Farrow Coast")
    True
    """
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^\w]+", " ", bare.casefold()).strip()


def is_total(name: str) -> bool:
    """Tell whether a heading or row name is that of a total.

    >>> is_total("TOTAL"), is_total("Összesen"), is_total("Machinery")
    (True, True, False)
    """
    return bool(_TOTAL.fullmatch(plain_form(name)))


def naming_problems(table: pd.DataFrame, kind: TableKind, rows: list[int]) -> list[Problem]:
    """List totals, footnotes, double rows and names spelt in two ways among the row labels."""
    problems: list[Problem] = []
    places = [name for name in kind.key if name in ("region", "industry", "group")]
    for name in places:
        problems += _spelling_problems(table[name], rows, unique=kind.key == (name,))
    for name in dict.fromkeys([kind.key[0], *places]):
        for place, label in table[name].dropna().items():
            row, text = rows[int(str(place))], str(label)
            if is_total(text):
                problems.append(Problem(row, name, text, "this row is a total", "delete the row"))
            elif name == kind.key[0] and _FOOTNOTE.match(text):
                problems.append(
                    Problem(row, name, text, "this row is a footnote", "delete the row")
                )
    key = [name for name in kind.key if name in table.columns]
    words = table[key].map(_as_text)
    forms = words.map(plain_form)
    for place in forms.index[forms.duplicated() & table[key].notna().all(axis=1)]:
        same = forms.index[(forms == forms.loc[place]).all(axis=1)]
        others = ", ".join(f"row {rows[one]}" for one in same if one != place)
        problems.append(
            Problem(
                rows[place],
                ", ".join(key),
                " / ".join(words.loc[place]),
                f"stands twice (also in {others})",
                "delete one, or add the two up if both are true",
            )
        )
    return problems


def look_alikes(names: Iterable[str]) -> list[str]:
    """Note pairs of long names that differ by one letter: a slip of the pen, or two places.

    >>> look_alikes(["Farrow Coast", "Farow Coast", "Eastfen", "Westfen"])
    ["'Farrow Coast' and 'Farow Coast' differ by one letter: are they the same?"]
    """
    distinct = list(dict.fromkeys(names))
    return [
        f"{one!r} and {other!r} differ by one letter: are they the same?"
        for place, one in enumerate(distinct)
        for other in distinct[place + 1 :]
        if min(len(one), len(other)) >= 6 and _one_letter_apart(plain_form(one), plain_form(other))
    ]


def total_problems(
    figures: pd.DataFrame, labels: "pd.Series[str]", rows: list[int]
) -> list[Problem]:
    """List columns named as totals, and rows and columns that are the sum of all others.

    Rows named as totals are left to `naming_problems`.
    """
    problems = []
    for name in figures.columns:
        if is_total(str(name)):
            problems.append(
                Problem(0, str(name), "", "this column is a total", "delete the column")
            )
        elif _sum_of_others(figures.T, name):
            problems.append(
                Problem(0, str(name), "", "this column is the sum of all others", "delete it")
            )
    for place in figures.index:
        if not is_total(_as_text(labels[place])) and _sum_of_others(figures, place):
            problems.append(
                Problem(rows[place], "", "", "this row is the sum of all others", "delete it")
            )
    return problems


def known_figures(figures: pd.DataFrame) -> "pd.Series[float]":
    """Give all figures of a table in one column, without the missing ones.

    >>> known_figures(pd.DataFrame({"Textiles": [120.0, None]})).tolist()
    [120.0]
    """
    return pd.Series(figures.to_numpy(dtype="float64").ravel()).dropna()


def share_problems(figures: pd.DataFrame) -> list[Problem]:
    """List shares and percentages that stand where numbers of jobs should."""
    mend = "give the number of jobs: a share hides how many people it stands for"
    named = [name for name in figures.columns if re.search(r"%|\bshare\b|percent", str(name), re.I)]
    problems = [Problem(0, str(name), "", "the heading says share", mend) for name in named]
    values = known_figures(figures)
    if values.empty or (values % 1 == 0).all():
        return problems
    if (values <= 1).all():
        return [*problems, Problem(0, "", "", "all figures are 1 or less: they are shares", mend)]
    for lines, what in ((figures.T, "row"), (figures, "column")):
        whole = _parts_of_a_whole(lines.sum(min_count=2))
        if whole:
            return [*problems, Problem(0, "", "", f"every {what} adds up to {whole:g}", mend)]
    for name in figures.columns.difference(named):
        column = figures[name].dropna()
        fractions = len(column) > 1 and (column % 1 != 0).any()
        if fractions and ((column <= 1).all() or _parts_of_a_whole(pd.Series([column.sum()]))):
            problems.append(Problem(0, str(name), "", "this column holds shares", mend))
    return problems


def _as_text(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:g}"
    return "" if value is None else str(value)


def _parts_of_a_whole(sums: "pd.Series[float]") -> float:
    for whole, slack in _ONE_HUNDRED:
        if sums.notna().all() and ((sums - whole).abs() <= slack).all():
            return whole
    return 0.0


def _sum_of_others(figures: pd.DataFrame, label: Any) -> bool:
    others = figures.drop(index=label)
    line = figures.loc[label]
    known = line.notna() & others.notna().all()
    if len(others) < 2 or known.sum() < 1 or (line[known] == 0).all():
        return False
    # One column alone can add up by chance; with two or more it is a total.
    enough = known.sum() >= 2 or len(others) >= 4
    return bool(enough and ((others.loc[:, known].sum() - line[known]).abs() <= 0.5).all())


def _spelling_problems(names: "pd.Series[str]", rows: list[int], unique: bool) -> list[Problem]:
    column = str(names.name)
    first: dict[str, str] = {}
    problems = []
    for place, name in names.dropna().items():
        known = first.setdefault(plain_form(name), name)
        if known != name and not unique:
            mend = f"write {known!r} in every row"
            problem = f"the same name is spelt in two ways: {known!r} and {name!r}"
            problems.append(Problem(rows[int(str(place))], column, name, problem, mend))
    return problems


def _one_letter_apart(one: str, other: str) -> bool:
    if one == other or abs(len(one) - len(other)) > 1 or any(map(str.isdigit, one + other)):
        return False
    short, long = sorted((one, other), key=len)
    place = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    return short[place + (len(short) == len(long)) :] == long[place + 1 :]
