"""Duress codes that nobody of security has answered for yet."""

from __future__ import annotations

from access.domain.incidents import TAMPER, Incident
from access.domain.staff import Staff
from access.domain.times import DAY
from access.queries.incidents import IncidentRow, row_of
from access.services.alarms import SEEN
from access.services.house import House


def duress(house: House, staff: Staff) -> IncidentRow | None:
    """The newest duress code of the last day that came after staff last said that they are on it."""
    now = house.clock.now()
    with house.db.reading() as stores:
        found = stores.gates.logged(staff.estate_id, (TAMPER,), Incident.DURESS.value, now - DAY, now + 1, 0, 1)
        if not found:
            return None
        seen = stores.audit.last_at(SEEN, staff.estate_id)
        if seen is not None and found[0].at <= seen:
            return None
        names = {gate.id: gate.name for gate in stores.gates.gates(staff.estate_id)}
        points = {point.id: point for point in stores.places.access_points(staff.estate_id)}
    return row_of(found[0], names, points)
