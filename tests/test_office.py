"""The office: what is refused in its tables, and rules that hold for any of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import office

TASKS = pd.DataFrame(
    {"part": "events", "person": ["Ada", "Ben", "Ada"], "jan": [60, 30, 60], "feb": [0, 15, 30]},
    index=["visits", "fees", "board"],
)
HOURS = pd.Series({"Ada": 120, "Ben": 60})
AGENDA = pd.DataFrame(
    {"topic": ["prices"], "time": ["future"], "level": ["single firms"]}, ["offer to the hospital"]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Ada", "Ben"]), st.integers(0, 90), st.integers(0, 90)),
        min_size=1,
    )
)
def test_workload_times_capacity_gives_every_hour_back(rows):
    tasks = pd.DataFrame(rows, columns=["person", "jan", "feb"])
    load = office.workload(tasks, HOURS)
    back = load.mul(HOURS[load.columns], axis=1)
    assert back.sum(axis=1).to_list() == pytest.approx([tasks["jan"].sum(), tasks["feb"].sum()])
    again = office.workload(tasks[::-1].assign(note="by hand"), HOURS * 2)
    assert (2 * again[load.columns]).to_numpy() == pytest.approx(load.to_numpy())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"feb": [0, None, 30]}, "hours missing at fees / feb: a blank is not a zero"),
        ({"feb": [0, "3o", 30]}, "not numbers at fees / feb"),
        ({"feb": [0, -1, 30]}, "below 0 at fees / feb"),
        ({"feb": [0, np.inf, 30]}, "infinite at fees / feb"),
        ({"person": ["Ada", None, "Ada"]}, "no hours available for nan"),
    ],
)
def test_workload_never_leaves_a_month_or_a_person_out(change, words):
    with pytest.raises(ValueError, match=words):
        office.workload(TASKS.assign(**change), HOURS)


def test_workload_refuses_names_that_stand_twice():
    with pytest.raises(ValueError, match="capacity named more than once: Ada"):
        office.workload(TASKS, pd.Series([120, 60, 5], ["Ada", "Ben", "Ada"]))
    with pytest.raises(ValueError, match="named more than once: jan"):
        office.workload(TASKS.rename(columns={"feb": "jan"}), HOURS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("RACI"), max_size=2, unique=True), min_size=1, max_size=5))
def test_a_task_is_without_fault_if_one_answers_and_somebody_works(cells):
    row = pd.DataFrame([["/".join(cell) for cell in cells]], index=["fees"])
    found = office.raci_faults(row).loc["fees"]
    sound = sum("A" in cell for cell in cells) == 1 and any("R" in cell for cell in cells)
    assert (found["fault"] == "") == sound
    turned = office.raci_faults(row.iloc[:, ::-1]).loc["fees"]
    assert turned.to_dict() == found.to_dict()


@pytest.mark.parametrize("topic", ["prices", "Prices", " PRICES "])
def test_a_delicate_point_is_seen_however_it_is_typed(topic):
    items = AGENDA.assign(topic=topic, time="Future", level="Single firms ")
    assert office.agenda_caution(items)["caution"].tolist() == ["take off"]


@pytest.mark.parametrize("change", [{"time": "next year"}, {"level": "single firm"}])
def test_a_time_or_level_that_is_not_known_is_no_licence(change):
    name = next(iter(change))
    with pytest.raises(ValueError, match=f"{name} of offer to the hospital is not known"):
        office.agenda_caution(AGENDA.assign(**change))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([*office.DELICATE, "training"]),
    st.sampled_from(office.TIMES),
    st.sampled_from(office.AGENDA_LEVELS),
)
def test_caution_never_falls_as_a_point_gets_more_delicate(topic, time, level):
    order = ["may stay", "ask first", "take off"]

    def rank(**change: str) -> int:
        items = AGENDA.assign(**{"topic": topic, "time": time, "level": level, **change})
        return order.index(office.agenda_caution(items)["caution"].iloc[0])

    assert rank() <= rank(time="future")
    assert rank() <= rank(level="single firms")
    assert rank(topic="training") == rank(level="published") == 0


def test_faults_and_columns_that_are_missing_are_named():
    two = pd.DataFrame({"Ada": ["A", "r"], "Ben": ["A", None]}, ["fees", "board"])
    assert office.raci_faults(two)["fault"].tolist() == [
        "2 accountable; nobody responsible", "nobody accountable",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="other than R, A, C and I for Ada in fees"):
        office.raci_faults(two.replace("A", "X"))
    with pytest.raises(ValueError, match="people named more than once: Ada"):
        office.raci_faults(two.set_axis(["Ada", "Ada"], axis=1))
    with pytest.raises(ValueError, match="no column person"):
        office.workload(TASKS.drop(columns="person"), HOURS)
    with pytest.raises(ValueError, match="no column with hours"):
        office.workload(TASKS[["part", "person"]], HOURS)
    with pytest.raises(ValueError, match="no column level"):
        office.agenda_caution(AGENDA.drop(columns="level"))
    with pytest.raises(ValueError, match="blank topic, time or level in offer"):
        office.agenda_caution(AGENDA.assign(topic=None))
    with pytest.raises(ValueError, match=r"above 0 and up to 1, yours is 1\.5"):
        office.seats_to_block(pd.Series({"firms": 5}), needed=1.5)
    with pytest.raises(ValueError, match="no group press on the board"):
        office.allies(pd.Series({"firms": 5}), "press")


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (pd.Series({"firms": 5, "county": None}), "seats missing at county"),
        (pd.Series({"firms": 5, "county": 1.5}), "parts of seats for county"),
        (pd.Series({"firms": 5, "county": -1}), "seats below 0 at county"),
        (pd.Series([5, 3], ["firms", "firms"]), "named more than once: firms"),
        (pd.Series({"firms": 0}), "at least one seat"),
    ],
)
def test_a_board_that_cannot_be_counted_is_refused(seats, words):
    with pytest.raises(ValueError, match=words):
        office.seats_to_block(seats)


def test_exactly_half_of_the_board_and_a_group_named_twice():
    board = pd.Series({"firms": 5, "county": 3, "science": 2})
    # Half of ten seats carries the decision, so blocking takes six.
    assert office.seats_to_block(board, needed=0.5) == 6
    assert office.seats_to_block(board, needed=1) == 1
    assert office.allies(board, ["county", "county"], needed=0.5) == 3
