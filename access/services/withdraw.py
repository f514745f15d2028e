"""Withdrawing the face: no staff, no reason asked; the QR pass and the card are untouched (law L3)."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import FACE_PURPOSES, Channel, Consent, ConsentStatus
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import Conflict
from access.domain.ids import new_id
from access.services.erase import begin
from access.services.house import House
from access.stores import Stores


def withdraw_face(house: House, person_id: str, estate_id: str, channel: Channel) -> Erasure:
    """Withdraw both face consents and begin the erasure, in one transaction.

    Raises:
        Conflict: ``consent.status`` when no face consent stands.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        if not end_face_consents(stores, person_id, estate_id, channel, now):
            raise Conflict("consent.status", "no face consent stands")
        return begin(stores, person_id, estate_id, Scope.FACE, Cause.WITHDRAWN, now)


def end_face_consents(stores: Stores, person_id: str, estate_id: str, channel: Channel, now: int) -> int:
    """Withdraw whichever face consents stand; how many there were."""
    live = [consent for consent in _face_yeses(stores, person_id, estate_id) if consent.is_live(now)]
    for consent in live:
        stores.consents.add(replace(consent.withdraw(channel, now), id=new_id()))
    return len(live)


def lapse_face_consents(stores: Stores, person_id: str, estate_id: str, now: int) -> int:
    """End whichever face consents were given, by the clock and by nobody's word; how many there were."""
    given = _face_yeses(stores, person_id, estate_id)
    for consent in given:
        stores.consents.add(replace(consent.lapse(now), id=new_id()))
    return len(given)


def _face_yeses(stores: Stores, person_id: str, estate_id: str) -> list[Consent]:
    latest = (stores.consents.latest(person_id, estate_id, purpose) for purpose in sorted(FACE_PURPOSES))
    return [consent for consent in latest if consent is not None and consent.status is ConsentStatus.GIVEN]
