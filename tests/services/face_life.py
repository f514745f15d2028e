"""Steps in the life of an enrolled face, shared by the tests of enrolment and of erasure."""

from __future__ import annotations

from nacl.signing import SigningKey

from access.domain.consent import Channel, Purpose
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.services import enrol, outbox
from tests.estate import Place, TestHouse, agree, resident
from tests.fakes import picture

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)


def settle(wired: TestHouse) -> None:
    """Work the outbox until nothing is due; what is retried later stays."""
    while outbox.run_once(wired.house):
        pass


def lives(wired: TestHouse, place: Place, name: str, household: str = "1-101") -> str:
    """A resident who wrote in the chat just now, so that the account may answer."""
    wired.wechat.wrote(f"openid-of-{name}")
    return resident(wired.house, place, name, household)


def with_face(wired: TestHouse, place: Place, name: str, household: str = "1-101") -> str:
    person_id = lives(wired, place, name, household)
    agree(wired.house, place, person_id, *FACE)
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name), picture(name)], Channel.PAGE)
    settle(wired)
    return person_id


def add_gate(wired: TestHouse, place: Place) -> tuple[Gate, SigningKey]:
    key = SigningKey.generate()
    gate = Gate(
        new_id(),
        place.estate.id,
        "gate",
        bytes(key.verify_key),
        frozenset({place.gate.id}),
        1,
        0,
        0,
        0,
        False,
        0,
        1,
    )
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(gate)
    return gate, key


def texts_to(wired: TestHouse, name: str) -> list[str]:
    return [sent.text for sent in wired.wechat.sent if sent.openid == f"openid-of-{name}"]
