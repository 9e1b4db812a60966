"""Who works with whom: density, brokers, groups, joint projects and new introductions.

Ties are a table with columns `source` and `target`; actors without ties come in through `nodes` or
`groups`. Networks name people and firms: ask for consent before you show a name.
"""

from clusterlib.networks.change import broker_loss, propose_ties
from clusterlib.networks.holes import constraint, effective_size
from clusterlib.networks.overview import centrality, summary
from clusterlib.networks.projects import co_participation, reconcile
from clusterlib.networks.roles import EIIndex, brokerage, ei_index
from clusterlib.networks.structure import QAP, CorePeriphery, core_periphery, qap

__all__ = [
    "QAP",
    "CorePeriphery",
    "EIIndex",
    "broker_loss",
    "brokerage",
    "centrality",
    "co_participation",
    "constraint",
    "core_periphery",
    "effective_size",
    "ei_index",
    "propose_ties",
    "qap",
    "reconcile",
    "summary",
]
