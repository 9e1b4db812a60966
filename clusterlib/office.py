"""The cluster office at work: who does what, who has too much, what to leave off an agenda."""

from collections.abc import Sequence
from math import floor

import pandas as pd

from clusterlib.validation import no_missing, numeric_table, some_of, unique_labels

LETTERS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}
# Future prices, capacity, strategy, demand and sales forecasts: the heads named in the note on the
# European Commission's guidelines of 2023.
DELICATE = ("prices", "capacity", "strategy", "demand")
AGENDA_COLUMNS = ("topic", "time", "level")
TIMES = ("past", "future")
AGENDA_LEVELS = ("single firms", "whole industry", "published")


def raci_faults(table: pd.DataFrame) -> pd.DataFrame:
    """Check a table of responsibilities: one person accountable for each task, one at work on it.

    Args:
        table: index task, one column a person; cells R (responsible: does it), A (accountable:
            answers for it), C (consulted), I (informed), two letters such as "A/R", or blank.
    Returns:
        Index task: accountable and responsible (how many people), fault in words ("" if none).
    Raises:
        ValueError: a task or a person twice, or a cell with other letters.

    One accountable person is a convention of practice, kept because two of them wait for each
    other. Several may be responsible. A task where one person is both is no fault.

    >>> plan = pd.DataFrame({"manager": ["A", "A"], "chair": ["R", "A"]}, ["fees", "board"])
    >>> raci_faults(plan)["fault"].tolist()
    ['', '2 accountable; nobody responsible']
    """
    unique_labels(table.index, "tasks")
    unique_labels(table.columns, "people")
    cells = table.fillna("").astype(str).apply(lambda column: column.str.strip().str.upper())
    letters = {name: cells[name].str.split("/") for name in cells}
    for name, column in letters.items():
        wrong = [task for task, held in column.items() if not set(held) <= {*LETTERS, ""}]
        if wrong:
            raise ValueError(
                f"letters other than R, A, C and I for {name} in {some_of(wrong)}: "
                "write one of the four, two with a stroke such as A/R, or leave the cell blank"
            )
    counts = pd.DataFrame(
        {
            word: pd.DataFrame({name: letters[name].map(set(letter).issubset) for name in letters})
            .sum(axis=1)
            .astype(int)
            for word, letter in (("accountable", "A"), ("responsible", "R"))
        }
    )
    return counts.assign(fault=[_fault(*row) for row in counts.to_numpy()])


def _fault(accountable: int, responsible: int) -> str:
    found = []
    if accountable != 1:
        found.append("nobody accountable" if not accountable else f"{accountable} accountable")
    if not responsible:
        found.append("nobody responsible")
    return "; ".join(found)


def workload(tasks: pd.DataFrame, capacity: "pd.Series[float]") -> pd.DataFrame:
    """Compare the hours of a year's tasks with the hours that each person has.

    Args:
        tasks: index task; a column person, and one column of hours for each month; columns in
            which no cell is a number, such as part, are left out.
        capacity: hours a month by person, after leave, illness and the telephone.
    Returns:
        Index month, one column a person: hours planned divided by hours available (1.0 is full).
    Raises:
        ValueError: no column person, no months, hours that are blank, negative or no numbers, a
            person without capacity or named there twice, or a capacity of zero.

    A blank is not a free month, so it is refused. A share says nothing on which task could wait:
    that is a decision.

    >>> tasks = pd.DataFrame({"person": ["A", "A"], "jan": [60, 30], "feb": [10, 20]}, ["x", "y"])
    >>> workload(tasks, pd.Series({"A": 60}))["A"].tolist()
    [1.5, 0.5]
    """
    if "person" not in tasks.columns:
        raise ValueError("the table of tasks has no column person: say who does each task")
    unique_labels(tasks.columns, "columns of the table of tasks")
    others = tasks.drop(columns="person")
    # A month with one mistyped cell is still a month: it must be refused, not left out.
    months = [name for name in others if pd.to_numeric(others[name], errors="coerce").notna().any()]
    if not months:
        raise ValueError("the table of tasks has no column with hours: add one for each month")
    hours = no_missing(numeric_table(tasks[months], "hours"), "hours", "write 0 for none")
    unique_labels(capacity.index, "people with a capacity")
    available = numeric_table(capacity.to_frame("capacity"), "hours available")["capacity"]
    people = list(dict.fromkeys(tasks["person"]))
    without = [who for who in people if not available.get(who, 0) > 0]
    if without:
        raise ValueError(f"no hours available for {some_of(without)}: add them to the capacity")
    sums = hours.groupby(tasks["person"], sort=False).sum().T
    return sums.div(available[people], axis=1)[people].rename_axis(index="month", columns=None)


