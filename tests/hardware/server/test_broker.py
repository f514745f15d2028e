"""A real mosquitto in front of strangers: Mosquitto's own clients, with and without the right certificate."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from access.domain.times import DAY
from access.services.gate_claims import revoke_gate
from adapters.gatelink.mosquitto import MosquittoFolder
from app.clock import SystemClock
from hardware.server.authority import Authority, authority_of
from hardware.server.cutoff import CutOff
from tests.estate import Place, TestHouse
from tests.gates import Device, claim_device
from tests.hardware.server.heard import BrokerEar, certificate_files
from tests.mosquitto import Running, mosquitto


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with mosquitto(tmp_path_factory.mktemp("mosquitto"), SystemClock().now()) as broker:
        yield broker


@pytest.fixture
def gates(
    wired: TestHouse, place: Place, running: Running
) -> tuple[tuple[str, Path, Path], tuple[str, Path, Path]]:
    """(gate id, certificate, key) of two gates."""
    wired.clock.at = SystemClock().now()
    devices = [claim_device(wired.house, place.estate.id, place.gate.id, online=False) for _ in range(2)]
    one, two = ((device.gate.id, *certificate_files(running, device)) for device in devices)
    return one, two


def publish(running: Running, files: tuple[Path, Path] | None, topic: str, authority: Path | None = None) -> str:
    """What mosquitto_pub says; it ends well even when it was refused, so its words are what counts."""
    program = shutil.which("mosquitto_pub")
    if program is None:
        pytest.skip("mosquitto_pub is not installed: install the package mosquitto-clients")
    command = [
        program, "-d", "-h", "127.0.0.1", "-p", str(running.broker.port), "-V", "mqttv5", "-q", "1",
        "--cafile", str(authority or running.broker.authority), "-t", topic, "-m", "online",
    ]  # fmt: skip
    if files is not None:
        command += ["--cert", str(files[0]), "--key", str(files[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr


def accepted(said: str) -> bool:
    return "PUBACK" in said and "Not authorized" not in said and "RC:135" not in said


def test_a_gate_speaks_for_itself_alone(
    running: Running, gates: tuple[tuple[str, Path, Path], tuple[str, Path, Path]]
) -> None:
    (mine, *files), (other, *_) = gates
    certificate = (files[0], files[1])
    for name in ("state", "up"):
        assert accepted(publish(running, certificate, f"kaimen/v1/{mine}/{name}"))
        assert not accepted(publish(running, certificate, f"kaimen/v1/{other}/{name}")), name
    for gate in (mine, other):
        for name in ("down", "answers"):
            assert not accepted(publish(running, certificate, f"kaimen/v1/{gate}/{name}")), name
    assert not accepted(publish(running, certificate, "other"))


def test_without_a_certificate_nobody_connects(
    running: Running, gates: tuple[tuple[str, Path, Path], tuple[str, Path, Path]]
) -> None:
    said = publish(running, None, f"kaimen/v1/{gates[0][0]}/state")
    assert "CONNACK (0)" not in said
    assert not accepted(said)


def test_another_authoritys_certificate_is_refused(
    running: Running, wired: TestHouse, place: Place, tmp_path: Path
) -> None:
    wired.clock.at = SystemClock().now()
    device = claim_device(wired.house, place.estate.id, place.gate.id, online=False)
    pem, key = certificate_files(running, device)
    forged = tmp_path / "forged.pem"
    forged.write_bytes(Authority(bytes([1]) * 32).for_gate(device.gate, wired.clock.now()))
    assert accepted(publish(running, (pem, key), f"kaimen/v1/{device.gate.id}/state"))
    assert not accepted(publish(running, (forged, key), f"kaimen/v1/{device.gate.id}/state"))


def told(running: Running, gate_id: str) -> bool:
    """Whether the service's word to a gate was taken by the broker."""
    broker = running.broker
    return accepted(publish(running, (broker.certificate, broker.key), f"kaimen/v1/{gate_id}/down"))


@pytest.fixture
def own_broker(wired: TestHouse, tmp_path: Path) -> Iterator[Running]:
    """A broker of the wired house's own authority."""
    wired.clock.at = SystemClock().now()
    with mosquitto(tmp_path / "broker", wired.clock.now(), authority_of(wired.house)) as broker:
        yield broker


def test_a_stolen_key_is_cut_off_at_the_broker_too(own_broker: Running, wired: TestHouse, place: Place) -> None:
    stolen, other = (claim_device(wired.house, place.estate.id, place.gate.id, online=False) for _ in range(2))
    cut_off = CutOff(wired.house, MosquittoFolder(own_broker.folder))
    ear, own = BrokerEar(own_broker, stolen), BrokerEar(own_broker, other)
    assert cut_off.look()
    assert all(speaks(own_broker, gate) for gate in (stolen, other))
    revoke_gate(wired.house, "operator", stolen.gate.id)
    assert cut_off.look()
    wait_for_reload(own_broker)
    assert not speaks(own_broker, stolen)
    assert speaks(own_broker, other)
    assert not cut_off.look()
    for gate in (stolen, other):  # the connection that stood already hears nothing more, the other gate's does
        assert told(own_broker, gate.gate.id)
    assert own.next()
    assert ear.rest() == []
    for one in (ear, own):
        one.drop()


def speaks(running: Running, device: Device) -> bool:
    """Whether the broker takes a gate's certificate and its word."""
    topic = f"kaimen/v1/{device.gate.id}/state"
    return accepted(publish(running, certificate_files(running, device), topic))


def wait_for_reload(running: Running) -> None:
    """Until mosquitto says that it read its files again, twice: at the first look and at the second."""
    # mosquitto says this in its log alone: there is no event to await.
    deadline = time.monotonic() + 20
    while (running.folder / "log").read_text().count("Reloading config") < 2:
        assert time.monotonic() < deadline, "mosquitto was not told"
        time.sleep(0.02)


def test_certificates_of_thirty_days_back_are_revoked(own_broker: Running, wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id, online=False)
    authority = authority_of(wired.house)
    issued = [authority.for_gate(device.gate, wired.clock.now() - days * DAY) for days in (0, 1, 29)]
    revoke_gate(wired.house, "operator", device.gate.id)
    with wired.house.db.reading() as stores:
        gate = stores.gates.gate(device.gate.id)
    assert gate is not None
    revoked = x509.load_pem_x509_crl(authority.revocations([gate], wired.clock.now()))
    for pem in issued:
        serial = x509.load_pem_x509_certificate(pem).serial_number
        assert revoked.get_revoked_certificate_by_serial_number(serial) is not None
    assert authority.for_gate(device.gate, wired.clock.now()) == issued[0]  # one certificate a day, not two
