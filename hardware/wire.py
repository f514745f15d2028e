"""Messages of the gate protocol, version 1 (docs/gates/wire.md). Formats only: no input or output, no clock.

Sizes, types and ranges stand in the types; `hardware.sealing` reads and signs the bytes and is offered here
too. Whatever is sent, a reader either returns a checked value or raises `InvalidInput`. Instants are
milliseconds since the epoch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from nacl.signing import SigningKey

from access.domain.errors import InvalidInput
from hardware.sealing import (
    KEY_BYTES,
    MAX_BODY,
    SIGNATURE_BYTES,
    canonical,
    canonical_plain,
    convert,
    lines,
    open_frame,
    pack,
    read,
    seal_frame,
    sign,
    unpack,
    verifies,
    write,
)
from hardware.wire_places import AccessPointRow, AreaRow, Id, Instant, Line

# What is offered here besides the messages.
__all__ = [
    "KEY_BYTES",
    "MAX_BODY",
    "SIGNATURE_BYTES",
    "AccessPointRow",
    "AreaRow",
    "Id",
    "Instant",
    "Line",
    "canonical",
    "canonical_plain",
    "convert",
    "lines",
    "open_frame",
    "pack",
    "read",
    "seal_frame",
    "sign",
    "unpack",
    "verifies",
    "write",
]

VERSION = 1
MAX_FACE_BODY = 3 * 1024 * 1024
MAX_COMMAND = 4 * 1024
MAX_SNAPSHOT = 32 * 1024 * 1024
MAX_FRAMES, MAX_FILM = 5, 12
MAX_EVENTS = 500
MAX_ACKS = 100
GENESIS = "0" * 64
"""`previous` of the first event of an epoch."""

Count = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Nonce = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16,64}\Z")]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
Signature = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
KeyId = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}\Z")]
Frame = Annotated[str, Meta(max_length=MAX_FACE_BODY)]
Small = dict[
    Annotated[str, Meta(pattern=r"^[a-z_]{1,32}\Z")], Annotated[str, Meta(max_length=100)] | int | bool | None
]
"""A small flat JSON object."""


# -- identity --------------------------------------------------------------------------------------------


class ClaimRequest(Struct, frozen=True):
    """A device asks to be a gate. `code` is the 8 characters staff read out."""

    code: Annotated[str, Meta(pattern=r"^[2-9A-HJ-NP-Z]{8}\Z")]
    public_key: Key
    nonce: Nonce
    time: Instant
    signature: Signature

    def message(self) -> bytes:
        return lines("kaimen.claim.v1", self.code, self.public_key, self.nonce, str(self.time))


class SigningKeyCertificate(Struct, frozen=True):
    """A key that signs commands and lists, vouched for by the estate's root key."""

    id: KeyId
    key: Key
    signature: Signature

    def message(self) -> bytes:
        return lines("kaimen.key.v1", self.id, self.key)


class ClaimAnswer(Struct, frozen=True):
    """What a claimed gate keeps: its names, the pinned root key and the first signing key."""

    gate_id: Id
    estate_id: Id
    estate_number: Annotated[int, Meta(ge=1, le=65_535)]
    timezone: Annotated[str, Meta(max_length=64)]
    epoch: Count
    root_key: Key
    command_key: SigningKeyCertificate
    access_points: Annotated[list[AccessPointRow], Meta(max_length=64)]


class TokenAnswer(Struct, frozen=True):
    token: Annotated[str, Meta(min_length=20, max_length=100)]
    expires_at: Instant
    now: Instant = 0
    """The server's time; 0 from one that does not tell it."""


class CertificateAnswer(Struct, frozen=True):
    """For a broker: whom to trust, and the gate's own certificate over its device key (PEM, X.509)."""

    authority: Annotated[str, Meta(max_length=4_000)]
    certificate: Annotated[str, Meta(max_length=4_000)]


def request_message(method: str, path: str, body: bytes, time: int, nonce: str) -> bytes:
    """The bytes a gate signs for a request; `path` without the query."""
    return lines("kaimen.request.v1", method.upper(), path, hashlib.sha256(body).hexdigest(), str(time), nonce)


