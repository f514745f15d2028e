"""A device at a gate, for tests: it claims, signs and holds things up like the real one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from nacl.signing import SigningKey

from access.domain.events import AccessEvent
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import Method
from access.services import admit, gate_claims
from access.services.gate_presence import note_streaming
from access.services.house import House
from hardware import wire


@dataclass
class Device:
    """A claimed gate and its key."""

    house: House
    gate: Gate
    key: SigningKey
    token: str = field(default="")

    def headers(self, method: str, path: str, body: bytes, nonce: str | None = None) -> dict[str, str]:
        """Signed headers of a request, with the bearer token once there is one."""
        at, nonce = self.house.clock.now(), nonce or secrets.token_urlsafe(18)
        message = wire.request_message(method, path, body, at, nonce)
        signed = {
            "Kaimen-Gate": self.gate.id,
            "Kaimen-Time": str(at),
            "Kaimen-Nonce": nonce,
            "Kaimen-Signature": wire.sign(bytes(self.key), message),
        }
        return signed | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    def signed(
        self, message: bytes = b"message", time: int | None = None, nonce: str = "n" * 16
    ) -> gate_claims.Signed:
        at = self.house.clock.now() if time is None else time
        return gate_claims.Signed(at, nonce, message, self.key.sign(message).signature)

    def show(
        self, point_id: str, method: Method, payload: str = "", frames: tuple[bytes, ...] = ()
    ) -> admit.Presentation:
        """Something held up just now."""
        return admit.Presentation(new_id(), point_id, method, self.house.clock.now(), payload, frames)

    def present(
        self, point_id: str, method: Method, payload: str = "", frames: tuple[bytes, ...] = ()
    ) -> AccessEvent:
        return admit.present(self.house, self.gate, self.show(point_id, method, payload, frames))


def claim_device(house: House, estate_id: str, *point_ids: str, online: bool = True) -> Device:
    """A device that claimed these access points by a code, and whose stream is open if `online`."""
    key = SigningKey.generate()
    code = gate_claims.offer_claim(house, "operator", estate_id, "gate", point_ids).code
    message = b"claim"
    signed = gate_claims.Signed(house.clock.now(), "n" * 16, message, key.sign(message).signature)
    claimed = gate_claims.claim_gate(house, code, bytes(key.verify_key), signed, "127.0.0.1")
    if online:
        note_streaming(house, [claimed.gate.id], streaming=True)
    with house.db.reading() as stores:
        gate = stores.gates.gate(claimed.gate.id)
    assert gate is not None
    return Device(house, gate, key)
