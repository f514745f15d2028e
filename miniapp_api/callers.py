"""Who calls: the bearer token of a signed-in phone, and the limits on what it may send."""

from __future__ import annotations

from typing import cast

from flask import Response, g, request

from access.domain.people import PhoneSession
from access.services import phone_sign_in
from access.services.house import House
from miniapp_api.problems import problem

PUBLIC = frozenset(
    {"sign_in", "list_estates", "get_estate", "get_notice", "get_visit", "get_retention", "get_document", "unknown"}
)
"""Operations that need no token: nothing personal of an account is behind them."""

BODY_LIMIT = 16 * 1024
BODY_LIMITS = {"enrol": 25 * 1024 * 1024, "send_film": 9 * 1024 * 1024}
"""Largest body in bytes by operation, where it differs: three pictures of 8 MB in their envelope, a film."""
_MAX_TOKEN = 128


def operation() -> str:
    """Name of the operation that is asked for."""
    return (request.endpoint or "").rpartition(".")[2]


def admit(house: House) -> Response | None:
    """Bound the body, then ask for the token where one is needed."""
    request.max_content_length = BODY_LIMITS.get(operation(), BODY_LIMIT)
    if operation() in PUBLIC:
        return None
    token = bearer_token()
    session = phone_sign_in.who(house, token) if token else None
    if session is None:
        return problem("session.none", 401)
    g.phone_session = session
    return None


def bearer_token() -> str:
    """The token of the request; empty when there is none or it is too long to be one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and len(token) <= _MAX_TOKEN else ""


def session() -> PhoneSession:
    """The session of a request that needed a token."""
    return cast(PhoneSession, g.phone_session)


def person() -> str:
    """person id of whoever asks."""
    return session().person_id


def address() -> str:
    """Where the request came from, for rate limits."""
    return request.remote_addr or "unknown"
