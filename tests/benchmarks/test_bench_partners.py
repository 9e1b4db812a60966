"""How long the heavy partner methods take; run with `pytest tests/benchmarks --benchmark-only`."""

import numpy as np
import pandas as pd
import pytest

from clusterlib import partners

pytest.importorskip("pytest_benchmark", reason="benchmarks need pytest-benchmark")


def _pool(candidates: int, skills: int = 12, seed: int = 3) -> tuple[pd.DataFrame, list[str]]:
    random = np.random.default_rng(seed)
    names = [f"C{number:02d}" for number in range(1, skills + 1)]
    table = pd.DataFrame(
        {
            "country": random.choice(list("ABCDEFGHIJ"), candidates),
            "kind": random.choice(["sme", "univ", "large", "ngo"], candidates),
            "cost": random.integers(20, 200, candidates) * 1000.0,
            "risk": random.uniform(0, 0.4, candidates),
            "competences": [
                list(random.choice(names, random.integers(1, 4), replace=False))
                for _ in range(candidates)
            ],
        },
        index=[f"P{number:03d}" for number in range(candidates)],
    )
    return table, names


def _call(names: list[str], **more: object) -> partners.Call:
    return partners.Call(
        min_partners=5, min_countries=4, min_per_kind={"sme": 2, "univ": 1},
        competences=tuple(names), cover=2, max_partner_share=0.3, **more,
    )  # fmt: skip


@pytest.mark.parametrize("objective", ["cost", "risk"])
def test_consortium_of_300_candidates(benchmark, objective):
    pool, names = _pool(300)
    call = _call(names)
    result = benchmark.pedantic(
        partners.build_consortium, (pool, call), {"objective": objective}, rounds=3
    )
    assert partners.check_eligibility(pool.loc[result.members], call).eligible
    assert benchmark.stats["max"] < 10


def test_infeasible_call_of_300_candidates(benchmark):
    pool, names = _pool(300)
    call = _call(names, budget=150_000)
    result = benchmark.pedantic(partners.build_consortium, (pool, call), rounds=3)
    assert not result.feasible
    assert "a budget of 150,000 EUR" in result.clashes
    assert benchmark.stats["max"] < 10


def test_5000_offers_and_5000_demands(benchmark):
    random = np.random.default_rng(5)
    words = np.array([f"word{number}" for number in range(8000)])
    often = 1 / np.arange(1, 8001)
    texts = [" ".join(random.choice(words, 40, p=often / often.sum())) for _ in range(10_000)]
    offers, demands = pd.Series(texts[:5000]), pd.Series(texts[5000:])
    result = benchmark.pedantic(partners.match_texts, (offers, demands), {"top": 5}, rounds=3)
    assert len(result) == 25_000
    assert benchmark.stats["max"] < 5


def test_stable_match_of_500_each(benchmark):
    random = np.random.default_rng(6)
    xs, ys = [f"x{number}" for number in range(500)], [f"y{number}" for number in range(500)]
    proposers = {name: list(random.permutation(ys)) for name in xs}
    reviewers = {name: list(random.permutation(xs)) for name in ys}
    match = benchmark.pedantic(partners.stable_match, (proposers, reviewers), rounds=3)
    assert partners.blocking_pairs(match, proposers, reviewers) == []


def test_timetable_of_1500_meetings(benchmark):
    random = np.random.default_rng(7)
    pairs = [(f"o{i}", f"d{j}") for i in range(100) for j in range(100) if random.random() < 0.15]
    result = benchmark.pedantic(partners.schedule_meetings, (pairs, 20), {"tables": 60}, rounds=3)
    assert result.meetings["slot"].value_counts().max() <= 60
