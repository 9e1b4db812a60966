"""Empty tables to fill in: an example row, and a sheet that says what goes where."""

import csv
from pathlib import Path

from clusterlib.data.table_kinds import Column, TableKind, table_kind

_RULES: tuple[list[object], ...] = (
    ["Rule:", "Delete the example row before you load the file."],
    ["Rule:", "One heading row, no totals, no merged cells, no notes below the table."],
    ["Rule:", "Blank means unknown, c means confidential, 0 means there is none."],
    ["Rule:", "Use codes, not names, for people."],
)


def save_template(kind: str, path: Path | str) -> Path:
    """Save a template that `load_table` can read: headings, an example row and instructions.

    kind: as in `load_table`; path: a file ending in .xlsx (a second sheet holds the instructions)
    or .csv (they go into a second file beside it). An existing file is never written over.
    Returns the path of the template.
    Raises ValueError for another ending or a file that is already there.

    >>> import tempfile, pathlib
    >>> save_template("plants", pathlib.Path(tempfile.mkdtemp()) / "plants.csv").name
    'plants.csv'
    """
    described, file = table_kind(kind), Path(path).expanduser()
    ending = file.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise ValueError(f"{file.name}: a template ends in .csv or .xlsx.")
    beside = file.with_name(f"{file.stem}-instructions.csv")
    for one in (file, beside) if ending == ".csv" else (file,):
        if one.exists():
            raise ValueError(f"{one.name} is already there: choose another name, or move it away.")
    example, instructions = _example(described), _instructions(described)
    if ending == ".csv":
        _write_csv(file, example)
        _write_csv(beside, instructions)
    else:
        _write_workbook(file, example, instructions)
    return file


def _example(kind: TableKind) -> list[list[object]]:
    cells: list[tuple[str, object]] = [(column.name, column.example) for column in kind.columns]
    if kind.spread:
        cells += list(kind.spread.examples)
    return [[heading for heading, _ in cells], [value for _, value in cells]]


def _instructions(kind: TableKind) -> list[list[object]]:
    lines: list[list[object]] = [["column", "what goes there", "must be there", "allowed"]]
    lines += [[c.name, c.meaning, "yes" if c.required else "no", _allowed(c)] for c in kind.columns]
    if kind.spread:
        each = kind.spread
        lines.append(
            [f"one column for each {each.each}", each.value.meaning, "yes", _allowed(each.value)]
        )
    lines += [[], ["This table:", kind.purpose], *_RULES]
    return lines


def _allowed(column: Column) -> str:
    if column.choices:
        return ", ".join(column.choices)
    if column.reads != "number":
        return {"yes_no": "yes or no"}.get(column.reads, "text")
    limits = [f"from {column.low:g}"] if column.low is not None else []
    limits += [f"up to {column.high:g}"] if column.high is not None else []
    return " ".join(["whole number" if column.whole else "number", *limits])


def _write_csv(file: Path, lines: list[list[object]]) -> None:
    # The byte-order mark makes Excel read accents rightly; the semicolon leaves commas to figures.
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, delimiter=";").writerows(lines)


def _write_workbook(
    file: Path, example: list[list[object]], instructions: list[list[object]]
) -> None:
    from openpyxl import Workbook  # dear to import, and needed for workbooks only
    from openpyxl.styles import Font

    book = Workbook()
    for sheet, lines in ((book.active, example), (book.create_sheet(), instructions)):
        for line in lines:
            sheet.append(line)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = max(14, len(str(cell.value)) + 2)
        sheet.freeze_panes = "A2"
    book.active.title, book.worksheets[1].title = "data", "instructions"
    book.save(file)
