"""What is asked of a face, set in the console; and the check at the desk of who made no movement."""

from __future__ import annotations

import io
import re

from access.domain.challenges import ChallengeRule
from access.domain.consent import Channel
from access.domain.enrolment import EnrolmentStatus
from access.domain.staff import StaffRole
from access.services import challenges, enrol
from tests.console.conftest import Office
from tests.console.scene import FACE, settle
from tests.estate import agree, resident
from tests.fakes import picture

CHOSEN = re.compile(r'<option selected value="(\w+)"')


def test_the_phones_rules_are_set_shown_and_written_down_once(office: Office) -> None:
    browser, house, estate = office.signed_in(StaffRole.SECURITY), office.wired.house, office.place.estate.id
    before = audited(office)
    for _ in range(2):
        browser.get("/console/places")
        answer = browser.post("/console/places/challenges", page="either", mini_program="none")
        assert (answer.status_code, answer.location) == (302, "/console/places#challenges")
    assert challenges.rules(house, estate)[Channel.PAGE] is ChallengeRule.EITHER
    shown = browser.get("/console/places").text
    assert "已保存。下一次登记" in shown
    part = shown[shown.index('id="challenges"') : shown.index("Buildings and households")]
    assert CHOSEN.findall(part) == ["either", "none"]
    assert [entry.subject for entry in audited(office)[len(before) :]] == ["page"]


def audited(office: Office) -> list[object]:
    with office.wired.house.db.reading() as stores:
        return [e for e in stores.audit.page(0, 1_000) if e.tag == "staff:challenge:save"]


def test_nonsense_changes_nothing(office: Office) -> None:
    browser = office.signed_in(StaffRole.PLATFORM)
    browser.get("/console/places")
    browser.post("/console/places/challenges", page="smile", mini_program="turn")
    assert "没有保存" in browser.get("/console/places").text
    rules = challenges.rules(office.wired.house, office.place.estate.id)
    assert set(rules.values()) == {ChallengeRule.NONE}


def test_an_access_point_asks_for_what_is_chosen(office: Office) -> None:
    browser, point = office.signed_in(StaffRole.SECURITY), office.place.gate
    address = f"/console/places/access-points/{point.id}"
    fields = {
        "name_zh": "南门",
        "name_en": "South gate",
        "building": "",
        "relay_ms": "3",
        "methods": ["qr", "face"],
    }
    browser.get(address)
    assert browser.post(f"{address}/change", **fields, challenge="turn").status_code == 302
    with office.wired.house.db.reading() as stores:
        changed = stores.places.access_point(point.id)
    assert changed is not None
    assert changed.challenge is ChallengeRule.TURN
    assert "turn" in CHOSEN.findall(browser.get(address).text)
    assert "转头" in browser.get("/console/places").text
    assert browser.post(f"{address}/change", **fields, challenge="smile").status_code == 400


def test_who_made_no_movement_is_compared_at_the_desk(office: Office) -> None:
    wired, place = office.wired, office.place
    challenges.set_rule(wired.house, place.operations.staff, Channel.PAGE, ChallengeRule.EITHER)
    person_id = resident(wired.house, place, "王芳")
    agree(wired.house, place, person_id, *FACE)
    made = enrol.enrol_face(wired.house, person_id, place.estate.id, [picture("wang")], Channel.PAGE)
    settle(wired)
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert "没有做动作" in browser.get("/console/reviews").text
    address = f"/console/reviews/{made.id}"
    assert "比对并启用" in browser.get(address).text
    bare = browser.post(f"{address}/approve")
    assert (bare.status_code, "当面拍一张" in bare.text) == (400, True)
    wrong = browser.post(f"{address}/approve", samples=(io.BytesIO(picture("friend")), "a.jpg"))
    assert (wrong.status_code, "不像同一个人" in wrong.text) == (409, True)
    no_picture = browser.post(f"{address}/approve", samples=(io.BytesIO(b"no picture"), "a.jpg"))
    assert no_picture.status_code == 400
    assert browser.post(f"{address}/approve", samples=(io.BytesIO(picture("wang")), "a.jpg")).status_code == 302
    assert enrol.status(wired.house, person_id, place.estate.id).latest is EnrolmentStatus.DONE
