"""Questions that are due again: after a change that matters, before a face consent ends, and at fourteen.

Nobody is asked again after a no or a withdrawal (law L4). Until a new question is answered, the old yes holds for
what the old notice said, and for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from access.domain.ages import CHILD_BELOW, is_younger, turns
from access.domain.consent import FACE_PURPOSES, Channel, Consent, ConsentStatus, Purpose
from access.domain.erasure import Cause, Scope
from access.domain.errors import Conflict, NotFound, NotPermitted
from access.domain.people import Person
from access.domain.places import Estate
from access.domain.times import DAY, local
from access.services import consents
from access.services.consents import Question, notice_has_changed, settle
from access.services.erase import begin
from access.services.house import House
from access.services.messages import notify
from access.services.withdraw import end_face_consents
from access.stores import Stores

RENEW_WITHIN_DAYS = 30
REMINDERS = (7, 30)
"""Days before a face consent ends at which the person is reminded, once each; the nearer first."""


class Why(StrEnum):
    """Why a question that was answered is due again."""

    CHANGED = "changed"
    """The notice has changed in a way that matters."""
    ENDING = "ending"
    """The yes ends within thirty days."""
    FOURTEEN = "fourteen"
    """A guardian had answered; the young person now answers for themselves."""


@dataclass(frozen=True, slots=True)
class Due:
    """One question that is due again.

    Attributes:
        ends_at: instant at which the standing yes ends; in the past where it has ended.
    """

    purpose: Purpose
    why: Why
    ends_at: int


def due(house: House, person_id: str, estate_id: str) -> tuple[Due, ...]:
    """What the person is to be asked again, in the order of `Purpose`. Nothing of a child: the guardian answers."""
    with house.db.reading() as stores:
        return due_in(stores, person_id, estate_id, house.clock.now())


def due_in(stores: Stores, person_id: str, estate_id: str, now: int) -> tuple[Due, ...]:
    """As `due`, among the caller's look-ups."""
    person, estate = stores.people.person(person_id), stores.places.estate(estate_id)
    if person is None or estate is None or _is_child(person, estate, now):
        return ()
    return _due(stores, person, estate, now)


def due_of_child(stores: Stores, child_id: str, estate_id: str, now: int) -> tuple[Due, ...]:
    """What a guardian is to be asked again for a child under fourteen."""
    person, estate = stores.people.person(child_id), stores.places.estate(estate_id)
    if person is None or estate is None or not _is_child(person, estate, now):
        return ()
    return _due(stores, person, estate, now)


def answer(
    house: House,
    person_id: str,
    estate_id: str,
    purpose: Purpose,
    given: bool,
    notice_hash: str,
    channel: Channel,
) -> Consent:
    """Answer a question that is due again. A yes is a fresh one, with a receipt of its own.

    A no to a face question withdraws the face and begins its erasure. A no to any other leaves the old yes on
    record for what the old notice said, and is not asked about again.

    Raises:
        NotPermitted, Conflict: as `consents.answer`; ``consent.given`` for a no to what is not due.
    """
    if given:
        return consents.answer(house, person_id, estate_id, purpose, True, notice_hash, channel)
    now = house.clock.now()
    with house.db.transaction() as stores:
        asked = Question(person_id, person_id, estate_id, purpose, notice_hash, channel)
        return decline(house, stores, asked, due_in(stores, person_id, estate_id, now), now)


