"""The estate as its staff set it up: buildings, access points with their rules, schedules, the notice in force."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.consent import Notice
from access.domain.errors import NotFound
from access.domain.places import AccessPoint, AccessRule, Building, Estate
from access.domain.schedules import Schedule
from access.domain.staff import Staff
from access.queries.labels import natural
from access.services.house import House


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building and how many households stand in it."""

    building: Building
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """An access rule in words; `building` None: the whole estate."""

    rule: AccessRule
    schedule: Schedule
    building: Building | None


@dataclass(frozen=True, slots=True)
class PointRow:
    """An access point with its building (None: the estate's own) and rules."""

    point: AccessPoint
    building: Building | None
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All that stands in an estate."""

    estate: Estate
    buildings: tuple[BuildingRow, ...]
    points: tuple[PointRow, ...]
    schedules: tuple[Schedule, ...]
    policy_version: int


def layout(house: House, staff: Staff) -> Layout:
    """The staff member's estate. Raises NotFound ``estate.unknown``."""
    with house.db.reading() as stores:
        estate = stores.places.estate(staff.estate_id)
        if estate is None:
            raise NotFound("estate.unknown", "no such estate")
        in_order = sorted(stores.places.buildings(estate.id), key=lambda building: natural(building.name_zh))
        buildings = {building.id: building for building in in_order}
        schedules = {schedule.id: schedule for schedule in stores.places.schedules(estate.id)}
        rules = stores.places.rules(estate.id)
        labels: dict[str, list[str]] = {building_id: [] for building_id in buildings}
        for household in stores.places.households(estate.id):
            labels.setdefault(household.building_id, []).append(household.label)
        points = sorted(stores.places.access_points(estate.id), key=lambda point: point.number)
        version = stores.places.policy_version(estate.id)
    return Layout(
        estate,
        tuple(BuildingRow(b, tuple(sorted(labels[b.id], key=natural))) for b in buildings.values()),
        tuple(
            PointRow(
                point,
                buildings.get(point.building_id or ""),
                tuple(
                    RuleRow(rule, schedules[rule.schedule_id], buildings.get(rule.building_id or ""))
                    for rule in rules
                    if rule.access_point_id == point.id
                ),
            )
            for point in points
        ),
        tuple(schedules.values()),
        version,
    )


def schedule_of(house: House, staff: Staff, schedule_id: str) -> Schedule:
    """One schedule. Raises NotFound ``schedule.unknown``, also for another estate's."""
    with house.db.reading() as stores:
        schedule = stores.places.schedule(schedule_id)
    if schedule is None or schedule.estate_id != staff.estate_id:
        raise NotFound("schedule.unknown", "no such schedule in this estate")
    return schedule


def notice_in_force(house: House, staff: Staff) -> Notice | None:
    """The estate's notice, None before the first."""
    with house.db.reading() as stores:
        return stores.consents.current_notice(staff.estate_id)
