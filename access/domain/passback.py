"""Anti-passback by areas (ONVIF, IEC 60839-11): who went in and did not come out does not go in again.

An access point may lead into an area, out of it, or out of one and into another. The way out is never refused,
whatever is recorded. Going in twice is reported (`PassbackMode.SOFT`) or refused for a time (`PassbackMode.TIMED`).
What was recorded is forgiven after a while, every night, and when staff say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from access.domain.errors import InvalidInput
from access.domain.times import MINUTE, local, start_of_day

MAX_FORGIVE_MINUTES = 24 * 60
_MINUTES_A_DAY = 24 * 60


class Leads(StrEnum):
    """Which way an access point leads."""

    IN = "in"
    OUT = "out"


class PassbackMode(StrEnum):
    """What happens to the second way in."""

    OFF = "off"
    SOFT = "soft"
    """Let in, and reported to security."""
    TIMED = "timed"
    """Refused until it is forgiven."""


class Finding(StrEnum):
    """What anti-passback says of one passage."""

    CLEAR = "clear"
    REPORT = "report"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the estate with ways in and out.

    Attributes:
        forgive_minutes: after this a passage is forgiven, 1 to 1440.
        nightly: local minute of the day at which everybody is forgiven; None for never.
        reset_at: instant of the last reset by staff or by a fire; 0 for none.
        ways_in, ways_out: access point ids; none is both.
    """

    id: str
    estate_id: str
    name_zh: str
    name_en: str
    mode: PassbackMode
    forgive_minutes: int
    nightly: int | None
    reset_at: int = 0
    ways_in: frozenset[str] = frozenset()
    ways_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 1 <= self.forgive_minutes <= MAX_FORGIVE_MINUTES:
            raise InvalidInput("area.forgive", "1 to 1440 minutes", field="forgive_minutes")
        if self.nightly is not None and not 0 <= self.nightly < _MINUTES_A_DAY:
            raise InvalidInput("area.nightly", "a minute of the day", field="nightly")
        if self.ways_in & self.ways_out:
            raise InvalidInput("area.ways", "a door leads in or out, not both", field="ways_out")

    def leads(self, access_point_id: str) -> Leads | None:
        """Which way an access point leads; None for one that is not of this area."""
        if access_point_id in self.ways_out:
            return Leads.OUT
        return Leads.IN if access_point_id in self.ways_in else None


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody was let through an access point of the area."""

    at: int
    leads: Leads


class Forgiving(Protocol):
    """What says how long a passage counts; see `Area`."""

    @property
    def forgive_minutes(self) -> int: ...
    @property
    def nightly(self) -> int | None: ...
    @property
    def reset_at(self) -> int: ...


def counted_since(area: Forgiving, at: int, timezone: str) -> int:
    """The instant before which passages are forgiven."""
    since = max(at - area.forgive_minutes * MINUTE + 1, area.reset_at + 1)
    return since if area.nightly is None else max(since, _last_night(area.nightly, at, timezone))


def find(area: Area, leads: Leads, passages: Iterable[Passage]) -> Finding:
    """What to do about one more passage. In an area without a way out nobody can be known to have left.

    Args:
        passages: of the holder through the area's access points, since `counted_since`.
    """
    last = max(passages, key=lambda passage: passage.at, default=None)
    if area.mode is PassbackMode.OFF or not area.ways_out or last is None or last.leads is not leads:
        return Finding.CLEAR
    return Finding.REFUSE if area.mode is PassbackMode.TIMED and leads is Leads.IN else Finding.REPORT


def _last_night(minute: int, at: int, timezone: str) -> int:
    today = local(at, timezone).date()
    moment = start_of_day(today, timezone) + minute * MINUTE
    return moment if moment <= at else start_of_day(today - timedelta(days=1), timezone) + minute * MINUTE
