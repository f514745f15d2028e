"""The console on children and on reports to owners: what staff see, may do, and what is recorded of it."""

from __future__ import annotations

import re

import pytest

from access.domain.consent import Channel, Purpose
from access.domain.staff import StaffRole
from access.services import consents, family, guardians, my_entries, owner_reports
from access.services.family import NewChild
from tests.console.conftest import Browser, Office
from tests.estate import BODY_EN, BODY_ZH, resident

FORM = {"title_zh": "收支报告", "title_en": "Accounts", "body_zh": BODY_ZH, "body_en": BODY_EN}


def child_of(office: Office, mother: str) -> tuple[str, str]:
    """A child whom the mother has asked for: (person id, residency id)."""
    house, place = office.wired.house, office.place
    notice = consents.current_notice(house, place.estate.id).hash
    consents.record_shown(house, mother, notice)
    told = NewChild("小明", "2017-05", place.households["1-101"].id)
    stay = family.add_child(house, mother, place.estate.id, told, notice, Channel.PAGE)
    return stay.person_id, stay.id


@pytest.mark.rule("L5")
def test_staff_see_that_a_guardian_asks_approve_and_find_the_desk_open(office: Office) -> None:
    house, place = office.wired.house, office.place
    mother = resident(house, place, "mother")
    child, stay = child_of(office, mother)
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert "由同住的成年家人代为登记和同意" in browser.get(f"/console/approvals/{stay}").text
    assert browser.post(f"/console/approvals/{stay}/approve").status_code == 302
    page = browser.get(f"/console/residents/{child}").text
    assert "监护人代答" in page
    assert "没有自己的微信" in page
    assert "监护人没有同意使用人脸" in page
    assert 'value="2017-05"' not in page
    assert 'name="samples"' not in browser.get(f"/console/residents/{child}/face").text
    notice = consents.current_notice(house, place.estate.id).hash
    for purpose in (Purpose.FACE_USE, Purpose.FACE_SERVER):
        guardians.answer_for_child(house, mother, child, place.estate.id, purpose, True, notice, Channel.PAGE)
    assert 'name="samples"' in browser.get(f"/console/residents/{child}/face").text
    assert 'value="2017-05"' in browser.get(f"/console/residents/{child}", purpose="manage_residents").text
    assert {look.purpose.value for look in my_entries.look_ups(house, child)} == {
        "decide_residency",
        "manage_residents",
    }


def test_staff_correct_the_month_of_birth(office: Office) -> None:
    alice = resident(office.wired.house, office.place, "alice")
    browser = office.signed_in(StaffRole.OPERATIONS)
    browser.get(f"/console/residents/{alice}")
    assert browser.post(f"/console/residents/{alice}/birth", born="2016-13").status_code == 400
    assert browser.post(f"/console/residents/{alice}/birth", born="2016-12").status_code == 302
    assert "guardian of the household answers" in browser.get(f"/console/residents/{alice}").text
    assert browser.post(f"/console/residents/{'0' * 16}/birth", born="2016-12").status_code == 404


def publish(browser: Browser, **changed: str) -> int:
    browser.get("/console/reports/new")
    assert browser.post("/console/reports/new", **{**FORM, **changed}).status_code in {200, 400}
    return browser.post("/console/reports/new", publish="yes", **{**FORM, **changed}).status_code


def test_a_report_is_previewed_published_and_its_readers_counted(office: Office) -> None:
    house, place = office.wired.house, office.place
    alice = resident(house, place, "王芳")
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert "没有报告" in browser.get("/console/reports").text
    assert publish(browser) == 302
    found = re.search(r"/console/reports/([0-9a-f]{16})", browser.get("/console/reports").text)
    assert found
    assert "<strong>0 / 1</strong>" in browser.get("/console/reports").text
    owner_reports.acknowledge(house, alice, found[1], Channel.PAGE)
    assert "<strong>1 / 1</strong>" in browser.get("/console/reports").text
    path = f"/console/reports/{found[1]}"
    assert "王芳" not in browser.get(path).text
    assert my_entries.look_ups(house, alice) == []
    assert "王芳" in browser.get(path, purpose="manage_residents").text
    assert len(my_entries.look_ups(house, alice)) == 1
    audit = office.signed_in(StaffRole.AUDIT)
    assert audit.get(path).status_code == 200
    assert audit.get(path, purpose="manage_residents").status_code == 400


@pytest.mark.rule("L8")
@pytest.mark.parametrize("where", ["title_zh", "body_zh"])
def test_a_report_that_makes_face_a_must_is_refused(office: Office, where: str) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert publish(browser, **{where: "下月起必须刷脸，请业主尽快到物业登记人脸，谢谢大家配合。"}) == 400
    assert "没有报告" in browser.get("/console/reports").text


@pytest.mark.rule("L19")
def test_a_neighbour_on_the_staff_is_bounded_and_what_was_not_shown_is_not_recorded(office: Office) -> None:
    house = office.wired.house
    alice = resident(house, office.place, "王芳")
    browser = office.signed_in(StaffRole.OPERATIONS)
    path = f"/console/residents/{alice}"
    assert "王芳" in browser.get(path, purpose="manage_residents").text
    (look,) = my_entries.look_ups(house, alice)
    assert look.reader == f"staff:{office.place.operations.staff.display_name}"
    office.wired.limiter.full = True
    refused = browser.get(path, purpose="manage_residents")
    assert (refused.status_code, "王芳" in refused.text) == (429, False)
    assert browser.get("/console/residents", purpose="manage_residents").status_code == 429
    assert browser.get(path).status_code == 200
    assert my_entries.look_ups(house, alice) == [look]
