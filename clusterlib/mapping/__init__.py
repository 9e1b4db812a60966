"""What a region does, how far it is special, and what lies near to it."""

from clusterlib.mapping.change import shift_share
from clusterlib.mapping.concentration import (
    EllisonGlaeser,
    ellison_glaeser,
    equivalent_number,
    gini_specialisation,
    herfindahl,
    krugman_index,
)
from clusterlib.mapping.linkages import leontief_inverse, linkages
from clusterlib.mapping.quotients import location_quotient, location_quotient_interval
from clusterlib.mapping.relatedness import (
    Complexity,
    complexity,
    proximity,
    relatedness_density,
    revealed_advantage,
)
from clusterlib.mapping.stars import star_presets, star_rating

__all__ = [
    "Complexity",
    "EllisonGlaeser",
    "complexity",
    "ellison_glaeser",
    "equivalent_number",
    "gini_specialisation",
    "herfindahl",
    "krugman_index",
    "leontief_inverse",
    "linkages",
    "location_quotient",
    "location_quotient_interval",
    "proximity",
    "relatedness_density",
    "revealed_advantage",
    "shift_share",
    "star_presets",
    "star_rating",
]
