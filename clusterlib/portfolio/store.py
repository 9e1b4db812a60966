"""One plain JSON file beside plain tables: readable without this course, safe in two tabs."""

from __future__ import annotations

import io
import json
import math
import os
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from clusterlib.portfolio.files import (
    PortfolioError,
    locked,
    plain_name,
    remove_leftovers,
    write_atomic,
)
from clusterlib.portfolio.progress import progress_table

FOLDER_VARIABLE = "CLUSTER_PORTFOLIO"
FILE_NAME = "portfolio.json"
SCHEMA = 1
SECTIONS = ("settings", "tables", "artefacts", "attempts", "done")
Content = dict[str, Any]


def default_folder() -> Path:
    """Return the folder named by CLUSTER_PORTFOLIO, else `cluster-portfolio` in the home folder."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else Path.home() / "cluster-portfolio"


@dataclass(frozen=True)
class Portfolio:
    """The learner's folder. It keeps nothing in memory, so two tabs always see the same state.

    It stores what the learner typed and when, and nothing else about her.

    >>> import tempfile
    >>> mine = Portfolio.open(tempfile.mkdtemp())
    >>> mine.save_settings("needs", {"crosshair": "mean", "top_need": "C04"})
    >>> mine.load_settings("needs")["top_need"]
    'C04'
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Portfolio:
        """Open a portfolio, making the folder when it is new.

        Raises: PortfolioError when the folder cannot be made or was written by a newer version.
        """
        place = Path(folder).expanduser() if folder is not None else default_folder()
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise PortfolioError(
                f"the portfolio folder {place} cannot be made ({problem.strerror}); choose a "
                f"folder of your own with {FOLDER_VARIABLE}."
            ) from problem
        portfolio = cls(place.resolve())
        portfolio._read()
        return portfolio

    def save_settings(self, name: str, values: Mapping[str, Any]) -> None:
        """Save the settings of one widget or question; the newest save of a name wins."""
        key, plain, stamp = plain_name(name), to_plain(dict(values)), _now()
        self._change(lambda content: _put(content["settings"], key, {"value": plain}, stamp))

    def load_settings(self, name: str) -> dict[str, Any]:
        """Return the settings saved under a name; an empty dict when there are none."""
        entry = self._read()["settings"].get(plain_name(name), {})
        return dict(entry.get("value", {}))

    def all_settings(self) -> dict[str, dict[str, Any]]:
        """Return every setting that was saved, by name, in the order of the names."""
        return {name: self.load_settings(name) for name in sorted(self._read()["settings"])}

    def save_table(self, name: str, frame: pd.DataFrame) -> Path:
        """Save a table as a CSV file that Excel opens with every accent right; return its path.

        A named index is kept; a plain 0, 1, 2 ... index is not written. Blank stays blank.
        """
        file_name, stamp = plain_name(name, ".csv"), _now()
        keep_index = not (isinstance(frame.index, pd.RangeIndex) and frame.index.name is None)
        levels = frame.index.nlevels if keep_index else 0
        content = frame.to_csv(index=keep_index, lineterminator="\n").encode("utf-8-sig")
        entry = {"index_columns": levels, "rows": len(frame)}

        def write(stored: Content) -> None:
            if _put(stored["tables"], file_name, entry, stamp):
                write_atomic(self.folder / file_name, content)

        self._change(write)
        return self.folder / file_name

    def load_table(self, name: str) -> pd.DataFrame:
        """Return a saved table, or any CSV file the learner put into the folder.

        Semicolons with decimal commas, as Excel writes them in much of Europe, are understood.
        Raises: PortfolioError that lists the tables there are.
        """
        file_name = plain_name(name, ".csv")
        path = self.folder / file_name
        if not path.exists():
            there = ", ".join(sorted(p.name for p in self.folder.glob("*.csv"))) or "none yet"
            raise PortfolioError(f'no table "{file_name}" in {self.folder}; tables there: {there}.')
        levels = self._read()["tables"].get(file_name, {}).get("index_columns", 0)
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline()
        european = first.count(";") > first.count(",")
        return pd.read_csv(
            path,
            encoding="utf-8-sig",
            index_col=list(range(levels)) if levels > 1 else (0 if levels else None),
            sep=";" if european else ",",
            decimal="," if european else ".",
        )

    def save_document(self, name: str, content: bytes, module: str) -> Path:
        """Save a finished document and note which module it belongs to; return its path."""
        file_name, stamp = plain_name(name), _now()

        def write(stored: Content) -> None:
            if _put(stored["artefacts"], file_name, {"module": module}, stamp):
                write_atomic(self.folder / file_name, content)

        self._change(write)
        return self.folder / file_name

    def record_attempt(self, module: str, check_id: str, right: bool, answer: Any) -> None:
        """Add one answer to a self-check question; earlier answers stay."""
        entry = {
            "check": check_id,
            "right": bool(right),
            "answer": to_plain(answer),
            "saved": _now(),
        }
        self._change(lambda content: content["attempts"].setdefault(module, []).append(entry))

    def attempts(self, module: str) -> pd.DataFrame:
        """Return the answers given in a module, oldest first: check, right, answer, saved."""
        rows = sorted(self._read()["attempts"].get(module, []), key=lambda row: row["saved"])
        return pd.DataFrame(rows, columns=["check", "right", "answer", "saved"])

    def mark_done(self, module: str, part: str | int) -> None:
        """Note that a part of a module is done: 1, 2, 3 or "exercise"."""
        stamp = _now()
        self._change(
            lambda content: _put(content["done"].setdefault(module, {}), str(part), {}, stamp)
        )

    def progress(self) -> pd.DataFrame:
        """Return one row per module of the catalogue; see `progress.progress_table`."""
        from clusterlib.data.catalogue import list_modules

        return progress_table(list_modules(), self._read())

    def artefacts(self) -> pd.DataFrame:
        """Return the files in the folder: file, module, kind, kilobytes, changed (UTC)."""
        noted = self._read()["artefacts"]
        rows = [
            {
                "file": path.name,
                "module": noted.get(path.name, {}).get("module", ""),
                "kind": path.suffix.lstrip("."),
                "kilobytes": round(path.stat().st_size / 1024, 1),
                "changed": datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(
                    " ", "minutes"
                ),
            }
            for path in self._own_files()
            if path.name != FILE_NAME
        ]
        return pd.DataFrame(rows, columns=["file", "module", "kind", "kilobytes", "changed"])

    def export_zip(self, path: str | Path) -> Path:
        """Pack every file of the portfolio into one ZIP file; return its path."""
        target, parcel = Path(path).expanduser().resolve(), io.BytesIO()
        with locked(self.folder), zipfile.ZipFile(parcel, "w", zipfile.ZIP_DEFLATED) as bundle:
            for file in self._own_files():
                if file != target:
                    bundle.write(file, file.name)
        write_atomic(target, parcel.getvalue())
        return target

    def _own_files(self) -> list[Path]:
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.is_file() and not path.name.startswith((".", "~$"))
        )

    def _read(self) -> Content:
        path = self.folder / FILE_NAME
        try:
            return _parse(path)
        except _Unreadable:
            # Another tab may be mending the same file: look again once nobody else writes.
            with locked(self.folder):
                return self._read_or_set_aside()

    def _read_or_set_aside(self) -> Content:
        path = self.folder / FILE_NAME
        try:
            return _parse(path)
        except _Unreadable as problem:
            moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
            aside = path.with_name(f"portfolio.broken-{moment}.json")
            os.replace(path, aside)
            warnings.warn(
                f"{path} could not be read ({problem}). It was kept as {aside.name} and a new "
                "one starts empty. Your tables and documents are untouched. Send the kept file "
                "to your trainer if you need the answers in it.",
                UserWarning,
                stacklevel=4,
            )
            return _parse(path)

    def _change(self, change: Callable[[Content], Any]) -> None:
        with locked(self.folder):
            remove_leftovers(self.folder)
            content = self._read_or_set_aside()
            change(content)
            text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
            write_atomic(self.folder / FILE_NAME, text.encode())


