"""Consortia: rules one by one, proven optima, and clashes in words."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import partners

# Eight candidates; optimum and greedy answer cross-run with another solver (CBC).
POOL = pd.DataFrame(
    {
        "U1": ["HU", "univ", 3, "A;B"],
        "U2": ["AT", "univ", 5, "B;C"],
        "S1": ["PL", "sme", 2, "C"],
        "S2": ["HU", "sme", 1, "A"],
        "L1": ["AT", "large", 4, "A;D"],
        "N1": ["PL", "ngo", 1, "E"],
        "S3": ["SK", "sme", 2, "D"],
        "U3": ["SK", "univ", 6, "A;C;D;E"],
    },
    index=["country", "kind", "cost", "competences"],
).T
NEED = tuple("ABCDE")
THREE = partners.Call(competences=NEED, min_countries=3, min_per_kind={"sme": 1})
FOUR = {"competences": list(NEED), "min_countries": 4, "min_per_kind": {"sme": 2}}


def test_optimum_with_three_countries_and_one_sme():
    best = partners.build_consortium(POOL, THREE)
    assert best.objective == best.cost == 8
    assert best.members == ["U1", "S1", "N1", "S3"]
    assert best.feasible
    assert best.sole_providers == {"A": "U1", "B": "U1", "C": "S1", "D": "S3", "E": "N1"}
    assert partners.check_eligibility(POOL.loc[best.members], THREE).eligible


def test_optimum_with_four_countries_and_two_smes():
    best = partners.build_consortium(POOL, FOUR)
    assert best.objective == 9
    assert sorted(best.members) == ["N1", "S2", "S3", "U2"]


def test_greedy_costs_more_than_the_optimum():
    # Trap T14: the greedy cover is not the cheapest one.
    picks = partners.greedy_cover(POOL, NEED)
    assert picks.index.tolist() == ["N1", "S2", "S1", "S3", "U1"]
    assert picks["total"].iloc[-1] == 9
    with pytest.raises(ValueError, match="nobody offers F"):
        partners.greedy_cover(POOL, ["A", "F"])


def test_all_optima_within_a_tolerance():
    twins = pd.concat([POOL, POOL.loc[["S3"]].set_axis(["S4"])])
    best = partners.build_consortium(twins, THREE)
    assert best.alternatives["objective"].tolist() == [8, 8]
    assert {"S3", "S4"} == set().union(*map(set, best.alternatives["members"])) & {"S3", "S4"}
    wider = partners.build_consortium(POOL, THREE, within=0.25)
    assert wider.alternatives["objective"].max() <= 10
    assert wider.complete
    assert len({tuple(one) for one in wider.alternatives["members"]}) == len(wider.alternatives)
    short = partners.build_consortium(POOL, THREE, within=0.25, limit=1)
    assert not short.complete
    assert "raise limit" in short.note


def test_infeasible_names_a_minimal_clash_and_what_each_rule_costs():
    call = {**FOUR, "budget": 8}
    result = partners.build_consortium(POOL, call)
    assert not result.feasible
    assert result.members == []
    assert np.isnan(result.objective)
    assert "a budget of 8 EUR" in result.clashes
    assert all(one in result.note for one in result.clashes)
    # Minimal: giving up any one of them ends this clash.
    for words in result.clashes:
        rest = [one for one in result.clashes if one != words]
        assert _feasible_in_words(rest)
    assert not _feasible_in_words(result.clashes)
    relaxed = result.relaxations.set_index("rule given up")
    assert relaxed.loc["a budget of 8 EUR", "objective"] == 9


def _feasible_in_words(words: list[str]) -> bool:
    """Brute force over all sets of candidates, reading the rules from their words."""
    for size in range(1, len(POOL) + 1):
        for names in combinations(POOL.index, size):
            team = POOL.loc[list(names)]
            skills = set(";".join(team["competences"]))
            holds = {
                "a budget of 8 EUR": team["cost"].sum() <= 8,
                "at least 4 countries": team["country"].nunique() >= 4,
                "at least 2 of kind sme": (team["kind"] == "sme").sum() >= 2,
                "at least 1 independent partners": True,
                **{f"a partner for {skill}": skill in skills for skill in NEED},
            }
            if all(holds[one] for one in words):
                return True
    return False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"competences": ("F",)}, ["a partner for F"]),
        ({"min_countries": 5}, ["at least 5 countries"]),
        ({"min_partners": 9}, ["at least 9 independent partners"]),
        ({"min_per_kind": {"agency": 1}}, ["at least 1 of kind agency"]),
        ({"cover": 2, "competences": ("B", "E")}, None),
        ({"cover": 3, "competences": ("E",)}, ["3 partners for E"]),
        ({"max_partners": 1, "min_countries": 2}, ["at most 1 partners", "at least 2 countries"]),
        ({"eligible_countries": ("HU",), "min_countries": 2},
         ["at least 2 countries", "only partners from HU"]),
        ({"member_states": ("DE",), "min_member_states": 1},
         ["at least 1 independent partners from member states"]),
    ],
)  # fmt: skip
def test_single_rules_that_cannot_be_met(change, words):
    result = partners.build_consortium(POOL, change)
    if words is None:
        assert result.feasible
        assert result.sole_providers == {}
    else:
        assert result.clashes == words


def test_must_take_part_is_a_rule_too():
    kept = partners.build_consortium(POOL, THREE, include=["L1"])
    assert "L1" in kept.members
    clash = partners.build_consortium(POOL, {"max_partners": 1}, include=["L1", "U1"])
    assert clash.clashes == ["L1 must take part", "U1 must take part", "at most 1 partners"]
    with pytest.raises(ValueError, match="not among the candidates: XX"):
        partners.build_consortium(POOL, THREE, include=["XX"])


def test_partners_that_add_nothing_are_left_out():
    free = POOL.assign(cost=0)
    best = partners.build_consortium(free, THREE)
    assert best.objective == 0
    for name in best.members:
        rest = POOL.loc[[one for one in best.members if one != name]]
        assert not partners.check_eligibility(rest, THREE).eligible


def test_risk_objective_and_cover_against_sole_providers():
    risky = POOL.assign(risk=[0.5, 0.1, 0.1, 0.05, 0.1, 0.1, 0.1, 0.1])
    safe = partners.build_consortium(risky, {"competences": ["A", "B"]}, objective="risk")
    assert safe.members == ["U2", "S2"]
    assert safe.objective == pytest.approx(1 - 0.9 * 0.95)
    assert safe.cost == 6
    twice = partners.build_consortium(POOL, {"competences": ["B", "E"], "cover": 2})
    assert sorted(twice.members) == ["N1", "U1", "U2", "U3"]
    assert np.isnan(
        partners.build_consortium(risky.drop(columns="cost"), {}, objective="risk").cost
    )
    with pytest.raises(ValueError, match="risk of 1 or more for U1"):
        partners.build_consortium(risky.assign(risk=1), {}, objective="risk")
    with pytest.raises(ValueError, match="needs a column risk"):
        partners.build_consortium(POOL, {}, objective="risk")


def test_affiliates_are_not_independent():
    # Three entities of one owner in three countries, and one outsider.
    team = pd.DataFrame(
        {"country": ["HU", "AT", "PL", "SK"], "group": ["G", "G", "G", None], "cost": 1},
        index=list("abcd"),
    )
    call = {"min_partners": 3, "min_countries": 3}
    verdict = partners.check_eligibility(team, call)
    assert not verdict.eligible
    assert verdict.rules["reason"].tolist() == [
        "2 independent partners, 3 needed (4 with affiliates)",
        "4 countries (AT, HU, PL, SK), 2 with an independent partner, 3 needed",
    ]
    assert not partners.build_consortium(team, call).feasible
    # A group may stand for whichever of its countries helps.
    team.loc["e"] = ["HU", None, 1]
    assert partners.check_eligibility(team, call).eligible
    assert partners.build_consortium(team, call).objective == 3


def test_horizon_and_cornet_like_calls():
    # Horizon Europe, Regulation 2021/695 Art. 22(2): one partner from a member state and two
    # others, each in another member state or associated country.
    horizon = partners.Call(
        name="Horizon", min_partners=3, min_countries=3, member_states=("HU", "AT", "PL", "SK"),
        min_member_states=1, eligible_countries=("HU", "AT", "PL", "SK", "TR", "NO"),
    )  # fmt: skip
    abroad = pd.DataFrame({"country": ["TR", "NO", "CH"]}, index=["t", "n", "c"])
    verdict = partners.check_eligibility(abroad, horizon)
    failed = verdict.rules.loc[~verdict.rules["passed"], "rule"].tolist()
    assert failed == ["eligible countries", "member states"]
    assert "c (CH)" in verdict.rules.set_index("rule").loc["eligible countries", "reason"]
    assert partners.check_eligibility(abroad.replace("CH", "HU"), horizon).eligible
    # CORNET: two countries or more, each with an association, a research unit and 5 SMEs.
    pillars = {"association": 1, "research": 1, "sme": 5}
    kinds = ["association", "research", *["sme"] * 5]
    team = pd.DataFrame({"country": ["DE"] * 7 + ["CZ"] * 7, "kind": kinds * 2})
    call = {"min_countries": 2, "min_per_kind_and_country": pillars}
    assert partners.check_eligibility(team, call).eligible
    short = partners.check_eligibility(team.iloc[:-1], call)
    assert short.rules["reason"].iloc[-1].endswith("CZ has 4")
    best = partners.build_consortium(team.assign(cost=1), call)
    assert len(best.members) == 14
    clash = partners.build_consortium(team.iloc[:-1].assign(cost=1), call)
    assert clash.clashes == ["at least 2 countries", "at least 5 of kind sme in each country"]


def test_share_and_budget_at_their_limits():
    team = pd.DataFrame({"country": "HU", "cost": [60.0, 30.0, 30.0]}, index=list("abc"))
    half = partners.check_eligibility(team, {"max_partner_share": 0.5, "budget": 120})
    assert half.eligible
    over = partners.check_eligibility(team, {"max_partner_share": 0.49, "budget": 119.99})
    assert over.rules["passed"].tolist() == [True, True, False, False]
    assert "a has 50.0% of the cost" in over.rules["reason"].iloc[-1]
    built = partners.build_consortium(team, {"max_partner_share": 0.5}, include=["a"])
    assert built.members == ["a", "b", "c"]
    most = partners.check_eligibility(team.assign(kind="sme"), {"max_per_kind": {"sme": 2}})
    assert most.rules["reason"].iloc[-1] == "3 of kind sme, 2 allowed"
    assert partners.build_consortium(
        team.assign(kind="sme"), {"max_per_kind": {"sme": 2}, "min_partners": 3}
    ).clashes == ["at least 3 independent partners", "at most 2 of kind sme"]


def test_empty_consortium_is_checked_and_fails():
    verdict = partners.check_eligibility(
        POOL.iloc[:0], {"max_partners": 3, "max_partner_share": 0.5, "competences": ["A"]}
    )
    assert not verdict.eligible
    assert "offered by nobody" in verdict.rules["reason"].iloc[-2]
    with pytest.raises(ValueError, match="no candidates"):
        partners.build_consortium(POOL.iloc[:0], THREE)


@pytest.mark.parametrize(
    ("pool", "call", "words"),
    [
        (POOL.drop(columns="kind"), THREE, "needs the columns kind"),
        (POOL.assign(cost=[None, *range(7)]), THREE, "cost missing at U1"),
        (POOL.assign(cost=-1), THREE, "below 0"),
        (POOL.assign(country=[None, *"ABCDEFG"]), THREE, "country missing for U1"),
        (pd.concat([POOL, POOL.iloc[:1]]), THREE, "more than once: U1"),
        (POOL, {"min_smes": 1}, "not known: min_smes"),
        (POOL, {"min_partners": -1}, "whole number"),
        (POOL, {"budget": -1}, "0 EUR or more"),
        (POOL, {"max_partner_share": 40}, "between 0 and 1"),
        (POOL, {"min_member_states": 1}, "list them in member_states"),
    ],
)
def test_refusals(pool, call, words):
    with pytest.raises(ValueError, match=words):
        partners.build_consortium(pool, call)


def test_risk_tolerance_is_a_share_of_the_chance():
    pool = pd.DataFrame({"country": "HU", "risk": [0.5, 0.6, 0.7]}, index=list("abc"))
    listed = partners.build_consortium(pool, {}, objective="risk", within=0.25).alternatives
    assert listed["objective"].tolist() == pytest.approx([0.5, 0.6])
    every = partners.build_consortium(pool, {}, objective="risk", within=2).alternatives
    assert every["members"].tolist() == [["a"], ["b"], ["c"]]


def test_calls_and_competences_can_be_written_in_several_ways():
    mixed = POOL.assign(competences=[["A", "B"], ("C",), {"E"}, None, "D", "", "E;A", "B"])
    for asked in (["A", "D"], ("A", "D"), {"D", "A"}):
        best = partners.build_consortium(mixed, {"competences": asked})
        assert (best.members, best.objective) == (["L1", "S3"], 6)


def test_options_are_checked():
    with pytest.raises(ValueError, match="objective"):
        partners.build_consortium(POOL, THREE, objective="fame")
    with pytest.raises(ValueError, match="within must be 0"):
        partners.build_consortium(POOL, THREE, within=-1)
    with pytest.raises(ValueError, match="no proven answer within"):
        partners.build_consortium(POOL, THREE, seconds=0.0)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_optimum_equals_brute_force(seed):
    random = np.random.default_rng(seed)
    n = 6
    pool = pd.DataFrame(
        {
            "country": random.choice(["HU", "AT", "PL"], n),
            "kind": random.choice(["sme", "univ"], n),
            "cost": random.integers(0, 9, n) * 1000,
            "competences": [list(random.choice(list("ABC"), 2)) for _ in range(n)],
            "group": random.choice(["G", "H", ""], n, p=[0.2, 0.2, 0.6]),
        },
        index=[f"P{i}" for i in range(n)],
    )
    call = partners.Call(
        min_partners=int(random.integers(1, 4)), min_countries=int(random.integers(1, 4)),
        min_per_kind={"sme": int(random.integers(0, 3))}, competences=("A", "B", "C"),
        cover=int(random.integers(1, 3)), max_partner_share=float(random.choice([0.5, 0.7, 1.0])),
        min_per_kind_and_country={"univ": int(random.integers(0, 2))},
    )  # fmt: skip
    costs = [
        pool.loc[list(names), "cost"].sum()
        for size in range(1, n + 1)
        for names in combinations(pool.index, size)
        if partners.check_eligibility(pool.loc[list(names)], call).eligible
    ]
    best = partners.build_consortium(pool, call)
    assert best.feasible == bool(costs)
    if costs:
        assert best.objective == min(costs)
        assert partners.check_eligibility(pool.loc[best.members], call).eligible
    else:
        assert best.clashes
