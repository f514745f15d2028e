"""Faces that stay in the gates: who may enrol where, what a match at a gate opens, and what is erased when."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from nacl.signing import SigningKey

from access.domain.commands import Op
from access.domain.consent import FACE_CONSENT_LIFE, Channel, Purpose
from access.domain.edge_faces import TICKET_LIFE, EdgeState, new_ticket
from access.domain.erasure import HolderKind
from access.domain.errors import Conflict, InvalidInput, NotPermitted
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.renewal import Why
from access.domain.times import MINUTE, SECOND
from access.queries.edge_places import standing
from access.services import edge_faces, erase, gate_claims, gate_events, my_data, retention, withdraw
from access.services.edge_faces import Held, Reported
from access.services.enrol import enrol_face
from access.services.renew_faces import begin_renewal, end_due_renewals
from adapters.db.database import PeeweeDatabase
from hardware import wire
from hardware.server.lists import ListDesk
from tests.estate import Place, TestHouse, agree, build, newcomer, resident, seed_estate
from tests.fakes import picture
from tests.gates import Device, claim_device
from tests.services.face_life import lives, settle, texts_to

MODEL = "joined-2"


@pytest.fixture
def wired(database: PeeweeDatabase) -> TestHouse:
    return build(database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


@pytest.fixture
def gate(wired: TestHouse, place: Place) -> Device:
    """At the south gate; it has the option."""
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    report(wired, device)
    return device


@pytest.fixture
def alice(wired: TestHouse, place: Place) -> str:
    """She agreed to the use of her face, not to its leaving the gate."""
    person = lives(wired, place, "alice")
    agree(wired.house, place, person, Purpose.FACE_USE)
    return person


def report(wired: TestHouse, device: Device, *faces: str, available: bool = True) -> None:
    held = tuple(Held(face, MODEL, wired.clock.now()) for face in faces)
    told = Reported(available, "" if available else "absent: no memory", MODEL if available else "", held)
    edge_faces.take_report(wired.house, device.gate, told)


def enrol(wired: TestHouse, place: Place, device: Device, person: str) -> str:
    """From the ticket to the gate's word that it holds a reference; its name."""
    ticket = edge_faces.give_ticket(wired.house, person, place.estate.id, f"person:{person}")
    face = edge_faces.take_ticket(wired.house, device.gate, ticket.text).face_id
    with wired.house.db.reading() as stores:
        others = [f.id for f in stores.edge_faces.of_gate(device.gate.id) if f.state is EdgeState.ACTIVE]
        mine = [f.id for f in stores.edge_faces.of_person(person, place.estate.id)]
    report(wired, device, *(set(others) - set(mine)), face)
    return face


def orders(wired: TestHouse, device: Device) -> list[dict[str, object]]:
    with wired.house.db.reading() as stores:
        commands = stores.gates.open_commands(device.gate.id, wired.clock.now())
    return [dict(one.args) for one in commands if one.op is Op.ERASE]


