"""Which doors a person may use in an estate, from their live residencies and the access rules."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.places import AccessPoint, Method
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Doors:
    """A person's doors in one estate.

    Attributes:
        access_points: by number.
        until: the earliest end among the live residencies, an instant; 0 when there is none.
    """

    access_points: tuple[AccessPoint, ...]
    until: int

    def taking(self, method: Method) -> tuple[AccessPoint, ...]:
        """Those that take a method; a remote open needs no reader."""
        return tuple(point for point in self.access_points if method in point.methods | {Method.REMOTE})


def doors_of(stores: Stores, person_id: str, estate_id: str, at: int) -> Doors:
    """Doors that a rule opens to the estate's residents or to those of the person's buildings."""
    live = [r for r in stores.residencies.of_person(person_id) if r.estate_id == estate_id and r.is_live(at)]
    if not live:
        return Doors((), 0)
    buildings = {residency.building_id for residency in live}
    opened = {
        rule.access_point_id
        for rule in stores.places.rules(estate_id)
        if rule.building_id is None or rule.building_id in buildings
    }
    points = sorted((p for p in stores.places.access_points(estate_id) if p.id in opened), key=lambda p: p.number)
    return Doors(tuple(points), min(residency.valid_to for residency in live))
