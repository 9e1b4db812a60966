"""The ledger: every change of a mark, in the gradebook itself, as a chain that shows tampering."""

from clusterlib.delivery.cohorts.ledger.context import reason

__all__ = ["reason"]
