"""Progress of a long command as plain lines, the same on a screen and in a log file."""

from __future__ import annotations

import time


class Progress:
    """Number each finished item and say how long the rest may take at the pace so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self.start = time.monotonic()

    def done(self, name: str, words: str) -> None:
        """Print the line of one finished item."""
        self.count += 1
        pace = (time.monotonic() - self.start) / self.count
        left = self.total - self.count
        rest = f"; {left} to go, about {show_seconds(pace * left)}" if left else ""
        print(f"[{self.count}/{self.total}] {name}: {words}{rest}", flush=True)


def show_seconds(seconds: float) -> str:
    """Return a span of time in words.

    Example:
        >>> show_seconds(8), show_seconds(200)
        ('8 s', '3 min 20 s')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
