"""Schedules: weekly windows in the estate's wall time, special days in the place of their weekday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from access.domain.schedules import ALL_DAY, MINUTES_A_DAY, Schedule, Window, always
from access.domain.times import end_of_day, start_of_day

SHANGHAI = "Asia/Shanghai"
OFFICE = Window(8 * 60, 18 * 60)
WEEKDAYS = Schedule("a" * 16, "e" * 16, "office", ((OFFICE,),) * 5 + ((),) * 2)


def instant(text: str, zone: str = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-09-21T07:59:59", False),
        ("2026-09-21T08:00:00", True),
        ("2026-09-21T17:59:59", True),
        ("2026-09-21T18:00:00", False),
        ("2026-09-26T10:00:00", False),
    ],
)
def test_a_window_is_half_open_in_local_time(moment: str, is_open: bool) -> None:
    assert WEEKDAYS.is_open(instant(moment), SHANGHAI) is is_open


def test_a_special_day_replaces_its_weekday() -> None:
    monday, saturday = date(2026, 9, 21), date(2026, 9, 26)
    special = Schedule("a" * 16, "e" * 16, "x", WEEKDAYS.weekly, {monday: (), saturday: (OFFICE,)})
    assert not special.is_open(instant("2026-09-21T10:00:00"), SHANGHAI)
    assert special.is_open(instant("2026-09-26T10:00:00"), SHANGHAI)
    assert special.is_open(instant("2026-09-22T10:00:00"), SHANGHAI)


def test_a_night_is_two_windows() -> None:
    night = (Window(0, 6 * 60), Window(22 * 60, MINUTES_A_DAY))
    schedule = Schedule("a" * 16, "e" * 16, "night", (night,) * 7)
    for moment, is_open in (("23:59:59", True), ("00:00:00", True), ("06:00:00", False), ("21:59:59", False)):
        assert schedule.is_open(instant(f"2026-09-21T{moment}"), SHANGHAI) is is_open


def test_wall_time_follows_the_clocks_of_the_place() -> None:
    berlin = Schedule("a" * 16, "e" * 16, "office", ((OFFICE,),) * 7)
    for day in (date(2026, 3, 29), date(2026, 10, 25)):  # the clocks change on these
        assert berlin.is_open(instant(f"{day}T08:00:00", "Europe/Berlin"), "Europe/Berlin")
        assert not berlin.is_open(instant(f"{day}T07:59:59", "Europe/Berlin"), "Europe/Berlin")


@given(st.integers(0, 4_000_000_000_000), st.sampled_from([SHANGHAI, "Europe/Berlin", "America/Caracas", "UTC"]))
def test_always_and_never(at: int, zone: str) -> None:
    assert always("a" * 16, "e" * 16).is_open(at, zone)
    assert not Schedule("a" * 16, "e" * 16, "never", ((),) * 7).is_open(at, zone)


@given(st.integers(0, 2_000_000_000), st.integers(0, MINUTES_A_DAY - 1), st.integers(1, MINUTES_A_DAY))
def test_a_window_holds_exactly_its_minutes(seconds: int, start: int, end: int) -> None:
    if start >= end:
        with pytest.raises(InvalidInput):
            Window(start, end)
        return
    schedule = Schedule("a" * 16, "e" * 16, "x", ((Window(start, end),),) * 7)
    moment = datetime.fromtimestamp(seconds, UTC)
    assert schedule.is_open(seconds * 1000, "UTC") is (start <= moment.hour * 60 + moment.minute < end)


@pytest.mark.parametrize(("start", "end"), [(-1, 10), (10, 10), (20, 10), (0, MINUTES_A_DAY + 1)])
def test_a_window_runs_forward_within_one_day(start: int, end: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        Window(start, end)
    assert refused.value.code == "schedule.window"


def test_a_week_has_seven_days() -> None:
    with pytest.raises(InvalidInput) as refused:
        Schedule("a" * 16, "e" * 16, "x", (ALL_DAY,) * 6)
    assert refused.value.code == "schedule.weekly"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from([SHANGHAI, "Europe/Berlin", "America/Havana"]))
def test_the_end_of_a_day_is_the_start_of_the_next(day: date, zone: str) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert end_of_day(day, zone) > start_of_day(day, zone)
