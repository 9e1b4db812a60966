"""Who reviews whom, which clusters are twins, and how peer scores are read."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from clusterlib import exchange
from clusterlib.exchange import allocation

quick = settings(max_examples=60, deadline=None)


def cohort(count, seed, organisations=20):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "organisation": rng.integers(0, organisations, count).astype(str),
            "country": rng.choice(["HU", "DE", "ES", "NA"], count),
            "audience": rng.choice(["academic", "enterprise", "government", "ngo"], count),
        },
        index=[f"P{number:03d}" for number in range(count)],
    )


def check(plan, people, reviews, conflicts=("organisation",)):
    assert (plan["reviewer"].value_counts().reindex(people.index) == reviews).all()
    assert (plan["author"].value_counts().reindex(people.index) == reviews).all()
    assert not plan.duplicated(["reviewer", "author"]).any()
    assert (plan["reviewer"] != plan["author"]).all()
    for name in conflicts:
        pairs = people.loc[plan["reviewer"], name].to_numpy(), people.loc[plan["author"], name]
        assert (pairs[0] != pairs[1].to_numpy()).all()


def least_cost(people, reviews, conflicts, balance):
    """Smallest possible number of equal values by linear programming; None if no plan exists."""
    count = len(people)
    pairs, cost = [], []
    for one in range(count):
        for other in range(count):
            clash = any(people[name].iloc[one] == people[name].iloc[other] for name in conflicts)
            if one != other and not clash:
                pairs.append((one, other))
                cost.append(
                    sum(people[name].iloc[one] == people[name].iloc[other] for name in balance)
                )
    if not pairs:
        return None
    loads = np.zeros((2 * count, len(pairs)))
    for place, (one, other) in enumerate(pairs):
        loads[one, place] = loads[count + other, place] = 1
    answer = linprog(cost, A_eq=loads, b_eq=np.full(2 * count, reviews), bounds=(0, 1))
    return round(answer.fun) if answer.status == 0 else None


@quick
@given(st.data(), st.integers(3, 9), st.integers(1, 4))
def test_the_plan_is_fair_and_best_or_there_is_none(data, count, reviews):
    if reviews >= count:
        return
    people = pd.DataFrame(
        {
            "organisation": data.draw(
                st.lists(st.sampled_from("abcd"), min_size=count, max_size=count)
            ),
            "country": data.draw(st.lists(st.sampled_from("xy"), min_size=count, max_size=count)),
        }
    )
    best = least_cost(people, reviews, ["organisation"], ["country"])
    if best is None:
        with pytest.raises(ValueError, match="no plan without conflict"):
            exchange.allocate_reviews(people, reviews, balance=["country"], seed=1)
    else:
        plan = exchange.allocate_reviews(people, reviews, balance=["country"], seed=1)
        check(plan, people, reviews)
        assert plan["same_country"].sum() == best


@quick
@given(st.integers(0, 500), st.integers(2, 9))
def test_from_any_start_the_ring_search_ends_at_the_best_plan(seed, count):
    rng = np.random.default_rng(seed)
    reviews = int(rng.integers(1, count))
    allowed = ~np.eye(count, dtype=bool)
    cost = rng.integers(0, 3, (count, count))
    start = sum(np.eye(count, k=shift) + np.eye(count, k=shift - count)
                for shift in range(1, reviews + 1)) > 0  # fmt: skip
    plan = allocation._cheapest(start.copy(), allowed, cost)
    assert (plan.sum(axis=0) == reviews).all()
    assert (plan.sum(axis=1) == reviews).all()
    assert not (plan & ~allowed).any()
    one, other = np.nonzero(allowed)
    loads = np.zeros((2 * count, len(one)))
    loads[one, np.arange(len(one))] = loads[count + other, np.arange(len(one))] = 1
    best = linprog(cost[one, other], A_eq=loads, b_eq=np.full(2 * count, reviews), bounds=(0, 1))
    assert cost[plan].sum() == pytest.approx(best.fun)


def test_a_whole_cohort_with_its_seed():
    people = cohort(60, seed=1)
    plan = exchange.allocate_reviews(people, seed=4)
    check(plan, people, 3)
    assert not plan[["same_country", "same_audience"]].any(axis=None)
    pd.testing.assert_frame_equal(plan, exchange.allocate_reviews(people, seed=4))
    assert not plan.equals(exchange.allocate_reviews(people, seed=5))


def test_each_visits_a_host_of_another_audience():
    people = cohort(40, seed=2)
    plan = exchange.allocate_reviews(people, 1, ("organisation", "audience"), ("country",), seed=1)
    check(plan, people, 1, ("organisation", "audience"))


def test_declared_conflicts_hold_in_both_directions():
    people = pd.DataFrame({"organisation": list("abcd")}, index=["Ada", "Ben", "Cleo", "Dan"])
    plan = exchange.allocate_reviews(
        people, 2, balance=(), declared=[("Ada", "Ben"), ("Cleo", "Dan")]
    )
    pairs = {frozenset(pair) for pair in plan[["reviewer", "author"]].itertuples(index=False)}
    assert frozenset(("Ada", "Ben")) not in pairs
    assert frozenset(("Cleo", "Dan")) not in pairs
    with pytest.raises(ValueError, match="Ada, Zoe: name two people"):
        exchange.allocate_reviews(people, 2, balance=(), declared=[("Ada", "Zoe")])


def test_exactly_half_in_one_organisation_still_works():
    people = pd.DataFrame({"organisation": ["big"] * 5 + list("abcde")})
    check(exchange.allocate_reviews(people, 3, balance=(), seed=0), people, 3)


def test_why_there_is_no_plan_is_said_in_words():
    def refuse(organisations, reviews, message, declared=()):
        people = pd.DataFrame({"organisation": list(organisations)})
        with pytest.raises(ValueError, match=message):
            exchange.allocate_reviews(people, reviews, balance=(), declared=declared)

    refuse("bbba", 1, "b is the organisation of 3 of 4 people, more than half")
    refuse("aaabbbbccc", 7, "fewer than 7 people may review the work of 3, 4, 5, 6")
    # Nobody is short of reviewers alone. But for the work of 0 to 4 there are 5 and 6 with two
    # reviews each, and 3 and 4 with one for each other: six reviews where ten are needed.
    declared = [(one, other) for one in (0, 1, 2) for other in (0, 1, 2, 3, 4) if one < other]
    refuse("abcdefg", 2, r"the work of 0, 1, 2, 3, 4 needs 10 reviews, .* at most 6", declared)


def test_a_tight_cohort_where_rounds_get_stuck_is_still_planned():
    # With many declared conflicts, the best assignment round by round can end in a dead end.
    people = pd.DataFrame({"organisation": list("abcdefgh")})
    stuck = 0
    for seed in range(300):
        clash = np.triu(np.random.default_rng(seed).random((8, 8)) < 0.5, k=1)
        allowed = ~(clash | clash.T | np.eye(8, dtype=bool))
        declared = list(zip(*np.nonzero(clash), strict=True))
        possible = allocation._flow(allowed, 2)[0].sum() == 16
        if possible and allocation._in_rounds(allowed, 0 * allowed, 2, seed) is None:
            stuck += 1
            plan = exchange.allocate_reviews(people, 2, balance=(), seed=seed, declared=declared)
            check(plan, people, 2)
            assert allowed[plan["reviewer"], plan["author"]].all()
    assert stuck


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"conflicts": ["firm"]}, "no column firm"),
        ({}, {"per_reviewer": 0}, "at least 1"),
        ({}, {"per_reviewer": 10}, "at most 9"),
        ({"organisation": None}, {}, "a blank is not a zero"),
    ],
)
def test_bad_requests_are_refused(change, options, message):
    with pytest.raises(ValueError, match=message):
        exchange.allocate_reviews(cohort(10, seed=3).assign(**change), **options)


def test_people_stand_once_and_are_at_least_two():
    people = cohort(4, seed=1)
    with pytest.raises(ValueError, match="more than once: P000"):
        exchange.allocate_reviews(people.iloc[[0, 0, 1]], 1)
    with pytest.raises(ValueError, match="at least two people"):
        exchange.allocate_reviews(people.iloc[:1], 1)


def test_a_blank_country_equals_no_other():
    people = pd.DataFrame({"organisation": list("abc"), "country": [None, None, "HU"]})
    plan = exchange.allocate_reviews(people, 2, balance=["country"])
    assert not plan["same_country"].any()


PROFILES = pd.DataFrame(
    {"members": [60, 55, 200, None], "staff": [4, 5, 12, 11], "age": [7, 7, 7, 7]},
    index=["Aldermark", "Brennholm", "Corvale", "Dunmere"],
)


def test_twins_by_hand():
    found = exchange.twins(PROFILES).set_index("cluster")
    assert found["twin"].to_dict() == {
        "Aldermark": "Brennholm", "Brennholm": "Aldermark", "Corvale": "Dunmere",
        "Dunmere": "Corvale",
    }  # fmt: skip
    # (5 / 145 + 1 / 8 + 0) / 3, and for the blank (1 / 8 + 0) / 2.
    assert found.loc["Aldermark", "distance"] == pytest.approx((5 / 145 + 1 / 8) / 3)
    assert found.loc["Dunmere", "distance"] == pytest.approx(1 / 16)
    assert found.loc["Dunmere", "shared"] == 2


@quick
@given(st.integers(2, 6), st.integers(1, 4), st.integers(0, 999))
def test_twin_distances_are_shares_and_ranks_ascend(count, top, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(count, 3)))
    found = exchange.twins(table, top=top)
    assert found["distance"].between(0, 1).all()
    assert len(found) == count * min(top, count - 1)
    for _, rows in found.groupby("cluster"):
        assert rows["distance"].is_monotonic_increasing
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    # Units do not matter.
    pd.testing.assert_frame_equal(found, exchange.twins(table * 1000 + 5, top=top))


def test_twins_may_have_to_differ_and_may_not_exist():
    table = PROFILES.assign(country=["HU", "HU", "DE", None])
    found = exchange.twins(table, differ=["country"]).set_index("cluster")
    assert found.loc["Aldermark", "twin"] == "Corvale"
    assert pd.isna(found.loc["Dunmere", "twin"])
    assert found.loc["Dunmere", "shared"] == 0
    weighted = exchange.twins(PROFILES, weights={"staff": 100.0}).set_index("cluster")
    assert weighted.loc["Corvale", "distance"] == pytest.approx(100 / 8 / 101)
    strict = exchange.twins(PROFILES, minimum_shared=3).set_index("cluster")
    assert pd.isna(strict.loc["Dunmere", "twin"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top": 0}, "at least 1"),
        ({"differ": ["country"]}, "no column country"),
        ({"weights": {"money": 1.0}}, "weights of money"),
        ({"weights": {"staff": 0.0}}, "weights of staff"),
    ],
)
def test_twin_requests_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        exchange.twins(PROFILES, **options)


def test_one_cluster_has_no_twin():
    with pytest.raises(ValueError, match="at least two clusters"):
        exchange.twins(PROFILES.iloc[:1])


def test_two_clusters_side_by_side():
    found = exchange.compare(PROFILES, "Aldermark", "Dunmere")
    assert found.index.tolist() == ["staff", "age", "members"]
    assert found.loc["staff", ["difference", "relative"]].tolist() == [7, 7 / 8]
    assert found.loc["age", "relative"] == 0
    assert np.isnan(found.loc["members", "relative"])
    with pytest.raises(ValueError, match="not in the profiles: Zug"):
        exchange.compare(PROFILES, "Aldermark", "Zug")
    with pytest.raises(ValueError, match="with itself"):
        exchange.compare(PROFILES, "Aldermark", "Aldermark")


SCORES = pd.DataFrame(
    [("R1", "Ada", 4), ("R2", "Ada", 2), ("R3", "Ada", 3), ("R1", "Ben", 5), ("R2", "Ben", 2),
     ("R3", "Ben", None), ("R1", "Cleo", 3), ("R2", "Cleo", None), ("R1", "Dan", None)],
    columns=["reviewer", "author", "score"],
)  # fmt: skip


def test_scores_are_summed_up_by_the_median_and_flagged():
    found = exchange.aggregate_scores(SCORES)
    assert found["median"].fillna(-1).tolist() == [3, 3.5, 3, -1]
    assert found["reviews"].tolist() == [3, 2, 1, 0]
    assert found["not_done"].tolist() == [0, 1, 1, 1]
    # A spread of exactly 2 passes; 3 does not, nor does a single review or none.
    assert found["flagged"].tolist() == [False, True, True, True]
    assert exchange.aggregate_scores(SCORES, spread=3)["flagged"].tolist()[1] is False


def test_a_severe_reviewer_is_corrected_by_agreed_works():
    given_scores = pd.DataFrame(
        [("mild", "G1", 5), ("mild", "G2", 4), ("mild", "Ada", 5), ("severe", "G1", 2),
         ("severe", "G2", 1), ("severe", "Ada", 2), ("late", "G1", 4), ("late", "Ada", 3)],
        columns=["reviewer", "author", "score"],
    )  # fmt: skip
    scores, reviewers = exchange.calibrate(given_scores, {"G1": 4, "G2": 3})
    assert reviewers["leniency"].fillna(99).to_dict() == {"mild": 1, "severe": -2, "late": 99}
    assert reviewers["gold_reviews"].tolist() == [2, 2, 1]
    assert scores["author"].unique().tolist() == ["Ada"]
    assert scores["adjusted"].fillna(99).tolist() == [4, 4, 99]
    for gold in ({"G1": 4}, {"G1": 4, "G9": 3}, {"G1": 4, "G2": float("nan")}):
        with pytest.raises(ValueError, match="at least two works"):
            exchange.calibrate(given_scores, gold)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (SCORES.drop(columns="score"), "no column score"),
        (SCORES.assign(author=None), "blank name in rows 0, 1"),
        (SCORES.assign(score="good"), "no numbers in rows 0"),
        (SCORES.assign(score=float("inf")), "no numbers in rows 0"),
        (pd.concat([SCORES, SCORES[:1]], ignore_index=True), "again in rows 9"),
    ],
)
def test_bad_scores_are_refused(table, message):
    with pytest.raises(ValueError, match=message):
        exchange.aggregate_scores(table)


def test_a_spread_below_zero_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        exchange.aggregate_scores(SCORES, spread=-1)


def test_codes_hide_the_order_of_names():
    names = [f"person {number}" for number in range(30)]
    codes = exchange.anonymise(names, seed=1)
    assert codes.is_unique
    assert set(codes.str.len()) == {3}
    assert codes.equals(exchange.anonymise(names, seed=1))
    rising = [one < other for one, other in combinations(codes, 2)]
    assert 0.2 < np.mean(rising) < 0.8
    with pytest.raises(ValueError, match="more than once: Ada"):
        exchange.anonymise(["Ada", "Ada"])
