"""The articles of the block exemption, one function each; all numbers come from `rules`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from clusterlib import rules


@dataclass(frozen=True)
class Case:
    """What the aid is for and who gets it."""

    day: date
    kind: str
    size: str
    area: str | None
    years: int
    collaboration: bool
    dissemination: bool
    licences: bool
    open_call: bool
    disadvantaged: bool
    mandatory: bool
    outermost: bool
    already: float


@dataclass
class Ceiling:
    """What an article allows in a case, gathered step by step."""

    day: date
    base: float | None = None
    intensity: float | None = None
    amount: float | None = None  # EUR, where the article caps an amount
    threshold: float | None = None  # EUR million
    capped: bool = False
    bonuses: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    facts: list[rules.Fact] = field(default_factory=list)

    def look_up(self, table: str, rule: str) -> rules.Fact:
        """Look up a fact for the day of the case, remember its source and any doubt."""
        fact = rules.fact(table, rule, on=self.day)
        self.facts.append(fact)
        if fact.verified != "yes":
            self.notes.append(f"{fact.name}: {fact.status}")
        return fact

    def add_up(self, cap: float) -> None:
        """Add the bonuses to the base, but never beyond the cap."""
        whole = (self.base or 0.0) + sum(self.bonuses.values())
        self.capped = whole > cap
        self.intensity = min(whole, cap)


@dataclass(frozen=True)
class Verdict:
    """What planned aid is compared with, in EUR."""

    threshold: float | None
    must_notify: bool | None
    allowed: bool | None


@dataclass(frozen=True)
class Article:
    """An article: the kinds of aid it knows and how to work out its ceiling."""

    kinds: tuple[str, ...]
    work_out: Callable[[Case], Ceiling]


WHOLE = 100.0


def _flat(table: str, rule: str, threshold: str) -> Callable[[Case], Ceiling]:
    """Make the rule of an article with one rate, no bonus and one threshold."""

    def work_out(case: Case) -> Ceiling:
        ceiling = Ceiling(case.day)
        ceiling.base = ceiling.intensity = ceiling.look_up(table, rule).number
        ceiling.threshold = ceiling.look_up(table, threshold).number
        return ceiling

    return work_out


def _cooperation(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    rates = ceiling.look_up("gber_cooperation", "costs").numbers
    ceiling.base = ceiling.intensity = rates.get(
        "outermost" if case.outermost else "general", rates["general"]
    )
    try:
        ceiling.threshold = ceiling.look_up("gber_cooperation", "threshold").number
    except rules.NoVerifiedRule:
        ceiling.notes.append("no threshold was read for that day")
    return ceiling


def _small_cooperation(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    ceiling.amount = ceiling.look_up("gber_cooperation", "small_aid").number
    ceiling.notes.append("an amount for each undertaking and project, whatever its costs")
    return ceiling


def _size_bonus(ceiling: Ceiling, table: str, size: str) -> None:
    points = ceiling.look_up(table, "size_bonus").numbers
    if size in points:
        ceiling.bonuses[f"{size} firm"] = points[size]


def _research(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    ceiling.base = ceiling.look_up("gber_research", case.kind).number
    if case.kind == "feasibility":
        ceiling.threshold = ceiling.look_up("gber_research", "threshold_feasibility").number
    else:
        limits = ceiling.look_up("gber_research", "thresholds").numbers
        ceiling.threshold = limits[case.kind]
    asked = _project_bonuses(case)
    if case.kind == "fundamental":
        ceiling.refused = dict.fromkeys(asked, "fundamental research has no bonus")
        ceiling.add_up(WHOLE)
        return ceiling
    _size_bonus(ceiling, "gber_research", case.size)
    if case.kind == "feasibility":
        ceiling.refused = dict.fromkeys(asked, "feasibility studies have a size bonus only")
        ceiling.add_up(WHOLE)
        return ceiling
    _best_project_bonus(ceiling, asked)
    ceiling.add_up(ceiling.look_up("gber_research", "cap").number)
    return ceiling


def _project_bonuses(case: Case) -> dict[str, str]:
    """Name the bonuses asked for that exclude each other, with their rules."""
    asked = {
        "collaboration": ("collaboration_bonus", case.collaboration),
        "dissemination": ("dissemination_bonus", case.dissemination),
        "licences": ("licences_bonus", case.licences),
        "'a' area": ("a_area_bonus", case.area == "a"),
        "'c' area": ("c_area_bonus", case.area == "c"),
        "open call of three states": ("open_call_bonus", case.open_call),
    }
    return {name: rule for name, (rule, wanted) in asked.items() if wanted}


def _best_project_bonus(ceiling: Ceiling, asked: dict[str, str]) -> None:
    """Keep the one bonus that gives most; points (b), (c) and (d) are not added up."""
    points: dict[str, float] = {}
    for name, rule in asked.items():
        try:
            points[name] = ceiling.look_up("gber_research", rule).number
        except rules.NoVerifiedRule:
            ceiling.refused[name] = f"no such bonus on {ceiling.day}"
    if not points:
        return
    best = max(points, key=lambda name: points[name])
    ceiling.bonuses[best] = points[best]
    for name in points:
        if name != best:
            ceiling.refused[name] = f"not added to {best}: only one of these counts"


def _clusters(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    ceiling.base = ceiling.look_up("gber_clusters", f"{case.kind}_intensity").number
    ceiling.threshold = ceiling.look_up("gber_clusters", "threshold").number
    if case.kind == "operating":
        most = int(ceiling.look_up("gber_clusters", "operating_years").number)
        if case.years > most:
            raise ValueError(
                f"operating aid for {case.years} years: {most} are the most, "
                "leave out the years after them"
            )
        if case.area:
            ceiling.refused[f"'{case.area}' area"] = "operating aid has no area bonus"
        ceiling.notes.append("tested over all years together, not year by year")
    elif case.area:
        bonus = ceiling.look_up("gber_clusters", f"investment_bonus_{case.area}_area")
        ceiling.bonuses[f"'{case.area}' area"] = bonus.number
    ceiling.add_up(WHOLE)
    return ceiling


def _innovation(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    if case.size == "large":
        raise ValueError("article 28 is for small and medium-sized firms: say size='small'")
    ceiling.base = ceiling.intensity = ceiling.look_up("gber_services", case.kind).number
    ceiling.threshold = ceiling.look_up("gber_services", "innovation_threshold").number
    if case.kind == "advisory":
        cap = ceiling.look_up("gber_services", "advisory_cap").number
        ceiling.amount = max(cap - case.already, 0.0)
        usual = ceiling.look_up("gber_services", "innovation").number
        ceiling.notes.append(
            f"up to {cap:,.0f} EUR for each undertaking in any three years, "
            f"{case.already:,.2f} had before; beyond it {usual:g} %"
        )
    return ceiling


def _training(case: Case) -> Ceiling:
    ceiling = Ceiling(case.day)
    ceiling.threshold = ceiling.look_up("gber_training", "threshold").number
    if case.mandatory:
        ceiling.base = ceiling.intensity = ceiling.look_up("gber_training", "mandatory").number
        ceiling.notes.append("training that national law requires gets no aid")
        return ceiling
    ceiling.base = ceiling.look_up("gber_training", "base").number
    _size_bonus(ceiling, "gber_training", case.size)
    if case.disadvantaged:
        bonus = ceiling.look_up("gber_training", "disadvantaged_bonus")
        ceiling.bonuses["disadvantaged trainees"] = bonus.number
    ceiling.add_up(ceiling.look_up("gber_training", "cap").number)
    return ceiling


ARTICLES: dict[str, Article] = {
    "18": Article(("advice",), _flat("gber_services", "consultancy", "consultancy_threshold")),
    "19": Article(("fairs",), _flat("gber_services", "fairs", "fairs_threshold")),
    "20": Article(("cooperation",), _cooperation),
    "20a": Article(("small cooperation aid",), _small_cooperation),
    "25": Article(("fundamental", "industrial", "experimental", "feasibility"), _research),
    "27": Article(("investment", "operating"), _clusters),
    "28": Article(("innovation", "advisory"), _innovation),
    "31": Article(("training",), _training),
}
