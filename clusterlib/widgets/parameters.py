"""The table of parameters from which a panel of controls is built, and its checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Settings = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One value out of a list. `options` are (words on the screen, value) pairs."""

    name: str
    description: str
    options: tuple[tuple[str, str], ...]
    value: str

    def check(self, value: object) -> str:
        """Return the value, or raise with the values that may be chosen."""
        allowed = [option for _, option in self.options]
        if value not in allowed:
            raise ValueError(
                f"{self.name!r} cannot be {value!r}: choose one of "
                + ", ".join(repr(option) for option in allowed)
            )
        return str(value)


@dataclass(frozen=True)
class Scale(Choice):
    """One step of a scale, moved along a slider that shows its words, not its number."""


@dataclass(frozen=True)
class Slider:
    """A number between two ends, in steps; the description names the unit."""

    name: str
    description: str
    low: float
    high: float
    step: float
    value: float
    pattern: str = ".2f"

    def check(self, value: object) -> float:
        """Return the value as a number, or raise with the ends it must lie between."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{self.name!r} must be a number; {value!r} is not")
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{self.name!r} must lie between {self.low:g} and {self.high:g}; yours is {value:g}"
            )
        return float(value)


@dataclass(frozen=True)
class Switch:
    """Something that is on or off."""

    name: str
    description: str
    value: bool = False

    def check(self, value: object) -> bool:
        """Return the value, or raise when it is neither True nor False."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.name!r} must be True or False; {value!r} is neither")
        return value


@dataclass(frozen=True)
class Line:
    """A line of text; the study that asks for it says what it can read."""

    name: str
    description: str
    value: str = ""

    def check(self, value: object) -> str:
        """Return the text, or raise when it is none."""
        if not isinstance(value, str):
            raise ValueError(f"{self.name!r} must be text; {value!r} is not")
        return value


Parameter = Choice | Slider | Switch | Line


def defaults(parameters: Sequence[Parameter]) -> Settings:
    """Return the settings a panel opens with."""
    return {parameter.name: parameter.value for parameter in parameters}


def complete(parameters: Sequence[Parameter], chosen: Mapping[str, object] | None) -> Settings:
    """Return full, checked settings: the defaults with `chosen` laid over them.

    Raises:
        ValueError: a name no parameter has, or a value outside its range.

    Example:
        >>> level = Slider("level", "Interval level", 0.5, 0.99, 0.01, 0.95)
        >>> complete([level], {"level": 0.9})
        {'level': 0.9}
    """
    known = {parameter.name: parameter for parameter in parameters}
    settings = defaults(parameters)
    for name, value in (chosen or {}).items():
        if name not in known:
            raise ValueError(f"there is no setting {name!r}; there are: {', '.join(known)}")
        settings[name] = known[name].check(value)
    return settings
