"""From a figure to a picture on the page, with alternative text and words beside it."""

import base64
import io
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from clusterlib.charts.style import title_of
from clusterlib.charts.tables import html_table


def png(figure: Figure) -> bytes:
    """Return the figure as PNG with 128 colours: charts need no more, and small files move fast."""
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    pixels = Image.fromarray(drawn).convert("RGB")
    buffer = io.BytesIO()
    pixels.quantize(128, method=Image.Quantize.FASTOCTREE).save(
        buffer, format="png", compress_level=1
    )
    return buffer.getvalue()


def image(figure: Figure, alt: str) -> str:
    """Return the figure as an ``<img>`` element with its alternative text.

    Args:
        figure: any matplotlib figure.
        alt: what the picture is, in one sentence; must not be blank.

    Raises:
        ValueError: the alternative text is blank.
    """
    if not alt.strip():
        raise ValueError("a picture needs alternative text: say in one sentence what it shows")
    data = base64.b64encode(png(figure)).decode("ascii")
    return (
        f'<img class="cl-picture" alt="{escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/png;base64,{data}">'
    )


def first_sentence(text: str) -> str:
    """Return the text up to its first full stop that ends a sentence.

    Example:
        >>> first_sentence("Pharma leads at 2.4. Optics is last.")
        'Pharma leads at 2.4.'
    """
    head, stop, _ = text.strip().partition(". ")
    return head + "." if stop else head


def show(
    figure: Figure,
    summary: str,
    table: pd.DataFrame | None = None,
    caption: str = "The numbers behind the picture",
    missing: str = "no data",
) -> None:
    """Show a chart with its summary below it, and its numbers under a fold.

    Args:
        figure: what a chart function returned first.
        summary: what a chart function returned second; printed under the picture.
        table: the numbers behind the picture, if you want them on the page.
        caption: what the table holds, with units.
        missing: the word for a missing value.

    Example:
        >>> from clusterlib.charts.style import dress, new_figure
        >>> figure = new_figure(2, 2)
        >>> dress(figure.subplots(), "How many members?", "Year", "Members")
        >>> show(figure, "60 members in 2024.")
        60 members in 2024.
    """
    from IPython.display import display

    alt = f"Chart. {title_of(figure)} {first_sentence(summary)}"
    parts = [image(figure, alt), f"<p>{escape(summary)}</p>"]
    if table is not None:
        parts.append(
            f"<details><summary>{escape(caption)}</summary>"
            f"{html_table(table, caption, missing)}</details>"
        )
    display(_Shown("\n".join(parts), summary))  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class _Shown:
    """A chart on the page: HTML where a browser reads it, the summary anywhere else."""

    html: str
    summary: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.summary
