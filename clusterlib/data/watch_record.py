"""The invented literature record: abstracts with keywords, counted by year and topic."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.data.case import Case
from clusterlib.data.draw import jitter, stream
from clusterlib.data.tables import fixed_table

YEARS = range(2010, 2025)
_PART = 46  # names the record's own streams, so that no table of the case changes
_FIRST_YEAR = 60  # documents read in the first year
_MORE = 0.04  # the record grows, so counts must be read against all documents
_COMPANY = 0.35  # chance that a topic brings one of its companions along
_FILLER = "health care"  # said everywhere, tells nothing: a word to reject
_FILLER_SHARE = 0.35


@dataclass(frozen=True, repr=False, eq=False)
class WatchRecord:
    """What was read in fifteen years; made by `watch_record`, never by hand.

    documents, index document: year, keywords (text with semicolons). counts: topics x years,
    documents with the topic. totals: documents by year.
    """

    seed: int
    synthetic_note: str
    documents: pd.DataFrame
    counts: pd.DataFrame
    totals: "pd.Series[int]"

    def __repr__(self) -> str:
        return (
            f"Literature record: {len(self.documents)} abstracts, {len(self.counts)} topics, "
            f"{self.totals.index[0]} to {self.totals.index[-1]}.\n{self.synthetic_note}"
        )


def watch_record(source: Case | int) -> WatchRecord:
    """Make the literature record of a case.

    source: a case, or a seed. The seed changes the documents, not which topics rise, fall or
    burst. All of it is invented.

    Returns a WatchRecord.
    Raises ValueError for a seed that is negative or not a whole number.

    >>> record = watch_record(2027)
    >>> record.counts.shape, bool((record.counts <= record.totals).all().all())
    ((15, 15), True)
    """
    seed = source.seed if isinstance(source, Case) else source
    topics = fixed_table("watch_topics", "topic")
    draws = stream(seed, _PART)
    sizes = _FIRST_YEAR * (1 + _MORE) ** np.arange(len(YEARS)) * jitter(draws, 0.06, len(YEARS))
    rows = [
        (year, "; ".join(words))
        for year, size in zip(YEARS, np.round(sizes).astype(int), strict=True)
        for words in _abstracts(draws, topics, year, int(size))
    ]
    index = pd.Index([f"A{number:04d}" for number in range(1, len(rows) + 1)], name="document")
    documents = pd.DataFrame(rows, index, ["year", "keywords"])
    said = documents["keywords"].str.split("; ").explode()
    years = documents["year"].reindex(said.index)
    counts = pd.crosstab(said, years).reindex(columns=list(YEARS), fill_value=0)
    return WatchRecord(
        seed=int(seed),
        synthetic_note=f"Synthetic data: the abstracts and their keywords are invented "
        f"(seed {seed}).",
        documents=documents,
        counts=counts.drop(index="", errors="ignore").rename_axis("topic").rename_axis(
            "year", axis=1
        ),
        totals=documents.groupby("year").size().rename("documents"),
    )  # fmt: skip


def _abstracts(
    draws: np.random.Generator, topics: pd.DataFrame, year: int, size: int
) -> list[list[str]]:
    """Draw the keywords of one year's abstracts: topics, companions of them, and the filler."""
    age = year - YEARS[0]
    share = topics["start_share"] * (1 + topics["growth"]) ** age
    bursting = (topics["burst_from"] <= year) & (year <= topics["burst_to"])
    share = share.where(~bursting, share * topics["burst_times"]).clip(upper=0.6)
    hit = draws.random((size, len(topics))) < share.to_numpy()
    along = draws.random((size, len(topics))) < _COMPANY
    which = draws.integers(0, 2, (size, len(topics)))
    filled = draws.random(size) < _FILLER_SHARE
    names = [str(name) for name in topics.index]
    companions = [str(words).split(";") for words in topics["together"]]
    found = []
    for row in range(size):
        words = dict.fromkeys(names[place] for place in np.flatnonzero(hit[row]).tolist())
        for place in np.flatnonzero(hit[row] & along[row]).tolist():
            words.setdefault(companions[place][int(which[row, place])])
        if filled[row]:
            words.setdefault(_FILLER)
        found.append(list(words))
    return found
