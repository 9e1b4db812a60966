"""Self-checks against public label conditions with their evidence, and the stage of a cluster."""

from clusterlib.labels.eccp import eccp_check
from clusterlib.labels.excellence import ExcellenceProfile, excellence_items, excellence_profile
from clusterlib.labels.hungarian import (
    HungarianPoints,
    accreditation_kept,
    hungarian_points,
    older_accreditation_kept,
)
from clusterlib.labels.life_cycle import LifeCycle, life_cycle
from clusterlib.labels.verdicts import LabelCheck

__all__ = [
    "ExcellenceProfile",
    "HungarianPoints",
    "LabelCheck",
    "LifeCycle",
    "accreditation_kept",
    "eccp_check",
    "excellence_items",
    "excellence_profile",
    "hungarian_points",
    "life_cycle",
    "older_accreditation_kept",
]
