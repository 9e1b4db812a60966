"""Would the order of needs hold for other people: halves of a survey, groups of respondents."""

import pandas as pd

from clusterlib import validation
from clusterlib.needs.discrepancy import borich, paired_answers


def split_half(importance: pd.DataFrame, ability: pd.DataFrame) -> pd.DataFrame:
    """Rank the needs in two halves of the respondents, every second person in each.

    Args:
        importance, ability: respondents x items, marks; blanks allowed; same labels in both.
    Returns:
        One row an item, in the order of the first half: rank_first, rank_second, apart (size of
        the difference). Correlate the two columns of ranks for one figure of reliability.
    Raises:
        ValueError: fewer than four respondents, or what `borich` refuses.

    Convention: halves by position (first, third, ... against second, fourth, ...), so that the
    result can be repeated. A half is noisier than the whole: read the figure as a lower bound. It
    says nothing on whether the marks show real needs.

    >>> marks = pd.DataFrame({"trust": [5, 5, 4, 5], "grants": [3, 3, 3, 2]})
    >>> skill = pd.DataFrame({"trust": [2, 2, 2, 3], "grants": [3, 2, 3, 2]})
    >>> split_half(marks, skill)["apart"].to_dict()
    {'trust': 0.0, 'grants': 0.0}
    """
    if len(importance) < 4:
        raise ValueError(
            f"two halves need at least four respondents; the table has {len(importance)}"
        )
    one, two = paired_answers(importance, ability)
    halves = [borich(one.iloc[start::2], two.iloc[start::2])["rank"] for start in (0, 1)]
    table = pd.DataFrame(
        {"rank_first": halves[0], "rank_second": halves[1].reindex(halves[0].index)}
    )
    return table.assign(apart=(table["rank_first"] - table["rank_second"]).abs().astype(float))


def scores_by_group(
    importance: pd.DataFrame,
    ability: pd.DataFrame,
    groups: "pd.Series[str]",
    minimum: int = 3,
) -> pd.DataFrame:
    """Score the needs of each group of respondents by itself.

    Args:
        importance, ability: respondents x items, marks; blanks allowed; same labels in both.
        groups: the group of each respondent, such as the district; further people are passed over.
        minimum: groups with fewer respondents are not shown, and of the others no item that fewer
            of them answered in full.
    Returns:
        Items x groups, mean weighted discrepancy score; the column of a group that is too small
        is blank. Groups in alphabetical order.
    Raises:
        ValueError: a respondent whose group is not given or given twice, or what `borich` refuses.

    Convention: importance is weighted with the group's own mean. Blank means "too few to show",
    never "no need".

    >>> people = ["R1", "R2", "R3", "R4"]
    >>> marks = pd.DataFrame({"trust": [5, 5, 4, 5]}, index=people)
    >>> skill = pd.DataFrame({"trust": [2, 2, 2, 3]}, index=people)
    >>> town = pd.Series(["port", "port", "port", "hill"], index=people)
    >>> scores_by_group(marks, skill, town).round(2).to_dict("index")
    {'trust': {'hill': nan, 'port': 12.44}}
    """
    one, two = paired_answers(importance, ability)
    validation.unique_labels(groups.index, "respondents in the list of groups")
    home = groups.reindex(one.index)
    unknown = home.index[home.isna()]
    if len(unknown):
        raise ValueError(
            f"no group is given for {validation.some_of(unknown)}: add them to the list of groups"
        )
    columns = {}
    for name, people in home.groupby(home).groups.items():
        scored = borich(one.loc[people], two.loc[people])
        columns[name] = scored["mwds"].where(scored["n"] >= minimum)
    return pd.DataFrame(columns).reindex(one.columns)