def certify(key_id: str, seed: bytes, root_seed: bytes) -> SigningKeyCertificate:
    """The root key's word for a signing key. Seeds are 32 bytes."""
    key = pack(bytes(SigningKey(seed).verify_key))
    return SigningKeyCertificate(key_id, key, sign(root_seed, lines("kaimen.key.v1", key_id, key)))


def certified_key(certificate: SigningKeyCertificate, root_key: bytes) -> bytes:
    """The 32-byte key of a certificate.

    Raises:
        InvalidInput: ``wire.key`` when the root key did not sign it.
    """
    if not verifies(root_key, certificate.message(), certificate.signature):
        raise InvalidInput("wire.key", "the root key did not sign this key")
    return unpack(certificate.key, KEY_BYTES)


# -- down ------------------------------------------------------------------------------------------------


class CommandBody(Struct, frozen=True):
    """One command to one gate; `access.domain.commands.Op` names the ops, an unknown one is acked ``failed``."""

    v: Literal[1]
    id: Id
    gate: Id
    epoch: Count
    seq: Count
    op: Annotated[str, Meta(max_length=16)]
    ap: Id | None
    args: Small
    issued: Instant
    expires: Instant
    actor: Annotated[str, Meta(max_length=80)]


class CardRow(Struct, frozen=True, array_like=True):
    """A card; `places` are the holder's residencies: [building, valid from, valid to], end exclusive."""

    credential: Id
    holder: Id
    valid_from: Instant
    valid_to: Instant
    places: list[tuple[Id, Instant, Instant]]


class RuleRow(Struct, frozen=True):
    """Residents of `building` (of any when None) may use access point `ap` while `schedule` is open."""

    ap: Id
    schedule: Id
    building: Id | None


class ScheduleRow(Struct, frozen=True):
    """Seven days, Monday first; windows are [start, end) in local minutes. `special` is by ISO date."""

    weekly: Annotated[list[list[tuple[int, int]]], Meta(min_length=7, max_length=7)]
    special: dict[str, list[tuple[int, int]]]


class Lists(Struct, frozen=True):
    """What a gate decides by, each a mapping by key.

    Attributes:
        cards: by card token (32 hexadecimal characters).
        pass_keys: Ed25519 public keys of passes, by key id in decimal.
        day_keys: proof keys by UTC day number in decimal.
        sets: access point ids by number of the set, in decimal.
        revoked_passes: end of validity by pass id; exact, never a filter.
        edge_faces: holders of faces that stay in this gate, by the name under which it keeps them.
    """

    access_points: dict[str, AccessPointRow]
    rules: dict[str, RuleRow]
    schedules: dict[str, ScheduleRow]
    cards: dict[str, CardRow]
    pass_keys: dict[str, Key]
    day_keys: dict[str, Key]
    sets: dict[str, list[Id]]
    revoked_passes: dict[str, Instant]
    edge_faces: dict[str, CardRow] = {}


class Snapshot(Struct, frozen=True):
    """All lists at one policy version.

    Attributes:
        fresh_until: past it passes are refused.
        offline_until: past it cards are refused too.
        card_key: HMAC key of card tokens: HMAC-SHA256(card_key, number)[:16].
    """

    v: Literal[1]
    kind: Literal["snapshot"]
    gate: Id
    version: Annotated[int, Meta(ge=0)]
    issued: Instant
    fresh_until: Instant
    offline_until: Instant
    estate: Id
    estate_number: Annotated[int, Meta(ge=1, le=65_535)]
    timezone: Annotated[str, Meta(max_length=64)]
    card_key: Key
    lists: Lists


class ListDelta(Struct, frozen=True):
    """Change of one list; `hash` is `list_hash` of the whole list after it."""

    name: Annotated[str, Meta(max_length=32)]
    adds: dict[str, Any]
    dels: list[str]
    hash: Hash


