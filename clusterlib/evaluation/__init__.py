"""Did it help? What learners gained, how good the test is, and what a programme changed."""

from clusterlib.evaluation.impact import (
    DifferenceInDifferences,
    difference_in_differences,
    event_study,
    placebo,
)
from clusterlib.evaluation.learning import ItemAnalysis, LearningGain, item_analysis, learning_gain

__all__ = [
    "DifferenceInDifferences",
    "ItemAnalysis",
    "LearningGain",
    "difference_in_differences",
    "event_study",
    "item_analysis",
    "learning_gain",
    "placebo",
]
