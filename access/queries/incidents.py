"""Incidents as security staff see them: what, where, when; no person is ever part of one."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.incidents import LOG_KINDS, Incident, LoggedEvent, incident_of, log_kind
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.queries.paging import PAGE, Page
from access.services.house import House


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents: instants, end exclusive; None for every sort."""

    since: int
    until: int
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One report.

    Attributes:
        over: it says that the matter ended (fire input cleared, case closed again).
        point: None when it concerns the device and no door.
        seconds: how long the door had stood open; None where that was not said.
    """

    at: int
    incident: Incident
    over: bool
    gate_name: str
    point: AccessPoint | None
    seconds: int | None


def listing(house: House, staff: Staff, wanted: Wanted, offset: int) -> Page[IncidentRow]:
    """Newest first, of the staff member's estate."""
    kind, what = (None, None) if wanted.incident is None else log_kind(wanted.incident)
    kinds = LOG_KINDS if kind is None else (kind,)
    with house.db.reading() as stores:
        found = stores.gates.logged(staff.estate_id, kinds, what, wanted.since, wanted.until, offset, PAGE + 1)
        names = {gate.id: gate.name for gate in stores.gates.gates(staff.estate_id)}
        points = {point.id: point for point in stores.places.access_points(staff.estate_id)}
    rows = tuple(row_of(event, names, points) for event in found[:PAGE])
    return Page(rows, offset, len(found) > PAGE)


def row_of(event: LoggedEvent, names: dict[str, str], points: dict[str, AccessPoint]) -> IncidentRow:
    """A logged event with the gates' names and the access points, both by id."""
    seconds = event.body.get("seconds")
    return IncidentRow(
        at=event.at,
        incident=incident_of(event),
        over=event.body.get("active") is False,
        gate_name=names.get(event.gate_id, ""),
        point=points.get(str(event.body.get("ap"))),
        seconds=seconds if isinstance(seconds, int) else None,
    )
