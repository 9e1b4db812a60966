"""The network explorer: brokers, a loss and introductions are those of the methods."""

import matplotlib.colors
import pandas as pd
import pytest
from explorer_tools import check_all_change, check_frame, check_nothing_is_left, move

import clusterlib
from clusterlib import charts, networks, widgets
from clusterlib.charts.layout import network_layout
from clusterlib.charts.networks import Network
from clusterlib.data import cooperation


@pytest.fixture(scope="module")
def survey():
    return cooperation(2027)


@pytest.fixture
def explorer(survey):
    opened = widgets.network_explorer(survey.edges, survey.groups, survey.names)
    yield opened
    opened.close()


def test_the_survey_names_the_members_of_the_case_and_can_be_repeated(survey):
    case = clusterlib.load_case("government")
    assert survey.names.equals(case.members["name"])
    assert survey.edges.equals(cooperation(case).edges)
    assert not survey.edges.equals(cooperation(1).edges)
    assert set(survey.edges["source"]) <= set(survey.replied)
    assert "Synthetic" in survey.synthetic_note


@pytest.mark.parametrize("seed", range(6))
def test_the_remote_district_hangs_on_one_member_for_every_seed(seed):
    survey = cooperation(seed)
    loss = networks.broker_loss(survey.edges, survey.groups.index)
    assert loss.loc["M60", "pairs_cut"] > 0
    assert not survey.edges.duplicated().any()


@pytest.mark.parametrize("measure", ["betweenness", "constraint"])
def test_brokers_are_those_of_the_method(survey, measure):
    read = Network(survey.edges, survey.groups).read(measure)
    nodes = survey.groups.index
    if measure == "constraint":
        best = networks.constraint(survey.edges, nodes=nodes).nsmallest(1).index[0]
    else:
        best = networks.centrality(survey.edges, "betweenness", nodes=nodes).idxmax()
    assert read.top[0] == best
    assert read.brokers["strength"].between(0, 1).all()


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("gone", [None, "M45"])
def test_proposals_made_one_by_one_are_those_made_at_once(survey, across, gone):
    network = Network(survey.edges, survey.groups)
    leaves = "nobody" if gone is None else gone
    few = network.read(leaves=leaves, introductions=2, across=across).proposed
    many = network.read(leaves=leaves, introductions=4, across=across).proposed
    stay = survey.groups.drop([] if gone is None else [gone])
    ties = survey.edges[~survey.edges.isin([gone]).any(axis=1)]
    expected = networks.propose_ties(ties, stay if across else None, 4, stay.index)
    pd.testing.assert_frame_equal(many, expected, check_dtype=False)
    pd.testing.assert_frame_equal(few, expected.head(2), check_dtype=False)


def test_a_full_network_has_nobody_left_to_introduce():
    ties = pd.DataFrame({"source": ["a", "a", "b"], "target": ["b", "c", "c"]})
    read = Network(ties, {"a": "x", "b": "y", "c": "z"}).read(introductions=3)
    assert read.proposed.empty
    assert "No open pair is left" in read.summary
    assert "No actor stands between others" in read.headline


def test_loss_and_introductions_are_told_and_drawn(explorer, survey):
    move(explorer, "leaves", "top broker")
    row = networks.broker_loss(survey.edges, survey.groups.index).loc["M45"]
    assert f"{row['pairs_cut']:,.0f} pairs of others" in explorer.reading.headline
    move(explorer, "introductions", 3.0)
    assert "Introductions, best first" in explorer.reading.summary
    picture = explorer._study._picture
    assert len(picture._new.get_segments()) == 3
    assert len(picture._cut.get_segments()) == explorer._study.network.table.loc["M45", "partners"]
    assert len(picture._gone.get_offsets()) == 1


def test_groups_have_a_shape_of_their_own_beside_the_colour(explorer):
    looks = explorer._study._picture.looks
    assert set(looks) == {"academic", "enterprise", "government", "ngo"}
    assert len({look.marker for look in looks.values()}) == len(looks)
    assert len({matplotlib.colors.to_hex(look.colour) for look in looks.values()}) == len(looks)


def test_the_table_lists_every_actor_with_its_partners(explorer, survey):
    table = explorer.reading.table
    assert table.count('scope="row"') == 60
    assert "<td>nobody</td>" in table
    assert "not defined without partners" in table


def test_everything_moves_together_and_the_frame_keeps_its_word(
    explorer, survey, tmp_path, monkeypatch
):
    check_all_change(explorer, "introductions", 2.0)
    check_all_change(explorer, "leaves", "M60")
    check_all_change(explorer, "measure", "constraint")

    def again(settings):
        return widgets.network_explorer(survey.edges, survey.groups, survey.names, settings)

    check_frame(explorer, again, tmp_path, monkeypatch)


def test_nothing_is_left_behind():
    ties = pd.DataFrame({"source": ["hub", "hub"], "target": ["lab", "firm"]})
    kinds = {"hub": "ngo", "lab": "academic", "firm": "enterprise"}
    check_nothing_is_left(lambda: widgets.network_explorer(ties, kinds))


@pytest.mark.parametrize(
    ("count", "groups", "message"),
    [(101, 3, "101 actors are too many"), (20, 7, "7 groups are more than the eye tells apart")],
)
def test_networks_too_large_for_the_eye_are_refused(count, groups, message):
    names = [f"a{number}" for number in range(count)]
    ties = pd.DataFrame({"source": names[:-1], "target": names[1:]})
    with pytest.raises(ValueError, match=message):
        widgets.network_explorer(ties, {name: f"g{i % groups}" for i, name in enumerate(names)})


def test_the_static_map_says_what_the_explorer_says(explorer, survey):
    move(explorer, "leaves", "M60")
    figure, summary = charts.cooperation_map(
        survey.edges, survey.groups, survey.names, leaves="M60"
    )
    assert summary in explorer.reading.summary.replace("&#x27;", "'")
    assert figure.axes[0].get_title(loc="left").endswith("?")
    with pytest.raises(ValueError, match="'M99' is not in the network"):
        charts.cooperation_map(survey.edges, survey.groups, leaves="M99")


def test_the_layout_is_the_same_each_time_and_stays_on_the_picture(survey):
    ties = list(survey.edges.itertuples(index=False, name=None))
    places = network_layout(list(survey.groups.index), ties)
    assert places == network_layout(list(survey.groups.index), ties)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in places.values())
    assert len(set(places.values())) == 60
