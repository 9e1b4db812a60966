"""How long it takes to plan the reviews of a large cohort, beside plain linear programming.

Run with: pytest tests/benchmarks --benchmark-enable
"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

from clusterlib import exchange


def cohort(count: int, organisations: int) -> pd.DataFrame:
    """A lopsided cohort: three in five from one country, so that balance is hard."""
    rng = np.random.default_rng(1)
    country = rng.integers(0, 12, count)
    country[rng.random(count) < 0.6] = 0
    return pd.DataFrame(
        {
            "organisation": rng.integers(0, organisations, count).astype(str),
            "country": country,
            "audience": rng.integers(0, 4, count),
        }
    )


@pytest.mark.benchmark(group="reviews of 500 people")
@pytest.mark.parametrize("organisations", [3, 60, 500])
def test_allocation_ours(benchmark, organisations):
    people = cohort(500, organisations)
    benchmark.pedantic(exchange.allocate_reviews, args=(people,), kwargs={"seed": 2}, rounds=3)
    assert benchmark.stats["max"] < 5


@pytest.mark.benchmark(group="reviews of 500 people")
def test_allocation_by_linear_programming(benchmark):
    people = cohort(500, 60)
    plan = exchange.allocate_reviews(people, seed=2)

    def equal(name: str) -> np.ndarray:
        values = people[name].to_numpy()
        return values[:, None] == values[None, :]

    one, other = np.nonzero(~equal("organisation"))
    cost = (equal("country").astype(int) + equal("audience"))[one, other]
    pairs = np.arange(len(one))
    loads = sparse.csr_array(
        (np.ones(2 * len(one)), (np.r_[one, 500 + other], np.r_[pairs, pairs]))
    )
    answer = benchmark.pedantic(
        lambda: linprog(cost, A_eq=loads, b_eq=np.full(1000, 3), bounds=(0, 1)), rounds=1
    )
    assert round(answer.fun) == plan[["same_country", "same_audience"]].sum().sum()
