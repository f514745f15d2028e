"""What an estate's gates decide by, held in memory by policy version: places, rules, schedules, sets, keys.

One cheap query tells whether what is held still stands. Nothing about a person is held here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from access.domain.errors import NotFound
from access.domain.passback import Area
from access.domain.passes import PassKeys
from access.domain.places import AccessPoint, AccessRule, Estate
from access.domain.residency import Residency
from access.domain.schedules import Schedule
from access.services.keyring import Keyring
from access.stores import Stores

_MOST_DAY_KEYS = 64


@dataclass(slots=True)
class HeldPassKeys:
    """`PassKeys` that derives each key once."""

    source: PassKeys
    _verify: dict[int, bytes | None] = field(default_factory=dict)
    _days: dict[int, bytes | None] = field(default_factory=dict)

    def verify_key(self, key_id: int) -> bytes | None:
        if key_id not in self._verify:
            self._verify[key_id] = self.source.verify_key(key_id)
        return self._verify[key_id]

    def day_key(self, day: int) -> bytes | None:
        if day not in self._days:
            if len(self._days) >= _MOST_DAY_KEYS:
                self._days.clear()
            self._days[day] = self.source.day_key(day)
        return self._days[day]


@dataclass(frozen=True, slots=True)
class EstateBook:
    """One estate at one policy version.

    Attributes:
        rules: by access point id.
        sets: interned sets of access points by number; a number never changes its meaning.
    """

    version: int
    estate: Estate
    access_points: Mapping[str, AccessPoint]
    rules: Mapping[str, tuple[AccessRule, ...]]
    schedules: Mapping[str, Schedule]
    sets: dict[int, frozenset[str]]
    pass_keys: HeldPassKeys
    card_key: bytes
    areas: tuple[Area, ...] = ()

    def members(self, stores: Stores, number: int) -> frozenset[str]:
        """Access points of a set; a set made since the book was read is looked up."""
        held = self.sets.get(number)
        if held is None:
            held = stores.places.set_members(self.estate.id, number)
            if held:
                self.sets[number] = held
        return held

    def schedules_for(self, access_point_id: str, residencies: tuple[Residency, ...]) -> tuple[Schedule, ...]:
        """Schedules of the rules by which holders of these residencies may use an access point; empty: no right."""
        buildings = {residency.building_id for residency in residencies}
        rules = self.rules.get(access_point_id, ()) if residencies else ()
        return tuple(
            self.schedules[rule.schedule_id]
            for rule in rules
            if rule.building_id is None or rule.building_id in buildings
        )


class EstateBooks:
    """The books that this process holds, one an estate."""

    def __init__(self) -> None:
        self._held: dict[str, EstateBook] = {}

    def of(self, stores: Stores, keyring: Keyring, estate_id: str) -> EstateBook:
        """The estate's book at its present policy version. Raises NotFound(``estate.unknown``)."""
        version = stores.places.policy_version(estate_id)
        held = self._held.get(estate_id)
        if held is None or held.version != version:
            held = _read(stores, keyring, estate_id, version)
            self._held[estate_id] = held
        return held


def live_residencies(stores: Stores, person_id: str, estate_id: str, at: int) -> tuple[Residency, ...]:
    """The person's residencies in the estate that hold at an instant."""
    return tuple(
        residency
        for residency in stores.residencies.of_person(person_id)
        if residency.estate_id == estate_id and residency.is_live(at)
    )


def _read(stores: Stores, keyring: Keyring, estate_id: str, version: int) -> EstateBook:
    places = stores.places
    estate = places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    rules: dict[str, tuple[AccessRule, ...]] = {}
    for rule in places.rules(estate_id):
        rules[rule.access_point_id] = (*rules.get(rule.access_point_id, ()), rule)
    return EstateBook(
        version=version,
        estate=estate,
        access_points={point.id: point for point in places.access_points(estate_id)},
        rules=rules,
        schedules={schedule.id: schedule for schedule in places.schedules(estate_id)},
        sets=dict(places.sets(estate_id)),
        pass_keys=HeldPassKeys(keyring.passes(stores, estate_id)),
        card_key=keyring.card_key(stores, estate_id),
        areas=tuple(stores.areas.of_estate(estate_id)),
    )
