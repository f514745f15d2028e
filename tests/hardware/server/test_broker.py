"""A real mosquitto in front of strangers: Mosquitto's own clients, with and without the right certificate."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SystemClock
from hardware.server.authority import Authority
from tests.estate import Place, TestHouse
from tests.gates import claim_device
from tests.hardware.server.heard import certificate_files
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
    assert accepted(publish(running, certificate, f"kaimen/v1/{mine}/state"))
    for topic in (f"kaimen/v1/{other}/state", f"kaimen/v1/{mine}/down", f"kaimen/v1/{other}/down", "other"):
        assert not accepted(publish(running, certificate, topic)), topic


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
