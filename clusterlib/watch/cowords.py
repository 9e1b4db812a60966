"""Words that are used together: themes, and where they stand in the strategic diagram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterlib.validation import some_of


@dataclass(frozen=True)
class WordMap:
    """Words and themes: `frequencies`, `equivalence`, `words` (theme of each) and `themes`."""

    documents: int
    empty: int
    frequencies: pd.Series[int]
    equivalence: pd.DataFrame
    words: pd.Series[str]
    themes: pd.DataFrame


def cowords(
    documents: Iterable[object],
    minimum: int = 2,
    *,
    max_size: int = 10,
    themes: Mapping[str, str] | None = None,
) -> WordMap:
    """Map which keywords go together and which themes are central and well developed.

    Args:
        documents: one entry for each document: a list of keywords, or text with keywords between
            semicolons.
        minimum: keywords in fewer documents are left off the map.
        max_size: a theme stops growing at this many words.
        themes: theme of each word, if you have your own; else themes are grown from the strongest
            links.
    Returns:
        `WordMap`: number of documents and of `empty` ones, `frequencies` of all keywords,
        `equivalence` (matrix), `words` (theme of each word on the map; blank for a word that your
        themes do not name, which is then in no figure of theirs), `themes`: size, centrality,
        density, quadrant, words; most central first.
    Raises:
        ValueError: no keyword reaches `minimum`, or your themes name none, unknown words, or two
            themes for one word.
    Convention:
        Keywords are compared in lower case without outer blanks, and count once a document; blanks
        in a list are no keywords.
        Equivalence is c_ij² / (c_i c_j), 0 to 1. Centrality is the sum of a theme's links to words
        of other themes; density the mean of all its inner pairs, linked or not (0 for one word).
        A theme is named after its most frequent word. Quadrants split at the median, and only
        above it counts as high: motor (high, high), basic (central only), niche (dense only),
        emerging or declining (neither); "undetermined" if all themes stand level on an axis.
    Reference:
        Callon, Courtial and Laville (1991); van Eck and Waltman (2009) on other normalisations.

    >>> papers = ["gene therapy; vector", "gene therapy; vector", "wearable; sensor",
    ...           "wearable; sensor; gene therapy", "sensor"]
    >>> result = cowords(papers, max_size=2)
    >>> round(float(result.equivalence.loc["gene therapy", "vector"]), 4)
    0.6667
    >>> result.themes["words"].to_dict()
    {'gene therapy': 'gene therapy; vector', 'sensor': 'sensor; wearable'}
    """
    if minimum < 1 or max_size < 1:
        raise ValueError("minimum and max_size must be 1 or more")
    read = [_keywords(entry) for entry in documents]
    counted = Counter(word for words in read for word in words)
    ordered = sorted(counted, key=lambda word: (-counted[word], word))
    kept = [word for word in ordered if counted[word] >= minimum]
    if not kept:
        raise ValueError(
            f"no keyword stands in {minimum} documents or more ({len(read)} documents, "
            f"{len(counted)} keywords): lower the minimum or read more"
        )
    equivalence = _equivalence(read, kept)
    groups = _grow(equivalence, max_size) if themes is None else _given(themes, kept)
    return WordMap(
        documents=len(read),
        empty=sum(not words for words in read),
        frequencies=pd.Series([counted[word] for word in ordered], ordered, name="documents"),
        equivalence=equivalence,
        words=pd.Series(groups, name="theme", dtype=object).reindex(kept),
        themes=_diagram(equivalence, groups),
    )


def _keywords(entry: object) -> set[str]:
    """Read the keywords of one document; a blank entry has none."""
    if isinstance(entry, str):
        words: Iterable[object] = entry.split(";")
    elif isinstance(entry, Iterable):
        words = entry
    elif pd.isna(entry):  # type: ignore[call-overload]
        words = ()
    else:
        raise ValueError(f"keywords must be a list or a text, not {entry!r}")
    known = (str(word) for word in words if word is not None and word == word)
    return {clean for word in known if (clean := " ".join(word.casefold().split()))}


def _equivalence(read: list[set[str]], kept: list[str]) -> pd.DataFrame:
    """c_ij squared over c_i c_j, with 1 on the diagonal."""
    from scipy.sparse import csr_array

    column = {word: place for place, word in enumerate(kept)}
    where = [(row, column[word]) for row, words in enumerate(read) for word in words & set(kept)]
    rows, columns = np.array(where).T
    present = csr_array((np.ones(len(where)), (rows, columns)), shape=(len(read), len(kept)))
    together = (present.T @ present).toarray()
    alone = np.diag(together)
    return pd.DataFrame(together**2 / np.outer(alone, alone), index=kept, columns=kept)


def _grow(equivalence: pd.DataFrame, max_size: int) -> dict[str, str]:
    """Join words along the strongest links first, as long as no theme exceeds `max_size`."""
    names = list(equivalence.index)
    values = equivalence.to_numpy()
    upper, lower = np.nonzero(np.triu(values, 1))
    order = np.lexsort((lower, upper, -np.round(values[upper, lower], 12)))
    member = {place: [place] for place in range(len(names))}
    for one, other in zip(upper[order], lower[order], strict=True):
        left, right = member[int(one)], member[int(other)]
        if left is not right and len(left) + len(right) <= max_size:
            left += right
            for place in right:
                member[place] = left
    # Words stand in order of frequency, so the first of a theme is its most frequent word.
    return {names[place]: names[min(group)] for place, group in member.items()}


def _given(themes: Mapping[str, str], kept: list[str]) -> dict[str, str]:
    """Use the themes of the reader for the words on the map."""
    groups: dict[str, str] = {}
    for word, theme in themes.items():
        name = " ".join(str(word).casefold().split())
        if groups.setdefault(name, str(theme)) != str(theme):
            raise ValueError(f"two themes for {name}: choose one")
    strange = [word for word in groups if word not in kept]
    if strange or not groups:
        raise ValueError(
            f"your themes name words that are not on the map: {some_of(strange) or 'no word'}"
        )
    return groups


def _diagram(equivalence: pd.DataFrame, groups: Mapping[str, str]) -> pd.DataFrame:
    """Centrality, density and quadrant of each theme."""
    rows = {}
    mapped = [word for word in equivalence.index if word in groups]
    for theme in dict.fromkeys(groups[word] for word in mapped):
        inside = [word for word in mapped if groups[word] == theme]
        outside = [word for word in mapped if groups[word] != theme]
        inner = equivalence.loc[inside, inside].to_numpy()[np.triu_indices(len(inside), 1)]
        rows[theme] = {
            "size": len(inside),
            "centrality": float(equivalence.loc[inside, outside].to_numpy().sum()),
            "density": float(inner.mean()) if len(inner) else 0.0,
            "words": "; ".join(inside),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.insert(3, "quadrant", _quadrants(table["centrality"], table["density"]))
    return table.sort_values("centrality", ascending=False, kind="stable")


def _quadrants(centrality: pd.Series[float], density: pd.Series[float]) -> list[str]:
    """Name the four fields of the strategic diagram."""
    high = []
    for axis in (centrality, density):
        rounded = axis.round(12)
        if rounded.nunique() == 1:
            return ["undetermined"] * len(axis)
        high.append(rounded > rounded.median())
    names = {
        (True, True): "motor",
        (True, False): "basic",
        (False, True): "niche",
        (False, False): "emerging or declining",
    }
    return [names[bool(far), bool(thick)] for far, thick in zip(*high, strict=True)]
