"""Progress of a long command: a line for each finished item, and on a screen a bar below them."""

from __future__ import annotations

import time

from tqdm import tqdm


class Progress:
    """Number each finished item; say the rate and how long the rest may take at the pace so far.

    On a screen a bar below the lines says it; in a log file, where a bar would be noise, each line.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self.start = time.monotonic()
        # Off where the errors do not go to a screen.
        self.bar = tqdm(total=total, disable=None, leave=False, dynamic_ncols=True, unit="")

    def done(self, name: str, words: str) -> None:
        """Print the line of one finished item."""
        self.count += 1
        pace = (time.monotonic() - self.start) / self.count
        left = self.total - self.count
        line = f"[{self.count}/{self.total}] {name}: {words}"
        if left and self.bar.disable:
            line += f"; {60 / pace:.0f} a minute, {left} to go, about {show_seconds(pace * left)}"
        with self.bar.external_write_mode():
            print(line, flush=True)
        self.bar.update()
        if not left:
            self.bar.close()


def show_seconds(seconds: float) -> str:
    """Return a span of time in words.

    Example:
        >>> show_seconds(8), show_seconds(200)
        ('8 s', '3 min 20 s')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
