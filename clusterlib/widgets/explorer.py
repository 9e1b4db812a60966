"""The frame of every explorer: controls, picture, words and table that change together."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Protocol

import ipywidgets
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from clusterlib.charts.picture import Stage
from clusterlib.widgets.access import load_once
from clusterlib.widgets.panel import Panel, close_tree
from clusterlib.widgets.parameters import Parameter, Settings, complete, defaults


@dataclass(frozen=True)
class Reading:
    """What an explorer says in words for one choice of settings.

    `alt` is the short name of the picture, `headline` one sentence read aloud after each change,
    `summary` the whole text in HTML, `table` the numbers as an HTML table.
    """

    alt: str
    headline: str
    summary: str
    table: str


@dataclass(frozen=True)
class Action:
    """A button for what takes longer than a slider may: it searches and moves the controls.

    `act` gets the settings and returns those to show; a ValueError of it is shown in words.
    """

    words: str
    tooltip: str
    act: Callable[[Settings], Settings]


class Study(Protocol):
    """A model with its picture: what an explorer needs to know about its subject."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    figure: Figure

    @property
    def moving(self) -> Sequence[Artist]:
        """The artists that `update` moves."""

    @property
    def frame(self) -> Hashable:
        """A value that changes when anything else in the figure does."""

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Return the settings after the reader moved the control `name`: others may follow it."""

    def update(self, settings: Settings) -> Reading:
        """Move the artists of the figure to `settings` and return the words and the table."""


class Explorer:
    """A study with controls: change one, and picture, words and table follow."""

    def __init__(
        self,
        study: Study,
        settings: Mapping[str, object] | None = None,
        actions: Sequence[Action] = (),
    ) -> None:
        """Open the study at `settings`; what is not named there starts at its default.

        `actions` become buttons under the controls.
        """
        start = complete(study.parameters, settings)
        self._study = study
        self._stage = Stage(study.figure)
        self._picture = ipywidgets.HTML()
        self._headline = _live("cl-headline")
        self._words = ipywidgets.HTML()
        self._saved = _live("cl-saved")
        self._line = ipywidgets.HTML()
        self._panel = Panel(study.parameters, start, self._refresh, study.adjust)
        buttons = _row(
            [
                _button("Reset", "Put every control back to its first value", self._reset),
                _button("Copy my settings", "Show the settings as a line of code", self._copy),
                _button(
                    "Save to my portfolio", "Keep the settings in your portfolio folder", self._save
                ),
                self._saved,
            ]
        )
        searches = [_button(one.words, one.tooltip, partial(self._do, one)) for one in actions]
        heading = ipywidgets.HTML(f'<p class="cl-title">{escape(study.title)}</p>')
        self._root = ipywidgets.VBox(
            [
                heading,
                self._panel.box,
                *([_row(searches)] if searches else []),
                self._headline,
                self._picture,
                buttons,
                self._line,
                self._words,
            ]
        )
        self._root.add_class("cl-root")
        self._open = True
        self._refresh()

    @property
    def value(self) -> Settings:
        """The settings as a plain dict."""
        return self._panel.value

    @value.setter
    def value(self, settings: Mapping[str, object]) -> None:
        self._panel.set(complete(self._study.parameters, {**self.value, **settings}))

    @property
    def reading(self) -> Reading:
        """The words and the table for the present settings."""
        return self._reading

    @property
    def code(self) -> str:
        """The line of code that reproduces the present settings."""
        return f"settings = {self.value!r}"

    def close(self) -> None:
        """Take the explorer off the page and free everything it holds; twice does no harm."""
        if self._open:
            self._open = False
            close_tree(self._root)
            self._study.figure.clear()

    def _refresh(self) -> None:
        self._root.add_class("cl-busy")  # the style sheet says so after a third of a second
        try:
            self._show()
        finally:
            self._root.remove_class("cl-busy")

    def _show(self) -> None:
        self._reading = self._study.update(self.value)
        self._picture.value = self._stage.image(
            self._reading.alt, self._study.moving, self._study.frame
        )
        self._headline.value = escape(self._reading.headline)
        self._words.value = (
            f'<div class="cl-words">{self._reading.summary}'
            f"<details><summary>The numbers as a table</summary>{self._reading.table}</details>"
            "</div>"
        )
        self._saved.value = "Not saved yet"
        self._line.value = ""

    def _reset(self, _button: object) -> None:
        self._panel.set(defaults(self._study.parameters))

    def _do(self, action: Action, button: Any) -> None:
        """Say that work is under way, since it may take seconds, and show what came of it."""
        before = self._headline.value
        self._headline.value = "Working on it …"
        button.disabled = True
        try:
            self._panel.set(action.act(self.value))
        except ValueError as problem:
            self._headline.value = escape(str(problem))
        except BaseException:
            self._headline.value = before
            raise
        finally:
            button.disabled = False
            button.focus()  # a button that was off has lost its focus

    def _copy(self, _button: object) -> None:
        self._line.value = (
            '<label class="cl-line">Your settings as a line of code, selected: copy it with '
            f'Ctrl+C<textarea class="cl-copy" readonly rows="3">{escape(self.code)}</textarea>'
            "</label>"
        )

    def _save(self, _button: object) -> None:
        from clusterlib.portfolio import Portfolio

        try:
            Portfolio.open().save_settings(self._study.name, self.value)
        except (OSError, ValueError) as problem:
            self._saved.value = escape(f"Not saved: {problem}")
        else:
            self._saved.value = "Saved"

    def _static(self) -> str:
        """Return picture, words and table for places without live widgets."""
        return (
            f"<p>{escape(self._study.title)}</p>{self._picture.value}"
            f"{self._reading.summary}{self._reading.table}"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._static()}
        bundle["application/vnd.jupyter.widget-view+json"] = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": self._root.model_id,
        }
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
        load_once()

    def __repr__(self) -> str:
        """Return the same words in every session: no address, so notebooks compare equal."""
        return f"<{self._study.name}: {self.code}>"


def _live(name: str) -> Any:
    """Return a line of text that screen readers speak when it changes."""
    line = ipywidgets.HTML()
    line.add_class(name)
    line.add_class("cl-live")
    return line


def _row(buttons: list[Any]) -> Any:
    row = ipywidgets.HBox(buttons)
    row.add_class("cl-buttons")
    return row


def _button(words: str, tooltip: str, action: Any) -> Any:
    button = ipywidgets.Button(
        description=words, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
    button.on_click(action)
    button.add_class("cl-control")
    return button
