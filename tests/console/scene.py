"""A day at the estate for the console's tests: people who live there, who ask, who left; what gates reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nacl.signing import SigningKey

from access.domain.consent import Channel, Purpose
from access.domain.credentials import Credential
from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.residency import Residency, Role
from access.domain.times import HOUR, MINUTE, SECOND
from access.services import enrol, manage_cards, move_out, outbox
from access.services.register import request_residency
from tests.estate import Place, TestHouse, agree, newcomer, resident
from tests.fakes import picture

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)


@dataclass(frozen=True)
class Scene:
    """Who is who.

    Attributes:
        owner: lives in 1-101, holds a card and a face.
        asker: asks for 1-102 as a tenant.
        alike: enrolled a face too near to the owner's; waits for a check.
        left: moved out of 2-102; the gate has not sent its receipt.
        shown_events: a grant of the owner, a denial of nobody.
    """

    owner: str
    card: Credential
    asker: str
    request: Residency
    alike: str
    enrolment_id: str
    left: str
    gate: Gate
    events: tuple[AccessEvent, ...]


def play(wired: TestHouse, place: Place) -> Scene:
    """Seed the day."""
    house = wired.house
    gate = add_gate(wired, place, "南门左 South gate")
    owner = resident(house, place, "王芳", "1-101")
    card = manage_cards.add_card(house, place.operations.staff, owner, "0A1B2C3D")
    enrol_face(wired, place, owner, "王芳")
    resident(house, place, "陈强", "1-101", Role.FAMILY)
    alike = resident(house, place, "王芬", "2-101")
    wired.faces.alike = frozenset({"王芳", "王芬"})
    enrolment_id = enrol_face(wired, place, alike, "王芬")
    left = resident(house, place, "周明", "2-102")
    agree(house, place, left, *FACE)
    asker, request = ask(wired, place, "李雷", "1-102", Role.TENANT, date(2027, 8, 31))
    stay = residencies(wired, left)[0]
    move_out.end_residency(house, stay.id, f"staff:{place.operations.staff.id}", "已搬走")
    settle(wired)
    wired.clock.advance(HOUR)
    events = report(wired, place, gate, owner, card)
    return Scene(owner, card, asker, request, alike, enrolment_id, left, gate, events)


def ask(
    wired: TestHouse, place: Place, name: str, household: str, role: Role, last_day: date | None = None
) -> tuple[str, Residency]:
    """A newcomer who asks for a household; person id and the pending residency."""
    person_id = newcomer(wired.house, place, name)
    wanted = place.households[household].id
    return person_id, request_residency(wired.house, person_id, wanted, role, last_day)


def residencies(wired: TestHouse, person_id: str) -> list[Residency]:
    with wired.house.db.reading() as stores:
        return list(stores.residencies.of_person(person_id))


def enrol_face(wired: TestHouse, place: Place, person_id: str, name: str) -> str:
    agree(wired.house, place, person_id, *FACE)
    enrolment = enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name)], Channel.PAGE)
    settle(wired)
    return enrolment.id


def settle(wired: TestHouse) -> None:
    """Work the outbox until nothing is due."""
    while outbox.run_once(wired.house):
        pass


def add_gate(wired: TestHouse, place: Place, name: str) -> Gate:
    at = wired.clock.now()
    points = frozenset({place.gate.id, place.doors[0].id})
    key = bytes(SigningKey.generate().verify_key)
    gate = Gate(new_id(), place.estate.id, name, key, points, 1, 0, 0, at, True, 1, at)
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(gate)
    return gate


def report(wired: TestHouse, place: Place, gate: Gate, owner: str, card: Credential) -> tuple[AccessEvent, ...]:
    """What the gate saw within the last hour."""
    now, door = wired.clock.now(), place.gate.id
    rows = (
        (50, Method.CARD, None, owner, card.id),
        (31, Method.FACE, None, owner, None),
        (22, Method.FACE, Reason.FACE_UNKNOWN, None, None),
        (9, Method.QR, Reason.STALE, owner, None),
        (4, Method.CARD, Reason.UNKNOWN, None, None),
    )
    events = tuple(
        AccessEvent(
            id=new_id(),
            at=now - minutes * MINUTE,
            estate_id=place.estate.id,
            access_point_id=door,
            gate_id=gate.id,
            method=method,
            granted=reason is None,
            reason=reason,
            person_id=person_id,
            pass_id=None,
            credential_id=credential_id,
            opening=Opening.PENDING if reason is None else Opening.NONE,
        )
        for minutes, method, reason, person_id, credential_id in rows
    )
    with wired.house.db.transaction() as stores:
        for event in events:
            stores.events.add(event)
            stores.events.set_opening(event.id, Opening.OPENED, event.at + SECOND // 2)
    return events