@pytest.mark.rule("L6")
def test_the_use_alone_is_enough_where_the_face_stays_in_the_gate(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    face = enrol(wired, place, gate, alice)
    event = gate.present(place.gate.id, Method.FACE_EDGE, face)
    assert (event.granted, event.method, event.person_id, event.credential_id) == (
        True,
        Method.FACE_EDGE,
        alice,
        face,
    )
    with wired.house.db.reading() as stores:
        assert not stores.faces.references_of(alice, place.estate.id)
        assert not list(stores.credentials.of_person(alice, place.estate.id))


@pytest.mark.rule("L6")
def test_no_picture_of_such_a_face_is_compared_by_the_service(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    enrol(wired, place, gate, alice)
    with pytest.raises(NotPermitted):
        enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    event = gate.present(place.gate.id, Method.FACE, frames=(picture("alice"),))
    assert (event.granted, event.person_id) == (False, None)


def test_another_gate_s_name_for_a_face_opens_nothing(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    face = enrol(wired, place, gate, alice)
    other = claim_device(wired.house, place.estate.id, place.doors[0].id)
    assert other.present(place.doors[0].id, Method.FACE_EDGE, face).reason is Reason.FACE_UNKNOWN
    assert gate.present(place.gate.id, Method.FACE_EDGE, "0" * 16).reason is Reason.FACE_UNKNOWN


def test_a_ticket_is_good_once_in_time_and_at_one_gate(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    house, estate = wired.house, place.estate.id
    other = claim_device(house, estate, place.gate.id)
    report(wired, other)
    first = edge_faces.give_ticket(house, alice, estate, f"person:{alice}")
    ticket = edge_faces.give_ticket(house, alice, estate, f"person:{alice}")
    for text in (first.text, new_ticket(), "KF1:", ""):
        with pytest.raises(InvalidInput):
            edge_faces.take_ticket(house, gate.gate, text)
    face = edge_faces.take_ticket(house, gate.gate, ticket.text).face_id
    assert edge_faces.take_ticket(house, gate.gate, ticket.text).face_id == face, (
        "a look that failed is tried again"
    )
    with pytest.raises(InvalidInput):
        edge_faces.take_ticket(house, other.gate, ticket.text)
    report(wired, gate, face)
    with pytest.raises(InvalidInput):
        edge_faces.take_ticket(house, gate.gate, ticket.text)
    late = edge_faces.give_ticket(house, alice, estate, f"person:{alice}")
    wired.clock.advance(TICKET_LIFE)
    with pytest.raises(InvalidInput):
        edge_faces.take_ticket(house, gate.gate, late.text)
    assert retention.remove_what_is_due(house)["tickets"] == 1


def test_who_may_have_a_ticket(wired: TestHouse, place: Place, gate: Device, alice: str) -> None:
    house, estate = wired.house, place.estate.id
    bob = resident(house, place, "bob", "1-102")
    guest = newcomer(house, place, "guest")
    agree(house, place, guest, Purpose.FACE_USE)
    for person, code in ((bob, "face.consent"), (guest, "face.residency")):
        with pytest.raises(NotPermitted) as refused:
            edge_faces.give_ticket(house, person, estate, f"person:{person}")
        assert refused.value.code == code
    report(wired, gate, available=False)
    with pytest.raises(NotPermitted) as refused:
        edge_faces.give_ticket(house, alice, estate, f"person:{alice}")
    assert refused.value.code == "edge.nowhere"
    assert not standing(house, alice, estate).estate_has


def test_a_gate_without_a_door_of_theirs_does_not_enrol(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    far = claim_device(wired.house, place.estate.id, place.doors[1].id)
    report(wired, far)
    ticket = edge_faces.give_ticket(wired.house, alice, place.estate.id, f"person:{alice}")
    with pytest.raises(NotPermitted) as refused:
        edge_faces.take_ticket(wired.house, far.gate, ticket.text)
    assert refused.value.code == "edge.place"


@pytest.mark.rule("L6")
@pytest.mark.rule("L12")
def test_withdrawing_stops_it_at_once_and_the_gate_signs_that_it_erased(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    house, estate = wired.house, place.estate.id
    face = enrol(wired, place, gate, alice)
    erasure = withdraw.withdraw_face(house, alice, estate, Channel.PAGE)
    assert gate.present(place.gate.id, Method.FACE_EDGE, face).reason is Reason.FACE_UNKNOWN
    assert not lists_of(wired, gate)
    assert [one.ended for one in standing(house, alice, estate).kept] == [True]
    settle(wired)
    (order,) = orders(wired, gate)
    assert order["person"] == alice
    agree(house, place, alice, Purpose.FACE_USE)
    again = edge_faces.give_ticket(house, alice, estate, f"person:{alice}")
    with pytest.raises(Conflict):
        edge_faces.take_ticket(house, gate.gate, again.text)
    holding, at = str(order["holding"]), house.clock.now()
    signature = gate.key.sign(wire.receipt_message(holding, at)).signature
    erase.gate_receipt(house, gate.gate, holding, at, signature)
    settle(wired)
    _, _, certificate = erase.erasure_of(house, alice, erasure.id)
    assert certificate is not None
    receipts = [one["body"] for one in json.loads(certificate)["body"]["receipts"]]
    assert {one["holder"] for one in receipts if one["kind"] == HolderKind.GATE} == {gate.gate.id}
    assert standing(house, alice, estate).kept == ()
    assert edge_faces.take_ticket(house, gate.gate, again.text).person_id == alice


@pytest.mark.rule("L6")
def test_twelve_months_end_it(wired: TestHouse, place: Place, gate: Device, alice: str) -> None:
    face = enrol(wired, place, gate, alice)
    with wired.house.db.reading() as stores:
        kept = stores.edge_faces.get(face)
    assert kept is not None
    assert kept.expires_at - kept.created_at <= FACE_CONSENT_LIFE
    wired.clock.advance(FACE_CONSENT_LIFE)
    assert not gate.present(place.gate.id, Method.FACE_EDGE, face).granted
    assert retention.expire_consents(wired.house) == 1
    settle(wired)
    assert [order["person"] for order in orders(wired, gate)] == [alice]


@pytest.mark.rule("L15")
def test_an_orphan_at_a_gate_is_a_fault_and_is_ordered_erased_once(
    wired: TestHouse, place: Place, gate: Device
) -> None:
    for _ in range(2):
        report(wired, gate, "ab" * 8)
    assert orders(wired, gate) == [{"face": "ab" * 8}]
    with wired.house.db.reading() as stores:
        tags = [entry.tag for entry in stores.audit.page(0, 10_000)]
    assert tags.count("fault:face:orphan") == 1


@pytest.mark.rule("L15")
def test_a_reference_whose_consent_is_gone_is_an_orphan_too(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    enrol(wired, place, gate, alice)
    with wired.house.db.transaction() as stores:
        withdraw.end_face_consents(stores, alice, place.estate.id, Channel.PAGE, wired.clock.now())
    assert retention.erase_orphans(wired.house) == 1
    settle(wired)
    assert [order["person"] for order in orders(wired, gate)] == [alice]


def test_what_the_gate_lost_opens_nothing_any_more(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    face = enrol(wired, place, gate, alice)
    report(wired, gate)
    assert gate.present(place.gate.id, Method.FACE_EDGE, face).reason is Reason.FACE_UNKNOWN
    assert standing(wired.house, alice, place.estate.id).kept == ()


def test_enrolling_again_replaces_the_reference(wired: TestHouse, place: Place, gate: Device, alice: str) -> None:
    first = enrol(wired, place, gate, alice)
    second = enrol(wired, place, gate, alice)
    assert first != second
    assert [one.face.id for one in standing(wired.house, alice, place.estate.id).kept] == [second]


def test_a_consent_withdrawn_between_the_look_and_the_report_keeps_nothing(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    ticket = edge_faces.give_ticket(wired.house, alice, place.estate.id, f"person:{alice}")
    face = edge_faces.take_ticket(wired.house, gate.gate, ticket.text).face_id
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    report(wired, gate, face)
    assert not gate.present(place.gate.id, Method.FACE_EDGE, face).granted
    settle(wired)
    assert alice in {order.get("person") for order in orders(wired, gate)}


def test_a_renewal_counts_those_at_gates(wired: TestHouse, place: Place, gate: Device, alice: str) -> None:
    enrol(wired, place, gate, alice)
    begun = begin_renewal(wired.house, place.estate, Why.TRANSFORM, 7, "cli")
    assert begun.people == 1
    wired.clock.advance(8 * 24 * 60 * MINUTE)
    assert end_due_renewals(wired.house) == 1
    settle(wired)
    assert [order["person"] for order in orders(wired, gate)] == [alice]


def test_a_gate_cut_off_opens_nothing_and_its_people_are_told(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    enrol(wired, place, gate, alice)
    gate_claims.revoke_gate(wired.house, "staff", gate.gate.id)
    settle(wired)
    assert texts_to(wired, "alice")[-1].startswith("face_gate_lost")
    assert [one.ended for one in standing(wired.house, alice, place.estate.id).kept] == [True]


@pytest.mark.rule("L11")
def test_my_data_names_the_gates_that_hold_a_reference(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    enrol(wired, place, gate, alice)
    face = my_data.copy(wired.house, alice)["face"]
    assert isinstance(face, dict)
    (kept,) = face["at_gates"]
    assert (kept["gate"], kept["model"], kept["being_erased"]) == (gate.gate.name, MODEL, False)
    assert face["references"] == []


@pytest.mark.rule("L6")
def test_a_gate_is_told_of_its_own_faces_alone(wired: TestHouse, place: Place, gate: Device, alice: str) -> None:
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    face = enrol(wired, place, gate, alice)
    assert lists_of(wired, other) == set()
    assert lists_of(wired, gate) == {face}


@pytest.mark.rule("L6")
def test_where_no_face_may_leave_a_picture_is_not_even_looked_at(
    wired: TestHouse, place: Place, gate: Device
) -> None:
    both = resident(wired.house, place, "both", "1-102")
    agree(wired.house, place, both, Purpose.FACE_USE, Purpose.FACE_SERVER)
    with wired.house.db.transaction() as stores:
        point = next(p for p in stores.places.access_points(place.estate.id) if p.id == place.gate.id)
        stores.places.save_access_point(replace(point, face_edge_only=True))
        stores.places.bump_policy(place.estate.id)
    before = wired.faces.asked
    assert gate.present(place.gate.id, Method.FACE, frames=(picture("both"),)).reason is Reason.METHOD_OFF
    assert wired.faces.asked == before


def test_an_offline_match_is_recorded_with_its_holder(
    wired: TestHouse, place: Place, gate: Device, alice: str
) -> None:
    face = enrol(wired, place, gate, alice)
    body = {
        "id": "cd" * 8,
        "ap": place.gate.id,
        "method": "face_edge",
        "granted": True,
        "reason": None,
        "person": alice,
        "pass": None,
        "credential": face,
        "step": None,
    }
    gate_events.take_events(
        wired.house, gate.gate, 1, [gate_events.Reported(1, wired.clock.now() - SECOND, "decision", body)]
    )
    with wired.house.db.reading() as stores:
        event = stores.events.get("cd" * 8)
    assert event is not None
    assert (event.method, event.person_id, event.credential_id) == (Method.FACE_EDGE, alice, face)


def lists_of(wired: TestHouse, device: Device) -> set[str]:
    """Names of the faces in the lists of a gate."""
    frame = ListDesk(wired.house).frame(device.gate, None)
    keys = gate_claims.signing_keys(wired.house, device.gate.estate_id)
    public = {key: bytes(SigningKey(seed).verify_key) for key, seed in keys.live.items()}
    body = wire.open_lists(frame, public)
    assert isinstance(body, wire.Snapshot)
    return set(body.lists.edge_faces)
