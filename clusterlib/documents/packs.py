"""The data pack: clean tables with a dictionary, the problems found, and a privacy note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib.documents.setting import OWN_DATA
from clusterlib.documents.tables import with_index
from clusterlib.documents.workbook import Workbook

PRIVACY = (
    "Look through every sheet before you send this file to anyone.",
    "Keep only columns that you use. A name, an e-mail or a telephone number is personal data.",
    "Groups of one or two people point at somebody, also without a name.",
    "Write down why you keep each personal column and on which day you will delete it.",
    "The person concerned may ask what you hold, have it mended, or have it deleted.",
)
NOT_DESCRIBED = "Not described yet: write what it means and where it comes from."


def data_pack(
    tables: Mapping[str, pd.DataFrame],
    notes: Mapping[str, str],
    problems: pd.DataFrame | None = None,
    data_note: str = OWN_DATA,
    folder: str | Path | None = None,
    on: date | None = None,
) -> Path:
    """Write data-pack.xlsx: every table, a data dictionary, the problems found, a privacy note.

    Arguments: tables by name (a named index becomes the first column); notes, what a column means,
    by "column" or "table.column" (the second counts more); problems, as the check found them, one
    row each; data_note, the case's `synthetic_note` when the data are invented; folder, else the
    portfolio; on, the day, else today.
    Returns: the path. Raises: ValueError when there is no table, or a note is about no column.
    """
    if not tables:
        raise ValueError("a data pack needs at least one table.")
    plain = {name: _plain(frame) for name, frame in tables.items()}
    dictionary = data_dictionary(plain, notes)
    read_me = [
        f"{len(plain)} tables: {', '.join(plain)}.",
        "Sheet Data dictionary: what each column means, how many cells are blank.",
        "Sheet Problems found: what the check found; mend it or say why it stays.",
        "A blank cell is not known; it is not zero.",
        "Limits: the check finds what breaks a rule, not a wrong number that looks right.",
    ]
    book = Workbook("Data pack", read_me, data_note, on or date.today())
    for name, frame in plain.items():
        book.sheet(name, frame)
    book.sheet("Data dictionary", dictionary)
    none_found = pd.DataFrame({"Result": ["The check found no problem."]})
    found = none_found if problems is None or problems.empty else _plain(problems)
    book.sheet("Problems found", found)
    book.sheet("Privacy", pd.DataFrame({"Before you share": PRIVACY, "Done on, by whom": None}))
    return book.save("data-pack.xlsx", "00-start-here", folder)


def data_dictionary(tables: Mapping[str, pd.DataFrame], notes: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a column: Table, Column, Kind, Filled, Blank, Meaning.

    >>> fees = pd.DataFrame({"fee": [100.0, None]})
    >>> data_dictionary({"fees": fees}, {"fee": "EUR a year"})["Blank"].tolist()
    [1]
    """
    rows = [
        {
            "Table": name,
            "Column": str(column),
            "Kind": _kind(frame[column]),
            "Filled": int(frame[column].notna().sum()),
            "Blank": int(frame[column].isna().sum()),
            "Meaning": notes.get(f"{name}.{column}") or notes.get(str(column)) or NOT_DESCRIBED,
        }
        for name, frame in tables.items()
        for column in frame.columns
    ]
    known = {row["Column"] for row in rows} | {f"{row['Table']}.{row['Column']}" for row in rows}
    lost = sorted(set(notes) - known)
    if lost:
        raise ValueError(f"these notes are about no column: {', '.join(lost)}; check the spelling.")
    return pd.DataFrame(rows, columns=["Table", "Column", "Kind", "Filled", "Blank", "Meaning"])


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    named = any(name is not None for name in frame.index.names)
    return with_index(frame, "row") if named else frame


def _kind(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "yes or no"
    if pd.api.types.is_numeric_dtype(column):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "day"
    return "text"
