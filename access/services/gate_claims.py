"""Gates come and go: a one-time code binds a device, signed requests become tokens, a revoked gate is cut off.

Every refusal of a request's identity is ``gate.auth`` (``gate.clock`` when only the time is off): it does not say
whether the gate, the signature or the nonce was wrong.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.commands import Op
from access.domain.errors import InvalidInput, NotFound, NotPermitted, TooOften
from access.domain.gates import CLAIM_LIFE, CLOCK_SKEW, TOKEN_LIFE, Claim, Gate
from access.domain.ids import new_id
from access.domain.places import AccessPoint, Estate
from access.domain.times import MINUTE, SECOND
from access.services import edge_faces
from access.services.house import House
from access.stores import Stores

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
MAX_NAME = 60
MAX_ACCESS_POINTS = 64
CLAIMS_A_MINUTE = 10


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature over a message, and the time and nonce that the message covers.

    Attributes:
        time: instant by the device's clock.
        message: the signed bytes, as `hardware.wire` puts them together.
    """

    time: int
    nonce: str
    message: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """What staff type into the device, once. `code` is 8 characters."""

    code: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """Keys of an estate towards its gates.

    Attributes:
        root_seed: Ed25519 seed, 32 bytes; its public half is pinned at the claim.
        live: signing seeds by key id, the one in use first.
    """

    root_seed: bytes
    live: dict[str, bytes]

    @property
    def root_key(self) -> bytes:
        return bytes(SigningKey(self.root_seed).verify_key)

    @property
    def current(self) -> tuple[str, bytes]:
        """Key id and seed that sign now."""
        return next(iter(self.live.items()))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A fresh gate and what it has to know."""

    gate: Gate
    estate: Estate
    access_points: tuple[AccessPoint, ...]
    keys: SigningKeys


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    expires_at: int


def offer_claim(house: House, actor: str, estate_id: str, name: str, access_point_ids: Iterable[str]) -> ClaimCode:
    """Make a code for a new gate.

    Args:
        actor: ``staff:<id>`` or ``operator``.

    Raises:
        InvalidInput: ``gate.name``, ``gate.access_points``.
    """
    now = house.clock.now()
    wanted = frozenset(access_point_ids)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise InvalidInput("gate.name", f"a gate's name has 1 to {MAX_NAME} characters", field="name")
    with house.db.transaction() as stores:
        known = {point.id for point in stores.places.access_points(estate_id)}
        if not wanted or len(wanted) > MAX_ACCESS_POINTS or not wanted <= known:
            raise InvalidInput("gate.access_points", "choose access points of this estate", field="access_points")
        claim = Claim(_code_hash(house, code), estate_id, name.strip(), wanted, now + CLAIM_LIFE, actor)
        stores.gates.save_claim(claim)
        stores.audit.append(actor, "gate:claim:offer", estate_id, {"access_points": len(wanted)}, now)
    return ClaimCode(code, now + CLAIM_LIFE)


def claim_gate(house: House, code: str, public_key: bytes, signed: Signed, source: str) -> Claimed:
    """Bind a device to what its code stands for.

    Args:
        public_key: Ed25519, 32 bytes; the signature proves that the device holds its secret.
        source: where the request came from, for the limit on guessing.

    Raises:
        NotPermitted: ``gate.auth``, ``gate.clock``, ``gate.code`` (unknown, used or expired).
        TooOften: ``gate.tries``.
    """
    now = house.clock.now()
    if not house.limiter.allow(f"gate-claim/{source}", CLAIMS_A_MINUTE, MINUTE):
        raise TooOften("gate.tries", "too many tries; wait a minute")
    _check(public_key, signed, now)
    with house.db.transaction() as stores:
        claim = stores.gates.take_claim(_code_hash(house, code), now)
        if claim is None:
            raise NotPermitted("gate.code", "the code is unknown, used or expired")
        gate = _new_gate(claim, public_key, now)
        stores.gates.add_gate(gate)
        stores.audit.append(f"gate:{gate.id}", "gate:claim:take", gate.id, {"by": claim.created_by}, now)
        return Claimed(gate, _estate(stores, gate), _points(stores, gate), keys_of(house, stores, gate.estate_id))


def exchange_token(house: House, gate_id: str, signed: Signed) -> Token:
    """A bearer token for a signed request. Raises NotPermitted(``gate.auth`` or ``gate.clock``)."""
    now = house.clock.now()
    text = secrets.token_urlsafe(32)
    with house.db.transaction() as stores:
        gate = stores.gates.gate(gate_id)
        if gate is None or gate.revoked_at is not None:
            raise NotPermitted("gate.auth", "the request's signature does not hold")
        _check(gate.public_key, signed, now)
        if not stores.gates.take_nonce(gate.id, signed.nonce, now):
            raise NotPermitted("gate.auth", "the nonce was used before")
        stores.gates.save_token(token_hash(text), gate.id, now + TOKEN_LIFE)
    return Token(text, now + TOKEN_LIFE)


def gate_of_token(house: House, text: str) -> Gate:
    """The gate behind a live token. Raises NotPermitted(``gate.auth``)."""
    with house.db.reading() as stores:
        gate = stores.gates.gate_of_token(token_hash(text), house.clock.now())
    if gate is None or gate.revoked_at is not None:
        raise NotPermitted("gate.auth", "no live token")
    return gate


def check_signed(house: House, gate: Gate, signed: Signed) -> None:
    """Whether a request that presents something was signed by the gate, just now.

    The nonce is not kept: what such a request carries is itself used once (an id, a seq, a receipt).

    Raises:
        NotPermitted: ``gate.auth``, ``gate.clock``.
    """
    _check(gate.public_key, signed, house.clock.now())


def revoke_gate(house: House, actor: str, gate_id: str) -> None:
    """Cut a gate off: its tokens stop at once, its stream is ended, its lists are its own no more.

    Raises:
        NotFound: ``gate.unknown`` when there is no such gate or it was revoked before.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        gate = stores.gates.gate(gate_id)
        if gate is None or not stores.gates.revoke_gate(gate_id, now):
            raise NotFound("gate.unknown", "no such gate")
        # The link looks at the gate again when a command comes by: this one ends its stream.
        stores.gates.issue(gate, Op.SYNC, None, {"version": 0}, now, now + MINUTE, actor)
        stores.audit.append(actor, "gate:revoke", gate_id, {}, now)
        edge_faces.give_up(house, stores, gate, now)
        stores.on_commit(lambda: house.gatelink.wake(gate_id))


