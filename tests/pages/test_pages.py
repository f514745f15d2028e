"""The pages without scripts: from a first look to a pass, visitors, rights; and errors in words."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import escape
from PIL import Image

from access.domain.consent import ConsentStatus, Purpose
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import App
from access.services import consents, enrol, invite_visitor, my_home, register, retention
from pages.blueprint import PUBLIC
from pages.labels import label
from tests.estate import Place, TestHouse, agree
from tests.pages.conftest import Browser

HOSTILE = ["'; DROP TABLE person; --", "{{7*7}}", "<script>alert(1)</script>", '" onload="x']
FIXED = {
    "/m/", "/m/estates", "/m/notice", "/m/retention", "/m/consent", "/m/consent/face", "/m/consent/face-server",
    "/m/register", "/m/selfie", "/m/selfie/withdraw", "/m/pass", "/m/open", "/m/visitors", "/m/visitors/new",
    "/m/entries", "/m/data", "/m/leave", "/m/verify", "/m/requests",
}  # fmt: skip


def selfie() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 400), "white").save(out, "JPEG")
    return out.getvalue()


def person_of(wired: TestHouse, name: str) -> str:
    found = register.find_person(wired.house, App.OFFICIAL_ACCOUNT, f"openid-of-{name}")
    assert found is not None
    return found


def test_from_a_first_look_to_a_waiting_request(wired: TestHouse, place: Place, stranger: Browser) -> None:
    assert "身份证号" in stranger.get("/m/")
    assert "告知书" in stranger.get("/m/notice")
    answer = stranger.sign_in(wired, "openid-of-Dora", "/m/notice")
    assert answer.headers["Location"] == "/m/notice"
    current = consents.current_notice(wired.house, place.estate.id)
    asked = {"answer": "yes", "notice_hash": current.hash}
    stranger.get("/m/notice")
    answer = stranger.post("/m/consent", "/m/consent", asked)
    assert answer.headers["Location"] == "/m/register"
    form = {"name": "朵拉", "household": "1栋102", "role": "owner", "last_day": ""}
    answer = stranger.post("/m/register", "/m/register", form)
    assert answer.headers["Location"] == "/m/registered"
    assert stranger.client.get("/m/registered").headers["Location"] == "/m/consent/face"
    assert "等待物业审核" in stranger.get("/m/")
    waiting = stranger.get("/m/pass")
    assert "物业正在审核" in waiting
    assert "ask the guard" in waiting
    assert json.loads(stranger.get("/m/state.json")) == {"state": "wait"}


@pytest.mark.rule("L4")
def test_no_face_leads_straight_to_the_pass_and_is_not_asked_again(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    current = consents.current_notice(wired.house, place.estate.id)
    no = {"answer": "no", "notice_hash": current.hash}
    answer = alice.post("/m/consent/face", "/m/consent/face", no)
    assert answer.headers["Location"] == "/m/pass"
    assert alice.client.get("/m/registered").headers["Location"] == "/m/"
    mine = consents.mine(wired.house, person_of(wired, "Alice"), place.estate.id)
    assert {c.purpose: c.status for c in mine}[Purpose.FACE_USE] is ConsentStatus.REFUSED


def test_yes_and_no_to_keeping_the_name_weigh_the_same(alice: Browser) -> None:
    buttons = re.findall(r'<button name="answer" value="(\w+)"([^>]*)>', alice.get("/m/consent"))
    assert buttons == [("yes", ""), ("no", "")]


@pytest.mark.rule("L3", "L8")
def test_the_face_question_shows_both_ways_alike_and_none_chosen(alice: Browser) -> None:
    page = alice.get("/m/consent/face")
    buttons = re.findall(r'<button name="answer" value="(\w+)"([^>]*)>', page)
    assert buttons == [("no", ""), ("yes", "")]
    assert "checked" not in page


@pytest.mark.rule("L3")
def test_both_face_questions_then_a_selfie_then_withdrawing_in_two_taps(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    yes = {"answer": "yes", "notice_hash": consents.current_notice(wired.house, place.estate.id).hash}
    assert alice.client.get("/m/selfie").headers["Location"] == "/m/consent/face"
    answer = alice.post("/m/consent/face", "/m/consent/face", yes)
    assert answer.headers["Location"] == "/m/consent/face-server"
    answer = alice.post("/m/consent/face-server", "/m/consent/face-server", yes)
    assert answer.headers["Location"] == "/m/selfie"
    bad = alice.post("/m/selfie", "/m/selfie", {"picture": (io.BytesIO(b"no picture"), "x.jpg")})
    assert bad.status_code == 400
    assert "不是能读的照片" in bad.text
    good = alice.post("/m/selfie", "/m/selfie", {"picture": (io.BytesIO(selfie()), "x.jpg")})
    assert good.headers["Location"] == "/m/selfie"
    assert "正在处理" in alice.get("/m/selfie")
    assert json.loads(alice.get("/m/selfie/state.json")) == {"enrolled": False, "latest": "pending"}
    done = alice.post("/m/selfie/withdraw", "/m/selfie/withdraw")
    assert "/m/erasures/" in done.headers["Location"]
    page = alice.get(done.headers["Location"])
    assert "等待回执" in page
    held = re.search(r'data-url="([^"]+)" data-state="([^"]+)"', page)
    assert held
    assert json.loads(alice.get(held[1])) == {"state": held[2]}
    status = enrol.status(wired.house, person_of(wired, "Alice"), place.estate.id)
    assert (status.agreed, status.enrolled) == (False, False)
    assert 'id="code"' in alice.get("/m/pass")


def test_a_form_that_is_filled_in_wrongly_keeps_what_was_typed(place: Place, charlie: Browser) -> None:
    form = {"name": "查理", "household": "9-999", "role": "owner"}
    answer = charlie.post("/m/register", "/m/register", form)
    assert answer.status_code == 404
    assert 'value="9-999"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    form = {"name": "查理", "household": "2-101", "role": "tenant", "last_day": ""}
    answer = charlie.post("/m/register", "/m/register", form)
    assert answer.status_code == 400
    assert "最后一天" in answer.text
    form = {"name": "查理", "household": "2-1", "role": "owner"}
    answer = charlie.post("/m/register", "/m/register", form)
    assert re.findall(r'name="household" value="([^"]+)"', answer.text) == ["2-101", "2-102"]


def test_remote_open_says_opened_only_when_it_is(wired: TestHouse, place: Place, alice: Browser) -> None:
    assert "South gate" in alice.get("/m/open")
    offline = alice.post(f"/m/open/{place.gate.id}", "/m/open")
    assert "离线" in offline.text
    at = wired.clock.now()
    gate = Gate(new_id(), place.estate.id, "g", bytes(32), frozenset({place.gate.id}), 1, 0, 0, at, True, 0, at)
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(gate)
        stores.gates.seen(gate.id, at, streaming=True)
    answer = alice.post(f"/m/open/{place.gate.id}", "/m/open")
    page = alice.get(answer.headers["Location"])
    assert "正在开门" in page
    assert "门已开" not in page
    state = json.loads(alice.get(answer.headers["Location"] + "/state.json"))
    assert state == {"state": "pending"}
    denied = alice.post(f"/m/open/{place.doors[1].id}", "/m/open")
    assert "门已开" not in denied.text


@pytest.mark.rule("L3")
def test_withdrawing_is_two_taps_from_my_data_and_goes_away_after(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    assert "/m/selfie/withdraw" not in alice.get("/m/data")
    agree(wired.house, place, person_of(wired, "Alice"), Purpose.FACE_USE, Purpose.FACE_SERVER)
    assert "/m/selfie/withdraw" in alice.get("/m/data")
    assert alice.post("/m/selfie/withdraw", "/m/selfie/withdraw").status_code == 302
    assert "/m/selfie/withdraw" not in alice.get("/m/data")


@pytest.mark.parametrize("typed", ["", "\x00", "%", "_", "1' OR '1'='1"])
def test_a_dwelling_that_is_none(place: Place, charlie: Browser, typed: str) -> None:
    form = {"name": "查理", "household": typed, "role": "owner"}
    answer = charlie.post("/m/register", "/m/register", form)
    assert (answer.status_code, "1-102" in answer.text) == (404, False)


@pytest.mark.rule("L11")
def test_my_data_to_look_at_copy_correct_and_close(
    wired: TestHouse, place: Place, alice: Browser, browser_of: Callable[[str], Browser]
) -> None:
    assert "Alice" in alice.get("/m/data")
    saved = alice.post("/m/data/name", "/m/data", {"name": "爱丽丝"})
    assert "姓名已保存" in alice.get(saved.headers["Location"])
    refused = alice.post("/m/data/name", "/m/data", {"name": "123"})
    assert (refused.status_code, "要有文字" in refused.text) == (400, True)
    page = alice.get("/m/data")
    assert "姓名已保存" not in page
    assert max(page.index(f'"{path}"') for path in ("/m/data/copy", "/m/sign-out", "/m/leave")) < page.index(
        "谁看过我的数据"
    )
    copy = alice.client.get("/m/data/copy")
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(copy.data)["person"]["name"] == "爱丽丝"
    second = browser_of("Alice")
    assert "账号已注销" in alice.post("/m/leave", "/m/leave").text
    assert second.client.get("/m/data").status_code == 302


@pytest.mark.rule("L26")
def test_a_receipt_is_mine_and_anybody_can_verify_it(
    wired: TestHouse, place: Place, alice: Browser, charlie: Browser, stranger: Browser
) -> None:
    link = re.search(r'href="(/m/consents/[0-9a-f]+/receipt)"', alice.get("/m/data"))
    assert link
    receipt = alice.get(link[1])
    charlie.get(link[1], 404)
    good = stranger.post("/m/verify", "/m/verify", {"text": receipt})
    assert "签名有效" in good.text
    assert all(word in good.text for word in ("桂园", "保存姓名和住户，用于开门", "同意", "2026-09-21T"))
    as_file = {"file": (io.BytesIO(receipt.encode()), "receipt.json")}
    assert "签名有效" in stranger.post("/m/verify", "/m/verify", as_file).text
    changed = stranger.post("/m/verify", "/m/verify", {"text": receipt.replace("given", "taken", 1)})
    assert (changed.status_code, "签名不对" in changed.text) == (400, True)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[" * 5000, '{"body": {"estate": 1}, "signature": "x"}', "\x00"])
def test_what_is_no_receipt(place: Place, stranger: Browser, text: str) -> None:
    answer = stranger.post("/m/verify", "/m/verify", {"text": text})
    assert answer.status_code in {400, 404}
    assert 'role="alert"' in answer.text


def test_signing_out_forgets_the_phone(alice: Browser) -> None:
    alice.post("/m/sign-out", "/m/data")
    assert alice.client.get("/m/data").headers["Location"].startswith("/m/sign-in")


def test_a_form_from_elsewhere_is_refused(wired: TestHouse, place: Place, alice: Browser) -> None:
    for data in ({}, {"csrf_token": "forged"}):
        answer = alice.client.post("/m/leave", data=data)
        assert answer.status_code == 400
    assert my_home.me(wired.house, person_of(wired, "Alice")).name == "Alice"


@pytest.mark.parametrize("state", ["", "x", "other-browser", "{{7*7}}"])
def test_a_state_that_this_browser_was_not_given_is_refused(
    wired: TestHouse, place: Place, stranger: Browser, state: str
) -> None:
    stranger.client.get("/m/sign-in")
    code = wired.wechat.oauth_code("stolen", "openid-of-Alice")
    answer = stranger.client.get("/m/signed-in", query_string={"code": code, "state": state})
    assert answer.status_code == 400
    assert stranger.client.get("/m/data").status_code == 302


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/m/\\evil", "/api/v1/me", "m"])
def test_the_way_back_stays_within_the_pages(
    wired: TestHouse, place: Place, stranger: Browser, onward: str
) -> None:
    assert stranger.sign_in(wired, "openid-of-Alice", onward).headers["Location"] == "/m/"
    answer = stranger.client.get("/m/size", query_string={"large": "1", "next": onward})
    assert answer.headers["Location"] == "/m/"


def test_the_session_cookie_is_out_of_scripts_reach(wired: TestHouse, place: Place, stranger: Browser) -> None:
    cookie = stranger.sign_in(wired, "openid-of-Alice").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/m" in cookie


@pytest.mark.parametrize("text", HOSTILE)
def test_sql_template_and_markup_text_stays_text(
    wired: TestHouse, place: Place, alice: Browser, stranger: Browser, text: str
) -> None:
    kept = alice.post("/m/data/name", "/m/data", {"name": text}).status_code == 302
    assert my_home.me(wired.house, person_of(wired, "Alice")).name == (text if kept else "Alice")
    assert kept == (not set("<>{}") & set(text))
    form = {"name": text, "begin": "2026-09-21T23:00", "hours": "4", "entries": "1", "doors": [place.gate.id]}
    made = alice.post("/m/visitors/new", "/m/visitors/new", form)
    assert made.status_code == 302, made.text
    for path in ("/m/", "/m/data", "/m/visitors", made.headers["Location"]):
        page = alice.get(path)
        assert "<script>alert" not in page
        assert '" onload="x' not in page
        assert ">49<" not in page
    for path in (f"/m/visitors/{text}", f"/m/opening/{text}", f"/m/erasures/{text}", f"/v/{text}"):
        assert alice.client.get(path).status_code == 404


def test_charlie_sees_nothing_of_alice(wired: TestHouse, place: Place, alice: Browser, charlie: Browser) -> None:
    form = {"name": "Victor", "begin": "2026-09-21T23:00", "hours": "4", "entries": "1", "doors": [place.gate.id]}
    made = alice.post("/m/visitors/new", "/m/visitors/new", form).headers["Location"]
    charlie.get(made, 404)
    assert charlie.post(f"{made}/revoke", "/m/data").status_code == 404
    for path in sorted(FIXED - {"/m/selfie"}):
        page = charlie.get(path)
        assert not [word for word in ("Alice", "Victor") if word in page], path
    assert "South gate" not in charlie.get("/m/open")
    charlie.get("/m/pass/code.svg", 403)


def test_without_a_sign_in_only_public_pages_answer(app: Flask, place: Place, stranger: Browser) -> None:
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("pages.")
        if name in PUBLIC or not rule.endpoint.startswith("pages.") or "GET" not in (rule.methods or set()):
            continue
        path = re.sub(r"<[^>]+>", "0" * 16, rule.rule)
        answer = stranger.client.get(path)
        expected = 401 if path.endswith(".json") else 302
        assert answer.status_code == expected, path


@pytest.mark.rule("L20")
def test_the_schedule_is_open_to_everybody_in_both_languages(stranger: Browser, place: Place) -> None:
    page = stranger.get("/m/retention")
    for line in retention.schedule(90):
        assert line.what_zh in page
        assert str(escape(line.what_en)) in page
        assert line.then_zh in page
    assert 'href="/m/retention"' in stranger.get("/m/notice")


def test_every_page_is_strict_and_names_no_other_host(
    wired: TestHouse, place: Place, alice: Browser, app: Flask
) -> None:
    agree(wired.house, place, person_of(wired, "Alice"), Purpose.FACE_USE, Purpose.FACE_SERVER)
    for path in sorted(FIXED):
        answer = alice.client.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+", answer.text), path
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert not re.findall(r"\son\w+=", answer.text)


def test_a_fault_of_ours_shows_no_trace(wired: TestHouse, alice: Browser) -> None:
    wired.clock.at = "a clock that fails"  # type: ignore[assignment]
    answer = alice.client.get("/m/")
    assert answer.status_code == 500
    assert "出了点问题" in answer.text
    assert not [word for word in ("Traceback", "TypeError", "a clock that fails") if word in answer.text]


def test_too_large_a_form(alice: Browser) -> None:
    answer = alice.post("/m/data/name", "/m/data", {"name": "x" * 40_000})
    assert answer.status_code == 413
    assert "太大" in answer.text


def test_a_page_that_is_none_is_told_kindly(place: Place, stranger: Browser) -> None:
    assert "没有这个页面" in stranger.get("/m/nothing/at/all", 404)
    assert stranger.client.get("/").headers["Location"] == "/m/"


def test_every_page_leads_home_and_says_so(place: Place, alice: Browser) -> None:
    for path in ("/m/entries", "/m/visitors", "/m/open", "/m/data", "/m/notice", "/m/nothing"):
        page = alice.client.get(path, follow_redirects=True).text
        assert '<a href="/m/">首页 <span lang="en">Home</span></a>' in page, path


def test_a_child_that_is_not_ones_own_is_told_as_such(alice: Browser) -> None:
    page = alice.get("/m/family/0123456789abcdef", 404)
    assert "没有登记这个孩子" in page
    assert "已注销" not in page


@pytest.mark.rule("L2")
def test_large_letters_by_one_tap(stranger: Browser, place: Place) -> None:
    assert 'class="large"' not in stranger.get("/m/")
    assert 'class="large"' in stranger.get("/m/size?large=1&next=/m/")


def test_states_of_two_kinds_that_are_written_alike_have_their_own_words() -> None:
    from access.domain.enrolment import EnrolmentStatus
    from access.domain.residency import ResidencyStatus
    from access.services.remote_open import Progress

    kinds = (EnrolmentStatus, ResidencyStatus, Progress)
    assert len({label(kind("pending")).zh for kind in kinds}) == len(kinds)


def test_every_state_has_words() -> None:
    from access.domain import consent, credentials, enrolment, events, people, places, reading, residency
    from access.services import remote_open

    kinds = (
        residency.Role, residency.ResidencyStatus, consent.Purpose, consent.ConsentStatus, places.Method,
        events.Opening, remote_open.Progress, invite_visitor.VisitState, enrolment.EnrolmentStatus,
        credentials.CredentialKind, credentials.CredentialStatus, people.App, reading.ReadPurpose,
    )  # fmt: skip
    assert all(label(value).zh and label(value).en for kind in kinds for value in kind)
