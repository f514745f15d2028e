"""Children under fourteen as their family sees them: added by an adult of the household, with or without a phone.

A child does not register alone. An adult of the same household gives name, year and month of birth, and the
consent that the service needs; staff approve the stay as any other. The child then has a card, and a face at the
desk if the guardian agrees to it. A phone of the child's own is led to them by a one-time code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from access.domain.ages import CHILD_BELOW, birth_month, is_younger, turns
from access.domain.consent import Channel, Consent, Purpose
from access.domain.erasure import Erasure
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.people import Person
from access.domain.places import Estate
from access.domain.reading import ReadPurpose
from access.domain.residency import Residency, ResidencyStatus, Role, request_residency
from access.domain.times import FOREVER
from access.services import ask_anew, close_account, my_data, personal_data, phone_sign_in
from access.services.ask_anew import Due
from access.services.consents import Question, settle
from access.services.guardians import children_of, homes_of_adult, must_be_guardian
from access.services.house import House
from access.services.phone_sign_in import BindToken
from access.services.register import clean_name
from access.stores import Stores

MAX_CHILDREN = 8
"""Children of one household that are registered or asked for at a time."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the household.

    Attributes:
        household: the label.
        answers: the newest for each purpose that was answered.
        due: what the guardian is to be asked again.
        grown: fourteen by now, and still without a phone of their own that could ask them.
    """

    person_id: str
    name: str
    birth_year_month: str
    household: str
    status: ResidencyStatus
    answers: Mapping[Purpose, Consent]
    due: tuple[Due, ...]
    has_phone: bool
    grown: bool

    def agrees(self, purpose: Purpose, at: int) -> bool:
        return purpose in self.answers and self.answers[purpose].is_live(at)


@dataclass(frozen=True, slots=True)
class NewChild:
    """What a guardian says of a child.

    Attributes:
        born: year and month, ``2017-05``.
        household_id: one that the guardian lives in.
    """

    name: str
    born: str
    household_id: str


def children(house: House, guardian_id: str, estate_id: str) -> tuple[Child, ...]:
    """The children of the households in which the person lives as an adult; empty for anybody else.

    Raises:
        NotFound: ``estate.unknown``.
    """
    now = house.clock.now()
    reader = personal_data.Reader(f"person:{guardian_id}", ReadPurpose.GUARDIAN, now)
    with house.db.transaction() as stores:
        estate = _estate(stores, estate_id)
        found = _stays(stores, guardian_id, estate, now)
        names = personal_data.read_names(stores, house.keyring, [stay.person_id for stay in found], reader)
        return tuple(_child(stores, stay, names[stay.person_id], estate, now) for stay in found)


def child(house: House, guardian_id: str, child_id: str, estate_id: str) -> Child:
    """One of `children`. Raises NotFound ``child.unknown`` for anybody else's."""
    found = next((one for one in children(house, guardian_id, estate_id) if one.person_id == child_id), None)
    if found is None:
        raise NotFound("child.unknown", "no such child in the household")
    return found


def waits(stores: Stores, guardian_id: str, estate_id: str, now: int) -> bool:
    """Something is to be asked again for a child of the person's household; no name is read."""
    stays = _stays(stores, guardian_id, _estate(stores, estate_id), now)
    return any(ask_anew.due_of_child(stores, stay.person_id, estate_id, now) for stay in stays)


def add_child(
    house: House, guardian_id: str, estate_id: str, told: NewChild, notice_hash: str, channel: Channel
) -> Residency:
    """Register a child under fourteen, with the guardian's yes to what the service needs; staff then decide.

    The stay ends with the guardian's own where that has an end.

    Raises:
        InvalidInput: ``person.name``, ``person.birth``, ``person.not_a_child`` from fourteen on.
        NotPermitted: ``consent.guardian`` for anybody but an adult who lives in the household,
            ``consent.notice`` when the notice was not shown to them.
        Conflict: ``consent.notice_changed``, ``residency.many`` beyond eight children.
    """
    name, born, now = clean_name(told.name), birth_month(told.born), house.clock.now()
    with house.db.transaction() as stores:
        estate = _estate(stores, estate_id)
        if not is_younger(born, CHILD_BELOW, now, estate.timezone):
            raise InvalidInput("person.not_a_child", "from fourteen on they register themselves", field="born")
        own = homes_of_adult(stores, guardian_id, estate, now).get(told.household_id)
        if own is None:
            raise NotPermitted("consent.guardian", "an adult of the household registers a child")
        if len(children_of(stores, told.household_id, estate, now)) >= MAX_CHILDREN:
            raise Conflict("residency.many", "the household has many children already")
        person_id = _new_child(house, stores, name, born, now)
        asked = Question(guardian_id, person_id, estate_id, Purpose.ACCESS, notice_hash, channel)
        settle(house, stores, asked, True, now, turns(born, CHILD_BELOW, estate.timezone))
        place = (own.household_id, own.estate_id, own.building_id)
        until = None if own.valid_to >= FOREVER else own.valid_to
        stay = request_residency(new_id(), person_id, place, Role.FAMILY, until, now)
        stores.residencies.add(stay)
        details: dict[str, str | int | bool | None] = {"estate": estate_id, "role": stay.role, "guardian": True}
        stores.audit.append(f"person:{guardian_id}", "person:residency:request", stay.id, details, now)
        return stay