def decline(house: House, stores: Stores, asked: Question, waiting: Iterable[Due], now: int) -> Consent:
    """Write a no to a question that is due again, inside the caller's transaction; see `answer`."""
    before = stores.consents.latest(asked.person_id, asked.estate_id, asked.purpose)
    if before is not None and before.status in {ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN}:
        return before
    if before is None or not before.is_live(now):
        return settle(house, stores, asked, False, now)
    if asked.purpose not in {one.purpose for one in waiting}:
        raise Conflict("consent.given", "a yes stands, and nothing new was asked: withdraw it")
    if stores.consents.shown_at(asked.asked_of, asked.notice_hash) is None:
        raise NotPermitted("consent.notice", "the notice must be shown before the question")
    if asked.purpose not in FACE_PURPOSES:
        return settle(house, stores, asked, False, now, over_yes=True)
    end_face_consents(stores, asked.person_id, asked.estate_id, asked.channel, now)
    begin(stores, asked.person_id, asked.estate_id, Scope.FACE, Cause.WITHDRAWN, now)
    after = stores.consents.latest(asked.person_id, asked.estate_id, asked.purpose)
    if after is None:
        raise NotFound("consent.unknown", "the answer is gone")
    return after


def remind(house: House) -> int:
    """Tell whoever's face consent ends within 30 or 7 days, once each; how many messages. A periodic duty."""
    now, told = house.clock.now(), 0
    for days in REMINDERS:
        with house.db.reading() as stores:
            ending = stores.consents.ending(FACE_PURPOSES, now, now + days * DAY)
        for person_id, estate_id in sorted({(one.person_id, one.estate_id) for one in ending}):
            with house.db.transaction() as stores:
                told += _remind(house, stores, person_id, estate_id, days, now)
    return told


def _remind(house: House, stores: Stores, person_id: str, estate_id: str, days: int, now: int) -> bool:
    person, estate = stores.people.person(person_id), stores.places.estate(estate_id)
    if person is None or estate is None or not estate.face_enabled:
        return False
    waiting = [one for one in _due(stores, person, estate, now) if one.why is Why.ENDING]
    kept = [stores.consents.latest(person_id, estate_id, one.purpose) for one in waiting]
    fresh = [stores.consents.remind(one.id, n, now) for one in kept if one for n in REMINDERS if n >= days]
    if not any(fresh):
        return False
    until = local(min(one.ends_at for one in waiting), estate.timezone).date().isoformat()
    guardian_id = next((one.guardian_id for one in kept if one is not None), None)
    if guardian_id is not None:
        family_url = f"{house.policy.public_url}/m/family?estate={estate_id}"
        notify(house, stores, guardian_id, "childs_consent_expiring", now, until=until, family_url=family_url)
    else:
        anew_url = f"{house.policy.public_url}/m/anew?estate={estate_id}"
        notify(house, stores, person_id, "consent_expiring", now, until=until, anew_url=anew_url)
    return True


def _due(stores: Stores, person: Person, estate: Estate, now: int) -> tuple[Due, ...]:
    found = []
    for purpose in Purpose:
        before = stores.consents.latest(person.id, estate.id, purpose)
        offered = estate.face_enabled or purpose not in FACE_PURPOSES
        why = _why(stores, before, person, estate, now) if before is not None and offered else None
        if before is not None and why is not None:
            found.append(Due(purpose, why, before.expires_at))
    return tuple(found)


def _why(stores: Stores, before: Consent, person: Person, estate: Estate, now: int) -> Why | None:
    if before.status in {ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN}:
        return None
    if not before.is_live(now):
        grown = before.guardian_id is not None and not _is_child(person, estate, now)
        return Why.FOURTEEN if grown else None
    if notice_has_changed(stores, before):
        return Why.CHANGED
    ending = before.purpose in FACE_PURPOSES and before.expires_at - now <= RENEW_WITHIN_DAYS * DAY
    return Why.ENDING if ending and not _ends_at_fourteen(before, person, estate) else None


def _ends_at_fourteen(before: Consent, person: Person, estate: Estate) -> bool:
    """A guardian cannot prolong a consent beyond the birthday that ends it."""
    if before.guardian_id is None or not person.birth_year_month:
        return False
    return before.expires_at >= turns(person.birth_year_month, CHILD_BELOW, estate.timezone)


def _is_child(person: Person, estate: Estate, now: int) -> bool:
    return is_younger(person.birth_year_month, CHILD_BELOW, now, estate.timezone)
