"""Who calls: the bearer token, and for what is presented also the device's signature over the request."""

from __future__ import annotations

from flask import Request

from access.domain.errors import InvalidInput, NotPermitted
from access.domain.gates import Gate
from access.services.gate_claims import Signed, check_signed, gate_of_token
from access.services.house import House
from hardware import wire

_BEARER = "Bearer "
_MOST_HEADER = 200


def bearer_gate(house: House, request: Request) -> Gate:
    """The gate of the bearer token. Raises NotPermitted(``gate.auth``)."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_BEARER) or len(header) > _MOST_HEADER:
        raise NotPermitted("gate.auth", "a bearer token is needed")
    return gate_of_token(house, header.removeprefix(_BEARER))


def signed_body(house: House, request: Request, limit: int = wire.MAX_BODY) -> tuple[Gate, bytes]:
    """The gate and the body it signed just now.

    Raises:
        NotPermitted: ``gate.auth``, ``gate.clock``.
        InvalidInput: ``wire.size``, ``wire.header``.
    """
    gate = bearer_gate(house, request)
    body = read_body(request, limit)
    gate_id, signed = signature_of(request, body)
    if gate_id != gate.id:
        raise NotPermitted("gate.auth", "the token is another gate's")
    check_signed(house, gate, signed)
    return gate, body


def signature_of(request: Request, body: bytes) -> tuple[str, Signed]:
    """Gate id and signature of a request's headers, nothing verified. Raises InvalidInput(``wire.header``)."""
    at = wire.convert(_number(request.headers.get("Kaimen-Time", "")), wire.Instant)
    nonce = wire.convert(request.headers.get("Kaimen-Nonce", ""), wire.Nonce)
    gate_id = wire.convert(request.headers.get("Kaimen-Gate", ""), wire.Id)
    signature = wire.unpack(request.headers.get("Kaimen-Signature", "")[:_MOST_HEADER], wire.SIGNATURE_BYTES)
    message = wire.request_message(request.method, request.path, body, at, nonce)
    return gate_id, Signed(at, nonce, message, signature)


def read_body(request: Request, limit: int = wire.MAX_BODY) -> bytes:
    """The whole body, refused beyond `limit` bytes while it is read."""
    request.max_content_length = limit
    return request.get_data(cache=False)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004 - more than any instant has
        raise InvalidInput("wire.header", "Kaimen-Time is an instant in milliseconds", field="Kaimen-Time")
    return int(text)
