"""Every address × every role: allowed just where the table says so, for nobody else, and never without a token."""

from __future__ import annotations

import re

import pytest

from access.domain.staff import StaffRole
from console.words import words_of
from tests.console.conftest import Browser, Office
from tests.console.matrix import MATRIX, OPEN, Row
from tests.console.scene import play

_BLANK = re.compile(r"<[^>]+>")
_NOBODY = "0" * 16


def path_of(row: Row) -> str:
    """The address with an id that stands for nothing in each place."""
    return _BLANK.sub(_NOBODY, row.rule)


def send(browser: Browser, row: Row) -> int:
    return (browser.get if row.method == "GET" else browser.post)(path_of(row)).status_code


@pytest.mark.rule("L16")
def test_every_route_is_in_the_table(office: Office) -> None:
    served = {
        (method, rule.rule)
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(row.method, row.rule) for row in MATRIX} | OPEN


@pytest.mark.rule("L16")
@pytest.mark.parametrize("role", list(StaffRole))
def test_a_role_may_use_its_own_routes_and_no_other(office: Office, role: StaffRole) -> None:
    browser, wrong = office.signed_in(role), []
    for row in MATRIX:
        if row.rule == "/console/sign-out":
            continue  # open to all, and tried by itself: it would end this browser's session
        allowed = send(browser, row) != 403
        if allowed != (role in row.roles):
            wrong.append(row)
    assert wrong == []


def test_nobody_signed_in_is_sent_to_sign_in(office: Office) -> None:
    browser = office.browser()
    browser.get("/console/sign-in")
    for row in MATRIX:
        answer = (browser.get if row.method == "GET" else browser.post)(path_of(row))
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/console/sign-in"), row


def test_no_form_is_taken_without_its_token(office: Office) -> None:
    for role in StaffRole:
        browser = office.signed_in(role)
        for token in ("", "wrong"):
            browser.token = token
            for row in MATRIX:
                if row.method == "POST" and role in row.roles:
                    answer = browser.client.post(path_of(row), data={"csrf_token": token})
                    assert answer.status_code == 400, row
                    assert words_of("form.csrf").zh in answer.text
    assert office.browser().client.post("/console/sign-in", data={"name": "x"}).status_code == 400


def test_another_browsers_token_is_refused(office: Office) -> None:
    mine, other = office.signed_in(StaffRole.OPERATIONS), office.signed_in(StaffRole.SECURITY)
    mine.token = other.token
    assert mine.post("/console/sign-out").status_code == 400
    assert mine.get("/console/").status_code == 200


@pytest.mark.rule("L13")
@pytest.mark.parametrize("role", [StaffRole.PLATFORM, StaffRole.AUDIT])
@pytest.mark.rule("L16")
def test_platform_and_audit_never_see_a_name(office: Office, role: StaffRole) -> None:
    play(office.wired, office.place)
    browser = office.signed_in(role)
    for row in MATRIX:
        if row.method == "GET" and role in row.roles:
            page = browser.get(path_of(row)).text
            assert not any(name in page for name in ("王芳", "李雷", "陈强", "王芬", "周明")), row
