"""What a graded notebook keeps: text, tables and pixels, nothing that a browser would run."""

from __future__ import annotations

import re
from typing import Any

from clusterlib.delivery.pages.clean import clean_table
from clusterlib.delivery.pages.markdown import render

Output = dict[str, Any]
MOST_OUTPUT = 3_000_000
SHOWN = ("text/plain", "image/png", "image/jpeg")


def clean_outputs(found: Any) -> list[Output]:
    """Return outputs that a box sent: text, bare tables and pixels alone, bounded in size.

    Text on stderr is kept as ordinary text: nbgrader takes any stderr for a failure. Other HTML
    and scripts are left out, the text beside them is shown.
    """
    left = MOST_OUTPUT
    kept: list[Output] = []
    for output in found if isinstance(found, list) else []:
        clean = _clean_output(output) if isinstance(output, dict) else None
        if clean is None:
            continue
        left -= len(str(clean))
        if left < 0:
            break
        kept.append(clean)
    return kept


def _clean_output(output: dict[str, Any]) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        return {"output_type": "stream", "name": "stdout", "text": str(output.get("text", ""))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": "error",
            "ename": str(output.get("ename", ""))[:200],
            "evalue": str(output.get("evalue", ""))[:2000],
            "traceback": [str(line) for line in lines] if isinstance(lines, list) else [],
        }
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    shown = {name: data[name] for name in SHOWN if isinstance(data.get(name), str)}
    table = clean_table(data["text/html"]) if isinstance(data.get("text/html"), str) else ""
    if table:
        shown["text/html"] = table
    clean: Output = {"output_type": kind, "data": shown, "metadata": {}}
    return clean | ({"execution_count": None} if kind == "execute_result" else {})


# Two pages; of 400 cells that are made to keep a parser busy each may take 0.02 s.
MOST_LOOKED_AT = 4_000
TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\]\(\s*(?!https?://[^\s()<>&\\]+\s*\))")
REFERENCE = re.compile(r"^(\s*)\[(?=[^\]]*\]:)", re.MULTILINE)


def clean_markdown(source: str) -> str:
    """Return a learner's Markdown as it is, or, if any of it could act, without HTML and links.

    What is taken out stays readable as text. Pages clean once more what they show.

    Example:
        >>> clean_markdown("A <b>plan</b>, [see](https://example.org)")
        'A <b>plan</b>, [see](https://example.org)'
        >>> clean_markdown("A <b>plan</b>, [see](https://example.org) and [run](javascript:x)")
        'A &lt;b>plan&lt;/b>, [see](https://example.org) and [run] (javascript:x)'
    """
    bare = REFERENCE.sub(r"\1\\[", LINK.sub("] (", TAG.sub("&lt;", source)))
    if bare == source or (len(source) <= MOST_LOOKED_AT and not render(source).refused):
        return source
    return bare
