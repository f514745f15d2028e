"""Gates come and go: one code, one gate; signatures, times and nonces; a revoked gate is cut off."""

from __future__ import annotations

import pytest
from nacl.signing import SigningKey

from access.domain.commands import Op
from access.domain.errors import InvalidInput, NotFound, NotPermitted, TooOften
from access.domain.gates import CLAIM_LIFE, CLOCK_SKEW, TOKEN_LIFE
from access.services import gate_claims
from access.services.gate_claims import Signed
from access.services.gate_presence import is_revoked
from tests.estate import Place, TestHouse, seed_estate
from tests.gates import claim_device


def signed(wired: TestHouse, key: SigningKey, message: bytes = b"m", off: int = 0) -> Signed:
    return Signed(wired.clock.now() + off, "n" * 16, message, key.sign(message).signature)


def take(wired: TestHouse, code: str, key: SigningKey) -> gate_claims.Claimed:
    return gate_claims.claim_gate(wired.house, code, bytes(key.verify_key), signed(wired, key), "127.0.0.1")


def test_a_code_makes_one_gate_for_its_doors(wired: TestHouse, place: Place) -> None:
    offer = gate_claims.offer_claim(wired.house, "operator", place.estate.id, " South ", [place.gate.id])
    key = SigningKey.generate()
    claimed = take(wired, offer.code, key)
    assert claimed.gate.name == "South"
    assert claimed.gate.public_key == bytes(key.verify_key)
    assert [point.id for point in claimed.access_points] == [place.gate.id]
    with wired.house.db.reading() as stores:
        assert stores.gates.gate(claimed.gate.id) == claimed.gate
    with pytest.raises(NotPermitted) as used:
        take(wired, offer.code, SigningKey.generate())
    assert used.value.code == "gate.code"


def test_a_code_lives_ten_minutes(wired: TestHouse, place: Place) -> None:
    offer = gate_claims.offer_claim(wired.house, "operator", place.estate.id, "South", [place.gate.id])
    wired.clock.advance(CLAIM_LIFE)
    with pytest.raises(NotPermitted) as late:
        take(wired, offer.code, SigningKey.generate())
    assert late.value.code == "gate.code"


def test_a_code_cannot_be_guessed_for_long(wired: TestHouse, place: Place) -> None:
    wired.limiter.full = True
    with pytest.raises(TooOften):
        take(wired, "ABCDEFGH", SigningKey.generate())


def test_who_does_not_hold_the_key_does_not_take_the_code(wired: TestHouse, place: Place) -> None:
    offer = gate_claims.offer_claim(wired.house, "operator", place.estate.id, "South", [place.gate.id])
    mine, theirs = SigningKey.generate(), SigningKey.generate()
    with pytest.raises(NotPermitted) as forged:
        gate_claims.claim_gate(wired.house, offer.code, bytes(theirs.verify_key), signed(wired, mine), "127.0.0.1")
    assert forged.value.code == "gate.auth"
    assert take(wired, offer.code, mine).gate.public_key == bytes(mine.verify_key)


def test_a_claim_is_for_doors_of_the_estate(wired: TestHouse, place: Place) -> None:
    other = seed_estate(wired.house, 2, "other-")
    for points in ([], [other.gate.id], [place.gate.id, "0" * 16]):
        with pytest.raises(InvalidInput) as wrong:
            gate_claims.offer_claim(wired.house, "operator", place.estate.id, "South", points)
        assert wrong.value.code == "gate.access_points"
    with pytest.raises(InvalidInput):
        gate_claims.offer_claim(wired.house, "operator", place.estate.id, " ", [place.gate.id])


def test_a_signed_request_becomes_a_token_for_a_quarter_of_an_hour(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    token = gate_claims.exchange_token(wired.house, device.gate.id, device.signed(nonce="a" * 16))
    assert gate_claims.gate_of_token(wired.house, token.text).id == device.gate.id
    wired.clock.advance(TOKEN_LIFE)
    with pytest.raises(NotPermitted):
        gate_claims.gate_of_token(wired.house, token.text)


def test_a_replayed_token_request_is_refused(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    request = device.signed(nonce="a" * 16)
    gate_claims.exchange_token(wired.house, device.gate.id, request)
    with pytest.raises(NotPermitted) as replayed:
        gate_claims.exchange_token(wired.house, device.gate.id, request)
    assert replayed.value.code == "gate.auth"


@pytest.mark.parametrize("off", [CLOCK_SKEW + 1, -CLOCK_SKEW - 1])
def test_a_request_from_another_time_is_refused(wired: TestHouse, place: Place, off: int) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    with pytest.raises(NotPermitted) as late:
        gate_claims.exchange_token(
            wired.house, device.gate.id, device.signed(time=wired.clock.now() + off, nonce="a" * 16)
        )
    assert late.value.code == "gate.clock"


def test_another_gates_signature_is_refused(wired: TestHouse, place: Place) -> None:
    one = claim_device(wired.house, place.estate.id, place.gate.id)
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    for gate_id in (other.gate.id, "0" * 16):
        with pytest.raises(NotPermitted) as forged:
            gate_claims.exchange_token(wired.house, gate_id, one.signed())
        assert forged.value.code == "gate.auth"


def test_a_revoked_gate_is_cut_off(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    token = gate_claims.exchange_token(wired.house, device.gate.id, device.signed())
    gate_claims.revoke_gate(wired.house, "operator", device.gate.id)
    with pytest.raises(NotPermitted):
        gate_claims.gate_of_token(wired.house, token.text)
    with pytest.raises(NotPermitted):
        gate_claims.exchange_token(wired.house, device.gate.id, device.signed(nonce="b" * 16))
    assert is_revoked(wired.house, device.gate.id)
    with wired.house.db.reading() as stores:
        (told,) = stores.gates.commands_after(0, 10)
    assert told[1].op is Op.SYNC
    assert wired.link.woken[-1] == device.gate.id
    with pytest.raises(NotFound):
        gate_claims.revoke_gate(wired.house, "operator", device.gate.id)
