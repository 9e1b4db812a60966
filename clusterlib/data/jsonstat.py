"""Reading JSON-stat, the form in which Eurostat answers: version 2.0 and the older 1.x."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from math import nan, prod
from typing import Any

import pandas as pd

Document = Mapping[str, Any]
MOST_CELLS = 5_000_000  # far more than a course needs; a broken size must not fill the memory


def read_jsonstat(document: Document | str | bytes) -> pd.DataFrame:
    """Read a JSON-stat dataset into a long table, one row a cell, in the order of the file.

    document: the parsed answer, or its text. Version 2.0 has `id` and `size` at the top; version
    1.x has them under `dimension`, inside an object named after the table. `value` and `status`
    may be lists, or objects that name only some cells; `status` may be one flag for all.

    Returns a DataFrame: one column of codes for each dimension, then value (float, NaN when
    missing) and flag ("" if none). Title, source and date stand in `.attrs`.
    Raises ValueError when the document is no dataset, or its sizes contradict its contents.

    >>> answer = {"version": "2.0", "class": "dataset", "id": ["geo"], "size": [2],
    ...     "dimension": {"geo": {"category": {"index": {"HU31": 0, "HU32": 1}}}},
    ...     "value": {"0": 5150}, "status": {"0": "d", "1": "c"}}
    >>> read_jsonstat(answer).values.tolist()
    [['HU31', 5150.0, 'd'], ['HU32', nan, 'c']]
    """
    dataset = _dataset(document)
    ids, sizes = _shape(dataset)
    codes = [
        _codes(dataset["dimension"], name, size) for name, size in zip(ids, sizes, strict=True)
    ]
    cells = prod(sizes)
    values = _spread(dataset.get("value"), cells, "value")
    status = dataset.get("status")
    if isinstance(status, Mapping) and "value" in status:
        status = status["value"]  # version 1.x wraps the flags and gives their meaning beside them
    flags = [status] * cells if isinstance(status, str) else _spread(status, cells, "status")
    table = pd.DataFrame(list(product(*codes)), columns=pd.Index(ids), dtype="str")
    table["value"] = pd.Series([_number(value) for value in values], dtype="float64")
    table["flag"] = pd.Series(["" if flag is None else str(flag) for flag in flags], dtype="str")
    table.attrs = {
        "title": str(dataset.get("label") or dataset.get("title") or ""),
        "source": str(dataset.get("source") or ""),
        "updated": str(dataset.get("updated") or dataset.get("lastUpdateDate") or ""),
    }
    return table


def dimension_labels(document: Document | str | bytes) -> dict[str, dict[str, str]]:
    """Read what the codes of each dimension mean.

    Returns for each dimension a dictionary code -> label; a code without a label stands for itself.

    >>> dimension_labels({"id": ["geo"], "size": [1], "value": [1], "dimension": {
    ...     "geo": {"category": {"label": {"HU31": "Észak-Magyarország"}}}}})
    {'geo': {'HU31': 'Észak-Magyarország'}}
    """
    dataset = _dataset(document)
    labels = {}
    for name, size in zip(*_shape(dataset), strict=True):
        words = dataset["dimension"][name].get("category", {}).get("label") or {}
        codes = _codes(dataset["dimension"], name, size)
        labels[name] = {code: str(words.get(code, code)) for code in codes}
    return labels


def _dataset(document: Document | str | bytes) -> Document:
    if isinstance(document, (str, bytes)):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise ValueError(f"This is no JSON: {error}.") from error
    if not isinstance(document, Mapping):
        raise ValueError("This is no JSON-stat dataset: an object with `dimension` is expected.")
    if "dimension" in document:
        return document
    inside = [one for one in document.values() if isinstance(one, Mapping) and "dimension" in one]
    if len(inside) == 1:
        return inside[0]
    raise ValueError(
        f"One JSON-stat dataset is expected, {len(inside)} were found: pass the one you want."
    )


def _shape(dataset: Document) -> tuple[list[str], list[int]]:
    dimension = dataset["dimension"]
    ids = dataset.get("id", dimension.get("id"))
    sizes = dataset.get("size", dimension.get("size"))
    if not isinstance(ids, Sequence) or not isinstance(sizes, Sequence) or len(ids) != len(sizes):
        raise ValueError("`id` and `size` of the dataset must be lists of the same length.")
    wrong = [size for size in sizes if isinstance(size, bool) or not isinstance(size, int)]
    if wrong or min(sizes, default=0) < 0 or prod(sizes) > MOST_CELLS:
        raise ValueError(
            f"The sizes {list(sizes)} are not those of a table with up to {MOST_CELLS} cells."
        )
    absent = [name for name in ids if name not in dimension]
    if absent:
        raise ValueError(f"The dataset does not describe its dimension {', '.join(absent)}.")
    return [str(name) for name in ids], list(sizes)


def _codes(dimension: Document, name: str, size: int) -> list[str]:
    category = dimension[name].get("category", {})
    index = category.get("index")
    if index is None:  # allowed for a dimension with one category
        codes = list(category.get("label") or {})
    elif isinstance(index, Mapping):
        codes = sorted(index, key=lambda code: index[code])
        if sorted(index.values()) != list(range(len(index))):
            raise ValueError(f"The positions of the dimension {name} are not 0, 1, 2 and so on.")
    else:
        codes = [str(code) for code in index]
    if len(codes) != size or len(set(codes)) != size:
        raise ValueError(f"The dimension {name} has size {size}, but {len(codes)} codes.")
    return codes


def _spread(given: Any, cells: int, what: str) -> list[Any]:
    """Give one entry for each cell, from a full list or from an object that names some cells."""
    if given is None:
        return [None] * cells
    if isinstance(given, Mapping):
        spread: list[Any] = [None] * cells
        for key, entry in given.items():
            if not str(key).isdigit() or int(key) >= cells:
                raise ValueError(f"`{what}` names a cell {key!r}; the cells are 0 to {cells - 1}.")
            spread[int(key)] = entry
        return spread
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != cells:
        number = len(given) if isinstance(given, Sequence) else "no list of"
        raise ValueError(f"`{what}` has {number} entries, but the table has {cells} cells.")
    return list(given)


def _number(value: Any) -> float:
    if value is None:
        return nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"The dataset holds {value!r} where a number should be.")
    return float(value)
