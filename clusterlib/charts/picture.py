"""From a figure to a picture on the page, with alternative text and words beside it."""

import base64
import io
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from clusterlib.charts.style import title_of
from clusterlib.charts.tables import html_table


def png(figure: Figure) -> bytes:
    """Return the figure as PNG with 128 colours: charts need no more, and small files move fast."""
    canvas = _canvas(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return _encode(canvas)


def image(figure: Figure, alt: str) -> str:
    """Return the figure as an ``<img>`` element with its alternative text.

    Args:
        figure: any matplotlib figure.
        alt: what the picture is, in one sentence; must not be blank.

    Raises:
        ValueError: the alternative text is blank.
    """
    return _element(png(figure), alt)


class Stage:
    """A figure whose frame is drawn once; after that only the artists that move are drawn again."""

    def __init__(self, figure: Figure) -> None:
        """Keep the figure; nothing is drawn yet."""
        self._canvas = _canvas(figure)
        self._frame: Hashable = None
        self._background: Any = None

    def image(self, alt: str, moving: Sequence[Artist], frame: Hashable) -> str:
        """Return the figure as ``<img>``; `frame` names all that stands still (None is no name).

        As long as `frame` stays equal, axes, ticks and titles come from the first drawing.
        """
        figure = self._canvas.figure
        if self._background is None or frame is None or frame != self._frame:
            for artist in moving:
                artist.set_animated(True)  # left out of the drawing of the frame
            self._canvas.draw()  # type: ignore[no-untyped-call]
            self._background = self._canvas.copy_from_bbox(figure.bbox)  # type: ignore[no-untyped-call]
            self._frame = frame
            for artist in moving:
                artist.set_animated(False)
        self._canvas.restore_region(self._background)  # type: ignore[no-untyped-call]
        for artist in sorted(moving, key=lambda one: one.get_zorder()):
            figure.draw_artist(artist)
        return _element(_encode(self._canvas), alt)


def _canvas(figure: Figure) -> FigureCanvasAgg:
    canvas = figure.canvas
    return canvas if isinstance(canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)


def _encode(canvas: FigureCanvasAgg) -> bytes:
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    pixels = Image.fromarray(drawn).convert("RGB")
    buffer = io.BytesIO()
    pixels.quantize(128, method=Image.Quantize.FASTOCTREE).save(
        buffer, format="png", compress_level=1
    )
    return buffer.getvalue()


def _element(data: bytes, alt: str) -> str:
    if not alt.strip():
        raise ValueError("a picture needs alternative text: say in one sentence what it shows")
    return (
        f'<img class="cl-picture" alt="{escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/png;base64,{base64.b64encode(data).decode("ascii")}">'
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
