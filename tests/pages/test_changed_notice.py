"""From staff's console to the resident's phone: a change that matters is published, seen and answered."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from access.domain.consent import Consent, Purpose
from access.domain.people import App
from access.domain.times import SECOND
from access.services import consent_receipt, consents, phone_sign_in, register, verify_receipt
from console.blueprint import console_blueprint
from miniapp_api.blueprint import api_blueprint
from pages.blueprint import pages_blueprint
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, resident
from tests.pages.conftest import Browser

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def app(wired: TestHouse) -> Flask:
    """Three doors of one application, as in the api process."""
    app = Flask("three-doors")
    app.secret_key = "for tests alone"
    app.register_blueprint(pages_blueprint(wired.house))
    app.register_blueprint(api_blueprint(wired.house))
    app.register_blueprint(console_blueprint(wired.house, secure_cookies=False))
    return app


def staff_publish(app: Flask, wired: TestHouse, place: Place) -> None:
    """Sign in with two factors, preview, publish."""
    staff = app.test_client()
    wired.clock.advance(30 * SECOND)
    code = pyotp.TOTP(place.audit.totp_secret).at(wired.clock.at // SECOND)
    account = {"name": place.audit.staff.name, "password": place.audit.password, "code": code}
    assert sent(staff, "/console/sign-in", "/console/sign-in", account) == 302
    words = {
        "title_zh": "告知书",
        "title_en": "Notice",
        "body_zh": BODY_ZH + "新增一项。",
        "body_en": BODY_EN + " One more.",
        "material": "y",
    }
    assert sent(staff, "/console/notices/new", "/console/notices/new", {**words, "preview": "yes"}) == 200
    assert sent(staff, "/console/notices/new", "/console/notices/new", {**words, "publish": "yes"}) == 302


def sent(client: FlaskClient, path: str, page: str, form: dict[str, str]) -> int:
    found = _TOKEN.search(client.get(page).text)
    assert found
    return client.post(path, data={"csrf_token": found[1], **form}).status_code


def answer_of(wired: TestHouse, place: Place, person_id: str) -> Consent:
    return next(
        one for one in consents.mine(wired.house, person_id, place.estate.id) if one.purpose is Purpose.ACCESS
    )


@pytest.mark.rule("L2", "L3", "L26")
def test_published_by_staff_seen_at_the_next_contact_and_answered(
    app: Flask, wired: TestHouse, place: Place
) -> None:
    house = wired.house
    alice, bob = resident(house, place, "Alice"), resident(house, place, "Bob", "1-102")
    before = {who: answer_of(wired, place, who) for who in (alice, bob)}
    staff_publish(app, wired, place)
    new = consents.current_notice(house, place.estate.id).hash
    assert {who: answer_of(wired, place, who) for who in (alice, bob)} == before

    browser = Browser(app.test_client())
    browser.sign_in(wired, "openid-of-Alice")
    assert "重要改动" in browser.get("/m/")
    page = browser.get("/m/anew")
    assert "新增一项" in page
    shown = re.search(r'name="notice_hash" value="([0-9a-f]{64})"', page)
    assert shown
    form = {"answer": "yes", "purpose": "access", "notice_hash": shown[1]}
    assert browser.post("/m/anew", "/m/anew", form).status_code == 302

    code = wired.wechat.oauth_code("bob", "openid-of-Bob")
    token = phone_sign_in.sign_in_page(house, code, "10.0.0.1").token
    mini, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    estate = f"/api/v1/estates/{place.estate.id}"
    assert mini.get(f"{estate}/home", headers=headers).get_json()["due"] == ["changed"]
    notice = mini.get(f"{estate}/notice").get_json()["hash"]
    assert mini.post("/api/v1/notices/shown", json={"hash": notice}, headers=headers).status_code == 204
    body = {"given": True, "notice_hash": notice}
    assert mini.put(f"{estate}/anew/access", json=body, headers=headers).status_code == 200

    for who in (alice, bob):
        after = answer_of(wired, place, who)
        assert (after.notice_hash, after.id != before[who].id) == (new, True)
        receipt = consent_receipt.receipt(house, who, after.id)
        assert new in receipt
        assert verify_receipt.verify_here(house, receipt).kind == "kaimen.consent-receipt.v1"
    assert "重要改动" not in browser.get("/m/")
    assert mini.get(f"{estate}/home", headers=headers).get_json()["due"] == []
    assert register.find_person(house, App.OFFICIAL_ACCOUNT, "openid-of-Alice") == alice
