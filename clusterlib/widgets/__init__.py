"""Explorers and self-checks: one call in a notebook, no code around it.

Every widget has three layers: a model (plain Python, tested alone), a panel of controls, and the
one call that shows it. Nothing is graded here: answers go into plain cells.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["access", "checks", "explorer", "parameters"],
    submod_attrs={
        "ahp": ["ahp"],
        "checks": ["check"],
        "coherence_matrix": ["coherence_matrix"],
        "consortium_builder": ["consortium_builder"],
        "course_home": ["course_home"],
        "delphi_room": ["delphi_room"],
        "excellence_check": ["excellence_check"],
        "fee_game": ["fee_game"],
        "impact_panel": ["impact_panel"],
        "finance_plan": ["finance_plan"],
        "needs_matrix": ["needs_matrix"],
        "network_explorer": ["network_explorer"],
        "offers_board": ["offers_board"],
        "questionnaire": ["questionnaire"],
        "regional_profile": ["regional_profile"],
        "stakeholder_map": ["stakeholder_map"],
        "topsis": ["topsis"],
        "trust_game": ["trust_game"],
        "watch_radar": ["watch_radar"],
    },
)
