"""Terms in working days. Saturdays and Sundays do not count; public holidays do, so a term is never too long."""

from __future__ import annotations

from datetime import date, timedelta

from access.domain.times import end_of_day, local

_SATURDAY = 5


def end_of_term(at: int, days: int, timezone: str) -> int:
    """First instant after the last of `days` working days that follow the day of `at`."""
    day = local(at, timezone).date()
    while days > 0:
        day = _next(day)
        days -= 1
    return end_of_day(day, timezone)


def _next(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
