"""QR passes: 23-byte body + Ed25519 signature in base45; residents' passes add a rolling proof.

``G1:`` visitor and printed passes: base45(body ‖ signature), 134 characters; the uses are counted, never 0.
``G2:`` resident passes: base45(body ‖ signature ‖ step ‖ proof), 152 characters; a new step every 15 s with
one step of tolerance either way, so a screenshot dies within 45 s.

Body, big-endian: version u8, key id u8, pass id 8 bytes, estate number u16, access-point set u32, not-before
u32 (Unix seconds), minutes u16, uses u8 (0: any number). Signature: Ed25519 (RFC 8032) over
``kaimen.pass.v1`` ‖ body. Base45: RFC 9285, the alphabet of QR's alphanumeric mode (ISO/IEC 18004).

The verifier does no input or output and reads no clock. Order, fixed: size, format, estate, key id,
signature, window (and proof), access point; then the caller checks revocation and replay.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import base45
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.errors import InvalidInput
from access.domain.reasons import Reason
from access.domain.times import MINUTE, SECOND

MAX_CHARACTERS = 200
STEP_SECONDS = 15
STEP_TOLERANCE = 1
MAX_MINUTES = 65_535
MAX_USES = 255

_BODY = struct.Struct(">BB8sHIIHB")
_VERSION = 1
_SIGNATURE_BYTES = 64
_STEP = struct.Struct(">I")
_PROOF_BYTES = 8
_CONTEXT = b"kaimen.pass.v1"
_G1_BYTES = _BODY.size + _SIGNATURE_BYTES
_G2_BYTES = _G1_BYTES + _STEP.size + _PROOF_BYTES


@dataclass(frozen=True, slots=True)
class PassBody:
    """What a pass says.

    Attributes:
        key_id: 0 to 255, which of the estate's signing keys.
        pass_id: 16 hexadecimal characters.
        estate: the estate's number, 1 to 65535.
        access_point_set: number of an interned set of access points.
        not_before: instant in milliseconds, whole seconds.
        minutes: length of the window, 1 to 65535.
        uses: number of entries, 0 for any number.
    """

    key_id: int
    pass_id: str
    estate: int
    access_point_set: int
    not_before: int
    minutes: int
    uses: int

    @property
    def not_after(self) -> int:
        """End of the window, exclusive, in milliseconds."""
        return self.not_before + self.minutes * MINUTE

    def pack(self) -> bytes:
        """23 bytes.

        Raises:
            InvalidInput: ``pass.body`` when a field is out of its range.
        """
        if not (1 <= self.minutes <= MAX_MINUTES and 0 <= self.uses <= MAX_USES):
            raise InvalidInput("pass.body", "minutes or uses out of range")
        try:
            return _BODY.pack(
                _VERSION,
                self.key_id,
                bytes.fromhex(self.pass_id),
                self.estate,
                self.access_point_set,
                self.not_before // SECOND,
                self.minutes,
                self.uses,
            )
        except (struct.error, ValueError) as exc:
            raise InvalidInput("pass.body", "a field of the pass is out of range") from exc


@dataclass(frozen=True, slots=True)
class PresentedPass:
    """A pass as read, nothing verified. `step` is None for ``G1``."""

    body: PassBody
    packed: bytes
    signature: bytes
    step: int | None
    proof: bytes


@dataclass(frozen=True, slots=True)
class VerifiedPass:
    """A pass whose signature, window and access point hold. Revocation and replay are still to be checked."""

    body: PassBody
    step: int | None


class PassKeys(Protocol):
    """Keys of one estate, for verifying."""

    def verify_key(self, key_id: int) -> bytes | None:
        """Ed25519 public key, 32 bytes; None when the key id is unknown or retired."""
        ...

    def day_key(self, day: int) -> bytes | None:
        """32-byte proof key of a UTC day (days since the epoch); None when it is not held."""
        ...


def day_of(at: int) -> int:
    """UTC day number of an instant: which day key a pass that begins then is bound to."""
    return at // (24 * 60 * MINUTE)


def proof_key(day_key: bytes, pass_id: str) -> bytes:
    """Key of the rolling proof of one pass, 32 bytes."""
    return hmac.digest(day_key, b"kaimen.pass.proof" + bytes.fromhex(pass_id), hashlib.sha256)


def step_at(at: int) -> int:
    """The 15-second step an instant falls into."""
    return at // (STEP_SECONDS * SECOND)


def sign(body: PassBody, seed: bytes) -> str:
    """The ``G1`` text of a body, signed with a 32-byte Ed25519 seed."""
    return "G1:" + _text(_signed(body, seed))


def signed_bytes(body: PassBody, seed: bytes) -> bytes:
    """Body ‖ signature (87 bytes), the part of a resident pass that does not roll."""
    return _signed(body, seed)


def roll(signed: bytes, key: bytes, at: int) -> str:
    """The ``G2`` text for the step of an instant.

    Args:
        signed: `signed_bytes` of the body.
        key: `proof_key` of the pass.
    """
    step = step_at(at)
    return "G2:" + _text(signed + _STEP.pack(step) + _proof(key, step))


def read(text: str) -> PresentedPass | Reason:
    """Size and format. Never raises."""
    if len(text) > MAX_CHARACTERS or text[:3] not in ("G1:", "G2:"):
        return Reason.UNREADABLE
    try:
        raw = bytes(base45.b45decode(text[3:]))
    except ValueError:
        return Reason.UNREADABLE
    rolling = text.startswith("G2:")
    if len(raw) != (_G2_BYTES if rolling else _G1_BYTES):
        return Reason.UNREADABLE
    version, key_id, pass_id, estate, ap_set, seconds, minutes, uses = _BODY.unpack_from(raw)
    if version != _VERSION or minutes == 0:
        return Reason.UNREADABLE
    return PresentedPass(
        body=PassBody(key_id, pass_id.hex(), estate, ap_set, seconds * SECOND, minutes, uses),
        packed=raw[: _BODY.size],
        signature=raw[_BODY.size : _G1_BYTES],
        step=_STEP.unpack_from(raw, _G1_BYTES)[0] if rolling else None,
        proof=raw[_G1_BYTES + _STEP.size :],
    )


def verify(
    text: str, *, estate: int, keys: PassKeys, opens: Callable[[int], bool], at: int
) -> VerifiedPass | Reason:
    """Verify a presented text in the fixed order. Never raises on bad input.

    Args:
        estate: number of the estate whose gate asks.
        opens: whether an access-point set holds the access point in question.
        at: the instant, read once by the caller.
    """
    presented = read(text)
    if isinstance(presented, Reason):
        return presented
    body = presented.body
    if body.estate != estate:
        return Reason.OTHER_ESTATE
    key = keys.verify_key(body.key_id)
    if key is None or not _authentic(presented, key) or _cut_out(presented):
        return Reason.FORGED
    if at < body.not_before:
        return Reason.TOO_EARLY
    if at >= body.not_after:
        return Reason.EXPIRED
    if presented.step is not None and not _fresh(presented, keys, at):
        return Reason.STALE
    if not opens(body.access_point_set):
        return Reason.WRONG_ACCESS_POINT
    return VerifiedPass(body, presented.step)


def _authentic(presented: PresentedPass, key: bytes) -> bool:
    try:
        VerifyKey(key).verify(_CONTEXT + presented.packed, presented.signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _cut_out(presented: PresentedPass) -> bool:
    """Whether this is the fixed half of a resident's pass without its proof: only those have unlimited uses."""
    return presented.step is None and presented.body.uses == 0


def _fresh(presented: PresentedPass, keys: PassKeys, at: int) -> bool:
    if presented.step is None or abs(presented.step - step_at(at)) > STEP_TOLERANCE:
        return False
    day_key = keys.day_key(day_of(presented.body.not_before))
    if day_key is None:
        return False
    expected = _proof(proof_key(day_key, presented.body.pass_id), presented.step)
    return hmac.compare_digest(expected, presented.proof)


def _signed(body: PassBody, seed: bytes) -> bytes:
    packed = body.pack()
    return packed + SigningKey(seed).sign(_CONTEXT + packed).signature


def _proof(key: bytes, step: int) -> bytes:
    return hmac.digest(key, _STEP.pack(step), hashlib.sha256)[:_PROOF_BYTES]


def _text(raw: bytes) -> str:
    encoded = base45.b45encode(raw)
    return encoded.decode("ascii") if isinstance(encoded, bytes) else str(encoded)
