"""`cluster-course grade`: run the autograder over collected work."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.command_line import (
    add_command,
    finish,
    released_cohorts,
    selected_cohorts,
)
from clusterlib.delivery.cohorts.places import Cohort

if TYPE_CHECKING:
    from clusterlib.delivery.cohorts.session import Session

DETAILS = """examples:
  cluster-course grade debrecen-2027 02-needs            grade what is new
  cluster-course grade debrecen-2027 02-needs --again    grade everything anew
  cluster-course grade debrecen-2027 02-needs --open     say how to open the formgrader
  cluster-course grade debrecen-2027 02-needs --dask tcp://10.0.0.5:8786   on many machines

Grades several learners at a time; Ctrl-C stops, the same command goes on where it stopped.
Marks given by hand stay. Learners' code runs in a box: cluster-course doctor says how strong it is.
Every hand-in ends with a word: PASS, PARTIAL, FAIL, TIME, MEMORY, OUTPUT, CRASH, MALFORMED, LATE or
TAMPERED; marks are given beside it for every part that is sound.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(subparsers, "grade", "run the autograder on collected work", DETAILS, run)
    parser.add_argument("--again", action="store_true", help="also what is graded already")
    parser.add_argument("--why", metavar="TEXT", help="reason to keep beside every changed mark")
    parser.add_argument("--workers", type=int, help="hand-ins at the same time on this machine")
    parser.add_argument("--dask", metavar="ADDRESS", help="have other machines grade")
    parser.add_argument(
        "--open", action="store_true", help="only say how to open the formgrader for marks by hand"
    )


def run(options: argparse.Namespace) -> int:
    """Grade for every chosen audience."""
    from clusterlib.delivery.cohorts.gradebook import kept_open
    from clusterlib.delivery.cohorts.grading import how_to_open_formgrader
    from clusterlib.delivery.runner.pool import warm_up

    if not (options.open or options.dask):
        warm_up(_opening(options))
    failures = []
    with kept_open():
        for cohort in released_cohorts(options):
            if options.open:
                print(f"{cohort.course_id}:\n  {how_to_open_formgrader(cohort, options.module)}")
            else:
                failures += _grade_all(cohort, options)
    return finish(failures, options.name)


def _opening(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the first cells of the module, where all learners share them; else none."""
    from clusterlib.delivery.runner.master import make_master
    from clusterlib.delivery.runner.plan import opening_code
    from clusterlib.delivery.runner.seeding import seeded

    try:
        (cohort,) = selected_cohorts(options)
        notebook = json.loads(cohort.exercise(options.module).read_text(encoding="utf-8"))
        master = make_master(notebook, None, {})
    except (CommandError, OSError, ValueError, KeyError, TypeError):
        return ()
    return () if cohort.own_figures else tuple(opening_code(seeded(master, cohort.seed)))


def _grade_all(cohort: Cohort, options: argparse.Namespace) -> list[str]:
    from clusterlib.delivery.cohorts.grading import (
        grade,
        how_to_open_formgrader,
        in_turn,
        submitted_learners,
        to_grade,
        verdict,
    )
    from clusterlib.delivery.cohorts.progress import Progress
    from clusterlib.delivery.cohorts.session import Session, StepFailed

    module = options.module
    collected = submitted_learners(cohort, module)
    ungraded = to_grade(cohort, module, options.again)
    print(f"{cohort.course_id} {module}: {len(collected)} collected, {len(ungraded)} to grade")
    session, progress = Session(cohort), Progress(len(ungraded))
    choose_place(session, options)
    failures, waiting = [], 0
    for learner in in_turn(cohort, module, ungraded):
        try:
            marks = grade(session, module, learner)
            waiting += marks.open_marks
            word, notes = verdict(cohort, module, learner)
            words = "; ".join([f"{word}, {marks}", *notes])
        except StepFailed as error:
            failures.append(learner)
            words = f"NOT GRADED: {error}"
        progress.done(learner, words)
    if waiting:
        print(f"{waiting} answers wait for your mark:\n  {how_to_open_formgrader(cohort, module)}")
    return failures


def choose_place(session: Session, options: argparse.Namespace) -> None:
    """Let the runner know where to grade; other machines are asked at once."""
    from clusterlib.delivery.runner.exporter import BoxedExporter

    if options.workers:
        session.config.BoxedExporter.workers = options.workers
    if options.dask:
        session.config.BoxedExporter.machines = options.dask
        make_exporter: Any = BoxedExporter
        make_exporter(config=session.config).open_pool()
