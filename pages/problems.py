"""The one error handler of the pages: words for the person and a way on, never an exception's own text."""

from __future__ import annotations

import json

import structlog
from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from access.domain.errors import KaimenError
from access.queries import phone_words

_LOG = structlog.get_logger(__name__)
_CODES = {404: "request.unknown", 405: "request.method", 413: "request.size"}
_NEXT = {
    "consent.access": "pages.notice",
    "consent.notice": "pages.notice",
    "consent.notice_changed": "pages.notice",
    "face.consent": "pages.ask_face",
    "face.residency": "pages.register_form",
    "estate.unknown": "pages.choose_estate",
}
"""Where a resident goes on from an error, by code; home from all others. A visitor has nowhere else to go."""


def wants_json() -> bool:
    """A script asks, not a person."""
    return request.path.endswith(".json")


def json_problem(code: str, status: int) -> Response:
    words = phone_words.words_for(code, status)
    body = json.dumps({"code": code, "zh": words.zh, "en": words.en}, ensure_ascii=False)
    return current_app.response_class(body, status, mimetype="application/json")


def on_own_error(error: KaimenError) -> Response:
    """An error raised on purpose somewhere below."""
    return _told(error.code, error.status)


def on_http_error(error: HTTPException) -> Response:
    """What Flask raises: unknown page, body too large."""
    status = error.code or 500
    return _told(_CODES.get(status, "request.invalid"), status)


def on_anything_else(error: Exception) -> Response:
    """A fault of ours: the class alone is logged, for an exception's text may hold what must not be."""
    _LOG.error("fault", door="pages", error=type(error).__name__, page=request.endpoint)
    _LOG.debug("fault", exc_info=error)
    return _told("fault", 500)


def _told(code: str, status: int) -> Response:
    if wants_json():
        return json_problem(code, status)
    words = phone_words.words_for(code, status)
    onward = None if request.path.startswith("/v/") else _NEXT.get(code, "pages.welcome")
    page = render_template("pages/error.html", words=words, next_page=onward)
    return make_response(page, status)
