"""The finance plan: cash and its risk, funding mix, fees and aid, moved by the same controls."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from clusterlib import resources
from clusterlib.charts.money import PLACE, ROWS_PLACE, AidBars, CashFan, FeeLine, SourceBars
from clusterlib.charts.resources import (
    TITLES,
    MoneyView,
    aid_view,
    cash_view,
    fee_view,
    mix_view,
)
from clusterlib.charts.style import ask, new_figure
from clusterlib.charts.tables import html_table
from clusterlib.data.finance_case import FinancePlan
from clusterlib.widgets.explorer import Explorer, Reading
from clusterlib.widgets.parameters import Choice, Parameter, Settings, Slider, defaults

_VIEWS = {
    "cash": "Cash: month by month, with what may happen",
    "mix": "Funding mix: sources and the largest of them",
    "fees": "Fees: how many members break even",
    "aid": "Aid: planned amounts and ceilings",
}
# The views in which a control is seen; moving it elsewhere turns to the first of them.
_SEEN_IN = {
    "fee_change": ("cash", "mix", "fees"),
    "churn": ("cash", "mix", "fees"),
    "extra_lag": ("cash",),
    "spread": ("cash",),
    "draw": ("cash",),
    "aid_level": ("aid",),
}
_HEADS: dict[str, dict[str, tuple[str, str]]] = {
    "cash": {
        "plan": ("the plan", ",.0f"),
        "P10": ("P10", ",.0f"),
        "P50": ("P50", ",.0f"),
        "P90": ("P90", ",.0f"),
        "p_negative": ("chance below zero", ".0%"),
    },
    "mix": {"amount": ("EUR a year", ",.0f"), "share": ("share", ".1%")},
    "fees": {"left": ("left of the fees", ",.0f")},
    "aid": {
        "article": ("article", ""),
        "costs": ("eligible costs", ",.0f"),
        "planned": ("planned aid", ",.0f"),
        "intensity": ("highest intensity", ".0f"),
        "ceiling": ("ceiling", ",.0f"),
        "allowed": ("within the ceiling", ""),
        "notify": ("to be notified first", ""),
    },
}


class FinanceModel:
    """A finance plan, ready to be read with other fees, delays and amounts of aid."""

    def __init__(self, plan: FinancePlan) -> None:
        """Keep the plan; the fees must stand among its sources."""
        if plan.fee_source not in plan.sources.index:
            raise ValueError(
                f"the sources have no {plan.fee_source!r}: name the source that the fees bring"
            )
        self.plan = plan

    def read(self, settings: Settings) -> MoneyView:
        """Return one view under the settings."""
        view = str(settings["view"])
        plan, left = self.plan, self._fee_factor(settings)
        if view == "cash":
            spread = float(settings["spread"]) / 100
            return cash_view(
                self.cash_plan(settings),
                resources.Shocks(income=spread, costs=spread / 2),
                int(settings["draw"]),
            )
        if view == "mix":
            sources = plan.sources.astype(float).copy()
            sources[plan.fee_source] *= left
            return mix_view(sources, plan.yearly_costs, plan.opening)
        if view == "fees":
            change = 1 + float(settings["fee_change"]) / 100
            tiers = plan.tiers.assign(fee=plan.tiers["fee"] * change)
            return fee_view(tiers, plan.fixed_costs, float(settings["churn"]) / 100)
        level = float(settings["aid_level"]) / 100
        return aid_view(plan.aid.assign(aid=plan.aid["aid"] * level), plan.aid_day)

    def cash_plan(self, settings: Settings) -> resources.CashPlan:
        """Return the cash plan under the settings."""
        months = self.plan.months
        income = months["fees"] * self._fee_factor(settings) + months["other_income"]
        grants = self.plan.grants.copy()
        usual = float(resources.cash.USUAL["lag"])
        lag = grants["lag"] if "lag" in grants else pd.Series(usual, grants.index)
        grants["lag"] = lag + int(settings["extra_lag"])
        regular = pd.DataFrame({"income": income, "costs": months["costs"]})
        return resources.CashPlan(self.plan.opening, regular, grants)

    @staticmethod
    def _fee_factor(settings: Settings) -> float:
        """Return how much of today's fees comes in: a new fee, less those who leave."""
        change, churn = float(settings["fee_change"]) / 100, float(settings["churn"]) / 100
        return (1 + change) * (1 - churn)


