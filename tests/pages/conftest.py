"""The pages over a wired house: browsers that are signed in, and a real server for Chromium."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from adapters.db.database import PeeweeDatabase
from pages.blueprint import pages_blueprint
from tests.estate import Place, TestHouse, build, newcomer, resident, seed_estate

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Browser:
    """A phone's browser without scripts."""

    client: FlaskClient

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, page: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form as it stands on `page`, with its token."""
        found = _TOKEN.search(self.get(page))
        assert found, page
        return self.client.post(path, data={"csrf_token": found[1], **(data or {})}, **more)

    def sign_in(self, wired: TestHouse, openid: str, onward: str = "/m/") -> TestResponse:
        """Out to WeChat's page and back with a code, as WeChat would send it."""
        away = self.client.get("/m/sign-in", query_string={"next": onward})
        state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
        code = wired.wechat.oauth_code(f"code-{state}", openid)
        return self.client.get("/m/signed-in", query_string={"code": code, "state": state})


def flask_app(wired: TestHouse) -> Flask:
    app = Flask("pages-under-test")
    app.secret_key = "for tests alone"
    app.register_blueprint(pages_blueprint(wired.house))
    return app


@pytest.fixture
def wired(sqlite_database: PeeweeDatabase) -> TestHouse:
    return build(sqlite_database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


@pytest.fixture
def app(wired: TestHouse) -> Flask:
    return flask_app(wired)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def browser_of(app: Flask, wired: TestHouse) -> Callable[[str], Browser]:
    """A browser signed in as the person with an official-account openid of that name."""

    def sign_in(name: str) -> Browser:
        browser = Browser(app.test_client())
        assert browser.sign_in(wired, f"openid-of-{name}").status_code == 302
        return browser

    return sign_in


@pytest.fixture
def alice(wired: TestHouse, place: Place, browser_of: Callable[[str], Browser]) -> Browser:
    resident(wired.house, place, "Alice", "1-101")
    return browser_of("Alice")


@pytest.fixture
def charlie(wired: TestHouse, place: Place, browser_of: Callable[[str], Browser]) -> Browser:
    """Known, agreed, but lives nowhere here."""
    newcomer(wired.house, place, "Charlie")
    return browser_of("Charlie")


@dataclass(frozen=True)
class Served:
    """The pages behind a real local server; their links name its address."""

    wired: TestHouse
    place: Place
    url: str


@pytest.fixture
def served(sqlite_database: PeeweeDatabase) -> Iterator[Served]:
    """Threads serve until the test ends."""
    built = build(sqlite_database)
    place = seed_estate(built.house)
    holder: dict[str, Flask] = {}

    def answer(environ: Any, start: Any) -> Any:
        return holder["app"](environ, start)

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    policy = replace(built.house.policy, public_url=url)
    wired = replace(built, house=replace(built.house, policy=policy))
    holder["app"] = flask_app(wired)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(wired, place, url)
    server.shutdown()
    thread.join()
