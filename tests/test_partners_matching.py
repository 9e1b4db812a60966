"""Stable matching, timetables and text matching."""

from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import partners

# Residents and hospitals of a package's documentation; both sides' optimum is the same there.
RESIDENTS = {
    "A": ["C"], "S": ["C", "M"], "D": ["C", "M", "G"], "J": ["C", "G", "M"], "L": ["M", "C", "G"],
}  # fmt: skip
HOSPITALS = {"M": ["D", "L", "S", "J"], "C": ["D", "A", "S", "L", "J"], "G": ["D", "J", "L"]}
PLACES = {"M": 2, "C": 2, "G": 2}
# Three by three, each side's first wishes in a circle: three stable matchings.
CYCLE_X = {"x1": ["y1", "y2", "y3"], "x2": ["y2", "y3", "y1"], "x3": ["y3", "y1", "y2"]}
CYCLE_Y = {"y1": ["x2", "x3", "x1"], "y2": ["x3", "x1", "x2"], "y3": ["x1", "x2", "x3"]}


def test_residents_and_hospitals():
    match = partners.stable_match(RESIDENTS, HOSPITALS, PLACES)
    assert match == {"A": "C", "S": "M", "D": "C", "J": "G", "L": "M"}
    assert partners.blocking_pairs(match, RESIDENTS, HOSPITALS, PLACES) == []


def test_the_proposing_side_gains():
    # Trap T15: only with wishes in a circle does it show who proposed.
    by_x = partners.stable_match(CYCLE_X, CYCLE_Y)
    by_y = partners.stable_match(CYCLE_Y, CYCLE_X)
    assert by_x == {"x1": "y1", "x2": "y2", "x3": "y3"}
    assert by_y == {"y1": "x2", "y2": "x3", "y3": "x1"}
    for match in (by_x, {x: y for y, x in by_y.items()}):
        assert partners.blocking_pairs(match, CYCLE_X, CYCLE_Y) == []
    swapped = {"x1": "y1", "x2": "y3", "x3": "y2"}
    # x2 would rather have y2, who would rather keep x3; x3 would rather have y1, who would too.
    assert partners.blocking_pairs(swapped, CYCLE_X, CYCLE_Y) == [("x3", "y1")]


def _wishes(random, own, other):
    return {
        name: list(random.permutation(other)[: random.integers(0, len(other) + 1)]) for name in own
    }


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_match_is_stable_and_best_for_every_proposer(seed):
    random = np.random.default_rng(seed)
    xs, ys = [f"x{i}" for i in range(4)], [f"y{i}" for i in range(3)]
    proposers, reviewers = _wishes(random, xs, ys), _wishes(random, ys, xs)
    places = {y: int(random.integers(0, 3)) for y in ys}
    match = partners.stable_match(proposers, reviewers, places)
    assert partners.blocking_pairs(match, proposers, reviewers, places) == []

    def rank(x, y):
        return len(ys) if y is None else proposers[x].index(y)

    seats = [y for y in ys for _ in range(places[y])] + [None] * len(xs)
    for tried in set(permutations(seats, len(xs))):
        other = dict(zip(xs, tried, strict=True))
        if any(y and (y not in proposers[x] or x not in reviewers[y]) for x, y in other.items()):
            continue
        if partners.blocking_pairs(other, proposers, reviewers, places):
            continue
        assert all(rank(x, match[x]) <= rank(x, other[x]) for x in xs)


def test_nobody_acceptable_stays_alone():
    match = partners.stable_match({"a": [], "b": ["z"]}, {"z": []})
    assert match == {"a": None, "b": None}
    assert partners.stable_match({}, {}) == {}
    assert partners.blocking_pairs({}, {"b": ["z"]}, {"z": ["b"]}) == [("b", "z")]
    assert partners.blocking_pairs({}, {"b": ["z"]}, {"z": ["b"]}, {"z": 0}) == []


