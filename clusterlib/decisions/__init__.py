"""Choosing between options: weights from judgements, ranks from scores, and how firm both are."""

from clusterlib.decisions.best_worst import BestWorst, best_worst
from clusterlib.decisions.critical_path import CriticalPath, critical_path
from clusterlib.decisions.pairwise import RANDOM_INDEX, Hierarchy, ahp, combine_judgements
from clusterlib.decisions.ranking import Sensitivity, topsis, weight_sensitivity

__all__ = [
    "RANDOM_INDEX",
    "BestWorst",
    "CriticalPath",
    "Hierarchy",
    "Sensitivity",
    "ahp",
    "best_worst",
    "combine_judgements",
    "critical_path",
    "topsis",
    "weight_sensitivity",
]
