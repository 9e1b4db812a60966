"""Self-checks against public label conditions, with the evidence beside every answer."""

from clusterlib.labels.eccp import eccp_check
from clusterlib.labels.excellence import ExcellenceProfile, excellence_items, excellence_profile
from clusterlib.labels.hungarian import (
    HungarianPoints,
    accreditation_kept,
    hungarian_points,
    older_accreditation_kept,
)
from clusterlib.labels.verdicts import LabelCheck

__all__ = [
    "ExcellenceProfile",
    "HungarianPoints",
    "LabelCheck",
    "accreditation_kept",
    "eccp_check",
    "excellence_items",
    "excellence_profile",
    "hungarian_points",
    "older_accreditation_kept",
]
