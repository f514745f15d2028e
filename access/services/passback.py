"""Anti-passback: a card or door pass handed back over the gate does not let the next person in.

By areas (`access.domain.passback`): where the holder went in and did not come out again. And by the operator's
setting, at any door: the same credential again at once. Both are read from the entry records, so that what a gate
decided alone counts as soon as it is uploaded. Visitors' passes count their entries instead, and a remote open is
no passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from access.domain.admission import Decision, Denied, Granted
from access.domain.errors import NotFound, NotPermitted
from access.domain.events import AccessEvent, Opening
from access.domain.passback import Area, Finding, Leads, Passage, PassbackMode, counted_since, find
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.staff import Staff, StaffRole
from access.domain.times import SECOND
from access.domain.visits import PassKind
from access.services.estate_book import EstateBook
from access.services.house import House
from access.stores import Stores

_RESET = "staff:passback:reset"
_MOST_EVENTS = 200


def hold_to_areas(stores: Stores, book: EstateBook, decision: Decision, access_point_id: str, at: int) -> Decision:
    """A grant as the areas of its access point leave it: as it is, marked as passed back, or denied.

    Whoever goes out of an area is let out, also where the same door leads into another one.
    """
    areas = [area for area in book.areas if area.leads(access_point_id) and area.mode is not PassbackMode.OFF]
    if not areas or isinstance(decision, Denied) or _is_free(stores, decision):
        return decision
    stores.areas.hold(decision.person_id)
    found = {_found(stores, area, book.estate.timezone, decision.person_id, access_point_id, at) for area in areas}
    if found == {Finding.CLEAR}:
        return decision
    goes_out = any(area.leads(access_point_id) is Leads.OUT for area in areas)
    if Finding.REFUSE in found and not goes_out:
        person, pass_id, credential = decision.person_id, decision.pass_id, decision.credential_id
        return Denied(decision.method, Reason.PASSED_BACK, person, pass_id, credential)
    return replace(decision, passed_back=True)


def is_passed_back(
    stores: Stores, seconds: int, person_id: str, credential: str, access_point_id: str, at: int
) -> bool:
    """Whether this credential has just let somebody in here.

    Args:
        seconds: how long until it is forgiven; 0 for never asking.
        credential: id of the card, or of the resident's pass.
    """
    if seconds <= 0:
        return False
    since = at - seconds * SECOND
    recent = stores.events.of_person(person_id, since + 1, _MOST_EVENTS)
    entries = [event.at for event in recent if _entered(event, credential, access_point_id)]
    return bool(entries) and max(entries) > _reset_at(stores, person_id)


def reset_passback(house: House, staff: Staff, person_id: str) -> None:
    """Let a person in again now, whatever was recorded.

    Raises:
        NotPermitted: ``staff.role`` without the security role.
        NotFound: ``person.unknown``, also when the person has no home in the staff member's estate.
    """
    if StaffRole.SECURITY not in staff.roles:
        raise NotPermitted("staff.role", "this needs the security role")
    with house.db.transaction() as stores:
        if not any(home.estate_id == staff.estate_id for home in stores.residencies.of_person(person_id)):
            raise NotFound("person.unknown", "no such person")
        stores.audit.append(f"staff:{staff.id}", _RESET, person_id, {"estate": staff.estate_id}, house.clock.now())


def _found(stores: Stores, area: Area, timezone: str, person_id: str, access_point_id: str, at: int) -> Finding:
    leads = area.leads(access_point_id)
    last = next(_passages(stores, area, person_id, counted_since(area, at, timezone)), None)
    if leads is None or last is None:
        return Finding.CLEAR
    found = find(area, leads, [last])
    return Finding.CLEAR if found is not Finding.CLEAR and last.at <= _reset_at(stores, person_id) else found


def _passages(stores: Stores, area: Area, person_id: str, since: int) -> Iterator[Passage]:
    """Newest first."""
    for event in stores.events.of_person(person_id, since, _MOST_EVENTS):
        leads = area.leads(event.access_point_id)
        if leads is not None and _went_through(event) and not _is_visit(stores, event.pass_id):
            yield Passage(event.at, leads)


def _is_free(stores: Stores, decision: Granted) -> bool:
    return decision.method is Method.REMOTE or not decision.person_id or _is_visit(stores, decision.pass_id)


def _is_visit(stores: Stores, pass_id: str | None) -> bool:
    issued = stores.passes.get(pass_id) if pass_id else None
    return issued is not None and issued.kind is PassKind.VISITOR


def _went_through(event: AccessEvent) -> bool:
    """A grant that is not known to have stayed without an opening."""
    return event.granted and event.opening is not Opening.FAILED and event.method is not Method.REMOTE


def _entered(event: AccessEvent, credential: str, access_point_id: str) -> bool:
    here = event.access_point_id == access_point_id and credential in (event.credential_id, event.pass_id)
    return here and event.granted and event.opening is not Opening.FAILED


def _reset_at(stores: Stores, person_id: str) -> int:
    """Instant of the last reset by staff; before everything where there was none."""
    at = stores.audit.last_at(_RESET, person_id)
    return -1 if at is None else at
