"""Deadlines: one moment in UTC out of what a trainer types, or a refusal; nothing in between.

nbgrader reads "23:59:00 +0200" as 23:55:40 UTC and "23:59 CEST" as 23:59 UTC without a word,
so its own reading is never used.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clusterlib.delivery.cli import CommandError

SPELLING = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?(?: (?P<zone>[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+|UTC))?"
)
EXAMPLES = '"2027-03-28 23:59", "2027-03-28T23:59+02:00" or "2027-03-28 23:59 Europe/Budapest"'


def read_zone(name: str) -> ZoneInfo:
    """Return an IANA time zone such as Europe/Budapest; CommandError for anything else."""
    try:
        if "/" not in name and name != "UTC":
            raise ValueError
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(
            f'"{name}" is no time zone: write Area/City, for example Europe/Budapest'
        ) from error


def read_deadline(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a deadline in UTC.

    Args:
        text: ISO 8601 with an offset, or date and time taken in `zone`, or with an IANA zone.
        zone: the cohort's time zone.

    Returns:
        An aware datetime in UTC. A time that comes twice (clocks go back) is the later of the
        two: nobody loses an hour. A time that does not exist (clocks go forward) is refused.

    Example:
        >>> read_deadline("2027-03-28 23:59", ZoneInfo("Europe/Budapest")).isoformat()
        '2027-03-28T21:59:00+00:00'
    """
    match = SPELLING.fullmatch(text.strip())
    if match is None or (match["offset"] and match["zone"]):
        raise CommandError(f'the deadline "{text}" is not clear: write {EXAMPLES}')
    try:
        moment = datetime.fromisoformat(f"{match['date']}T{match['time']}{match['offset'] or ''}")
    except ValueError as error:
        raise CommandError(f'the deadline "{text}" is no date and time: {error}') from error
    if match["offset"]:
        return moment.astimezone(UTC)
    local_zone = read_zone(match["zone"]) if match["zone"] else zone
    in_utc = moment.replace(tzinfo=local_zone, fold=1).astimezone(UTC)
    if in_utc.astimezone(local_zone).replace(tzinfo=None) != moment:
        later = moment + timedelta(hours=1)
        raise CommandError(
            f'the deadline "{text}" does not exist: clocks go forward then in {local_zone.key}; '
            f"take {later:%Y-%m-%d %H:%M} or an earlier hour"
        )
    return in_utc


def show_deadline(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a deadline (UTC, aware or as the gradebook keeps it) in the cohort's zone and UTC.

    Example:
        >>> show_deadline(datetime(2027, 3, 28, 21, 59), ZoneInfo("Europe/Budapest"))
        'Sun 28 Mar 2027 23:59 (Europe/Budapest, UTC+02:00) = 2027-03-28 21:59 UTC'
    """
    from clusterlib.portfolio.local_time import clock_words

    if moment is None:
        return "no deadline"
    in_utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{clock_words(in_utc, zone)} = {in_utc:%Y-%m-%d %H:%M} UTC"
