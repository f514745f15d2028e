"""`kaimen-agent` as an operator meets it: real processes, readable words, exit codes."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import structs

from access.domain.ids import new_id
from hardware.agent import identity, lock, status
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator

_WIRED = """
[access_points.1]
relay = { driver = "simulated" }
[access_points.2]
relay = { driver = "simulated" }
contact = { driver = "simulated" }
"""


def _agent(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hardware.agent.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


def _claimed(simulator: ServerSimulator, data: Path) -> None:
    answer = _agent("claim", CODE.lower(), "--server", simulator.url, "--data", str(data))
    assert answer.returncode == 0, answer.stderr
    assert "南门" in answer.stdout


def test_claim_keeps_the_key_private_and_says_what_is_next(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    assert (tmp_path / "device.key").stat().st_mode & 0o077 == 0
    assert "gate.toml" in _agent("run", "--data", str(tmp_path)).stderr


def test_run_status_doctor_and_a_clean_stop(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    with (tmp_path / "gate.toml").open("a", encoding="utf-8") as config:
        config.write(_WIRED)
    command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        next(line for line in running.stderr if "at work" in line)
        simulator.wait_connected()
        simulator.wait(lambda: bool(simulator.books.events))
        assert "another agent works" in _agent("run", "--data", str(tmp_path)).stderr
        assert "南门 South gate" in _agent("status", "--data", str(tmp_path)).stdout
        doctor = _agent("doctor", "--data", str(tmp_path))
        assert "knows this gate" in doctor.stdout
        assert "streams" in doctor.stdout
        running.terminate()
        running.stderr.read()
        assert running.wait(20) == 0
    status = _agent("status", "--data", str(tmp_path))
    assert (status.returncode, "no agent runs" in status.stderr) == (1, True)


def test_simulate_plays_what_is_typed(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    typed = "card 04A1B2C3\nfly\ncard\nuse 2\nuse 9\nexit\nquit\n"
    said = _agent("simulate", "--data", str(tmp_path), input=typed)
    assert said.returncode == 0
    assert "OPEN" in said.stdout
    assert "unknown: fly" in said.stdout
    assert "北门" in said.stdout
    assert "no access point 9 at this gate; there are 1, 2" in said.stdout
    assert "relay 2 ENERGISED" in said.stdout
    assert [p.payload for p in simulator.books.presented] == ["04A1B2C3"]


def test_a_wrong_code_and_an_absent_server_are_told_plainly(simulator: ServerSimulator, tmp_path: Path) -> None:
    wrong = _agent("claim", "ZZZZ2222", "--server", simulator.url, "--data", str(tmp_path))
    assert (wrong.returncode, "ask staff for a new one" in wrong.stderr) == (1, True)
    absent = _agent("claim", CODE, "--server", "http://127.0.0.1:9", "--data", str(tmp_path))
    assert (absent.returncode, "ConnectError" in absent.stderr) == (1, True)
    plain = _agent("claim", CODE, "--server", "http://far.example", "--data", str(tmp_path / "new"))
    assert (plain.returncode, "https" in plain.stderr) == (1, True)
    assert not (tmp_path / "new").exists()
    assert "Traceback" not in wrong.stderr + absent.stderr


@pytest.mark.parametrize("code", ["", "abc", "ABCD234O", "ABCD23456", "你好你好你好你好", "ABCD２３４５"])
def test_what_is_no_code_is_said_before_anybody_is_asked(code: str, tmp_path: Path) -> None:
    said = _agent("claim", code, "--server", "http://127.0.0.1:9", "--data", str(tmp_path / "data"))
    assert (said.returncode, "a code has 8 characters" in said.stderr) == (1, True)


@pytest.mark.parametrize("address", ["https://[::1", "https://gate.example:99999", "gate.example", "ftp://a"])
def test_an_address_that_is_none_is_told_plainly(address: str, tmp_path: Path) -> None:
    said = _agent("claim", CODE, "--server", address, "--data", str(tmp_path / "data"))
    assert (said.returncode, "server must be an address" in said.stderr) == (1, True)
    assert "Traceback" not in said.stderr


def test_a_certificate_that_does_not_hold_is_named_and_one_of_the_machine_s_own_authority_holds(
    tmp_path: Path,
) -> None:
    authority, context = _own_authority(tmp_path)
    with ServerSimulator(tls=context) as simulator:
        url = simulator.url.replace("http:", "https:")
        words = ("claim", CODE, "--server", url, "--data", str(tmp_path / "data"))
        refused = _agent(*words)
        assert (refused.returncode, "certificate verify failed" in refused.stderr) == (1, True)
        assert "this machine's clock says" in refused.stderr
        told = _agent(*words, env=os.environ | {"SSL_CERT_FILE": str(authority)})
        assert told.returncode == 0, told.stderr


def test_nobody_claims_under_a_running_agent(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    assert not lock.is_taken(tmp_path)
    with lock.only_one(tmp_path):
        assert lock.is_taken(tmp_path)
        said = _agent("claim", CODE, "--server", simulator.url, "--data", str(tmp_path))
        assert (said.returncode, "stop it first" in said.stderr) == (1, True)


def test_a_process_that_got_the_agent_s_number_is_not_taken_for_it(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    with Gate(simulator, tmp_path) as gate:
        status.write(tmp_path, status.of(gate.agent, 0))
        assert _agent("status", "--data", str(tmp_path)).returncode == 0
    left = _agent("status", "--data", str(tmp_path))
    assert (left.returncode, "no agent runs" in left.stderr) == (1, True)


@pytest.mark.parametrize(("estate", "events"), [("same", True), ("other", False)])
def test_a_device_that_is_claimed_anew_leaves_what_was_the_other_gate_s(
    simulator: ServerSimulator, tmp_path: Path, estate: str, events: bool
) -> None:
    with Gate(simulator, tmp_path) as gate:
        claim = gate.agent.identity.claim
    names = ("lists.sqlite3", "keys.json", "broker-gate.pem", "journal.sqlite3", "log_epoch")
    for name in ("keys.json", "broker-gate.pem"):
        (tmp_path / name).touch()
    identity.save_claim(tmp_path, claim)
    assert all((tmp_path / name).exists() for name in names)
    estate_id = claim.estate_id if estate == "same" else new_id()
    identity.save_claim(tmp_path, structs.replace(claim, gate_id=new_id(), estate_id=estate_id))
    assert [(tmp_path / name).exists() for name in names] == [False, False, False, events, events]


def _own_authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody but this file vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "authority.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return certificate, context
