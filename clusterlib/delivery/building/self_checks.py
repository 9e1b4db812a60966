"""Self-check questions of checks.toml: validation, and their static text with explained answers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from clusterlib.delivery.building.problems import BuildFailed, Problem

WANTED: dict[str, tuple[str, ...]] = {
    "choice": ("options",),
    "number": ("answer", "tolerance", "why_right", "why_wrong"),
    "order": ("items", "why_right", "why_wrong"),
}


def read_checks(root: Path, path: str) -> dict[str, dict[str, Any]]:
    """Return the questions of one checks.toml by id; BuildFailed names every faulty one."""
    if not (root / path).exists():
        raise BuildFailed([Problem(path, 1, "is missing: a lesson has self-checks")])
    text = (root / path).read_text(encoding="utf-8")
    try:
        rows = tomllib.loads(text).get("check", [])
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 1
        raise BuildFailed([Problem(path, line, f"is not valid TOML: {error}")]) from error
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "[[check]]"]
    checks: dict[str, dict[str, Any]] = {}
    problems = []
    for line, row in zip(lines, rows, strict=False):
        name = str(row.get("id", ""))
        faults = _faults(row)
        if name in checks:
            faults.append(f'check "{name}" stands twice')
        problems += [Problem(path, line, fault) for fault in faults]
        checks[name] = {**row, "line": line}
    if problems:
        raise BuildFailed(problems)
    return checks


def _faults(row: dict[str, Any]) -> list[str]:
    name, kind = row.get("id"), row.get("kind")
    if not name or not row.get("question"):
        return ["a check needs an id and a question"]
    if kind not in WANTED:
        return [f'check "{name}" has unknown kind "{kind}"; known are {", ".join(WANTED)}']
    missing = [field for field in WANTED[kind] if field not in row]
    if missing:
        return [f'check "{name}" lacks {", ".join(missing)}']
    faults = []
    if kind == "choice":
        options = row["options"]
        if not any(option.get("right") for option in options):
            faults.append(f'check "{name}" has no right option')
        if any(not option.get("text") or not option.get("why") for option in options):
            faults.append(f'check "{name}": every option needs its text and a "why"')
    if kind == "order" and len(row["items"]) < 3:
        faults.append(f'check "{name}" needs three items or more to put in order')
    return faults


def static_text(check: dict[str, Any]) -> str:
    """Return the question as Markdown, the explained answers folded under it.

    The same content stands in the widget below; this text serves print, screen readers and
    everybody whose widgets do not load.
    """
    shown, explained = {"choice": _choice, "number": _number, "order": _order}[check["kind"]](check)
    answers = "\n".join(explained)
    question = f"**Try it.** {check['question'].strip()}"
    shown_text = "\n".join(shown)
    parts = [question, shown_text] if shown else [question]
    folded = f"<details><summary>Answers explained</summary>\n\n{answers}\n\n</details>"
    return "\n\n".join([*parts, folded])


def _choice(check: dict[str, Any]) -> tuple[list[str], list[str]]:
    explained = [
        f"- {'Right' if option.get('right') else 'Not right'}: {option['text']} - {option['why']}"
        for option in check["options"]
    ]
    return [f"- {option['text']}" for option in check["options"]], explained


def _number(check: dict[str, Any]) -> tuple[list[str], list[str]]:
    unit = f" {check['unit']}" if check.get("unit") else ""
    explained = [f"- Answer: {check['answer']}{unit}. {check['why_right']}"]
    explained += [f"- If you found {h['value']}{unit}: {h['why']}" for h in check.get("hints", [])]
    explained.append(f"- If you found something else: {check['why_wrong']}")
    return [], explained


def _order(check: dict[str, Any]) -> tuple[list[str], list[str]]:
    explained = [f"{number}. {item}" for number, item in enumerate(check["items"], start=1)]
    explained += ["", check["why_right"], "", f"If yours differs: {check['why_wrong']}"]
    # Alphabetical, so that the order shown says nothing about the order asked for.
    return [f"- {item}" for item in sorted(check["items"])], explained
