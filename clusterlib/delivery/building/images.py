"""Images travel inside the notebook: solutions/ and exercises/ may hold nothing but notebooks."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from clusterlib.delivery.building.problems import Problem
from clusterlib.delivery.building.source import SourceCell

IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HTML_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}


def image_problems(cell: SourceCell, root: Path, folder: str) -> Iterator[Problem]:
    """Yield images without alternative text, and those that are not there."""
    if cell.kind != "markdown":
        return
    for found in HTML_IMAGE.finditer(cell.text):
        yield cell.problem("write images as ![what it shows](images/name.png)", found.start())
    for found in IMAGE.finditer(cell.text):
        alternative, target = found.groups()
        if not alternative.strip():
            message = f"image {target} has no alternative text: say what it shows"
            yield cell.problem(message, found.start())
        if Path(target).parent != Path("images") or Path(target).suffix not in TYPES:
            message = f"image {target} must be a png, jpg or svg in {folder}/images"
            yield cell.problem(message, found.start())
        elif not (root / folder / target).exists():
            yield cell.problem(f"image {folder}/{target} does not exist", found.start())


def attach_images(text: str, folder: Path) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the text with its images as attachments, and the attachments by file name."""
    attachments: dict[str, dict[str, str]] = {}

    def attach(found: re.Match[str]) -> str:
        path = folder / found[2]
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        attachments[path.name] = {TYPES[path.suffix]: content}
        return found[0].replace(found[2], f"attachment:{path.name}")

    return IMAGE.sub(attach, text), attachments
