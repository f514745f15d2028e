"""Schedules: weekly windows with special days (ONVIF Schedule Service: weekly schedule, special days)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from access.domain.errors import InvalidInput
from access.domain.times import local

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open window of a day in local minutes: ``start <= minute < end``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise InvalidInput("schedule.window", "a window runs forward within one day", field="windows")

    def contains(self, minute: int) -> bool:
        return self.start <= minute < self.end


ALL_DAY = (Window(0, MINUTES_A_DAY),)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows by weekday (0 Monday … 6 Sunday); a special day replaces its weekday's windows.

    An empty tuple means closed that day. A window over midnight is written as two windows.
    """

    id: str
    estate_id: str
    name: str
    weekly: tuple[tuple[Window, ...], ...]
    special_days: dict[date, tuple[Window, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:  # noqa: PLR2004 - days of a week
            raise InvalidInput("schedule.weekly", "a schedule has seven days", field="weekly")

    def is_open(self, at: int, timezone: str) -> bool:
        """Whether the instant falls into a window, in the estate's wall time."""
        moment = local(at, timezone)
        windows = self.special_days.get(moment.date(), self.weekly[moment.weekday()])
        minute = moment.hour * 60 + moment.minute
        return any(window.contains(minute) for window in windows)


def always(schedule_id: str, estate_id: str) -> Schedule:
    """The schedule that is open at every hour of every day."""
    return Schedule(schedule_id, estate_id, "always", (ALL_DAY,) * 7)
