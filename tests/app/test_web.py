"""The api process as a whole: headers on everything, no trace shown, health and metrics, only its own host."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from adapters.db.database import PeeweeDatabase
from app.settings import Settings
from app.web import create_app
from tests.app.test_settings import GOOD
from tests.estate import build, seed_estate

TOKEN = "metrics-token"


@pytest.fixture
def app(sqlite_database: PeeweeDatabase) -> Flask:
    wired = build(sqlite_database)
    seed_estate(wired.house)
    settings = Settings.from_env({**GOOD, "KAIMEN_METRICS_TOKEN": TOKEN, "KAIMEN_LOG_LEVEL": "error"})
    return create_app(settings, wired.house)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/", "/m/", "/m/retention", "/console/sign-in", "/api/v1/openapi.json", "/no/such/page", "/v/x"],
)
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code < 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_an_address_that_no_door_has_is_told_in_both_languages_with_a_way_home(client: FlaskClient) -> None:
    answer = client.get("/no/such/page")
    assert (answer.status_code, "没有这一页" in answer.text, "no such page" in answer.text) == (404, True, True)
    assert '<a href="/">' in answer.text
    refused = client.post("/healthz")
    assert (refused.status_code, "GET" in refused.headers["Allow"]) == (405, True)
    assert "请返回再试" in refused.text
    assert client.get("/").status_code == 302


def test_a_fault_shows_no_trace(app: Flask, client: FlaskClient) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/broken", view_func=broken)
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "请稍后再试" in answer.text


def test_metrics_need_their_token(client: FlaskClient) -> None:
    client.get("/m/retention")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert told.status_code == 200
    assert 'route="/m/retention"' in told.text


def test_metrics_name_routes_never_paths(client: FlaskClient) -> None:
    client.get("/v/a-secret-of-a-visitors-link-that-nobody-may-see")
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "a-secret-of" not in told


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/wechat/callback", "/gate/v1/claim", "/api/v1/session", "/console/sign-in"])
def test_what_is_far_too_large_is_not_read(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data=b"x" * (26 * 1024 * 1024), content_type="application/octet-stream")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(("switch", "status"), [("false", 404), ("true", 403)])
def test_vendors_terminals_are_served_only_when_asked_for(
    sqlite_database: PeeweeDatabase, switch: str, status: int
) -> None:
    settings = Settings.from_env({**GOOD, "KAIMEN_ADMS": switch, "KAIMEN_LOG_LEVEL": "error"})
    client = create_app(settings, build(sqlite_database).house).test_client()
    assert client.get("/iclock/getrequest?SN=UNKNOWN1").status_code == status
