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
        [str(name).strip().casefold() for name in [*supply["language"], *need["language"]]]
        if "language" in supply.columns
        else [""] * len(words)
    )
    weights, vocabulary = _weigh(words, languages)
    split = len(supply)
    picked: list[tuple[int, int, int, float, bool, bool]] = []
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
            picked += [
                (number, offer, rank, score[offer], alike[offer], coded[offer])
                for rank, offer in enumerate(_best(score, alike, coded, top), start=1)
            ]
    found = _found(picked, supply.index, need.index, weights, vocabulary)
    alone = np.setdiff1d(np.arange(len(need)), found["number"].to_numpy(dtype=int)).tolist()
    spoken = set(languages[:split])
    nothing = pd.DataFrame(
        {
            "number": alone,
            "demand": need.index[alone],
            "same_code": False,
            "shared_words": "",
            "reason": [_no_match(languages[split + one] in spoken, with_code) for one in alone],
        }
    )
    table = pd.concat([found, nothing]) if alone else found
    table = table.sort_values("number", kind="stable", ignore_index=True)[_COLUMNS]
    return table.astype({"rank": "Int64", "score": float, "same_code": bool})


def _found(
    picked: list[tuple[int, int, int, float, bool, bool]],
    supply: pd.Index,
    need: pd.Index,
    weights: csr_array,
    vocabulary: list[str],
) -> pd.DataFrame:
    """Write the picked pairs as rows, with the words that speak for them."""
    columns = ["number", "offer", "rank", "score", "alike", "same_code"]
    table = pd.DataFrame(picked, columns=columns)
    numbers, offers = table["number"].to_numpy(dtype=int), table["offer"].to_numpy(dtype=int)
    shared = _shared(weights[offers] * weights[len(supply) + numbers], vocabulary)
    alike = table["alike"].to_numpy(dtype=bool)
    table["demand"], table["offer"] = need[numbers], supply[offers]
    table["score"] = table["score"].astype(float).round(12).where(alike)
    table["shared_words"] = ["; ".join(words) for words in shared]
    table["reason"] = [
        _reason(coded, same, bool(words))
        for coded, same, words in zip(table["same_code"], alike, shared, strict=True)
    ]
    return table.drop(columns="alike")


def _shared(products: csr_array, vocabulary: list[str]) -> list[list[str]]:
    """Up to five words that both texts of each pair hold, the weightiest first."""
    pairs = products.tocsr()
    shared = []
    for first, last in zip(pairs.indptr[:-1], pairs.indptr[1:], strict=True):
        held = zip(-np.round(pairs.data[first:last], 12), pairs.indices[first:last], strict=True)
        shared.append([word for _, word in sorted((w, vocabulary[term]) for w, term in held)[:5]])
    return shared


def _reason(coded: bool, alike: bool, words: bool) -> str:
    reasons = ["same code"] * coded
    if not alike:
        reasons.append("other language, texts not compared")
    elif words:
        reasons.append("words in common")
    return ", ".join(reasons)


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
    known: dict[tuple[str, str], int] = {}
    rows: list[int] = []
    numbers: list[int] = []
    counts: list[float] = []
    for row, (counted, language) in enumerate(zip(words, languages.tolist(), strict=True)):
        rows += [row] * len(counted)
        numbers += [known.setdefault((language, word), len(known)) for word in counted]
        counts += counted.values()
    texts = Counter(languages.tolist())
    sizes = np.array([texts[language] for language, _ in known], dtype=float)
    row_of, term_of = np.array(rows, dtype=int), np.array(numbers, dtype=int)
    found = np.bincount(term_of, minlength=len(known))
    rarity = np.log((1 + sizes) / (1 + found)) + 1
    values = np.array(counts, dtype=float) * rarity[term_of]
    length = np.sqrt(np.bincount(row_of, values**2, minlength=len(words)))
    shape = (len(words), max(1, len(known)))
    matrix = csr_array((values / length[row_of], (row_of, term_of)), shape=shape)
    return matrix, [word for _, word in known]


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


def _no_match(spoken: bool, with_code: bool) -> str:
    what = "no word in common with any offer" if spoken else "no offer in this language"
    return f"{what} and no shared code" if with_code else what
