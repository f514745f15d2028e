"""The API of the promise: asked anew, children, reports, requests about one's own data."""

from __future__ import annotations

from typing import Any

import pytest

from access.domain.consent import Purpose
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.reading import ReadPurpose
from access.services import my_entries, owner_reports, personal_data
from access.services.publish_notice import publish_notice
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, agree
from tests.miniapp_api.conftest import Phone


def change(wired: TestHouse, place: Place) -> None:
    staff = place.audit.staff
    publish_notice(wired.house, staff, "新", "New", BODY_ZH + "新。", BODY_EN + " New.", material=True)


def shown(phone: Phone, estate: str) -> str:
    """Look at the notice as the mini-program does; its hash."""
    notice: str = phone.get(f"/estates/{estate}/notice")["hash"]
    assert phone.ask("POST", "/notices/shown", {"hash": notice}).status_code == 204
    return notice


def code_of(answer: Any) -> str:
    return str(answer.get_json()["code"])


@pytest.mark.rule("L2", "L3")
def test_a_changed_notice_is_due_and_answered(wired: TestHouse, place: Place, alice: Phone) -> None:
    estate = place.estate.id
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE)
    assert alice.get(f"/estates/{estate}/home")["due"] == []
    change(wired, place)
    assert alice.get(f"/estates/{estate}/home")["due"] == ["changed", "changed"]
    due = alice.get(f"/estates/{estate}/anew")["due"]
    assert [one["purpose"] for one in due] == ["access", "face_use"]
    current = alice.get(f"/estates/{estate}/notice")["hash"]
    unseen = alice.ask("PUT", f"/estates/{estate}/anew/access", {"given": True, "notice_hash": current})
    assert code_of(unseen) == "consent.notice"
    body = {"notice_hash": shown(alice, estate)}
    answered = alice.ask("PUT", f"/estates/{estate}/anew/access", {**body, "given": True}).get_json()
    assert (answered["status"], answered["notice_hash"]) == ("given", current)
    no = alice.ask("PUT", f"/estates/{estate}/anew/face_use", {**body, "given": False})
    assert no.get_json()["status"] == "withdrawn"
    assert alice.get(f"/estates/{estate}/anew") == {"due": []}
    assert alice.ask("PUT", f"/estates/{estate}/anew/nothing", {**body, "given": True}).status_code in {400, 404}


def test_a_consent_that_is_sent_again_makes_no_second_one_and_brings_none_back(
    wired: TestHouse, place: Place, alice: Phone
) -> None:
    estate = place.estate.id
    yes = {"given": True, "notice_hash": shown(alice, estate)}
    agree(wired.house, place, alice.person_id, Purpose.FACE_SERVER)
    first = alice.ask("PUT", f"/estates/{estate}/consents/face_use", yes).get_json()
    wired.clock.advance(1)
    assert alice.ask("PUT", f"/estates/{estate}/consents/face_use", yes).get_json() == first
    assert alice.ask("DELETE", f"/estates/{estate}/face").status_code == 202
    wired.clock.advance(1)
    for path in ("consents", "anew"):
        again = alice.ask("PUT", f"/estates/{estate}/{path}/face_use", yes)
        assert (again.status_code, code_of(again)) == (403, "consent.notice")
    standing = {one["purpose"]: one["status"] for one in alice.get(f"/estates/{estate}/consents")["consents"]}
    assert standing["face_use"] == "withdrawn"


@pytest.mark.rule("L5")
def test_a_child_is_registered_answered_for_and_taken_out(
    wired: TestHouse, place: Place, alice: Phone, bob: Phone, charlie: Phone
) -> None:
    estate, home = place.estate.id, place.households["1-101"].id
    wish = {"name": "小明", "born": "2017-05", "household_id": home, "notice_hash": shown(alice, estate)}
    assert alice.ask("POST", f"/estates/{estate}/children", wish).status_code == 204
    assert code_of(alice.ask("POST", f"/estates/{estate}/children", {**wish, "born": "2001-01"})) == (
        "person.not_a_child"
    )
    shown(charlie, estate)
    assert code_of(charlie.ask("POST", f"/estates/{estate}/children", wish)) == "consent.guardian"
    (child,) = alice.get(f"/estates/{estate}/children")["children"]
    assert (child["name"], child["status"], child["has_phone"]) == ("小明", "pending", False)
    assert bob.get(f"/estates/{estate}/children")["children"][0]["id"] == child["id"]
    assert charlie.get(f"/estates/{estate}/children") == {"children": []}
    path = f"/estates/{estate}/children/{child['id']}"
    yes = {"given": True, "notice_hash": wish["notice_hash"]}
    assert alice.ask("PUT", f"{path}/consents/face_use", yes).get_json()["status"] == "given"
    assert code_of(charlie.ask("PUT", f"{path}/consents/face_use", yes)) == "consent.guardian"
    assert alice.ask("DELETE", f"{path}/face").status_code == 204
    assert len(alice.ask("POST", f"{path}/bind-tokens").get_json()["token"]) == 14
    assert alice.get(f"{path}/data")["copy_of"]["person"]["name"] == "小明"
    for method, tail in (("GET", "/data"), ("POST", "/bind-tokens"), ("DELETE", ""), ("DELETE", "/face")):
        assert charlie.ask(method, path + tail).status_code in {403, 404}
    assert len(alice.ask("DELETE", path).get_json()["erasures"]) == 1
    assert alice.get(f"/estates/{estate}/children") == {"children": []}


