"""A wired house, a claimed device, and the gate API as a test client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.db.database import PeeweeDatabase
from hardware.server.blueprint import gate_blueprint
from tests.estate import Place, TestHouse, build, seed_estate
from tests.gates import Device, claim_device


@dataclass
class Api:
    """Calls the gate API as the device does."""

    client: FlaskClient
    device: Device

    def post(self, path: str, message: Any, headers: dict[str, str] | None = None) -> TestResponse:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        signed = self.device.headers("POST", path, body)
        return self.client.post(path, data=body, headers=signed | (headers or {}))

    def get(self, path: str, **query: str) -> TestResponse:
        return self.client.get(path, query_string=query, headers=self.device.headers("GET", path, b""))

    def sign_in(self) -> None:
        answer = self.post("/gate/v1/token", b"")
        assert answer.status_code == 200
        self.device.token = answer.json["token"]  # type: ignore[index]


@pytest.fixture
def wired(sqlite_database: PeeweeDatabase) -> TestHouse:
    return build(sqlite_database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


@pytest.fixture
def client(wired: TestHouse) -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.register_blueprint(gate_blueprint(wired.house))
    return app.test_client()


@pytest.fixture
def api(wired: TestHouse, place: Place, client: FlaskClient) -> Api:
    signed_in = Api(client, claim_device(wired.house, place.estate.id, place.gate.id, place.doors[0].id))
    signed_in.sign_in()
    return signed_in
