"""`cluster-course new-module 14-slug`: a module that builds, with advice to write over."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.commands.build import course_root

EXAMPLES = """example:
  cluster-course new-module 14-energy    then write over course/sources/14-energy/
"""
SLUG = re.compile(r"\d{2}-[a-z]+(-[a-z]+)*")
ROW = """
[[module]]
slug = "{slug}"
title = "{title}"
minutes_lesson = 30
minutes_exercise = 30
points = 20
pass_percent = 50
prerequisites = ["00-start-here"]
deep_for = []
serves = "Say who asked for this module"
artefact = "Say what the learner takes home"
outcomes = ["Say what the learner can do, beginning with a verb that somebody can observe"]
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "new-module",
        help="begin a module from the template",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("slug", metavar="NN-SLUG", help="two digits and words, as in 14-energy")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the three sources and the module's row in the catalogue."""
    slug, root = options.slug, course_root()
    if not SLUG.fullmatch(slug):
        raise CommandError(f'"{slug}" must be two digits and words in lower case, as in 14-energy')
    folder = root / "course" / "sources" / slug
    catalogue = root / "course" / "course.toml"
    if folder.exists() or f'slug = "{slug}"' in catalogue.read_text(encoding="utf-8"):
        raise CommandError(f"{slug} is there already: choose another number and name")
    write_template(folder)
    row = ROW.format(slug=slug, title=slug[3:].replace("-", " ").capitalize())
    with catalogue.open("a", encoding="utf-8", newline="\n") as file:
        file.write(row)
    print(f"Written: course/sources/{slug}/ and the last row of course/course.toml.")
    print(f"Next: read the advice in lesson.md, write over it, run cluster-course build {slug}")
    return 0


def write_template(folder: Path) -> None:
    """Copy the template's sources into the folder of a new module."""
    from clusterlib.delivery import building

    template = Path(building.__file__).parent / "template"
    folder.mkdir(parents=True)
    for source in sorted(template.iterdir()):
        text = source.read_text(encoding="utf-8").replace("{{slug}}", folder.name)
        (folder / source.name).write_text(text, encoding="utf-8", newline="\n")
