"""The estate's written policy as one gate decides by it: access points, rules, schedules, keys and limits."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from access.domain.places import AccessPoint
from access.domain.schedules import Schedule
from hardware import wire


class Head(Struct, frozen=True):
    """What a snapshot says besides its lists; see `hardware.wire.Snapshot`."""

    gate: str
    version: int
    issued: int
    fresh_until: int
    offline_until: int
    estate: str
    estate_number: int
    timezone: str
    card_key: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Residents of `building` (of any when None) may use `ap` while `schedule` is open."""

    ap: str
    schedule: str
    building: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything but the cards and the revoked passes, which stay in the file."""

    head: Head
    card_key: bytes
    rows: dict[str, wire.AccessPointRow]
    access_points: dict[str, AccessPoint]
    schedules: dict[str, Schedule]
    rules: tuple[Rule, ...]
    pass_keys: dict[int, bytes]
    day_keys: dict[int, bytes]
    sets: dict[int, frozenset[str]]

    def verify_key(self, key_id: int) -> bytes | None:
        return self.pass_keys.get(key_id)

    def day_key(self, day: int) -> bytes | None:
        return self.day_keys.get(day)

    def opens(self, access_point_set: int, access_point_id: str) -> bool:
        return access_point_id in self.sets.get(access_point_set, frozenset())

    def schedules_for(self, access_point_id: str, buildings: frozenset[str]) -> tuple[Schedule, ...]:
        """Schedules by which residents of these buildings may use the access point; empty means no right."""
        return tuple(
            self.schedules[rule.schedule]
            for rule in self.rules
            if rule.ap == access_point_id
            and rule.schedule in self.schedules
            and (rule.building is None or rule.building in buildings)
        )

    def schedules_at(self, access_point_id: str) -> tuple[Schedule, ...]:
        """Every schedule of the access point: what a pass, which names no building, is held to."""
        return tuple(
            self.schedules[rule.schedule]
            for rule in self.rules
            if rule.ap == access_point_id and rule.schedule in self.schedules
        )
