"""The questionnaire: a form from a table of items, for surveys of a cluster's own members.

Answers go into a CSV file in the portfolio, one row a person, which a plain cell reads.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets
import pandas as pd

from clusterlib.portfolio import Portfolio, plain_name
from clusterlib.widgets.access import load_once
from clusterlib.widgets.form_controls import form_control, read_back
from clusterlib.widgets.form_items import Item, read_items
from clusterlib.widgets.messages import FIRST, catalogue
from clusterlib.widgets.panel import close_tree

_CODE = re.compile(r"[^\W\d_]\w*")
_WIDE = ipywidgets.Layout


def questionnaire(
    items: pd.DataFrame | Sequence[Mapping[str, Any]], name: str, language: str = FIRST
) -> "Questionnaire":
    """Open a form; answers are kept in `<name>.csv` in the portfolio, one row a person.

    Args:
        items: one row an item: id, kind ("likert", "number", "choice" or "text"), question, and as
            far as wanted help, required, low, high, options; see `form_items.read_items`.
        name: of the survey, and of its file.
        language: of the form, such as "en" or "de"; items in that language stand in columns like
            question_de.

    Returns:
        The form; `.value` holds the answers of the person on the screen. All answers are read by a
        plain cell: ``Portfolio.open().load_table(name)``.

    Raises:
        ValueError: every fault of the table of items, a name that cannot be a file, or a language
            without messages.

    Example:
        >>> items = [{"id": "q1", "kind": "likert", "question": "We trust each other",
        ...           "required": "yes"}]
        >>> form = questionnaire(items, "trust-survey")
        >>> form.problems()[1]
        'We trust each other: please answer, this question is required.'
        >>> form.close()
    """
    return Questionnaire(read_items(items, language), name, language)


class Questionnaire:
    """A form with one control an item, two buttons, and a line that says what was kept."""

    def __init__(self, items: Sequence[Item], name: str, language: str = FIRST) -> None:
        """Build the controls; nothing is written before a button is pressed."""
        self.name = name
        self.file = plain_name(name, ".csv")
        self.items = list(items)
        self.words = catalogue(language)
        self._who = ipywidgets.Text(
            description=self.words["who"], continuous_update=False,
            style={"description_width": "initial"}, layout=_WIDE(width="auto"),
        )  # fmt: skip
        self._who.add_class("cl-control")
        self._controls = {item.id: form_control(item, self.words) for item in self.items}
        self._said = ipywidgets.HTML()
        self._said.add_class("cl-live")
        buttons = ipywidgets.HBox(
            [
                self._button("later", lambda _button: self.save_for_later()),
                self._button("finish", lambda _button: self.finish()),
            ]
        )
        buttons.add_class("cl-buttons")
        heading = ipywidgets.HTML(f'<p class="cl-title">{escape(name)}</p>')
        self._root = ipywidgets.VBox(
            [heading, self._who, *self._controls.values(), buttons, self._said]
        )
        self._root.add_class("cl-root")
        self._root.add_class("cl-form")
        self._quiet = False
        self._who.observe(self._on_who, "value")
        for control in self._controls.values():
            control.observe(self._on_change, "value")
        self._open = True

    @property
    def value(self) -> dict[str, object]:
        """What stands in the form, by id of the item; None where nothing does."""
        return {
            name: None if control.value == "" else control.value
            for name, control in self._controls.items()
        }

    @value.setter
    def value(self, answers: Mapping[str, object]) -> None:
        strange = [name for name in answers if name not in self._controls]
        if strange:
            raise ValueError(
                f"no item is called {', '.join(strange)}; there are: {', '.join(self._controls)}"
            )
        self._fill({**self.value, **answers})

    @property
    def respondent(self) -> str:
        """The code of the person who answers."""
        return str(self._who.value).strip()

    @respondent.setter
    def respondent(self, code: str) -> None:
        self._who.value = code

    @property
    def said(self) -> str:
        """What the form said last, as HTML."""
        return str(self._said.value)

    def problems(self) -> list[str]:
        """Return everything that stands in the way of finishing, in words, in reading order."""
        return [words for _, words in self._faults()]

    def save_for_later(self) -> bool:
        """Keep what can be read, finished or not; return whether it was kept."""
        if not _CODE.fullmatch(self.respondent):
            return self._refuse([(None, self.words["who_wrong"])])
        unread = [
            (name, words) for name, words in self._faults() if name and not self._is_blank(name)
        ]
        answers = self._answers()
        if not self._keep(answers, "no"):
            return False
        answered = sum(answer is not None for answer in answers.values())
        said = self.words["kept"].format(
            answered=answered, asked=len(self.items), who=self.respondent
        )
        self._said.value = f"<p>{escape(said)}</p>" + (
            self._listed("not_kept", unread) if unread else ""
        )
        return True

    def finish(self) -> bool:
        """Check everything and keep it as finished; return whether it was."""
        faults = self._faults()
        if faults:
            return self._refuse(faults)
        if not self._keep(self._answers(), "yes"):
            return False
        said = self.words["finished"].format(who=self.respondent, file=self.file)
        self._said.value = f"<p>✓ {escape(said)}</p>"
        return True

    def close(self) -> None:
        """Take the form off the page and free everything it holds; twice does no harm."""
        if self._open:
            self._open = False
            close_tree(self._root)

    def _button(self, word: str, action: Any) -> Any:
        button = ipywidgets.Button(
            description=self.words[word], tooltip=self.words[f"{word}_hint"],
            layout=_WIDE(width="auto"),
        )  # fmt: skip
        button.add_class("cl-control")
        button.on_click(action)
        return button

    def _faults(self) -> list[tuple[str | None, str]]:
        """Return (id of the item, words) of all that is missing or cannot be read."""
        faults: list[tuple[str | None, str]] = []
        if not _CODE.fullmatch(self.respondent):
            faults.append((None, self.words["who_wrong"]))
        for item in self.items:
            try:
                answer = item.read(self._controls[item.id].value, self.words)
            except ValueError as fault:
                faults.append((item.id, str(fault)))
                continue
            if item.required and answer is None:
                faults.append((item.id, self.words["missing"].format(question=item.question)))
        return faults

    def _answers(self) -> dict[str, object]:
        """Return what can be read; None for blanks and for what cannot."""
        answers: dict[str, object] = {}
        for item in self.items:
            try:
                answers[item.id] = item.read(self._controls[item.id].value, self.words)
            except ValueError:
                answers[item.id] = None
        return answers

    def _is_blank(self, name: str) -> bool:
        return not str(self._controls[name].value or "").strip()

    def _refuse(self, faults: Sequence[tuple[str | None, str]]) -> bool:
        """Say all faults at once and take the reader to the first."""
        self._said.value = self._listed("to_mend", faults)
        first = faults[0][0]
        (self._who if first is None else self._controls[first]).focus()
        return False

    def _listed(self, word: str, faults: Sequence[tuple[str | None, str]]) -> str:
        items = "".join(f"<li>✗ {escape(words)}</li>" for _, words in faults)
        return f"<p>{escape(self.words[word])}</p><ul>{items}</ul>"

    def _keep(self, answers: Mapping[str, object], complete: str) -> bool:
        """Write the row of this person into the file; other rows stay as they are."""
        try:
            portfolio = Portfolio.open()
            kept = self._kept(portfolio)
            row = pd.DataFrame([{**answers, "complete": complete}], [self.respondent])
            rest = kept.drop(index=[one for one in kept.index if str(one) == self.respondent])
            table = pd.concat([rest.astype(object), row.astype(object)]) if len(rest) else row
            portfolio.save_table(self.name, table.rename_axis("respondent"))
        except (OSError, ValueError) as problem:
            self._said.value = escape(self.words["not_saved"].format(problem=problem))
            return False
        return True

    def _kept(self, portfolio: Portfolio) -> pd.DataFrame:
        """Return the rows kept so far; none if the file is not there yet."""
        columns = [*(item.id for item in self.items), "complete"]
        if not (portfolio.folder / self.file).is_file():
            return pd.DataFrame(columns=columns)
        table = portfolio.load_table(self.name)
        if "respondent" in table.columns:  # written by another program, without the index noted
            table = table.set_index("respondent")
        # A column that is no item any more stays: nobody's answers are thrown away.
        return table.reindex(columns=[*columns, *(c for c in table.columns if c not in columns)])

    def _on_who(self, _change: object) -> None:
        """Read the answers of this person, if any are kept."""
        if not self.respondent:
            return
        try:
            kept = self._kept(Portfolio.open())
        except (OSError, ValueError) as problem:
            self._said.value = escape(self.words["not_saved"].format(problem=problem))
            return
        here = [place for place, one in enumerate(kept.index) if str(one) == self.respondent]
        word = "resumed" if here else "new"
        if here:
            row = kept.iloc[here[0]]
            self._fill({item.id: read_back(item, row[item.id]) for item in self.items})
        self._said.value = escape(self.words[word].format(who=self.respondent))

    def _on_change(self, _change: object) -> None:
        if not self._quiet:
            self._said.value = escape(self.words["changed"])

    def _fill(self, answers: Mapping[str, object]) -> None:
        self._quiet = True
        try:
            for name, answer in answers.items():
                control = self._controls[name]
                blank = "" if isinstance(control, ipywidgets.Text | ipywidgets.Textarea) else None
                control.value = blank if answer is None else answer
        finally:
            self._quiet = False

    def _ipython_display_(self) -> None:
        from IPython.display import display

        asked = "".join(f"<li>{escape(item.question)}</li>" for item in self.items)
        view = {"version_major": 2, "version_minor": 0, "model_id": self._root.model_id}
        display(  # type: ignore[no-untyped-call]
            {
                "text/plain": repr(self),
                "text/html": f"<p>{escape(self.name)}</p><ol>{asked}</ol>",
                "application/vnd.jupyter.widget-view+json": view,
            },
            raw=True,
        )
        load_once()

    def __repr__(self) -> str:
        """Return one line that is the same in every session."""
        return f"<questionnaire {self.name}: {len(self.items)} items>"