@pytest.mark.parametrize(
    ("proposers", "reviewers", "places", "words"),
    [
        ({"a": ["q"]}, {"z": ["a"]}, None, "a lists q, not a reviewer"),
        ({"a": ["z"]}, {"z": ["q"]}, None, "z lists q, not a proposer"),
        ({"a": ["z", "z"]}, {"z": ["a"]}, None, "lists z twice"),
        ({"a": "z"}, {"z": ["a"]}, None, "must be a list"),
        ({"a": ["z"]}, {"z": ["a"], "a": []}, None, "on both sides: a"),
        ({"a": ["z"]}, {"z": ["a"]}, {"q": 1}, "capacities for q"),
        ({"a": ["z"]}, {"z": ["a"]}, {"z": -1}, "whole number"),
    ],
)
def test_matching_refuses(proposers, reviewers, places, words):
    with pytest.raises(ValueError, match=words):
        partners.stable_match(proposers, reviewers, places)


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ({"x1": "y1", "x2": "y1"}, "more proposers than places for y1"),
        ({"q": "y1"}, "neither list"),
        ({"x1": "q"}, "neither list"),
    ],
)
def test_blocking_pairs_refuses_what_is_no_matching(match, words):
    with pytest.raises(ValueError, match=words):
        partners.blocking_pairs(match, CYCLE_X, CYCLE_Y)
    with pytest.raises(ValueError, match="does not accept"):
        partners.blocking_pairs({"A": "G"}, RESIDENTS, HOSPITALS)


def _clean(schedule):
    table = schedule.meetings
    for name in ("source", "target"):
        assert not table.duplicated(["slot", name]).any()
    held = Counter(
        (row.slot, who) for row in table.itertuples() for who in (row.source, row.target)
    )
    assert max(held.values(), default=1) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_two_sides_need_no_more_slots_than_the_busiest_person(seed):
    random = np.random.default_rng(seed)
    pairs = [(f"o{i}", f"d{j}") for i in range(7) for j in range(6) if random.random() < 0.5]
    busiest = max(Counter(name for pair in pairs for name in pair).values(), default=1)
    full = partners.schedule_meetings(pairs, busiest)
    _clean(full)
    assert full.complete
    assert len(full.meetings) == len(pairs)
    evenly = -(-len(pairs) // busiest)
    assert full.meetings["slot"].value_counts().max() <= evenly or not pairs
    if busiest > 1:
        tight = partners.schedule_meetings(pairs, busiest - 1, tables=2)
        _clean(tight)
        assert not tight.complete
        assert len(tight.meetings) + len(tight.unplaced) == len(pairs)
        assert tight.meetings["slot"].value_counts().max() <= 2


def test_tables_spread_the_meetings():
    pairs = [(f"o{i}", f"d{i}") for i in range(6)]
    result = partners.schedule_meetings(pairs, 3, tables=2)
    assert result.slots_needed == 3
    assert result.meetings["slot"].value_counts().tolist() == [2, 2, 2]
    assert (
        partners.schedule_meetings(pairs, 2, tables=2).unplaced["reason"].tolist()
        == ["more meetings than slots or tables"] * 2
    )


def test_weights_decide_who_must_wait():
    edges = pd.DataFrame(
        {"source": ["a", "a", "a"], "target": ["x", "y", "z"], "weight": [1, 5, 0]}
    )
    result = partners.schedule_meetings(edges, 2)
    assert sorted(result.meetings["target"]) == ["x", "y"]
    assert result.unplaced["target"].tolist() == ["z"]
    assert result.slots_needed == 3


def test_one_crowd():
    crowd = list(combinations("abcd", 2))
    full = partners.schedule_meetings(crowd, ["9:00", "9:30", "10:00"])
    _clean(full)
    assert full.complete
    triangle = partners.schedule_meetings(list(combinations("abc", 2)), 2)
    assert triangle.slots_needed == 2
    assert triangle.unplaced["reason"].tolist() == [
        "no free slot found for both; one slot more will do"
    ]
    assert partners.schedule_meetings(list(combinations("abc", 2)), 3).complete
    assert partners.schedule_meetings([], 2).complete


@pytest.mark.parametrize(
    ("pairs", "slots", "options", "words"),
    [
        ([("a", "a")], 1, {}, "meet themselves"),
        ([("a", "b"), ("b", "a")], 2, {}, "stand twice"),
        ([("a", None)], 1, {}, "without a name"),
        ([("a", "b")], 0, {}, "number of slots"),
        ([("a", "b")], ["9:00", "9:00"], {}, "different slot names"),
        ([("a", "b")], "9:00", {}, "number of slots"),
        ([("a", "b")], 1, {"tables": 0}, "at least one table"),
        (pd.DataFrame({"source": ["a"]}), 1, {}, "needs? the columns target"),
        (pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [None]}), 1, {}, "weights"),
    ],
)
def test_schedule_refuses(pairs, slots, options, words):
    with pytest.raises(ValueError, match=words):
        partners.schedule_meetings(pairs, slots, **options)


