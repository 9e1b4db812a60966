"""Star ratings of regional clusters, with their thresholds in the open."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clusterlib import rules, validation
from clusterlib.mapping.quotients import known_totals, location_quotient

FEW_REGIONS = 10  # a top 10 per cent of fewer than ten regions is not a tenth of anything


# How each preset uses the dated facts: measure, sort of rule, fact. "top percent": the best so many
# per cent of the regions in the category; "at least": the measure itself must reach the value;
# "eligible from": below it a cell gets no star at all.
_PRESETS = {
    "observatory": (
        ("size", "top percent", "observatory_size"),
        ("specialisation", "at least", "observatory_specialisation"),
        ("focus", "top percent", "observatory_focus"),
    ),
    "panorama": (
        ("size", "top percent", "panorama_top"),
        ("specialisation", "top percent", "panorama_top"),
        ("productivity", "top percent", "panorama_top"),
        ("minimum_quotient", "eligible from", "panorama_quotient"),
    ),
}
# The day on which the facts are read: each set of rules was in use then.
_IN_USE = {"observatory": "2010-01-01", "panorama": "2017-01-01"}


def star_presets(preset: str | None = None) -> pd.DataFrame:
    """List the rules behind the stars: value, unit, days, source, and whether it was verified.

    Args:
        preset: "observatory" or "panorama"; None lists both.
    Returns:
        One row a rule: preset, measure, rule, value, unit, valid_from, valid_to, source, verified.
    Raises:
        ValueError: unknown preset.

    The values stand in the dated table `cluster_stars` of `clusterlib.rules`.

    >>> star_presets("observatory")[["measure", "value", "verified"]].values.tolist()
    [['size', 10.0, 'yes'], ['specialisation', 2.0, 'no'], ['focus', 10.0, 'no']]
    """
    if preset is not None:
        validation.choice(preset, list(_PRESETS), "preset")
    rows = []
    for name in [preset] if preset else _PRESETS:
        for measure, rule, key in _PRESETS[name]:
            one = rules.fact("cluster_stars", key, on=_IN_USE[name])
            rows.append(
                {
                    "preset": name,
                    "measure": measure,
                    "rule": rule,
                    "value": one.number,
                    "unit": one.unit,
                    "valid_from": one.valid_from,
                    "valid_to": one.valid_to,
                    "source": one.source,
                    "verified": one.verified,
                }
            )
    return pd.DataFrame(rows)


def _best(values: pd.DataFrame, percent: float) -> pd.DataFrame:
    """Mark the top per cent of each column; a tie at the edge lets all of the tied in."""
    ahead = values.rank(ascending=False, method="min") - 1
    return (ahead < values.notna().sum() * percent / 100 - 1e-9) & (values > 0)


def star_rating(
    table: pd.DataFrame,
    preset: str = "observatory",
    *,
    productivity: pd.DataFrame | None = None,
    thresholds: Mapping[str, float] | None = None,
    reference: "pd.Series[float] | None" = None,
    region_totals: "pd.Series[float] | None" = None,
    missing: str = "raise",
) -> pd.DataFrame:
    """Give every region and category its stars, and say which rules they rest on.

    Args:
        table: regions x categories, jobs; confidential cells blank.
        preset: "observatory" (size, specialisation, focus) or "panorama" (size, specialisation,
            productivity; no star below a minimum quotient): see `star_presets`.
        productivity: regions x categories, any unit; without it the panorama's third star is blank.
        thresholds: own values by measure, such as {"specialisation": 1.5}, instead of the preset's.
        reference, region_totals, missing: as in `location_quotient`.
    Returns:
        One row a cell: region, category, jobs, lq, share (of the region's jobs), one column
        `<measure>_star` a measure (yes, no or blank), stars (count of yes), small_category (fewer
        than ten regions known).
    Raises:
        ValueError: unknown preset or measure, bad cells or labels, totals that miss a cell.

    "Top p per cent" counts regions ahead: a star if fewer than p per cent of the category's
    known regions have a larger value. Ties at the edge all get it, the first always does, a region
    with 0 jobs never. A confidential cell has no stars (blank, not 0) and is not among the known.
    Most thresholds are not verified. Stars count jobs, not ties: a high rating shows an
    agglomeration, which may or may not be a cluster.

    Reference: European Cluster Observatory (ecostars); critique: Crawley and Pickernell (2012).

    >>> jobs = pd.DataFrame({"biotech": [30, 10], "food": [70, 90]}, ["Aldermark", "Brennholm"])
    >>> stars = star_rating(jobs, thresholds={"specialisation": 1.5})
    >>> stars[["region", "category", "lq", "stars"]].head(2)
          region category     lq  stars
    0  Aldermark  biotech  1.500      3
    1  Aldermark     food  0.875      0
    """
    presets = star_presets(preset)
    own = dict(thresholds or {})
    for measure in own:
        validation.choice(measure, presets["measure"].tolist(), "threshold for")
    totals = known_totals(table, reference, region_totals, missing)
    jobs = totals.jobs
    quotient = location_quotient(table, reference, region_totals=region_totals, missing=missing)
    share = jobs.div(totals.region, axis=0)
    measures = {"size": jobs, "specialisation": quotient, "focus": share}
    if preset == "panorama":
        measures["productivity"] = _productivity(productivity, jobs)
    elif productivity is not None:
        raise ValueError('productivity has no star in "observatory": use preset="panorama"')
    eligible = pd.DataFrame(True, jobs.index, jobs.columns)
    stars: dict[str, pd.DataFrame] = {}
    for rule in presets.to_dict("records"):
        measure, value = rule["measure"], float(own.get(rule["measure"], rule["value"]))
        if rule["rule"] == "eligible from":
            eligible = quotient >= value - 1e-9
        elif rule["rule"] == "at least":
            stars[measure] = measures[measure] >= value - 1e-9
        else:
            stars[measure] = _best(measures[measure], value)
    regions, categories = jobs.shape
    result = pd.DataFrame(
        {
            "region": np.repeat(jobs.index, categories),
            "category": np.tile(jobs.columns, regions),
            "jobs": jobs.to_numpy().ravel(),
            "lq": quotient.to_numpy().ravel(),
            "share": share.to_numpy().ravel(),
        }
    )
    for measure, awarded in stars.items():
        unknown = (jobs.isna() | measures[measure].isna()).to_numpy().ravel()
        given = pd.Series((awarded & eligible).to_numpy().ravel(), dtype="boolean")
        result[f"{measure}_star"] = given.mask(unknown)
    columns = [f"{measure}_star" for measure in stars]
    result["stars"] = result[columns].sum(axis=1).astype("Int64").mask(result["jobs"].isna())
    result["small_category"] = np.tile((jobs.notna().sum() < FEW_REGIONS).to_numpy(), regions)
    return result


def _productivity(productivity: pd.DataFrame | None, jobs: pd.DataFrame) -> pd.DataFrame:
    if productivity is None:
        return pd.DataFrame(np.nan, jobs.index, jobs.columns)
    values = validation.numeric_table(productivity, "productivity")
    validation.same_labels(jobs.index, values.index, "regions")
    validation.same_labels(jobs.columns, values.columns, "categories")
    return values.reindex(index=jobs.index, columns=jobs.columns)