class _Unreadable(Exception):
    """The file is there but is not a portfolio."""


def to_plain(value: Any) -> Any:
    """Turn numpy and pandas values into what JSON can hold; a missing number becomes null.

    >>> to_plain({"gap": float("nan"), "codes": ("C01", "C02")})
    {'gap': None, 'codes': ['C01', 'C02']}
    """
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, pd.Series | pd.DataFrame):
        return to_plain(value.to_dict())
    if isinstance(value, list | tuple | set | frozenset | pd.Index):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [to_plain(item) for item in items]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "tolist") and not isinstance(value, str):
        return to_plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int | str):
        return value
    raise PortfolioError(
        f"a portfolio keeps text, numbers, lists and tables, not {type(value).__name__}."
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _put(section: Content, key: str, entry: Content, stamp: str) -> bool:
    """Store an entry unless a later one is there; a stamp from the future does not count."""
    stored = section.get(key, {}).get("saved", "")
    if stamp < stored <= _now():
        return False
    section[key] = {**entry, "saved": stamp}
    return True


def _parse(path: Path) -> Content:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {"schema": SCHEMA, **{section: {} for section in SECTIONS}}
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise _Unreadable("it is not valid JSON") from problem
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise _Unreadable("it has no schema number")
    if content["schema"] > SCHEMA:
        raise PortfolioError(
            f"{path} was written by a newer version of the course (schema {content['schema']}, "
            f"this one knows {SCHEMA}): update the course. Nothing was changed."
        )
    for section in SECTIONS:
        entries = content.setdefault(section, {})
        wanted: type = list if section == "attempts" else dict
        if not isinstance(entries, dict) or not all(
            isinstance(entry, wanted) for entry in entries.values()
        ):
            raise _Unreadable(f'its part "{section}" has another shape')
    return content
