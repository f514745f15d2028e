"""The link as gunicorn with gevent workers runs it: commands of another process come by, a reload says bye."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent

from access.domain.places import Method
from access.services.gate_claims import exchange_token
from access.services.house import House
from adapters.db.database import PeeweeDatabase
from app.clock import SystemClock
from tests.estate import TestHouse, build, seed_estate
from tests.gates import claim_device
from tests.hardware.server.heard import BrokerEar, until
from tests.mosquitto import mosquitto
from tests.servers import free_port

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def wired(sqlite_database: PeeweeDatabase) -> TestHouse:
    return build(sqlite_database)


@pytest.fixture
def house(wired: TestHouse) -> House:
    """By the system's clock, as the process has it."""
    wired.clock.at = SystemClock().now()
    return replace(wired.house, clock=SystemClock())


@contextmanager
def link_process(tmp_path: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """gunicorn, and where it answers. It ends without a word of trouble."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--config", str(ROOT / "app" / "gunicorn_link.py"),
        "--bind", f"127.0.0.1:{port}", "tests.hardware.server.link_process:create()",
    ]  # fmt: skip
    environment = os.environ | {"KAIMEN_TEST_DATABASE": f"sqlite:///{tmp_path / 'kaimen.db'}"} | more
    log = tmp_path / "link.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=out)
    transport = httpx.HTTPTransport(retries=8)  # backs off until the port is open
    with httpx.Client(transport=transport, trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    yield process, f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.fixture
def link(house: House, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with link_process(tmp_path) as running:
        yield running


def until_event(events: Iterator[ServerSentEvent], name: str) -> ServerSentEvent:
    return next(event for event in events if event.event == name)


def test_a_command_of_another_process_comes_by_and_a_reload_says_bye(
    house: House, link: tuple[subprocess.Popen[bytes], str]
) -> None:
    process, base = link
    place = seed_estate(house)
    device = claim_device(house, place.estate.id, place.gate.id, online=False)
    token = exchange_token(house, device.gate.id, device.signed(nonce="t" * 16)).text
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        client.stream("GET", f"{base}/gate/v1/stream", headers=headers) as response,
    ):
        events = EventSource(response).iter_sse()
        until_event(events, "keys")
        shown = device.present(place.gate.id, Method.CARD, "04A1B2C3")
        assert shown.id in until_event(events, "command").data
        with house.db.reading() as stores:
            gate = stores.gates.gate(device.gate.id)
        assert gate is not None
        assert gate.is_online(house.clock.now())
        process.send_signal(signal.SIGHUP)
        until_event(events, "bye")
        assert next(events, None) is None
    assert process.poll() is None


def test_a_gate_at_a_broker_hears_the_same_process(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    place = seed_estate(house)
    device = claim_device(house, place.estate.id, place.gate.id, online=False)
    with mosquitto(folder, house.clock.now()) as running:
        broker = {"KAIMEN_TEST_BROKER_FOLDER": str(folder), "KAIMEN_TEST_BROKER_PORT": str(running.broker.port)}
        with link_process(tmp_path, **broker) as (process, _):
            ear = BrokerEar(running, device)
            until(ear, "keys")
            shown = device.present(place.gate.id, Method.CARD, "04A1B2C3")
            assert until(ear, "command")["body"]["args"]["event"] == shown.id
            process.send_signal(signal.SIGHUP)
            until(ear, "bye")
            ear.announce()
            until(ear, "keys")
            ear.close()
