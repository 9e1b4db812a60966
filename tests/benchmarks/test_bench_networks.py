"""How fast the network measures are, each beside the peer it stands in for.

Run with: pytest tests/benchmarks --benchmark-enable
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterlib import networks

CORDIS = Path(__file__).parents[3] / "shared" / "data" / "cordis-h2020" / "h2020.csv.gz"
absent = pytest.mark.skipif(
    not CORDIS.exists(), reason="the CORDIS snapshot is not on this machine"
)


def random_ties(directed: bool) -> pd.DataFrame:
    make = nx.gnm_random_graph(5000, 50_000, seed=1, directed=directed)
    return nx.to_pandas_edgelist(make)


@pytest.fixture(scope="module")
def ties() -> pd.DataFrame:
    return random_ties(directed=False)


@pytest.fixture(scope="module")
def arcs() -> pd.DataFrame:
    return random_ties(directed=True)


@pytest.fixture(scope="module")
def kinds() -> "pd.Series[int]":
    return pd.Series(np.random.default_rng(1).integers(0, 8, 5000))


def best_of(repeats: int, call) -> float:
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


@pytest.mark.benchmark(group="constraint, 5,000 actors and 50,000 ties")
def test_constraint_ours(benchmark, ties):
    benchmark(networks.constraint, ties)


@pytest.mark.benchmark(group="constraint, 5,000 actors and 50,000 ties")
def test_constraint_networkx(benchmark, ties):
    made = nx.from_pandas_edgelist(ties)
    benchmark.pedantic(nx.constraint, args=(made,), rounds=3)


def test_constraint_is_ten_times_faster_and_the_same(benchmark, ties):
    expected = nx.constraint(nx.from_pandas_edgelist(ties))
    found = networks.constraint(ties)
    np.testing.assert_allclose(found, [expected[actor] for actor in found.index], atol=1e-9)
    # From the table of ties to the values, on both sides.
    peer = best_of(3, lambda: nx.constraint(nx.from_pandas_edgelist(ties)))
    ours = best_of(5, lambda: networks.constraint(ties))
    benchmark.extra_info["times faster"] = peer / ours
    benchmark.pedantic(networks.constraint, args=(ties,), rounds=1)
    assert peer / ours >= 10


@pytest.mark.benchmark(group="effective size, 5,000 actors and 50,000 ties")
def test_effective_size_ours(benchmark, ties):
    benchmark(networks.effective_size, ties)


@pytest.mark.benchmark(group="effective size, 5,000 actors and 50,000 ties")
def test_effective_size_networkx(benchmark, ties):
    made = nx.from_pandas_edgelist(ties)
    benchmark.pedantic(nx.effective_size, args=(made,), rounds=2)


@pytest.mark.benchmark(group="broker roles, 5,000 actors and 50,000 directed ties")
def test_brokerage_ours(benchmark, arcs, kinds):
    benchmark(networks.brokerage, arcs, kinds)
    assert benchmark.stats["max"] < 2


@pytest.mark.benchmark(group="broker roles, 5,000 actors and 50,000 directed ties")
def test_brokerage_by_looking_at_every_way(benchmark, arcs, kinds):
    made = nx.from_pandas_edgelist(arcs, create_using=nx.DiGraph)

    def every_way() -> int:
        return sum(
            a != b and not made.has_edge(a, b)
            for v in made
            for a in made.predecessors(v)
            for b in made.successors(v)
        )

    total = benchmark.pedantic(every_way, rounds=2)
    assert total == networks.brokerage(arcs, kinds)["total"].sum()


@absent
@pytest.mark.benchmark(group="co-participation of countries, 144,726 rows")
def test_co_participation_ours(benchmark):
    table = pd.read_csv(CORDIS, keep_default_na=False)
    benchmark(networks.co_participation, table, "rcn", "country")


@absent
@pytest.mark.benchmark(group="co-participation of countries, 144,726 rows")
def test_co_participation_by_joining_the_table_with_itself(benchmark):
    table = pd.read_csv(CORDIS, keep_default_na=False)[["rcn", "country"]]

    def join() -> int:
        both = table.merge(table, on="rcn")
        pairs = both.loc[both["country_x"] < both["country_y"], ["country_x", "country_y"]]
        return len(pairs.value_counts())

    pairs = benchmark.pedantic(join, rounds=1)
    assert pairs == len(networks.co_participation(table, "rcn", "country"))


WHOLE_PROCESS = """
import sys
import pandas as pd
from clusterlib import networks
table = pd.read_csv(sys.argv[1], keep_default_na=False)
networks.co_participation(table, "rcn", "country")
# The kernel's own high-water mark of this process, in kB; getrusage would count the parent's too.
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""


@absent
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc"
)
def test_co_participation_whole_process(benchmark):
    run = [sys.executable, "-c", WHOLE_PROCESS, str(CORDIS)]
    done = benchmark.pedantic(
        lambda: subprocess.run(run, capture_output=True, text=True, check=True), rounds=2
    )
    benchmark.extra_info["peak MB"] = int(done.stdout) / 1024
    assert int(done.stdout) / 1024 < 500
    assert benchmark.stats["max"] < 3


def test_core_and_periphery_ours(benchmark, ties):
    benchmark.pedantic(networks.core_periphery, args=(ties,), rounds=1)


def test_proposing_three_ties_among_sixty(benchmark):
    sixty = nx.to_pandas_edgelist(nx.gnm_random_graph(60, 90, seed=2))
    benchmark.pedantic(networks.propose_ties, args=(sixty,), rounds=2)
