"""Trusted time: the server's, extrapolated; late events never set it back, a real step does and is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.times import HOUR, SECOND
from hardware.agent.clock import Kept, TrustedClock

_T0 = 1_800_000_000_000


class _Ticks:
    def __init__(self) -> None:
        self.now = 5_000

    def __call__(self) -> int:
        return self.now


def test_no_time_before_the_first_event() -> None:
    clock = TrustedClock(None, _Ticks(), "boot")
    assert clock.now() is None
    assert clock.floor() == 0
    assert clock.keep() is None


@given(
    lags=st.lists(st.integers(0, 40 * SECOND), min_size=1, max_size=12),
    trips=st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(0, 20 * SECOND)), min_size=1, max_size=12),
)
def test_it_is_never_later_than_the_latest(lags: list[int], trips: list[tuple[int, int]]) -> None:
    ticks = _Ticks()
    clock = TrustedClock(None, ticks, "boot")
    for lag, (there, back) in zip(lags, trips, strict=False):
        clock.heard(_T0 + ticks.now - lag)
        asked = clock.ticks()
        ticks.now += there + back
        clock.answered(_T0 + ticks.now - back, asked)
        ticks.now += 15 * SECOND
        latest = clock.latest()
        assert latest is None or latest >= _T0 + ticks.now
        assert clock.is_close() is (latest is not None and latest - (clock.now() or 0) <= 4 * SECOND)


def test_a_jump_takes_the_latest_away_until_the_time_is_told_again() -> None:
    ticks = _Ticks()
    clock = TrustedClock(None, ticks, "boot")
    clock.heard(_T0)
    assert (clock.latest(), clock.is_close()) == (_T0, True)
    clock.answered(_T0, ticks.now)
    assert (clock.latest(), clock.is_close()) == (_T0, True)
    ticks.now -= HOUR
    clock.heard(_T0)
    assert (clock.latest(), clock.is_close()) == (None, False)
    clock.answered(_T0 + SECOND, ticks.now)
    assert (clock.latest(), clock.is_close()) == (_T0 + SECOND, True)


def test_a_signed_instant_moves_it_forward_and_never_back() -> None:
    ticks = _Ticks()
    clock = TrustedClock(None, ticks, "boot")
    assert (clock.at_least(_T0), clock.now()) == (0, None)
    clock.heard(_T0)
    assert (clock.at_least(_T0 - HOUR), clock.now()) == (0, _T0)
    assert (clock.at_least(_T0 + 3 * SECOND), clock.now()) == (3 * SECOND, _T0 + 3 * SECOND)


@given(delays=st.lists(st.integers(0, 40 * SECOND), min_size=1, max_size=20))
def test_a_late_event_never_makes_it_late_by_more_than_the_least_delay(delays: list[int]) -> None:
    ticks = _Ticks()
    clock = TrustedClock(None, ticks, "boot")
    for n, delay in enumerate(delays):
        sent = _T0 + n * 15 * SECOND
        ticks.now = 5_000 + n * 15 * SECOND + delay
        clock.heard(sent)
        true = _T0 + ticks.now - 5_000
        now = clock.now()
        assert now is not None
        assert true - now == min(delays[max(0, n - 7) : n + 1])


@pytest.mark.rule("L17")
def test_a_step_of_an_hour_either_way_is_followed_and_told() -> None:
    for step in (HOUR, -HOUR):
        ticks = _Ticks()
        clock = TrustedClock(None, ticks, "boot")
        assert clock.heard(_T0) == 0
        ticks.now += 15 * SECOND
        assert clock.heard(_T0 + 15 * SECOND + step) == step
        assert clock.now() == _T0 + 15 * SECOND + step


def test_it_outlives_the_process_but_not_the_boot() -> None:
    ticks = _Ticks()
    clock = TrustedClock(None, ticks, "boot")
    clock.heard(_T0)
    kept = clock.keep()
    assert kept == Kept("boot", _T0 - 5_000, _T0)
    ticks.now += HOUR
    assert TrustedClock(kept, ticks, "boot").now() == _T0 + HOUR
    rebooted = TrustedClock(kept, ticks, "another boot")
    assert rebooted.now() is None
    assert rebooted.floor() == _T0
    assert TrustedClock(kept, ticks, "").now() is None


def test_a_kept_offset_that_contradicts_the_kept_instant_is_not_believed() -> None:
    """Time since boot never goes back, so such a line was damaged or is of another machine."""
    ticks = _Ticks()
    clock = TrustedClock(Kept("boot", -_T0, _T0), ticks, "boot")
    assert (clock.now(), clock.floor()) == (None, _T0)
    assert TrustedClock(Kept("boot", _T0 - ticks.now, _T0), ticks, "boot").now() == _T0
