"""From the raw cells of a file to a table of one kind, with every problem on the way."""

import pandas as pd

from clusterlib.data.checks import (
    known_figures,
    look_alikes,
    naming_problems,
    plain_form,
    share_problems,
    total_problems,
)
from clusterlib.data.files import RawTable
from clusterlib.data.numbers import EXCEL_ERRORS, FLAGS, decimal_evidence, read_number
from clusterlib.data.problems import Problem
from clusterlib.data.schemas import schema_problems
from clusterlib.data.table_kinds import Column, TableKind

SCALES = ("importance", "ability")
_YES = {"yes", "y", "true", "1", "igen", "ano", "tak", "ja", "oui"}
_NO = {"no", "n", "false", "0", "nem", "ne", "nie", "nein", "non"}


def read_table(
    raw: RawTable, kind: TableKind, decimal: str | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a raw table as one kind of table.

    Returns the table, shaped like the case's, and all problems; with problems it is not for use.
    """
    problems = list(raw.problems)
    headings = _match_headings(raw, kind, problems)
    if not raw.cells:
        problems.append(Problem(0, "", "", "there are no rows", "add at least one row of data"))
    if any(name not in headings for name in kind.key if _required(kind, name)) or not raw.cells:
        return pd.DataFrame(), problems
    evidence = _decimal_of_table(raw, headings, kind, decimal)
    data: dict[str, list[object]] = {}
    flags: list[tuple[int, str, str]] = []
    unread: set[tuple[int, str]] = set()
    for place, name in enumerate(headings):
        column = _described(kind, name)
        if column is None:
            continue
        data[name] = []
        for number, cells in enumerate(raw.cells):
            value, flag, problem = _read_cell(cells[place], column, evidence)
            data[name].append(value)
            if flag:
                flags.append((number, name, flag))
            if problem:
                unread.add((raw.rows[number], name))
                problems.append(Problem(raw.rows[number], name, str(cells[place]), *problem))
    empty = {name for name, cells in data.items() if all(cell is None for cell in cells)}
    # A column of text without any text must not turn into a column of figures.
    table = pd.DataFrame(
        {
            name: pd.Series(cells, dtype="object" if name in empty else None)
            for name, cells in data.items()
        }
    )
    problems += [
        one for one in schema_problems(table, kind, raw.rows) if (one.row, one.column) not in unread
    ]
    problems += naming_problems(table, kind, raw.rows)
    problems += _figure_problems(table, kind, raw.rows)
    labels = dict(zip(raw.rows, table[kind.key[0]].fillna("").astype("str"), strict=True))
    problems = [
        Problem(p.row, p.column, p.value, p.problem, p.mend, labels.get(p.row, ""))
        for p in problems
    ]
    return _finish(table, kind, flags, raw, evidence), problems


def _required(kind: TableKind, name: str) -> bool:
    return next((column.required for column in kind.columns if column.name == name), True)


def _described(kind: TableKind, heading: str) -> Column | None:
    for column in kind.columns:
        if column.name == heading:
            return column
    return kind.spread.value if kind.spread else None


def _match_headings(raw: RawTable, kind: TableKind, problems: list[Problem]) -> list[str]:
    """Give each heading the name that the course uses for it, and report what does not fit."""
    forms = [_heading_form(heading) for heading in raw.headings]
    known = {_heading_form(column.name): column.name for column in kind.columns}
    for column in kind.columns:
        if _heading_form(column.name) not in forms:  # another word only where the name is not used
            for word in column.also_called:
                known.setdefault(_heading_form(word), column.name)
    matched = []
    for heading, form in zip(raw.headings, forms, strict=True):
        name = known.get(form, heading)
        scale = next((one for one in SCALES if form.startswith(one)), "")
        if kind.name == "survey" and scale and name == heading:
            name = f"{scale}: {heading[len(scale) :].lstrip(' :-_.')}"
        matched.append(name)
    for name in sorted({name for name in matched if matched.count(name) > 1}):
        problems.append(Problem(0, name, "", "the heading stands twice", "rename or delete one"))
    lacking = [c.name for c in kind.columns if c.required and c.name not in matched]
    for name in lacking:
        found = ", ".join(raw.headings)
        mend = f"name a column {name!r}; the headings found are: {found}"
        problems.append(Problem(0, name, "", "this column is not there", mend))
    described = {column.name for column in kind.columns}
    others = [name for name in matched if name not in described]
    if kind.spread is None and others:
        raw.notes.append(f"Columns not used: {', '.join(others)}.")
    if kind.spread and not others:
        each = kind.spread.each
        problems.append(
            Problem(
                0, "", "", f"there is no column for any {each}", f"add one column for each {each}"
            )
        )
    if kind.name == "survey":
        _check_pairs(others, problems)
    return matched


def _heading_form(heading: str) -> str:
    return plain_form(heading.replace("_", " "))


def _check_pairs(headings: list[str], problems: list[Problem]) -> None:
    halves = {
        scale: {name[len(scale) + 2 :] for name in headings if name.startswith(f"{scale}: ")}
        for scale in SCALES
    }
    for name in headings:
        scale, _, item = name.partition(": ")
        if scale not in SCALES:
            mend = "begin it with 'importance: ' or 'ability: ', or delete the column"
            problems.append(Problem(0, name, "", "the heading names neither scale", mend))
            continue
        other = SCALES[1] if scale == SCALES[0] else SCALES[0]
        if item not in halves[other]:
            mend = f"add a column '{other}: {item}'"
            problems.append(Problem(0, name, "", "one half of the pair is not there", mend))


def _decimal_of_table(
    raw: RawTable, headings: list[str], kind: TableKind, decimal: str | None
) -> str | None:
    if decimal is not None:
        return decimal
    numeric = [
        place
        for place, name in enumerate(headings)
        if (column := _described(kind, name)) and column.reads == "number"
    ]
    found = decimal_evidence(cells[place] for cells in raw.cells for place in numeric)
    if len(found) != 1:
        return None
    mark = found.pop()
    raw.notes.append(f"Figures were read with {mark!r} as the decimal mark, as some of them show.")
    return mark


def _read_cell(
    cell: object, column: Column, decimal: str | None
) -> tuple[object, str, tuple[str, str] | None]:
    """Read one cell: its value, its flag, and what is wrong with it and how to mend it."""
    if column.reads == "number":
        reading = read_number(cell, decimal)
        return (
            reading.value,
            reading.flag,
            ((reading.problem, reading.mend) if reading.problem else None),
        )
    missing = cell is None or (not isinstance(cell, str) and pd.isna(cell))  # type: ignore[call-overload]
    text = "" if missing else " ".join(str(cell).split())
    if not text:
        return None, "", None
    if column.reads == "choice":
        return text.casefold(), "", None
    if column.reads == "yes_no":
        if text.casefold() in _YES | _NO:
            return text.casefold() in _YES, "", None
        return None, "", (f"{text!r} is neither yes nor no", "write yes or no")
    if text.casefold() in EXCEL_ERRORS:
        return None, "", (f"{text!r} is an Excel error", "mend the formula or type the name")
    return text, "", None


def _figure_problems(table: pd.DataFrame, kind: TableKind, rows: list[int]) -> list[Problem]:
    if kind.name == "employment":
        figures = table.drop(columns="region")
        return total_problems(figures, table["region"], rows) + share_problems(figures)
    if kind.name in ("employment_long", "plants"):
        name = "jobs" if kind.name == "employment_long" else "employment"
        return share_problems(table[[name]]) if name in table else []
    if kind.name == "coefficients":
        return _square_problems(table)
    return []


def _square_problems(table: pd.DataFrame) -> list[Problem]:
    rows, columns = set(table["group"].dropna()), set(table.columns) - {"group"}
    problems = [
        Problem(0, str(name), "", "stands on one side of the table only", "name it on both sides")
        for name in sorted(rows ^ columns)
    ]
    for name, total in table.drop(columns="group").sum().items():
        if total >= 1:
            mend = "inputs for one EUR of output must cost less than one EUR: check the unit"
            problems.append(
                Problem(0, str(name), f"{total:g}", "the column adds up to 1 or more", mend)
            )
    return problems


def _finish(
    table: pd.DataFrame,
    kind: TableKind,
    flags: list[tuple[int, str, str]],
    raw: RawTable,
    decimal: str | None,
) -> pd.DataFrame:
    notes = list(raw.notes)
    key = kind.key[0]
    if key in ("region", "industry"):
        notes += look_alikes(table[key].dropna())
    if kind.name == "employment" and (known_figures(table.drop(columns=key)) % 1 != 0).any():
        notes.append(
            "Some figures are not whole numbers: if they are thousands of jobs, multiply them by "
            "1000 before you ask how sure a quotient is."
        )
    if flags:
        counts = pd.Series([flag for _, _, flag in flags]).value_counts()
        words = ", ".join(
            f"{number} x {flag} ({FLAGS.get(str(flag), 'see the source')})"
            for flag, number in counts.items()
        )
        notes.append(f"Flags kept: {words}.")
    for column in kind.columns:
        if column.whole and column.name in table and table[column.name].notna().all():
            table[column.name] = table[column.name].astype("int64")
    if kind.name == "employment_long":
        table["flag"] = _flag_column(table, flags)
    if kind.indexed:
        table = table.set_index(key)
        if kind.spread and kind.name != "survey":
            table.columns.name = kind.spread.each if kind.spread.each != key else None
    table.attrs = {
        "notes": tuple(notes),
        "flags": tuple((table.index[row], column, flag) for row, column, flag in flags),
        "source": raw.source,
    }
    return table


def _flag_column(table: pd.DataFrame, flags: list[tuple[int, str, str]]) -> "pd.Series[str]":
    """Flags of the jobs column: from a column of their own, or typed behind the figure."""
    column = table["flag"].fillna("") if "flag" in table else pd.Series("", index=table.index)
    typed = {row: flag for row, name, flag in flags if name == "jobs"}
    behind = pd.Series(typed, dtype="str").reindex(table.index).fillna("")
    return column.where(column.ne(""), behind)
