"""The console's pages about the promise: requests with due dates, cases of an authority, the assessment."""

from __future__ import annotations

import io
import json
import re

import pytest

from access.domain.reading import ReadPurpose
from access.domain.rights import RightsKind, RightsState
from access.domain.staff import StaffRole
from access.domain.times import DAY, HOUR, local
from access.services import anchor_audit, export_audit, my_entries, rights
from adapters.db.database import PeeweeDatabase
from tests.assessments import PAPER
from tests.console.conftest import Browser, Office
from tests.console.scene import Scene, play
from tests.estate import resident, seed_estate

WORDS = "给愿意的住户多一种开门方式，通行码和门禁卡一样能用，谁也不用非刷脸。"


@pytest.fixture
def scene(office: Office) -> Scene:
    return play(office.wired, office.place)


def wall(office: Office, at: int) -> str:
    return local(at, office.place.estate.timezone).strftime("%Y-%m-%dT%H:%M")


def open_case(office: Office, browser: Browser, **changed: object) -> int:
    """Send the case form about the south gate's last hours; the answer's status."""
    now = office.wired.clock.now()
    sent = {
        "agency": "和平派出所",
        "document": "2026-12",
        "article": "刑事诉讼法第五十四条",
        "scan": (io.BytesIO(b"%PDF paper"), "paper.pdf"),
        "person": "",
        "door": office.place.gate.id,
        "since": wall(office, now - 3 * HOUR),
        "until": wall(office, now),
        "fields": ["entries"],
        **changed,
    }
    browser.get("/console/disclosures/new")
    return browser.post("/console/disclosures/new", **sent).status_code


def case_id(browser: Browser) -> str:
    found = re.search(r"/console/disclosures/([0-9a-f]{16})/scan", browser.get("/console/disclosures").text)
    assert found
    return found[1]


def looks_for_cases(office: Office, person_id: str) -> list[tuple[str, tuple[str, ...]]]:
    """By whom and at which fields, as the person is shown them."""
    found = my_entries.look_ups(office.wired.house, person_id)
    return [(look.reader, look.fields) for look in found if look.purpose is ReadPurpose.DISCLOSURE]


@pytest.mark.rule("L11")
def test_a_request_is_listed_with_its_due_date_read_and_answered(office: Office) -> None:
    alice = resident(office.wired.house, office.place, "alice")
    asked = rights.ask(
        office.wired.house, alice, office.place.estate.id, RightsKind.CORRECTION, "<b>门牌</b>写错了"
    )
    browser = office.signed_in(StaffRole.AUDIT)
    listed = browser.get("/console/rights").text
    assert local(asked.due_at - 1, office.place.estate.timezone).strftime("%Y-%m-%d") in listed
    assert ("门牌" in listed, "alice" in listed, "1-101" in listed) == (False, False, True)
    detail = browser.get(f"/console/rights/{asked.id}").text
    assert "&lt;b&gt;门牌&lt;/b&gt;写错了" in detail
    assert ("alice" in detail, "1-101" in detail) == (True, True)
    empty = browser.post(f"/console/rights/{asked.id}/answer", answer="", refuse="yes")
    assert empty.status_code == 400
    assert browser.post(f"/console/rights/{asked.id}/answer", answer="依法保存", refuse="yes").status_code == 302
    (mine,) = rights.mine(office.wired.house, alice)
    assert (mine.state, mine.answer) == (RightsState.REFUSED, "依法保存")


@pytest.mark.rule("L11")
def test_an_overdue_request_is_marked(office: Office) -> None:
    alice = resident(office.wired.house, office.place, "alice")
    rights.ask(office.wired.house, alice, office.place.estate.id, RightsKind.OBJECTION, "我反对")
    office.wired.clock.advance(30 * DAY)
    assert "逾期" in office.signed_in(StaffRole.AUDIT).get("/console/rights").text


