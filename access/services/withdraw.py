"""Withdrawing the face: no staff, no reason asked; the QR pass and the card are untouched (law L3)."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import FACE_PURPOSES, Channel
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
    ended = 0
    for purpose in FACE_PURPOSES:
        consent = stores.consents.latest(person_id, estate_id, purpose)
        if consent is not None and consent.is_live(now):
            stores.consents.add(replace(consent.withdraw(channel, now), id=new_id()))
            ended += 1
    return ended
