"""Who answered, how carefully, and which numbers are too small to print."""

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterlib import validation

Mask = npt.NDArray[np.bool_]


def _cells_to_hide_from(values: npt.NDArray[np.float64], hidden: Mask, minimum: int) -> Mask | None:
    """Find where one more cell must go because a total would give a hidden one away."""
    for axis in (0, 1):
        for position in range(values.shape[axis]):
            line = np.zeros_like(hidden)
            line[(position, slice(None)) if axis == 0 else (slice(None), position)] = True
            inside = line & hidden
            told = inside.sum() == 1 or values[inside].sum() < minimum
            if inside.any() and told and (line & ~hidden).any():
                return line & ~hidden
    if min(hidden.shape) == 1:  # a single column is added up in one direction alone
        return None
    # A hidden cell on no closed path of hidden cells still follows from the totals of one side.
    graph = nx.Graph((("row", r), ("column", c)) for r, c in zip(*np.nonzero(hidden), strict=True))
    if (~hidden).any() and next(nx.bridges(graph), None) is not None:
        return ~hidden
    return None


def _hidden_cells(counts: pd.DataFrame, minimum: int, totals: bool) -> pd.DataFrame:
    values = counts.to_numpy(dtype=float)
    hidden: Mask = (values > 0) & (values < minimum)
    while totals and (candidates := _cells_to_hide_from(values, hidden, minimum)) is not None:
        # The smallest cell with people in it costs the reader least; an empty one goes last.
        cost = np.where(values == 0, values.sum() + 1, values)
        hidden.flat[np.where(candidates, cost, np.inf).argmin()] = True
    return pd.DataFrame(hidden, counts.index, counts.columns)


def suppress_small_cells(
    table: pd.DataFrame, minimum: int = 3, totals: bool = False
) -> pd.DataFrame:
    """Hide counts of people that are so small that they point at somebody.

    Args:
        table: counts of people, rows x columns, without totals; a blank is "not known".
        minimum: smallest count that may be printed (3 means that 1 and 2 are hidden).
        totals: False returns no totals, and none may be printed beside the result. True adds a row
            and a column "total" and hides further cells, so that no subtraction brings one back.
    Returns:
        Whole numbers with hidden cells blank (`<NA>`). Zeros stay: nobody is not a small group.
    Raises:
        ValueError: parts of people, negative counts; with totals: a blank, fewer than two rows or
            columns, or a row or column whose total is itself too small to print.

    Further cells are hidden until each row or column that hides something hides at least two cells
    and at least `minimum` people, smallest cells first. This stops exact subtraction; a
    reader can still bound a hidden count, and zeros still tell that nobody is there.

    >>> asked = pd.DataFrame({"woman": [8, 1, 5], "man": [9, 6, 4]}, ["firm", "ngo", "city"])
    >>> suppress_small_cells(asked)
          woman  man
    firm      8    9
    ngo    <NA>    6
    city      5    4
    >>> suppress_small_cells(asked, totals=True)
           woman   man  total
    firm       8     9     17
    ngo     <NA>  <NA>      7
    city    <NA>  <NA>      9
    total     14    19     33
    """
    counts = validation.numeric_table(table, "counts")
    parts = counts.notna() & (counts % 1 != 0)
    if parts.to_numpy().any():
        where = validation.some_of(validation.cells(parts))
        raise ValueError(f"counts of people must be whole numbers: look at {where}")
    if totals:
        validation.no_missing(counts, "counts", "without it there is no total; use totals=False")
        if min(counts.shape) < 2:
            raise ValueError(
                "totals need at least two rows and two columns: here they would repeat the cells"
            )
        sums = pd.concat([counts.sum(axis=1), counts.sum()])
        small = sums[(sums > 0) & (sums < minimum)]
        if len(small):
            raise ValueError(
                f"fewer than {minimum} people in all: {validation.some_of(small.index)}: "
                "merge them with another row or column, or print no totals"
            )
    shown = counts.where(~_hidden_cells(counts, minimum, totals)).astype("Int64")
    if totals:
        shown["total"] = counts.sum(axis=1).astype("Int64")
        shown.loc["total"] = [*counts.sum(), counts.to_numpy().sum()]
    return shown


def _longest_run(marks: npt.NDArray[np.float64]) -> int:
    if not len(marks):
        return 0
    starts = np.flatnonzero(np.r_[True, np.diff(marks) != 0, True])
    return int(np.diff(starts).max())


