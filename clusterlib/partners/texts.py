"""Which offers answer which demands: shared codes first, then the words they have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from clusterlib.validation import some_of, unique_labels

_WORD = re.compile(r"\w\w+")
_BLOCK = 500  # demands compared at a time: keeps memory small
_COLUMNS = ["demand", "offer", "rank", "score", "same_code", "shared_words", "reason"]


def match_texts(
    offers: pd.DataFrame | pd.Series[str],
    demands: pd.DataFrame | pd.Series[str],
    top: int = 5,
    *,
    stop_words: Iterable[str] = (),
) -> pd.DataFrame:
    """Find the offers that come nearest to each demand in a catalogue.

    Args:
        offers, demands: index the name of the entry; a Series of texts, or a table with `text` and
            optionally `language` (such as "hu") and `code` (an industry or ecosystem code; several
            separated by ";").
        top: how many offers to list for each demand at most.
        stop_words: words to leave out, such as "and".
    Returns:
        Rows demand, offer, rank, score (cosine, 0 to 1), same_code, shared_words (up to five, the
        weightiest first) and reason. A demand without any match stands in one row with a blank
        offer and the reason.
    Raises:
        ValueError: an entry twice, a missing `text` column, a blank text, code or language given
            on one side only.
    Convention:
        Pairs that share a code come first, then the higher score; equal pairs keep the order of
        the offers. Texts in different languages are never compared by words: their score is blank
        (not 0), and they are listed only for a shared code. Words are two letters or digits or
        more, in lower case; their weight is term frequency times ln((1 + N)/(1 + n)) + 1 among the
        texts of one language, and vectors have length 1. The method is blind to synonyms and to
        word endings.
    Reference:
        Salton and Buckley (1988).

    >>> offers = pd.Series({"O1": "clinical trial design", "O2": "polymer injection moulding"})
    >>> demands = pd.Series({"D1": "partner for a clinical trial", "D2": "legal advice"})
    >>> match_texts(offers, demands)[["demand", "offer", "score", "reason"]].round(3)
      demand offer  score                            reason
    0     D1    O1  0.461                   words in common
    1     D2   NaN    NaN  no word in common with any offer
    """
    if top < 1:
        raise ValueError(f"top must be 1 or more; you gave {top}")
    supply, need = _entries(offers, "offers"), _entries(demands, "demands")
    for column in ("language", "code"):
        if (column in supply.columns) != (column in need.columns):
            raise ValueError(f"{column} stands on one side only: give it for offers and demands")
    with_code = "code" in supply.columns
    codes = _codes(supply, need) if with_code else None
    stop = {word.casefold() for word in stop_words}
    words = [_words(text, stop) for text in [*supply["text"], *need["text"]]]
    languages = np.array(
        [*supply["language"], *need["language"]]
        if "language" in supply.columns
        else [""] * len(words)
    )
    weights, vocabulary = _weigh(words, languages)
    split = len(supply)
    rows: list[tuple[object, ...]] = []
    for first in range(0, len(need), _BLOCK):
        block = slice(first, first + _BLOCK)
        scores = (weights[split:][block] @ weights[:split].T).toarray()
        comparable = languages[split:][block][:, None] == languages[:split][None, :]
        share_code = (
            np.zeros(scores.shape, dtype=bool)
            if codes is None
            else (codes[split:][block] @ codes[:split].T).toarray() > 0
        )
        for number, (score, alike, coded) in enumerate(
            zip(scores, comparable, share_code, strict=True), start=first
        ):
            best = _best(score, alike, coded, top)
            rows += [
                _row(
                    need,
                    supply,
                    number,
                    int(offer),
                    rank,
                    score,
                    alike,
                    coded,
                    weights,
                    vocabulary,
                    split,
                )
                for rank, offer in enumerate(best, start=1)
            ] or [(need.index[number], None, None, np.nan, False, "", _no_match(alike, with_code))]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.astype({"rank": "Int64", "score": float})


def _entries(given: pd.DataFrame | pd.Series[str], what: str) -> pd.DataFrame:
    """Return the entries as a table with text, and language and code if they are given."""
    table = given.to_frame("text") if isinstance(given, pd.Series) else given
    if "text" not in table.columns:
        raise ValueError(f"the {what} need a column text")
    unique_labels(table.index, what)
    if table.empty:
        raise ValueError(f"there are no {what}: nothing can be matched")
    for column in ("text", "language"):
        if column in table.columns:
            cells = table[column]
            blank = table.index[cells.isna() | (cells.astype(str).str.strip() == "")]
            if len(blank):
                raise ValueError(f"{column} missing in {what} {some_of(blank)}: fill it in")
    return table


def _words(text: str, stop: set[str]) -> Counter[str]:
    return Counter(word for word in _WORD.findall(str(text).casefold()) if word not in stop)


def _weigh(words: list[Counter[str]], languages: np.ndarray) -> tuple[csr_array, list[str]]:
    """TF-IDF vectors of length 1; a word counts for each language apart."""
    terms = [
        (row, f"{language}\t{word}", count)
        for row, (counted, language) in enumerate(zip(words, languages, strict=True))
        for word, count in counted.items()
    ]
    numbers, vocabulary = pd.factorize(pd.Series([term for _, term, _ in terms], dtype=object))
    rows = np.array([row for row, _, _ in terms], dtype=int)
    counts = np.array([count for _, _, count in terms], dtype=float)
    texts = Counter(languages.tolist())
    sizes = np.array([texts[term.split("\t")[0]] for term in vocabulary], dtype=float)
    found = np.bincount(numbers, minlength=len(vocabulary))
    rarity = np.log((1 + sizes) / (1 + found)) + 1
    values = counts * rarity[numbers]
    length = np.sqrt(np.bincount(rows, values**2, minlength=len(words)))
    matrix = csr_array(
        (values / length[rows], (rows, numbers)), shape=(len(words), max(1, len(vocabulary)))
    )
    return matrix, [term.split("\t")[1] for term in vocabulary]


def _codes(supply: pd.DataFrame, need: pd.DataFrame) -> csr_array:
    """One column for each code; an entry without a code shares none."""
    cells = [*supply["code"], *need["code"]]
    pairs = [
        (row, code.strip())
        for row, cell in enumerate(cells)
        if not pd.isna(cell)
        for code in str(cell).split(";")
        if code.strip()
    ]
    numbers, names = pd.factorize(pd.Series([code for _, code in pairs], dtype=object))
    rows = [row for row, _ in pairs]
    shape = (len(cells), max(1, len(names)))
    return csr_array((np.ones(len(rows)), (rows, numbers)), shape=shape)


def _best(score: np.ndarray, alike: np.ndarray, coded: np.ndarray, top: int) -> np.ndarray:
    """Places of the best offers: shared code first, then score, then order."""
    rated = np.where(alike, np.round(score, 12), 0.0)
    key = rated + 2.0 * coded
    able = np.flatnonzero(key > 0)
    if len(able) > top:
        # Keep all that tie with the last place, so that the order of the offers decides.
        limit = np.partition(key[able], len(able) - top)[len(able) - top]
        able = able[key[able] >= limit]
    chosen: np.ndarray = able[np.argsort(-key[able], kind="stable")][:top]
    return chosen


def _row(
    need: pd.DataFrame,
    supply: pd.DataFrame,
    number: int,
    offer: int,
    rank: int,
    score: np.ndarray,
    alike: np.ndarray,
    coded: np.ndarray,
    weights: csr_array,
    vocabulary: list[str],
    split: int,
) -> tuple[object, ...]:
    """One row of the answer, with the words that speak for the pair."""
    shared = _shared(weights, vocabulary, offer, split + number) if alike[offer] else []
    reasons = ["same code"] * bool(coded[offer])
    if not alike[offer]:
        reasons.append("other language, texts not compared")
    elif shared:
        reasons.append("words in common")
    return (
        need.index[number],
        supply.index[offer],
        rank,
        float(np.round(score[offer], 12)) if alike[offer] else np.nan,
        bool(coded[offer]),
        "; ".join(shared),
        ", ".join(reasons),
    )


def _shared(weights: csr_array, vocabulary: list[str], one: int, other: int) -> list[str]:
    """Up to five words both texts hold, the weightiest first."""
    start, data = weights.indptr, weights.data
    mine = dict(
        zip(
            weights.indices[start[one] : start[one + 1]],
            data[start[one] : start[one + 1]],
            strict=True,
        )
    )
    both = [
        (-value * mine[term], vocabulary[term])
        for term, value in zip(
            weights.indices[start[other] : start[other + 1]],
            data[start[other] : start[other + 1]],
            strict=True,
        )
        if term in mine
    ]
    return [word for _, word in sorted(both)[:5]]


def _no_match(alike: np.ndarray, with_code: bool) -> str:
    what = "no word in common with any offer" if alike.any() else "no offer in this language"
    return f"{what} and no shared code" if with_code else what
