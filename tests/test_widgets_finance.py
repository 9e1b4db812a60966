"""The finance plan: every view says what the methods say, and its controls do what they name."""

from dataclasses import replace

import pytest
from explorer_tools import check_all_change, check_frame, check_nothing_is_left, move, shown

from clusterlib import charts, resources, widgets
from clusterlib.charts.resources import RUNS
from clusterlib.data import finance_case
from clusterlib.widgets.finance_plan import FinanceModel

START = {
    "view": "cash", "fee_change": 0, "churn": 0, "extra_lag": 0, "spread": 10, "draw": 1,
    "aid_level": 100,
}  # fmt: skip


@pytest.fixture(scope="module")
def plan():
    return finance_case(2027)


@pytest.fixture
def explorer(plan):
    opened = widgets.finance_plan(plan)
    yield opened
    opened.close()


def test_the_plan_can_be_repeated_and_its_tables_agree(plan):
    again, other = finance_case(2027), finance_case(1)
    assert plan.months.equals(again.months)
    assert not plan.months.equals(other.months)
    assert plan.tiers.equals(other.tiers)
    assert plan.tiers["members"].sum() == 60
    fees = (plan.tiers["fee"] * plan.tiers["members"]).sum()
    assert plan.sources[plan.fee_source] == fees
    assert plan.months["fees"].sum() == pytest.approx(2 * fees)
    assert "Synthetic" in plan.synthetic_note


def test_cash_is_the_ledger_and_the_simulation(plan):
    model = FinanceModel(plan)
    settings = {**START, "extra_lag": 2, "spread": 20, "draw": 7}
    view = model.read(settings)
    cash = model.cash_plan(settings)
    assert list(cash.grants["lag"]) == [6, 7]
    assert view.rows["plan"].equals(resources.cash_flow(cash).table["closing"].rename("plan"))
    risk = resources.simulate_cash(cash, RUNS, 7, resources.Shocks(income=0.2, costs=0.1))
    assert view.rows["P10"].equals(risk.percentiles["P10"])
    assert f"Chance that cash falls below zero: {risk.p_negative:.0%}" in view.headline


def test_later_payment_makes_the_lowest_point_lower(plan):
    model = FinanceModel(plan)
    lowest = [model.read({**START, "extra_lag": lag}).rows["plan"].min() for lag in (0, 1, 6, 12)]
    assert lowest == sorted(lowest, reverse=True)
    assert lowest[0] > 0 > lowest[-1]
    assert "falls below zero in" in model.read({**START, "extra_lag": 12}).headline


def test_the_same_draw_gives_the_same_fan_and_another_does_not(plan):
    model = FinanceModel(plan)
    first, again, other = (model.read({**START, "draw": draw}).rows for draw in (3, 3, 4))
    assert first.equals(again)
    assert not first["P10"].equals(other["P10"])
    assert first["plan"].equals(other["plan"])


def test_fees_move_the_mix_the_cash_and_the_break_even(plan):
    model = FinanceModel(plan)
    settings = {**START, "fee_change": 20, "churn": 10}
    mix = model.read({**settings, "view": "mix"}).rows
    assert mix.loc["Membership fees", "amount"] == pytest.approx(
        plan.sources["Membership fees"] * 1.2 * 0.9
    )
    assert model.cash_plan(settings).regular["income"].sum() == pytest.approx(
        1.08 * plan.months["fees"].sum() + plan.months["other_income"].sum()
    )
    fees = model.read({**settings, "view": "fees"})
    share = plan.tiers["members"] / 60
    assert fees.even == resources.break_even_members(
        plan.fixed_costs, plan.tiers["fee"] * 1.2, plan.tiers["service_cost"], share, 0.1
    )
    for members in (0, 30, 60):
        assert fees.rows.loc[members, "left"] == pytest.approx(
            resources.fee_balance(
                members, plan.fixed_costs, plan.tiers["fee"] * 1.2, plan.tiers["service_cost"],
                share, 0.1,
            )
        )  # fmt: skip


