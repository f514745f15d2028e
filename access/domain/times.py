"""Instants are whole milliseconds since the Unix epoch, UTC (`int`); local time exists only at the edges."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FOREVER = 253_370_764_800_000
"""Year 9999: the end of a validity that has no end."""


def local(at: int, timezone: str) -> datetime:
    """The instant as wall time in an IANA time zone."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(timezone))


def start_of_day(day: date, timezone: str) -> int:
    """First instant of a local calendar day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))
    return int(midnight.timestamp() * SECOND)


def end_of_day(day: date, timezone: str) -> int:
    """First instant *after* a local calendar day: validity ends are exclusive."""
    return start_of_day(date.fromordinal(day.toordinal() + 1), timezone)
