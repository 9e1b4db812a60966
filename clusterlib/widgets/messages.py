"""What forms say, by language: one small catalogue file a language, English always complete."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FIRST = "en"
_FOLDER = files("clusterlib.widgets") / "locale"


def languages() -> list[str]:
    """Return the languages there is a catalogue for, English first.

    Example:
        >>> languages()[0]
        'en'
    """
    found = sorted(
        entry.name.removesuffix(".toml")
        for entry in _FOLDER.iterdir()
        if entry.name.endswith(".toml")
    )
    return [FIRST, *(one for one in found if one != FIRST)]


@cache
def catalogue(language: str = FIRST) -> Mapping[str, str]:
    """Return the messages of a language; a message it lacks is given in English.

    Raises:
        ValueError: there is no catalogue for the language.

    Example:
        >>> catalogue("de")["later"]
        'Für später speichern'
    """
    if language not in languages():
        raise ValueError(
            f"there are no messages in {language!r}; there are: {', '.join(languages())}"
        )
    return {**_read(FIRST), **_read(language)}


def _read(language: str) -> dict[str, str]:
    text = _FOLDER.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {str(name): str(words) for name, words in tomllib.loads(text).items()}