def test_the_mix_names_its_largest_source_and_marks_it_by_hatch(explorer, plan):
    move(explorer, "view", "mix")
    mix = resources.funding_mix(plan.sources)
    assert f"Largest source: {mix.largest} ({mix.largest_share:.0%})" in explorer.reading.headline
    assert f"(HHI) {mix.hhi:.2f}" in explorer.reading.headline
    bars = explorer._study._mix._bars
    hatched = [name for name, bar in zip(plan.sources.index, bars, strict=True) if bar.get_hatch()]
    assert hatched == [mix.largest]


def test_fees_below_the_service_cost_have_no_break_even(plan):
    cheap = replace(plan, tiers=plan.tiers.assign(fee=50.0))
    opened = widgets.finance_plan(cheap, {"view": "fees"})
    assert "No break-even: a member brings" in opened.reading.headline
    assert not len(opened._study._fees._even.get_offsets())
    opened.close()


def test_aid_above_its_ceiling_is_named_and_hatched(explorer, plan):
    move(explorer, "view", "aid")
    assert "Above the ceiling: Advice for first exports." in explorer.reading.headline
    ceiling = resources.aid_ceiling(
        "18", "advice", on=plan.aid_day, costs=40_000, aid=24_000, size="small"
    )
    rows = FinanceModel(plan).read({**START, "view": "aid"}).rows
    assert rows.loc["Advice for first exports", "ceiling"] == ceiling.max_aid
    move(explorer, "aid_level", 80.0)
    assert "Above the ceiling: none." in explorer.reading.headline
    words = [word.get_text().strip() for word in explorer._study._aid._words]
    assert set(words) == {"within"}


def test_a_control_turns_to_the_view_that_shows_it(explorer):
    move(explorer, "aid_level", 120.0)
    assert explorer.value["view"] == "aid"
    move(explorer, "extra_lag", 3.0)
    assert explorer.value["view"] == "cash"
    move(explorer, "view", "fees")
    move(explorer, "churn", 10.0)
    assert explorer.value["view"] == "fees"


@pytest.mark.parametrize(
    ("view", "name", "value"),
    [("cash", "extra_lag", 4.0), ("mix", "fee_change", 50.0), ("fees", "churn", 20.0),
     ("aid", "aid_level", 150.0)],
)  # fmt: skip
def test_every_view_moves_together_and_shows_only_itself(explorer, view, name, value):
    explorer.value = {"view": view}
    check_all_change(explorer, name, value)
    visible = [axes.get_label() for axes in explorer._study.figure.axes if axes.get_visible()]
    assert visible == [view]
    assert "Synthetic data" in explorer.reading.summary


def test_the_frame_keeps_its_word(explorer, plan, tmp_path, monkeypatch):
    explorer.value = {"view": "mix", "fee_change": 30.0, "draw": 4.0}
    check_frame(explorer, lambda some: widgets.finance_plan(plan, some), tmp_path, monkeypatch)


def test_going_back_shows_the_same_picture_again(explorer):
    start = shown(explorer)
    move(explorer, "extra_lag", 9.0)
    move(explorer, "extra_lag", 0.0)
    assert shown(explorer) == start


def test_nothing_is_left_behind(plan):
    check_nothing_is_left(lambda: widgets.finance_plan(plan))


def test_the_static_charts_say_what_the_explorer_says(explorer, plan):
    model = FinanceModel(plan)
    drawn = {
        "cash": charts.cash_fan(model.cash_plan(START), resources.Shocks(0.1, 0.05), 1),
        "mix": charts.funding_sources(plan.sources, plan.yearly_costs, plan.opening),
        "fees": charts.fee_break_even(plan.tiers, plan.fixed_costs),
        "aid": charts.aid_ceilings(plan.aid, plan.aid_day),
    }
    for view, (figure, summary) in drawn.items():
        explorer.value = {"view": view}
        assert summary in explorer.reading.summary.replace("&#x27;", "'"), view
        assert figure.axes[0].get_title(loc="left").endswith("?")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fee_source": "Dues"}, "no 'Dues'"),
        ({"aid_day": "2031-01-01"}, "2031"),
        ({"opening": float("nan")}, "opening balance"),
    ],
)
def test_a_faulty_plan_is_refused_before_anything_is_built(plan, change, message):
    with pytest.raises(ValueError, match=message):
        widgets.finance_plan(replace(plan, **change))
