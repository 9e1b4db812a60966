"""Small networks that the tests share, with random ones for properties."""

from typing import Any

import networkx as nx
import pandas as pd
from hypothesis import strategies as st

# Ten actors, 16 directed ties; A academia, F firm, G government, N non-governmental. Every expected
# value was produced by R sna 2.7-2, igraph or networkx.
TEN = pd.DataFrame(
    [(1, 4), (4, 5), (5, 6), (6, 4), (4, 8), (8, 9), (9, 5), (2, 8), (8, 7), (7, 10), (10, 2),
     (3, 1), (1, 2), (5, 10), (10, 9), (6, 7)],
    columns=["source", "target"],
)  # fmt: skip
TEN_KINDS = pd.Series(list("AAAFFFFGGN"), index=range(1, 11))

# Padgett's Florentine families: marriages as in networkx (15 families), business ties as published.
MARRIAGES = pd.DataFrame(list(nx.florentine_families_graph().edges), columns=["source", "target"])
FAMILIES = sorted([*nx.florentine_families_graph(), "Pucci"])
BUSINESS = pd.DataFrame(
    [("Barbadori", "Castellani"), ("Barbadori", "Ginori"), ("Barbadori", "Medici"),
     ("Barbadori", "Peruzzi"), ("Bischeri", "Guadagni"), ("Bischeri", "Lamberteschi"),
     ("Bischeri", "Peruzzi"), ("Castellani", "Lamberteschi"), ("Castellani", "Peruzzi"),
     ("Ginori", "Medici"), ("Guadagni", "Lamberteschi"), ("Lamberteschi", "Peruzzi"),
     ("Medici", "Pazzi"), ("Medici", "Salviati"), ("Medici", "Tornabuoni")],
    columns=["source", "target"],
)  # fmt: skip


def matrix(edges: pd.DataFrame, actors: list[Any]) -> pd.DataFrame:
    table = pd.DataFrame(0.0, index=actors, columns=actors)
    for a, b in edges[["source", "target"]].itertuples(index=False):
        table.loc[a, b] = table.loc[b, a] = 1.0
    return table


def graph(edges: pd.DataFrame, actors: Any, directed: bool = False) -> Any:
    made = nx.DiGraph() if directed else nx.Graph()
    made.add_nodes_from(actors)
    made.add_edges_from(edges[["source", "target"]].itertuples(index=False))
    return made


@st.composite
def networks(draw: Any, most: int = 8, least_ties: int = 0) -> tuple[pd.DataFrame, list[int]]:
    """Directed ties without loops among a few numbered actors, some of them without ties."""
    count = draw(st.integers(3, most))
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=least_ties, unique=True))
    return pd.DataFrame(chosen, columns=["source", "target"], dtype="int64"), list(range(count))
