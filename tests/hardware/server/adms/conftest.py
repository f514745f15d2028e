"""A registered terminal and what it says over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.domain.credentials import Credential
from access.domain.events import AccessEvent
from access.domain.terminals import Terminal, TerminalCard
from access.services import manage_cards
from access.services.terminals import Registered, Registration, register
from hardware.server.adms.blueprint import adms_blueprint
from tests.estate import Place, TestHouse, resident

SERIAL = "CJDE193560303"
SOURCE = "10.8.0.7"
CARD = "0012345678"


@dataclass
class Box:
    """The terminal as it calls: from its address, naming its serial number."""

    wired: TestHouse
    client: FlaskClient
    terminal: Terminal
    serial: str = SERIAL
    source: str = SOURCE
    prefix: str = "/iclock/"
    told: int = 0

    def get(self, name: str, **query: str) -> TestResponse:
        return self.client.get(self._url(name, query), environ_base={"REMOTE_ADDR": self.source})

    def post(self, name: str, body: str | bytes = b"", **query: str) -> TestResponse:
        raw = body.encode() if isinstance(body, str) else body
        return self.client.post(self._url(name, query), data=raw, environ_base={"REMOTE_ADDR": self.source})

    def poll(self) -> list[tuple[int, str]]:
        """Number and text of each order."""
        answer = self.get("getrequest")
        assert answer.status_code == 200
        rows = [line.split(":", 2) for line in answer.text.splitlines() if line.startswith("C:")]
        assert rows or answer.text == "OK"
        return [(int(number), text) for _, number, text in rows]

    def reply(self, number: int, code: int = 0) -> None:
        assert self.post("devicecmd", f"ID={number}&Return={code}&CMD=DATA\n").text == "OK"

    def ask(self, shown: str, door: int = 1, line: str | None = None) -> str:
        """The answer to an online authorisation; each comes a moment after the one before."""
        self.wired.clock.advance(1)
        return self.post("cdata", line or self.line(shown, door), AuthType="device").text

    def line(self, shown: str, door: int = 1) -> str:
        """What the terminal writes when something is held up; each is counted by it."""
        self.told += 1
        at = self.local()
        return (
            f"time={at}\tpin=0\tcardno={shown}\teventaddr={door}\tevent=0\tinoutstatus=0\tverifytype=4\t"
            f"index={self.told}"
        )

    def local(self, later: int = 0) -> str:
        """The terminal's wall time, Asia/Shanghai."""
        utc = datetime.fromtimestamp(self.wired.clock.now() / 1_000, UTC)
        return f"{utc + timedelta(hours=8, seconds=later):%Y-%m-%d %H:%M:%S}"

    def held(self) -> list[TerminalCard]:
        with self.wired.house.db.reading() as stores:
            return list(stores.terminals.cards(self.terminal.id))

    def events(self) -> list[AccessEvent]:
        """Entry records of the terminal, oldest first."""
        with self.wired.house.db.reading() as stores:
            gate = stores.gates.gate(self.terminal.id)
            assert gate is not None
            found = stores.events.of_estate(gate.estate_id, 0, 1_000)
        return sorted((e for e in found if e.gate_id == self.terminal.id), key=lambda e: e.at)

    def _url(self, name: str, query: dict[str, str]) -> str:
        return f"{self.prefix}{name}?{urlencode({'SN': self.serial} | query)}"


@pytest.fixture
def client(wired: TestHouse) -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.register_blueprint(adms_blueprint(wired.house))
    return app.test_client()


@pytest.fixture
def box(wired: TestHouse, place: Place, client: FlaskClient) -> Box:
    """A terminal at the estate's gate that keeps no cards."""
    return Box(wired, client, registered(wired, place).terminal)


@pytest.fixture
def keeper(wired: TestHouse, place: Place, client: FlaskClient) -> Box:
    """A terminal at the estate's gate that keeps cards for when the network is down."""
    return Box(wired, client, registered(wired, place, holds_cards=True).terminal)


@pytest.fixture
def alice(wired: TestHouse, place: Place) -> str:
    return resident(wired.house, place, "alice")


@pytest.fixture
def card(wired: TestHouse, place: Place, alice: str) -> Credential:
    """Alice's card."""
    return manage_cards.add_card(wired.house, place.operations.staff, alice, CARD)


def registered(wired: TestHouse, place: Place, holds_cards: bool = False) -> Registered:
    wanted = Registration("South", SERIAL, [place.gate.id], source="10.8.0.0/24", holds_cards=holds_cards)
    return register(wired.house, "cli", place.estate.id, wanted)
