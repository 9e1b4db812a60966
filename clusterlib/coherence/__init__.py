"""Whether instruments and objectives help or hinder each other, directly and at second hand.

In every matrix the row acts on the column: row sums are influence, column sums are dependence.
"""

from clusterlib.coherence.coverage import Coverage, coverage, policy_mix
from clusterlib.coherence.interactions import (
    CrossImpact,
    ScorerComparison,
    SecondOrder,
    compare_scorers,
    cross_impact,
    second_order,
)
from clusterlib.coherence.structure import Structure, micmac

__all__ = [
    "Coverage",
    "CrossImpact",
    "ScorerComparison",
    "SecondOrder",
    "Structure",
    "compare_scorers",
    "coverage",
    "cross_impact",
    "micmac",
    "policy_mix",
    "second_order",
]
