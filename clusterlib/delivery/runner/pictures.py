"""Pictures that were pasted into text: they stay with the text, as pixels of bearable size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Picture = dict[str, str]
KINDS = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
MOST_ONE = 5_000_000
MOST_ALL = 15_000_000


def take_pictures(raw: Mapping[str, Any], source: str, known: dict[str, Picture]) -> str:
    """Put the pictures that a cell's text shows to the others; return the text.

    Two pictures of one name get two names, in the text too.

    Args:
        raw: the cell as JSON.
        source: its text.
        known: pictures by name; filled.

    Example:
        >>> known = {}
        >>> raw = {"attachments": {"a.png": {"image/png": "iVBO", "text/html": "x"}}}
        >>> take_pictures(raw, "See ![map](attachment:a.png)", known), known
        ('See ![map](attachment:a.png)', {'a.png': {'image/png': 'iVBO'}})
    """
    attached = raw.get("attachments")
    for name, data in attached.items() if isinstance(attached, dict) else ():
        picture = _picture(data)
        size = sum(len(text) for one in known.values() for text in one.values())
        if not picture or f"attachment:{name}" not in source or size > MOST_ALL:
            continue
        own = name
        while known.setdefault(own, picture) != picture:
            own = f"again-{own}"
        source = source.replace(f"attachment:{name}", f"attachment:{own}")
    return source


def shown_in(source: str, known: Mapping[str, Picture]) -> dict[str, Picture]:
    """Return the pictures that a text shows, as a cell's attachments."""
    return {name: data for name, data in known.items() if f"attachment:{name}" in source}


def _picture(data: Any) -> Picture:
    for kind in KINDS if isinstance(data, dict) else ():
        text = data.get(kind)
        if isinstance(text, str) and len(text) <= MOST_ONE and BASE64.fullmatch(text):
            return {kind: text}
    return {}
