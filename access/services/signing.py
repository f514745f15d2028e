"""Signed statements: ``{"body": …, "signature": …}``, Ed25519 over a context and the canonical body (RFC 8785)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, cast

import rfc8785
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.errors import InvalidInput
from access.services.house import House
from access.stores import Stores

ERASURES = b"kaimen.erasure.v1\n"
RECEIPTS = b"kaimen.consent.v1\n"
EXPORTS = b"kaimen.disclosure.v1\n"
"""A context each, so that a statement of one kind never passes for another."""
KEY_BYTES = 32


def sign(house: House, stores: Stores, estate_id: str, body: Mapping[str, object], context: bytes) -> str:
    """The statement, under the estate's receipt key."""
    canonical = rfc8785.dumps(json.loads(json.dumps(body)))
    signature = SigningKey(house.keyring.receipt_seed(stores, estate_id)).sign(context + canonical).signature
    return json.dumps({"body": dict(body), "signature": base64.b64encode(signature).decode()}, ensure_ascii=False)


def opened(text: str, public_key: bytes, context: bytes) -> dict[str, object]:
    """The body of a statement if its signature holds.

    Raises:
        InvalidInput: ``certificate.form``, ``certificate.signature``.
    """
    body, signature = taken_apart(text)
    try:
        VerifyKey(public_key).verify(context + rfc8785.dumps(cast(Any, body)), signature)
    except BadSignatureError as exc:
        why = "the signature does not verify: it was changed, or the key is another one"
        raise InvalidInput("certificate.signature", why) from exc
    except (TypeError, ValueError) as exc:
        raise InvalidInput("certificate.form", "this is not a statement of this service") from exc
    return dict(body)


def taken_apart(text: str) -> tuple[dict[str, object], bytes]:
    """Body and signature, not verified. Raises InvalidInput ``certificate.form``."""
    try:
        outer = json.loads(text)
        body, signature = dict(outer["body"]), base64.b64decode(outer["signature"], validate=True)
    except (KeyError, TypeError, ValueError, RecursionError) as exc:
        raise InvalidInput("certificate.form", "this is not a statement of this service") from exc
    return body, signature


def public_key_of(text: str) -> bytes:
    """An Ed25519 public key as people pass it on: 64 hexadecimal digits or base64.

    Raises:
        InvalidInput: ``certificate.key``.
    """
    plain = text.strip()
    try:
        key = bytes.fromhex(plain) if len(plain) == 2 * KEY_BYTES else base64.b64decode(plain, validate=True)
    except (ValueError, binascii.Error) as exc:
        raise InvalidInput("certificate.key", "a key is 64 hexadecimal digits or base64", field="key") from exc
    if len(key) != KEY_BYTES:
        raise InvalidInput("certificate.key", "a key is 32 bytes", field="key")
    return key