@pytest.mark.rule("L5")
def test_a_child_does_not_register_alone(place: Place, charlie: Phone) -> None:
    wish = {"household_id": place.households["1-101"].id, "role": "family", "under_fourteen": True}
    assert code_of(charlie.ask("POST", "/residencies", wish)) == "residency.child"


def test_a_report_is_read_and_acknowledged(wired: TestHouse, place: Place, alice: Phone, charlie: Phone) -> None:
    estate = place.estate.id
    report = owner_reports.publish(wired.house, place.operations.staff, "收支", "Accounts", BODY_ZH, BODY_EN)
    assert alice.get(f"/estates/{estate}/home")["report_id"] == report.id
    (one,) = alice.get(f"/estates/{estate}/reports")["reports"]
    assert (one["hash"], one["acknowledged"], one["asked"]) == (report.hash, False, True)
    for _ in range(2):
        assert alice.ask("PUT", f"/reports/{report.id}/acknowledgement").status_code == 204
    assert alice.get(f"/estates/{estate}/reports")["reports"][0]["acknowledged"]
    assert alice.get(f"/estates/{estate}/home")["report_id"] is None
    assert charlie.get(f"/estates/{estate}/reports") == {"reports": []}
    assert charlie.ask("PUT", f"/reports/{report.id}/acknowledgement").status_code == 403
    assert alice.ask("PUT", f"/reports/{new_id()}/acknowledgement").status_code == 404


@pytest.mark.rule("L11")
@pytest.mark.parametrize("kind", ["copy", "correction", "deletion", "explanation", "objection"])
def test_each_right_is_asked_for(place: Place, alice: Phone, charlie: Phone, kind: str) -> None:
    path = f"/estates/{place.estate.id}/rights-requests"
    asked = alice.ask("POST", path, {"kind": kind, "words": "<b>请</b>", "about": "0" * 16})
    assert (asked.status_code, asked.get_json()["state"]) == (201, "open")
    (mine,) = alice.get("/rights-requests")["requests"]
    assert (mine["kind"], mine["about"], mine["due_at"] > mine["asked_at"]) == (kind, "0" * 16, True)
    assert charlie.get("/rights-requests") == {"requests": []}
    for bad in ({"kind": "everything"}, {"words": ""}, {"words": "x" * 501}, {"about": "' OR 1=1"}):
        sent = {"kind": kind, "words": "请", **bad}
        assert alice.ask("POST", path, sent).status_code == 400


@pytest.mark.rule("L12")
def test_an_erasure_names_the_doors(wired: TestHouse, place: Place, alice: Phone) -> None:
    at, points = wired.clock.now(), frozenset({place.gate.id, place.doors[1].id})
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(Gate(new_id(), place.estate.id, "g", b"k" * 32, points, 1, 0, 0, at, True, 1, at))
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    begun = alice.ask("DELETE", f"/estates/{place.estate.id}/face").get_json()
    named = {holder["kind"]: (holder["name_zh"], holder["name_en"]) for holder in begun["holders"]}
    assert named["gate"] == ("南门、2号楼门", "South gate, Building 2 Door 2")
    assert named["database"] == ("", "")


@pytest.mark.rule("L19")
def test_a_look_of_staff_is_told_to_the_person_with_name_and_purpose(
    wired: TestHouse, place: Place, alice: Phone, bob: Phone
) -> None:
    staff = place.operations.staff
    reader = personal_data.Reader(f"staff:{staff.id}", ReadPurpose.MANAGE_RESIDENTS, wired.clock.now())
    with wired.house.db.transaction() as stores:
        personal_data.read(stores, wired.house.keyring, [alice.person_id], reader)
    (look,) = alice.get("/look-ups")["look_ups"]
    assert (look["reader"], look["purpose"]) == (f"staff:{staff.display_name}", "manage_residents")
    assert look["at"] == wired.clock.now()
    assert bob.get("/look-ups") == {"look_ups": []}
    assert len(my_entries.look_ups(wired.house, alice.person_id)) == 1
