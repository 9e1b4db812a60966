"""The rules of a call as linear constraints on who is in: one named block for each rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clusterlib.partners.calls import Call

Row = tuple[dict[int, float], float]  # coefficients by variable, and the least they must add up to


@dataclass
class Program:
    """Yes/no variables: partners first, then countries and affiliates; rows ask for sum >= least.

    `amounts` are the variables that are not yes or no but a sum of money.
    `always` holds what ties the variables together, `rules` what the call asks, in its words.
    """

    weights: np.ndarray
    variables: int
    amounts: list[int] = field(default_factory=list)
    always: list[Row] = field(default_factory=list)
    rules: dict[str, list[Row]] = field(default_factory=dict)

    def add_variable(self) -> int:
        """Make one more variable and return its number."""
        self.variables += 1
        return self.variables - 1


def write_program(
    team: pd.DataFrame, call: Call, weights: np.ndarray, include: list[object]
) -> Program:
    """Turn the rules of a call into constraints on the candidates in `team`."""
    program = Program(weights, len(team))
    counted = _independents(program, team)
    place = {name: position for position, name in enumerate(team.index)}

    def ask(words: str, rows: list[Row]) -> None:
        program.rules[words] = rows

    for name in include:
        ask(f"{name} must take part", [({place[name]: 1.0}, 1.0)])
    if call.min_partners > 0:
        everyone = {variable: 1.0 for names in counted.values() for variable in names}
        ask(
            f"at least {call.min_partners} independent partners",
            [(everyone, float(call.min_partners))],
        )
    if call.max_partners is not None:
        ask(
            f"at most {call.max_partners} partners",
            [(dict.fromkeys(range(len(team)), -1.0), -float(call.max_partners))],
        )
    if call.min_countries > 0:
        ask(
            f"at least {call.min_countries} countries",
            [(_countries(program, counted), float(call.min_countries))],
        )
    if call.eligible_countries:
        outside = np.flatnonzero(~team["country"].isin(call.eligible_countries))
        ask(
            f"only partners from {', '.join(call.eligible_countries)}",
            [({int(p): -1.0 for p in outside}, 0.0)],
        )
    if call.min_member_states:
        inside = {
            v: 1.0
            for country, names in counted.items()
            if country in call.member_states
            for v in names
        }
        ask(
            f"at least {call.min_member_states} independent partners from member states",
            [(inside, float(call.min_member_states))],
        )
    for kind, least in call.min_per_kind.items():
        ask(f"at least {least} of kind {kind}", [(_of(team["kind"] == kind), float(least))])
    for kind, most in call.max_per_kind.items():
        ask(f"at most {most} of kind {kind}", [(_of(team["kind"] == kind, -1.0), -float(most))])
    for kind, least in call.min_per_kind_and_country.items():
        ask(f"at least {least} of kind {kind} in each country", _in_each(team, kind, least))
    for skill in call.competences:
        offered = np.array([skill in cell for cell in team["competences"]], dtype=bool)
        by = f"{call.cover} partners" if call.cover > 1 else "a partner"
        ask(f"{by} for {skill}", [(_of(offered), float(call.cover))])
    _about_costs(program, team, call, ask)
    return program


def _about_costs(
    program: Program, team: pd.DataFrame, call: Call, ask: Callable[[str, list[Row]], None]
) -> None:
    # Costs are scaled to 0..1, or the solver's tolerance would swallow or invent cents.
    unit = float(team["cost"].max()) or 1.0
    costs = (team["cost"] / unit).to_numpy()
    if call.budget is not None:
        ask(
            f"a budget of {call.budget:,.0f} EUR",
            [({p: -float(c) for p, c in enumerate(costs)}, -(call.budget + 0.005) / unit)],
        )
    if call.max_partner_share is not None:
        # The total gets a variable of its own: a share of it is then two numbers, not hundreds.
        share, total = call.max_partner_share, program.add_variable()
        program.amounts.append(total)
        for sign in (1.0, -1.0):
            parts = {p: -sign * float(c) for p, c in enumerate(costs)}
            program.always.append(({**parts, total: sign}, 0.0))
        rows = [({p: -float(c), total: share}, -0.005 / unit) for p, c in enumerate(costs)]
        ask(f"at most {share:.0%} of the cost for one partner", rows)


def _of(chosen: pd.Series[bool] | np.ndarray, factor: float = 1.0) -> dict[int, float]:
    return {int(position): factor for position in np.flatnonzero(np.asarray(chosen))}


def _in_each(team: pd.DataFrame, kind: str, least: int) -> list[Row]:
    """A partner may only take part if its country has enough partners of the kind."""
    rows = []
    for country in team["country"].unique():
        here = team["country"] == country
        able = _of(here & (team["kind"] == kind))
        for partner in _of(here):
            row = dict(able)
            row[partner] = row.get(partner, 0.0) - least
            rows.append((row, 0.0))
    return rows


def _independents(program: Program, team: pd.DataFrame) -> dict[str, list[int]]:
    """Variables that count as independent partners, by country.

    A partner without affiliates is its own variable. A group of several gets one variable for each
    of its countries, of which at most one may count.
    """
    counted: dict[str, list[int]] = {country: [] for country in team["country"].unique()}
    for _, members in team.assign(place=range(len(team))).groupby("group", sort=False):
        if len(members) == 1:
            counted[members["country"].iloc[0]].append(int(members["place"].iloc[0]))
            continue
        several = {}
        for country, here in members.groupby("country", sort=False):
            variable = program.add_variable()
            several[variable] = -1.0
            counted[str(country)].append(variable)
            program.always.append(
                ({**{int(place): 1.0 for place in here["place"]}, variable: -1.0}, 0.0)
            )
        program.always.append((several, -1.0))
    return counted


def _countries(program: Program, counted: dict[str, list[int]]) -> dict[int, float]:
    """One variable for each country, which may count only with an independent partner there."""
    present = {}
    for names in counted.values():
        variable = program.add_variable()
        present[variable] = 1.0
        program.always.append(({**dict.fromkeys(names, 1.0), variable: -1.0}, 0.0))
    return present
