"""Halves of a survey and groups of respondents."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterlib import needs


def marks(seed: int, people: int = 20, items: int = 6) -> tuple[pd.DataFrame, pd.DataFrame]:
    draws = np.random.default_rng(seed)
    labels = [f"R{n:02}" for n in range(people)]
    columns = [f"C{n:02}" for n in range(items)]
    tables = [draws.integers(1, 6, (people, items)).astype(float) for _ in range(2)]
    return tuple(pd.DataFrame(table, labels, columns) for table in tables)  # type: ignore[return-value]


def test_the_halves_are_ranked_by_the_same_score_as_the_whole() -> None:
    importance, ability = marks(3)
    halves = needs.split_half(importance, ability)
    first = needs.borich(importance.iloc[::2], ability.iloc[::2])["rank"]
    second = needs.borich(importance.iloc[1::2], ability.iloc[1::2])["rank"]
    pd.testing.assert_series_equal(
        halves["rank_first"].sort_index(), first.sort_index(), check_names=False
    )
    pd.testing.assert_series_equal(
        halves["rank_second"].sort_index(), second.sort_index(), check_names=False
    )
    assert (halves["apart"] == (halves["rank_first"] - halves["rank_second"]).abs()).all()


def test_the_same_people_twice_give_the_same_order_twice() -> None:
    importance, ability = marks(4, people=8)
    twice = [
        table.loc[table.index.repeat(2)].reset_index(drop=True) for table in (importance, ability)
    ]
    assert (needs.split_half(*twice)["apart"] == 0).all()


def test_three_people_cannot_be_split() -> None:
    importance, ability = marks(5, people=3)
    with pytest.raises(ValueError, match="at least four respondents; the table has 3"):
        needs.split_half(importance, ability)


def test_a_group_that_is_too_small_stays_blank_and_is_not_zero() -> None:
    importance, ability = marks(6, people=9)
    town = pd.Series(["port"] * 4 + ["hill"] * 3 + ["tarn"] * 2, importance.index)
    scores = needs.scores_by_group(importance, ability, town)
    assert list(scores.columns) == ["hill", "port", "tarn"]
    assert scores["tarn"].isna().all()
    people = town.index[town == "hill"]
    alone = needs.borich(importance.loc[people], ability.loc[people])["mwds"]
    pd.testing.assert_series_equal(
        scores["hill"].sort_index(), alone.sort_index(), check_names=False
    )


def test_one_group_of_everybody_is_the_ordinary_score() -> None:
    importance, ability = marks(7)
    everybody = pd.Series("all", importance.index)
    scores = needs.scores_by_group(importance, ability, everybody)["all"]
    whole = needs.borich(importance, ability)["mwds"].reindex(scores.index)
    np.testing.assert_allclose(scores, whole)


def test_a_person_without_a_group_is_named() -> None:
    importance, ability = marks(8, people=4)
    town = pd.Series("port", importance.index[:3])
    with pytest.raises(ValueError, match="no group is given for R03"):
        needs.scores_by_group(importance, ability, town)


def test_nobody_falls_out_because_the_two_tables_name_other_people() -> None:
    importance, ability = marks(9, people=8)
    for method in (
        lambda one, two: needs.split_half(one, two),
        lambda one, two: needs.scores_by_group(one, two, pd.Series("port", importance.index)),
    ):
        with pytest.raises(ValueError, match="respondents that stand in only one"):
            method(importance, ability.iloc[1:])
        with pytest.raises(ValueError, match="respondents that stand in only one"):
            method(importance.iloc[1:], ability)


def test_a_score_that_rests_on_two_people_is_not_shown_in_a_group_of_three() -> None:
    importance, ability = marks(10, people=6)
    town = pd.Series(["port"] * 3 + ["hill"] * 3, importance.index)
    importance.iloc[0, 0] = np.nan
    scores = needs.scores_by_group(importance, ability, town)
    assert scores.isna().sum().sum() == 1
    assert np.isnan(scores.loc["C00", "port"])
    with pytest.raises(ValueError, match="list of groups named more than once: R00"):
        needs.scores_by_group(importance, ability, pd.concat([town, town.iloc[:1]]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 12))
def test_groups_and_halves_know_no_order_of_items_and_no_names_of_groups(seed, people) -> None:
    importance, ability = marks(seed, people=people)
    town = pd.Series(np.random.default_rng(seed).choice(["port", "hill"], people), importance.index)
    scores = needs.scores_by_group(importance, ability, town)
    renamed = needs.scores_by_group(
        importance.iloc[::-1, ::-1], ability, town.map({"port": "a", "hill": "b"})
    )
    for name, other in {"port": "a", "hill": "b"}.items():
        if name in scores:
            pd.testing.assert_series_equal(
                renamed[other].loc[scores.index], scores[name], check_names=False
            )
    halves = needs.split_half(importance, ability)
    turned = needs.split_half(importance.iloc[:, ::-1], ability)
    columns = ["rank_first", "rank_second", "apart"]
    assert halves.loc[importance.columns, columns].equals(turned.loc[importance.columns, columns])
