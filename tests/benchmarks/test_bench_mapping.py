"""Relatedness and complexity of 500 regions x 800 industries, beside the package ecomplexity.

The other package is measured in the same run on the same table. It is no dependency of the course:
install it by hand (`pip install ecomplexity`) to make the comparison. Each side starts from the
form of table it asks for, and the best of several rounds counts.
"""

import time
import warnings

import numpy as np
import pandas as pd
import pytest

from clusterlib import mapping

pytest.importorskip(
    "ecomplexity",
    reason="the package ecomplexity is not installed: it is needed for this comparison only",
)

REGIONS, INDUSTRIES = 500, 800
COLUMNS = {"time": "year", "loc": "region", "prod": "industry", "val": "jobs"}
pytestmark = pytest.mark.filterwarnings("ignore")  # the other package's own warnings


@pytest.fixture(scope="module")
def jobs():
    """Jobs where like regions have like industries: a table with a second eigenvalue of its own."""
    rng = np.random.default_rng(1)
    distance = rng.uniform(0, 1, (REGIONS, 1)) - rng.uniform(0, 1, (1, INDUSTRIES))
    numbers = rng.lognormal(3, 1.5, (REGIONS, INDUSTRIES)) * (1 + 6 * (distance**2 < 0.02))
    return pd.DataFrame(
        np.round(numbers) + 1,
        [f"R{row:03}" for row in range(REGIONS)],
        [f"I{column:03}" for column in range(INDUSTRIES)],
    )


@pytest.fixture(scope="module")
def long_jobs(jobs):
    table = jobs.rename_axis(index="region", columns="industry").stack()
    return table.rename("jobs").reset_index().assign(year=2024)


@pytest.fixture(scope="module")
def kernels(long_jobs):
    """The other package's inner steps, for a comparison without its handling of tables."""
    from ecomplexity.ComplexityData import ComplexityData

    data = ComplexityData(long_jobs, COLUMNS, "coerce")
    data.create_full_df(2024)
    data.calculate_rca()
    data.calculate_mcp(1, 1, "rca", None, 2024)
    data.diversity_t = data.mcp_t.sum(axis=1)
    data.ubiquity_t = data.mcp_t.sum(axis=0)
    return data


def best_time(task, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = task()
        times.append(time.perf_counter() - start)
    return min(times), result


def compare(benchmark, ours, theirs, rounds):
    """Measure both, keep the figures with the report, and return the ratio and both results."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        their_time, their_result = best_time(theirs, rounds)
    our_result = benchmark.pedantic(ours, rounds=5, warmup_rounds=1)
    our_time = benchmark.stats.stats.min
    benchmark.extra_info.update(
        other_package_seconds=round(their_time, 3), times_faster=round(their_time / our_time, 1)
    )
    print(f"\nours {our_time:.3f} s, ecomplexity {their_time:.3f} s: {their_time / our_time:.1f} x")
    return their_time / our_time, our_result, their_result


def advantage_of(jobs):
    return mapping.revealed_advantage(mapping.location_quotient(jobs))


def without_diagonal(density, proximity, advantage):
    """Take the activity itself, proximity 1, out of the other package's density."""
    whole = proximity.sum(axis=0)
    return (density * whole - advantage) / (whole - 1)


def test_from_the_table_to_density_and_complexity(benchmark, jobs, long_jobs, kernels):
    from ecomplexity import ecomplexity

    def ours():
        advantage = advantage_of(jobs)
        near = mapping.proximity(advantage)
        return mapping.relatedness_density(advantage, near), mapping.complexity(advantage), near

    def theirs():
        return ecomplexity(long_jobs, COLUMNS, verbose=False, check_logsupermodularity=False)

    ratio, (density, scores, near), table = compare(benchmark, ours, theirs, rounds=3)
    other = {
        name: table.pivot(index="region", columns="industry", values=name)
        for name in ("mcp", "density", "eci", "pci")
    }
    assert (advantage_of(jobs) == (other["mcp"] == 1)).all(axis=None)
    np.testing.assert_allclose(
        density,
        without_diagonal(other["density"].to_numpy(), near.to_numpy(), other["mcp"].to_numpy()),
        atol=1e-9,
    )
    np.testing.assert_allclose(scores.places, other["eci"].iloc[:, 0], atol=1e-6)
    products = other["pci"].iloc[0]  # scaled to the places there; to z-scores as ours
    products = (products - products.mean()) / products.std(ddof=0)
    np.testing.assert_allclose(scores.activities, products, atol=1e-6)
    assert ratio >= 1


def test_proximity_and_density_beside_bare_arrays(benchmark, jobs, kernels):
    from ecomplexity.calc_density import calc_density
    from ecomplexity.calc_proximity import calc_discrete_proximity

    advantage = advantage_of(jobs)

    def ours():
        near = mapping.proximity(advantage)
        return mapping.relatedness_density(advantage, near), near

    def theirs():
        near = calc_discrete_proximity(kernels.mcp_t, kernels.ubiquity_t)
        return calc_density(kernels.mcp_t, near), near

    ratio, (density, near), (their_density, their_near) = compare(benchmark, ours, theirs, rounds=5)
    np.testing.assert_allclose(near, their_near, atol=1e-12)
    np.testing.assert_allclose(
        density, without_diagonal(their_density, their_near, kernels.mcp_t), atol=1e-9
    )
    assert ratio >= 1


def test_complexity_beside_bare_arrays(benchmark, jobs, kernels):
    from ecomplexity.ecomplexity import calc_eci_pci

    advantage = advantage_of(jobs)
    ratio, scores, (places, _) = compare(
        benchmark,
        lambda: mapping.complexity(advantage),
        lambda: calc_eci_pci(kernels),
        rounds=3,
    )
    np.testing.assert_allclose(scores.places, (places - places.mean()) / places.std(), atol=1e-6)
    assert ratio >= 1
