"""The JSON API for the phone, under /api/v1: one file a subject, one error handler, one document."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, current_app
from flask.blueprints import BlueprintSetupState
from flask_openapi3.blueprint import APIBlueprint
from werkzeug.exceptions import HTTPException

from access.domain.errors import KaimenError
from access.services.house import House
from miniapp_api import (
    anew,
    consenting,
    door_pass,
    doors,
    edge,
    estates,
    faces,
    families,
    people,
    problems,
    records,
    rights,
    sign_in,
    visitors,
)
from miniapp_api.callers import admit
from miniapp_api.document import document

PREFIX = "/api/v1"
_SUBJECTS = (
    sign_in,
    people,
    estates,
    consenting,
    faces,
    edge,
    door_pass,
    doors,
    visitors,
    records,
    anew,
    families,
    rights,
)
_CALLBACK = "validation_error_callback"
"""Where flask-openapi3 looks, on the application, for what answers an invalid request."""
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def api_blueprint(house: House) -> APIBlueprint:
    """The API over a house; register it on any Flask application."""
    api = APIBlueprint(
        "api",
        __name__,
        url_prefix=PREFIX,
        operation_id_callback=_name_of,
        abp_responses=dict.fromkeys((400, 401, 403, 404, 409, 413, 429, 500, 503), problems.Problem),
    )
    for subject in _SUBJECTS:
        subject.add_routes(api, house)
    made = json.dumps(document(api), ensure_ascii=False)

    def get_document() -> Response:
        return current_app.response_class(made, 200, mimetype="application/json")

    api.add_url_rule("/openapi.json", "get_document", get_document)
    api.add_url_rule("/<path:anything>", "unknown", _unknown, methods=_EVERY_METHOD)
    api.before_request(lambda: admit(house))
    api.after_request(_guard)
    api.register_error_handler(KaimenError, problems.on_own_error)
    api.register_error_handler(HTTPException, problems.on_http_error)
    api.register_error_handler(Exception, problems.on_anything_else)
    api.record(_answer_invalid)
    return api


def _name_of(*, name: str, path: str, method: str) -> str:  # noqa: ARG001 - the library passes all three
    """An operation is called what its function is called."""
    return name


def _unknown(**_path: Any) -> Response:
    return problems.problem("request.unknown", 404)


def _guard(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _answer_invalid(state: BlueprintSetupState) -> None:
    setattr(state.app, _CALLBACK, problems.on_invalid)
