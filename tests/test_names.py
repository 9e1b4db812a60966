"""The names that lessons, widgets and tests meet on: there, documented and tried out."""

import inspect

import pytest

import clusterlib

NAMES = {
    "mapping": """location_quotient location_quotient_interval krugman_index herfindahl
        equivalent_number gini_specialisation ellison_glaeser shift_share revealed_advantage
        proximity relatedness_density complexity leontief_inverse linkages star_rating""",
    "networks": """summary constraint effective_size brokerage ei_index core_periphery qap
        centrality co_participation broker_loss propose_ties""",
    "needs": """borich ranked_discrepancy importance_performance suppress_small_cells
        response_quality""",
    "consensus": "kendall_w agreement stability rand_ucla borda q_factors",
    "coherence": "cross_impact second_order micmac coverage",
    "decisions": "ahp topsis best_worst weight_sensitivity critical_path",
    "resources": """funding_mix break_even_members cash_flow simulate_cash indirect_costs
        horizon_grant de_minimis_headroom aid_ceiling""",
    "partners": """check_eligibility build_consortium match_texts stable_match
        schedule_meetings blocking_pairs""",
    "watch": "growth fit_logistic bursts cowords",
    "evaluation": "learning_gain item_analysis difference_in_differences placebo",
    "exchange": "allocate_reviews twins",
    "stakeholders": "power_interest salience trust_game fee_game",
    "labels": "eccp_check hungarian_points excellence_profile",
    "rules": "table",
}
EVERY = [(room, name) for room, names in NAMES.items() for name in names.split()]


@pytest.mark.parametrize(("room", "name"), EVERY)
def test_a_fixed_name_exists_is_documented_and_shows_an_example(room: str, name: str) -> None:
    function = getattr(getattr(clusterlib, room), name)
    words = inspect.getdoc(function) or ""
    assert len(words.splitlines()) > 3, "a summary alone is not enough"
    assert ">>>" in words, "an example shows the call"


def test_the_case_and_the_lists_open_from_the_top() -> None:
    assert clusterlib.list_audiences() == ["academic", "enterprise", "government", "ngo"]
    assert "02-needs" in set(clusterlib.list_modules()["slug"])
    assert clusterlib.load_case("ngo", seed=None).audience == "ngo"