def agenda_caution(items: pd.DataFrame) -> pd.DataFrame:
    """Sort agenda points for a meeting of rivals: take off, ask first, or may stay.

    Args:
        items: index item; columns topic (prices, capacity, strategy and demand are delicate), time
            (past or future) and level (single firms, whole industry, published). Others are kept.
    Returns:
        The table with one more column, caution: "take off" for a delicate topic that looks ahead
        and shows single firms; "ask first" for any other delicate topic that is not published;
        "may stay" else.
    Raises:
        ValueError: column missing, a blank in one of the three, another time or level.

    Capitals and outer blanks do not matter. A topic in other words ("tariffs") is not known as
    delicate: use the four words. A house rule on the careful side, not the law, and no legal
    advice: a lawyer decides.

    Reference: Bird & Bird (2023), a secondary source on the Commission's guidelines of that year.

    >>> items = pd.DataFrame(
    ...     {"topic": ["prices", "training"], "time": "future", "level": "single firms"}
    ... )
    >>> agenda_caution(items)["caution"].tolist()
    ['take off', 'may stay']
    """
    lacking = [name for name in AGENDA_COLUMNS if name not in items.columns]
    if lacking:
        raise ValueError(f"the agenda has no column {some_of(lacking)}")
    blank = items.index[items[list(AGENDA_COLUMNS)].isna().any(axis=1)]
    if len(blank):
        raise ValueError(f"blank topic, time or level in {some_of(blank)}: fill them in")
    said = {name: items[name].astype(str).str.strip().str.casefold() for name in AGENDA_COLUMNS}
    for name, known in (("time", TIMES), ("level", AGENDA_LEVELS)):
        strange = items.index[~said[name].isin(known)]
        if len(strange):
            raise ValueError(
                f"{name} of {some_of(strange)} is not known: write one of {', '.join(known)}"
            )
    delicate = said["topic"].isin(DELICATE) & said["level"].ne("published")
    off = delicate & said["time"].eq("future") & said["level"].eq("single firms")
    caution = delicate.map({True: "ask first", False: "may stay"}).mask(off, "take off")
    return items.assign(caution=caution)


def seats_to_block(seats: "pd.Series[int]", needed: float = 2 / 3) -> int:
    """Count the seats that can stop a decision which needs a share of all votes.

    Args:
        seats: seats by group, whole numbers.
        needed: share of all seats that a decision needs, above 0 and up to 1; with exactly that
            share it passes.
    Returns:
        The smallest number of seats without which the decision cannot pass.
    Raises:
        ValueError: no seats, blank or negative ones, parts of seats, a group twice, or a share out
            of range.

    Counts seats, not courage: it takes for granted that all of them are there and vote alike.

    >>> seats_to_block(pd.Series([5, 4, 2, 2, 2]))
    6
    """
    if not 0 < needed <= 1:
        raise ValueError(f"needed is a share above 0 and up to 1, yours is {needed:g}")
    total = int(_whole(seats).sum())
    if total < 1:
        raise ValueError("a board needs at least one seat")
    return floor(total - needed * total + 1e-9) + 1


def allies(seats: "pd.Series[int]", group: str | Sequence[str], needed: float = 2 / 3) -> int:
    """Count the seats that a group, or several together, still lack to stop a decision.

    Args:
        seats, needed: as `seats_to_block`; group: its name, or several names.
    Returns:
        The number of seats to win over; 0 if the group can block alone.
    Raises:
        ValueError: as `seats_to_block`; a group that has no line in `seats`.

    >>> allies(pd.Series({"firms": 9, "civil society": 2, "science": 4}), "civil society")
    4
    """
    names = [group] if isinstance(group, str) else list(group)
    unknown = [name for name in names if name not in seats.index]
    if unknown:
        raise ValueError(
            f"no group {some_of(unknown)} on the board; there are: {some_of(seats.index)}"
        )
    return max(0, seats_to_block(seats, needed) - int(seats[list(dict.fromkeys(names))].sum()))


def _whole(seats: "pd.Series[int]") -> "pd.Series[float]":
    table = numeric_table(seats.to_frame("seats"), "seats")
    clean = no_missing(table["seats"], "seats", "write 0 for none")
    parts = clean.index[clean % 1 != 0]
    if len(parts):
        raise ValueError(f"parts of seats for {some_of(parts)}: seats are whole numbers")
    return clean
