"""What a grader or a learner opens: text and pixels, nothing that a browser would run."""

from __future__ import annotations

import re
from typing import Any

Output = dict[str, Any]
MOST_OUTPUT = 3_000_000
SHOWN = ("text/plain", "image/png", "image/jpeg")


def clean_outputs(found: Any) -> list[Output]:
    """Return outputs that a box sent with nothing in them but text and pixels, bounded in size.

    Text on stderr is kept as ordinary text: nbgrader takes any stderr for a failure. HTML and
    scripts are left out, the text beside them is shown.
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
    clean: Output = {"output_type": kind, "data": shown, "metadata": {}}
    return clean | ({"execution_count": None} if kind == "execute_result" else {})


TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\]\(\s*(?!https?://[^\s()<>&\\]+\s*\))")
REFERENCE = re.compile(r"^(\s*)\[(?=[^\]]*\]:)", re.MULTILINE)


def clean_markdown(source: str) -> str:
    """Return a learner's Markdown without HTML and without links other than to web pages.

    What is taken out stays readable as text.

    Example:
        >>> clean_markdown("A <b>plan</b>, [see](https://example.org) and [run](javascript:x)")
        'A &lt;b>plan&lt;/b>, [see](https://example.org) and [run] (javascript:x)'
    """
    source = TAG.sub("&lt;", source)
    source = LINK.sub("] (", source)
    return REFERENCE.sub(r"\1\\[", source)
