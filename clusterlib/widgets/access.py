"""The small script that names controls for screen readers and shields their keys.

It needs no further package: JupyterLab runs it as an output of the cell that shows a widget, and
the script itself sees to it that a page loads it once.
"""

import json
from functools import cache
from importlib.resources import files


@cache
def script() -> str:
    """Return the script with its style sheet inside."""
    here = files("clusterlib.widgets")
    style = here.joinpath("access.css").read_text(encoding="utf-8")
    code = here.joinpath("access.js").read_text(encoding="utf-8")
    return code.replace("= STYLE;", f"= {json.dumps(style)};")


def load_once() -> None:
    """Send the script to the page; a page that has it already ignores it."""
    from IPython.display import display

    display(  # type: ignore[no-untyped-call]
        {"application/javascript": script(), "text/plain": "Keyboard and screen reader help"},
        raw=True,
    )
