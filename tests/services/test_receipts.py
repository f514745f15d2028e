"""Receipts and certificates: everybody can verify them, and whatever was changed is refused with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from nacl.signing import SigningKey

from access.domain.consent import Channel, Purpose
from access.domain.erasure import HolderKind
from access.domain.errors import InvalidInput, NotFound
from access.services import consents, erase, signing, verify_receipt, withdraw
from access.services.consent_receipt import receipt
from app.cli import cli
from tests.estate import Place, TestHouse, agree, resident
from tests.services.face_life import add_gate, settle, with_face


def key_of(wired: TestHouse, place: Place) -> bytes:
    return erase.receipt_public_key(wired.house, place.estate.id)


def consented(wired: TestHouse, place: Place) -> tuple[str, str]:
    """A resident's receipt for the use of the face: (person id, text)."""
    alice = resident(wired.house, place, "alice")
    agree(wired.house, place, alice, Purpose.FACE_USE)
    answer = next(a for a in consents.mine(wired.house, alice, place.estate.id) if a.purpose is Purpose.FACE_USE)
    return alice, receipt(wired.house, alice, answer.id)


def certified(wired: TestHouse, place: Place) -> str:
    """The certificate of a withdrawal at which one gate had its part."""
    alice = with_face(wired, place, "alice")
    gate, key = add_gate(wired, place)
    erasure = withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    holdings = erase.erasure_of(wired.house, alice, erasure.id)[1]
    waiting = next(h for h in holdings if h.kind is HolderKind.GATE)
    at = wired.clock.now()
    signature = key.sign(f"kaimen.receipt.v1\n{waiting.id}\n{at}".encode()).signature
    erase.gate_receipt(wired.house, gate, waiting.id, at, signature)
    settle(wired)
    certificate = erase.erasure_of(wired.house, alice, erasure.id)[2]
    assert certificate is not None
    return certificate


@pytest.mark.rule("L26")
def test_a_receipt_has_the_fields_and_verifies(wired: TestHouse, place: Place) -> None:
    alice, text = consented(wired, place)
    body = verify_receipt.verify(text, key_of(wired, place), wired.clock.now()).body
    notice = consents.current_notice(wired.house, place.estate.id)
    assert body["pii_principal_id"] == alice
    (processing,) = body["pii_processing"]  # type: ignore[misc]
    assert processing["privacy_notice"]["hash"] == notice.hash
    assert processing["purpose"] == "face_use"
    assert processing["special_categories"] == ["biometric"]
    (party,) = body["party_identification"]  # type: ignore[misc]
    assert party["party_name"] == place.estate.processor
    assert body["event"] == {
        "event_type": "explicit",
        "event_state": "consent given",
        "event_time": "2026-09-21T14:13:20.000Z",
        "validity_until": "2027-09-21T14:13:20.000Z",
        "channel": "chat",
        "entity_id": alice,
        "entity_role": "PII principal",
    }


@pytest.mark.rule("L26")
def test_the_public_page_finds_the_key_by_itself(wired: TestHouse, place: Place) -> None:
    _, text = consented(wired, place)
    assert verify_receipt.verify_here(wired.house, text).kind == "kaimen.consent-receipt.v1"
    elsewhere = json.loads(text)
    elsewhere["body"]["estate"] = "0" * 16
    with pytest.raises(NotFound):
        verify_receipt.verify_here(wired.house, json.dumps(elsewhere))


def test_a_receipt_is_ones_own(wired: TestHouse, place: Place) -> None:
    alice, _ = consented(wired, place)
    bob = resident(wired.house, place, "bob")
    answer = consents.mine(wired.house, alice, place.estate.id)[0]
    for person, number in ((bob, answer.id), (alice, "0" * 16)):
        with pytest.raises(NotFound):
            receipt(wired.house, person, number)


@pytest.mark.rule("L26")
@pytest.mark.parametrize("field", ["pii_principal_id", "record_id", "event", "estate"])
def test_a_changed_receipt_is_refused(wired: TestHouse, place: Place, field: str) -> None:
    _, text = consented(wired, place)
    changed = json.loads(text)
    changed["body"][field] = "changed"
    with pytest.raises(InvalidInput) as caught:
        verify_receipt.verify(json.dumps(changed), key_of(wired, place), wired.clock.now())
    assert caught.value.code == "certificate.signature"


def test_a_statement_of_one_kind_never_passes_for_another(wired: TestHouse, place: Place) -> None:
    _, text = consented(wired, place)
    changed = json.loads(text)
    changed["body"]["type"] = verify_receipt.CERTIFICATE
    with pytest.raises(InvalidInput) as caught:
        verify_receipt.verify(json.dumps(changed), key_of(wired, place), wired.clock.now())
    assert caught.value.code == "certificate.signature"


@pytest.mark.rule("L12")
def test_a_certificate_verifies_with_every_receipt_inside(wired: TestHouse, place: Place) -> None:
    found = verify_receipt.verify(certified(wired, place), key_of(wired, place), wired.clock.now())
    assert (found.kind, found.receipts) == ("kaimen.erasure-certificate.v1", 4)


@pytest.mark.rule("L12")
@pytest.mark.parametrize("kind", ["gate", "database"])
def test_a_certificate_around_a_false_receipt_is_refused(wired: TestHouse, place: Place, kind: str) -> None:
    """Even with the estate's own signature around it."""
    body = json.loads(certified(wired, place))["body"]
    inner = next(one for one in body["receipts"] if one["body"]["kind"] == kind)
    inner["body"]["erased_at"] += 1
    with wired.house.db.reading() as stores:
        again = signing.sign(wired.house, stores, place.estate.id, body, signing.ERASURES)
    with pytest.raises(InvalidInput) as caught:
        verify_receipt.verify(again, key_of(wired, place), wired.clock.now())
    assert caught.value.code == "certificate.receipt"


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"body":[],"signature":""}', '{"body":{"type":"x"},"signature":"AA=="}', "["]
)
def test_what_is_no_statement_is_refused(wired: TestHouse, place: Place, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        verify_receipt.verify(text, key_of(wired, place), wired.clock.now())
    assert caught.value.code == "certificate.form"


@pytest.mark.rule("L26")
def test_the_command_verifies_and_says_why_not(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    _, text = consented(wired, place)
    file, key = tmp_path / "receipt.json", key_of(wired, place).hex()
    file.write_text(text, encoding="utf-8")
    good = CliRunner().invoke(cli, ["receipt", "verify", str(file), "--key", key])
    assert (good.exit_code, good.stdout.splitlines()[-1]) == (0, "VALID: kaimen.consent-receipt.v1")
    other = bytes(SigningKey.generate().verify_key).hex()
    bad = CliRunner().invoke(cli, ["receipt", "verify", str(file), "--key", other])
    assert bad.exit_code == 1
    assert bad.stderr.startswith("NOT VALID: certificate.signature")
    file.write_bytes(b"\xff\xfe")
    assert CliRunner().invoke(cli, ["receipt", "verify", str(file), "--key", key]).exit_code == 1
    assert CliRunner().invoke(cli, ["receipt", "verify", str(file), "--key", "12"]).exit_code == 1
