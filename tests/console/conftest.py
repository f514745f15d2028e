"""The console on a Flask application of its own, over real stores, with browsers for staff of every role."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.domain.staff import StaffRole
from access.domain.times import SECOND
from access.services.manage_staff import NewStaff, create_staff
from adapters.db.database import PeeweeDatabase
from console.blueprint import console_blueprint
from tests.console.reading import token_in
from tests.estate import Place, TestHouse, build, seed_estate

STEP = 30 * SECOND


@dataclass
class Browser:
    """A browser: follows links and sends forms with the token of the page that it last saw."""

    client: FlaskClient
    token: str = ""
    base: str = "http://localhost"

    def get(self, path: str, **query: str) -> TestResponse:
        answer = self.client.get(path, query_string=query or None, base_url=self.base)
        self.token = token_in(answer.text) or self.token
        return answer

    def post(self, path: str, **fields: object) -> TestResponse:
        sent = {"csrf_token": self.token, **fields}
        # A page served over HTTPS sends its own address along; the token check asks for it.
        answer = self.client.post(path, data=sent, base_url=self.base, headers={"Referer": f"{self.base}/"})
        self.token = token_in(answer.text) or self.token
        return answer


@dataclass
class Office:
    """The application, its house and estate, and who works there."""

    app: Flask
    wired: TestHouse
    place: Place
    platform: NewStaff

    def account(self, role: StaffRole) -> NewStaff:
        accounts = {
            StaffRole.OPERATIONS: self.place.operations,
            StaffRole.SECURITY: self.place.security,
            StaffRole.AUDIT: self.place.audit,
            StaffRole.PLATFORM: self.platform,
        }
        return accounts[role]

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def signed_in(self, who: StaffRole | NewStaff) -> Browser:
        account = self.account(who) if isinstance(who, StaffRole) else who
        browser = self.browser()
        browser.get("/console/sign-in")
        answer = browser.post(
            "/console/sign-in", name=account.staff.name, password=account.password, code=self.code(account)
        )
        assert answer.status_code == 302, answer.text
        browser.get("/console/")
        return browser

    def code(self, account: NewStaff) -> str:
        """A code not yet used: the clock moves on by a step first."""
        self.wired.clock.advance(STEP)
        return pyotp.TOTP(account.totp_secret).at(self.wired.clock.at // SECOND)


@pytest.fixture
def office(sqlite_database: PeeweeDatabase) -> Office:
    wired = build(sqlite_database)
    place = seed_estate(wired.house)
    platform = create_staff(wired.house, place.estate.id, "platform1", "platform", [StaffRole.PLATFORM], "cli")
    app = Flask("office")
    app.secret_key = "for tests alone"
    app.register_blueprint(console_blueprint(wired.house, secure_cookies=False))
    return Office(app, wired, place, platform)
