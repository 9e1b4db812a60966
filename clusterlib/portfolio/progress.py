"""How far a learner is, module by module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

# Every lesson has three parts and an exercise.
STEPS = ("1", "2", "3", "exercise")


def progress_table(modules: pd.DataFrame, content: Mapping[str, Any]) -> pd.DataFrame:
    """Put the catalogue beside what the learner has done.

    Arguments: modules, as `list_modules()` returns it; content of portfolio.json.
    Returns: index module; columns title, checks_answered and checks_right (questions, by the
    latest answer), parts_done (0-3), exercise_done, artefacts (files), state ("not started",
    "under way", "done") and next_step in words.
    Convention: a module is done when three parts and the exercise are marked done.
    """
    titles = modules.set_index("slug")["title"]
    rows = {slug: _row(str(slug), content) for slug in titles.index}
    columns = ["checks_answered", "checks_right", "parts_done", "exercise_done", "artefacts"]
    columns += ["state", "next_step"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.insert(0, "title", titles)
    return table.rename_axis("module")


def next_step(progress: pd.DataFrame) -> tuple[str, str] | None:
    """Return the first unfinished module and its next step in words; None when all is done."""
    open_rows = progress[progress["state"] != "done"]
    if open_rows.empty:
        return None
    return str(open_rows.index[0]), str(open_rows["next_step"].iloc[0])


def _row(module: str, content: Mapping[str, Any]) -> list[Any]:
    latest: dict[str, bool] = {}
    for attempt in sorted(content["attempts"].get(module, []), key=lambda row: row["saved"]):
        latest[attempt["check"]] = attempt["right"]
    done = content["done"].get(module, {})
    files = sum(entry.get("module") == module for entry in content["artefacts"].values())
    missing = [step for step in STEPS if step not in done]
    started = bool(latest or done or files)
    state = "done" if not missing else "under way" if started else "not started"
    return [
        len(latest),
        sum(latest.values()),
        sum(step in done for step in STEPS[:3]),
        "exercise" in done,
        files,
        state,
        _words(missing),
    ]


def _words(missing: list[str]) -> str:
    if not missing:
        return "Finished"
    return "Do the exercise" if missing[0] == "exercise" else f"Read part {missing[0]}"
