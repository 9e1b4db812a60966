"""Tell learners the deadlines: nbgrader keeps them in the gradebook, which only trainers read."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

from clusterlib.delivery.cli import CommandError
from clusterlib.delivery.cohorts.gradebook import open_gradebook
from clusterlib.delivery.cohorts.places import Cohort

READABLE = 0o644


def write_deadlines(cohort: Cohort) -> Path:
    """Write the deadline of every released module beside the exercises; return the file.

    The file holds course, timezone (the cohort's) and deadlines: ISO 8601 in UTC by module, null
    for none. It is replaced in one step.
    """
    from clusterlib.portfolio.files import PortfolioError, write_atomic
    from clusterlib.portfolio.hand_ins import DEADLINES

    with open_gradebook(cohort) as gradebook:
        # The gradebook keeps deadlines as UTC without saying so.
        kept = {module.name: module.duedate for module in gradebook.assignments}
    content = {
        "course": cohort.course_id,
        "timezone": cohort.timezone,
        "deadlines": {
            name: due.replace(tzinfo=UTC).isoformat() if due else None
            for name, due in sorted(kept.items())
        },
    }
    path = cohort.exchange / cohort.course_id / DEADLINES
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    try:
        write_atomic(path, text.encode("utf-8"))
        path.chmod(READABLE)
    except (OSError, PortfolioError) as error:
        raise CommandError(
            f"{path} cannot be written, so learners see no deadline: release as its owner"
        ) from error
    return path
