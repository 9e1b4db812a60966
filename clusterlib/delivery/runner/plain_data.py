"""Values that may leave the box: numbers, text, lists and tables as JSON, never code.

The box writes, the judge reads. The judge builds exact built-in, numpy and pandas types from the
data alone, so no class of the learner's, and no method that one could replace, reaches a test.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import types
from collections.abc import Callable
from typing import Any

MAX_ITEMS = 200_000
MAX_TEXT = 2_000_000
MAX_DEPTH = 20
Json = Any


class NotPlain(Exception):
    """A value is too large, too deep, or of a type that does not leave the box."""


class Opaque:
    """Stands in a test for a value that is no plain data; every use of it fails with a reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        raise TypeError(self._reason)

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(self._reason)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __call__ = __float__ = __int__ = _refuse
    __getitem__ = __contains__ = __add__ = __radd__ = __sub__ = __rsub__ = _refuse
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __abs__ = __round__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._reason}>"


class Writer:
    """Turns values into JSON inside the box; functions become references that can be called."""

    def __init__(self, keep_function: Callable[[Any], int]) -> None:
        self._keep = keep_function
        self._left = MAX_ITEMS
        self._text = MAX_TEXT

    def write(self, value: Any, depth: int = 0) -> Json:
        """Return JSON for one value; NotPlain says why not."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise NotPlain("is too large to be tested")
        if value is None or value is True or value is False:
            return value
        if type(value).__name__ == "NaTType":
            return ["missing", "NaT"]
        for kind, write in _SCALARS:
            if isinstance(value, kind):
                return self._counted(write(value))
        for kind, name in _COLLECTIONS:
            if isinstance(value, kind):
                return [name, [self.write(item, depth + 1) for item in kind.__iter__(value)]]
        if isinstance(value, dict):
            pairs = dict.items(value)
            return [
                "dict",
                [[self.write(k, depth + 1), self.write(v, depth + 1)] for k, v in pairs],
            ]
        return self._write_other(value, depth)

    def _counted(self, written: Json) -> Json:
        text = written[-1] if isinstance(written, list) else written
        if isinstance(text, str):
            self._text -= len(text)
            if self._text < 0:
                raise NotPlain("is too long to be tested")
        return written

    def _write_other(self, value: Any, depth: int) -> Json:
        homes = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
        if "numpy" in homes:
            return self._write_numpy(value, depth)
        if "pandas" in homes:
            return self._write_pandas(value, depth)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            return ["record", {name: self.write(getattr(value, name), depth + 1) for name in names}]
        if callable(value) and not isinstance(value, type):
            return ["function", self._keep(value)]
        raise NotPlain(f"is a {type(value).__name__}, not a number, a text, a list or a table")

    def _write_numpy(self, value: Any, depth: int) -> Json:
        import numpy

        if isinstance(value, numpy.generic):
            return ["numpy", value.dtype.str, self.write(value.item(), depth + 1)]
        if isinstance(value, numpy.ndarray):
            self._spend(value.size)
            if value.dtype.kind in "biufc":
                data = base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode()
                return ["array", value.dtype.str, list(value.shape), data]
            items = [self.write(item, depth + 1) for item in value.ravel().tolist()]
            return ["objects", list(value.shape), items]
        if callable(value):
            return ["function", self._keep(value)]
        raise NotPlain(f"is a {type(value).__name__}")

    def _write_pandas(self, value: Any, depth: int) -> Json:
        import pandas

        down = depth + 1
        if value is pandas.NA:
            return ["missing", "NA"]
        if isinstance(value, pandas.MultiIndex):
            rows = [self.write(row, down) for row in value.tolist()]
            return ["levels", [self.write(name, down) for name in value.names], rows]
        if isinstance(value, pandas.Index | pandas.Series):
            self._spend(len(value))
            kind = "index" if isinstance(value, pandas.Index) else "series"
            body = [str(value.dtype), self.write(value.name, down), self._column(value, down)]
            own = [self.write(value.index, down)] if isinstance(value, pandas.Series) else []
            return [kind, *body, *own]
        if isinstance(value, pandas.DataFrame):
            self._spend(value.size)
            columns = [value.iloc[:, place] for place in range(value.shape[1])]
            data = [[str(c.dtype), self._column(c, down)] for c in columns]
            return ["table", self.write(value.index, down), self.write(value.columns, down), data]
        if isinstance(value, pandas.Timedelta):
            return ["timedelta", value.value]
        raise NotPlain(f"is a pandas {type(value).__name__}")

    def _column(self, column: Any, depth: int) -> Json:
        if str(column.dtype) == "category":
            column = column.astype(object)
        return [self.write(item, depth) for item in column.tolist()]

    def _spend(self, count: int) -> None:
        if count > self._left:
            raise NotPlain("is too large to be tested")


_SCALARS: list[tuple[Any, Callable[[Any], Json]]] = [
    (int, lambda v: ["int", hex(int.__index__(v))] if abs(v) > 2**53 else int.__index__(v)),
    (float, lambda v: ["float", float.hex(v)]),
    (str, lambda v: str.__str__(v)),
    (complex, lambda v: ["complex", [float.hex(v.real), float.hex(v.imag)]]),
    (bytes, lambda v: ["bytes", base64.b64encode(bytes(v)).decode()]),
    (datetime.datetime, lambda v: ["time", str(v.isoformat()), type(v).__name__]),
    (datetime.date, lambda v: ["date", str(v.isoformat())]),
    (decimal.Decimal, lambda v: ["decimal", decimal.Decimal.__str__(v)]),
]
_COLLECTIONS: list[tuple[Any, str]] = [
    (list, "list"),
    (tuple, "tuple"),
    (set, "set"),
    (frozenset, "frozenset"),
    (range, "list"),
    (type({}.keys()), "list"),
    (type({}.values()), "list"),
]


class Reader:
    """Builds values from JSON in the judge; NotPlain when the data are not what a Writer makes."""

    def __init__(self, call: Callable[[int, tuple[Any, ...], dict[str, Any]], Any]) -> None:
        self._call = call

    def read(self, data: Json, depth: int = 0) -> Any:
        """Return the value."""
        if depth > 3 * MAX_DEPTH:
            raise NotPlain("is too deep to be tested")
        if data is None or isinstance(data, bool | int | str):
            return data
        if not (isinstance(data, list) and data and isinstance(data[0], str)):
            raise NotPlain("is damaged")
        try:
            return self._build(data[0], data[1:], depth + 1)
        except NotPlain:
            raise
        except Exception as error:
            raise NotPlain(f"is damaged ({type(error).__name__})") from error

    def _all(self, items: Json, depth: int) -> list[Any]:
        return [self.read(item, depth) for item in items]

    def _build(self, kind: str, rest: list[Any], depth: int) -> Any:
        simple = _READERS.get(kind)
        if simple is not None:
            return simple(*rest)
        if kind in ("list", "tuple", "set", "frozenset"):
            items = self._all(rest[0], depth)
            return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)
        if kind == "dict":
            return {self.read(k, depth): self.read(v, depth) for k, v in rest[0]}
        if kind == "record":
            fields = {str(k): self.read(v, depth) for k, v in rest[0].items()}
            return types.SimpleNamespace(**fields)
        if kind == "function":
            number = int(rest[0])
            return lambda *args, **kwargs: self._call(number, args, kwargs)
        return self._build_table(kind, rest, depth)

    def _build_table(self, kind: str, rest: list[Any], depth: int) -> Any:
        import numpy
        import pandas

        if kind == "numpy":
            return numpy.dtype(_safe(rest[0])).type(self.read(rest[1], depth))
        if kind == "array":
            flat = numpy.frombuffer(base64.b64decode(rest[2]), dtype=numpy.dtype(_safe(rest[0])))
            return flat.reshape([int(n) for n in rest[1]]).copy()
        if kind == "objects":
            flat = numpy.empty(len(rest[1]), dtype=object)
            flat[:] = self._all(rest[1], depth)
            return flat.reshape([int(n) for n in rest[0]])
        if kind == "levels":
            rows = self._all(rest[1], depth)
            return pandas.MultiIndex.from_tuples(rows, names=self._all(rest[0], depth))
        if kind == "index":
            column = _typed(self._all(rest[2], depth), rest[0])
            return pandas.Index(column, name=self.read(rest[1], depth))
        if kind == "series":
            column = _typed(self._all(rest[2], depth), rest[0])
            column.index, column.name = self.read(rest[3], depth), self.read(rest[1], depth)
            return column
        if kind == "table":
            index, columns = self.read(rest[0], depth), self.read(rest[1], depth)
            parts = [_typed(self._all(items, depth), dtype) for dtype, items in rest[2]]
            table = pandas.DataFrame({n: p.array for n, p in enumerate(parts)}, index=index)
            table.columns = columns
            return table
        raise NotPlain(f"is of an unknown kind ({kind[:40]})")


def _safe(dtype: str) -> str:
    if len(dtype) > 12 or not dtype[1:2] or dtype[1] not in "biufcMmUS":
        raise ValueError("type")
    return dtype


def _typed(items: list[Any], dtype: str) -> Any:
    """Return a Series of that type; values that do not fit stay as they are."""
    import pandas

    if dtype == "category":
        return pandas.Series(items, dtype=object).astype("category")
    try:
        return pandas.Series(items, dtype=str(dtype)[:40])
    except (TypeError, ValueError):
        return pandas.Series(items, dtype=object)


def _time(text: str, kind: str) -> Any:
    import pandas

    return pandas.Timestamp(text) if kind == "Timestamp" else datetime.datetime.fromisoformat(text)


def _missing(name: str) -> Any:
    import pandas

    return {"NA": pandas.NA, "NaT": pandas.NaT}[name]


def _timedelta(value: int) -> Any:
    import pandas

    return pandas.Timedelta(int(value))


_READERS: dict[str, Callable[..., Any]] = {
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda parts: complex(float.fromhex(parts[0]), float.fromhex(parts[1])),
    "bytes": base64.b64decode,
    "time": _time,
    "date": datetime.date.fromisoformat,
    "decimal": decimal.Decimal,
    "missing": _missing,
    "timedelta": _timedelta,
}
