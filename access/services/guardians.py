"""A child under fourteen: the guardian answers for them, each purpose by itself, until the child is fourteen.

The guardian is an adult resident of the same household; that they are the guardian, the estate sees to when they
meet. No identity card is asked for (Measures art. 7, PIPL art. 31).
"""

from __future__ import annotations

from dataclasses import replace

from access.domain.ages import ADULT_FROM, CHILD_BELOW, birth_month, is_younger, turns
from access.domain.consent import FACE_PURPOSES, Channel, Consent, Purpose
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import Conflict, NotFound, NotPermitted
from access.domain.people import Person
from access.domain.places import Estate
from access.domain.residency import Residency, Role
from access.domain.staff import Staff
from access.services import ask_anew
from access.services.consents import Question, settle
from access.services.erase import begin
from access.services.house import House
from access.services.withdraw import end_face_consents
from access.stores import Stores


def set_birth_month(house: House, person_id: str, text: str, channel: Channel) -> None:
    """Keep year and month of birth, for the rule about children alone. It may be said once.

    Whoever turns out to be a child loses what they agreed to by themselves.

    Raises:
        InvalidInput: ``person.birth``. NotFound: ``person.unknown``.
        Conflict: ``person.birth_known``: corrected by staff, on a request for correction.
    """
    born, now = birth_month(text), house.clock.now()
    with house.db.transaction() as stores:
        person = _person(stores, person_id)
        if person.birth_year_month not in {"", born}:
            raise Conflict("person.birth_known", "year and month of birth stand already")
        stores.people.save_person(replace(person, birth_year_month=born))
        stores.audit.append(f"person:{person_id}", "person:birth:say", person_id, {}, now)
        _end_childs_own(stores, person_id, born, channel, now)


def correct_birth_month(house: House, staff: Staff, person_id: str, text: str) -> None:
    """Staff set or correct it, with the family before them; for somebody who lives, or asks to live, here.

    Raises:
        InvalidInput: ``person.birth``. NotFound: ``person.unknown``, also for another estate's.
    """
    born, now = birth_month(text), house.clock.now()
    with house.db.transaction() as stores:
        person = _person(stores, person_id)
        if not any(r.estate_id == staff.estate_id for r in stores.residencies.of_person(person_id)):
            raise NotFound("person.unknown", "no such person in this estate")
        stores.people.save_person(replace(person, birth_year_month=born))
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id}
        stores.audit.append(f"staff:{staff.id}", "staff:birth:correct", person_id, details, now)
        _end_childs_own(stores, person_id, born, Channel.DESK, now)


def answer_for_child(
    house: House,
    guardian_id: str,
    child_id: str,
    estate_id: str,
    purpose: Purpose,
    given: bool,
    notice_hash: str,
    channel: Channel,
) -> Consent:
    """Record a guardian's answer for a child; it ends when the child is fourteen, who is then asked anew.

    Raises:
        NotPermitted: ``consent.guardian`` for anybody but an adult of the child's household,
            ``consent.not_a_child`` from fourteen on; otherwise as `consents.answer`.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        estate, child = _estate(stores, estate_id), _person(stores, child_id)
        if not is_younger(child.birth_year_month, CHILD_BELOW, now, estate.timezone):
            raise NotPermitted("consent.not_a_child", "from fourteen on they answer themselves")
        must_be_guardian(stores, guardian_id, child_id, estate, now)
        asked = Question(guardian_id, child_id, estate_id, purpose, notice_hash, channel)
        if not given:
            return ask_anew.decline(
                house, stores, asked, ask_anew.due_of_child(stores, child_id, estate_id, now), now
            )
        until = turns(child.birth_year_month, CHILD_BELOW, estate.timezone)
        return settle(house, stores, asked, True, now, until)


def withdraw_for_child(house: House, guardian_id: str, child_id: str, estate_id: str, channel: Channel) -> Erasure:
    """Withdraw a child's face. The child may do so as well, by `withdraw.withdraw_face`.

    Raises:
        NotPermitted: ``consent.guardian``. Conflict: ``consent.status`` when no face consent stands.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        must_be_guardian(stores, guardian_id, child_id, _estate(stores, estate_id), now)
        if not end_face_consents(stores, child_id, estate_id, channel, now):
            raise Conflict("consent.status", "no face consent stands")
        return begin(stores, child_id, estate_id, Scope.FACE, Cause.WITHDRAWN, now)


def must_be_guardian(stores: Stores, guardian_id: str, child_id: str, estate: Estate, now: int) -> None:
    """Raises NotPermitted ``consent.guardian`` for anybody but an adult of the child's household."""
    homes = homes_of_adult(stores, guardian_id, estate, now)
    if guardian_id == child_id or not any(r.household_id in homes for r in _open(stores, child_id, estate, now)):
        raise NotPermitted("consent.guardian", "an adult of the same household answers for a child")


def homes_of_adult(stores: Stores, person_id: str, estate: Estate, now: int) -> dict[str, Residency]:
    """The person's own live stays by household, in which they may answer for a child; empty for a minor."""
    if is_younger(_person(stores, person_id).birth_year_month, ADULT_FROM, now, estate.timezone):
        return {}
    mine = stores.residencies.of_person(person_id)
    live = (r for r in mine if r.estate_id == estate.id and r.is_live(now) and r.role is not Role.HELPER)
    return {residency.household_id: residency for residency in live}


def children_of(stores: Stores, household_id: str, estate: Estate, now: int) -> list[Residency]:
    """Open stays in the household of children under fourteen, and of those who were and still have no phone."""
    found = []
    for stay in stores.residencies.of_household(household_id):
        if not stay.is_open(now) or stay.role is not Role.FAMILY:
            continue
        person = stores.people.person(stay.person_id)
        if person is None or person.closed_at is not None or not person.birth_year_month:
            continue
        young = is_younger(person.birth_year_month, CHILD_BELOW, now, estate.timezone)
        if young or _grown_without_phone(stores, person):
            found.append(stay)
    return found


def _grown_without_phone(stores: Stores, person: Person) -> bool:
    answered = any(one.guardian_id is not None for one in stores.consents.of_person(person.id))
    return answered and not stores.people.accounts_of(person.id)


def _end_childs_own(stores: Stores, person_id: str, born: str, channel: Channel, now: int) -> None:
    for estate_id in {residency.estate_id for residency in stores.residencies.of_person(person_id)}:
        young = is_younger(born, CHILD_BELOW, now, _estate(stores, estate_id).timezone)
        by_themselves = any(
            answer is not None and answer.guardian_id is None and answer.is_live(now)
            for answer in (stores.consents.latest(person_id, estate_id, purpose) for purpose in FACE_PURPOSES)
        )
        if young and by_themselves and end_face_consents(stores, person_id, estate_id, channel, now):
            begin(stores, person_id, estate_id, Scope.FACE, Cause.WITHDRAWN, now)


def _open(stores: Stores, person_id: str, estate: Estate, now: int) -> list[Residency]:
    """Stays that staff have approved, or have still to decide on."""
    mine = stores.residencies.of_person(person_id)
    return [stay for stay in mine if stay.estate_id == estate.id and stay.is_open(now)]


def _person(stores: Stores, person_id: str) -> Person:
    person = stores.people.person(person_id)
    if person is None or person.closed_at is not None:
        raise NotFound("person.unknown", "no such person")
    return person


def _estate(stores: Stores, estate_id: str) -> Estate:
    estate = stores.places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate
