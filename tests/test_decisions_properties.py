"""Best-worst weights, sensitivity and group judgements: what must hold for any table."""

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterlib import decisions

NAMES = ["cost", "jobs", "speed", "climate", "equity"]


@st.composite
def judged(draw: st.DrawFn) -> tuple[pd.Series, pd.Series]:
    """Judgements from 1 to 9 with one best and one worst criterion."""
    count = draw(st.integers(3, 5))
    marks = st.integers(2, 8)
    over = draw(st.lists(marks, min_size=count, max_size=count))
    under = draw(st.lists(marks, min_size=count, max_size=count))
    both = draw(st.integers(2, 9))
    over[0], under[-1] = 1, 1
    over[-1] = under[0] = both
    names = draw(st.permutations(NAMES[:count]))
    return pd.Series(over, names), pd.Series(under, names)


def _largest_gap(weights: np.ndarray, over: np.ndarray, under: np.ndarray) -> float:
    return max(
        np.abs(weights[0] - over * weights).max(), np.abs(weights - under * weights[-1]).max()
    )


@settings(max_examples=50, deadline=None)
@given(judged(), st.integers(0, 10_000))
def test_best_worst_weights_leave_no_smaller_gap(judgements, seed):
    over, under = judgements
    found = decisions.best_worst(over, under)
    weights, xi = found.weights.to_numpy(), found.xi
    a, b = over.to_numpy(dtype=float), under.to_numpy(dtype=float)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    assert _largest_gap(weights, a, b) == pytest.approx(xi, abs=1e-8)
    # Each middle criterion stands as high as xi allows: were it lower, all weights together could
    # be scaled to a smaller gap. That makes the optimum of the linear model the only one.
    top = np.minimum((weights[0] + xi) / a, b * weights[-1] + xi)
    np.testing.assert_allclose(weights[1:-1], top[1:-1], atol=1e-7)
    # Nothing drawn at random does better, near or far.
    random = np.random.default_rng(seed)
    near = np.abs(weights + random.normal(0, 0.02, (200, len(weights))))
    for other in (*(near / near.sum(axis=1, keepdims=True)), *random.dirichlet(a, 200)):
        assert _largest_gap(other, a, b) >= xi - 1e-9


@settings(max_examples=40, deadline=None)
@given(judged(), st.randoms(use_true_random=False))
def test_best_worst_knows_names_and_not_places(judgements, random):
    over, under = judgements
    found = decisions.best_worst(over, under)
    order = random.sample(list(over.index), len(over))
    again = decisions.best_worst(over[order], under)
    assert (again.best, again.worst) == (found.best, found.worst)
    assert again.xi == pytest.approx(found.xi, abs=1e-9)
    assert again.weights[over.index].tolist() == pytest.approx(found.weights.tolist(), abs=1e-7)
    # Turned round (the worst becomes the best of the opposite question) the gaps are as many.
    assert found.weights[found.best] == pytest.approx(found.weights.max())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3))
def test_best_worst_gives_consistent_judgements_back(powers):
    # Weights in powers of 2 from 8 down to 1: every ratio is a mark from 1 to 8.
    weights = pd.Series([8, *(2 ** (3 - one) for one in powers if one < 3), 1], dtype=float)
    found = decisions.best_worst(
        weights.iloc[0] / weights, weights / weights.iloc[-1], best=0, worst=len(weights) - 1
    )
    assert found.xi == pytest.approx(0, abs=1e-9)
    assert found.weights.tolist() == pytest.approx((weights / weights.sum()).tolist(), abs=1e-7)


scored = hnp.arrays(
    float, st.tuples(st.integers(2, 4), st.integers(2, 3)), elements=st.integers(1, 9)
).map(pd.DataFrame)


def _usable(scores: pd.DataFrame) -> bool:
    return bool((scores.nunique() > 1).all())


@settings(max_examples=30, deadline=None)
@given(scored, st.sampled_from(["given", "any"]), st.floats(0, 1), st.integers(0, 99))
def test_sensitivity_shares_add_up_and_know_no_names_or_units(scores, around, swing, seed):
    assume(_usable(scores))
    criteria = scores.shape[1]
    weights, benefit = [3.0, 2.0, 1.0][:criteria], [True, False, True][:criteria]
    options = {"swing": swing, "runs": 60, "seed": seed, "around": around}
    found = decisions.weight_sensitivity(scores, weights, benefit, **options)
    shares = found.acceptability
    assert shares.sum().tolist() == pytest.approx([1] * len(scores))
    assert shares.sum(axis=1).tolist() == pytest.approx([1] * len(scores))
    assert found.closeness[found.winner] == found.closeness.max()
    assert found.winner_share == shares.loc[found.winner, 1]
    assert (found.tornado["reach"] >= 0).all()
    renamed = scores.set_axis([f"option {n}" for n in scores.index]) * [100.0, 7.0, 0.1][:criteria]
    again = decisions.weight_sensitivity(renamed, [10 * one for one in weights], benefit, **options)
    assert again.closeness.to_list() == pytest.approx(found.closeness.to_list())
    np.testing.assert_allclose(again.tornado["reach"], found.tornado["reach"], atol=1e-9)
    if around == "any" or swing > 0:
        np.testing.assert_allclose(again.acceptability, shares, atol=2 / 60)


@settings(max_examples=40, deadline=None)
@given(scored)
def test_without_a_swing_nothing_moves(scores):
    assume(_usable(scores))
    criteria = scores.shape[1]
    found = decisions.weight_sensitivity(
        scores, [1.0] * criteria, [True] * criteria, swing=0, runs=5
    )
    assert (found.tornado["reach"] < 1e-12).all()
    # A tie at the top is no change of the winner either.
    assert not found.tornado["winner_changes"].any()
    ranks = found.closeness.round(12).rank(ascending=False)
    expected = found.acceptability.to_numpy() @ np.arange(1, len(scores) + 1)
    assert expected.tolist() == pytest.approx(ranks.tolist())


@settings(max_examples=5, deadline=None)
@given(scored.filter(lambda table: table.shape[1] == 2 and _usable(table)))
def test_rank_shares_of_two_criteria_are_lengths_on_a_line(scores):
    # All sets of two weights lie on a line from 0 to 1: walk along it in small even steps.
    share = (np.arange(200) + 0.5) / 200
    firsts = np.zeros(len(scores))
    for first in share:
        closeness = decisions.topsis(scores, [first, 1 - first], [True, True]).round(12)
        best = (closeness == closeness.max()).to_numpy()
        firsts += best / best.sum() / len(share)
    drawn = decisions.weight_sensitivity(
        scores, [1, 1], [True, True], around="any", runs=4000, seed=1
    )
    np.testing.assert_allclose(drawn.acceptability[1], firsts, atol=0.04)


people = st.lists(
    st.lists(st.sampled_from([1 / 9, 1 / 3, 1.0, 2.0, 5.0]), min_size=3, max_size=3),
    min_size=1, max_size=4,
)  # fmt: skip


def _matrix(marks: list[float]) -> pd.DataFrame:
    a, b, c = marks
    values = [[1, a, b], [1 / a, 1, c], [1 / b, 1 / c, 1]]
    return pd.DataFrame(values, NAMES[:3], NAMES[:3])


@settings(max_examples=50, deadline=None)
@given(people, st.permutations(NAMES[:3]))
def test_group_judgements_are_reciprocal_and_the_same_whoever_speaks_first(marks, order):
    matrices = [_matrix(one) for one in marks]
    group = decisions.combine_judgements(matrices)
    np.testing.assert_allclose(group * group.T, 1)
    again = decisions.combine_judgements([one.loc[order, order] for one in matrices[::-1]])
    pd.testing.assert_frame_equal(again.loc[group.index, list(group.columns)], group)
    # With row geometric means, the weights of the group are those of its people, combined.
    alone = [np.log(decisions.ahp(one, method="geometric").weights) for one in matrices]
    mean = np.exp(np.mean(alone, axis=0))
    found = decisions.ahp(group, method="geometric").weights
    assert found.tolist() == pytest.approx((mean / mean.sum()).tolist())


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 7))
def test_a_plan_takes_as_long_as_the_longest_path_of_networkx(data, count):
    lengths = data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    before = [
        sorted(data.draw(st.sets(st.integers(0, task - 1), max_size=3))) if task else []
        for task in range(count)
    ]
    names = [f"T{task}" for task in range(count)]
    plan = pd.DataFrame(
        {"duration": lengths, "after": ["; ".join(names[one] for one in row) for row in before]},
        index=names,
    )
    graph = networkx.DiGraph()
    for task, row in enumerate(before):
        graph.add_edge("start", names[task], weight=0)
        graph.add_edge(names[task], "end", weight=lengths[task])
        graph.add_weighted_edges_from((names[one], names[task], lengths[one]) for one in row)
    found = decisions.critical_path(plan.iloc[::-1])
    assert found.duration == networkx.dag_longest_path_length(graph)
    assert sum(plan.loc[found.path, "duration"]) == found.duration
    # A task may lose its whole float, and no more, without moving the end.
    for task, spare in found.schedule["total_float"].items():
        late = plan.copy()
        late.loc[task, "duration"] += spare
        assert decisions.critical_path(late).duration == found.duration
        late.loc[task, "duration"] += 1
        assert decisions.critical_path(late).duration == found.duration + 1
