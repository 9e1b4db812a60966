"""Tables a screen reader can walk: caption, column heads and row heads with a scope."""

from collections.abc import Mapping
from html import escape

import pandas as pd


def html_table(
    table: pd.DataFrame,
    caption: str,
    missing: str = "no data",
    formats: Mapping[str, str] | None = None,
) -> str:
    """Return `table` as HTML with a caption, ``th scope`` heads and words for gaps.

    Args:
        table: rows with one level of index; the index name heads the first column.
        caption: what the table holds, with units.
        missing: the word that stands where a value is missing; never a zero.
        formats: format for the numbers of a column, for example ``{"quotient": ".2f"}``.

    Returns:
        One ``<table>`` element as text; every cell is escaped.

    Example:
        >>> jobs = pd.DataFrame({"jobs": [1200.0, None]}, index=["Pharma", "Optics"])
        >>> html = html_table(jobs, "Jobs in Aldermark", missing="confidential")
        >>> "<caption>Jobs in Aldermark</caption>" in html, "confidential" in html
        (True, True)
    """
    chosen = dict(formats or {})
    corner = str(table.index.name or "Item")
    names = [corner, *(str(column) for column in table.columns)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = [
        f'<tr><th scope="row">{escape(str(label))}</th>'
        + "".join(
            f"<td>{escape(_cell(value, chosen.get(str(column)), missing))}</td>"
            for column, value in zip(table.columns, values, strict=True)
        )
        + "</tr>"
        for label, values in zip(table.index, table.to_numpy(dtype=object), strict=True)
    ]
    return (
        f'<table class="cl-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(value: object, pattern: str | None, missing: str) -> str:
    """Return one value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if bool(pd.isna(value)):  # type: ignore[call-overload]
        return missing
    if pattern is not None:
        return format(value, pattern)
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
