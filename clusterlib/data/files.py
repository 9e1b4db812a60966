"""Opening a learner's CSV or XLSX file as it is, before anything is read into it."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from clusterlib.data.problems import Problem

SEPARATORS = {";": "semicolon", ",": "comma", "\t": "tab"}
# Bytes that are letters of Central Europe in Windows-1250 but signs, or rare, in Windows-1252.
_CENTRAL = set(
    b"\x9c\x9f\x8c\x8f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbf\xd5\xdb\xf5\xfb\xf2\xd8\xf8\xec\xcc\xe3"
)
# The reverse: letters of Western Europe that are rare in Windows-1250.
_WESTERN = set(b"\xe0\xc0\xe5\xc5\xea\xf1\xd1\xe6\xc6\xef\xff")


@dataclass
class RawTable:
    """Cells of a file with the row numbers that the learner sees in a spreadsheet."""

    source: str
    headings: list[str]
    cells: list[list[object]]
    rows: list[int]
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_file(path: Path | str, encoding: str | None = None, sheet: str | None = None) -> RawTable:
    """Open a CSV or XLSX file and find its heading and its rows.

    path: the file; encoding: only if names come out wrong, such as "cp1250"; sheet: name of the
    sheet if it is not the first. Blank lines and blank columns are passed over, with a note.
    Returns a RawTable.
    Raises ValueError when the file is absent, of another type or empty.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise ValueError(f"There is no file {file}: check its folder and its name.")
    kind = file.suffix.lower()
    if kind in {".xlsx", ".xlsm"}:
        grid, notes, problems = _read_workbook(file, sheet)
    elif kind in {".csv", ".txt", ".tsv"}:
        grid, notes = _read_text(file.read_bytes(), encoding)
        problems = []
    else:
        raise ValueError(
            f"{file.name} is neither .csv nor .xlsx: save it as one of them from your spreadsheet."
        )
    table = _find_table(file.name, grid)
    table.notes[:0] = notes
    table.problems[:0] = problems
    return table


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Turn the bytes of a text file into text, with a note if the alphabet was not certain.

    >>> decode("Győr-Moson-Sopron".encode("cp1250"))[0]
    'Győr-Moson-Sopron'
    """
    if encoding:
        try:
            return content.decode(encoding).removeprefix("\ufeff"), ""
        except (LookupError, UnicodeDecodeError) as error:
            raise ValueError(f"The file cannot be read as {encoding}: {error}.") from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        high = [byte for byte in content if byte > 0x7F]
    central = sum(byte in _CENTRAL for byte in high)
    western = sum(byte in _WESTERN for byte in high)
    chosen, other = ("cp1250", "cp1252") if central >= western else ("cp1252", "cp1250")
    name = {"cp1250": "Central European", "cp1252": "Western European"}[chosen]
    note = (
        f"The file is not in UTF-8; it was read with the {name} alphabet ({chosen}). If names look "
        f'wrong, load it with encoding="{other}".'
    )
    return content.decode(chosen, errors="replace"), note


def _read_text(content: bytes, encoding: str | None) -> tuple[list[list[object]], list[str]]:
    text, note = decode(content, encoding)
    notes = [note] if note else []
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # Windows and old Macintosh line ends
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # Excel's own first line
        separator = first.strip()[4:5] or "\t"
        text = "\n" + rest  # the line keeps its place, so that row numbers stay true
    else:
        separator = _find_separator(text)
    notes.append(f"Cells are separated by {SEPARATORS.get(separator, repr(separator))}s.")
    grid: list[list[object]] = [list(row) for row in _rows(text, separator)]
    return grid, notes


def _rows(text: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise ValueError(f"The file holds no table: {error}.") from error


def _find_separator(text: str) -> str:
    """The mark that splits most lines into the same number of cells, two or more."""
    best, score = ",", (0.0, 0)
    for separator in SEPARATORS:
        widths = [len(row) for row in _rows(text, separator) if any(row)]
        if not widths:
            continue
        width, lines = Counter(widths).most_common(1)[0]
        if width > 1 and (lines / len(widths), width) > score:
            best, score = separator, (lines / len(widths), width)
    return best


def _read_workbook(
    file: Path, sheet: str | None
) -> tuple[list[list[object]], list[str], list[Problem]]:
    from openpyxl import load_workbook  # dear to import, and needed for workbooks only

    values, formulas = (load_workbook(file, data_only=plain) for plain in (True, False))
    names = values.sheetnames
    if sheet is not None and sheet not in names:
        raise ValueError(f"{file.name} has no sheet {sheet!r}: it has {', '.join(names)}.")
    chosen = sheet or names[0]
    notes = []
    if sheet is None and len(names) > 1:
        notes.append(f"Sheet {chosen!r} was read; the others were not: {', '.join(names[1:])}.")
    grid: list[list[object]] = [list(row) for row in values[chosen].iter_rows(values_only=True)]
    problems = [
        Problem(
            cell.row,
            str(grid[0][cell.column - 1] or ""),
            str(cell.value),
            "the formula has no stored result",
            "open the file in your spreadsheet, save it, and load it again",
        )
        for row in formulas[chosen].iter_rows()
        for cell in row
        if cell.data_type == "f" and grid[cell.row - 1][cell.column - 1] is None
    ]
    return grid, notes, problems


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _find_table(source: str, grid: list[list[object]]) -> RawTable:
    filled = [number for number, row in enumerate(grid) if not all(_blank(cell) for cell in row)]
    start = next(
        (number for number in filled if sum(not _blank(cell) for cell in grid[number]) > 1), None
    )
    if start is None:
        raise ValueError(
            f"{source} holds no table: at least two headings side by side are needed, such as "
            "region and an industry."
        )
    notes = []
    above = [number + 1 for number in filled if number < start]
    if above:
        notes.append(f"Lines above the heading were passed over: row {', '.join(map(str, above))}.")
    data = [number for number in filled if number > start]
    blank = (data[-1] - start - len(data)) if data else 0
    if blank:
        notes.append(f"Blank lines were passed over: {blank}.")
    raw = ["" if _blank(cell) else str(cell) for cell in grid[start]]
    width = max([len(raw), *(len(grid[number]) for number in data)])
    raw += [""] * (width - len(raw))
    table = RawTable(source, [], [], [number + 1 for number in data], notes)
    padded = [list(grid[number]) + [None] * (width - len(grid[number])) for number in data]
    keep = [
        place for place in range(width) if raw[place] or not all(_blank(r[place]) for r in padded)
    ]
    for place in keep:
        if not raw[place]:
            rows = [table.rows[n] for n, row in enumerate(padded) if not _blank(row[place])]
            table.problems.append(
                Problem(
                    rows[0],
                    f"(column {place + 1})",
                    str(padded[table.rows.index(rows[0])][place]),
                    "a cell stands under no heading",
                    "give the column a heading; or a separator inside a name or number has "
                    "split the row: put that cell in quotation marks",
                )
            )
    headings = [" ".join(raw[place].replace("\ufeff", "").split()) for place in keep if raw[place]]
    if headings != [raw[place] for place in keep if raw[place]]:
        notes.append("Spaces around the headings were removed.")
    table.headings = headings
    table.cells = [[row[place] for place in keep if raw[place]] for row in padded]
    return table
