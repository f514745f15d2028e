"""The one error handler of the API: a code for machines, words for people, never an exception's own text."""

from __future__ import annotations

import structlog
from flask import Response, current_app, request
from pydantic import Field, ValidationError
from werkzeug.exceptions import HTTPException

from access.domain.errors import KaimenError
from access.queries import phone_words
from miniapp_api.kinds import Answered

_LOG = structlog.get_logger(__name__)
_CODES = {400: "request.invalid", 404: "request.unknown", 405: "request.method", 413: "request.size"}
_UNEXPECTED = 500


class Problem(Answered):
    """Why a request was not carried out."""

    code: str = Field(description="stable, for machines")
    zh: str = Field(description="words for the person, Chinese")
    en: str = Field(description="words for the person, English")
    field: str | None = Field(None, description="the input field at fault, where there is one")


def problem(code: str, status: int, field: str | None = None) -> Response:
    """The answer for a code, with its words."""
    words = phone_words.words_for(code, status)
    body = Problem(code=code, zh=words.zh, en=words.en, field=field).model_dump_json()
    return current_app.response_class(body, status, mimetype="application/json")


def on_own_error(error: KaimenError) -> Response:
    """An error raised on purpose somewhere below."""
    return problem(error.code, error.status, error.field)


def on_http_error(error: HTTPException) -> Response:
    """What Flask raises: unknown path, body too large; an answer that is ready goes out as it is."""
    if isinstance(error.response, Response):
        return error.response
    status = error.code or _UNEXPECTED
    return problem(_CODES.get(status, "request.invalid"), status)


def on_invalid(error: ValidationError) -> Response:
    """A request that does not fit its model: the first field at fault."""
    places = [str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"]]
    return problem("request.invalid", 400, ".".join(places) or None)


def on_anything_else(error: Exception) -> Response:
    """A fault of ours: the class alone is logged, for an exception's text may hold what must not be."""
    _LOG.error("fault", door="api", error=type(error).__name__, operation=request.endpoint)
    _LOG.debug("fault", exc_info=error)
    return problem("fault", _UNEXPECTED)
