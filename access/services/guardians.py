"""A child under fourteen: the guardian answers for them, each purpose by itself, until the child is fourteen.

The guardian is an adult resident of the same household; that they are the guardian, the estate sees to when they
meet. No identity card is asked for (Measures art. 7, PIPL art. 31).
"""

from __future__ import annotations

from dataclasses import replace

from access.domain.ages import ADULT_FROM, CHILD_BELOW, birth_month, is_younger, turns
from access.domain.consent import Channel, Consent, Purpose
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import Conflict, NotFound, NotPermitted
from access.domain.people import Person
from access.domain.places import Estate
from access.domain.residency import Residency, Role
from access.services.consents import Question, settle
from access.services.erase import begin
from access.services.house import House
from access.services.withdraw import end_face_consents
from access.stores import Stores


def set_birth_month(house: House, person_id: str, text: str) -> None:
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
        _end_childs_own(stores, person_id, born, now)


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
        estate = _estate(stores, estate_id)
        child = _person(stores, child_id)
        if not is_younger(child.birth_year_month, CHILD_BELOW, now, estate.timezone):
            raise NotPermitted("consent.not_a_child", "from fourteen on they answer themselves")
        _must_be_guardian(stores, guardian_id, child_id, estate, now)
        asked = Question(guardian_id, child_id, estate_id, purpose, notice_hash, channel)
        until = turns(child.birth_year_month, CHILD_BELOW, estate.timezone)
        return settle(house, stores, asked, given, now, until)


def withdraw_for_child(house: House, guardian_id: str, child_id: str, estate_id: str, channel: Channel) -> Erasure:
    """Withdraw a child's face. The child may do so as well, by `withdraw.withdraw_face`.

    Raises:
        NotPermitted: ``consent.guardian``. Conflict: ``consent.status`` when no face consent stands.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        _must_be_guardian(stores, guardian_id, child_id, _estate(stores, estate_id), now)
        if not end_face_consents(stores, child_id, estate_id, channel, now):
            raise Conflict("consent.status", "no face consent stands")
        return begin(stores, child_id, estate_id, Scope.FACE, Cause.WITHDRAWN, now)


def _end_childs_own(stores: Stores, person_id: str, born: str, now: int) -> None:
    for estate_id in {residency.estate_id for residency in stores.residencies.of_person(person_id)}:
        young = is_younger(born, CHILD_BELOW, now, _estate(stores, estate_id).timezone)
        if young and end_face_consents(stores, person_id, estate_id, Channel.PAGE, now):
            begin(stores, person_id, estate_id, Scope.FACE, Cause.WITHDRAWN, now)


def _must_be_guardian(stores: Stores, guardian_id: str, child_id: str, estate: Estate, now: int) -> None:
    guardian = _person(stores, guardian_id)
    adult = not is_younger(guardian.birth_year_month, ADULT_FROM, now, estate.timezone)
    homes = {r.household_id for r in _live(stores, guardian_id, estate, now) if r.role is not Role.HELPER}
    together = any(r.household_id in homes for r in _live(stores, child_id, estate, now))
    if guardian_id == child_id or not adult or not together:
        raise NotPermitted("consent.guardian", "an adult of the same household answers for a child")


def _live(stores: Stores, person_id: str, estate: Estate, now: int) -> list[Residency]:
    return [r for r in stores.residencies.of_person(person_id) if r.estate_id == estate.id and r.is_live(now)]


def _person(stores: Stores, person_id: str) -> Person:
    person = stores.people.person(person_id)
    if person is None:
        raise NotFound("person.unknown", "no such person")
    return person


def _estate(stores: Stores, estate_id: str) -> Estate:
    estate = stores.places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate
