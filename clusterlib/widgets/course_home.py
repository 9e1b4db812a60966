"""The course home: the modules, how far you are, and where to go on, with links that open them.

The table is an output of the cell, not a widget, since JupyterLab opens links to other notebooks
only from there; the buttons below it are widgets and write the table anew.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets
import pandas as pd

from clusterlib.portfolio import Portfolio
from clusterlib.portfolio.hand_ins import exercise_words, taught_course
from clusterlib.portfolio.progress import STEPS, next_step
from clusterlib.widgets.access import load_once
from clusterlib.widgets.panel import close_tree

HOME = "00-start-here"
AUDIENCE_WORDS = {
    "academic": "academic: universities and transfer offices",
    "enterprise": "enterprise: firms and managers they send",
    "government": "government: offices and agencies",
    "ngo": "NGO (non-governmental organisation): chambers, associations, civil society",
}
HEADS = (
    "Module",
    "Minutes: lesson + exercise",
    "For you",
    "Afterwards you can",
    "Your progress",
    "Next step",
)
EXERCISE_HEAD = "Exercise"
STEP_WORDS = {"1": "Part 1", "2": "Part 2", "3": "Part 3", "exercise": "The exercise"}


@dataclass(frozen=True)
class HomeRow:
    """What the home shows of one module; exercise is None outside a taught course."""

    slug: str
    title: str
    minutes: str
    depth: str
    outcomes: tuple[str, ...]
    progress: str
    next_step: str
    exercise: str | None = None


def course_home(audience: str) -> "CourseHome":
    """Return the course home of an audience, ready to show.

    Args:
        audience: academic, enterprise, government or ngo.

    Returns:
        The home; `.value` is a dict with the audience, the next module and step, and how many
        modules are done.

    Raises:
        ValueError: there is no such audience.
    """
    from clusterlib.data.catalogue import list_audiences

    known = list_audiences()
    if audience not in known:
        raise ValueError(f"there is no audience {audience!r}: choose one of {', '.join(known)}")
    from clusterlib.portfolio import Portfolio

    # The home that was opened last is the one that the next start opens.
    Portfolio.open().save_settings("start", {"audience": audience})
    return CourseHome(audience, known)


def home_rows(
    audience: str, modules: pd.DataFrame, progress: pd.DataFrame, exercises: dict[str, str]
) -> list[HomeRow]:
    """Put catalogue, progress and exercises together, one row a module, in teaching order."""
    return [
        HomeRow(
            slug=str(module["slug"]),
            title=str(module["title"]),
            minutes=f"{module['minutes_lesson']} + {module['minutes_exercise']}",
            depth="in full" if audience in module["deep_for"] else "first and last part",
            outcomes=tuple(module["outcomes"]),
            progress=_progress_words(progress.loc[module["slug"]], str(module["slug"])),
            next_step=str(progress.loc[module["slug"], "next_step"]),
            exercise=exercises.get(str(module["slug"])),
        )
        for module in modules.to_dict("records")
    ]


def home_html(audience: str, audiences: list[str], rows: list[HomeRow], next_slug: str) -> str:
    """Return the home as HTML with relative links, as seen from `modules/<audience>/`."""
    others = "; ".join(
        f'<a href="../{other}/{HOME}.ipynb">{escape(AUDIENCE_WORDS.get(other, other))}</a>'
        for other in audiences
        if other != audience
    )
    heads = [*HEADS, EXERCISE_HEAD] if any(row.exercise for row in rows) else HEADS
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    own = escape(AUDIENCE_WORDS.get(audience, audience))
    body = "".join(_html_row(row) for row in rows)
    return (
        '<section class="cl-root cl-home" aria-label="Course home" style="max-width:none">'
        f"<p>You are reading the variant for <strong>{own}</strong>. "
        f"Go to another: {others}.</p>"
        f"<p><strong>Your next step.</strong> {_html_next(rows, next_slug)}</p>"
        '<table class="cl-table"><caption>Modules of the course and your progress</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></section>"
    )


def home_text(audience: str, rows: list[HomeRow], next_slug: str) -> str:
    """Return the same home as plain text, for printing and for readers without a browser."""
    lines = [f"Course home, variant for {AUDIENCE_WORDS.get(audience, audience)}", ""]
    for row in rows:
        lines += [
            f"{row.slug[:2]} {row.title} ({row.minutes} minutes, for you {row.depth})",
            f"   Your progress: {row.progress}. Next step: {row.next_step}.",
            *([f"   {EXERCISE_HEAD}: {row.exercise}."] if row.exercise else []),
            *(f"   - {outcome}" for outcome in row.outcomes),
        ]
    chosen = next((row for row in rows if row.slug == next_slug), None)
    step = f"{chosen.next_step}: {chosen.slug}.ipynb" if chosen else "You have done every module."
    return "\n".join([*lines, "", f"Your next step: {step}"])


class CourseHome:
    """The table of modules, and two choices and two buttons below it."""

    def __init__(self, audience: str, audiences: list[str]) -> None:
        """Read the portfolio and build the controls."""
        self.audience = audience
        self._audiences = audiences
        self._handle: Any = None
        self._read()
        self._module = _choice("Module", [(row.title, row.slug) for row in self._rows])
        self._part = _choice("Part", [(STEP_WORDS[step], step) for step in STEPS])
        if self._next:
            self._module.value = self._next[0]
        self._said = ipywidgets.HTML()
        self._said.add_class("cl-live")
        mark = _button("Mark this part as done", self._on_mark)
        refresh = _button("Show my newest progress", self._on_refresh)
        collect = _button("Put my portfolio into one document", self._on_collect)
        buttons = ipywidgets.HBox([mark, refresh, collect])
        buttons.add_class("cl-buttons")
        heading = ipywidgets.HTML('<p class="cl-title">Your progress and your portfolio</p>')
        self._root = ipywidgets.VBox([heading, self._module, self._part, buttons, self._said])
        self._root.add_class("cl-root")

    @property
    def value(self) -> dict[str, Any]:
        """The audience, the next module and step (None when all is done), and modules done."""
        module, step = self._next or (None, None)
        done = sum(row.next_step == "Finished" for row in self._rows)
        return {"audience": self.audience, "module": module, "step": step, "done": done}

    def mark(self, module: str, part: str) -> None:
        """Note a part as done, as the button does, and write the table anew."""
        Portfolio.open().mark_done(module, part)
        self.refresh()

    def refresh(self) -> None:
        """Read the portfolio again and write the table anew."""
        self._read()
        if self._handle is not None:
            self._handle.update(self._bundle(), raw=True)

    def close(self) -> None:
        """Take the controls off the page and free what they hold."""
        close_tree(self._root)

    def _read(self) -> None:
        from clusterlib.data.catalogue import list_modules

        modules = list_modules()
        progress = Portfolio.open().progress()
        course = taught_course()
        exercises = exercise_words(course, modules["slug"]) if course else {}
        self._rows = home_rows(self.audience, modules, progress, exercises)
        self._next = next_step(progress)

    def _bundle(self) -> dict[str, str]:
        slug = self._next[0] if self._next else ""
        return {
            "text/html": home_html(self.audience, self._audiences, self._rows, slug),
            "text/plain": home_text(self.audience, self._rows, slug),
        }

    def _on_mark(self, _button: object) -> None:
        title = next(row.title for row in self._rows if row.slug == self._module.value)
        try:
            self.mark(self._module.value, self._part.value)
        except (OSError, ValueError) as problem:
            self._said.value = f"<p>This was not kept: {escape(str(problem))}</p>"
            return
        self._said.value = f"<p>{STEP_WORDS[self._part.value]} of {escape(title)} is done.</p>"

    def _on_refresh(self, _button: object) -> None:
        self.refresh()
        self._said.value = f"<p>{len(self._rows)} modules, {self.value['done']} of them done.</p>"

    def _on_collect(self, _button: object) -> None:
        from clusterlib.documents import portfolio_book

        self._said.value = "<p>Working on it …</p>"
        try:
            book = portfolio_book()
            parcel = Portfolio.open().export_zip(book.with_name("portfolio.zip"))
        except (OSError, ValueError) as problem:
            self._said.value = f"<p>Not written: {escape(str(problem))}</p>"
            return
        self._said.value = (
            f"<p>Written: {escape(str(book))} (to read and print) and {escape(parcel.name)} (every "
            "file, to hand on).</p>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        load_once()
        self._handle = display(  # type: ignore[no-untyped-call]
            self._bundle(), raw=True, display_id=True
        )
        view = {"version_major": 2, "version_minor": 0, "model_id": self._root.model_id}
        display(  # type: ignore[no-untyped-call]
            {
                "text/plain": "Mark a part as done, or read your progress again",
                "application/vnd.jupyter.widget-view+json": view,
            },
            raw=True,
        )

    def __repr__(self) -> str:
        """Return one line that is the same in every session."""
        return f"<course home for {self.audience}: {len(self._rows)} modules>"


def _progress_words(row: "pd.Series[Any]", slug: str) -> str:
    words = [f"{row['parts_done']} of 3 parts"]
    if asked := _questions(slug):
        words.append(
            f"{row['checks_answered']} of {asked} questions answered, {row['checks_right']} right"
        )
    if row["artefacts"]:
        words.append(f"{row['artefacts']} document{'s' if row['artefacts'] > 1 else ''} saved")
    words += ["exercise done"] if row["exercise_done"] else []
    return f"{row['state']}: {', '.join(words)}"


def _questions(slug: str) -> int:
    from clusterlib.data.catalogue import course_path
    from clusterlib.widgets.questions import load_questions

    path = course_path() / "sources" / slug / "checks.toml"
    return len(load_questions(path)) if path.is_file() else 0


def _html_row(row: HomeRow) -> str:
    outcomes = "".join(f"<li>{escape(outcome)}</li>" for outcome in row.outcomes)
    link = f'<a href="{row.slug}.ipynb">{escape(row.slug[:2])} {escape(row.title)}</a>'
    cells = [escape(row.minutes), escape(row.depth)]
    cells += [f'<ul style="margin:0;padding-left:1.2em">{outcomes}</ul>']
    cells += [escape(row.progress), escape(row.next_step)]
    cells += [escape(row.exercise)] if row.exercise else []
    left = ' style="text-align:left;vertical-align:top"'
    return (
        f'<tr><th scope="row"{left}>{link}</th>'
        + "".join(f"<td{left}>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _html_next(rows: list[HomeRow], next_slug: str) -> str:
    row = next((row for row in rows if row.slug == next_slug), None)
    if row is None:
        return "You have done every module. Show somebody your portfolio."
    return f'{escape(row.next_step)}: <a href="{row.slug}.ipynb">{escape(row.title)}</a>.'


def _choice(label: str, options: list[tuple[str, str]]) -> Any:
    chosen = ipywidgets.Dropdown(options=options, description=label)
    chosen.style.description_width = "initial"
    chosen.layout.width = "auto"
    chosen.add_class("cl-control")
    return chosen


def _button(words: str, on_click: Any) -> Any:
    button = ipywidgets.Button(description=words, layout=ipywidgets.Layout(width="auto"))
    button.add_class("cl-control")
    button.on_click(on_click)
    return button
