"""Technology watch: growth and its limits, bursts of attention, and maps of words used together."""

from clusterlib.watch.bursts import Bursts, bursts, topic_bursts
from clusterlib.watch.cowords import WordMap, cowords
from clusterlib.watch.growth import Growth, growth
from clusterlib.watch.logistic import Logistic, fisher_pry, fit_logistic

__all__ = [
    "Bursts",
    "Growth",
    "Logistic",
    "WordMap",
    "bursts",
    "cowords",
    "fisher_pry",
    "fit_logistic",
    "growth",
    "topic_bursts",
]
