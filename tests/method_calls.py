"""One sound call of every method that takes a table, for the tests that roughen its tables."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from clusterlib import (
    coherence,
    consensus,
    decisions,
    evaluation,
    exchange,
    mapping,
    needs,
    networks,
    office,
    partners,
    resources,
    stakeholders,
    watch,
)

Call = tuple[Callable[..., Any], dict[str, Any]]

REGIONS, INDUSTRIES = ["Aldermark", "Brennholm", "Corvale"], ["food", "biotech", "tools"]
JOBS = pd.DataFrame([[30.0, 10, 5], [70, 20, 8], [15, 40, 9]], REGIONS, INDUSTRIES)
HAS = pd.DataFrame([[1, 1, 0], [0, 1, 1], [1, 1, 1]], REGIONS, INDUSTRIES).astype(bool)
INPUTS = pd.DataFrame([[0.1, 0.2, 0], [0.3, 0, 0.1], [0, 0.1, 0.2]], INDUSTRIES, INDUSTRIES)
PLANTS = pd.DataFrame({"region": [*REGIONS, "Corvale"], "employment": [90.0, 40, 20, 10]})
TIES = pd.DataFrame({"source": ["lab", "firm", "lab"], "target": ["firm", "city", "city"]})
KINDS = pd.Series({"lab": "academic", "firm": "enterprise", "city": "government"})
ACTORS = ["lab", "firm", "city", "club"]
FIRST = pd.DataFrame([[0, 1, 2, 0], [1, 0, 0, 3], [2, 0, 0, 1], [0, 3, 1, 0.0]], ACTORS, ACTORS)
PEOPLE = [f"R{number}" for number in range(5)]
IMPORTANCE = pd.DataFrame(
    [[5, 4, 3], [4, 4, 2], [5, 3, 3], [4, 5, 1], [3, 4, 2.0]], PEOPLE, ["trust", "grants", "web"]
)
ABILITY = pd.DataFrame(
    [[2, 4, 3], [3, 2, 2], [2, 3, 4], [1, 5, 1], [3, 2, 3.0]], PEOPLE, ["trust", "grants", "web"]
)
RATINGS = pd.DataFrame(
    [[4, 5, 4, 3], [1, 2, 1, 2], [3, 5, 4, 4.0]], ["talent", "lab", "fees"], list("abcd")
)
SORTS = pd.DataFrame(
    [[2, 2, -1], [1, 0, 2], [0, 1, -2], [-1, -1, 1], [-2, -2, 0.0]], columns=list("abc")
)
SCORES = pd.DataFrame([[0, 2, -1], [1, 0, 0], [-2, 3, 0.0]], list("abc"), list("abc"))
OPTIONS = pd.DataFrame(
    {"jobs": [40.0, 25, 10], "cost": [300.0, 120, 90]}, ["park", "voucher", "club"]
)
PAIRS = pd.DataFrame([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]], list("abc"), list("abc"))
OVER, UNDER = pd.Series({"a": 1.0, "b": 2, "c": 8}), pd.Series({"a": 8.0, "b": 4, "c": 1})
PLAN = pd.DataFrame({"duration": [2.0, 4], "after": ["", "survey"]}, ["survey", "build"])
SERIES = pd.Series([2.0, 4, 9, 17, 30, 44], index=range(2015, 2021))
FOUND, READ = pd.Series([0.0, 2, 6, 1], range(4)), pd.Series([9.0, 11, 12, 10], range(4))
PANEL = pd.DataFrame(
    {"firm": list("aaabbb"), "year": [2019, 2020, 2021] * 2, "member": [1] * 3 + [0] * 3,
     "later": [0, 0, 1] * 2, "y": [5, 6, 9, 3, 4, 5.0]}
)  # fmt: skip
PROFILES = pd.DataFrame({"members": [60.0, 55, 200], "staff": [4.0, 5, 12]}, REGIONS)
CREW = pd.DataFrame({"organisation": ["lab", "firm", "city"]}, ["Ada", "Ben", "Cleo"])
STAKES = pd.DataFrame(
    {"power": [5.0, 2], "interest": [2.0, 3], "legitimacy": [4.0, 1], "urgency": [1.0, 5]},
    ["anchor firm", "patients"],
)
POOL = pd.DataFrame(
    {"country": ["HU", "AT", "PL"], "kind": ["sme", "ngo", "sme"], "cost": [3.0, 5, 2],
     "competences": ["tests", "tests; design", "design"]},
    ["U1", "U2", "S1"],
)  # fmt: skip
ROSTER = pd.DataFrame({"kind": ["firm", "ngo"] * 5, "replied": [True, False] * 5})
REVIEWS = pd.DataFrame(
    {"reviewer": ["Ada", "Ben", "Ada", "Ben"], "author": ["G1", "G1", "G2", "G2"],
     "score": [3.0, 4, 4, 5]}
)  # fmt: skip

CALLS: dict[str, Call] = {
    "location_quotient": (mapping.location_quotient, {"employment": JOBS}),
    "location_quotient_interval": (mapping.location_quotient_interval, {"employment": JOBS}),
    "krugman_index": (mapping.krugman_index, {"a": JOBS["food"], "b": JOBS["tools"]}),
    "herfindahl": (mapping.herfindahl, {"values": JOBS["food"]}),
    "equivalent_number": (mapping.equivalent_number, {"values": JOBS["food"]}),
    "gini_specialisation": (
        mapping.gini_specialisation, {"region": JOBS["food"], "reference": JOBS["tools"]},
    ),
    "ellison_glaeser": (
        mapping.ellison_glaeser, {"plants": PLANTS, "region_totals": JOBS.sum(axis=1)},
    ),
    "shift_share": (
        mapping.shift_share,
        {"region_start": JOBS["food"], "region_end": JOBS["tools"],
         "reference_start": JOBS.sum(axis=1), "reference_end": JOBS.sum(axis=1) + 5},
    ),
    "revealed_advantage": (mapping.revealed_advantage, {"table": JOBS / 20}),
    "proximity": (mapping.proximity, {"advantage": HAS}),
    "relatedness_density": (
        mapping.relatedness_density, {"advantage": HAS, "proximity": mapping.proximity(HAS)},
    ),
    "complexity": (mapping.complexity, {"advantage": HAS}),
    "leontief_inverse": (mapping.leontief_inverse, {"coefficients": INPUTS}),
    "linkages": (mapping.linkages, {"coefficients": INPUTS}),
    "star_rating": (mapping.star_rating, {"table": JOBS}),
    "summary": (networks.summary, {"edges": TIES}),
    "constraint": (networks.constraint, {"edges": TIES}),
    "effective_size": (networks.effective_size, {"edges": TIES}),
    "brokerage": (networks.brokerage, {"edges": TIES, "groups": KINDS}),
    "ei_index": (networks.ei_index, {"edges": TIES, "groups": KINDS}),
    "core_periphery": (networks.core_periphery, {"edges": TIES}),
    "qap": (networks.qap, {"a": FIRST, "b": FIRST * 2, "permutations": 9, "seed": 1}),
    "centrality": (networks.centrality, {"edges": TIES}),
    "co_participation": (
        networks.co_participation,
        {"participations": TIES, "project": "source", "member": "target"},
    ),
    "reconcile": (networks.reconcile, {"edges": TIES}),
    "broker_loss": (networks.broker_loss, {"edges": TIES}),
    "propose_ties": (networks.propose_ties, {"edges": TIES}),
    "borich": (needs.borich, {"importance": IMPORTANCE, "ability": ABILITY}),
    "ranked_discrepancy": (
        needs.ranked_discrepancy, {"importance": IMPORTANCE, "ability": ABILITY},
    ),
    "importance_performance": (
        needs.importance_performance, {"importance": IMPORTANCE, "performance": ABILITY},
    ),
    "suppress_small_cells": (needs.suppress_small_cells, {"table": JOBS}),
    "response_quality": (needs.response_quality, {"answers": IMPORTANCE}),
    "non_response": (needs.non_response, {"invited": ROSTER, "by": "kind"}),
    "split_half": (needs.split_half, {"importance": IMPORTANCE, "ability": ABILITY}),
    "kendall_w": (consensus.kendall_w, {"ratings": RATINGS}),
    "intraclass": (consensus.intraclass, {"ratings": RATINGS}),
    "krippendorff_alpha": (consensus.krippendorff_alpha, {"ratings": RATINGS}),
    "agreement": (consensus.agreement, {"ratings": RATINGS}),
    "stability": (consensus.stability, {"round_1": RATINGS, "round_2": RATINGS}),
    "stopping": (consensus.stopping, {"before": RATINGS, "after": RATINGS}),
    "rand_ucla": (consensus.rand_ucla, {"ratings": RATINGS.loc["talent"]}),
    "rand_ucla_table": (consensus.rand_ucla_table, {"ratings": RATINGS}),
    "borda": (consensus.borda, {"rankings": RATINGS}),
    "q_factors": (consensus.q_factors, {"sorts": SORTS}),
    "cross_impact": (coherence.cross_impact, {"matrix": SCORES}),
    "second_order": (coherence.second_order, {"matrix": SCORES}),
    "compare_scorers": (coherence.compare_scorers, {"first": SCORES, "second": SCORES}),
    "micmac": (coherence.micmac, {"matrix": SCORES.abs()}),
    "coverage": (
        coherence.coverage,
        {"specialisation": pd.Series([2.0, 0.5], ["food", "tools"]), "priorities": ["food"]},
    ),
    "ahp": (decisions.ahp, {"matrix": PAIRS}),
    "topsis": (
        decisions.topsis, {"scores": OPTIONS, "weights": [1, 1], "benefit": [True, False]},
    ),
    "weight_sensitivity": (
        decisions.weight_sensitivity,
        {"scores": OPTIONS, "weights": [1, 1], "benefit": [True, False], "runs": 9},
    ),
    "best_worst": (decisions.best_worst, {"best_to_others": OVER, "others_to_worst": UNDER}),
    "critical_path": (decisions.critical_path, {"tasks": PLAN}),
    "funding_mix": (resources.funding_mix, {"sources": JOBS["food"]}),
    "check_eligibility": (
        partners.check_eligibility, {"consortium": POOL, "call": {"budget": 20.0}},
    ),
    "build_consortium": (
        partners.build_consortium, {"candidates": POOL, "call": {"competences": ["tests"]}},
    ),
    "greedy_cover": (partners.greedy_cover, {"candidates": POOL, "competences": ["tests"]}),
    "schedule_meetings": (partners.schedule_meetings, {"pairs": TIES, "slots": 3}),
    "growth": (watch.growth, {"series": SERIES}),
    "fit_logistic": (watch.fit_logistic, {"series": SERIES}),
    "bursts": (watch.bursts, {"counts": FOUND, "totals": READ}),
    "topic_bursts": (
        watch.topic_bursts, {"counts": FOUND.to_frame("telecare").T, "totals": READ},
    ),
    "learning_gain": (
        evaluation.learning_gain,
        {"pre": IMPORTANCE["trust"] * 10, "post": ABILITY["trust"] * 10},
    ),
    "item_analysis": (evaluation.item_analysis, {"scores": IMPORTANCE, "maximum": 5}),
    "difference_in_differences": (
        evaluation.difference_in_differences,
        {"panel": PANEL, "outcome": "y", "treated": "member", "after": "later"},
    ),
    "placebo": (
        evaluation.placebo,
        {"panel": PANEL, "outcome": "y", "treated": "member", "time": "year", "start": 2021},
    ),
    "event_study": (
        evaluation.event_study,
        {"panel": PANEL, "outcome": "y", "treated": "member", "time": "year", "start": 2021},
    ),
    "allocate_reviews": (
        exchange.allocate_reviews, {"people": CREW, "per_reviewer": 1, "balance": (), "seed": 1},
    ),
    "twins": (exchange.twins, {"profiles": PROFILES}),
    "compare": (exchange.compare, {"profiles": PROFILES, "one": "Aldermark", "other": "Corvale"}),
    "aggregate_scores": (exchange.aggregate_scores, {"scores": REVIEWS}),
    "calibrate": (exchange.calibrate, {"scores": REVIEWS, "gold": {"G1": 4.0, "G2": 4.0}}),
    "power_interest": (
        stakeholders.power_interest, {"people": STAKES[["power", "interest"]]},
    ),
    "salience": (stakeholders.salience, {"people": STAKES}),
    "workload": (
        office.workload,
        {"tasks": pd.DataFrame({"person": ["Ada", "Ben"], "jan": [60.0, 30]}, ["visits", "fees"]),
         "capacity": pd.Series({"Ada": 120.0, "Ben": 60.0})},
    ),
    "seats_to_block": (office.seats_to_block, {"seats": pd.Series({"firms": 5, "county": 4})}),
}  # fmt: skip


def tables_of(call: Call) -> list[str]:
    """Names of the arguments that are tables or columns."""
    return [name for name, value in call[1].items() if isinstance(value, pd.DataFrame | pd.Series)]


def with_changes(call: Call, change: Callable[[Any], Any], only: str | None = None) -> Any:
    """Call the method with all its tables changed, or one of them."""
    method, given = call
    chosen = tables_of(call) if only is None else [only]
    return method(**{**given, **{name: change(given[name]) for name in chosen}})


def with_cell(table: Any, value: float | str) -> Any:
    """Put a value in the last cell of the first row that holds a number; None if there is none."""
    if isinstance(table, pd.Series):
        if not pd.api.types.is_numeric_dtype(table) or pd.api.types.is_bool_dtype(table):
            return None
        return pd.Series([value, *table.iloc[1:]], table.index, dtype=object, name=table.name)
    for name in table.columns[::-1]:
        kind = table[name]
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
            changed = table.astype(object)
            changed.iloc[0, table.columns.get_loc(name)] = value
            return changed
    return None
