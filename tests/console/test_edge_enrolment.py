"""Staff begin an enrolment at a gate for a resident whose face is to stay there, and for nobody else."""

from __future__ import annotations

import base64
import io
import re

import pytest
import zxingcpp
from PIL import Image

from access.domain.consent import Purpose
from access.domain.edge_faces import TICKET_LIFE, EdgeGate, EdgeState
from access.domain.gates import Gate
from access.domain.staff import StaffRole
from access.services import edge_faces
from tests.console.conftest import Office
from tests.estate import agree, resident
from tests.gates import claim_device

BUTTON = "在门口登记"


def able_gate(office: Office) -> Gate:
    """The south gate's agent; it can match faces by itself."""
    gate = claim_device(office.wired.house, office.place.estate.id, office.place.gate.id).gate
    with office.wired.house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, True, "", "joined-2", office.wired.clock.now()))
    return gate


def lives(office: Office, *purposes: Purpose) -> str:
    person = resident(office.wired.house, office.place, "林夏", "1-102")
    agree(office.wired.house, office.place, person, *purposes)
    return person


def tickets(office: Office, person: str) -> list[tuple[EdgeState, str]]:
    with office.wired.house.db.reading() as stores:
        return [(f.state, f.asked_by) for f in stores.edge_faces.of_person(person, office.place.estate.id)]


@pytest.mark.rule("L6")
def test_the_code_that_staff_show_is_taken_by_the_gate(office: Office) -> None:
    gate, person = able_gate(office), lives(office, Purpose.FACE_USE)
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert BUTTON in browser.get(f"/console/residents/{person}").text
    page = browser.post(f"/console/residents/{person}/face-at-gate")
    assert page.status_code == 200
    assert office.place.gate.name_zh in page.text
    assert "KF1:" not in page.text
    found = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page.text)
    assert found is not None
    picture = Image.open(io.BytesIO(base64.b64decode(found.group(1))))
    [code] = zxingcpp.read_barcodes(picture)
    offer = edge_faces.take_ticket(office.wired.house, gate, code.text)
    assert offer.person_id == person
    [(state, asked_by)] = tickets(office, person)
    assert (state, asked_by.partition(":")[0]) == (EdgeState.OFFERED, "staff")
    with office.wired.house.db.reading() as stores:
        entries = stores.audit.page(0, 1000)
    assert (asked_by, "face:edge:ticket") in {(entry.actor, entry.tag) for entry in entries}


@pytest.mark.rule("L6")
def test_the_residents_page_says_how_far_the_enrolment_has_come(office: Office) -> None:
    house, gate, person = office.wired.house, able_gate(office), lives(office, Purpose.FACE_USE)
    browser = office.signed_in(StaffRole.OPERATIONS)
    path = f"/console/residents/{person}"
    assert "登记码已生成" not in browser.get(path).text
    ticket = edge_faces.give_ticket(house, person, office.place.estate.id, "staff:desk")
    assert "登记码已生成" in browser.get(path).text
    offer = edge_faces.take_ticket(house, gate, ticket.text)
    page = browser.get(path).text
    assert ("登记码已生成" in page, "已在门口出示" in page) == (False, True)
    held = edge_faces.Held(offer.face_id, "joined-1", house.clock.now())
    edge_faces.take_report(house, gate, edge_faces.Reported(True, "", "joined-1", (held,)))
    page = browser.get(path).text
    assert ("已在门口出示" in page, "已在门口登记" in page, office.place.gate.name_zh in page) == (
        False,
        True,
        True,
    )
    edge_faces.give_ticket(house, person, office.place.estate.id, "staff:desk")
    office.wired.clock.advance(TICKET_LIFE)
    assert "登记码已生成" not in browser.get(path).text


def test_whoever_is_refused_finds_the_way_back_to_the_resident(office: Office) -> None:
    able_gate(office)
    person = lives(office, Purpose.FACE_USE)
    browser = office.signed_in(StaffRole.OPERATIONS)
    path = f"/console/residents/{person}"
    browser.get(path)
    office.wired.limiter.full = True
    for came_from, offered in ((path, True), (f"{path}/face-at-gate", False), ("/elsewhere", False)):
        refused = browser.client.post(
            f"{path}/face-at-gate",
            data={"csrf_token": browser.token},
            headers={"Referer": f"{browser.base}{came_from}"},
        )
        assert refused.status_code == 429
        assert (f'href="{path}"' in refused.text) is offered, came_from


@pytest.mark.rule("L4", "L6")
@pytest.mark.parametrize(
    ("purposes", "status"), [((), 403), ((Purpose.FACE_USE, Purpose.FACE_SERVER), 403)], ids=["none", "both"]
)
def test_without_just_that_consent_there_is_no_button_and_no_code(
    office: Office, purposes: tuple[Purpose, ...], status: int
) -> None:
    able_gate(office)
    person = lives(office, *purposes)
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert BUTTON not in browser.get(f"/console/residents/{person}").text
    assert browser.post(f"/console/residents/{person}/face-at-gate").status_code == status
    assert tickets(office, person) == []


def test_where_no_gate_can_it_is_said(office: Office) -> None:
    person = lives(office, Purpose.FACE_USE)
    browser = office.signed_in(StaffRole.OPERATIONS)
    page = browser.get(f"/console/residents/{person}").text
    assert BUTTON not in page
    assert "没有一台设备能自己识别人脸" in page
    refused = browser.post(f"/console/residents/{person}/face-at-gate")
    assert (refused.status_code, "没有一台设备能自己识别人脸" in refused.text) == (403, True)


def test_a_guard_sees_the_state_and_begins_nothing(office: Office) -> None:
    able_gate(office)
    person = lives(office, Purpose.FACE_USE)
    browser = office.signed_in(StaffRole.SECURITY)
    page = browser.get(f"/console/residents/{person}").text
    assert "不同意离开门口的设备" in page
    assert BUTTON not in page
