"""The file of a cluster that asks to be recognised: what it says of itself and what proves it.

Fixed tables hold the story; the seed moves amounts, loses papers and writes the year of the board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from clusterlib.data.draw import jitter, shuffled, stream
from clusterlib.data.tables import fixed_table

STREAM = 10
LOST_PAPERS = 5
SPECIALISMS = ("devices", "materials", "software", "testing", "services", "logistics")
GROUPS = {"large firms": 10, "small firms": 6, "public bodies": 5, "science": 4, "civil society": 5}
OUTCOMES = ("adopted", "changed", "put off", "noted")
# How often a point of each group ends in one of the outcomes, in sevenths.
ENDS = {
    "large firms": (5, 1, 1, 0),
    "small firms": (3, 2, 1, 1),
    "public bodies": (4, 2, 1, 0),
    "science": (3, 2, 1, 1),
    "civil society": (1, 1, 2, 3),
}
SYNTHETIC_NOTE = (
    "Synthetic data: the cluster's papers, the applicants, the places and the figures are invented "
    "(seed {seed})."
)


class HasSeed(Protocol):
    """Anything with a seed, such as a case."""

    @property
    def seed(self) -> int:
        """The whole number its figures were drawn with."""


@dataclass(frozen=True, repr=False, eq=False)
class EntryFile:
    """What lies on the table when a cluster is asked what it is.

    self_check, index item: level (0 to 3), evidence ("" where none is attached), vouched_by.
    eccp and accreditation, what `labels.eccp_check` and `labels.hungarian_points` take, with
    evidence; some of it open. named_members and current_members: for keeping a title. places,
    index code: fourteen places with near, one_field, linked, institutions, has_list, landlord, what
    people call them and what a panel says they are. applicants, index code: what seven
    organisations wrote; appeals, index code: rule, value and evidence of those who objected.
    years and specialisms, index (cluster, year): six clusters over time. joining, index line: sort
    (cost or benefit), amount (EUR a year), chance, basis, who_says. seat_log, index point: group,
    starts (minute of a meeting of 120), minutes, outcome, replied.
    """

    seed: int
    synthetic_note: str
    self_check: pd.DataFrame
    eccp: Mapping[str, Any]
    accreditation: Mapping[str, Any]
    named_members: int
    current_members: int
    places: pd.DataFrame
    applicants: pd.DataFrame
    appeals: pd.DataFrame
    years: pd.DataFrame
    specialisms: pd.DataFrame
    joining: pd.DataFrame
    seat_log: pd.DataFrame

    def __repr__(self) -> str:
        papers = int(self.self_check["evidence"].ne("").sum())
        return (
            f"Entry file: {papers} of {len(self.self_check)} statements with evidence, "
            f"{len(self.places)} places compared, {len(self.applicants)} applicants, "
            f"{self.years.index.get_level_values('cluster').nunique()} clusters over time.\n"
            f"{self.synthetic_note}"
        )


def entry_file(case: HasSeed | int) -> EntryFile:
    """Make the file on which module 01 works.

    case: a case, or a seed. Returns an EntryFile. Each table draws from a stream of its own, and
    no table of the case changes.

    >>> papers = entry_file(2027)
    >>> int(papers.self_check["evidence"].eq("").sum()), len(papers.applicants)
    (5, 7)
    """
    seed = case if isinstance(case, int) else case.seed
    written = fixed_table("applicants", "code")
    years, specialisms = _paths(seed)
    named = 30 + int(stream(seed, STREAM, 4).integers(0, 9))
    return EntryFile(
        seed=seed,
        synthetic_note=SYNTHETIC_NOTE.format(seed=seed),
        self_check=_self_check(seed),
        eccp=_ECCP,
        accreditation=_points(seed),
        named_members=named,
        current_members=60,
        places=fixed_table("places_compared", "code"),
        applicants=written.drop(columns=["appeal_rule", "appeal_value", "appeal_evidence"]),
        appeals=_appeals(written),
        years=years,
        specialisms=specialisms,
        joining=_joining(seed),
        seat_log=_seat_log(seed),
    )


_ECCP: Mapping[str, Any] = {
    "staff_fte": {"value": 2.5, "evidence": "Payroll of October"},
    "committed_members": {"value": 52, "evidence": "Signed declarations, list of 3 March"},
    "member_types": {
        "value": ("firms", "science", "public bodies", "civil society"),
        "evidence": "Table of members by kind",
    },
    "english_site": {"value": None, "evidence": ""},
    "active": {"value": True, "evidence": "Minutes of the last six months"},
}


def _self_check(seed: int) -> pd.DataFrame:
    """Lose some of the papers that were loosely kept; the level stays claimed."""
    table = fixed_table("self_check", "item")
    loose = [str(item) for item in table.index[table["loose"] == 1]]
    lost = shuffled(stream(seed, STREAM), loose)[:LOST_PAPERS]
    table.loc[lost, "evidence"] = ""
    return table.drop(columns="loose")


def _points(seed: int) -> Mapping[str, Any]:
    draws = stream(seed, STREAM, 1)
    cooperation, management, innovation = (int(draws.integers(0, 4)) for _ in range(3))
    return {
        "cooperation": {
            "value": (10 + cooperation, 14 + cooperation), "evidence": "Own estimate, two readers",
        },
        "management": {"value": 19 + management, "evidence": "Own estimate, two readers agree"},
        "international": {"value": None, "evidence": ""},
        "innovation": {
            "value": (12 + innovation, 17 + innovation), "evidence": "Own estimate, two readers",
        },
        "closed_years": {"value": 8, "evidence": "Accounts 2017 to 2024"},
        "staff": {"value": 3, "evidence": "Payroll of October"},
        "years_managed": {"value": 8, "evidence": "Statutes of 2016"},
        "member_with_majority": {"value": False, "evidence": "Register of owners"},
    }  # fmt: skip


def _appeals(written: pd.DataFrame) -> pd.DataFrame:
    columns = {"appeal_rule": "rule", "appeal_value": "value", "appeal_evidence": "evidence"}
    table = written.loc[written["appeal_rule"].notna(), ["name", *columns]]
    table = table.rename(columns=columns)
    table["value"] = [_plain(value) for value in table["value"]]
    return table


def _plain(text: str) -> bool | float:
    return text == "True" if text in ("True", "False") else float(text)


def _paths(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw firms, jobs, entries, exits and specialisms so that the planted stage stays visible."""
    years, specialisms = [], []
    for number, (cluster, path) in enumerate(fixed_table("cluster_paths", "cluster").iterrows()):
        draws = stream(seed, STREAM, 2, number)
        span = range(int(path["first_year"]), int(path["last_year"]) + 1)
        age = np.arange(len(span))
        firms = np.round(path["firms"] * (1 + path["firm_growth"]) ** age).astype(int)
        jobs = path["employment"] * (1 + path["job_growth"]) ** age
        jobs = np.round(jobs * jitter(draws, 0.012, len(span))).astype(int)
        before = np.concatenate([firms[:1], firms[:-1]])
        wanted = np.round(path["entry_rate"] * before * jitter(draws, 0.08, len(span)))
        entries = np.maximum(wanted.astype(int), firms - before)
        labels = [(str(cluster), year) for year in span]
        years.append(
            pd.DataFrame(
                {"firms": firms, "employment": jobs, "entries": entries,
                 "exits": entries - (firms - before)},
                pd.MultiIndex.from_tuples(labels, names=["cluster", "year"]),
            )
        )  # fmt: skip
        mixed = np.linspace(path["evenness_start"], path["evenness_end"], len(span))
        counts = [_spread(total, share) for total, share in zip(firms, mixed, strict=True)]
        specialisms.append(pd.DataFrame(counts, years[-1].index, list(SPECIALISMS)))
    return pd.concat(years), pd.concat(specialisms)


