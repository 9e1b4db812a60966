"""Partners for a project: who may take part, which set is best, who suits whom, who meets when."""

from clusterlib.partners.calls import Call
from clusterlib.partners.consortium import Consortium, build_consortium, greedy_cover
from clusterlib.partners.eligibility import Eligibility, check_eligibility
from clusterlib.partners.matching import blocking_pairs, stable_match
from clusterlib.partners.meetings import Schedule, schedule_meetings
from clusterlib.partners.texts import match_texts

__all__ = [
    "Call",
    "Consortium",
    "Eligibility",
    "Schedule",
    "blocking_pairs",
    "build_consortium",
    "check_eligibility",
    "greedy_cover",
    "match_texts",
    "schedule_meetings",
    "stable_match",
]
