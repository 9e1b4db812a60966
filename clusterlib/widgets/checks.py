"""The self-check widget: one question, an immediate and explained answer, as many tries as wanted.

A self-check is for the learner alone. It is never graded; the tries are kept in her portfolio.
"""

from html import escape
from typing import Any

import ipywidgets

from clusterlib.widgets.access import load_once
from clusterlib.widgets.panel import close_tree
from clusterlib.widgets.questions import (
    ChoiceQuestion,
    NumberQuestion,
    OrderQuestion,
    Question,
    load_questions,
)


def check(module: str, id: str) -> "Check":
    """Return a self-check question of a module, ready to show.

    Args:
        module: folder name of the module, for example "02-needs".
        id: the word that names the question in the module's checks.toml.

    Returns:
        A widget; `.value` is a dict with the last answer, whether it was right, and the tries.

    Raises:
        ValueError: the module has no such question; the message lists those there are.
    """
    from clusterlib.data.catalogue import course_path

    path = course_path() / "sources" / module / "checks.toml"
    if not path.is_file():
        raise ValueError(f"module {module!r} has no self-checks; is its name written in full?")
    questions = load_questions(path)
    if id not in questions:
        raise ValueError(f"{module} has no question {id!r}; there are: {', '.join(questions)}")
    return Check(module, questions[id])


class Check:
    """A question with its answer control, a button, and feedback that is read aloud."""

    def __init__(self, module: str, question: Question) -> None:
        """Build the control that fits the kind of question."""
        self.module = module
        self.question = question
        self._answer: _ChoiceAnswer | _NumberAnswer | _OrderAnswer
        if isinstance(question, ChoiceQuestion):
            self._answer = _ChoiceAnswer(question)
        elif isinstance(question, NumberQuestion):
            self._answer = _NumberAnswer(question)
        else:
            self._answer = _OrderAnswer(question)
        self._last: object = None
        self._right: bool | None = None
        self._tries = 0
        self._feedback = ipywidgets.HTML()
        self._feedback.add_class("cl-live")
        button = ipywidgets.Button(
            description="Check my answer",
            layout=ipywidgets.Layout(width="auto", align_self="flex-start"),
        )
        button.add_class("cl-control")
        button.on_click(self._on_check)
        heading = ipywidgets.HTML(f'<p class="cl-title">{escape(question.question)}</p>')
        self._root = ipywidgets.VBox([heading, self._answer.box, button, self._feedback])
        self._root.add_class("cl-root")
        self._open = True

    @property
    def value(self) -> dict[str, Any]:
        """The last answer, whether it was right (None before the first try), and the tries."""
        return {"answer": self._last, "right": self._right, "tries": self._tries}

    @property
    def feedback(self) -> str:
        """The feedback as plain HTML; empty before the first try."""
        return str(self._feedback.value)

    def answer(self, answer: object) -> bool:
        """Judge an answer as the button does, show why, and return whether it is right.

        Raises:
            ValueError: the answer is blank or no number.
        """
        verdict = self.question.judge(answer)
        self._last, self._right, self._tries = answer, verdict.right, self._tries + 1
        word = "Right" if verdict.right else "Not yet"
        mark = "✓" if verdict.right else "✗"
        self._feedback.value = (
            f"<p><strong>{mark} {word}.</strong> {escape(verdict.why)}</p>{self._keep()}"
        )
        return verdict.right

    def close(self) -> None:
        """Take the question off the page and free everything it holds; twice does no harm."""
        if self._open:
            self._open = False
            close_tree(self._root)

    def _on_check(self, _button: object) -> None:
        try:
            self.answer(self._answer.read())
        except ValueError as problem:
            self._feedback.value = f"<p>{escape(str(problem))}</p>"

    def _keep(self) -> str:
        """Add the try to the portfolio; return a line for the page when that fails."""
        from clusterlib.portfolio import Portfolio

        try:
            Portfolio.open().record_attempt(
                self.module, self.question.id, bool(self._right), self._last
            )
        except (OSError, ValueError) as problem:
            return f"<p>This try was not kept in your portfolio: {escape(str(problem))}</p>"
        return ""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        view = {"version_major": 2, "version_minor": 0, "model_id": self._root.model_id}
        display(  # type: ignore[no-untyped-call]
            {
                "text/plain": repr(self),
                "text/html": f"<p>{escape(self.question.question)}</p>",
                "application/vnd.jupyter.widget-view+json": view,
            },
            raw=True,
        )
        load_once()

    def __repr__(self) -> str:
        """Return the question: the same in every session."""
        return f"<self-check {self.module} {self.question.id}: {self.question.question}>"


