"""Acceptance by a terminal nobody here wrote: `ADMSDeviceSimulator` in its three dialects over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fingerprint_attendance.testing.simulator import ADMSDeviceSimulator
from flask import Flask

from access.domain.credentials import Credential
from access.services import manage_cards
from access.services.remote_open import Progress, open_remotely, progress
from access.services.terminals import Registered, Registration, register
from adapters.db.database import PeeweeDatabase
from hardware.server.adms.blueprint import adms_blueprint
from tests.console.server import serving
from tests.estate import Place, TestHouse
from tests.hardware.server.adms.conftest import CARD
from tests.hardware.server.adms.test_log import stored

DIALECTS = {
    "legacy": ("DATA USER PIN=1\t", "DATA DEL_USER PIN=1"),
    "push2": ("DATA UPDATE USERINFO PIN=1\t", "DATA DELETE USERINFO PIN=1"),
    "biodata": ("DATA UPDATE USERINFO PIN=1\t", "DATA DELETE USERINFO PIN=1"),
}
SERIAL = "SIM0001"


@dataclass
class Http:
    """The simulator speaks as Django's test client does; this speaks real HTTP for it."""

    client: httpx.Client

    def get(self, path: str, params: dict[str, str], REMOTE_ADDR: str) -> httpx.Response:  # noqa: N803
        return self.client.get(path, params=params)

    def post(self, path: str, data: bytes, content_type: str, REMOTE_ADDR: str) -> httpx.Response:  # noqa: N803
        return self.client.post(path, content=data, headers={"Content-Type": content_type})


@pytest.fixture
def registration(wired: TestHouse, place: Place) -> Registered:
    wanted = Registration("South", SERIAL, [place.gate.id], "127.0.0.0/8", secret_path=True, holds_cards=True)
    return register(wired.house, "cli", place.estate.id, wanted)


@pytest.fixture
def http(wired: TestHouse) -> Iterator[Http]:
    app = Flask("terminals", static_folder=None)
    app.register_blueprint(adms_blueprint(wired.house))
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield Http(client)


@pytest.fixture(params=sorted(DIALECTS))
def device(request: pytest.FixtureRequest, http: Http, registration: Registered) -> ADMSDeviceSimulator:
    prefix = f"/t/{registration.secret}/iclock/"
    return ADMSDeviceSimulator(http, serial=SERIAL, firmware=request.param, prefix=prefix)


def test_a_day_of_punches_with_an_outage_a_replay_and_garbage_is_stored_once(
    wired: TestHouse, device: ADMSDeviceSimulator, sqlite_database: PeeweeDatabase
) -> None:
    begin = datetime.fromtimestamp(wired.clock.now() / 1_000, UTC) - timedelta(days=2)
    device.handshake()
    for n in range(20):
        device.punch("1001", begin + timedelta(minutes=n))
    device.go_offline()
    for n in range(20, 61):
        device.punch("1002", begin + timedelta(minutes=n))
    device.go_online()
    assert device.pending() == []
    assert len(stored(sqlite_database)) == 61
    device.uploaded = 0
    assert {answer.status for answer in device.upload_pending(batch_size=7)} == {200}
    device.uploaded = 0
    assert {answer.status for answer in device.upload_pending(corrupt_line=3)} == {200}
    assert len(stored(sqlite_database)) == 61
    assert device.handshake()["ATTLOGStamp"] == "61"


def test_a_card_is_held_and_deleted_in_each_dialect(
    wired: TestHouse, place: Place, device: ADMSDeviceSimulator, card: Credential
) -> None:
    device.handshake()
    assert device.run_commands() == []
    asked = device.post(
        "cdata", f"time=2026-01-05 08:00:00\tcardno={CARD}\teventaddr=1\tindex=1", AuthType="device"
    )
    assert asked.text.startswith("AUTH=SUCCESS\n")
    put, drop = DIALECTS[device.firmware]
    (sent,) = device.run_commands(ack=False, max_rounds=1)
    assert sent.startswith(put)
    assert set(device.users) == {"1"}
    wired.clock.advance(30_000)
    device.fail_commands = {"DATA": -1}
    assert device.run_commands() == [sent]
    wired.clock.advance(60_000)
    device.fail_commands = {}
    assert device.run_commands() == [sent]
    wired.clock.advance(3_600_000)
    assert device.run_commands() == []
    manage_cards.disable_card(wired.house, place.operations.staff, card.id)
    assert device.run_commands() == [drop]
    assert device.users == {}


def test_a_remote_open_is_executed_once(
    wired: TestHouse, place: Place, device: ADMSDeviceSimulator, alice: str
) -> None:
    device.handshake()
    lost = open_remotely(wired.house, alice, place.gate.id, wired.clock.now())
    assert device.run_commands(ack=False) == ["CONTROL DEVICE 01010103"]
    done = open_remotely(wired.house, alice, place.gate.id, wired.clock.now())
    assert device.run_commands() == ["CONTROL DEVICE 01010103"]
    assert progress(wired.house, alice, str(lost.command_id)) is Progress.PENDING
    assert progress(wired.house, alice, str(done.command_id)) is Progress.OPENED
    device.go_offline()
    open_remotely(wired.house, alice, place.gate.id, wired.clock.now())
    wired.clock.advance(60_000)
    device.go_online()
    assert device.run_commands() == []
    assert device.executed == ["CONTROL DEVICE 01010103"] * 2


def test_what_is_enrolled_at_the_terminal_is_not_taken_and_an_unknown_one_is_denied(
    device: ADMSDeviceSimulator, sqlite_database: PeeweeDatabase
) -> None:
    device.handshake()
    assert device.enroll_at_device("9", 1, b"template", name="Mallory").status == 200
    assert device.push_user("8", "Mallory").status == 200
    assert device.ping().text == "OK"
    assert stored(sqlite_database) == []
    device.serial = "SIM0002"
    assert [device.ping().status, device.punch("1", datetime(2026, 9, 1, tzinfo=UTC), upload=False).pin] == [
        403,
        "1",
    ]
    assert [answer.status for answer in device.upload_pending()] == [403]
    assert device.run_commands() == []
