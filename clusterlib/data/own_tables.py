"""Loading a learner's own table in place of one of the case's, with every fault named at once."""

from pathlib import Path

import pandas as pd

from clusterlib.data.checks import plain_form
from clusterlib.data.files import RawTable, read_file
from clusterlib.data.problems import TableProblems, as_table
from clusterlib.data.table_kinds import TableKind, table_kind
from clusterlib.data.table_reading import SCALES, read_table


def load_table(
    path: Path | str,
    kind: str,
    decimal: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    """Load a CSV or XLSX file as one of the case's tables.

    path: the file; kind: employment, employment_long, survey, delphi, stakeholders, self_check,
    members, competences, respondents, willingness_to_pay, national, baseline, industries, plants,
    suppliers or coefficients;
    decimal: "," or "." if the figures leave it open; encoding and sheet: see the notes if needed.

    Returns a DataFrame shaped like the case's table of that name; what was done to the file stands
    in `notes_of(table)`, flags such as c (confidential) in `flags_of(table)`.
    Raises TableProblems (a ValueError) that names every row to mend, all at once.
    Missing and confidential cells stay missing, never zero. "1.234" is read by the decimal mark
    that other figures of the file show, and refused if none does.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "jobs.csv"
    >>> _ = file.write_text("region;Textiles;Machinery\\nAldermark;6 906;40782\\nCorvale;c;33892")
    >>> table = load_table(file, kind="employment")
    >>> table.loc["Aldermark", "Textiles"], flags_of(table).loc["Corvale", "Textiles"]
    (np.float64(6906.0), 'c')
    """
    described = table_kind(kind)
    _check_decimal(decimal)
    raw = read_file(path, encoding, sheet)
    table, problems = read_table(raw, described, decimal)
    if problems:
        raise TableProblems(problems, raw.source)
    return table


def check_table(
    frame: pd.DataFrame | Path | str, kind: str, decimal: str | None = None
) -> pd.DataFrame:
    """List everything that is wrong with a table or file, without stopping at it.

    frame: a DataFrame that you already have, or the path of a file; kind: as in `load_table`.
    Returns a DataFrame, one row a problem: row (as a spreadsheet numbers it, heading in row 1; 0
    for the whole table), column, value, problem, mend. An empty one means that the table is fine.

    >>> jobs = pd.DataFrame({"Textiles": [120, -5]}, index=["Aldermark", "Corvale"])
    >>> check_table(jobs, kind="employment")[["row", "problem"]].values.tolist()
    [[3, 'number of jobs cannot be negative']]
    """
    described = table_kind(kind)
    _check_decimal(decimal)
    raw = _from_frame(frame, described) if isinstance(frame, pd.DataFrame) else read_file(frame)
    return as_table(read_table(raw, described, decimal)[1])


def notes_of(table: pd.DataFrame) -> list[str]:
    """Say what was done to a file when it was loaded, one sentence each.

    >>> notes_of(pd.DataFrame())
    []
    """
    return list(table.attrs.get("notes", ()))


def flags_of(table: pd.DataFrame) -> pd.DataFrame:
    """Give the flags of a loaded table: same shape, "" where there is none.

    >>> flags_of(pd.DataFrame({"Textiles": [120.0]}, index=["Aldermark"])).loc["Aldermark"].tolist()
    ['']
    """
    flags = pd.DataFrame("", index=table.index, columns=table.columns)
    for row, column, flag in table.attrs.get("flags", ()):
        if row in flags.index and column in flags.columns:
            flags.loc[row, column] = flag
    return flags


def survey_tables(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a loaded survey into its two tables.

    table: from `load_table(..., kind="survey")`. Returns importance and ability, respondents x
    competences, floats 1 to 5.

    >>> answers = pd.DataFrame({"importance: Trust": [5.0], "ability: Trust": [3.0]}, index=["R01"])
    >>> survey_tables(answers)[1].loc["R01", "Trust"]
    np.float64(3.0)
    """
    halves = []
    for scale in SCALES:
        columns = [str(name) for name in table.columns if str(name).startswith(f"{scale}: ")]
        half = table[columns].rename(columns={name: name[len(scale) + 2 :] for name in columns})
        half.attrs = {}
        halves.append(half)
    return halves[0], halves[1]


def _check_decimal(decimal: str | None) -> None:
    if decimal not in (None, ",", "."):
        raise ValueError(f'decimal is "," or "."; yours is {decimal!r}.')


def _from_frame(frame: pd.DataFrame, kind: TableKind) -> RawTable:
    named = {plain_form(str(name)) for name in frame.columns}
    if len(kind.key) == 1 and plain_form(kind.key[0]) not in named:
        frame = frame.rename_axis(index=kind.key[0]).reset_index()
    return RawTable(
        "your table",
        [str(name) for name in frame.columns],
        [list(row) for row in frame.astype(object).itertuples(index=False)],
        list(range(2, len(frame) + 2)),
    )
