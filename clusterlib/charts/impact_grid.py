"""A grid of scores, drawn once: numbers, tints and words change in place."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from clusterlib.charts.style import INK, TEXT_SIZE, TITLE_SIZE

# From cancelling to indivisible. Light tints, so that black numbers stay readable on all of them;
# the number in the cell says the same as the tint.
TINTS = ("#e8955c", "#f0b58d", "#f8dac6", "#f5f5f5", "#d5ebf8", "#abd7f1", "#7fc2e9")
_LEFT, _RIGHT, _BOTTOM = 0.285, 0.985, 0.02
_HEAD = 1.42  # inches for the title, the legend and the names of the columns


class ImpactGrid:
    """Rows act on columns; `update` writes new numbers and words into the cells."""

    def __init__(
        self,
        figure: Figure,
        rows: Sequence[str],
        columns: Sequence[str],
        title: str,
        legend: str = "Score: minus hinders, plus helps",
    ) -> None:
        """Draw the empty grid on an empty figure."""
        self.figure = figure
        inch = 1 / figure.get_figheight()
        axes = figure.add_axes((_LEFT, _BOTTOM, _RIGHT - _LEFT, 1 - _HEAD * inch - _BOTTOM))
        # The title of the axes names the figure; it is drawn at the edge of the page instead.
        axes.set_title(title, loc="left", alpha=0)
        for down, words, size, weight in (
            (0.22, title, TITLE_SIZE, "bold"),
            (0.5, legend, TEXT_SIZE, "normal"),
        ):
            figure.text(0.015, 1 - down * inch, words, fontsize=size, fontweight=weight, color=INK)
        tall, wide = len(rows), len(columns)
        self._mesh = axes.pcolormesh(
            np.zeros((tall, wide)),
            cmap=ListedColormap(list(TINTS)),
            vmin=-3.5,
            vmax=3.5,
            edgecolors="white",
            linewidth=2,
        )
        self._texts = [
            axes.text(x + 0.5, y + 0.5, "", ha="center", va="center", color=INK, parse_math=False)
            for y in range(tall)
            for x in range(wide)
        ]
        self._mark = Rectangle(
            (0, 0), 1, 1, fill=False, edgecolor=INK, linewidth=2.6, visible=False
        )
        axes.add_patch(self._mark)
        axes.set(xlim=(0, wide), ylim=(tall, 0))
        axes.set_yticks(
            np.arange(tall) + 0.5, ["\n".join(wrap(row, 30)) for row in rows], fontsize=TEXT_SIZE
        )
        axes.set_xticks(
            np.arange(wide) + 0.5,
            ["\n".join(wrap(column, 11)) for column in columns],
            fontsize=TEXT_SIZE - 1,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0, colors=INK)
        for spine in axes.spines.values():
            spine.set_visible(False)

    @property
    def moving(self) -> Sequence[Artist]:
        """Tints, numbers and the frame around one cell."""
        return (self._mesh, *self._texts, self._mark)

    def update(
        self,
        values: pd.DataFrame,
        words: Sequence[Sequence[str]],
        marked: tuple[int, int] | None = None,
    ) -> None:
        """Show `words` in the cells, tinted by `values`; frame the cell (row, column) `marked`."""
        self._mesh.set_array(np.clip(values.to_numpy(dtype=float), -3, 3).ravel())
        for text, said in zip(self._texts, (one for row in words for one in row), strict=True):
            text.set_text(said)
            text.set_fontsize(TEXT_SIZE - 1.5 if "\n" in said else TEXT_SIZE + 1)
        self._mark.set_visible(marked is not None)
        if marked is not None:
            self._mark.set_xy((marked[1] + 0.03, marked[0] + 0.03))
            self._mark.set_width(0.94)
            self._mark.set_height(0.94)


def signed(value: float) -> str:
    """Return a score with its sign, as people write it.

    Example:
        >>> signed(2), signed(-1.5), signed(0)
        ('+2', '−1.5', '0')
    """
    text = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    return text if text == "0" else ("−" if value < 0 else "+") + text