def _spread(total: int, evenness: float) -> list[int]:
    """Spread firms over specialisms: 1 is all alike, less means that the first ones hold more."""
    weights = np.exp(-2.6 * (1 - evenness) * np.arange(len(SPECIALISMS)))
    exact = total * weights / weights.sum()
    counts = np.floor(exact).astype(int)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return [int(count) for count in counts]


def _joining(seed: int) -> pd.DataFrame:
    table = fixed_table("joining", "line")
    moved = table["amount"] * jitter(stream(seed, STREAM, 3), 0.1, len(table))
    table["amount"] = (moved / 50).round().astype(int) * 50
    return table


def _seat_log(seed: int) -> pd.DataFrame:
    """Write thirty points of a year: who brought them, when in the meeting, and what came of it."""
    draws = stream(seed, STREAM, 5)
    groups = [group for group, points in GROUPS.items() for _ in range(points)]
    rows = []
    for group in groups:
        late = 60 if group == "civil society" else 0
        start = 5 * int(draws.integers(late // 10, 12 + late // 6))
        minutes = 3 + int(draws.integers(0, 6 if group == "civil society" else 16))
        weights = np.cumsum(ENDS[group])
        outcome = OUTCOMES[int(np.searchsorted(weights, draws.integers(0, 7), side="right"))]
        replied = outcome in ("adopted", "changed") or bool(draws.random() < 0.3)
        rows.append((group, min(start, 115), minutes, outcome, replied))
    order = shuffled(draws, list(range(len(rows))))
    index = pd.Index([f"B{n:02d}" for n in range(1, len(rows) + 1)], name="point")
    columns = ["group", "starts", "minutes", "outcome", "replied"]
    return pd.DataFrame([rows[number] for number in order], index, columns)
