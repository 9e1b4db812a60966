"""Cash simulated ten thousand times, and rules asked for a thousand times."""

import pandas as pd
import pytest

from clusterlib import resources


@pytest.fixture(scope="module")
def plan():
    """Three years, 60 members' fees and three grants, as in the exercise on resources."""
    months = pd.DataFrame({"income": [9_000] * 36, "costs": [8_000] * 36})
    grants = pd.DataFrame(
        {
            "first_month": [1, 7, 1],
            "last_month": [14, 30, 36],
            "cost": [210_000, 120_000, 90_000],
            "rate": [0.85, 0.8, 1.0],
            "pre_financing": [0.2, 0.0, 0.5],
        },
        index=["largest", "regional", "European"],
    )
    return resources.CashPlan(80_000, months, grants)


def test_ten_thousand_runs_of_three_years(benchmark, plan):
    risk = benchmark(resources.simulate_cash, plan, runs=10_000, seed=1)
    assert risk.runs == 10_000
    assert benchmark.stats.stats.min < 1


def test_ledger_of_three_years(benchmark, plan):
    assert len(benchmark(resources.cash_flow, plan).table) == 36


def test_a_thousand_aid_ceilings(benchmark):
    def thousand():
        for costs in range(1_000):
            resources.aid_ceiling(25, "industrial", on="2024-05-01", size="small", costs=costs)

    benchmark.pedantic(thousand, rounds=3)
    assert benchmark.stats.stats.min < 1
