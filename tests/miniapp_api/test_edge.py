"""A face that stays in the gate, over the API: where it can be had, the one-time code, and what is refused."""

from __future__ import annotations

import pytest

from access.domain.consent import Purpose
from access.domain.edge_faces import EdgeGate
from access.domain.gates import Gate
from access.services import edge_faces
from access.services.edge_faces import Held, Reported
from tests.estate import Place, TestHouse, agree
from tests.gates import claim_device
from tests.miniapp_api.conftest import Phone


def able_gate(wired: TestHouse, place: Place) -> Gate:
    gate = claim_device(wired.house, place.estate.id, place.gate.id).gate
    with wired.house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, True, "", "joined-2", wired.clock.now()))
    return gate


@pytest.mark.rule("L6")
def test_the_code_from_the_phone_is_taken_by_the_gate_and_the_face_shown_there(
    wired: TestHouse, place: Place, alice: Phone
) -> None:
    gate = able_gate(wired, place)
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE)
    path = f"/estates/{place.estate.id}/face/at-gate"
    state = alice.get(path)
    assert [state[key] for key in ("offered", "used", "leaves", "estate_has", "kept")] == [
        True,
        True,
        False,
        True,
        [],
    ]
    assert [one["door"]["name_zh"] for one in state["doors"]] == [place.gate.name_zh]
    made = alice.ask("POST", path)
    assert made.status_code == 201
    ticket = made.get_json()
    assert ticket["until"] > wired.clock.now()
    offer = edge_faces.take_ticket(wired.house, gate, ticket["text"])
    assert offer.person_id == alice.person_id
    held = (Held(offer.face_id, "joined-2", wired.clock.now()),)
    edge_faces.take_report(wired.house, gate, Reported(True, "", "joined-2", held))
    [kept] = alice.get(path)["kept"]
    assert (kept["ended"], kept["expires_at"]) == (False, offer.expires_at)
    assert place.gate.id in {door["id"] for door in kept["doors"]}


def test_without_the_consent_or_a_gate_that_can_no_code_is_given(
    wired: TestHouse, place: Place, alice: Phone, charlie: Phone, stranger: Phone
) -> None:
    path = f"/estates/{place.estate.id}/face/at-gate"
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE)
    nowhere = alice.ask("POST", path)
    assert (nowhere.status_code, nowhere.get_json()["code"]) == (403, "edge.nowhere")
    assert "没有一台设备" in nowhere.get_json()["zh"]
    able_gate(wired, place)
    refused = charlie.ask("POST", path)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "face.consent")
    assert stranger.ask("POST", path).status_code == 401
    assert stranger.ask("GET", path).status_code == 401


def test_codes_are_given_a_few_times_an_hour(wired: TestHouse, place: Place, alice: Phone) -> None:
    able_gate(wired, place)
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE)
    wired.limiter.full = True
    often = alice.ask("POST", f"/estates/{place.estate.id}/face/at-gate")
    assert (often.status_code, often.get_json()["code"]) == (429, "edge.often")
