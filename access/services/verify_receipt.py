"""Verify what the service hands out: consent receipts, erasure receipts and certificates, exports of a case.

A certificate holds only if each receipt inside it holds too: those of the server by the estate's key, a gate's by
the device key that the certificate names for it. A vendor's terminal has none: the estate signs what it told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import rfc8785
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.erasure import HolderKind
from access.domain.errors import InvalidInput, NotFound
from access.services import consent_receipt
from access.services.house import House
from access.services.signing import ERASURES, EXPORTS, RECEIPTS, opened, taken_apart

CERTIFICATE = "kaimen.erasure-certificate.v1"
ERASURE_RECEIPT = "kaimen.erasure-receipt.v1"
DISCLOSURE = "kaimen.disclosure.v1"
MAX_TEXT = 10_000_000
_CONTEXTS = {
    consent_receipt.TYPE: RECEIPTS,
    CERTIFICATE: ERASURES,
    ERASURE_RECEIPT: ERASURES,
    DISCLOSURE: EXPORTS,
}
_GATE_CONTEXT = "kaimen.receipt.v1"


@dataclass(frozen=True, slots=True)
class VerifiedStatement:
    """What was verified.

    Attributes:
        kind: the body's type, such as ``kaimen.consent-receipt.v1``.
        receipts: receipts verified inside a certificate.
    """

    kind: str
    body: dict[str, object]
    receipts: int = 0


def verify(text: str, public_key: bytes, at: int) -> VerifiedStatement:
    """Verify with the estate's public receipt key.

    Args:
        at: the instant of the check, for what expires.

    Raises:
        InvalidInput: ``certificate.form``, ``certificate.signature``, ``certificate.receipt`` (one inside a
            certificate was changed or is of another erasure), ``certificate.expired``.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput("certificate.form", "larger than any statement of this service")
    kind = str(taken_apart(text)[0].get("type", ""))
    if kind not in _CONTEXTS:
        raise InvalidInput("certificate.form", "this is not a statement of this service")
    body = opened(text, public_key, _CONTEXTS[kind])
    if kind == DISCLOSURE and at >= cast(int, body["expires_at"]):
        raise InvalidInput("certificate.expired", "this export has expired: it may no longer be used")
    return VerifiedStatement(kind, body, _receipts(body, public_key) if kind == CERTIFICATE else 0)


def verify_here(house: House, text: str) -> VerifiedStatement:
    """Verify with the key of the estate that the statement names: the public page.

    Raises:
        InvalidInput: as `verify`. NotFound: ``estate.unknown``.
    """
    estate_id = str(taken_apart(text)[0].get("estate", ""))
    with house.db.reading() as stores:
        if stores.places.estate(estate_id) is None:
            raise NotFound("estate.unknown", "no such estate")
        key = bytes(SigningKey(house.keyring.receipt_seed(stores, estate_id)).verify_key)
    return verify(text, key, house.clock.now())


def _receipts(body: Mapping[str, object], public_key: bytes) -> int:
    try:
        found = [dict(one) for one in cast("list[dict[str, object]]", body["receipts"])]
        for one in found:
            _receipt(one, str(body["erasure"]), public_key)
    except (KeyError, TypeError, ValueError, BadSignatureError) as exc:
        raise InvalidInput("certificate.receipt", "a receipt inside it does not verify") from exc
    return len(found)


def _receipt(receipt: Mapping[str, object], erasure: str, public_key: bytes) -> None:
    """Raises ValueError or BadSignatureError."""
    body = cast("dict[str, object]", receipt["body"])
    signature = base64.b64decode(str(receipt["signature"]), validate=True)
    if body["erasure"] != erasure or body["type"] != ERASURE_RECEIPT:
        raise ValueError("of another erasure")
    if body["kind"] == HolderKind.GATE.value and body.get("signed_by") != "estate":
        message = f"{_GATE_CONTEXT}\n{body['holding']}\n{body['erased_at']}".encode()
        VerifyKey(bytes.fromhex(str(body["device_key"]))).verify(message, signature)
    else:
        VerifyKey(public_key).verify(ERASURES + rfc8785.dumps(json.loads(json.dumps(body))), signature)
