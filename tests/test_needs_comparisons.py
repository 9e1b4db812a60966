"""Halves of a survey and groups of respondents."""

import numpy as np
import pandas as pd
import pytest

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
