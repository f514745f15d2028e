"""Areas as staff see them: doors by name, and what is worth knowing of each."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.passback import Area, PassbackMode
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.services.house import House


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area with its doors, in their order."""

    area: Area
    ways_in: tuple[AccessPoint, ...]
    ways_out: tuple[AccessPoint, ...]


def listing(house: House, staff: Staff) -> tuple[AreaRow, ...]:
    """Every area of the staff member's estate."""
    with house.db.reading() as stores:
        points = sorted(stores.places.access_points(staff.estate_id), key=lambda point: point.number)
        found = stores.areas.of_estate(staff.estate_id)
    return tuple(
        AreaRow(
            area,
            tuple(point for point in points if point.id in area.ways_in),
            tuple(point for point in points if point.id in area.ways_out),
        )
        for area in found
    )


def any_watched(house: House, staff: Staff) -> bool:
    """Whether anti-passback is on in some area of the staff member's estate."""
    with house.db.reading() as stores:
        return any(area.mode is not PassbackMode.OFF for area in stores.areas.of_estate(staff.estate_id))


def area_of(house: House, staff: Staff, area_id: str) -> Area:
    """One area. Raises NotFound ``area.unknown``, also for another estate's."""
    with house.db.reading() as stores:
        area = stores.areas.get(area_id)
    if area is None or area.estate_id != staff.estate_id:
        raise NotFound("area.unknown", "no such area in this estate")
    return area
