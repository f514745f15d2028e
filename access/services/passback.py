"""Anti-passback: a card or door pass handed back over the gate does not let the next person in.

Soft: it looks at the last entry by the same credential at the same door, forgives by itself after the operator's
time, can be reset by staff for one person, and is not enforced by a gate that is alone. Visitors' passes count
their entries instead.
"""

from __future__ import annotations

from access.domain.errors import NotFound, NotPermitted
from access.domain.events import AccessEvent, Opening
from access.domain.staff import Staff, StaffRole
from access.domain.times import SECOND
from access.services.house import House
from access.stores import Stores

_RESET = "staff:passback:reset"
_MOST_EVENTS = 50
_LOOK_BACK = 200


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
    return bool(entries) and not _is_reset(stores, person_id, max(entries))


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


def _entered(event: AccessEvent, credential: str, access_point_id: str) -> bool:
    """A grant that is not known to have stayed without an opening."""
    return (
        event.granted
        and event.access_point_id == access_point_id
        and credential in (event.credential_id, event.pass_id)
        and event.opening is not Opening.FAILED
    )


def _is_reset(stores: Stores, person_id: str, since: int) -> bool:
    rows = stores.audit.page(max(0, stores.audit.last_seq() - _LOOK_BACK), _LOOK_BACK)
    return any(row.tag == _RESET and row.subject == person_id and row.at >= since for row in rows)
