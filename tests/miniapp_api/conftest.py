"""The API on a bare Flask application over a wired house, and phones that are signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.domain.people import App
from access.services import phone_sign_in
from adapters.db.database import PeeweeDatabase
from miniapp_api.blueprint import api_blueprint
from tests.estate import Place, TestHouse, build, newcomer, resident, seed_estate


@dataclass(frozen=True)
class Phone:
    """A signed-in phone; without a token it is a stranger's."""

    client: FlaskClient
    token: str
    person_id: str = ""

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            more["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def wired(database: PeeweeDatabase) -> TestHouse:
    return build(database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


@pytest.fixture
def app(wired: TestHouse) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(api_blueprint(wired.house))
    return app


@pytest.fixture
def stranger(app: Flask) -> Phone:
    return Phone(app.test_client(), "")


@pytest.fixture
def phone_of(app: Flask, wired: TestHouse) -> Callable[[str], Phone]:
    """A phone signed in as the person with an official-account openid of that name."""

    def sign_in(name: str) -> Phone:
        code = wired.wechat.oauth_code(f"code-{name}", f"openid-of-{name}")
        signed_in = phone_sign_in.sign_in_page(wired.house, code, "10.0.0.1")
        assert signed_in.app is App.OFFICIAL_ACCOUNT
        return Phone(app.test_client(), signed_in.token, signed_in.person_id)

    return sign_in


@pytest.fixture
def alice(wired: TestHouse, place: Place, phone_of: Callable[[str], Phone]) -> Phone:
    resident(wired.house, place, "Alice", "1-101")
    return phone_of("Alice")


@pytest.fixture
def bob(wired: TestHouse, place: Place, phone_of: Callable[[str], Phone]) -> Phone:
    """Of Alice's household."""
    resident(wired.house, place, "Bob", "1-101")
    return phone_of("Bob")


@pytest.fixture
def charlie(wired: TestHouse, place: Place, phone_of: Callable[[str], Phone]) -> Phone:
    """Known, agreed, but lives nowhere here."""
    newcomer(wired.house, place, "Charlie")
    return phone_of("Charlie")
