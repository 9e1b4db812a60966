"""What members need: discrepancy scores, quadrants, and how far the replies can carry them."""

from clusterlib.needs.comparisons import scores_by_group, split_half
from clusterlib.needs.discrepancy import borich, ranked_discrepancy
from clusterlib.needs.quadrants import (
    Crosshair,
    crosshair_lines,
    importance_performance,
    quadrant_flips,
)
from clusterlib.needs.replies import non_response, response_quality, suppress_small_cells

__all__ = [
    "Crosshair",
    "borich",
    "crosshair_lines",
    "importance_performance",
    "non_response",
    "quadrant_flips",
    "ranked_discrepancy",
    "response_quality",
    "scores_by_group",
    "split_half",
    "suppress_small_cells",
]
