"""Requests of a gate and their answers as they travel over a broker: sealed, so that the broker reads nothing.

What is sealed is the same request that would be sent over HTTPS, with the device's signature over it; the server
checks it the same way. Sealing is NaCl's box (X25519, XSalsa20, Poly1305) between the device's key and the
estate's root key, both known to the two ends since the claim, each taken to its Curve25519 form.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct
from nacl.exceptions import CryptoError
from nacl.public import Box
from nacl.signing import SigningKey, VerifyKey

from access.domain.errors import InvalidInput
from hardware import wire

MAX_UP = wire.MAX_FACE_BODY + 8 * 1024
"""Largest sealed request, bytes."""
MAX_DOWN = wire.MAX_SNAPSHOT + 8 * 1024
"""Largest sealed answer, bytes."""
REFERENCE_BYTES = 16
_MAX_HEAD = 4 * 1024
_PATH = re.compile(r"/gate/v1/(?!claim\b|stream\b)[a-z-]{1,30}")

Reference = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Text = Annotated[str, Meta(max_length=200)]


class Request(Struct, frozen=True):
    """A request's first line; its body follows.

    Attributes:
        reference: of this request, hexadecimal; the answer names it.
        headers: those of the HTTP request that say who asks, in lower case.
    """

    reference: Reference
    method: Literal["GET", "POST"]
    path: Annotated[str, Meta(max_length=60)]
    query: Annotated[str, Meta(max_length=200)] = ""
    headers: Annotated[dict[Text, Text], Meta(max_length=8)] = {}
    kind: Literal["request"] = "request"


class Answer(Struct, frozen=True):
    """An answer's first line; its body follows. `date` is the HTTP header of that name."""

    reference: Reference
    status: Annotated[int, Meta(ge=100, le=599)]
    date: Annotated[str, Meta(max_length=40)] = ""
    kind: Literal["answer"] = "answer"


H = TypeVar("H", Request, Answer)


class Seal:
    """The box between a gate and its estate; the same at both ends."""

    def __init__(self, own_seed: bytes, their_key: bytes) -> None:
        """Ed25519 seed and Ed25519 public key, 32 bytes each. Raises InvalidInput(``wire.key``)."""
        try:
            theirs = VerifyKey(their_key).to_curve25519_public_key()
        except (CryptoError, RuntimeError) as exc:
            raise InvalidInput("wire.key", "not a public key") from exc
        self._box = Box(SigningKey(own_seed).to_curve25519_private_key(), theirs)

    def close(self, head: Request | Answer, body: bytes) -> bytes:
        """What travels."""
        return bytes(self._box.encrypt(wire.write(head) + b"\n" + body))

    def open(self, raw: bytes, of: type[H], limit: int) -> tuple[H, bytes]:
        """First line and body.

        Raises:
            InvalidInput: ``wire.size``, ``wire.seal`` (forged, damaged, another gate's), ``wire.field``.
        """
        if len(raw) > limit:
            raise InvalidInput("wire.size", f"larger than {limit} bytes")
        try:
            head, _, body = self._box.decrypt(raw).partition(b"\n")
        except (CryptoError, ValueError) as exc:
            raise InvalidInput("wire.seal", "the seal does not hold") from exc
        read = wire.read(head, of, _MAX_HEAD)
        if isinstance(read, Request) and not _PATH.fullmatch(read.path):
            raise InvalidInput("wire.field", "no such request over a broker", field="path")
        return read, body
