"""Jobs by region and industry, plants, suppliers and inputs of the invented country."""

import numpy as np
import pandas as pd

from clusterlib.data.draw import jitter, stream
from clusterlib.data.tables import fixed_places, fixed_table

YEARS = (2018, 2023)
# Where an office would hide a figure: industries with few firms in a place, outside the own region.
CONFIDENTIAL = ("Quarrying and stone", "Textiles and clothing")
NEWCOMER = ("Corvale", "Medical devices", 140)  # a plant that opened between the two years
SEVERAL_PLANTS, SINGLE_PLANT = "Pharmaceuticals", "Shipbuilding"
# Plants per region beside the anchor firm's: part of the structure, so the same for every seed.
PLANTS = {"Aldermark": 4, "Brennholm": 3, "Corvale": 2, "Dunmere": 3, "Farrow Coast": 2}


def make_employment(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make jobs by region (8) and industry (12) in the two years.

    Returns jobs in the first year; jobs in the last year with one confidential cell missing; its
    flags ("" or "c"); and the last year without the gap, from which plants are made.
    """
    draws = stream(seed, 6)
    typical = fixed_table("employment", "region").rename_axis(columns="industry")
    growth = fixed_table("growth", "industry").loc[typical.columns]
    start = (typical * jitter(draws, 0.05, *typical.shape)).round().astype("float64")
    change = pd.DataFrame(
        1.0 + growth["growth"].to_numpy() + 0.08 * (draws.random(typical.shape) - 0.5),
        index=typical.index,
        columns=typical.columns,
    )
    change.loc[fixed_places()["region"]] += growth["own_extra"]
    complete = (start * change).round()
    region, industry, jobs = NEWCOMER
    complete.loc[region, industry] = np.round(jobs * jitter(draws, 0.1, 1)[0])
    flags = _confidential_cell(draws, complete)
    return start, complete.mask(flags == "c"), flags, complete


def _confidential_cell(draws: np.random.Generator, jobs: pd.DataFrame) -> pd.DataFrame:
    own = fixed_places()["region"]
    possible = [
        (region, industry)
        for industry in CONFIDENTIAL
        for region in jobs.index
        # Not the own region, and not the small place whose large quotient the lesson needs.
        if region not in (own, "Highmoor") and jobs.loc[region, industry] > 0
    ]
    region, industry = possible[int(draws.integers(len(possible)))]
    flags = pd.DataFrame("", index=jobs.index, columns=jobs.columns)
    flags.loc[region, industry] = "c"
    return flags


def make_industries(seed: int) -> pd.DataFrame:
    """Make what jobs are like in each industry of the own region.

    Returns a DataFrame, index industry: nace, traded, mean_wage (EUR gross a year),
    temporary_share, part_time_share, women_share, over_55_share, graduate_share (0 to 1),
    vacancies (open posts).
    """
    draws = stream(seed, 7)
    table = fixed_table("industries", "industry")
    table["mean_wage"] = (table["mean_wage"] * jitter(draws, 0.03, 12) / 100).round() * 100
    table["mean_wage"] = table["mean_wage"].astype(int)
    for column in [name for name in table.columns if name.endswith("_share")]:
        table[column] = (table[column] * jitter(draws, 0.08, 12)).round(2)
    table["vacancies"] = (table["vacancies"] * jitter(draws, 0.15, 12)).round().astype(int)
    return table


def make_plants(seed: int, jobs: pd.DataFrame, anchor_employees: int) -> pd.DataFrame:
    """Make plant sizes for two industries; they add up to the jobs of each region.

    jobs: regions x industries, complete; anchor_employees: people in the anchor firm's plant.
    Returns a DataFrame: industry, region, plant (name), employment. Pharmaceuticals has plants in
    several regions, shipbuilding a single plant in the whole country.
    """
    draws = stream(seed, 8)
    places = fixed_places()
    rows: list[tuple[str, str, str, int]] = []
    for industry in (SEVERAL_PLANTS, SINGLE_PLANT):
        for region, total in jobs[industry].items():
            left = int(total)
            if industry == SEVERAL_PLANTS and region == places["region"]:
                rows.append(
                    (industry, str(region), places["places"]["anchor_firm"], anchor_employees)
                )
                left -= anchor_employees
            number = 1 if industry == SINGLE_PLANT else PLANTS.get(str(region), 1)
            sizes = _split(draws, left, number) if left else []
            rows += [
                (industry, str(region), f"{region} {industry.lower()} plant {place}", size)
                for place, size in enumerate(sizes, start=1)
            ]
    return pd.DataFrame(rows, columns=["industry", "region", "plant", "employment"])


def _split(draws: np.random.Generator, total: int, number: int) -> list[int]:
    """Split a whole number into parts of different size that add up to it, none of them empty."""
    weights = 0.15 + draws.random(number)
    sizes = np.floor(total * weights / weights.sum()).astype(int)
    sizes[0] += total - int(sizes.sum())
    return [int(size) for size in np.sort(sizes)[::-1]]


def make_suppliers(seed: int) -> pd.DataFrame:
    """Make the supplier and skill base around the anchor firm's plant.

    Returns a DataFrame, index item: kind (supplier, skill), unit, needed and available_in_region
    (in that unit), gap (needed less available), providers (number), nearest_km.
    """
    draws = stream(seed, 9)
    table = fixed_table("suppliers", "item")
    needed = (table["needed"] * jitter(draws, 0.08, len(table))).round().astype(int)
    met = np.clip(table["share_met"] * jitter(draws, 0.12, len(table)), 0.0, 1.0)
    available = (needed * met).round().astype(int)
    return pd.DataFrame(
        {
            "kind": table["kind"],
            "unit": table["unit"],
            "needed": needed,
            "available_in_region": available,
            "gap": needed - available,
            "providers": table["providers"],
            "nearest_km": table["nearest_km"],
        }
    )


def make_coefficients(seed: int) -> pd.DataFrame:
    """Make the input coefficients: EUR of inputs from the row group for one EUR of column output.

    Returns a square DataFrame, groups x groups; every column adds up to less than 1.
    """
    draws = stream(seed, 10)
    table = fixed_table("coefficients", "group")
    return (table * jitter(draws, 0.08, *table.shape)).round(3)
