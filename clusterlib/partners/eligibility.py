"""Whether a consortium meets the rules of a call, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clusterlib.partners.calls import Call, read_call, read_partners

_CENT = 0.005


@dataclass(frozen=True)
class Eligibility:
    """The verdict, one row for each rule, and competences that hang on one partner."""

    eligible: bool
    rules: pd.DataFrame
    sole_providers: dict[str, object]


def check_eligibility(consortium: pd.DataFrame, call: Call | Mapping[str, object]) -> Eligibility:
    """Check a consortium against every rule of a call and give a reason for each.

    Args:
        consortium: one row for each partner (index its name) with `country`; and `kind`, `cost`
            (EUR), `competences` (list, or text with semicolons) as far as the call asks for them;
            `group` where partners belong to one owner.
        call: a `Call`, or a dict with its names.
    Returns:
        `Eligibility`: `eligible`, `rules` (rule, passed, reason) and `sole_providers`
        (competence: the only partner that offers it).
    Raises:
        ValueError: a column or a value that a rule needs is missing, a partner twice, an unknown
            rule.
    Convention:
        Affiliated partners (one `group`) count once among partners and stand for one country.
        Limits are met at equality; budgets are compared to the cent. An empty table is checked
        and fails.

    >>> team = pd.DataFrame({"country": ["HU", "PL"], "kind": ["sme", "ngo"]}, ["S2", "N1"])
    >>> verdict = check_eligibility(team, {"min_countries": 3, "min_per_kind": {"sme": 1}})
    >>> verdict.eligible, verdict.rules["reason"].tolist()[1:]
    (False, ['2 countries (HU, PL), 3 needed', '1 of kind sme, 1 needed'])
    """
    rules = read_call(call)
    team = read_partners(consortium, rules)
    rows = [
        *_about_partners(team, rules),
        *_about_kinds(team, rules),
        *_about_competences(team, rules),
        *_about_costs(team, rules),
    ]
    table = pd.DataFrame(rows, columns=["rule", "passed", "reason"])
    return Eligibility(
        eligible=bool(table["passed"].all()),
        rules=table,
        sole_providers=sole_providers(team, rules),
    )


Row = tuple[str, bool, str]


def sole_providers(team: pd.DataFrame, call: Call) -> dict[str, object]:
    """Competences of the call that only one partner offers, with that partner."""
    skills = list(team["competences"].items())
    found = {
        skill: [one for one, offered in skills if skill in offered] for skill in call.competences
    }
    return {skill: names[0] for skill, names in found.items() if len(names) == 1}


def _about_partners(team: pd.DataFrame, call: Call) -> list[Row]:
    independent = team["group"].nunique()
    rows = [
        (
            "partners",
            independent >= call.min_partners,
            f"{independent} independent partners, {call.min_partners} needed"
            + (f" ({len(team)} with affiliates)" if len(team) > independent else ""),
        )
    ]
    if call.max_partners is not None:
        rows.append(
            (
                "max partners",
                len(team) <= call.max_partners,
                f"{len(team)} partners, {call.max_partners} allowed",
            )
        )
    countries = sorted(team["country"].unique())
    counted = _independent_countries(team)
    affiliated = f", {counted} with an independent partner" if counted < len(countries) else ""
    rows.append(
        (
            "countries",
            counted >= call.min_countries,
            f"{len(countries)} countries ({', '.join(countries) or 'none'}){affiliated}, "
            f"{call.min_countries} needed",
        )
    )
    if call.eligible_countries:
        outside = team.loc[~team["country"].isin(call.eligible_countries), "country"]
        where = ", ".join(f"{one} ({country})" for one, country in outside.items())
        rows.append(
            (
                "eligible countries",
                not len(outside),
                f"from a country that is not eligible: {where}" if where else "all are eligible",
            )
        )
    if call.min_member_states:
        inside = team.loc[team["country"].isin(call.member_states), "group"].nunique()
        rows.append(
            (
                "member states",
                inside >= call.min_member_states,
                f"{inside} independent partners from member states, "
                f"{call.min_member_states} needed",
            )
        )
    return rows


def _independent_countries(team: pd.DataFrame) -> int:
    """Most countries that can each have a partner group of their own (a matching)."""
    if team.empty:
        return 0
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    groups, group_names = pd.factorize(team["group"])
    countries, country_names = pd.factorize(team["country"])
    shape = (len(group_names), len(country_names))
    present = csr_array(([1.0] * len(team), (groups, countries)), shape=shape)
    return int((maximum_bipartite_matching(present.tocsr()) >= 0).sum())


def _about_kinds(team: pd.DataFrame, call: Call) -> list[Row]:
    have = team["kind"].value_counts()
    rows = [
        (
            f"kind {kind}",
            have.get(kind, 0) >= least,
            f"{have.get(kind, 0)} of kind {kind}, {least} needed",
        )
        for kind, least in call.min_per_kind.items()
    ]
    rows += [
        (
            f"max kind {kind}",
            have.get(kind, 0) <= most,
            f"{have.get(kind, 0)} of kind {kind}, {most} allowed",
        )
        for kind, most in call.max_per_kind.items()
    ]
    for kind, least in call.min_per_kind_and_country.items():
        inside = (team["kind"] == kind).groupby(team["country"]).sum()
        short = [f"{country} has {count}" for country, count in inside.items() if count < least]
        reason = f"{least} of kind {kind} needed in each country: {'; '.join(short) or 'met'}"
        rows.append((f"kind {kind} in each country", not short, reason))
    return rows


def _about_competences(team: pd.DataFrame, call: Call) -> list[Row]:
    rows = []
    for skill in call.competences:
        names = [str(one) for one, able in team["competences"].items() if skill in able]
        reason = f"offered by {', '.join(names) or 'nobody'}"
        if call.cover > 1:
            reason += f", {call.cover} partners needed"
        rows.append((f"competence {skill}", len(names) >= call.cover, reason))
    return rows


def _about_costs(team: pd.DataFrame, call: Call) -> list[Row]:
    rows = []
    total = float(team["cost"].sum())
    if call.budget is not None:
        rows.append(
            (
                "budget",
                total <= call.budget + _CENT,
                f"costs of {total:,.2f} EUR, budget {call.budget:,.2f} EUR",
            )
        )
    if call.max_partner_share is not None:
        largest = float(team["cost"].max()) if len(team) else 0.0
        share = largest / total if total else 0.0
        name = team["cost"].idxmax() if len(team) else "nobody"
        rows.append(
            (
                "largest share",
                largest <= call.max_partner_share * total + _CENT,
                f"{name} has {share:.1%} of the cost, {call.max_partner_share:.1%} allowed",
            )
        )
    return rows
