"""Runs notebook cells in this process as Jupyter would, with bounded output.

Used on both sides: for learners' cells inside the box, for tests inside the judge's own.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any

MAX_TEXT = 100_000
MAX_DISPLAY = 2_000_000
MAX_DISPLAYS = 50
CUT = "\n... (cut here: too much output)\n"
Output = dict[str, Any]


class BoundedText(io.TextIOBase):
    """Keeps the first part of what is written and counts the rest."""

    def __init__(self, name: str, outputs: list[Output]) -> None:
        self.stream, self.outputs, self.left, self.over = name, outputs, MAX_TEXT, False

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits."""
        if self.over:
            return len(text)
        kept = text[: self.left]
        self.left -= len(kept)
        if len(kept) < len(text):
            self.over = True
            kept += CUT
        if kept:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("output_type") == "stream" and last.get("name") == self.stream:
                last["text"] += kept
            else:
                self.outputs.append({"output_type": "stream", "name": self.stream, "text": kept})
        return len(text)


class CellRunner:
    """One notebook's namespace and the cells run in it."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.core.pylabtools import select_figure_formats

        make_shell: Any = InteractiveShell.instance
        self.shell = make_shell(colors="nocolor", xmode="Plain")
        self.shell.history_manager.enabled = False
        # `%matplotlib inline` is right in JupyterLab and needless here.
        self.shell.enable_matplotlib = lambda gui=None: (gui, "inline")
        self.shell.display_pub.publish = self._publish
        self.shell.display_trap.hook = self._result
        self.shell.showtraceback = self._no_traceback
        self.shell.showsyntaxerror = self._no_traceback
        show_as_png: Any = select_figure_formats
        show_as_png(self.shell, {"png"})
        self.outputs: list[Output] = []
        # What the opening cells showed, cell by cell, and whether all ran without an error.
        self.opening: list[list[Output]] = []
        self.sound = True
        self.value: Any = None
        self._displayed = 0
        self._shown = True

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that cells see."""
        space: dict[str, Any] = self.shell.user_ns
        return space

    def run(self, source: str, shown: bool = True) -> tuple[list[Output], str | None, bool]:
        """Run a cell; return its outputs, the error's name or None, and whether output was cut.

        What nobody will see (`shown` is False) is not made into text and pictures.
        """
        self.outputs, self.value, self._displayed, self._shown = [], None, 0, shown
        with self._captured() as streams:
            outcome = self.shell.run_cell(source, store_history=False)
            self._show_open_figures()
        failed = outcome.error_before_exec or outcome.error_in_exec
        if failed is not None:
            self.outputs.append(_error(failed))
        over = any(stream.over for stream in streams) or self._displayed > MAX_DISPLAY
        return self.outputs, None if failed is None else type(failed).__name__, over

    def open_with(self, cells: list[str]) -> None:
        """Run the cells that every notebook of a module begins with; keep what they show."""
        for source in cells:
            outputs, error, _ = self.run(source)
            self.opening.append(outputs)
            self.sound = self.sound and error is None

    @contextlib.contextmanager
    def _captured(self) -> Iterator[list[BoundedText]]:
        before = sys.stdout, sys.stderr
        streams = [BoundedText(name, self.outputs) for name in ("stdout", "stderr")]
        sys.stdout, sys.stderr = streams
        try:
            yield streams
        finally:
            sys.stdout, sys.stderr = before

    def _no_traceback(self, *_: Any, **__: Any) -> None:
        """The error is kept as an output of the cell instead."""

    def _publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        self._keep("display_data", data)

    def _result(self, value: Any) -> None:
        if value is None:
            return
        self.value = value
        if not self._shown:
            return
        data, _ = self.shell.display_formatter.format(value)
        self._keep("execute_result", data)

    def _keep(self, kind: str, data: dict[str, Any]) -> None:
        kept = {name: _as_text(item) for name, item in data.items()}
        size = sum(len(item) for item in kept.values() if isinstance(item, str))
        self._displayed += size
        full = self._displayed > MAX_DISPLAY or len(self.outputs) >= MAX_DISPLAYS
        if full:
            kept = {"text/plain": CUT.strip()}
            self._displayed = MAX_DISPLAY + 1
        if full and len(self.outputs) >= MAX_DISPLAYS:
            return
        output: Output = {"output_type": kind, "data": kept, "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = None
        self.outputs.append(output)

    def _show_open_figures(self) -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums() if self._shown else ():
            data, _ = self.shell.display_formatter.format(pyplot.figure(number))
            self._keep("display_data", data)
        pyplot.close("all")


def _as_text(item: Any) -> Any:
    if isinstance(item, bytes):
        import base64

        return base64.b64encode(item).decode()
    return item if isinstance(item, str) else str(item)


def _error(error: BaseException) -> Output:
    import traceback

    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-3)
    text = "".join(lines)[-4000:]
    return {
        "output_type": "error",
        "ename": type(error).__name__[:200],
        "evalue": str(error)[:2000],
        "traceback": text.splitlines(),
    }