def code_for_phone(house: House, guardian_id: str, child_id: str, estate_id: str) -> BindToken:
    """A one-time code that leads the child's own phone to the child. Raises NotFound ``child.unknown``."""
    found = child(house, guardian_id, child_id, estate_id)
    return phone_sign_in.new_bind_token(house, found.person_id)


def copy(house: House, guardian_id: str, child_id: str, estate_id: str) -> dict[str, object]:
    """Everything held of the child, for the guardian (PIPL art. 31, 45).

    Raises:
        NotPermitted: ``consent.guardian``. NotFound: ``child.unknown`` from fourteen on.
    """
    _must_answer(house, guardian_id, child_id, estate_id)
    return my_data.copy(house, child_id)


def remove(house: House, guardian_id: str, child_id: str, estate_id: str, channel: Channel) -> list[Erasure]:
    """End the child's stay and erase what is held of them; as `close_account.close_account`.

    Raises:
        NotPermitted: ``consent.guardian``. NotFound: ``child.unknown`` from fourteen on.
    """
    _must_answer(house, guardian_id, child_id, estate_id)
    with house.db.transaction() as stores:
        now = house.clock.now()
        stores.audit.append(f"person:{guardian_id}", "person:child:remove", child_id, {"estate": estate_id}, now)
    return close_account.close_account(house, child_id, channel)


def _must_answer(house: House, guardian_id: str, child_id: str, estate_id: str) -> None:
    now = house.clock.now()
    with house.db.reading() as stores:
        estate, person = _estate(stores, estate_id), stores.people.person(child_id)
        if person is None or not is_younger(person.birth_year_month, CHILD_BELOW, now, estate.timezone):
            raise NotFound("child.unknown", "no such child")
        must_be_guardian(stores, guardian_id, child_id, estate, now)


def _new_child(house: House, stores: Stores, name: str, born: str, now: int) -> str:
    """A person without an account: nobody signs in as them until a phone of their own is joined."""
    person = Person(new_id(), b"", b"", born, "zh", now)
    stores.people.save_person(person)
    house.keyring.make_identity_key(stores, person.id)
    sealed = house.keyring.seal_identity(stores, person.id, name)
    stores.people.save_person(Person(person.id, sealed, b"", born, "zh", now))
    return person.id


def _stays(stores: Stores, guardian_id: str, estate: Estate, now: int) -> list[Residency]:
    """Stays of children in the guardian's households, and of those who were and still have no phone."""
    homes = homes_of_adult(stores, guardian_id, estate, now)
    return [
        stay
        for household_id in sorted(homes)
        for stay in children_of(stores, household_id, estate, now)
        if stay.person_id != guardian_id
    ]


def _child(stores: Stores, stay: Residency, name: str, estate: Estate, now: int) -> Child:
    person = stores.people.person(stay.person_id)
    household = stores.places.household(stay.household_id)
    born = person.birth_year_month if person else ""
    latest = (stores.consents.latest(stay.person_id, estate.id, purpose) for purpose in Purpose)
    return Child(
        person_id=stay.person_id,
        name=name,
        birth_year_month=born,
        household=household.label if household else "",
        status=stay.status,
        answers={answer.purpose: answer for answer in latest if answer is not None},
        due=ask_anew.due_of_child(stores, stay.person_id, estate.id, now),
        has_phone=bool(stores.people.accounts_of(stay.person_id)),
        grown=not is_younger(born, CHILD_BELOW, now, estate.timezone),
    )


def _estate(stores: Stores, estate_id: str) -> Estate:
    estate = stores.places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate
