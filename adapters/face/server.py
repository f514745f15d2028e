"""The app of the face process: one door, for the other processes of this installation only.

Served by gunicorn (one worker, several threads) on a unix socket, or on TCP with mutual TLS. One worker, since
the galleries are in its memory; more speed comes from `FaceOptions.workers`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from access.domain.challenges import Movement
from access.domain.errors import InvalidInput, KaimenError
from access.ports import FaceEngine
from adapters.face.wire import Json, from_answer, text, unpack_bytes

log = logging.getLogger(__name__)

MAX_BODY = 56 * 1024 * 1024
"""Five pictures of 8 MB in base64, and the rest of the JSON."""


def create_face_app(engine: FaceEngine) -> Flask:
    """The app. Every path takes and gives JSON; errors are ``{"code": …, "permanent": …}``."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    calls: dict[str, Callable[[Json], Json]] = {
        "encode": lambda body: _encode(engine, body),
        "challenge": lambda body: from_answer(engine.challenge(_movement(body), _frames(body))),
        "consistent": lambda body: {"value": engine.consistent(unpack_bytes(body.get("references"), "references"))},
        "look_alikes": lambda body: _look_alikes(engine, body),
        "identify": lambda body: from_answer(
            engine.identify(text(body, "estate_id"), text(body, "access_point_id"), _frames(body))
        ),
        "verify": lambda body: from_answer(
            engine.verify(
                text(body, "estate_id"), text(body, "access_point_id"), text(body, "person_id"), _frames(body)
            )
        ),
        "refresh": lambda body: {"value": engine.refresh(text(body, "estate_id"))},
        "holds": lambda body: {"value": engine.holds(text(body, "estate_id"), text(body, "person_id"))},
    }

    @app.post("/v1/<name>")
    def call(name: str) -> ResponseReturnValue:
        if name not in calls:
            return jsonify(code="face.request", permanent=True), 404
        return jsonify(calls[name](_body()))

    @app.get("/v1/model")
    def model() -> ResponseReturnValue:
        return jsonify(value=engine.model())

    @app.get("/v1/compares")
    def compares() -> ResponseReturnValue:
        return jsonify(value=sorted(engine.compares()))

    @app.get("/v1/largest_gallery")
    def largest_gallery() -> ResponseReturnValue:
        return jsonify(value=engine.largest_gallery())

    app.register_error_handler(Exception, _failed)
    return app


def _body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("face.request", "a JSON object is needed")
    return cast(Json, body)


def _frames(body: Json) -> list[bytes]:
    return unpack_bytes(body.get("frames"), "frames")


def _encode(engine: FaceEngine, body: Json) -> Json:
    [picture] = unpack_bytes([body.get("picture")], "picture")
    return from_answer(engine.encode(picture, text(body, "estate_id")))


def _look_alikes(engine: FaceEngine, body: Json) -> Json:
    [reference] = unpack_bytes([body.get("reference")], "reference")
    return {"value": list(engine.look_alikes(text(body, "estate_id"), reference, text(body, "person_id")))}


def _movement(body: Json) -> Movement:
    asked = text(body, "movement")
    if asked not in set(Movement):
        raise InvalidInput("face.challenge", "an unknown movement", field="movement")
    return Movement(asked)


def _failed(error: Exception) -> ResponseReturnValue:
    """One handler: the code and nothing else leaves the process."""
    if isinstance(error, KaimenError):
        permanent = bool(getattr(error, "permanent", error.status < 500))  # noqa: PLR2004 - HTTP's own border
        return jsonify(code=error.code, field=error.field, permanent=permanent), error.status
    if isinstance(error, HTTPException):
        return jsonify(code="face.request", permanent=True), error.code or 400
    log.exception("the face process failed")
    return jsonify(code="face.failed", permanent=False), 500
