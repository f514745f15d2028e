"""Bytes of the gate protocol: checked JSON, canonical JSON, signatures, signed frames.

Canonical JSON is RFC 8785, signatures are Ed25519 (RFC 8032), binary values are base64url without padding
(RFC 4648, 5). Bad input of any kind raises `InvalidInput` and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import rfc8785
from msgspec import Struct
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.errors import InvalidInput

KEY_BYTES = 32
SIGNATURE_BYTES = 64
MAX_BODY = 256 * 1024
"""Largest POST body but for a face presentation, bytes."""

T = TypeVar("T")
_AT = re.compile(r"at `([^`]*)`$")


def read(raw: bytes, of: type[T], limit: int = MAX_BODY) -> T:
    """JSON bytes of at most `limit` as a checked value.

    Raises:
        InvalidInput: ``wire.size``, ``wire.json`` or ``wire.field``; never repeats what was sent.
    """
    return convert(_json(raw, limit), of)


def convert(value: object, of: type[T]) -> T:
    """A decoded JSON value as a checked value. Unknown fields are left out. Raises InvalidInput(``wire.field``)."""
    try:
        return msgspec.convert(value, of)
    except (msgspec.ValidationError, RecursionError) as exc:
        place = _AT.search(str(exc))
        field = place.group(1) if place else "$"
        raise InvalidInput("wire.field", f"not as the protocol says at {field}", field=field) from None


def write(value: Struct) -> bytes:
    """A value as JSON."""
    return msgspec.json.encode(value)


def canonical(value: Any) -> bytes:
    """Canonical JSON. Raises InvalidInput(``wire.json``) for what JSON cannot hold."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError) as exc:
        raise InvalidInput("wire.json", "not canonical JSON") from exc


def canonical_plain(value: Any) -> bytes:
    """Canonical JSON of what holds no fractions and only ASCII keys, several times faster: for long lists.

    For anything else the bytes differ from `canonical`, so a signature over them does not hold. Raises
    InvalidInput(``wire.json``).
    """
    try:
        return msgspec.json.encode(value, order="sorted")
    except (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError, TypeError) as exc:
        raise InvalidInput("wire.json", "not canonical JSON") from exc


def pack(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unpack(text: str, length: int | None = None) -> bytes:
    """Bytes of a base64url text, of exactly `length` where given. Raises InvalidInput(``wire.base64``)."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError) as exc:
        raise InvalidInput("wire.base64", "not base64url") from exc
    if length is not None and len(raw) != length:
        raise InvalidInput("wire.base64", f"not {length} bytes")
    return raw


def sign(seed: bytes, message: bytes) -> str:
    """Ed25519 signature as base64url; `seed` is 32 bytes."""
    return pack(_signing_key(seed).sign(message).signature)


@lru_cache(maxsize=16)
def _signing_key(seed: bytes) -> SigningKey:
    """Expanding a seed costs as much as a signature; a process signs by few seeds."""
    return SigningKey(seed)


def verifies(public_key: bytes, message: bytes, signature: str) -> bool:
    """Whether a base64url signature holds. Never raises on bad input."""
    try:
        VerifyKey(public_key).verify(message, unpack(signature, SIGNATURE_BYTES))
    except (BadSignatureError, InvalidInput, ValueError):
        return False
    return True


def seal_frame(
    context: str, body: object, key_id: str, seed: bytes, canon: Callable[[Any], bytes] = canonical
) -> bytes:
    """A signed frame: the signature covers the context, a line end and the canonical body."""
    signed = canon(body)
    signature = sign(seed, context.encode() + b"\n" + signed)
    return b'{"body":%b,"key":"%b","sig":"%b"}' % (signed, key_id.encode(), signature.encode())


def open_frame(
    context: str, raw: bytes, keys: Mapping[str, bytes], limit: int, canon: Callable[[Any], bytes] = canonical
) -> dict[str, Any]:
    """The body of a frame whose signature holds under a key held. Raises InvalidInput(``wire.…``)."""
    frame = _json(raw, limit)
    if not isinstance(frame, dict) or not isinstance(frame.get("body"), dict):
        raise InvalidInput("wire.frame", "a frame is an object with a body")
    body: dict[str, Any] = frame["body"]
    key = keys.get(frame["key"]) if isinstance(frame.get("key"), str) else None
    signature = frame.get("sig")
    if key is None or not isinstance(signature, str):
        raise InvalidInput("wire.key", "the frame is signed by no key that is held")
    if not verifies(key, context.encode() + b"\n" + canon(body), signature):
        raise InvalidInput("wire.signature", "the frame's signature does not hold")
    return body


def _json(raw: bytes, limit: int) -> Any:
    if len(raw) > limit:
        raise InvalidInput("wire.size", f"larger than {limit} bytes")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise InvalidInput("wire.json", "not JSON") from exc


def lines(*parts: str) -> bytes:
    return "\n".join(parts).encode()