class FinanceStudy:
    """The finance plan as an explorer sees it: parameters, figure, words."""

    name = "finance-plan"
    title = "Finance plan: will the money last, and on whom does it hang?"

    def __init__(self, model: FinanceModel) -> None:
        """Draw the four views on one figure; only the chosen one is visible."""
        self.model = model
        self.parameters: tuple[Parameter, ...] = (
            Choice(
                "view",
                "What to look at",
                tuple((words, view) for view, words in _VIEWS.items()),
                "cash",
            ),
            Slider("fee_change", "Change of all fees (per cent)", -50, 100, 5, 0, "+.0f"),
            Slider("churn", "Members who leave before they pay (per cent)", 0, 50, 5, 0, ".0f"),
            Slider("extra_lag", "Grants are paid later by (months, cash)", 0, 12, 1, 0, ".0f"),
            Slider("spread", "Income may be off the plan by (per cent, cash)", 0, 40, 5, 10, ".0f"),
            Slider("draw", "Number of the draw (seed of the chance, cash)", 1, 20, 1, 1, ".0f"),
            Slider("aid_level", "Aid paid (per cent of the plan, aid)", 50, 150, 5, 100, ".0f"),
        )
        for view in _VIEWS:  # a fault in any table is told before anything is on the page
            model.read({**defaults(self.parameters), "view": view})
        self.figure = new_figure(8, 5)
        self._view = "cash"
        plan = model.plan
        self._axes: dict[str, Axes] = {
            view: self.figure.add_axes(
                ROWS_PLACE if view in ("mix", "aid") else PLACE, label=view, visible=False
            )
            for view in _VIEWS
        }
        self._cash = CashFan(self._axes["cash"], plan.months.index)
        self._mix = SourceBars(self._axes["mix"], plan.sources.index)
        self._fees = FeeLine(self._axes["fees"])
        self._aid = AidBars(self._axes["aid"], plan.aid.index)
        self._drawings: dict[str, CashFan | SourceBars | FeeLine | AidBars] = {
            "cash": self._cash, "mix": self._mix, "fees": self._fees, "aid": self._aid,
        }  # fmt: skip
        for view, axes in self._axes.items():
            ask(axes, TITLES[view])

    @property
    def moving(self) -> Sequence[Artist]:
        """The marks of the view in sight."""
        return self._drawings[self._view].moving

    @property
    def frame(self) -> Hashable:
        """The view and the ends of its axes."""
        return self._view, self._drawings[self._view].frame

    def adjust(self, name: str, settings: Settings) -> Settings:
        """Turn to a view in which the control that moved can be seen."""
        views = _SEEN_IN.get(name, (settings["view"],))
        return settings if settings["view"] in views else {**settings, "view": views[0]}

    def update(self, settings: Settings) -> Reading:
        """Show the chosen view and tell what it says."""
        self._view = str(settings["view"])
        view = self.model.read(settings)
        if self._view == "fees":
            self._fees.update(view.rows, view.today, view.even)
        elif self._view == "cash":
            self._cash.update(view.rows)
        elif self._view == "mix":
            self._mix.update(view.rows)
        else:
            self._aid.update(view.rows)
        for name, axes in self._axes.items():
            axes.set_visible(name == self._view)
        note = self.model.plan.synthetic_note
        return Reading(
            alt=f"Chart. {TITLES[self._view]} {view.headline}",
            headline=view.headline,
            summary=f"<p>{escape(view.summary)}</p>" + (f"<p>{escape(note)}</p>" if note else ""),
            table=self._table(view),
        )

    def _table(self, view: MoneyView) -> str:
        heads = _HEADS[self._view]
        shown = view.rows[list(heads)].set_axis([words for words, _ in heads.values()], axis=1)
        formats = {words: pattern for words, pattern in heads.values() if pattern}
        return html_table(shown, view.caption, "not set", formats)


def finance_plan(plan: FinancePlan, settings: Mapping[str, object] | None = None) -> Explorer:
    """Open the finance plan: funding mix, fees, cash with its risk, and ceilings of aid.

    Args:
        plan: a `data.FinancePlan`, EUR; `data.finance_case(case)` makes the invented one.
        settings: a line copied with "Copy my settings"; opens the plan as it was.

    Returns:
        The explorer; `.value` holds its settings as a plain dict.

    Raises:
        ValueError: tables that do not fit, or a setting that does not exist.

    A control that a view does not show turns to the view that does. The spread of costs is half
    the spread of income.

    Example:
        >>> from clusterlib.data import finance_case
        >>> explorer = finance_plan(finance_case(2027), settings={"view": "fees"})
        >>> explorer.reading.headline.split(".")[0]
        'Break-even at 48 members; there are 60'
        >>> explorer.close()
    """
    return Explorer(FinanceStudy(FinanceModel(plan)), settings)
