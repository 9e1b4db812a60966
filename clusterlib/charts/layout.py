"""Where the actors of a network stand on the picture."""

from collections.abc import Sequence
from math import ceil

import numpy as np

_STRIP = 0.12  # height at the foot of the picture for small pieces and actors without ties
_WIDE = 1.35  # pictures are wider than high: steps across may be longer


def network_layout(
    actors: Sequence[str], ties: Sequence[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """Place actors so that few steps apart means near: the largest piece fills the picture.

    Args:
        actors: all actors, also those without a tie.
        ties: pairs of actors; direction does not matter.

    Returns:
        Positions between 0 and 1. Smaller pieces and actors without ties stand in a strip at the
        foot. The same network gives the same picture: no chance is involved.

    Example:
        >>> places = network_layout(["hub", "lab", "newcomer"], [("hub", "lab")])
        >>> places["newcomer"][1] < 0.1 < places["hub"][1]
        True
    """
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(actors)
    graph.add_edges_from(ties)
    order = {actor: place for place, actor in enumerate(actors)}
    pieces = [
        sorted(piece, key=order.__getitem__) for piece in networkx.connected_components(graph)
    ]
    pieces.sort(key=lambda piece: (-len(piece), order[piece[0]]))
    main, rest = pieces[0], [actor for piece in pieces[1:] for actor in piece]
    found = networkx.kamada_kawai_layout(graph.subgraph(main)) if len(main) > 1 else {}
    spots = np.array([found.get(actor, (0.0, 0.0)) for actor in main], dtype=float)
    floor = _STRIP if rest else 0.0
    spots = _spread(spots)
    spots[:, 1] = floor + 0.02 + (0.98 - floor) * spots[:, 1]
    places = {actor: (float(x), float(y)) for actor, (x, y) in zip(main, spots, strict=True)}
    rows = ceil(len(rest) / 24)
    for place, actor in enumerate(rest):
        row, column = divmod(place, 24)
        across = (column + 0.5) / min(len(rest), 24)
        places[actor] = (across, 0.06 * (row + 0.5) / max(rows, 1))
    return places


def _spread(spots: np.ndarray) -> np.ndarray:
    """Stretch positions to fill 0 to 1, and pull the crowded middle apart a little."""
    if len(spots) == 1:
        return np.array([[0.5, 0.5]])
    # The long side of the layout goes along the long side of the picture.
    if np.ptp(spots[:, 1]) > _WIDE * np.ptp(spots[:, 0]):
        spots = spots[:, ::-1]
    span = np.ptp(spots, axis=0)
    filled: np.ndarray = (spots - spots.min(axis=0)) / np.where(span > 0, span, 1.0)
    ranks = filled.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    even = ranks / (len(spots) - 1)
    return 0.55 * filled + 0.45 * even
