"""Two games to play before a negotiation: trust among rivals, and a fee that all could skip."""

from clusterlib.games.fees import FeeGame, fee_game
from clusterlib.games.trust import TrustGame, trust_game, trust_tournament

__all__ = ["FeeGame", "TrustGame", "fee_game", "trust_game", "trust_tournament"]
