"""What stands beside the survey: willingness to pay, the national list, last year's training."""

import numpy as np
import pandas as pd

from clusterlib.data.draw import bell, jitter, stream
from clusterlib.data.survey import mean_weighted_discrepancy

# A firm's yearly ceiling for one competence, EUR, before its own taste.
CEILING = {"micro": 150, "small": 350, "medium": 900, "large": 2200}
SOFT_DISCOUNT = 0.55  # firms say soft skills matter, and pay for hard ones
NEVER_PAYS = 0.18
BUDGET = 46000
STEP = 50


def make_willingness_to_pay(
    seed: int, respondents: pd.DataFrame, competences: pd.DataFrame
) -> pd.DataFrame:
    """Make what each firm would pay a year for each competence, EUR in steps of 50; 0 is a refusal.

    Returns a DataFrame, respondents of the enterprise kind x competences.
    """
    draws = stream(seed, 3)
    firms = respondents[respondents["kind"].eq("enterprise")]
    ceiling = np.array([[CEILING[size]] for size in firms["size_class"]], dtype=float)
    discount = np.where(competences["group"].eq("soft"), SOFT_DISCOUNT, 1.0)
    appeal = jitter(draws, 0.4, len(competences))
    shape = (len(firms), len(competences))
    taste = np.clip(1.0 + 0.35 * bell(draws, *shape), 0.2, None)
    taste[draws.random(shape) < NEVER_PAYS] = 0.0
    euros = np.round(ceiling * discount * appeal * taste / STEP) * STEP
    return pd.DataFrame(euros.astype(int), index=firms.index, columns=competences.index)


def make_national(seed: int, importance: pd.DataFrame, ability: pd.DataFrame) -> pd.DataFrame:
    """Make the national list of the same competences.

    It parts from the region over two of the region's first five.

    Returns a DataFrame, index code: national_mwds, national_rank (1 is the greatest need).
    """
    draws = stream(seed, 4)
    regional = mean_weighted_discrepancy(importance, ability).sort_values(ascending=False)
    order = list(regional.index)
    fallen = sorted(_two_of(draws, 5))
    risen = sorted(5 + place for place in _two_of(draws, 3))
    for down, up in zip(fallen, risen, strict=True):
        order[down], order[up] = order[up], order[down]
    for place in _neighbours(draws):  # no two surveys agree on the rest of their order
        order[place], order[place + 1] = order[place + 1], order[place]
    scores = np.sort(regional.to_numpy() * jitter(draws, 0.12, len(order)))[::-1]
    spread = 0.01 * np.arange(len(order))[::-1]  # keeps two scores from being equal
    table = pd.DataFrame(
        {"national_mwds": np.round(scores + spread, 2), "national_rank": range(1, len(order) + 1)},
        index=pd.Index(order, name="code"),
    )
    return table.sort_index()


def _neighbours(draws: np.random.Generator) -> list[int]:
    """Pick places below the first five that change with the next one; no place moves twice."""
    start = 5 + int(draws.random() < 0.5)
    return [place for place in range(start, 11, 2) if draws.random() < 0.8]


def _two_of(draws: np.random.Generator, number: int) -> list[int]:
    return [int(place) for place in np.argsort(draws.random(number), kind="stable")[:2]]


def make_baseline(seed: int, competences: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Make last year's training and next year's budget.

    Returns a DataFrame, index code: places_last_year, trained_last_year (people who finished),
    waiting_list (people), spent_last_year (EUR); and the budget for next year in EUR.
    """
    draws = stream(seed, 5)
    # Last year's offer was nearly all hard skills: that is the published critique of such courses.
    usual = np.where(competences["group"].eq("hard"), 16, 4)
    places = np.round(usual * jitter(draws, 0.5, len(competences))).astype(int)
    finished = np.floor(places * (0.7 + 0.3 * draws.random(len(competences)))).astype(int)
    waiting = draws.integers(0, 4, len(competences)) + np.where(usual == 4, 6, 0)
    table = pd.DataFrame(
        {
            "places_last_year": places,
            "trained_last_year": finished,
            "waiting_list": waiting,
            "spent_last_year": places * competences["cost_per_place"].to_numpy(),
        },
        index=competences.index,
    )
    return table, int(round(BUDGET * float(jitter(draws, 0.05, 1)[0]) / 500) * 500)