class Delta(Struct, frozen=True):
    """From one version to another. Without `lists` it only renews the two limits."""

    v: Literal[1]
    kind: Literal["delta"]
    gate: Id
    from_version: Annotated[int, Meta(ge=0)]
    version: Annotated[int, Meta(ge=0)]
    issued: Instant
    fresh_until: Instant
    offline_until: Instant
    lists: Annotated[list[ListDelta], Meta(max_length=8)]


def list_hash(rows: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of a list."""
    return hashlib.sha256(canonical_plain(rows)).hexdigest()


def seal_command(body: CommandBody, key_id: str, seed: bytes) -> bytes:
    """The signed frame of a command."""
    return seal_frame("kaimen.command.v1", body, key_id, seed, canonical_plain)


def open_command(raw: bytes, keys: Mapping[str, bytes]) -> CommandBody:
    """Verify a command frame by the keys held (key id → 32 bytes). Device and expiry are the caller's to check."""
    return convert(open_frame("kaimen.command.v1", raw, keys, MAX_COMMAND, canonical_plain), CommandBody)


def seal_lists(body: Snapshot | Delta, key_id: str, seed: bytes) -> bytes:
    return seal_frame("kaimen.lists.v1", body, key_id, seed, canonical_plain)


def open_lists(raw: bytes, keys: Mapping[str, bytes]) -> Snapshot | Delta:
    body = open_frame("kaimen.lists.v1", raw, keys, MAX_SNAPSHOT, canonical_plain)
    return convert(body, Snapshot) if body.get("kind") == "snapshot" else convert(body, Delta)


# -- up --------------------------------------------------------------------------------------------------


class Presentation(Struct, frozen=True):
    """What somebody held up. `payload`: the QR text, the card number as read, or for ``face_edge`` the name of the
    reference that matched at the gate; `frames`: base64url JPEGs."""

    id: Id
    access_point_id: Id
    method: Literal["qr", "card", "face", "face_edge"]
    at: Instant
    payload: Annotated[str, Meta(max_length=512)] = ""
    frames: Annotated[list[Frame], Meta(max_length=MAX_FILM)] = []
    challenge: Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?\Z")] = ""


class PresentationAnswer(Struct, frozen=True):
    """What the screen may show meanwhile; the relay fires on the pushed command alone."""

    event: Id
    granted: bool
    reason: Line | None
    words: dict[str, str]


class Ack(Struct, frozen=True):
    id: Id
    epoch: Count
    seq: Count
    state: Literal["received", "done", "denied", "expired", "failed", "unknown"]
    at: Instant
    detail: Line = ""


class Acks(Struct, frozen=True):
    acks: Annotated[list[Ack], Meta(min_length=1, max_length=MAX_ACKS)]


class LogEvent(Struct, frozen=True):
    """One event of a gate's log; `body` by kind (docs/gates/wire.md)."""

    seq: Count
    at: Instant
    kind: Literal["door", "decision", "fire", "exit", "tamper", "held", "failed", "started", "clock"]
    body: Small
    hash: Hash


class EventUpload(Struct, frozen=True):
    """A contiguous run of one epoch's log; `previous` is the hash of the event before the first."""

    epoch: Count
    previous: Hash
    events: Annotated[list[LogEvent], Meta(min_length=1, max_length=MAX_EVENTS)]


class EventsAnswer(Struct, frozen=True):
    """Highest contiguous seq of the epoch that is stored; 0 for none."""

    acked: Annotated[int, Meta(ge=0)]


class Receipt(Struct, frozen=True):
    """A gate's word that it erased; `holding` names the part of the erasure."""

    holding: Id
    erased_at: Instant
    signature: Signature

    def message(self) -> bytes:
        return receipt_message(self.holding, self.erased_at)


def receipt_message(holding: str, erased_at: int) -> bytes:
    return lines("kaimen.receipt.v1", holding, str(erased_at))


def event_hash(previous: str, epoch: int, event: LogEvent) -> str:
    """Hash of an event over the one before; the event's own `hash` is left out."""
    parts: list[Any] = [previous, epoch, event.seq, event.at, event.kind, dict(event.body)]
    return hashlib.sha256(canonical(parts)).hexdigest()
