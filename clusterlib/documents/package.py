"""Make a finished .docx or .xlsx repeatable to the byte, and put it where the learner finds it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path

from clusterlib.portfolio import Portfolio, default_folder, plain_name, write_atomic

# XML 1.0 cannot hold these; they come along when text is pasted from other programs.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(value: object) -> str:
    """Return text that every office program can open.

    >>> clean("Aldermark\\x0b MedLife")
    'Aldermark MedLife'
    """
    return FORBIDDEN.sub("", str(value))


def moment(on: date) -> datetime:
    """Return noon of a day: the time stamped into the document's properties."""
    return datetime.combine(on, time(12))


def repack(content: bytes, on: date) -> bytes:
    """Give every part of an office file one fixed time: equal input, equal bytes."""
    stamp = f"{on.isoformat()}T12:00:00Z".encode()
    parcel = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(parcel, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                pattern = rb"(<dcterms:(created|modified)[^>]*>)[^<]*"
                part = re.sub(pattern, lambda found: found.group(1) + stamp, part)
            info = zipfile.ZipInfo(name, (on.year, on.month, on.day, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return parcel.getvalue()


def deliver(content: bytes, name: str, module: str, folder: str | Path | None, on: date) -> Path:
    """Save a document into the portfolio, or into a folder when one is named; return its path."""
    finished = repack(content, on)
    mine = default_folder().resolve()
    place = mine if folder is None else Path(folder).expanduser().resolve()
    if place == mine:
        return Portfolio.open().save_document(name, finished, module)
    path = place / plain_name(name)
    write_atomic(path, finished)
    return path
