"""Residents, approvals, cards, move-out, desk and checks, through the pages."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from access.domain.consent import Channel
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.reading import ReadPurpose
from access.domain.residency import ResidencyStatus, Role
from access.domain.staff import StaffRole
from access.queries import named
from tests.console.conftest import Office
from tests.console.scene import Scene, ask, play
from tests.estate import resident


@pytest.fixture
def scene(office: Office) -> Scene:
    return play(office.wired, office.place)


def looks(office: Office, person_id: str) -> list[tuple[str, ReadPurpose]]:
    """Those by staff; the jobs that deliver a person's messages leave theirs too."""
    with office.wired.house.db.reading() as stores:
        found = stores.audit.looks_of(person_id, 100)
    return [(look.reader, look.purpose) for look in found if look.reader.startswith("staff:")]


def jpeg() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (120, 140, 130)).save(out, "JPEG")
    out.seek(0)
    return out


def test_a_request_is_approved_and_leaves_the_list(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    assert "1-102" in browser.get("/console/approvals").text
    page = browser.get(f"/console/approvals/{scene.request.id}").text
    assert "李雷" in page
    assert "2027-08-31" in page
    assert browser.post(f"/console/approvals/{scene.request.id}/approve").status_code == 302
    page = browser.get("/console/approvals").text
    assert "已通过" in page
    assert "没有等待的申请" in page
    late = browser.post(f"/console/approvals/{scene.request.id}/approve")
    assert (late.status_code, "同事处理" in late.text) == (409, True)
    assert "<code>" not in late.text
    listed = {"Referer": f"{browser.base}/console/approvals"}
    sent = {"csrf_token": browser.token}
    again = browser.client.post(
        f"/console/approvals/{scene.request.id}/approve", data=sent, base_url=browser.base, headers=listed
    )
    assert '<a class="button main" href="/console/approvals">' in again.text


def test_a_refusal_without_a_reason_says_what_to_do_and_decides_nothing(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    for reason in ("", "   ", "长" * 201):
        answer = browser.post(f"/console/approvals/{scene.request.id}/refuse", reason=reason)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert reason.strip() in answer.text
    with office.wired.house.db.reading() as stores:
        found = stores.residencies.get(scene.request.id)
    assert found is not None
    assert found.status is ResidencyStatus.PENDING


@pytest.mark.rule("L13")
@pytest.mark.rule("L19")
def test_names_stay_hidden_until_a_purpose_is_picked_and_each_look_is_kept(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    for path in ("/console/residents", f"/console/residents/{scene.owner}"):
        assert "王芳" not in browser.get(path).text
    assert looks(office, scene.owner) == []
    page = browser.get(f"/console/residents/{scene.owner}", purpose="manage_residents").text
    assert "王芳" in page
    reader = f"staff:{office.place.operations.staff.id}"
    assert looks(office, scene.owner) == [(reader, ReadPurpose.MANAGE_RESIDENTS)]
    assert "陈强" in browser.get("/console/residents", purpose="handle_incident", search="1-101").text
    assert (reader, ReadPurpose.HANDLE_INCIDENT) in looks(office, scene.owner)


@pytest.mark.rule("L13")
@pytest.mark.parametrize("purpose", ["disclosure", "decide_residency", "marketing", "manage_residents", "' OR 1=1"])
def test_security_reads_for_an_incident_alone(office: Office, scene: Scene, purpose: str) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    answer = browser.get(f"/console/residents/{scene.owner}", purpose=purpose)
    assert (answer.status_code, "王芳" in answer.text) == (400, False)
    assert looks(office, scene.owner) == []
    assert "王芳" in browser.get(f"/console/residents/{scene.owner}", purpose="handle_incident").text


@pytest.mark.rule("L19")
def test_reading_many_names_is_stopped(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    office.wired.limiter.full = True
    answer = browser.get("/console/residents", purpose="manage_residents")
    assert (answer.status_code, "王芳" in answer.text) == (429, False)
    assert looks(office, scene.owner) == []
    assert named.MAX_LOOKS > 25


def test_search_finds_households_by_part_of_their_label(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    page = browser.get("/console/residents", search=" 2-10 ").text
    assert "2-101" in page
    assert "1-101" not in page
    assert "没有包含" in browser.get("/console/residents", search="%").text


def test_lists_are_paged(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    labels = " ".join(f"3-{n:03}" for n in range(60))
    browser.post("/console/places/households", building=office.place.buildings[0].id, labels=labels)
    first = browser.get("/console/residents", search="3-").text
    assert ("3-000" in first, "3-025" in first, 'rel="next"' in first) == (True, False, True)
    last = browser.get("/console/residents", search="3-", offset="50").text
    assert ("3-059" in last, 'rel="next"' in last, 'rel="prev"' in last) == (True, False, True)


def test_a_card_is_added_frozen_released_and_disabled(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    here = f"/console/residents/{scene.owner}"
    assert browser.post(f"{here}/cards", card="BEEF 0042", until="").status_code == 302
    assert "•••• 0042" in browser.get(here).text
    for act, after in (
        ("freeze", CredentialStatus.FROZEN),
        ("release", CredentialStatus.ACTIVE),
        ("disable", CredentialStatus.DISABLED),
    ):
        assert browser.post(f"{here}/cards/{scene.card.id}/{act}").status_code == 302
        with office.wired.house.db.reading() as stores:
            card = stores.credentials.get(scene.card.id)
        assert card is not None
        assert card.status is after


@pytest.mark.parametrize(
    ("card", "until"), [("", ""), ("12", ""), ("0A1B2C3D", ""), ("BEEF", "2020-01-01"), ("BEEF", "x")]
)
def test_a_card_that_cannot_be_added_says_why_and_keeps_what_was_typed(
    office: Office, scene: Scene, card: str, until: str
) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    answer = browser.post(f"/console/residents/{scene.owner}/cards", card=card, until=until)
    assert answer.status_code in {400, 409}
    assert 'role="alert"' in answer.text
    assert f'value="{card}"' in answer.text
    assert "Not a valid" not in answer.text
    assert ("请填写日期" in answer.text) == (until == "x")
    assert ("已经有这张卡" in answer.text) == (card == "0A1B2C3D")


def test_security_may_freeze_a_lost_card_and_no_more(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    here = f"/console/residents/{scene.owner}/cards/{scene.card.id}"
    assert browser.post(f"{here}/freeze").status_code == 302
    assert browser.post(f"{here}/release").status_code == 403


def test_moving_out_asks_first_and_then_ends_everything(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    with office.wired.house.db.reading() as stores:
        stay = stores.residencies.of_person(scene.owner)[0]
    here = f"/console/residents/{scene.owner}/stays/{stay.id}/end"
    assert "不能撤销" in browser.get(here).text
    assert browser.post(here, reason="").status_code == 400
    assert browser.post(here, reason="卖房").status_code == 302
    with office.wired.house.db.reading() as stores:
        ended = stores.residencies.get(stay.id)
        credentials = stores.credentials.of_person(scene.owner, office.place.estate.id)
    assert ended is not None
    assert (ended.status, ended.reason) == (ResidencyStatus.ENDED, "卖房")
    assert {c.kind for c in credentials if c.status is CredentialStatus.ACTIVE} == set()
    assert browser.post(here, reason="again").status_code == 404
    assert f'{scene.owner}/cards"' not in browser.get(f"/console/residents/{scene.owner}").text


def test_a_face_is_taken_at_the_desk_with_the_persons_own_consent(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    answer = browser.post(f"/console/residents/{scene.owner}/face", samples=(jpeg(), "face.jpg"))
    assert answer.status_code == 302
    with office.wired.house.db.reading() as stores:
        newest = stores.faces.enrolments_of(scene.owner, office.place.estate.id)[-1]
    assert (newest.channel, newest.status) == (Channel.DESK, EnrolmentStatus.PENDING)


@pytest.mark.rule("L3")
def test_no_face_is_taken_at_the_desk_without_consent(office: Office) -> None:
    person_id = resident(office.wired.house, office.place, "赵六")
    browser = office.signed_in(StaffRole.OPERATIONS)
    here = f"/console/residents/{person_id}/face"
    page = browser.get(here).text
    assert ("<form" in page.split('id="main"')[1], "还没有同意" in page) == (False, True)
    assert browser.post(here, samples=(jpeg(), "face.jpg")).status_code == 403
    with office.wired.house.db.reading() as stores:
        assert stores.faces.enrolments_of(person_id, office.place.estate.id) == []


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0" + b"0" * 50, b"GIF89a"])
def test_a_file_that_is_no_picture_is_refused_with_words(office: Office, scene: Scene, content: bytes) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    answer = browser.post(f"/console/residents/{scene.owner}/face", samples=(io.BytesIO(content), "face.jpg"))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_more_than_three_pictures_are_refused(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    four = [(jpeg(), f"{n}.jpg") for n in range(4)]
    assert browser.post(f"/console/residents/{scene.owner}/face", samples=four).status_code == 400


def test_a_face_too_like_anothers_waits_for_a_look_at_the_person(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    page = browser.get(f"/console/reviews/{scene.enrolment_id}").text
    assert ("王芬" in page, "王芳" in page, scene.owner in page) == (True, False, False)
    assert browser.post(f"/console/reviews/{scene.enrolment_id}/approve").status_code == 302
    with office.wired.house.db.reading() as stores:
        face = [
            c
            for c in stores.credentials.of_person(scene.alike, office.place.estate.id)
            if c.kind is CredentialKind.FACE
        ]
    assert [c.status for c in face] == [CredentialStatus.ACTIVE]
    assert browser.post(f"/console/reviews/{scene.enrolment_id}/reject").status_code == 409
    assert "没有要核对的" in browser.get("/console/reviews").text


def test_an_import_keeps_the_lines_that_were_not_taken(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    page = browser.post("/console/cards/import", rows="1-101,王芳,CAFE01\n9-999,谁,CAFE02").text
    assert "已登记 1 张" in page
    assert "没有这个房号" in page
    kept = page.split("<textarea")[1]
    assert ("9-999,谁,CAFE02" in kept, "CAFE01" in kept) == (True, False)


def test_a_spreadsheet_s_file_is_imported_and_neither_file_nor_lines_is_told(office: Office, scene: Scene) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    table = "房号,姓名,卡号\r\n1-101,王芳,CAFE01\r\n".encode("gb18030")
    assert (
        "已登记 1 张" in browser.post("/console/cards/import", rows="", file=(io.BytesIO(table), "cards.csv")).text
    )
    workbook = (io.BytesIO(b"PK\x03\x04\0\0"), "cards.xlsx")
    assert "另存为 CSV" in browser.post("/console/cards/import", rows="", file=workbook).text
    assert "请选文件" in browser.post("/console/cards/import", rows=" ").text


def test_the_first_page_counts_what_waits(office: Office, scene: Scene) -> None:
    ask(office.wired, office.place, "韩梅", "2-101", Role.TENANT, date(2027, 1, 1))
    page = office.signed_in(StaffRole.OPERATIONS).get("/console/").text
    counts = [part.split("<")[0] for part in page.split('class="count">')[1:]]
    assert counts == ["2", "1", "1", "0", "0", "0", "0"]
