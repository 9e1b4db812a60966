"""Consortia and catalogues: what holds for any pool of partners."""

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import partners

SKILLS = ["tests", "design", "trials"]
pools = st.lists(
    st.tuples(
        st.sampled_from(["HU", "AT", "PL"]), st.sampled_from(["sme", "ngo"]), st.integers(0, 9),
        st.sets(st.sampled_from(SKILLS)), st.sampled_from([None, "group A"]),
    ),
    min_size=1, max_size=6,
).map(lambda rows: pd.DataFrame(
    rows, [f"P{n}" for n in range(len(rows))],
    ["country", "kind", "cost", "competences", "group"],
))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(pools)
def test_the_greedy_cover_is_a_cover_and_never_cheaper_than_the_best(pool):
    offered = set().union(*pool["competences"])
    if offered != set(SKILLS):
        with pytest.raises(ValueError, match="nobody offers"):
            partners.greedy_cover(pool, SKILLS)
        return
    picks = partners.greedy_cover(pool, SKILLS)
    assert set().union(*pool.loc[picks.index, "competences"]) >= set(SKILLS)
    assert picks["total"].iloc[-1] == pool.loc[picks.index, "cost"].sum()
    best = partners.build_consortium(pool.drop(columns="group"), {"competences": SKILLS})
    assert best.cost <= picks["total"].iloc[-1] + 1e-9
    # The greedy choice costs at most 1 + 1/2 + 1/3 times the best, a known bound for three skills.
    assert picks["total"].iloc[-1] <= (1 + 1 / 2 + 1 / 3) * best.cost + 1e-9


@settings(max_examples=50, deadline=None)
@given(pools, st.integers(1, 4), st.integers(1, 3), st.randoms(use_true_random=False))
def test_verdicts_know_no_order_and_a_milder_call_never_refuses_more(pool, least, lands, random):
    call = {"min_partners": least, "min_countries": lands, "min_per_kind": {"sme": 1},
            "competences": SKILLS[:1], "budget": 20.0}  # fmt: skip
    found = partners.check_eligibility(pool, call)
    order = random.sample(list(pool.index), len(pool))
    again = partners.check_eligibility(pool.loc[order], call)
    assert again.rules["passed"].tolist() == found.rules["passed"].tolist()
    assert found.eligible == found.rules["passed"].all()
    milder = {**call, "min_partners": least - 1, "min_countries": lands - 1, "budget": 40.0}
    passed = partners.check_eligibility(pool, milder).rules["passed"]
    assert (passed | ~found.rules["passed"]).all()
    counted = pool["group"].isna().sum() + pool["group"].dropna().nunique()
    assert found.rules["passed"].iloc[0] == (counted >= least)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(3, 7))
def test_one_slot_holds_the_heaviest_matching_of_networkx(data, count):
    people = [f"P{n}" for n in range(count)]
    pairs = [(a, b) for n, a in enumerate(people) for b in people[n + 1 :]]
    wished = data.draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    # Weights that nearly tie, and none at all.
    marks = st.sampled_from([0, 0.5, 1, 1.0001, 2, 2.0001])
    table = pd.DataFrame(wished, columns=["source", "target"])
    table["weight"] = data.draw(st.lists(marks, min_size=len(wished), max_size=len(wished)))
    graph = networkx.Graph()
    graph.add_weighted_edges_from(table.itertuples(index=False, name=None))
    heaviest = sum(graph.edges[pair]["weight"] for pair in networkx.max_weight_matching(graph))
    kept = partners.schedule_meetings(table, 1).meetings.merge(table, on=["source", "target"])
    assert kept["weight"].sum() == pytest.approx(heaviest, abs=1e-9)
    # A free pair is never left waiting, even if nobody gave it weight.
    busy = {*kept["source"], *kept["target"]}
    assert all(busy & set(pair) for pair in wished)


def test_a_blank_around_a_country_makes_no_second_country():
    pool = pd.DataFrame({"country": ["HU", "HU ", " HU"], "group": ["A", "A ", None]}, list("abc"))
    found = partners.check_eligibility(pool, {"min_countries": 2, "min_partners": 3})
    assert found.rules["reason"].tolist() == [
        "2 independent partners, 3 needed (3 with affiliates)",
        "1 countries (HU), 2 needed",
    ]
    with pytest.raises(ValueError, match="country missing for a"):
        partners.check_eligibility(pool.assign(country=[" ", "HU", "HU"]), {})


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from(["sensor vest", "vest test", "clinical trial"]), min_size=1, max_size=4
    ),
    st.lists(st.sampled_from(["sensor trial", "trial", "legal advice"]), min_size=1, max_size=4),
)
def test_offers_and_demands_meet_the_same_whichever_side_asks(offers, demands):
    supply = pd.Series(offers, [f"O{n}" for n in range(len(offers))])
    need = pd.Series(demands, [f"D{n}" for n in range(len(demands))])
    there = partners.match_texts(supply, need, top=9).dropna(subset="offer")
    back = partners.match_texts(need, supply, top=9).dropna(subset="offer")
    one = {(row.offer, row.demand): row.score for row in there.itertuples()}
    other = {(row.demand, row.offer): row.score for row in back.itertuples()}
    assert one == pytest.approx(other)
    assert np.all((there["score"] > 0) & (there["score"] <= 1 + 1e-12))
