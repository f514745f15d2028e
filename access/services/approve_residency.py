"""Staff decide a pending residency: approve it, or refuse it with a reason that the person is told.

The write is conditional on the residency still being pending, so of two deciding staff one is told Conflict.
"""

from __future__ import annotations

from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.residency import Residency, ResidencyStatus
from access.domain.staff import Staff
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

MAX_REASON = 200


def approve(house: House, staff: Staff, residency_id: str) -> Residency:
    """Let the person live there; from now on they hold a right to the access points of the household.

    Raises:
        NotFound: ``residency.unknown``, also for another estate's.
        Conflict: ``residency.status`` when it is decided already, ``residency.lapsed`` when its end has passed.
    """
    at = house.clock.now()
    with house.db.transaction() as stores:
        pending = _of_estate(stores, staff, residency_id)
        if pending.valid_to <= at:
            raise Conflict("residency.lapsed", "the asked-for stay has ended already")
        approved = pending.approve(staff.id, at)
        _write(stores, approved)
        stores.places.bump_policy(staff.estate_id)
        _note(stores, staff, "approve", approved, at)
        estate, household = _words(stores, approved)
        notify(house, stores, approved.person_id, "residency_approved", at, estate=estate, household=household)
    return approved


def refuse(house: House, staff: Staff, residency_id: str, reason: str) -> Residency:
    """Refuse with a reason in words.

    Raises:
        NotFound: ``residency.unknown``.
        InvalidInput: ``residency.reason`` when missing or longer than 200 characters.
        Conflict: ``residency.status`` when it is decided already.
    """
    if len(reason.strip()) > MAX_REASON:
        raise InvalidInput("residency.reason", "at most 200 characters", field="reason")
    at = house.clock.now()
    with house.db.transaction() as stores:
        refused = _of_estate(stores, staff, residency_id).refuse(staff.id, reason, at)
        _write(stores, refused)
        _note(stores, staff, "refuse", refused, at)
        estate, household = _words(stores, refused)
        notify(
            house,
            stores,
            refused.person_id,
            "residency_refused",
            at,
            estate=estate,
            household=household,
            reason=refused.reason,
        )
    return refused


def _of_estate(stores: Stores, staff: Staff, residency_id: str) -> Residency:
    residency = stores.residencies.get(residency_id)
    if residency is None or residency.estate_id != staff.estate_id:
        raise NotFound("residency.unknown", "no such residency in this estate")
    return residency


def _write(stores: Stores, decided: Residency) -> None:
    if not stores.residencies.update(decided, ResidencyStatus.PENDING):
        raise Conflict("residency.status", "a colleague decided this residency a moment ago")


def _note(stores: Stores, staff: Staff, action: str, residency: Residency, at: int) -> None:
    details: dict[str, str | int | bool | None] = {
        "estate": residency.estate_id,
        "person": residency.person_id,
        "household": residency.household_id,
        "role": residency.role.value,
    }
    stores.audit.append(f"staff:{staff.id}", f"staff:residency:{action}", residency.id, details, at)


def _words(stores: Stores, residency: Residency) -> tuple[str, str]:
    estate = stores.places.estate(residency.estate_id)
    household = stores.places.household(residency.household_id)
    return (estate.name_zh if estate else "", household.label if household else "")
