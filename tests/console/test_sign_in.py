"""The sign-in page: one answer, safe cookies, no way out of the console, and words when a session has ended."""

from __future__ import annotations

import pytest
from flask import Flask

from access.domain.staff import StaffRole
from access.domain.times import MINUTE
from adapters.db.database import PeeweeDatabase
from console.blueprint import console_blueprint
from tests.console.conftest import Browser, Office
from tests.estate import build, seed_estate


def test_a_wrong_part_is_not_named_and_the_name_stays(office: Office) -> None:
    account, browser = office.place.operations, office.browser()
    browser.get("/console/sign-in")
    pages = []
    for name, password in ((account.staff.name, "not-the-one"), ("nobody", account.password)):
        answer = browser.post("/console/sign-in", name=name, password=password, code=office.code(account))
        assert answer.status_code == 403
        assert f'value="{name}"' in answer.text
        assert password not in answer.text
        pages.append(answer.text.replace(name, "").replace(browser.token, ""))
    assert pages[0] == pages[1]


def test_a_locked_account_gets_the_same_words(office: Office) -> None:
    account, browser = office.place.operations, office.browser()
    browser.get("/console/sign-in")
    for _ in range(5):
        browser.post("/console/sign-in", name=account.staff.name, password="wrong", code="000000")
    answer = browser.post(
        "/console/sign-in", name=account.staff.name, password=account.password, code=office.code(account)
    )
    assert answer.status_code == 403
    assert "请等 15 分钟" in answer.text


def test_a_code_cannot_be_used_by_two_browsers(office: Office) -> None:
    account = office.place.operations
    code = office.code(account)
    answers = []
    for _ in range(2):
        browser = office.browser()
        browser.get("/console/sign-in")
        fields = {"name": account.staff.name, "password": account.password, "code": code}
        answers.append(browser.post("/console/sign-in", **fields).status_code)
    assert answers == [302, 403]


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/console/approvals", "/console/approvals"),
        ("https://evil.example/", "/console/"),
        ("//evil.example/", "/console/"),
        ("/console/\\evil.example", "/console/"),
        ("/elsewhere", "/console/"),
        ("javascript:alert(1)", "/console/"),
    ],
)
def test_signing_in_leads_only_into_the_console(office: Office, wanted: str, lands: str) -> None:
    account, browser = office.place.operations, office.browser()
    browser.get("/console/sign-in")
    answer = browser.client.post(
        "/console/sign-in",
        query_string={"next": wanted},
        data={
            "csrf_token": browser.token,
            "name": account.staff.name,
            "password": account.password,
            "code": office.code(account),
        },
    )
    assert (answer.status_code, answer.location) == (302, lands)


@pytest.mark.rule("L16")
def test_an_idle_session_ends_with_words_and_comes_back_to_its_page(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    office.wired.clock.advance(15 * MINUTE)
    answer = browser.get("/console/approvals")
    assert answer.location == "/console/sign-in?next=/console/approvals"
    assert "请先登录" in browser.get("/console/sign-in").text


def test_signing_out_makes_the_cookie_worthless(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    kept = browser.client.get_cookie("kaimen_staff", path="/console")
    assert kept is not None
    assert browser.post("/console/sign-out").status_code == 302
    browser.client.set_cookie("kaimen_staff", kept.value, path="/console")
    assert browser.get("/console/").status_code == 302


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_kept_from_scripts_and_other_sites(sqlite_database: PeeweeDatabase, secure: bool) -> None:
    wired = build(sqlite_database)
    app = Flask("office")
    app.secret_key = "for tests alone"
    app.register_blueprint(console_blueprint(wired.house, secure_cookies=secure))
    office = Office(app, wired, seed_estate(wired.house), seed_estate(wired.house, 2).audit)
    browser = Browser(app.test_client(), base="https://localhost" if secure else "http://localhost")
    set_by = [browser.get("/console/sign-in").headers["Set-Cookie"]]
    account = office.place.operations
    answer = browser.post(
        "/console/sign-in", name=account.staff.name, password=account.password, code=office.code(account)
    )
    set_by += answer.headers.getlist("Set-Cookie")
    staff = [line for line in set_by if line.startswith("kaimen_staff=")]
    assert len(staff) == 1
    for line in set_by:
        assert "HttpOnly" in line
        assert "SameSite=Strict" in line
        assert ("Secure" in line) is secure
    assert "Path=/console" in staff[0]


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "'; DROP TABLE staff_session; --", "{{7*7}}"])
def test_a_made_up_token_is_nobody(office: Office, token: str) -> None:
    browser = office.browser()
    browser.client.set_cookie("kaimen_staff", token, path="/console")
    assert browser.get("/console/").status_code == 302


def test_a_code_copied_with_its_space_is_taken(office: Office) -> None:
    account, browser = office.place.operations, office.browser()
    browser.get("/console/sign-in")
    code = office.code(account)
    answer = browser.post(
        "/console/sign-in", name=account.staff.name, password=account.password, code=f" {code[:3]} {code[3:]} "
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_is_said_at_the_field(office: Office, code: str) -> None:
    account, browser = office.place.operations, office.browser()
    browser.get("/console/sign-in")
    answer = browser.post("/console/sign-in", name=account.staff.name, password=account.password, code=code)
    assert answer.status_code == 400
    assert "请填写 6 位数字" in answer.text
