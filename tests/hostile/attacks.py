"""Reads the corpus: each file of rows/ is one attack.

Header: `attack` what it does; `expect` the verdict, or for a bundle what the trainer is told;
`earned` the marks of the attacked answers (all others are right and keep theirs); `effect` what it
must not do to others; `plain` how plain nbgrader 0.9.6 fares: broken (the attacker wins), blocks
(no gain, but work stays ungraded), honest-loss (an innocent learner is harmed) or safe; `note`
where that differs from the table that the corpus follows; `fair` all, where the answers are right
and only our grader refuses the file; `seconds` the limit for a cell; `shape`
what builds the hand-in; `bundle` inbound, zip or request for what is not a notebook alone. Below
the line: the text of answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exam import POINTS

SECONDS = 2.0


@dataclass(frozen=True)
class Row:
    """One attack."""

    name: str
    attack: str
    expect: str
    effect: str
    plain: str
    earned: dict[str, float]
    seconds: float
    shape: str
    bundle: str
    answers: dict[str, str]
    fair: bool


def read_rows() -> list[Row]:
    """Return the whole corpus, by name."""
    return [_read(path) for path in sorted((Path(__file__).parent / "rows").glob("*.txt"))]


def _read(path: Path) -> Row:
    head, _, body = path.read_text(encoding="utf-8").partition("---\n")
    header = dict(line.split(": ", 1) for line in head.strip().splitlines())
    marks = {name: float(points) for name, points in POINTS.items()}
    if header.get("earned", "all") != "all":
        marks |= {k: float(v) for k, v in (item.split("=") for item in header["earned"].split())}
    answers = {}
    for block in body.split("%% ")[1:]:
        name, _, source = block.partition("\n")
        answers[name.strip()] = source
    return Row(
        name=path.stem,
        attack=header["attack"],
        expect=header["expect"],
        effect=header["effect"],
        plain=header.get("plain", ""),
        earned=marks,
        seconds=float(header.get("seconds", SECONDS)),
        shape=header.get("shape", ""),
        bundle=header.get("bundle", ""),
        answers=answers,
        fair=header.get("fair") == "all",
    )
