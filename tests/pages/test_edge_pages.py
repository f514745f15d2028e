"""The pages of a face that stays in the gate: what is said where no gate can, where one can, and the code."""

from __future__ import annotations

import pytest

from access.domain.consent import Purpose
from access.domain.edge_faces import EdgeGate
from access.domain.people import App
from access.services import consents
from tests.estate import Place, TestHouse, agree
from tests.gates import claim_device
from tests.pages.conftest import Browser


def _alice(wired: TestHouse) -> str:
    with wired.house.db.reading() as stores:
        account = wired.house.keyring.account(App.OFFICIAL_ACCOUNT, "openid-of-Alice")
        found = stores.people.person_of_account(App.OFFICIAL_ACCOUNT, account)
    assert found is not None
    return found


@pytest.mark.rule("L6")
def test_where_no_gate_can_it_is_said_and_the_other_way_offered(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    agree(wired.house, place, _alice(wired), Purpose.FACE_USE)
    page = alice.get("/m/face-at-gate")
    assert "没有一台设备能自己识别人脸" in page
    assert "/m/pass" in page
    assert alice.post("/m/face-at-gate", "/m/selfie/withdraw").status_code == 403
    assert "有此功能" not in alice.get("/m/consent/face-server")


@pytest.mark.rule("L4", "L6")
def test_the_tile_of_the_face_leads_to_the_question_left_or_to_the_face_in_the_gate(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    shown = {"notice_hash": consents.current_notice(wired.house, place.estate.id).hash}
    question = "/m/consent/face-server"
    assert alice.client.get("/m/selfie").location == "/m/consent/face"
    agree(wired.house, place, _alice(wired), Purpose.FACE_USE)
    assert alice.client.get("/m/selfie").location == question
    alice.post(question, question, {"answer": "no", **shown})
    assert alice.client.get("/m/selfie").location == "/m/face-at-gate"
    assert question in alice.get("/m/face-at-gate")
    alice.post(question, question, {"answer": "yes", **shown})
    assert alice.client.get("/m/selfie").status_code == 200
    assert question not in alice.get("/m/face-at-gate")


@pytest.mark.rule("L6")
def test_where_a_gate_can_its_doors_are_named_and_a_code_is_given_once(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    agree(wired.house, place, _alice(wired), Purpose.FACE_USE)
    gate = claim_device(wired.house, place.estate.id, place.gate.id).gate
    with wired.house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, True, "", "joined-2", wired.clock.now()))
    assert place.gate.name_zh in alice.get("/m/consent/face-server")
    assert place.gate.name_zh in alice.get("/m/face-at-gate")
    made = alice.post("/m/face-at-gate", "/m/face-at-gate")
    assert "data:image/png;base64," in made.text
    assert "KF1:" not in made.text
