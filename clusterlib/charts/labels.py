"""Where to write names beside points so that no two words cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: "Box") -> bool:
        """Say whether the two rectangles share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: "Box") -> bool:
        """Say whether this rectangle lies wholly inside the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    area: Box,
    gap: float = 8.0,
    others: Sequence[tuple[float, float]] = (),
) -> list[Box]:
    """Return one rectangle for each label: near its point, clear of points and other labels.

    Args:
        points: pixel positions, one a label.
        sizes: width and height of each label in pixels.
        area: the rectangle the labels should stay in.
        gap: pixels between a point and its label; also half the side kept free around a point.
        others: pixel positions of points without a label, kept free as well.

    Returns:
        Rectangles in the order of the points. Crowded points are served first, and the search
        widens ring by ring; when nothing is free the first place beside the point is taken.

    Example:
        >>> area = Box(0, 0, 200, 100)
        >>> first, second = place_labels([(50, 50), (50, 52)], [(40, 10), (40, 10)], area)
        >>> first.overlaps(second)
        False
    """
    taken = [Box(x - gap / 2, y - gap / 2, x + gap / 2, y + gap / 2) for x, y in (*points, *others)]
    places: dict[int, Box] = {}
    for index in sorted(range(len(points)), key=lambda i: -_crowd(points, i)):
        candidates = _candidates(points[index], sizes[index], gap)
        places[index] = next(
            (
                box
                for box in candidates
                if box.within(area) and not any(box.overlaps(other) for other in taken)
            ),
            candidates[0],
        )
        taken.append(places[index])
    return [places[index] for index in range(len(points))]


def _crowd(points: Sequence[tuple[float, float]], index: int) -> int:
    """Return how many other points lie within 60 pixels."""
    x, y = points[index]
    return sum((x - a) ** 2 + (y - b) ** 2 < 3600 for a, b in points) - 1


def _candidates(point: tuple[float, float], size: tuple[float, float], gap: float) -> list[Box]:
    """Return places around a point, nearest first: right, left, above, below, then further off."""
    x, y = point
    width, height = size
    boxes = []
    for ring in range(14):
        rise = ring * height * 0.55
        centres = [
            (x + side * (gap + width / 2), y + turn * rise) for turn in (1, -1) for side in (1, -1)
        ]
        centres += [(x, y + turn * (gap + height / 2 + rise)) for turn in (1, -1)]
        boxes += [
            Box(a - width / 2, b - height / 2, a + width / 2, b + height / 2) for a, b in centres
        ]
    return boxes


def pieces_between(
    low: float, high: float, gaps: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return what is left of the stretch from `low` to `high` when the gaps are cut out.

    Example:
        >>> pieces_between(0, 10, [(2, 4), (3, 5)])
        [(0, 2), (5, 10)]
    """
    pieces, start = [], low
    for left, right in sorted(gaps):
        if left > start:
            pieces.append((start, min(left, high)))
        start = max(start, right)
    if start < high:
        pieces.append((start, high))
    return pieces
