"""`cluster-course regrade`: a test was wrong and is mended; who gains, who loses, then write."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.command_line import add_command, finish, released_cohorts
from clusterlib.delivery.cohorts.places import Cohort

if TYPE_CHECKING:
    from clusterlib.delivery.cohorts.regrade_report import Look
    from clusterlib.delivery.cohorts.regrading import Regraded

DETAILS = """examples:
  cluster-course build                                       after mending the test in its source
  cluster-course regrade debrecen-2027 02-needs              look: who gains, who loses
  cluster-course regrade debrecen-2027 02-needs --csv regrade.csv
  cluster-course regrade debrecen-2027 02-needs --apply --why "item 3 took 0.5 for 0.05"

Without --apply nothing is written. Nobody loses marks by a fault of ours: where somebody would,
--apply wants to know what to do. --keep-better leaves them the better mark, as a mark by hand;
--also-losers writes the lower one. Marks by hand, comments and every other module stay as they are.
What was collected and not graded yet is left to `cluster-course grade`, which then takes the mended
test. Run again after a stop: it goes on.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        subparsers, "regrade", "grade marked work anew with a mended test", DETAILS, run
    )
    parser.add_argument(
        "--learner", nargs="+", metavar="ID", action="extend", help="only these learners"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table there too")
    parser.add_argument("--apply", action="store_true", help="write the new marks")
    parser.add_argument("--why", metavar="TEXT", help="reason to keep beside every changed mark")
    parser.add_argument("--workers", type=int, help="hand-ins at the same time on this machine")
    parser.add_argument("--dask", metavar="ADDRESS", help="have other machines grade")
    losers = parser.add_mutually_exclusive_group()
    losers.add_argument("--keep-better", action="store_true", help="who would lose keeps the mark")
    losers.add_argument("--also-losers", action="store_true", help="write lower marks too")


def run(options: argparse.Namespace) -> int:
    """Look at every chosen audience, show what would change, and write it where asked."""
    from clusterlib.delivery.cohorts.gradebook import kept_open
    from clusterlib.delivery.cohorts.regrade_report import show, write_table

    with kept_open():
        looks = [_look(cohort, options) for cohort in released_cohorts(options)]
        for look in looks:
            show(look)
        if options.csv:
            write_table(options.csv, looks)
        failures = [learner for look in looks for learner in look.failed]
        if options.apply:
            _refuse_losses(looks, options)
            for look in looks:
                _write(look, options)
        elif any(look.to_write for look in looks):
            print("Nothing was written. The same command with --apply writes it.")
    return finish(failures, options.name)


def _look(cohort: Cohort, options: argparse.Namespace) -> Look:
    """Grade anew what is graded; nothing is written."""
    from clusterlib.delivery.cohorts.mended import find_mending
    from clusterlib.delivery.cohorts.progress import Progress
    from clusterlib.delivery.cohorts.regrade_report import Look, points_words
    from clusterlib.delivery.cohorts.regrading import Regrader, standing_learners
    from clusterlib.delivery.cohorts.seeds import first_loss
    from clusterlib.delivery.cohorts.session import Session, StepFailed
    from clusterlib.delivery.commands.grade import choose_place
    from clusterlib.delivery.runner.pool import warm_up

    module = options.module
    mending = find_mending(cohort, module)
    if options.learner and options.apply and mending.for_all:
        names = ", ".join(mending.for_all)
        raise CommandError(
            f"what can be reached changes for everybody ({names}): leave --learner out"
        )
    graded, newer = standing_learners(cohort, module)
    unknown = sorted(set(options.learner or ()) - {*graded, *newer})
    if unknown:
        raise CommandError(f"{cohort.course_id}: no graded {module} of {', '.join(unknown)}")
    chosen = [one for one in graded if one in (options.learner or graded)]
    look = Look(cohort, module, mending, left_to_grade=newer, others=len(graded) - len(chosen))
    print(f"{cohort.course_id} {module}: {len(chosen)} graded hand-ins to look at")
    if not chosen:
        return look
    if not options.dask:
        warm_up()
    session = Session(cohort)
    choose_place(session, options)
    look.model_answer = first_loss(session, module, chosen)
    regrader = Regrader(session, module, mending)
    regrader.announce(chosen)
    progress = Progress(len(chosen))
    for learner in chosen:
        try:
            found: Regraded = regrader.regrade(learner)
            look.regraded.append(found)
            words = points_words(found)
        except StepFailed as error:
            look.failed.append(learner)
            words = f"NOT REGRADED: {error}"
        progress.done(learner, words)
    return look


def _refuse_losses(looks: list[Look], options: argparse.Namespace) -> None:
    """Let nobody lose by a fault of ours unless the trainer says so in as many words."""
    if options.also_losers:
        return
    losers = [found for look in looks for found in look.losers]
    if options.keep_better:
        losers = [found for found in losers if not found.can_keep_all]
    if not losers:
        return
    names = ", ".join(found.learner for found in losers)
    if options.keep_better:
        raise CommandError(
            f"nothing was written: {names} would lose all the same, because less (or more) can be "
            "reached now than before; --also-losers accepts that"
        )
    raise CommandError(
        f"nothing was written: {names} would lose by a fault that is not theirs; --keep-better "
        "leaves them the better mark, --also-losers writes the lower one"
    )


def _write(look: Look, options: argparse.Namespace) -> None:
    from clusterlib.delivery.cohorts.rewriting import write_regrade

    where = f"{look.cohort.course_id} {look.module}"
    if not look.to_write:
        print(f"{where}: nothing to write")
        return
    why = f"regrade: {look.mended}"
    if options.why:
        why = f"{options.why} ({why})"
    write_regrade(look.cohort, look.module, look.mending, look.regraded, options.keep_better, why)
    print(f"{where}: written; who has feedback needs it anew: cluster-course feedback")
