"""Dated facts of law and programmes: value, unit, days it holds, source, verified or not."""

from clusterlib.rules.facts import Fact, NoVerifiedRule
from clusterlib.rules.lookup import fact, find, last_day, names, show, table

__all__ = ["Fact", "NoVerifiedRule", "fact", "find", "last_day", "names", "show", "table"]
