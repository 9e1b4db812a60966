"""Learning from each other: who reviews whom, whom to visit, and how to read peer scores."""

from clusterlib.exchange.allocation import allocate_reviews
from clusterlib.exchange.likeness import compare, twins
from clusterlib.exchange.scores import aggregate_scores, anonymise, calibrate

__all__ = [
    "aggregate_scores",
    "allocate_reviews",
    "anonymise",
    "calibrate",
    "compare",
    "twins",
]