def response_quality(answers: pd.DataFrame) -> pd.DataFrame:
    """Look for careless answers: how much was answered, in what runs, with what spread.

    Args:
        answers: respondents x items in the order asked; blanks allowed. For two questions on the
            same items, join them first: `pd.concat({"importance": a, "ability": b}, axis=1)`.
    Returns:
        One row a respondent: answered (share of items, 0 to 1), longest_run (same mark in a row,
        blanks passed over), straight_line (three marks or more, all the same), spread (standard
        deviation of the marks given, population form; blank without any).
    Raises:
        ValueError: text or negative marks, a respondent or item listed twice.

    A sign is a reason to look, never to delete: somebody may well mean "all very important".
    Judge by several signs together, and report results with and without the doubtful replies.

    Reference: Meade and Craig (2012).

    >>> answers = pd.DataFrame([[5, 5, 5, 5], [4, 2, None, 3]], ["R01", "R02"])
    >>> response_quality(answers)[["answered", "longest_run", "straight_line"]]
         answered  longest_run  straight_line
    R01      1.00            4           True
    R02      0.75            1          False
    """
    marks = validation.numeric_table(answers, "answers")
    given = [row[~np.isnan(row)] for row in marks.to_numpy()]
    return pd.DataFrame(
        {
            "answered": marks.notna().mean(axis=1),
            "longest_run": [_longest_run(row) for row in given],
            "straight_line": [len(row) >= 3 and bool((row == row[0]).all()) for row in given],
            "spread": [float(row.std()) if len(row) else np.nan for row in given],
        },
        index=marks.index,
    )


def non_response(
    invited: pd.DataFrame, replied: str = "replied", by: str = "size_class", minimum: int = 3
) -> pd.DataFrame:
    """Compare who was invited with who replied, group by group.

    Args:
        invited: one row an invited member, those who did not reply included.
        replied: column that says whether the member replied (yes/no values, no blanks).
        by: column of groups, such as "size_class", "kind", "district" or "led_by".
        minimum: smallest number of replies in a group that may be printed.
    Returns:
        One row a group, lowest rate first: invited, replied, rate (replied of invited, per cent),
        share_invited and share_replied (the group's part of all, per cent), difference (points:
        negative means that the group is heard less than its numbers). Hidden figures are blank;
        such groups stand last. Members without a group form the row "not stated".
    Raises:
        ValueError: a column that is not there, nobody invited, replies not stated as yes or no.

    The roster is known, so `invited` is always printed. Replies are hidden where fewer than
    `minimum` (but not none) replied, since what so few say could be traced to them, and a further
    group is hidden so that subtraction does not bring them back. How many stayed silent is not
    protected: it is what the table is for. A low rate is not yet bias: ask who is missing, and
    whether they would have answered otherwise.

    Reference: Groves (2006).

    >>> invited = pd.DataFrame(
    ...     {"kind": ["firm"] * 10 + ["ngo"] * 10, "replied": [True] * 7 + [False] * 9 + [True] * 4}
    ... )
    >>> non_response(invited, by="kind")[["invited", "replied", "rate", "difference"]].round(1)
          invited  replied  rate  difference
    kind
    ngo        10        4  40.0       -13.6
    firm       10        7  70.0        13.6
    """
    absent = [column for column in (replied, by) if column not in invited.columns]
    if absent:
        raise ValueError(f"the list of invited members has no column {validation.some_of(absent)}")
    if invited.empty:
        raise ValueError("the list of invited members is empty: one row a member is needed")
    unclear = invited.index[~invited[replied].isin([True, False])]
    if len(unclear):
        raise ValueError(
            f"{replied} must be True or False for every member; look at "
            f"{validation.some_of(unclear)}: a blank is not a no"
        )
    group = invited[by].astype(object).where(invited[by].notna(), "not stated").rename(by)
    answer = invited[replied].astype(bool)
    counts = answer.groupby(group).sum().to_frame(replied)
    hidden = _hidden_cells(counts, minimum, totals=True)[replied]
    size = answer.groupby(group).size()
    shown = counts[replied].astype("Int64").mask(hidden)
    known = counts[replied].astype(float).mask(hidden)
    total = float(answer.sum())
    table = pd.DataFrame(
        {
            "invited": size,
            "replied": shown,
            "rate": 100 * known / size,
            "share_invited": 100 * size / size.sum(),
            "share_replied": 100 * known / (total if total > 0 else np.nan),
        }
    )
    table["difference"] = table["share_replied"] - table["share_invited"]
    return table.sort_values("rate", kind="stable")
