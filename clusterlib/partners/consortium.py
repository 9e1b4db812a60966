"""The best consortium for a call, all others as good, or the rules that clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.partners._program import Program, Row, write_program
from clusterlib.partners.calls import Call, read_call, read_partners
from clusterlib.partners.eligibility import check_eligibility, sole_providers
from clusterlib.validation import choice, no_missing, numeric_series, some_of

_SLACK = 1e-6


@dataclass(frozen=True)
class Consortium:
    """The best set of partners, or, if there is none, the rules that cannot be met together."""

    feasible: bool
    members: list[object]
    objective: float
    cost: float
    alternatives: pd.DataFrame
    complete: bool
    sole_providers: dict[str, object]
    clashes: list[str]
    relaxations: pd.DataFrame
    note: str


def build_consortium(
    candidates: pd.DataFrame,
    call: Call | Mapping[str, object],
    *,
    objective: str = "cost",
    within: float = 0.0,
    limit: int = 20,
    include: Sequence[object] = (),
    seconds: float = 60.0,
) -> Consortium:
    """Choose the partners that meet every rule of a call at the least cost or risk.

    Args:
        candidates: as in `check_eligibility`, with `cost` (EUR) for the cost objective, or `risk`
            (chance from 0 to below 1 that the partner drops out) for the risk objective.
        call: a `Call`, or a dict with its names.
        objective: "cost" (sum of costs) or "risk" (chance that at least one partner drops out,
            partners taken as independent of each other).
        within: how much worse than the best an alternative may be, as a share of the best.
        limit: how many consortia to list at most.
        include: partners that must take part.
        seconds: time allowed for each search.
    Returns:
        `Consortium`: `members` (in the order of the table), `objective`, `cost`, `alternatives`
        (objective, members: the best and all within the tolerance), `complete` (False if `limit`
        cut the list), `sole_providers`; without a solution `feasible` is False, `clashes` holds a
        smallest set of rules that cannot be met together (each one is needed for the clash) and
        `relaxations` what the best would be if one of them were given up.
    Raises:
        ValueError: columns or values missing, an unknown partner in `include`, no candidates, or
            no answer within the time allowed.
    Convention:
        Proven optimum (mixed-integer program). Partners that add nothing are left out: a larger
        consortium that merely contains a listed one is not an alternative. Clashing rules are not
        unique when there are several conflicts: mend one and run again.

    >>> pool = pd.DataFrame({"country": ["HU", "AT", "PL"], "cost": [3, 5, 2],
    ...                      "competences": ["tests", "tests; design", "design"]},
    ...                     index=["U1", "U2", "S1"])
    >>> call = {"competences": ["tests", "design"], "min_countries": 2}
    >>> best = build_consortium(pool, call)
    >>> best.members, best.objective
    (['U1', 'S1'], 5.0)
    >>> build_consortium(pool, {**call, "budget": 4}).clashes
    ['a partner for tests', 'a partner for design', 'a budget of 4 EUR']
    """
    choice(objective, ("cost", "risk"), "objective")
    if within < 0 or limit < 1:
        raise ValueError("within must be 0 or more and limit 1 or more")
    if candidates.empty:
        raise ValueError("there are no candidates to choose from")
    rules = read_call(call)
    team = read_partners(candidates, rules, cost=objective == "cost")
    strange = [name for name in include if name not in team.index]
    if strange:
        raise ValueError(f"must take part but is not among the candidates: {some_of(strange)}")
    weights = _weights(candidates, team, objective)
    program = write_program(team, rules, weights, list(include))
    best = _solve(program, list(program.rules), seconds)
    if best is None:
        return _clash(program, objective, seconds)

    ceiling = _sum_for(_value(weights[list(best)].sum(), objective) * (1 + within), objective)
    found = _all_within(program, best, ceiling, limit, seconds)
    sets = [_without_idlers(team, rules, weights, chosen, include) for chosen in found[:limit]]
    sets = [one for one in dict.fromkeys(sets) if not any(set(two) < set(one) for two in sets)]
    listed = pd.DataFrame(
        {
            "objective": [_value(weights[list(one)].sum(), objective) for one in sets],
            "members": [[team.index[place] for place in one] for one in sets],
        }
    ).sort_values("objective", kind="stable", ignore_index=True)
    members: list[object] = listed["members"].tolist()[0]
    chosen = team[team.index.isin(members)]
    return Consortium(
        feasible=True,
        members=members,
        objective=listed["objective"].tolist()[0],
        cost=_cost(candidates, members),
        alternatives=listed,
        complete=len(found) <= limit,
        sole_providers=sole_providers(chosen, rules),
        clashes=[],
        relaxations=pd.DataFrame(columns=["rule given up", "feasible", "objective"]),
        note=_note(len(listed), len(found) <= limit),
    )


def _weights(candidates: pd.DataFrame, team: pd.DataFrame, objective: str) -> np.ndarray:
    """What each partner adds to the objective; risks add up as logarithms."""
    if objective == "cost":
        return team["cost"].to_numpy(dtype=float)
    if "risk" not in candidates.columns:
        raise ValueError("the risk objective needs a column risk: chance to drop out, 0 to below 1")
    risk = no_missing(numeric_series(candidates["risk"], "risk"), "risk", "estimate it")
    sure = risk.index[risk >= 1]
    if len(sure):
        raise ValueError(f"a risk of 1 or more for {some_of(sure)}: leave out who will not come")
    return -np.log1p(-risk.to_numpy())


def _value(total: float, objective: str) -> float:
    return float(total) if objective == "cost" else float(-np.expm1(-total))


def _sum_for(value: float, objective: str) -> float:
    """Sum of weights that gives this value of the objective; the reverse of `_value`."""
    if objective == "cost":
        return value
    return float(-np.log1p(-value)) if value < 1 else float("inf")


def _cost(candidates: pd.DataFrame, members: Iterable[object]) -> float:
    if "cost" not in candidates.columns:
        return float("nan")
    chosen = candidates.loc[candidates.index.isin(list(members)), "cost"]
    return float(chosen.astype(float).sum(skipna=False))


def _solve(
    program: Program, kept: Sequence[str], seconds: float, cuts: Sequence[Row] = ()
) -> tuple[int, ...] | None:
    """Best set of partners under the kept rules, or None if there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows = [*program.always, *(row for words in kept for row in program.rules[words]), *cuts]
    partners = len(program.weights)
    costs = np.zeros(program.variables)
    costs[:partners] = program.weights / (program.weights.max() or 1.0)
    where = [(number, variable) for number, row in enumerate(rows) for variable in row[0]]
    values = [value for row in rows for value in row[0].values()]
    at = np.array(where, dtype=int).reshape(-1, 2).T
    matrix = csr_array((values, (at[0], at[1])), shape=(len(rows), program.variables))
    least = np.array([row[1] for row in rows])
    upper, whole = np.ones(program.variables), np.ones(program.variables)
    upper[program.amounts], whole[program.amounts] = np.inf, 0
    solved = milp(
        costs,
        integrality=whole,
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(matrix, least, np.inf) if rows else None,
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if solved.status == 2:
        return None
    if solved.status != 0:
        raise ValueError(
            f"no proven answer within {seconds:g} seconds: allow more time, or leave out "
            "candidates that you would not choose"
        )
    return tuple(int(place) for place in np.flatnonzero(solved.x[:partners] > 0.5))


def _all_within(
    program: Program, best: tuple[int, ...], ceiling: float, limit: int, seconds: float
) -> list[tuple[int, ...]]:
    """The best set and all others up to the ceiling, one more than `limit` at most."""
    weights = program.weights
    ceiling += _SLACK * (weights.max() or 1.0)
    found, cuts = [best], []
    while len(found) <= limit and found[-1]:
        # At least one partner of the last set must be missing from the next.
        cuts.append((dict.fromkeys(found[-1], -1.0), 1.0 - len(found[-1])))
        other = _solve(program, list(program.rules), seconds, cuts)
        if other is None or weights[list(other)].sum() > ceiling:
            break
        found.append(other)
    return found


def _without_idlers(
    team: pd.DataFrame,
    call: Call,
    weights: np.ndarray,
    chosen: tuple[int, ...],
    include: Sequence[object],
) -> tuple[int, ...]:
    """Drop partners that cost nothing and that no rule needs."""
    kept = list(chosen)
    for place in chosen:
        rest = [one for one in kept if one != place]
        idle = weights[place] == 0 and team.index[place] not in include
        if idle and check_eligibility(team.iloc[rest], call).eligible:
            kept = rest
    return tuple(kept)


def _clash(program: Program, objective: str, seconds: float) -> Consortium:
    """Give up rule after rule; those whose loss would end the clash are the clash."""
    kept = list(program.rules)
    for words in list(program.rules):
        fewer = [one for one in kept if one != words]
        if _solve(program, fewer, seconds) is None:
            kept = fewer
    rows = []
    for words in kept:
        best = _solve(program, [one for one in program.rules if one != words], seconds)
        value = float("nan")
        if best is not None:
            value = _value(program.weights[list(best)].sum(), objective)
        rows.append((words, best is not None, value))
    return Consortium(
        feasible=False,
        members=[],
        objective=float("nan"),
        cost=float("nan"),
        alternatives=pd.DataFrame(columns=["objective", "members"]),
        complete=True,
        sole_providers={},
        clashes=kept,
        relaxations=pd.DataFrame(rows, columns=["rule given up", "feasible", "objective"]),
        note=f"no consortium meets all rules; these cannot be met together: {'; '.join(kept)}",
    )


def _note(listed: int, complete: bool) -> str:
    if not complete:
        return f"{listed} consortia listed, and there are more within the tolerance: raise limit"
    return "one best consortium" if listed == 1 else f"{listed} consortia within the tolerance"


def greedy_cover(candidates: pd.DataFrame, competences: Sequence[str]) -> pd.DataFrame:
    """Pick partners as people do: always the lowest cost for each competence still missing.

    Args:
        candidates: as in `build_consortium`, with `cost` and `competences`.
        competences: what must be covered.
    Returns:
        The picks in order: partner (index), cost, new (competences it adds), total (cost so far).
    Raises:
        ValueError: a competence that nobody offers.
    Convention:
        Shown beside the optimum, not instead of it: it ignores all other rules and can cost more.
        Equal ratios go to the name that comes first in the alphabet.

    >>> pool = pd.DataFrame({"country": "HU", "cost": [3, 2], "competences": ["a; b", "a"]},
    ...                     index=["U1", "S1"])
    >>> greedy_cover(pool, ["a", "b"])
       cost  new  total
    U1  3.0  a; b    3.0
    """
    call = Call(competences=tuple(competences))
    team = read_partners(candidates, call, cost=True)
    skills: dict[object, frozenset[str]] = dict(team["competences"].items())
    costs: dict[object, float] = dict(team["cost"].items())
    missing, picks, total = set(competences), {}, 0.0
    while missing:
        able = [name for name in team.index if missing & skills[name]]
        if not able:
            raise ValueError(f"nobody offers {some_of(sorted(missing))}: look for more candidates")
        ratio = {name: costs[name] / len(missing & skills[name]) for name in able}
        name = min(able, key=lambda one, ratio=ratio: (ratio[one], str(one)))  # type: ignore[misc]
        new = missing & skills[name]
        missing -= new
        total += costs[name]
        picks[name] = (costs[name], "; ".join(sorted(new)), total)
    return pd.DataFrame.from_dict(picks, orient="index", columns=["cost", "new", "total"])
