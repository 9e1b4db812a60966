"""The fixed part of the case: invented names and typical figures, kept as CSV beside the code."""

import tomllib
from importlib.resources import files
from io import StringIO
from typing import Any

import pandas as pd

_FOLDER = files("clusterlib.data") / "aldermark"


def fixed_table(name: str, index: str) -> pd.DataFrame:
    """Read one of the case's fixed tables.

    name: file name without ending; index: column that becomes the row labels.

    >>> fixed_table("competences", "code").loc["C09", "name"]
    'Building trust among rivals'
    """
    text = (_FOLDER / f"{name}.csv").read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text)).set_index(index)


def fixed_places() -> dict[str, Any]:
    """Read the invented names of the cluster, the region and the bodies in it.

    >>> fixed_places()["places"]["anchor_firm"]
    'Tarnwell Pharma'
    """
    return tomllib.loads((_FOLDER / "places.toml").read_text(encoding="utf-8"))
