"""The pages of the promise: asked anew, children, reports, linking; what was shown, on every way to a consent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from access.domain.consent import Channel, Consent, ConsentStatus, Purpose
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import App
from access.services import (
    approve_residency,
    consent_receipt,
    consents,
    family,
    manage_cards,
    owner_reports,
    phone_sign_in,
    register,
    withdraw,
)
from access.services.publish_notice import publish_notice
from tests.console.scene import add_gate, report
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, agree, resident
from tests.pages.conftest import Browser

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)
HASH = re.compile(r'name="notice_hash" value="([0-9a-f]{64})"')


def person_of(wired: TestHouse, name: str) -> str:
    found = register.find_person(wired.house, App.OFFICIAL_ACCOUNT, f"openid-of-{name}")
    assert found is not None
    return found


def change(wired: TestHouse, place: Place, more: str = "新增一项。") -> str:
    staff = place.audit.staff
    return publish_notice(
        wired.house, staff, "告知书", "Notice", BODY_ZH + more, BODY_EN + more, material=True
    ).hash


def answers(wired: TestHouse, place: Place, person_id: str) -> dict[Purpose, Consent]:
    return {one.purpose: one for one in consents.mine(wired.house, person_id, place.estate.id)}


def fill(page: str, **fields: str) -> dict[str, str]:
    """The form of a question: what stands hidden in it, and what is pressed."""
    shown, purpose = HASH.search(page), re.search(r'name="purpose" value="(\w+)"', page)
    assert shown
    return {"notice_hash": shown[1], **({"purpose": purpose[1]} if purpose else {}), **fields}


@pytest.mark.rule("L2", "L3")
def test_a_changed_notice_is_brought_up_at_home_and_answered_one_by_one(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    me = person_of(wired, "Alice")
    agree(wired.house, place, me, *FACE)
    assert "/m/anew" not in alice.get("/m/")
    old = answers(wired, place, me)
    new = change(wired, place)
    assert "重要改动" in alice.get("/m/")
    assert answers(wired, place, me) == old
    for _ in range(3):
        page = alice.get("/m/anew")
        assert "新增一项" in page
        buttons = re.findall(r'<button name="answer" value="(\w+)"([^>]*)>', page)
        assert buttons == [("no", ""), ("yes", "")]
        wired.clock.advance(1)
        assert alice.post("/m/anew", "/m/anew", fill(page, answer="yes")).status_code == 302
    assert "没有要重新回答的" in alice.get("/m/anew")
    assert "/m/anew" not in alice.get("/m/")
    after = answers(wired, place, me)
    assert {one.notice_hash for one in after.values()} == {new}
    assert all(after[purpose].id != old[purpose].id for purpose in old)
    receipt = alice.client.get(f"/m/consents/{after[Purpose.FACE_USE].id}/receipt").get_json()
    assert new in json.dumps(receipt)


@pytest.mark.rule("L4")
def test_a_no_to_the_change_is_taken_and_not_asked_again(wired: TestHouse, place: Place, alice: Browser) -> None:
    me = person_of(wired, "Alice")
    agree(wired.house, place, me, *FACE)
    change(wired, place)
    for _ in range(2):
        page = alice.get("/m/anew")
        wired.clock.advance(1)
        assert alice.post("/m/anew", "/m/anew", fill(page, answer="no")).status_code == 302
    after = answers(wired, place, me)
    assert after[Purpose.ACCESS].status is ConsentStatus.REFUSED
    assert {after[purpose].status for purpose in FACE} == {ConsentStatus.WITHDRAWN}
    assert "/m/anew" not in alice.get("/m/")
    assert 'id="pass"' in alice.get("/m/pass")
    change(wired, place, "再来一项。")
    assert "/m/anew" not in alice.get("/m/")


@pytest.mark.parametrize("bad", [{"purpose": "everything"}, {"answer": ""}, {"notice_hash": "0" * 64}])
def test_an_odd_answer_changes_nothing(wired: TestHouse, place: Place, alice: Browser, bad: dict[str, str]) -> None:
    change(wired, place)
    before = answers(wired, place, person_of(wired, "Alice"))
    good = fill(alice.get("/m/anew"), answer="yes")
    assert alice.post("/m/anew", "/m/anew", {**good, **bad}).status_code in {400, 409}
    assert answers(wired, place, person_of(wired, "Alice")) == before


@pytest.mark.rule("L2")
@pytest.mark.parametrize(
    ("path", "purpose"),
    [("/m/consent/face", Purpose.FACE_USE), ("/m/consent/face-server", Purpose.FACE_SERVER)],
)
def test_each_face_question_shows_the_notice_and_records_it_also_after_a_withdrawal(
    wired: TestHouse, place: Place, alice: Browser, path: str, purpose: Purpose
) -> None:
    me = person_of(wired, "Alice")
    agree(wired.house, place, me, *FACE)
    wired.clock.advance(1)
    withdraw.withdraw_face(wired.house, me, place.estate.id, Channel.PAGE)
    wired.clock.advance(1)
    page = alice.get(path)
    assert BODY_ZH in page
    wired.clock.advance(1)
    assert alice.post(path, path, fill(page, answer="yes")).status_code == 302
    given = answers(wired, place, me)[purpose]
    assert given.status is ConsentStatus.GIVEN
    with wired.house.db.reading() as stores:
        shown = stores.consents.shown_at(me, given.notice_hash)
    assert shown is not None
    assert shown <= given.decided_at


def test_a_yes_without_the_page_after_a_withdrawal_is_none(wired: TestHouse, place: Place, alice: Browser) -> None:
    """A consent post that was caught and sent again."""
    me = person_of(wired, "Alice")
    asked = fill(alice.get("/m/consent/face"), answer="yes")
    assert alice.post("/m/consent/face", "/m/data", asked).status_code == 302
    first = answers(wired, place, me)[Purpose.FACE_USE]
    wired.clock.advance(1)
    assert alice.post("/m/consent/face", "/m/data", asked).status_code == 302
    assert answers(wired, place, me)[Purpose.FACE_USE] == first
    withdraw.withdraw_face(wired.house, me, place.estate.id, Channel.PAGE)
    wired.clock.advance(1)
    assert alice.post("/m/consent/face", "/m/data", asked).status_code == 403
    assert answers(wired, place, me)[Purpose.FACE_USE].status is ConsentStatus.WITHDRAWN


@pytest.mark.rule("L5")
def test_a_mother_registers_her_child_and_answers_for_the_face(
    wired: TestHouse, place: Place, alice: Browser, charlie: Browser
) -> None:
    page = alice.get("/m/family/new")
    good = fill(page, name="小明", born="2017-05", household=place.households["1-101"].id)
    for bad in ({"born": "2001-05"}, {"born": "x"}, {"name": ""}):
        refused = alice.post("/m/family/new", "/m/family/new", {**good, **bad})
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
    other = {**good, "household": place.households["1-102"].id}
    assert alice.post("/m/family/new", "/m/family/new", other).status_code == 403
    assert alice.post("/m/family/new", "/m/family/new", good).status_code == 302
    (child,) = family.children(wired.house, person_of(wired, "Alice"), place.estate.id)
    assert "小明" in alice.get("/m/family")
    with wired.house.db.reading() as stores:
        (stay,) = stores.residencies.of_person(child.person_id)
    approve_residency.approve(wired.house, place.operations.staff, stay.id)
    path = f"/m/family/{child.person_id}"
    for purpose, name in ((Purpose.FACE_USE, "face"), (Purpose.FACE_SERVER, "face-server")):
        question = alice.get(f"{path}/ask/{name}")
        assert "未满 14 岁" in question
        assert BODY_ZH in question
        sent = alice.post(f"{path}/answer", f"{path}/ask/{name}", fill(question, answer="yes"))
        assert sent.status_code == 302, sent.text
        answer = answers(wired, place, child.person_id)[purpose]
        assert answer.guardian_id == person_of(wired, "Alice")
        receipt = consent_receipt.receipt(wired.house, person_of(wired, "Alice"), answer.id)
        assert '"entity_role": "guardian"' in receipt
        assert alice.client.get(f"/m/consents/{answer.id}/receipt").status_code == 200
    assert "带孩子到物业前台" in alice.get(path)
    assert alice.client.get(f"{path}/copy").get_json()["person"]["name"] == "小明"
    code = re.search(r'class="state">([A-Z0-9-]{14})<', alice.post(f"{path}/code", path).text)
    assert code
    for hidden in (path, f"{path}/ask/face", f"{path}/copy", f"{path}/remove"):
        assert charlie.client.get(hidden).status_code in {403, 404}
    assert charlie.post(f"{path}/withdraw", "/m/data").status_code == 403
    assert alice.post(f"{path}/withdraw", path).status_code == 302
    assert {answers(wired, place, child.person_id)[one].status for one in FACE} == {ConsentStatus.WITHDRAWN}
    assert alice.post(f"{path}/remove", f"{path}/remove").status_code == 302
    assert "小明" not in alice.get("/m/family")


@pytest.mark.rule("L5")
def test_a_child_does_not_register_alone(wired: TestHouse, charlie: Browser) -> None:
    form = {"name": "小明", "household": "1-101", "role": "family", "last_day": ""}
    for age, words in (({}, "请回答是否已满 14 岁"), ({"of_age": "no"}, "由同住的家长登记")):
        refused = charlie.post("/m/register", "/m/register", {**form, **age})
        assert refused.status_code == 400
        assert words in refused.text
    sent = charlie.post("/m/register", "/m/register", {**form, "of_age": "yes"})
    assert sent.status_code == 302


def test_a_report_is_brought_up_read_and_acknowledged(
    wired: TestHouse, place: Place, alice: Browser, charlie: Browser
) -> None:
    body = BODY_ZH + "<b>收支</b>"
    published = owner_reports.publish(wired.house, place.operations.staff, "收支报告", "Accounts", body, BODY_EN)
    path = f"/m/reports/{published.id}"
    assert path in alice.get("/m/")
    page = alice.get(path)
    assert "&lt;b&gt;收支" in page
    assert published.hash in page
    assert alice.post(path, path).status_code == 302
    assert alice.post(path, "/m/data").status_code == 302
    assert "您已签收" in alice.get(path)
    assert path not in alice.get("/m/")
    assert "已签收" in alice.get("/m/reports")
    (held,) = json.loads(alice.client.get("/m/data/copy").text)["reports_acknowledged"]
    assert held["report"] == published.id
    assert charlie.client.get(path).status_code == 404
    assert charlie.post(path, "/m/data").status_code == 403
    assert alice.client.get("/m/reports/x").status_code == 404


def test_an_entry_leads_to_a_request_about_it(wired: TestHouse, place: Place, alice: Browser) -> None:
    me = person_of(wired, "Alice")
    event = add_event(wired, place, me)
    assert f"about={event}" in alice.get("/m/entries")
    page = alice.get(f"/m/requests?about={event}")
    assert "关于这一次" in page
    assert f'name="about" value="{event}"' in page
    assert "关于这一次" not in alice.get(f"/m/requests?about={new_id()}")
    form = {"kind": "objection", "words": "那不是我", "about": event}
    assert alice.post("/m/requests", f"/m/requests?about={event}", form).status_code == 302
    with wired.house.db.reading() as stores:
        assert [one.about for one in stores.rights.of_person(me)] == [event]


def add_event(wired: TestHouse, place: Place, person_id: str) -> str:
    card = manage_cards.add_card(wired.house, place.operations.staff, person_id, "0A1B2C3D")
    return report(wired, place, add_gate(wired, place, "南门"), person_id, card)[0].id


def test_the_erasure_page_names_the_doors(wired: TestHouse, place: Place, alice: Browser) -> None:
    me, at = person_of(wired, "Alice"), wired.clock.now()
    points = frozenset({place.doors[0].id})
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(Gate(new_id(), place.estate.id, "g", b"k" * 32, points, 1, 0, 0, at, True, 1, at))
    agree(wired.house, place, me, *FACE)
    erasure = withdraw.withdraw_face(wired.house, me, place.estate.id, Channel.PAGE)
    page = alice.get(f"/m/erasures/{erasure.id}")
    assert "门：1号楼门" in page
    assert "Gate: Building 1 Door 1" in page


def test_a_code_from_the_page_joins_the_other_account(
    wired: TestHouse, alice: Browser, browser_of: Callable[[str], Browser]
) -> None:
    code = re.search(r'class="state">([A-Z0-9-]{14})<', alice.post("/m/bind/code", "/m/bind").text)
    assert code
    wired.wechat.login_code("mini", "mini-of-alice")
    mini = phone_sign_in.sign_in_mini(wired.house, "mini", "10.0.0.1")
    session = phone_sign_in.who(wired.house, mini.token)
    assert session is not None
    assert phone_sign_in.join(wired.house, session, code[1]).person_id == person_of(wired, "Alice")
    dora = browser_of("Dora")
    for wrong in (code[1], "", "'; --", "A" * 300):
        assert dora.post("/m/bind", "/m/bind", {"code": wrong}).status_code == 404
    wired.limiter.full = True
    assert dora.post("/m/bind", "/m/bind", {"code": code[1]}).status_code == 429


def test_a_guardian_is_asked_about_a_change_for_the_child(wired: TestHouse, place: Place, alice: Browser) -> None:
    resident(wired.house, place, "Bob", "1-102")
    page = alice.get("/m/family/new")
    good = fill(page, name="小明", born="2017-05", household=place.households["1-101"].id)
    alice.post("/m/family/new", "/m/family/new", good)
    (child,) = family.children(wired.house, person_of(wired, "Alice"), place.estate.id)
    assert "关于孩子的问题" not in alice.get("/m/")
    new = change(wired, place)
    assert "关于孩子的问题" in alice.get("/m/")
    path = f"/m/family/{child.person_id}"
    question = alice.get(f"{path}/ask/access")
    assert "重要改动" in question
    alice.post(f"{path}/answer", f"{path}/ask/access", fill(question, answer="yes"))
    assert answers(wired, place, child.person_id)[Purpose.ACCESS].notice_hash == new
    assert "关于孩子的问题" not in alice.get("/m/")
