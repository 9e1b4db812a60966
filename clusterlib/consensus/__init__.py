"""How far a panel agrees, whether it has settled, and which camps it holds.

Ratings are tables with one row for each item (a statement, a goal) and one column for each rater.
"""

from clusterlib.consensus.concordance import (
    Concordance,
    intraclass,
    kendall_w,
    krippendorff_alpha,
)
from clusterlib.consensus.delphi import agreement, polarisation_note, stability
from clusterlib.consensus.panel import PanelVerdict, rand_ucla, rand_ucla_table
from clusterlib.consensus.sorts import QFactors, q_factors
from clusterlib.consensus.stopping import stopping
from clusterlib.consensus.voting import borda

__all__ = [
    "Concordance",
    "PanelVerdict",
    "QFactors",
    "agreement",
    "borda",
    "intraclass",
    "kendall_w",
    "krippendorff_alpha",
    "polarisation_note",
    "q_factors",
    "rand_ucla",
    "rand_ucla_table",
    "stability",
    "stopping",
]