def test_the_first_page_shows_each_role_what_waits_for_it(office: Office, scene: Scene) -> None:
    rights.ask(office.wired.house, scene.owner, office.place.estate.id, RightsKind.COPY, "一份")
    assert open_case(office, office.signed_in(StaffRole.SECURITY)) == 302
    boxes = {role: office.signed_in(role).get("/console/").text for role in StaffRole}
    audit = boxes[StaffRole.AUDIT]
    assert ("待答复的个人信息请求" in audit, "待导出的依法调取" in audit) == (True, True)
    assert "待导出的依法调取" in boxes[StaffRole.OPERATIONS]
    assert "个人信息请求" not in boxes[StaffRole.PLATFORM]
    office.wired.clock.advance(30 * DAY)
    late = office.signed_in(StaffRole.AUDIT).get("/console/").text
    assert "（逾期 1）" in late
    assert re.search(r'box calm" href="/console/disclosures"', late), "the case has lapsed"


@pytest.mark.rule("P1")
def test_a_case_goes_by_form_through_three_people(office: Office, scene: Scene) -> None:
    guard = office.signed_in(StaffRole.SECURITY)
    assert open_case(office, guard) == 302
    case = case_id(guard)
    assert guard.post(f"/console/disclosures/{case}/approve").status_code == 403
    assert guard.post(f"/console/disclosures/{case}/export").status_code == 409
    for role in (StaffRole.AUDIT, StaffRole.OPERATIONS):
        browser = office.signed_in(role)
        assert browser.get(f"/console/disclosures/{case}/scan").data == b"%PDF paper"
        assert browser.post(f"/console/disclosures/{case}/approve").status_code == 302
    assert office.signed_in(StaffRole.AUDIT).post(f"/console/disclosures/{case}/export").status_code == 403
    guard = office.signed_in(StaffRole.SECURITY)
    guard.get("/console/disclosures")
    answer = guard.post(f"/console/disclosures/{case}/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    body = json.loads(answer.data)["body"]
    assert {entry["person"] for entry in body["entries"]} == {scene.owner, None}
    assert guard.post(f"/console/disclosures/{case}/export").status_code == 409


@pytest.mark.rule("P1")
def test_an_approver_checks_whom_a_case_is_about_and_the_look_is_kept(office: Office, scene: Scene) -> None:
    guard = office.signed_in(StaffRole.SECURITY)
    assert open_case(office, guard, door="", person=scene.owner) == 302
    case = case_id(guard)
    listed = guard.get("/console/disclosures").text
    assert ("王芳" in listed, "1-101" in listed, "核对姓名" in listed) == (False, True, False)
    assert guard.post(f"/console/disclosures/{case}/name").status_code == 403
    assert looks_for_cases(office, scene.owner) == []
    audit = office.signed_in(StaffRole.AUDIT)
    assert "核对姓名" in audit.get("/console/disclosures").text
    page = audit.post(f"/console/disclosures/{case}/name").text
    assert ("王芳" in page, f"/console/disclosures/{case}/approve" in page) == (True, True)
    assert looks_for_cases(office, scene.owner) == [("disclosure", ("name",))]
    assert "王芳" not in audit.get("/console/disclosures").text
    with office.wired.house.db.reading() as stores:
        tags = [entry.tag for entry in stores.audit.page(0, 1000) if entry.subject == case]
    assert "staff:disclosure:identify" in tags


@pytest.mark.rule("P1")
def test_a_case_about_a_door_shows_its_name_and_nobodys(office: Office, scene: Scene) -> None:
    guard = office.signed_in(StaffRole.SECURITY)
    assert open_case(office, guard) == 302
    case = case_id(guard)
    audit = office.signed_in(StaffRole.AUDIT)
    page = audit.get("/console/disclosures").text
    assert (office.place.gate.name_zh in page, office.place.gate.id in page) == (True, False)
    assert audit.post(f"/console/disclosures/{case}/name").status_code == 404


@pytest.mark.rule("P1")
@pytest.mark.parametrize(
    "changed",
    [
        {"agency": "*"},
        {"document": "全部"},
        {"door": "", "person": "所有住户"},
        {"door": ""},
        {"fields": []},
        {"fields": ["face"]},
        {"since": "2020-01-01T00:00"},
        {"until": "2099-01-01T00:00"},
        {"scan": (io.BytesIO(b""), "")},
    ],
)
def test_a_form_that_is_not_one_case_is_refused_and_keeps_what_was_typed(
    office: Office, changed: dict[str, object]
) -> None:
    guard = office.signed_in(StaffRole.SECURITY)
    assert open_case(office, guard, **changed) in {400, 404}
    assert "没有案卷" in guard.get("/console/disclosures").text


@pytest.mark.rule("L7")
def test_face_is_switched_by_the_page_and_only_with_an_assessment(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    assert "已开通" in browser.get("/console/assessments").text
    assert browser.post("/console/assessments/mark/incident").status_code == 302
    assert browser.post("/console/assessments/face/on").status_code == 409
    assert "已关闭" in browser.get("/console/assessments").text
    office.wired.clock.advance(1)
    review = local(office.wired.clock.now() + 300 * DAY, office.place.estate.timezone).strftime("%Y-%m-%d")
    form = {"purpose": WORDS, "effects": WORDS, "measures": WORDS, "officer": "数据保护岗", "review_on": review}
    file = (io.BytesIO(PAPER), "评估.pdf")
    assert browser.post("/console/assessments/new", **{**form, "purpose": "短"}, attachment=file).status_code == 400
    again = (io.BytesIO(PAPER), "评估.pdf")
    assert browser.post("/console/assessments/new", **form, attachment=again).status_code == 302
    page = browser.get("/console/assessments").text
    link = re.search(r"/console/assessments/[0-9a-f]{16}/document", page)
    assert link
    assert browser.get(link[0]).data == PAPER
    assert browser.post("/console/assessments/face/on").status_code == 302
    assert browser.post("/console/assessments/mark/boredom").status_code == 400


def test_another_estates_papers_and_requests_lead_nowhere(office: Office, scene: Scene) -> None:
    guard = office.signed_in(StaffRole.SECURITY)
    assert open_case(office, guard) == 302
    case = case_id(guard)
    asked = rights.ask(office.wired.house, scene.owner, office.place.estate.id, RightsKind.COPY, "一份")
    with office.wired.house.db.reading() as stores:
        paper = stores.assessments.newest(office.place.estate.id)
    assert paper is not None
    elsewhere = seed_estate(office.wired.house, 2)
    browser = office.signed_in(elsewhere.audit)
    for path in (f"disclosures/{case}/scan", f"rights/{asked.id}", f"assessments/{paper.id}/document"):
        assert browser.get(f"/console/{path}").status_code == 404
    for path in (f"disclosures/{case}/approve", f"disclosures/{case}/export", f"rights/{asked.id}/answer"):
        assert browser.post(f"/console/{path}", answer="x").status_code == 404
    assert case not in browser.get("/console/disclosures").text
    assert asked.id not in browser.get("/console/rights").text


@pytest.mark.rule("L16")
def test_the_chain_is_downloaded_signed_and_found_whole(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/audit")
    answer = browser.post("/console/audit/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = answer.text.splitlines(keepends=True)
    assert export_audit.check(lines, anchor_audit.public_key(office.wired.house)) == len(lines) - 1


@pytest.mark.rule("L16")
def test_the_page_names_a_tail_that_was_cut_off(office: Office) -> None:
    anchor_audit.anchor(office.wired.house)
    database = office.wired.house.db
    assert isinstance(database, PeeweeDatabase)
    with database.handle.connection_context():
        database.handle.execute_sql("DELETE FROM audit_entry WHERE seq > 5")
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/audit")
    assert "removed; the head of" in browser.post("/console/audit/verify").text
