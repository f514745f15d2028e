"""Gates, entry records, places, schedules, notices, erasures, audit and accounts, through the pages."""

from __future__ import annotations

import re

import pytest

from access.domain.places import Method
from access.domain.renewal import Why
from access.domain.staff import StaffRole
from access.domain.times import DAY
from access.services import staff_sign_in
from access.services.manage_staff import NewStaff
from access.services.renew_faces import begin_renewal
from tests.console.conftest import Office
from tests.console.scene import Scene, play

WEEK = {f"day{n}": "06:00-22:30" for n in range(7)}


@pytest.fixture
def scene(office: Office) -> Scene:
    return play(office.wired, office.place)


def test_a_claim_code_is_shown_once(office: Office) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    page = browser.post("/console/gates/claim", name="东门", access_points=office.place.gate.id).text
    code = re.search(r'id="claim-code">([^<]+)<', page)
    assert code is not None
    assert re.fullmatch(r"[2-9A-Z]{8}", code.group(1))
    assert code.group(1) not in browser.get("/console/gates").text


def test_a_claim_without_an_access_point_says_so_and_keeps_the_name(office: Office) -> None:
    answer = office.signed_in(StaffRole.SECURITY).post("/console/gates/claim", name="东门")
    assert (answer.status_code, 'value="东门"' in answer.text) == (400, True)


def test_a_gate_is_listed_and_revoked(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.PLATFORM)
    page = browser.get("/console/gates").text
    assert ("南门左" in page, "离线" in page, "待更新" in page) == (True, True, True)
    assert browser.post(f"/console/gates/{scene.gate.id}/revoke").status_code == 302
    page = browser.get("/console/gates").text
    assert ("南门左" in page, "还没有设备" in page) == (False, True)
    assert browser.post(f"/console/gates/{scene.gate.id}/revoke").status_code == 404


def test_entry_records_say_why_and_hide_who(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    page = browser.get("/console/events").text
    assert "这是旧的通行码（可能是截图）" in page
    assert page.count("详情") == len(scene.events)
    assert "王芳" not in page
    event = f"/console/events/{scene.events[0].id}"
    assert "王芳" not in browser.get(event).text
    page = browser.get(event, purpose="handle_incident").text
    assert ("王芳" in page, "1-101" in page) == (True, True)


@pytest.mark.rule("L19")
def test_a_look_at_an_entry_is_kept_for_the_resident(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    browser.get(f"/console/events/{scene.events[0].id}", purpose="handle_incident")
    with office.wired.house.db.reading() as stores:
        readers = [look.reader for look in stores.audit.looks_of(scene.owner, 100)]
    assert readers.count(f"staff:{office.place.security.staff.id}") == 1


def test_an_entry_of_nobody_names_nobody(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    page = browser.get(f"/console/events/{scene.events[2].id}", purpose="handle_incident").text
    assert "没有认出任何人" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"outcome": "denied"}, 3),
        ({"outcome": "granted"}, 2),
        ({"since": "2026-09-21", "until": "2026-09-21"}, 5),
        ({"since": "2026-09-22"}, 0),
        ({"until": "2026-09-20"}, 0),
    ],
)
def test_entry_records_are_filtered(office: Office, scene: Scene, query: dict[str, str], count: int) -> None:
    page = office.signed_in(StaffRole.SECURITY).get("/console/events", **query).text
    assert page.count("详情") == count


