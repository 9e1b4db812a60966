"""Reading Eurostat's structural business statistics as exported to a semicolon file, dirt included.

The old regional table (sbs_r_nuts06_r2) gives persons employed by NUTS region and NACE activity.
No row is lost: what cannot be read stays missing and says why.
"""

from pathlib import Path
from typing import Literal

import pandas as pd

from clusterlib.data.numbers import FLAGS, read_number

NACE_LEVELS = {1: "letters", 3: "divisions", 4: "groups"}
SEPARATOR = ";"


def read_sbs_export(path: Path | str) -> pd.DataFrame:
    """Read an export with the columns nace_r2; geo; and one year.

    path: the file, with separator ";" and a heading such as n2015 for the year.
    Returns a long DataFrame, one row a line of the file: nace, geo, year, value (persons employed,
    NaN when missing), flag ("d" and so on), raw (the text as it stands), kind (integer, number and
    flag, flag only, blank, unreadable), note (why a value is missing or what its flag means).
    Raises ValueError when the file has other columns or a line with another number of cells.
    "12:00 AM", which a spreadsheet made of a figure, is unreadable and missing, never 0.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "sbs.csv"
    >>> _ = file.write_text("nace_r2;geo;n2015\\nC21;HU31;5150 d\\nC21;HU32;12:00 AM\\nC;HU31; ")
    >>> read_sbs_export(file)[["value", "flag", "kind"]].values.tolist()
    [[5150.0, 'd', 'number and flag'], [nan, '', 'unreadable'], [nan, '', 'blank']]
    """
    lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    heading = lines[0].split(SEPARATOR) if lines else []
    if len(heading) != 3 or heading[:2] != ["nace_r2", "geo"] or not heading[2][1:].isdigit():
        raise ValueError(
            "The columns nace_r2; geo; and a year such as n2015 are expected; the file has "
            f"{', '.join(heading) or 'no line at all'}."
        )
    cells = [line.split(SEPARATOR) for line in lines[1:]]
    uneven = [str(row) for row, line in enumerate(cells, start=2) if len(line) != 3]
    if uneven:
        raise ValueError(f"These rows do not have three cells: {', '.join(uneven[:20])}.")
    table = pd.DataFrame(cells, columns=["nace", "geo", "raw"], dtype="str")
    # A few thousand different texts stand in tens of thousands of lines: read each text once.
    known = {text: _read_cell(text) for text in table["raw"].unique()}
    for place, name in enumerate(("value", "flag", "kind", "note")):
        table[name] = [known[text][place] for text in table["raw"]]
    table.insert(2, "year", int(heading[2][1:]))
    return table[["nace", "geo", "year", "value", "flag", "raw", "kind", "note"]]


def pivot_sbs(
    table: pd.DataFrame,
    nuts_level: Literal[0, 1, 2],
    nace_level: Literal["letters", "divisions", "groups"],
    countries: list[str] | None = None,
) -> pd.DataFrame:
    """Turn the long table into regions x industries, at one level of each.

    table: from `read_sbs_export`; nuts_level: 0 countries, 1, or 2; nace_level: letters (sections
    such as C), divisions (C21) or groups (C212); countries: such as ["HU", "AT"], or all.
    Returns a DataFrame of persons employed; a missing cell stays missing.
    Raises ValueError for an unknown level, for a code that is at none, or when nothing is left:
    levels are never mixed, since a section already counts what its divisions count.

    >>> long = pd.DataFrame({"nace": ["C21", "C"], "geo": ["HU31", "HU31"], "value": [820.0, 9e4]})
    >>> pivot_sbs(long, nuts_level=2, nace_level="divisions").to_dict()
    {'C21': {'HU31': 820.0}}
    """
    if nuts_level not in (0, 1, 2) or nace_level not in NACE_LEVELS.values():
        raise ValueError(
            f"NUTS level {nuts_level!r} with NACE level {nace_level!r}: choose one level of each, "
            f"0, 1 or 2 and {', '.join(NACE_LEVELS.values())}; two levels would count jobs twice."
        )
    levels = table["nace"].str.len().map(NACE_LEVELS)
    nuts = table["geo"].str.len() - 2
    odd = table[levels.isna() | ~nuts.isin([0, 1, 2])]
    if len(odd):
        named = ", ".join(sorted(set(odd["nace"] + " in " + odd["geo"]))[:10])
        raise ValueError(f"These codes are at no known level: {named}. Mend or drop them first.")
    chosen = table[levels.eq(nace_level) & nuts.eq(nuts_level)]
    if countries is not None:
        chosen = chosen[chosen["geo"].str[:2].isin(countries)]
    if chosen.empty:
        raise ValueError(
            "No row is at these levels for these countries; NUTS names Greece EL and, at the "
            "time of this table, the United Kingdom UK."
        )
    twice = chosen[chosen.duplicated(["geo", "nace"])]
    if len(twice):
        named = ", ".join((twice["nace"] + " in " + twice["geo"]).head(10))
        raise ValueError(f"These cells stand twice: {named}. Keep one of each.")
    wide = chosen.pivot(index="geo", columns="nace", values="value").sort_index()
    return wide.rename_axis(index="region", columns="industry")


def _read_cell(text: str) -> tuple[float, str, str, str]:
    if not text.strip():
        return float("nan"), "", "blank", "no figure is given"
    reading = read_number(text, decimal=".")
    if reading.problem:
        return float("nan"), reading.flag, "unreadable", f"{reading.problem}: {reading.mend}"
    meaning = FLAGS.get(reading.flag, "")
    if reading.value != reading.value:
        return reading.value, reading.flag, "flag only", f"no figure is given: {meaning}"
    return reading.value, reading.flag, "number and flag" if reading.flag else "integer", meaning
