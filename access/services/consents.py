"""Notices shown and answers given, one purpose at a time. The person answers for themselves, never in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from access.domain.ages import CHILD_BELOW, is_younger
from access.domain.consent import (
    FACE_CONSENT_LIFE,
    FACE_PURPOSES,
    Channel,
    Consent,
    ConsentStatus,
    Notice,
    Purpose,
)
from access.domain.credentials import CredentialKind
from access.domain.errors import Conflict, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.times import FOREVER
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody was asked.

    Attributes:
        asked_of: person id of who answers: the person, or a child's guardian.
        notice_hash: of the notice that was shown with the question.
    """

    asked_of: str
    person_id: str
    estate_id: str
    purpose: Purpose
    notice_hash: str
    channel: Channel


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

    The same answer to the same showing again changes nothing, so a repeated post neither prolongs a consent
    nor brings a withdrawn one back. Withdrawing a given face consent goes through `withdraw.withdraw_face`.

    Raises:
        NotPermitted: ``consent.notice`` when this version was not shown to the person, or not since they said
            no, ``consent.face_off`` when the estate does not offer face, ``consent.age`` under 14.
        Conflict: ``consent.given`` for a no where a yes stands, ``consent.notice_changed``.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        _of_age(stores, person_id, estate_id, purpose, given, now)
        asked = Question(person_id, person_id, estate_id, purpose, notice_hash, channel)
        return settle(house, stores, asked, given, now)


def settle(
    house: House,
    stores: Stores,
    asked: Question,
    given: bool,
    now: int,
    until: int = FOREVER,
    *,
    over_yes: bool = False,
) -> Consent:
    """Write the answer to a question, inside the caller's transaction; see `answer`.

    Args:
        until: instant at which the answer ends at the latest.
        over_yes: a no may stand over a live yes: a question that was asked anew.
    """
    person_id, estate_id, purpose = asked.person_id, asked.estate_id, asked.purpose
    if asked.notice_hash != _current(stores, estate_id).hash:
        raise Conflict("consent.notice_changed", "the notice has a newer version: show that one")
    if purpose in FACE_PURPOSES and given:
        _face_may_be_asked(stores, estate_id)
    before = stores.consents.latest(person_id, estate_id, purpose)
    shown = stores.consents.shown_at(asked.asked_of, asked.notice_hash)
    _was_asked(before, shown, given)
    if before is not None and shown is not None and _is_repeated(before, asked, given, shown, now):
        return before
    if before is not None and before.is_live(now) and not given and not over_yes:
        raise Conflict("consent.given", "a yes stands: withdraw it, so that what it kept is erased")
    consent = _record(asked, given, now, until)
    stores.consents.add(consent)
    if purpose in FACE_PURPOSES and given:
        house.keyring.make_face_key(stores, person_id, estate_id)
        _prolong_face(stores, person_id, estate_id, now)
    details: dict[str, str | int | bool | None] = {
        "estate": estate_id,
        "purpose": purpose,
        "given": given,
        "channel": asked.channel,
    }
    tag = "person:consent:answer" if asked.asked_of == person_id else "person:consent:guardian"
    stores.audit.append(f"person:{asked.asked_of}", tag, consent.id, details, now)
    return consent


def to_ask(house: House, person_id: str, estate_id: str) -> tuple[Purpose, ...]:
    """What a door may bring up by itself, in the order of `Purpose`.

    Never answered, run out, or given before the notice changed in a way that matters: until the new question is
    answered, the old yes holds for what the old notice said. Whoever refused or withdrew is left alone (law L4).
    What has been answered before and is due again, with the reason, says `ask_anew.due`.
    """
    now = house.clock.now()
    with house.db.reading() as stores:
        estate = stores.places.estate(estate_id)
        offered = estate is not None and estate.face_enabled
        return tuple(
            purpose
            for purpose in Purpose
            if (offered or purpose not in FACE_PURPOSES)
            and _may_be_brought_up(stores, person_id, estate_id, purpose, now)
        )


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


def _of_age(stores: Stores, person_id: str, estate_id: str, purpose: Purpose, given: bool, now: int) -> None:
    """A child's own yes to face is none (law L5); see `guardians`."""
    person, estate = stores.people.person(person_id), stores.places.estate(estate_id)
    if purpose not in FACE_PURPOSES or not given or person is None or estate is None:
        return
    if is_younger(person.birth_year_month, CHILD_BELOW, now, estate.timezone):
        raise NotPermitted("consent.age", "under fourteen a guardian answers")


def _was_asked(before: Consent | None, shown: int | None, given: bool) -> None:
    said_no = before is not None and before.status is not ConsentStatus.GIVEN
    if shown is None or (before is not None and said_no and given and shown < before.decided_at):
        raise NotPermitted("consent.notice", "the notice must be shown before the question")


def _is_repeated(before: Consent, asked: Question, given: bool, shown: int, now: int) -> bool:
    same = before.notice_hash == asked.notice_hash and shown <= before.decided_at
    if given:
        return same and before.is_live(now)
    return same and before.status is ConsentStatus.REFUSED


def _may_be_brought_up(stores: Stores, person_id: str, estate_id: str, purpose: Purpose, now: int) -> bool:
    before = stores.consents.latest(person_id, estate_id, purpose)
    if before is None:
        return True
    if before.status in {ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN}:
        return False
    return not before.is_live(now) or notice_has_changed(stores, before)


def notice_has_changed(stores: Stores, answered: Consent) -> bool:
    """The estate has published a change that matters since this answer."""
    notice = stores.consents.notice(answered.notice_hash)
    newer = stores.consents.notices_since(answered.estate_id, notice.version if notice else 0)
    return any(one.material for one in newer)


def _prolong_face(stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    """A renewed yes keeps the references for as long as both face consents now hold."""
    latest = [stores.consents.latest(person_id, estate_id, purpose) for purpose in FACE_PURPOSES]
    live = [consent.expires_at for consent in latest if consent is not None and consent.is_live(now)]
    if len(live) < len(FACE_PURPOSES) or not stores.faces.prolong_references(person_id, estate_id, min(live)):
        return
    for credential in stores.credentials.of_person(person_id, estate_id):
        if credential.kind is CredentialKind.FACE:
            stores.credentials.prolong(credential.id, min(live))
    stores.places.bump_policy(estate_id)


def _record(asked: Question, given: bool, now: int, until: int) -> Consent:
    ends = now + FACE_CONSENT_LIFE if asked.purpose in FACE_PURPOSES else FOREVER
    return Consent(
        id=new_id(),
        person_id=asked.person_id,
        estate_id=asked.estate_id,
        purpose=asked.purpose,
        status=ConsentStatus.GIVEN if given else ConsentStatus.REFUSED,
        channel=asked.channel,
        notice_hash=asked.notice_hash,
        decided_at=now,
        expires_at=min(ends, until),
        guardian_id=None if asked.asked_of == asked.person_id else asked.asked_of,
    )