OFFERS = pd.DataFrame(
    {
        "text": ["clinical trial design", "klinikai vizsgálat", "polymer moulding", "trial run"],
        "language": ["en", "hu", "en", "en"],
        "code": ["M72", "M72", "C22", None],
    },
    index=["O1", "O2", "O3", "O4"],
)
DEMANDS = pd.DataFrame(
    {
        "text": ["clinical trial partner", "vizsgálat", "legal advice"],
        "language": ["en", "hu", "en"],
        "code": ["M72; Q86", "C22", ""],
    },
    index=["D1", "D2", "D3"],
)


def test_tfidf_cosine_by_hand():
    offers, demands = pd.Series({"O": "gene lab"}), pd.Series({"D": "gene gene test"})
    common, rare = np.log(3 / 3) + 1, np.log(3 / 2) + 1
    offer, demand = np.array([common, rare, 0]), np.array([2 * common, 0, rare])
    cosine = offer @ demand / np.linalg.norm(offer) / np.linalg.norm(demand)
    assert partners.match_texts(offers, demands)["score"].tolist() == pytest.approx([cosine])


def test_codes_come_before_words_and_languages_are_not_compared():
    result = partners.match_texts(OFFERS, DEMANDS)
    first = result[result["demand"] == "D1"]
    assert first["offer"].tolist() == ["O1", "O2", "O4"]
    assert first["reason"].tolist() == [
        "same code, words in common", "same code, other language, texts not compared",
        "words in common",
    ]  # fmt: skip
    assert first["score"].isna().tolist() == [False, True, False]
    second = result[result["demand"] == "D2"]
    assert second["offer"].tolist() == ["O3", "O2"]
    assert second["shared_words"].tolist() == ["", "vizsgálat"]
    nothing = result[result["demand"] == "D3"].iloc[0]
    assert pd.isna(nothing["offer"])
    assert nothing["reason"] == "no word in common with any offer and no shared code"


def test_text_edges():
    same = pd.Series({"O1": "lab", "O2": "lab", "O3": "lab"})
    ties = partners.match_texts(same, pd.Series({"D": "LAB"}), top=2)
    assert ties["offer"].tolist() == ["O1", "O2"]
    assert ties["score"].tolist() == pytest.approx([1, 1])
    stopped = partners.match_texts(same, pd.Series({"D": "lab"}), stop_words=["Lab"])
    assert stopped["offer"].isna().all()
    assert partners.match_texts(pd.Series({"O": "5G"}), pd.Series({"D": "5g"}))["score"][0] == 1
    foreign = partners.match_texts(
        OFFERS.loc[["O1"], ["text", "language"]], DEMANDS.loc[["D2"], ["text", "language"]]
    )
    assert foreign["reason"].tolist() == ["no offer in this language"]
    text = partners.match_texts(same.astype("str"), pd.Series({"D": "lab"}, dtype="str"))
    assert len(text) == 3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_texts_equal_a_dense_calculation(seed, top):
    random = np.random.default_rng(seed)
    words = [f"word{i}" for i in range(6)]
    texts = [" ".join(random.choice(words, 4)) for _ in range(12)]
    offers, demands = pd.Series(texts[:7]), pd.Series(texts[7:])
    counts = np.array([[text.split().count(word) for word in words] for text in texts])
    found = (counts > 0).sum(axis=0)
    dense = counts * (np.log(13 / (1 + found)) + 1)
    dense = dense / np.linalg.norm(dense, axis=1, keepdims=True)
    cosine = dense[7:] @ dense[:7].T
    result = partners.match_texts(offers, demands, top=top)
    for demand, rows in result[result["offer"].notna()].groupby("demand"):
        expected = np.sort(cosine[int(demand)])[::-1]
        expected = expected[expected > 1e-12][:top]
        assert rows["score"].tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    ("offers", "demands", "options", "words"),
    [
        (OFFERS, DEMANDS.drop(columns="code"), {}, "code stands on one side only"),
        (OFFERS.drop(columns="text"), DEMANDS, {}, "need a column text"),
        (OFFERS.assign(text=["a", None, "b", " "]), DEMANDS, {}, "text missing in offers O2, O4"),
        (OFFERS.assign(language=[None, "hu", "hu", "hu"]), DEMANDS, {}, "language missing"),
        (OFFERS.iloc[:0], DEMANDS, {}, "there are no offers"),
        (OFFERS.iloc[[0, 0]], DEMANDS, {}, "more than once"),
        (OFFERS, DEMANDS, {"top": 0}, "1 or more"),
    ],
)
def test_texts_refuse(offers, demands, options, words):
    with pytest.raises(ValueError, match=words):
        partners.match_texts(offers, demands, **options)