def test_entry_records_of_one_door(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    assert browser.get("/console/events", door=office.place.gate.id).text.count("详情") == len(scene.events)
    assert browser.get("/console/events", door=office.place.doors[0].id).text.count("详情") == 0


@pytest.mark.rule("L1")
def test_an_access_point_that_takes_face_alone_is_refused_and_the_form_stays(office: Office) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    fields = {"name_zh": "西门", "name_en": "West gate", "building": "", "relay_ms": "2.5", "challenge": "none"}
    answer = browser.post("/console/places/access-points/new", methods="face", **fields)
    assert answer.status_code == 400
    assert "人脸不能是唯一的方式" in answer.text
    assert ('value="西门"' in answer.text, 'value="2.5"' in answer.text) == (True, True)
    changed = browser.post(f"/console/places/access-points/{office.place.gate.id}/change", methods="face", **fields)
    assert changed.status_code == 400
    with office.wired.house.db.reading() as stores:
        points = stores.places.access_points(office.place.estate.id)
    assert len(points) == 3
    assert all(point.methods & {Method.QR, Method.CARD} for point in points)


def test_an_access_point_is_added_changed_and_given_a_rule(office: Office) -> None:
    browser = office.signed_in(StaffRole.PLATFORM)
    fields = {"name_zh": "西门", "name_en": "West gate", "building": "", "relay_ms": "2.5", "challenge": "none"}
    made = browser.post("/console/places/access-points/new", methods=["qr", "card"], **fields)
    assert made.status_code == 302
    page = browser.get(made.location).text
    assert "没有规则，谁也进不来" in page
    building = office.place.buildings[0].id
    rule = {"schedule": office.place.schedule.id, "building": building}
    assert browser.post(f"{made.location}/rules", **rule).status_code == 302
    assert browser.post(f"{made.location}/rules", **rule).status_code == 400
    page = browser.get(made.location).text
    assert "1号楼的住户" in page
    found = re.search(r'action="([^"]+/rules/[^"]+/delete)"', page)
    assert found is not None
    assert browser.post(found.group(1)).status_code == 302
    assert "没有规则" in browser.get(made.location).text


@pytest.mark.parametrize("relay", ["", "0", "0.4", "31", "x", "NaN", "-1", "1e9"])
def test_a_relay_time_out_of_range_is_refused(office: Office, relay: str) -> None:
    answer = office.signed_in(StaffRole.SECURITY).post(
        "/console/places/access-points/new",
        name_zh="西门",
        name_en="West gate",
        building="",
        methods="qr",
        relay_ms=relay,
        challenge="none",
    )
    assert answer.status_code == 400


def test_a_household_that_stands_already_is_told_and_the_list_stays(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    fields = {"building": office.place.buildings[0].id, "labels": "1-103 1-101"}
    answer = browser.post("/console/places/households", **fields)
    assert (answer.status_code, "1-103 1-101" in answer.text) == (400, True)
    with office.wired.house.db.reading() as stores:
        assert stores.places.household_by_label(office.place.estate.id, "1-103") is None


def test_a_building_is_renamed(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    here = f"/console/places/buildings/{office.place.buildings[0].id}"
    assert 'value="1号楼"' in browser.get(here).text
    assert browser.post(here, name_zh="", name_en="Tower").status_code == 400
    assert browser.post(here, name_zh="东塔", name_en="East tower").status_code == 302
    assert "东塔" in browser.get("/console/places").text


def test_households_stand_in_the_order_people_read_them(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    labels = "10-101 3-1001 3-101 3-9"
    browser.post("/console/places/households", building=office.place.buildings[1].id, labels=labels)
    rows = re.findall(r"<strong>([\d-]+)</strong>", browser.get("/console/residents").text)
    assert rows == ["1-101", "1-102", "2-101", "2-102", "3-9", "3-101", "3-1001", "10-101"]


def test_a_schedule_is_made_changed_and_given_a_special_day(office: Office) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    made = browser.post(
        "/console/schedules/new", name="白天", **{**WEEK, "day6": "", "day5": "08:00-12:00，13:30-24:00"}
    )
    assert made.status_code == 302
    page = browser.get(made.location).text
    assert ('value="08:00-12:00, 13:30-24:00"' in page, 'value="06:00-22:30"' in page) == (True, True)
    closed = browser.post(f"{made.location}/special-days", day="2027-02-06", windows="")
    assert closed.status_code == 302
    assert "全天关闭" in browser.get(made.location).text
    browser.post(f"{made.location}/special-days", day="2027-02-06", as_usual="y")
    assert "2027-02-06" not in browser.get(made.location).text


@pytest.mark.parametrize(
    "line",
    ["22:30-06:00", "25:00-26:00", "06:00", "六点到十点", "06:00-08:00 07:00-09:00", "00:00-24:30", "00:00-24:01"],
)
def test_a_window_that_is_none_is_shown_at_its_day(office: Office, line: str) -> None:
    answer = office.signed_in(StaffRole.SECURITY).post(
        "/console/schedules/new", name="白天", **{**WEEK, "day2": line}
    )
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert f'value="{line}"' in answer.text


@pytest.mark.rule("L2")
def test_a_notice_is_previewed_then_published_as_the_next_version(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    fields = {
        "title_zh": "新告知书",
        "title_en": "New notice",
        "body_zh": "只为开门而登记姓名和房号，人脸完全自愿，通行码和门禁卡一样进门。",
        "body_en": "Names and households are kept to open doors. Face is free; pass and card work as well.",
        "material": "y",
    }
    preview = browser.post("/console/notices/new", preview="yes", **fields)
    assert (preview.status_code, "发布后不能更改" in preview.text) == (200, True)
    assert "第 1 版" in browser.get("/console/notices").text
    browser.get("/console/notices/new")
    assert browser.post("/console/notices/new", publish="yes", **fields).status_code == 302
    page = browser.get("/console/notices").text
    assert ("第 2 版" in page, "新告知书" in page) == (True, True)
    browser.get("/console/notices/new")
    again = browser.post("/console/notices/new", publish="yes", **fields)
    assert (again.status_code, "没有变化" in again.text) == (409, True)


@pytest.mark.rule("L8")
def test_a_notice_that_makes_face_a_must_is_refused_and_its_words_are_shown(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/notices/new")
    answer = browser.post(
        "/console/notices/new",
        publish="yes",
        title_zh="通知",
        title_en="Notice",
        body_zh="自下月起，所有业主必须刷脸进入小区，请尽快到物业登记。",
        body_en="Residents come and go as before, with pass or card.",
    )
    assert answer.status_code == 400
    assert "<code>必须刷脸</code>" in answer.text
    assert "请尽快到物业登记" in answer.text


@pytest.mark.rule("L12")
def test_an_erasure_shows_the_gate_that_is_late(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    page = browser.get("/console/erasures").text
    assert ("3 / 4" in page, "南门左" in page, ", overdue" in page) == (True, True, False)
    office.wired.clock.advance(2 * DAY)
    late = office.signed_in(StaffRole.AUDIT).get("/console/erasures").text
    assert "门口设备 南门左 South gate，逾期" in late
    assert "Gate 南门左 South gate, overdue" in late
    assert scene.left not in late


@pytest.mark.rule("L16")
def test_the_chain_is_verified_and_a_changed_row_is_named(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/audit")
    assert "没有改动" in browser.post("/console/audit/verify").text
    with office.wired.house.db.handle.connection_context():  # type: ignore[attr-defined]
        office.wired.house.db.handle.execute_sql(  # type: ignore[attr-defined]
            "UPDATE audit_entry SET actor = 'staff:somebody' WHERE seq = 3"
        )
    page = browser.post("/console/audit/verify").text
    assert "row 3: content was changed" in page


@pytest.mark.parametrize(
    "change", ["at = 'never'", "tag = x'ff00'", "subject = x'ff00'", "details = 'no json'", "hash = x'ff00'"]
)
def test_a_row_with_nonsense_in_it_is_shown_and_named_too(office: Office, scene: Scene, change: str) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/audit")
    with office.wired.house.db.reading() as stores:
        newest = stores.audit.last_seq()
    with office.wired.house.db.handle.connection_context():  # type: ignore[attr-defined]
        office.wired.house.db.handle.execute_sql(  # type: ignore[attr-defined]
            f"UPDATE audit_entry SET {change} WHERE seq = {newest - 1}"
        )
    assert f"row {newest - 1}: content was changed" in browser.post("/console/audit/verify").text


def test_the_newest_audit_rows_come_first_and_looking_is_recorded(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    page = browser.get("/console/audit").text
    numbers = [int(n) for n in re.findall(r"<tr><td>(\d+)</td>", page)]
    assert numbers == list(range(numbers[0], numbers[0] - 25, -1))
    assert "staff:audit:read" in page
    older = browser.get("/console/audit", offset="25").text
    assert int(re.findall(r"<tr><td>(\d+)</td>", older)[0]) == numbers[-1] - 1


def test_an_account_is_made_handed_over_and_used(office: Office) -> None:
    browser = office.signed_in(StaffRole.PLATFORM)
    page = browser.post(
        "/console/staff/new", name="lihua", display_name="李华", roles=["operations", "security"]
    ).text
    password, secret = re.findall(r"<dd><code>([^<]+)</code></dd>", page)[1:]
    boxes = re.findall(r'<label class="check small">.*?</label>', browser.get("/console/staff").text)
    assert boxes
    assert all('lang="en"' in box for box in boxes)
    assert 'src="data:image/png;base64,' in page
    with office.wired.house.db.reading() as stores:
        staff = stores.staff.by_name("lihua")
    assert staff is not None
    signed_in = office.signed_in(NewStaff(staff, password, secret, ""))
    assert signed_in.get("/console/events").status_code == 200
    assert signed_in.get("/console/approvals").status_code == 200
    assert password not in browser.get("/console/staff").text


def test_roles_that_must_stand_alone_are_refused_with_words(office: Office) -> None:
    browser = office.signed_in(StaffRole.PLATFORM)
    answer = browser.post("/console/staff/new", name="lihua", display_name="李华", roles=["operations", "audit"])
    assert (answer.status_code, 'value="lihua"' in answer.text) == (400, True)


def test_a_disabled_colleague_is_out_at_once(office: Office) -> None:
    colleague, browser = office.signed_in(StaffRole.OPERATIONS), office.signed_in(StaffRole.PLATFORM)
    assert browser.post(f"/console/staff/{office.place.operations.staff.id}/disable").status_code == 302
    assert colleague.get("/console/").status_code == 302
    assert browser.post(f"/console/staff/{office.platform.staff.id}/disable").status_code == 403


def test_ones_own_password_is_changed(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/password")
    new = "correct horse battery"
    for fields in (
        {"present": "wrong", "new": new, "again": new},
        {"present": office.place.audit.password, "new": "short", "again": "short"},
        {"present": office.place.audit.password, "new": new, "again": new + "x"},
    ):
        assert browser.post("/console/password", **fields).status_code in {400, 403}
    changed = browser.post("/console/password", present=office.place.audit.password, new=new, again=new)
    assert changed.status_code == 302
    assert browser.get("/console/").status_code == 302
    with office.wired.house.db.reading() as stores:
        staff = stores.staff.get(office.place.audit.staff.id)
    assert staff is not None
    assert staff_sign_in.password_matches(staff.password_hash, new)


def test_an_access_point_may_ask_for_a_card_or_pass_before_a_face(office: Office) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    point = office.place.gate
    fields = {"name_zh": "南门", "name_en": "South gate", "building": "", "relay_ms": "3", "challenge": "none"}
    address = f"/console/places/access-points/{point.id}"
    assert browser.post(f"{address}/change", methods=["qr", "face"], face_claim="y", **fields).status_code == 302
    with office.wired.house.db.reading() as stores:
        changed = stores.places.access_point(point.id)
    assert changed is not None
    assert changed.face_claim
    assert re.search(r'<input checked[^>]*name="face_claim"', browser.get(address).text)
    assert browser.post(f"{address}/change", methods=["qr", "face"], **fields).status_code == 302
    with office.wired.house.db.reading() as stores:
        again = stores.places.access_point(point.id)
    assert again is not None
    assert not again.face_claim


def test_security_sees_how_many_faces_each_door_tells_apart_and_when_a_card_comes_first(office: Office) -> None:
    play(office.wired, office.place)
    page = office.signed_in(StaffRole.SECURITY).get("/console/places").text
    shown = page[page.index('id="faces"') : page.index("Buildings and households")]
    assert "<td>1000</td>" in shown
    assert ("只看脸" in shown, "先刷卡或出示通行码</span>" in shown) == (True, False)
    office.wired.faces.most = 0
    assert "card or pass first" in office.signed_in(StaffRole.PLATFORM).get("/console/places").text
    office.wired.faces.away = True
    assert "face service away" in office.signed_in(StaffRole.SECURITY).get("/console/places").text
    assert 'id="faces"' not in office.signed_in(StaffRole.OPERATIONS).get("/console/places").text


def test_staff_see_that_faces_of_an_earlier_model_are_still_known_or_are_not(office: Office) -> None:
    play(office.wired, office.place)
    before, office.wired.faces.used = office.wired.faces.used, "a newer model"
    page = office.signed_in(StaffRole.SECURITY).get("/console/places").text
    assert f"with the model {before}, which the face service does not compare: they are not recognised" in page
    office.wired.faces.before = frozenset({before})
    page = office.signed_in(StaffRole.SECURITY).get("/console/places").text
    assert f"with an earlier model ({before}). They are recognised as before" in page
    begin_renewal(office.wired.house, office.place.estate, Why.MODEL, 30, "cli")
    assert (
        "they are asked for a new sample until then"
        in office.signed_in(StaffRole.SECURITY).get("/console/places").text
    )
