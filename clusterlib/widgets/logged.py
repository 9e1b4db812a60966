"""An explorer that also keeps a table, and may have buttons that act."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import ipywidgets
import pandas as pd

from clusterlib.widgets.explorer import Explorer, Study, _button
from clusterlib.widgets.parameters import Settings


class LoggedStudy(Study, Protocol):
    """A study whose result is a table: a map that was changed, or the log of a game."""

    @property
    def actions(self) -> Sequence[tuple[str, str]]:
        """The buttons of the study: words and tooltip; may be empty."""

    def act(self, words: str, settings: Settings) -> Settings:
        """Return the settings after the reader pressed the button with these words."""

    def log(self, settings: Settings) -> pd.DataFrame:
        """Return the table that is saved as a CSV file under the name of the study."""


class LoggedExplorer(Explorer):
    """An explorer with its own buttons; saving also writes the study's table to the portfolio."""

    def __init__(self, study: LoggedStudy, settings: Mapping[str, object] | None = None) -> None:
        """Open the explorer, with the study's buttons between the controls and the picture."""
        self._logged = study
        super().__init__(study, settings)
        buttons = [self._actor(words, tooltip) for words, tooltip in study.actions]
        if buttons:
            row = ipywidgets.HBox(buttons)
            row.add_class("cl-buttons")
            heading, panel, *rest = self._root.children
            self._root.children = (heading, panel, row, *rest)

    @property
    def table(self) -> pd.DataFrame:
        """The table for the present settings, as it is saved."""
        return self._logged.log(self.value)

    def act(self, words: str) -> None:
        """Do what the button with these words does."""
        self._panel.set(self._logged.act(words, self.value))

    def _actor(self, words: str, tooltip: str) -> object:
        return _button(words, tooltip, lambda _button: self.act(words))

    def _save(self, button: object) -> None:
        super()._save(button)
        if self._saved.value != "Saved":
            return
        from clusterlib.portfolio import Portfolio

        if self.table.empty:
            self._saved.value = "Settings saved; nothing has been played yet"
            return
        try:
            path = Portfolio.open().save_table(self._logged.name, self.table)
        except (OSError, ValueError) as problem:
            self._saved.value = f"Settings saved, table not: {problem}"
        else:
            self._saved.value = f"Saved, with the table {path.name}"
