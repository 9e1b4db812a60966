"""The controls of a questionnaire: one an item, its full question in sight."""

from typing import Any

import ipywidgets
import pandas as pd

from clusterlib.widgets.form_items import Item, Words

_WIDE = ipywidgets.Layout


def form_control(item: Item, words: Words) -> Any:
    """Return the control of an item, its full description in sight."""
    need = words["required" if item.required else "optional"]
    notes = [need, item.help]
    if item.kind == "number" and item.low is not None and item.high is not None:
        ends = {"low": f"{item.low:g}", "high": f"{item.high:g}"}
        notes.insert(1, words["scale"].format(**ends))
    common: dict[str, Any] = {
        "description": f"{item.question} ({'; '.join(note for note in notes if note)})",
        "style": {"description_width": "initial"},
        "layout": _WIDE(width="auto"),
    }
    none = words["choose" if item.kind == "choice" else "no_answer"]
    if item.kind == "likert":
        # An unanswered required item has no mark; an optional one can be taken back.
        options = [*item.options, *([] if item.required else [(none, None)])]
        control = ipywidgets.RadioButtons(options=options, value=None, **common)
        control.add_class("cl-likert")
    elif item.kind == "choice":
        control = ipywidgets.Dropdown(options=[(none, None), *item.options], **common)
    elif item.kind == "text":
        control = ipywidgets.Textarea(rows=3, continuous_update=False, **common)
    else:
        control = ipywidgets.Text(continuous_update=False, **common)
    control.add_class("cl-control")
    return control


def read_back(item: Item, cell: Any) -> object:
    """Return a cell of the file as the control of the item holds it."""
    if pd.isna(cell):
        return None
    if item.kind == "likert":
        point = int(float(cell))
        return point if point in [value for _, value in item.options] else None
    if item.kind == "choice":
        return next((value for _, value in item.options if str(value) == str(cell)), None)
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
