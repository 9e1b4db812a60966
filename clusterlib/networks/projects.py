"""From other records to ties: joint projects, and answers from both sides."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from clusterlib.networks._ties import read_ties
from clusterlib.validation import choice, some_of


def co_participation(participations: pd.DataFrame, project: str, member: str) -> pd.DataFrame:
    """Turn a table of project participations into ties between members.

    Args:
        participations: one row a participation; the same member may stand in a project twice.
        project: column with the project's code.
        member: column with the member (an organisation, a region, a country).
    Returns:
        Columns source, target, weight; each pair once, source before target in sorted order, no tie
        of a member with itself. Weight is the sum over projects of participations of the one times
        participations of the other: with one row each, the number of joint projects.
        Members that never share a project have no row: pass them as `nodes` to the other functions.
    Raises:
        ValueError: column missing, or blank project or member.

    Codes are taken as they stand. Mind two traps of European data: "NA" is Namibia, and pandas
    reads it as a blank unless told `keep_default_na=False`; and "EL" and "UK" are
    Greece and the United Kingdom, "GR" and "GB" elsewhere.

    >>> rows = pd.DataFrame({"grant": ["P1", "P1", "P1", "P2"], "land": ["HU", "NA", "HU", "EL"]})
    >>> co_participation(rows, "grant", "land")
      source target  weight
    0     HU     NA       2
    """
    from scipy import sparse

    lacking = [name for name in (project, member) if name not in participations.columns]
    if lacking:
        raise ValueError(f"the table of participations has no column {some_of(lacking)}")
    _no_blanks(participations, project, member)
    rows, projects = pd.factorize(participations[project])
    columns, members = pd.factorize(participations[member], sort=True)
    table = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(len(projects), len(members))
    )
    joint = sparse.triu(table.T @ table, k=1).tocoo()
    names = pd.Index(members)
    order = np.lexsort((joint.col, joint.row))
    return pd.DataFrame(
        {
            "source": names[joint.row[order]],
            "target": names[joint.col[order]],
            "weight": joint.data[order].astype(np.int64),
        }
    )


def _no_blanks(participations: pd.DataFrame, project: str, member: str) -> None:
    for name in (project, member):
        blank = participations.index[participations[name].isna()]
        if len(blank):
            raise ValueError(
                f"{len(blank)} participations have a blank {name}, in rows {some_of(blank)}: fill "
                'them in or remove them; if the code "NA" (Namibia) is meant, read the file with '
                "keep_default_na=False"
            )


def reconcile(
    edges: pd.DataFrame, rule: str = "either", replied: Iterable[Any] | None = None
) -> pd.DataFrame:
    """Turn answers ("I work with ...") into undirected ties, by a rule you can state.

    Args:
        edges: columns source (who answered) and target (who was named).
        rule: "either" keeps a tie that one side names, "both" only ties that both sides name.
        replied: who answered the survey. With "both", one answer is enough where the other side did
            not reply: silence is not a no.
    Returns:
        Columns source, target (sorted within the pair), answers (1 or 2).
    Raises:
        ValueError: unknown rule, an answer from someone who did not reply, blank names.

    Reference: Kossinets (2006) on what missing actors do to a network.

    >>> said = pd.DataFrame({"source": ["lab", "firm", "lab"], "target": ["firm", "lab", "clinic"]})
    >>> reconcile(said, "both")
      source target  answers
    0   firm    lab        2
    """
    choice(rule, ("either", "both"), "rule")
    ties = read_ties(edges).arcs()
    pairs = ties.pairs()
    actors = ties.actors
    answered = np.ones(len(actors), dtype=bool)
    if replied is not None:
        answered = actors.isin(list(replied))
        silent = actors[~answered & np.isin(np.arange(len(actors)), ties.source)]
        if len(silent):
            raise ValueError(
                f"answers from actors that are not in replied: {some_of(silent)}: add them, or "
                "remove their rows"
            )
    said = np.bincount(
        np.searchsorted(
            pairs.source * len(actors) + pairs.target,
            np.minimum(ties.source, ties.target) * len(actors)
            + np.maximum(ties.source, ties.target),
        ),
        minlength=len(pairs.source),
    )
    asked = answered[pairs.source].astype(int) + answered[pairs.target].astype(int)
    kept = said >= (1 if rule == "either" else asked)
    return pd.DataFrame(
        {
            "source": actors[pairs.source[kept]],
            "target": actors[pairs.target[kept]],
            "answers": said[kept],
        }
    )
