"""Errors of the gate API: JSON with a stable code and words for a developer; never a stack trace."""

from __future__ import annotations

import logging

import msgspec
from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from access.domain.errors import KaimenError

_STATUS_BY_CODE = {
    "gate.auth": 401,
    "gate.clock": 401,
    "wire.size": 413,
}
_CODE_BY_STATUS = {404: "route.unknown", 405: "route.method", 413: "wire.size"}

_log = logging.getLogger(__name__)


def answer_errors(target: Flask | Blueprint) -> None:
    """Answer every error of these routes the same way."""
    target.register_error_handler(KaimenError, _known)
    target.register_error_handler(HTTPException, _http)
    target.register_error_handler(Exception, _unknown)


def _known(error: KaimenError) -> Response:
    return _answer(_STATUS_BY_CODE.get(error.code, error.status), error.code, error.message, error.field)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    return _answer(status, _CODE_BY_STATUS.get(status, "route.refused"), error.name, None)


def _unknown(error: Exception) -> Response:
    _log.error("a gate request failed", extra={"error": type(error).__name__})
    return _answer(500, "fault", "something failed here; try again", None)


def _answer(status: int, code: str, message: str, field: str | None) -> Response:
    body = {"code": code, "message": message} | ({"field": field} if field else {})
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
