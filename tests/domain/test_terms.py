"""Terms in working days, and ages by year and month alone."""

from __future__ import annotations

from datetime import date

import pytest

from access.domain.ages import is_younger, turns
from access.domain.times import DAY, end_of_day, start_of_day
from access.domain.working_days import end_of_term

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("begun", "days", "last"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # Monday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday, over the weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # Saturday
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 23), 15, date(2026, 12, 14)),
        (date(2026, 11, 23), 30, date(2027, 1, 4)),
    ],
)
def test_a_term_ends_after_its_last_working_day(begun: date, days: int, last: date) -> None:
    assert end_of_term(start_of_day(begun, ZONE), days, ZONE) == end_of_day(last, ZONE)
    assert end_of_term(end_of_day(begun, ZONE) - 1, days, ZONE) == end_of_day(last, ZONE)


@pytest.mark.rule("L5")
@pytest.mark.parametrize("born", ["2012-11", "2012-12", "2012-01"])
def test_a_child_turns_fourteen_when_the_month_is_over(born: str) -> None:
    then = turns(born, 14, ZONE)
    assert is_younger(born, 14, then - 1, ZONE)
    assert not is_younger(born, 14, then, ZONE)
    assert not is_younger(born, 14, then + 400 * DAY, ZONE)


def test_who_never_said_is_not_taken_for_a_child() -> None:
    assert not is_younger("", 14, 0, ZONE)