def signing_keys(house: House, estate_id: str) -> SigningKeys:
    """The estate's keys towards its gates."""
    with house.db.reading() as stores:
        return keys_of(house, stores, estate_id)


def keys_of(house: House, stores: Stores, estate_id: str) -> SigningKeys:
    """The estate's keys, inside a transaction."""
    live = {
        f"c{number}": house.keyring.command_seed(stores, estate_id, number)
        for number in stores.places.pass_key_ids(estate_id)
    }
    return SigningKeys(house.keyring.root_seed(stores, estate_id), live)


def token_hash(text: str) -> str:
    """What is kept of a bearer token: SHA-256 in hexadecimal (the token has 256 random bits)."""
    return hashlib.sha256(text.encode()).hexdigest()


def _code_hash(house: House, code: str) -> str:
    return house.keys.blind("gate-claim", code)


def _check(public_key: bytes, signed: Signed, now: int) -> None:
    try:
        VerifyKey(public_key).verify(signed.message, signed.signature)
    except (BadSignatureError, ValueError) as exc:
        raise NotPermitted("gate.auth", "the request's signature does not hold") from exc
    if abs(signed.time - now) > CLOCK_SKEW:
        raise NotPermitted("gate.clock", "the request's time is off by more than a minute")


def _new_gate(claim: Claim, public_key: bytes, now: int) -> Gate:
    return Gate(
        id=new_id(),
        estate_id=claim.estate_id,
        name=claim.name,
        public_key=public_key,
        access_point_ids=claim.access_point_ids,
        epoch=now // SECOND,
        acked_epoch=0,
        acked_seq=0,
        seen_at=0,
        streaming=False,
        policy_version=0,
        created_at=now,
    )


def _estate(stores: Stores, gate: Gate) -> Estate:
    estate = stores.places.estate(gate.estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate


def _points(stores: Stores, gate: Gate) -> tuple[AccessPoint, ...]:
    points = stores.places.access_points(gate.estate_id)
    return tuple(point for point in points if point.id in gate.access_point_ids)