class _ChoiceAnswer:
    """Radio buttons, none chosen at first."""

    def __init__(self, question: ChoiceQuestion) -> None:
        self._radio = ipywidgets.RadioButtons(
            options=[text for text, _, _ in question.options],
            value=None,
            layout=ipywidgets.Layout(width="auto"),
        )
        self._radio.add_class("cl-control")
        self.box = self._radio

    def read(self) -> str:
        """Return the chosen text."""
        if self._radio.value is None:
            raise ValueError("Pick one of the options first.")
        return str(self._radio.value)


class _NumberAnswer:
    """A field for a number, with its unit in the label."""

    def __init__(self, question: NumberQuestion) -> None:
        unit = f" ({question.unit})" if question.unit else ""
        self._field = ipywidgets.Text(
            description=f"Your answer{unit}:",
            style={"description_width": "initial"},
            continuous_update=False,
        )
        self._field.add_class("cl-control")
        self.box = self._field

    def read(self) -> str:
        """Return what was typed."""
        if not self._field.value.strip():
            raise ValueError("Type a number first.")
        return str(self._field.value)


class _OrderAnswer:
    """Rows with two buttons each: move up, move down. Focus follows the item that moves."""

    def __init__(self, question: OrderQuestion) -> None:
        self._items = question.mixed()
        self._texts = [ipywidgets.HTML() for _ in self._items]
        self._said = ipywidgets.HTML()
        self._said.add_class("cl-live")
        self._buttons: dict[tuple[int, int], Any] = {}
        rows = []
        for place, text in enumerate(self._texts):
            text.layout.flex = "1 1 auto"
            row = ipywidgets.HBox([self._mover(place, -1), self._mover(place, 1), text])
            rows.append(row)
        self.box = ipywidgets.VBox([*rows, self._said])
        self._write()

    def read(self) -> list[str]:
        """Return the items as they stand."""
        return list(self._items)

    def move(self, place: int, step: int) -> None:
        """Swap the item at `place` with its neighbour `step` below or above."""
        other = place + step
        self._items[place], self._items[other] = self._items[other], self._items[place]
        self._write()
        self._said.value = escape(f"{self._items[other]} is now {other + 1} of {len(self._items)}.")
        # At either end the button of the same direction is off, so focus takes the other one.
        here = self._buttons[other, step]
        (self._buttons[other, -step] if here.disabled else here).focus()

    def _mover(self, place: int, step: int) -> Any:
        words = "Move up" if step < 0 else "Move down"
        button = ipywidgets.Button(description=words, layout=ipywidgets.Layout(width="auto"))
        button.disabled = not 0 <= place + step < len(self._items)
        button.add_class("cl-control")
        button.add_class("cl-named")
        button.on_click(lambda _button: self.move(place, step))
        self._buttons[place, step] = button
        return button

    def _write(self) -> None:
        """Write each item into its row and name its buttons after it."""
        for place, item in enumerate(self._items):
            self._texts[place].value = f"{place + 1}. {escape(item)}"
            for step, words in ((-1, "Move up"), (1, "Move down")):
                self._buttons[place, step].tooltip = f"{words}: {item}"
