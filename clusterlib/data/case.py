"""The case that runs through all modules: one invented region, cluster and survey."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clusterlib.data import economy, programme, survey
from clusterlib.data.catalogue import course_path, list_audiences
from clusterlib.data.draw import stream
from clusterlib.data.members import make_members
from clusterlib.data.tables import fixed_places, fixed_table

SYNTHETIC_NOTE = (
    "Synthetic data: the region, the cluster, its members and all figures are invented "
    "(seed {seed})."
)
CASE_WORDS = ("role", "person", "organisation", "decision", "deliverable")


@dataclass(frozen=True, repr=False, eq=False)
class Case:
    """One audience's view of the invented cluster; made by `load_case`, never by hand.

    Tables: members, competences, respondents, importance, ability, willingness_to_pay, national,
    baseline, employment_start, employment, employment_flags, industries, plants, suppliers,
    coefficients. A missing cell is NaN, never zero.
    """

    audience: str
    seed: int
    synthetic_note: str
    role: str
    person: str
    organisation: str
    decision: str
    deliverable: str
    texts: Mapping[str, str]
    cluster: str
    region: str
    places: Mapping[str, str]
    members: pd.DataFrame
    competences: pd.DataFrame
    respondents: pd.DataFrame
    importance: pd.DataFrame
    ability: pd.DataFrame
    willingness_to_pay: pd.DataFrame
    national: pd.DataFrame
    baseline: pd.DataFrame
    training_budget: int
    years: tuple[int, int]
    employment_start: pd.DataFrame
    employment: pd.DataFrame
    employment_flags: pd.DataFrame
    industries: pd.DataFrame
    plants: pd.DataFrame
    suppliers: pd.DataFrame
    coefficients: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"{self.cluster} in {self.region}, as {self.person} sees it "
            f"({self.role}, {self.organisation}).\n"
            f"{len(self.members)} members, {len(self.respondents)} survey answers, "
            f"{self.employment.shape[0]} regions x {self.employment.shape[1]} industries, "
            f"{self.years[0]} and {self.years[1]}.\n"
            f"To decide: {self.decision}\n"
            f"{self.synthetic_note}"
        )


def load_case(audience: str, seed: int | None = None) -> Case:
    """Load the case for one audience.

    audience: academic, enterprise, government or ngo. seed: whole number that changes the figures
    but neither labels nor structure; the default stands in `course/cases/<audience>.toml` and is
    the same for all four audiences, so that they talk about the same cluster.

    Returns a Case.
    Raises ValueError for an unknown audience, a wrong seed or an incomplete case file.
    The same seed gives the same figures in every version of NumPy.

    >>> case = load_case("government")
    >>> case.cluster, len(case.members), len(case.respondents)
    ('Aldermark MedLife Cluster', 60, 40)
    >>> int(case.employment.isna().sum().sum())  # one confidential cell, not a zero
    1
    """
    words = _case_words(audience)
    number: int = words["seed"] if seed is None else seed
    stream(number)  # a wrong seed is reported before any work is done
    number = int(number)
    fixed = fixed_places()
    members = make_members(number)
    respondents = survey.make_respondents(members)
    importance, ability = survey.make_answers(number, respondents)
    competences = fixed_table("competences", "code")
    baseline, budget = programme.make_baseline(number, competences)
    start, end, flags, complete = economy.make_employment(number)
    anchor = int(
        members.loc[members["name"].eq(fixed["places"]["anchor_firm"]), "employees"].iloc[0]
    )
    return Case(
        audience=audience,
        seed=number,
        synthetic_note=SYNTHETIC_NOTE.format(seed=number),
        texts=dict(words["texts"]),
        **{name: str(words[name]) for name in CASE_WORDS},
        cluster=fixed["cluster"],
        region=fixed["region"],
        places=dict(fixed["places"]),
        members=members,
        competences=competences,
        respondents=respondents,
        importance=importance,
        ability=ability,
        willingness_to_pay=programme.make_willingness_to_pay(number, respondents, competences),
        national=programme.make_national(number, importance, ability),
        baseline=baseline,
        training_budget=budget,
        years=economy.YEARS,
        employment_start=start,
        employment=end,
        employment_flags=flags,
        industries=economy.make_industries(number),
        plants=economy.make_plants(number, complete, anchor),
        suppliers=economy.make_suppliers(number),
        coefficients=economy.make_coefficients(number),
    )


def _case_words(audience: str) -> dict[str, Any]:
    known = list_audiences()
    if audience not in known:
        raise ValueError(
            f"There is no audience called {audience!r}: choose one of {', '.join(known)}."
        )
    path = course_path() / "cases" / f"{audience}.toml"
    try:
        words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The case file {path.name} cannot be read: {error}.") from error
    absent = [name for name in ("seed", *CASE_WORDS, "texts") if name not in words]
    if absent:
        raise ValueError(f"The case file {path.name} lacks {', '.join(absent)}: add them to it.")
    return words
