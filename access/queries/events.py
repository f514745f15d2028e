"""Access events as security staff see them: what, where, when, why; the holder only with a purpose, one by one."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.events import AccessEvent, Opening
from access.domain.places import AccessPoint, Method
from access.domain.reading import ReadPurpose
from access.domain.reasons import Reason
from access.domain.staff import Staff
from access.domain.visits import PassKind
from access.queries.named import names
from access.queries.paging import PAGE, Page
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events: instants, end exclusive; None filters nothing.

    Attributes:
        passed_back: only those let in or out a second time in a row, and those refused for it.
    """

    since: int
    until: int
    access_point_id: str | None = None
    granted: bool | None = None
    passed_back: bool = False


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event without its holder.

    Attributes:
        named: the presentation led to a holder, whose name a purpose would show.
        visitor: it was a visitor's pass; the holder is the resident who invited.
        passed_back: let in or out a second time in a row.
        took_ms: decision to opening, None where the door did not report.
    """

    event_id: str
    at: int
    access_point_zh: str
    access_point_en: str
    method: Method
    granted: bool
    reason: Reason | None
    opening: Opening
    named: bool
    visitor: bool
    passed_back: bool
    took_ms: int | None


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event; the holder's fields are empty unless read with a purpose."""

    row: EventRow
    gate_name: str
    person_id: str
    name: str
    households: tuple[str, ...]


def search(house: House, staff: Staff, wanted: Filter, offset: int) -> Page[EventRow]:
    """Newest first."""
    with house.db.reading() as stores:
        found = stores.events.search(
            staff.estate_id,
            wanted.since,
            wanted.until,
            wanted.access_point_id,
            wanted.granted,
            offset,
            PAGE + 1,
            passed_back=wanted.passed_back,
        )
        points = {point.id: point for point in stores.places.access_points(staff.estate_id)}
        rows = tuple(_row(stores, event, points) for event in found[:PAGE])
        return Page(rows, offset, len(found) > PAGE)


def event_detail(house: House, staff: Staff, event_id: str, purpose: ReadPurpose | None) -> EventDetail:
    """One event; with a purpose also who held the credential, and the read is recorded.

    Raises:
        NotFound: ``event.unknown``, also for another estate's.
    """
    with house.db.reading() if purpose is None else house.db.transaction() as stores:
        event = stores.events.get(event_id)
        if event is None or event.estate_id != staff.estate_id:
            raise NotFound("event.unknown", "no such event in this estate")
        points = {point.id: point for point in stores.places.access_points(staff.estate_id)}
        gate = stores.gates.gate(event.gate_id)
        person_id, name = "", ""
        labels: tuple[str, ...] = ()
        if purpose is not None and event.person_id is not None:
            person_id = event.person_id
            name = names(house, stores, staff, [person_id], purpose)[person_id].name
            labels = _labels(stores, person_id, staff.estate_id, event.at)
        return EventDetail(_row(stores, event, points), gate.name if gate else "", person_id, name, labels)


def _row(stores: Stores, event: AccessEvent, points: dict[str, AccessPoint]) -> EventRow:
    point = points.get(event.access_point_id)
    issued = stores.passes.get(event.pass_id) if event.pass_id else None
    return EventRow(
        event_id=event.id,
        at=event.at,
        access_point_zh=point.name_zh if point else "",
        access_point_en=point.name_en if point else "",
        method=event.method,
        granted=event.granted,
        reason=event.reason,
        opening=event.opening,
        named=event.person_id is not None,
        visitor=issued is not None and issued.kind is PassKind.VISITOR,
        passed_back=event.passed_back,
        took_ms=None if event.opened_at is None else max(event.opened_at - event.at, 0),
    )


def _labels(stores: Stores, person_id: str, estate_id: str, at: int) -> tuple[str, ...]:
    """Where the holder lived at the time of the event."""
    stays = [
        r
        for r in stores.residencies.of_person(person_id)
        if r.estate_id == estate_id and r.decided_at is not None and r.valid_from <= at < r.valid_to
    ]
    found = (stores.places.household(stay.household_id) for stay in stays)
    return tuple(household.label for household in found if household is not None)
