"""The operator's commands for gates and their broker."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from adapters.db.database import open_database
from app.clock import SystemClock
from tests.app.test_cli import Operator
from tests.estate import build, seed_estate
from tests.gates import claim_device


@pytest.fixture
def kaimen(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


def gate_of(kaimen: Operator, folder: Path) -> str:
    """An estate with one claimed gate; its id."""
    assert kaimen("db", "migrate").exit_code == 0
    database = open_database(f"sqlite:///{folder / 'kaimen.db'}")
    wired = build(database)
    wired.clock.at = SystemClock().now()
    place = seed_estate(wired.house)
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    database.close()
    return device.gate.id


def test_a_gate_is_cut_off_by_its_id(kaimen: Operator, tmp_path: Path) -> None:
    gate_id = gate_of(kaimen, tmp_path)
    assert kaimen("gate", "revoke", gate_id).exit_code == 0
    assert f"{gate_id} revoked" in kaimen("gate", "list", "--estate", "1").output
    assert kaimen("gate", "revoke", gate_id).exit_code != 0
    assert kaimen("gate", "revoke", "nobody").exit_code != 0


def test_a_brokers_files_know_who_was_cut_off_before(kaimen: Operator, tmp_path: Path) -> None:
    gate_id, folder = gate_of(kaimen, tmp_path), tmp_path / "broker"
    kaimen("gate", "revoke", gate_id)
    said = kaimen("broker", "files", str(folder), "--host", "broker.example", "--port", "8884")
    assert said.exit_code == 0, said.output
    assert "KAIMEN_MQTT_ADDRESS=broker.example:8884" in said.output
    assert f"user {gate_id}\ntopic deny kaimen/v1/{gate_id}/#" in (folder / "acl").read_text()
    assert len(list(x509.load_pem_x509_crl((folder / "revoked.pem").read_bytes()))) > 30
    broker = x509.load_pem_x509_certificate((folder / "broker.pem").read_bytes())
    names = broker.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["broker.example"]
    assert (folder / "service.key").stat().st_mode & 0o007 == 0
    assert "listener 8884 0.0.0.0" in (folder / "mosquitto.conf").read_text()
