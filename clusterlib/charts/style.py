"""Colours, markers, hatches and type sizes that every chart shares.

The colours are the Okabe-Ito set, told apart by people with any common kind of colour blindness.
Colour never stands alone: each entry carries a marker and a hatch, and text is always near-black.
"""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#1a1a1a"
FAINT = "#6b6b6b"
GRID = "#dddddd"
DPI = 100  # an 8-inch figure is 800 pixels wide
TITLE_SIZE = 13.0
TEXT_SIZE = 10.0


@dataclass(frozen=True)
class Look:
    """How one series is drawn: colour, point marker and bar hatch together."""

    colour: str
    marker: str
    hatch: str


BLUE = Look("#0072B2", "o", "")
VERMILION = Look("#D55E00", "s", "////")
GREEN = Look("#009E73", "^", "....")
PURPLE = Look("#CC79A7", "D", "xxxx")
ORANGE = Look("#E69F00", "v", "\\\\\\\\")
SKY = Look("#56B4E9", "P", "----")
LOOKS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)


def new_figure(width: float = 8.0, height: float = 5.5) -> Figure:
    """Return an empty white figure of `width` x `height` inches that no global list holds."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def dress(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    """Give `axes` its question as title, its units, a faint grid and no box."""
    ask(axes, title)
    axes.set_xlabel(x_label, fontsize=TEXT_SIZE, color=INK)
    axes.set_ylabel(y_label, fontsize=TEXT_SIZE, color=INK)
    axes.tick_params(labelsize=TEXT_SIZE, colors=INK, length=3)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)


def ask(axes: Axes, title: str) -> None:
    """Write the question of a chart above it."""
    axes.set_title(title, fontsize=TITLE_SIZE, loc="left", color=INK, fontweight="bold", pad=12)


def title_of(figure: Figure) -> str:
    """Return the question a figure answers: the first visible title."""
    for axes in figure.axes:
        for place in ("left", "center", "right"):
            text = str(axes.get_title(loc=place)).replace("\n", " ").strip()
            if text and axes.get_visible():
                return text
    return ""
