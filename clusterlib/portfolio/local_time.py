"""Moments as the learner's own clock shows them, always with the zone and its offset."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ZONE_VARIABLE = "CLUSTER_TIMEZONE"
SYSTEM_ZONE = Path("/etc/localtime")


def learner_zone() -> ZoneInfo | None:
    """Return the zone that CLUSTER_TIMEZONE names, else that of the computer.

    Returns: None when the computer knows its clock but not the name of its zone (Windows).
    A name in CLUSTER_TIMEZONE that is no zone counts as none: every time shown names its zone.
    """
    for name in (os.environ.get(ZONE_VARIABLE, ""), os.environ.get("TZ", "")):
        if zone := _zone(name.strip().removeprefix(":")):
            return zone
    # A TZ that is no Area/City, such as CET-1CEST, rules the clock all the same.
    return (
        None
        if os.environ.get("TZ")
        else _zone(str(SYSTEM_ZONE.resolve()).partition("zoneinfo/")[2])
    )


def at_learner(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """Return an aware moment in a zone; None is the clock of the computer."""
    return moment.astimezone(zone)


def clock_words(moment: datetime, zone: ZoneInfo | None) -> str:
    """Return an aware moment in words: day, time, zone and its offset from UTC at that moment.

    >>> from datetime import UTC
    >>> clock_words(datetime(2027, 3, 28, 21, 59, tzinfo=UTC), ZoneInfo("Europe/Budapest"))
    'Sun 28 Mar 2027 23:59 (Europe/Budapest, UTC+02:00)'
    """
    local = at_learner(moment, zone)
    name = zone.key if zone else "clock of this computer"
    return f"{local:%a %d %b %Y %H:%M} ({name}, UTC{local.isoformat()[-6:]})"


def due_words(deadline: datetime, now: datetime, zone: ZoneInfo | None) -> str:
    """Say when something is due, counted in days of the learner's calendar.

    >>> from datetime import UTC
    >>> due = datetime(2027, 3, 28, 21, 59, tzinfo=UTC)
    >>> due_words(due, datetime(2027, 3, 25, 6, tzinfo=UTC), ZoneInfo("Europe/Budapest"))
    'due in 3 days, Sun 28 Mar 2027 23:59 (Europe/Budapest, UTC+02:00)'
    """
    if now > deadline:
        return f"overdue, was due {clock_words(deadline, zone)}"
    days = (at_learner(deadline, zone).date() - at_learner(now, zone).date()).days
    near = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"due {near}, {clock_words(deadline, zone)}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
