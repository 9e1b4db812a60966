"""What a call asks of a consortium, and the table of partners it is asked of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

import pandas as pd

from clusterlib.validation import no_missing, numeric_series, some_of, unique_labels


@dataclass(frozen=True)
class Call:
    """The rules of a call for projects; what is not given is not asked.

    Args:
        name: of the call, for the messages.
        min_partners: independent partners needed; partners of one group count once.
        max_partners: partners allowed.
        min_countries: different countries, each with an independent partner of its own.
        eligible_countries: partners from elsewhere may not take part; empty for no limit.
        member_states, min_member_states: at least so many partners from these countries.
        min_per_kind, max_per_kind: partners by kind, such as {"sme": 2}.
        min_per_kind_and_country: so many of a kind in every country that takes part.
        competences: what the consortium must be able to do.
        cover: how many partners must offer each competence; 2 guards against a sole provider.
        budget: largest sum of the partners' costs, EUR.
        max_partner_share: largest share of the cost for one partner, such as 0.4.
    Raises:
        ValueError: a negative number, a share outside 0-1, or a minimum above its maximum.

    >>> Call(name="regional call", min_countries=3, min_per_kind={"sme": 1}).cover
    1
    """

    name: str = "call"
    min_partners: int = 1
    max_partners: int | None = None
    min_countries: int = 1
    eligible_countries: tuple[str, ...] = ()
    member_states: tuple[str, ...] = ()
    min_member_states: int = 0
    min_per_kind: Mapping[str, int] = field(default_factory=dict)
    max_per_kind: Mapping[str, int] = field(default_factory=dict)
    min_per_kind_and_country: Mapping[str, int] = field(default_factory=dict)
    competences: tuple[str, ...] = ()
    cover: int = 1
    budget: float | None = None
    max_partner_share: float | None = None

    def __post_init__(self) -> None:
        """Refuse rules that no consortium could be meant to meet."""
        counts = {
            "min_partners": self.min_partners,
            "max_partners": self.max_partners or 0,
            "min_countries": self.min_countries,
            "min_member_states": self.min_member_states,
            "cover": self.cover,
            **self.min_per_kind,
            **self.max_per_kind,
            **self.min_per_kind_and_country,
        }
        negative = [name for name, value in counts.items() if value < 0 or value != int(value)]
        if negative:
            raise ValueError(f"{some_of(negative)} of {self.name} must be a whole number from 0 up")
        if self.budget is not None and not self.budget >= 0:
            raise ValueError(f"the budget of {self.name} must be 0 EUR or more, not {self.budget}")
        if self.max_partner_share is not None and not 0 < self.max_partner_share <= 1:
            raise ValueError(f"max_partner_share of {self.name} must lie between 0 and 1")
        if self.min_member_states and not self.member_states:
            raise ValueError(f"{self.name} asks for member states: list them in member_states")

    @property
    def by_kind(self) -> bool:
        """Whether any rule looks at the kind of partner."""
        return bool(self.min_per_kind or self.max_per_kind or self.min_per_kind_and_country)

    @property
    def by_cost(self) -> bool:
        """Whether any rule looks at costs."""
        return self.budget is not None or self.max_partner_share is not None


def read_call(call: Call | Mapping[str, object]) -> Call:
    """Accept a `Call` or a dict with the same names.

    >>> read_call({"name": "regional call", "competences": ["sensors"]}).competences
    ('sensors',)
    """
    if isinstance(call, Call):
        return call
    known = {each.name for each in fields(Call)}
    strange = [name for name in call if name not in known]
    if strange:
        raise ValueError(
            f"rules that are not known: {some_of(strange)}: choose among {', '.join(sorted(known))}"
        )
    values = {
        name: tuple(sorted(value) if isinstance(value, set) else value)
        if isinstance(value, (list, set))
        else value
        for name, value in call.items()
    }
    return Call(**values)  # type: ignore[arg-type]


def read_partners(table: pd.DataFrame, call: Call, *, cost: bool = False) -> pd.DataFrame:
    """Check a table of partners and return country, kind, group, competences (sets) and cost.

    A blank `group` means independent: such a partner is a group of its own. Blanks around country,
    kind, group and competences do not count; capitals do.

    >>> partners = pd.DataFrame({"country": ["HU"], "competences": ["sensors; tests"]}, ["U1"])
    >>> sorted(read_partners(partners, Call())["competences"]["U1"])
    ['sensors', 'tests']
    """
    unique_labels(table.index, "partners")
    needed = ["country"] + ["kind"] * call.by_kind + ["competences"] * bool(call.competences)
    needed += ["cost"] * (cost or call.by_cost)
    absent = [name for name in needed if name not in table.columns]
    if absent:
        raise ValueError(f"the table of partners needs the columns {some_of(absent)}")
    clean = pd.DataFrame(index=table.index)
    for name in ("country", "kind"):
        if name not in needed:
            clean[name] = ""
            continue
        clean[name] = table[name].astype(str).str.strip()
        blank = table.index[table[name].isna() | (clean[name] == "")]
        if len(blank):
            raise ValueError(f"{name} missing for {some_of(blank)}: fill it in")
    own = [f"only {label}" for label in table.index]
    group = table["group"] if "group" in table.columns else pd.Series(None, table.index)
    clean["group"] = [
        alone if pd.isna(shared) or not str(shared).strip() else str(shared).strip()
        for alone, shared in zip(own, group, strict=True)
    ]
    given = table["competences"] if "competences" in table.columns else [()] * len(table)
    clean["competences"] = pd.Series(
        [_competences(cell) for cell in given], index=table.index, dtype=object
    )
    if "cost" in needed and len(table):
        costs = numeric_series(table["cost"], "cost")
        clean["cost"] = no_missing(costs, "cost", "ask the partner for a budget")
    else:
        clean["cost"] = 0.0
    return clean


def _competences(cell: object) -> frozenset[str]:
    """Read competences from a list, or from text with semicolons; blank is none."""
    if isinstance(cell, str):
        return frozenset(word.strip() for word in cell.split(";") if word.strip())
    if isinstance(cell, Iterable):
        return frozenset(str(word) for word in cell)
    return frozenset()
