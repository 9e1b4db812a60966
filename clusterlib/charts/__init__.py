"""Figures for lessons and reports: each function returns ``(figure, summary)``.

The title of a chart is the question it answers, every series has a marker or hatch beside its
colour, and the summary says in words what the picture shows.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["coherence", "mapping", "needs", "picture", "style", "tables"],
    submod_attrs={
        "coherence": ["by_level", "cross_impact", "scorer_spread", "second_order"],
        "decisions": ["criteria_weights", "option_ranking"],
        "delphi": ["consensus_stability", "delphi_round"],
        "games": ["fee_log", "game_log", "office_load"],
        "impact": ["before_and_after", "learning_gains"],
        "life_cycle": ["life_cycle"],
        "mapping": ["location_quotients", "shift_share", "stars"],
        "needs": ["importance_performance", "needs_ranking", "response_rates"],
        "networks": ["cooperation_map"],
        "offers": ["offers_demands"],
        "partners": ["consortium_board"],
        "picture": ["show"],
        "resources": ["aid_ceilings", "cash_fan", "fee_break_even", "funding_sources"],
        "self_check": ["self_check"],
        "stakeholders": ["stakeholder_map"],
        "watch": ["bursts_by_topic"],
    },
)
