"""The consortium builder: tick partners in and out and see which rules of a call are met."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import pandas as pd
from matplotlib.artist import Artist

from clusterlib.charts.partners import (
    ConsortiumBoard,
    consortium_figure,
    consortium_summary,
    dropout_risk,
    needs_columns,
)
from clusterlib.charts.tables import html_table
from clusterlib.charts.wording import listed
from clusterlib.partners import (
    Call,
    Consortium,
    Eligibility,
    build_consortium,
    check_eligibility,
)
from clusterlib.partners.calls import read_call
from clusterlib.widgets.explorer import Action, Explorer, Reading
from clusterlib.widgets.parameters import Parameter, Settings, Slider, Switch

_OWN = ("budget", "tolerance", "keep_ticked")  # settings that are not partners
_OBJECTIVES = {"cost": "cheapest", "risk": "safest"}
_LISTED = 8


@dataclass(frozen=True)
class Team:
    """A set of partners: the verdict rule by rule, its cost in EUR and its chance to break."""

    members: list[object]
    verdict: Eligibility
    cost: float
    risk: float


class ConsortiumModel:
    """Candidates and a call: judge any set of them, or search for the best one."""

    def __init__(self, candidates: pd.DataFrame, call: Call | Mapping[str, Any]) -> None:
        """Keep the candidates (index partner) and the call; both are checked."""
        needs_columns(candidates)
        taken = [str(one) for one in candidates.index if str(one) in _OWN]
        if taken:
            raise ValueError(f"a candidate cannot be called {listed(taken)}: rename the row")
        self.candidates = candidates
        self.call = read_call(call)
        self.rules: list[str] = self.read([], self.call.budget).verdict.rules["rule"].tolist()

    def at(self, budget: float | None) -> Call:
        """Return the call with another budget (EUR)."""
        return replace(self.call, budget=budget) if self.call.budget is not None else self.call

    def read(self, members: Sequence[object], budget: float | None) -> Team:
        """Judge a set of partners under a budget."""
        team = self.candidates.loc[list(members)]
        verdict = check_eligibility(team, self.at(budget))
        cost = float(team["cost"].sum())
        return Team(list(members), verdict, cost, dropout_risk(self.candidates, members))

    def search(
        self, objective: str, budget: float | None, tolerance: float, include: Sequence[object]
    ) -> Consortium:
        """Find the best set and those within `tolerance` (a share) of it."""
        return build_consortium(
            self.candidates, self.at(budget), objective=objective, within=tolerance,
            limit=_LISTED, include=include, seconds=20.0,
        )  # fmt: skip


class ConsortiumStudy:
    """The consortium builder as an explorer sees it: parameters, figure, words."""

    name = "consortium-builder"
    title = "Consortium builder: who must be in, so that every rule is met?"

    def __init__(self, model: ConsortiumModel) -> None:
        """Draw the frame for the rules of the call."""
        self.model = model
        self.parameters: tuple[Parameter, ...] = (*self._own(), *self._partners())
        self._start = {parameter.name: parameter.value for parameter in self.parameters}
        self.figure = consortium_figure(model.rules)
        self._board = ConsortiumBoard(self.figure, model.rules, model.call.budget)
        self._answer: tuple[str, Consortium] | None = None
        self._place = 0

    @property
    def moving(self) -> Sequence[Artist]:
        """Signs, reasons, budget and teams."""
        return self._board.moving

    @property
    def frame(self) -> Hashable:
        """The end of the cost axis."""
        return self._board.frame, len(self.model.rules)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The searches, which take longer than a tick may."""
        return (
            Action("Show the cheapest", "Search all sets of partners for the lowest cost",
                   lambda settings: self._search("cost", settings)),
            Action("Show the safest", "Search all sets of partners for the lowest risk",
                   lambda settings: self._search("risk", settings)),
            Action("Show the next alternative", "Tick the next set that the search has found",
                   self._next),
        )  # fmt: skip

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Forget what was found once the question has changed; no control moves another."""
        if name in _OWN:
            self._answer = None
        return settings

    def update(self, settings: Settings) -> Reading:
        """Show the verdict on the ticked partners."""
        if settings == self._start:
            self._answer = None
        budget = settings.get("budget")
        team = self.model.read(self._ticked(settings), budget)
        found = self._found()
        self._board.update(team.verdict.rules, team.cost, team.risk, budget, found)
        return self._words(team)

    def _own(self) -> list[Parameter]:
        budget = self.model.call.budget
        own: list[Parameter] = []
        if budget is not None:
            top = max(2 * budget, 10_000.0)
            own.append(Slider("budget", "Budget of the call (EUR)", 0, top, 10_000, budget, ",.0f"))
        own.append(
            Slider("tolerance", "An alternative may be worse than the best by (per cent)",
                   0, 30, 1, 10, ".0f")
        )  # fmt: skip
        own.append(Switch("keep_ticked", "The search must keep the partners I have ticked"))
        return own

    def _partners(self) -> list[Parameter]:
        return [
            Switch(str(label), self._described(label, row))
            for label, (_, row) in zip(
                self.model.candidates.index, self.model.candidates.iterrows(), strict=True
            )
        ]

    def _described(self, label: object, row: "pd.Series[Any]") -> str:
        words = [f"{label} {row['name']}" if "name" in row.index else f"Partner {label}"]
        words += [str(row[name]) for name in ("country", "kind") if name in row.index]
        return f"{', '.join(words)}, {float(row['cost']):,.0f} EUR"

    def _ticked(self, settings: Settings) -> list[object]:
        return [one for one in self.model.candidates.index if settings[str(one)]]

    def _search(self, objective: str, settings: Settings) -> Settings:
        include = self._ticked(settings) if settings["keep_ticked"] else []
        tolerance = float(settings["tolerance"]) / 100
        answer = self.model.search(objective, settings.get("budget"), tolerance, include)
        self._answer, self._place = (objective, answer), 0
        return self._with(settings, answer.members) if answer.feasible else settings

    def _next(self, settings: Settings) -> Settings:
        if self._answer is None or not self._answer[1].feasible:
            raise ValueError("Nothing has been found yet: show the cheapest or the safest first.")
        sets = self._answer[1].alternatives["members"].tolist()
        self._place = (self._place + 1) % len(sets)
        return self._with(settings, sets[self._place])

    def _with(self, settings: Settings, members: Sequence[object]) -> Settings:
        chosen = {str(one) for one in members}
        return {name: value if name in _OWN else name in chosen for name, value in settings.items()}

    def _found(self) -> list[tuple[float, float]]:
        """Return cost and risk of every set the search has listed."""
        sets = self._answer[1].alternatives["members"].tolist() if self._answer else []
        pool = self.model.candidates
        return [(float(pool.loc[one, "cost"].sum()), dropout_risk(pool, one)) for one in sets]

    def _words(self, team: Team) -> Reading:
        rules = team.verdict.rules
        headline = consortium_summary(team.verdict, len(team.members), team.cost, team.risk)
        head, _, _ = headline.partition(" Not met: ")
        unmet = rules.loc[~rules["passed"].astype(bool), "rule"].tolist()
        spoken = f"{head} Not met: {listed(unmet)}." if unmet else f"{head} Eligible."
        return Reading(
            alt=f"Board of {len(rules)} rules with a sign for each, and cost against risk. "
            f"{spoken}",
            headline=spoken,
            summary=self._verdicts(rules) + self._alone(team) + self._search_words(),
            table=self._team_table(team),
        )

    def _verdicts(self, rules: pd.DataFrame) -> str:
        items = "".join(
            f"<li>{'✓ met' if passed else '✗ not met'}: <strong>{escape(rule)}</strong>, "
            f"{escape(reason)}</li>"
            for rule, passed, reason in rules.itertuples(index=False)
        )
        return f"<p>The rules of the {escape(self.model.call.name)}:</p><ul>{items}</ul>"

    def _alone(self, team: Team) -> str:
        alone = team.verdict.sole_providers
        if not alone:
            return ""
        words = listed([f"{skill} on {who}" for skill, who in alone.items()])
        return f"<p>Hangs on one partner: {escape(words)}.</p>"

    def _search_words(self) -> str:
        if self._answer is None:
            return "<p>No search yet: the buttons above find the best set of partners.</p>"
        objective, answer = self._answer
        if not answer.feasible:
            items = "".join(
                f"<li>without {escape(str(rule))}: {self._relaxed(objective, possible, value)}</li>"
                for rule, possible, value in answer.relaxations.itertuples(index=False)
            )
            return (
                "<p>✗ No set of partners meets every rule. These cannot be met together: "
                f"{escape(listed(answer.clashes))}. If one were given up:</p><ul>{items}</ul>"
            )
        kept = answer.alternatives
        more = "" if answer.complete else ", and there are more"
        rows = "".join(
            f"<li>{escape(', '.join(map(str, members)))}: {_amount(objective, value)}"
            f"{' (shown)' if place == self._place else ''}</li>"
            for place, (value, members) in enumerate(kept.itertuples(index=False))
        )
        return (
            f"<p>The {_OBJECTIVES[objective]} set and others within the tolerance{more}:</p>"
            f"<ol>{rows}</ol>"
        )

    def _relaxed(self, objective: str, possible: bool, value: float) -> str:
        return f"best {_amount(objective, value)}" if possible else "still impossible"

    def _team_table(self, team: Team) -> str:
        shown = [name for name in ("name", "country", "kind", "competences", "cost", "risk")
                 if name in self.model.candidates.columns]  # fmt: skip
        table = self.model.candidates.loc[team.members, shown]
        rules = team.verdict.rules.set_index("rule").rename_axis("rule")
        met = rules["passed"].map({True: "✓ met", False: "✗ not met"})
        return html_table(
            table.rename_axis("partner"),
            "The partners you have ticked (cost in EUR, risk as a chance to drop out)",
            missing="none",
            formats={"cost": ",.0f", "risk": ".0%"},
        ) + html_table(
            pd.DataFrame({"verdict": met, "reason": rules["reason"]}), "The rules and the reasons"
        )


def _amount(objective: str, value: float) -> str:
    return f"{value:,.0f} EUR" if objective == "cost" else f"{value:.1%} chance of losing a partner"


def consortium_builder(
    candidates: pd.DataFrame,
    call: Call | Mapping[str, Any],
    settings: Mapping[str, object] | None = None,
) -> Explorer:
    """Open the consortium builder: tick partners, read which rules are met, search for the best.

    Args:
        candidates: index partner; columns country, kind and competences as far as the call asks
            for them, group where several belong to one owner, cost (EUR), risk (chance to drop
            out, 0 to below 1), and a name to show; as `data.partner_search(...).profiles`.
        call: a `partners.Call`, or a dict with its names.
        settings: a line copied with "Copy my settings"; opens the builder as it was.

    Returns:
        The explorer; `.value` holds a yes or no for each partner, and the budget.

    Raises:
        ValueError: a column or a value that the call needs is missing, or an unknown setting.

    Example:
        >>> from clusterlib import data
        >>> search = data.partner_search(2027)
        >>> builder = consortium_builder(search.profiles, search.calls["regional"], {"P06": True})
        >>> "Not met: partners" in builder.reading.headline
        True
        >>> builder.close()
    """
    study = ConsortiumStudy(ConsortiumModel(candidates, call))
    return Explorer(study, settings, study.actions)
