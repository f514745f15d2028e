"""Notices shown and answers given, one purpose at a time. The person answers for themselves, never in bulk."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.consent import (
    FACE_CONSENT_LIFE,
    FACE_PURPOSES,
    Channel,
    Consent,
    ConsentStatus,
    Notice,
    Purpose,
)
from access.domain.errors import Conflict, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.times import FOREVER
from access.services.house import House
from access.stores import Stores


def current_notice(house: House, estate_id: str) -> Notice:
    """The notice in force. Raises NotFound ``notice.none``."""
    with house.db.reading() as stores:
        return _current(stores, estate_id)


def record_shown(house: House, person_id: str, notice_hash: str) -> None:
    """Record that this version was shown to the person. Raises NotFound for an unknown hash."""
    with house.db.transaction() as stores:
        if stores.consents.notice(notice_hash) is None:
            raise NotFound("notice.unknown", "no such notice")
        stores.consents.record_shown(person_id, notice_hash, house.clock.now())


def answer(
    house: House,
    person_id: str,
    estate_id: str,
    purpose: Purpose,
    given: bool,
    notice_hash: str,
    channel: Channel,
) -> Consent:
    """Record yes or no for one purpose. A yes to face makes the person's face key; a no makes nothing.

    Withdrawing a given face consent goes through `withdraw.withdraw_face`, which erases.

    Raises:
        NotPermitted: ``consent.notice`` when this version was not shown to the person,
            ``consent.face_off`` when the estate does not offer face, ``consent.age`` under 14.
        Conflict: ``consent.given`` for a no where a yes stands, ``consent.notice_changed``.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        if notice_hash != _current(stores, estate_id).hash:
            raise Conflict("consent.notice_changed", "the notice has a newer version: show that one")
        if not stores.consents.was_shown(person_id, notice_hash):
            raise NotPermitted("consent.notice", "the notice must be shown before the question")
        if purpose in FACE_PURPOSES and given:
            _face_may_be_asked(stores, estate_id)
        _no_hidden_withdrawal(stores, person_id, estate_id, purpose, given, now)
        consent = _record(purpose, given, person_id, estate_id, notice_hash, channel, now)
        stores.consents.add(consent)
        if purpose in FACE_PURPOSES and given:
            house.keyring.make_face_key(stores, person_id, estate_id)
        details: dict[str, str | int | bool | None] = {"purpose": purpose, "given": given, "channel": channel}
        stores.audit.append(f"person:{person_id}", "person:consent:answer", consent.id, details, now)
        return consent


def mine(house: House, person_id: str, estate_id: str) -> Sequence[Consent]:
    """The newest answer for each purpose that was answered, in the order of `Purpose`."""
    with house.db.reading() as stores:
        found = (stores.consents.latest(person_id, estate_id, purpose) for purpose in Purpose)
        return [consent for consent in found if consent is not None]


def face_is_agreed(stores: Stores, person_id: str, estate_id: str, at: int) -> bool:
    """Both face consents (use; keep and match off the gate) are live."""
    latest = (stores.consents.latest(person_id, estate_id, purpose) for purpose in FACE_PURPOSES)
    return all(consent is not None and consent.is_live(at) for consent in latest)


def _current(stores: Stores, estate_id: str) -> Notice:
    notice = stores.consents.current_notice(estate_id)
    if notice is None:
        raise NotFound("notice.none", "the estate has not published a notice")
    return notice


def _face_may_be_asked(stores: Stores, estate_id: str) -> None:
    estate = stores.places.estate(estate_id)
    if estate is None or not estate.face_enabled:
        raise NotPermitted("consent.face_off", "this estate does not offer face")


def _no_hidden_withdrawal(
    stores: Stores, person_id: str, estate_id: str, purpose: Purpose, given: bool, now: int
) -> None:
    before = stores.consents.latest(person_id, estate_id, purpose)
    if before is not None and before.is_live(now) and not given:
        raise Conflict("consent.given", "a yes stands: withdraw it, so that what it kept is erased")


def _record(
    purpose: Purpose, given: bool, person_id: str, estate_id: str, notice_hash: str, channel: Channel, now: int
) -> Consent:
    return Consent(
        id=new_id(),
        person_id=person_id,
        estate_id=estate_id,
        purpose=purpose,
        status=ConsentStatus.GIVEN if given else ConsentStatus.REFUSED,
        channel=channel,
        notice_hash=notice_hash,
        decided_at=now,
        expires_at=now + FACE_CONSENT_LIFE if purpose in FACE_PURPOSES else FOREVER,
    )
